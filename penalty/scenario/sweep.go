package scenario

import (
	"fmt"

	"github.com/stakesim/stakesim/penalty/internal/parallel"
	"github.com/stakesim/stakesim/spec"
)

// Progress is told how many of all jobs are done, from any goroutine; nil is
// told nothing.
type Progress func(done, all int)

// Repeat runs every repetition of a scenario with so many goroutines. The first
// result has its operators, the others keep sums only. The results do not depend on
// the number of workers.
func Repeat(s *Scenario, seed uint64, workers int, told Progress) ([]*RunResult, error) {
	all, err := Sweep([]*Scenario{s}, seed, workers, told)
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// Sweep runs every repetition of several scenarios, all with the same seed, so
// that points that differ in a mechanism's constants alone see the same failures.
// All are validated before anything runs. Only the first scenario's first
// result has its operators. The results do not depend on the number of workers.
func Sweep(points []*Scenario, seed uint64, workers int, told Progress) ([][]*RunResult, error) {
	type job struct{ point, run int }
	var jobs []job
	results := make([][]*RunResult, len(points))
	for i, s := range points {
		if err := s.Validate(); err != nil {
			return nil, err
		}
		results[i] = make([]*RunResult, s.Runs)
		for run := range results[i] {
			jobs = append(jobs, job{i, run})
		}
	}
	err := parallel.Do(len(jobs), workers, told, func(k int) error {
		j := jobs[k]
		r, err := Run(points[j.point], seed, j.run)
		if err != nil {
			return fmt.Errorf("point %d, run %d: %w", j.point, j.run, err)
		}
		if k > 0 {
			r.compact()
		}
		results[j.point][j.run] = r
		return nil
	})
	return results, err
}

// Axis is one parameter of a sweep.
type Axis struct {
	Key    string
	Values []uint64
}

// MaxPointsOfSweep bounds a grid.
const MaxPointsOfSweep = 10_000

// Grid is every combination of the axes' values, the last axis fastest, each a
// value for every axis. An empty axis, more than 64 axes and too many points give
// [spec.ErrInput].
func Grid(axes []Axis) ([][]uint64, error) {
	const most = 64
	if len(axes) > most {
		return nil, spec.Atf("sweep", -1, spec.ErrInput, "%d axes, not up to %d", len(axes), most)
	}
	points := [][]uint64{nil}
	for i, a := range axes {
		if len(a.Values) == 0 || len(points)*len(a.Values) > MaxPointsOfSweep {
			return nil, spec.Atf(fmt.Sprintf("sweep.%d.values", i), -1, spec.ErrInput,
				"%d values make %d points, not 1 to %d", len(a.Values), len(points)*len(a.Values), MaxPointsOfSweep)
		}
		var longer [][]uint64
		for _, p := range points {
			for _, v := range a.Values {
				longer = append(longer, append(append([]uint64(nil), p...), v))
			}
		}
		points = longer
	}
	return points, nil
}
