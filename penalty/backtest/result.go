package backtest

import (
	"encoding/json"
	"math"

	"github.com/stakesim/stakesim/penalty/cofailure"
	"github.com/stakesim/stakesim/spec"
)

// Result is an [Outcome] with its intervals, as tables or as JSON.
type Result struct {
	*Outcome
	study    *Study
	expected [cofailure.KindCount]cofailure.Expected
	sums     []uint64 // by group and column
	totals   []float64
	draws    [][]float64 // the same, of every draw
	seed     uint64
}

// MaxDraws bounds the draws of the intervals.
const MaxDraws = 100_000

// Result draws intervals of 95 %, none for draws 0: percentiles over so many
// draws of blocks of epochs with replacement (math/rand/v2, PCG of the seed).
// Memory is 8 bytes for every draw, group and column; above 2^27 of these, as for
// too many draws, an outcome that lacks an epoch or is of another study, the error
// wraps [spec.ErrInput].
func (s *Study) Result(o *Outcome, draws int, seed uint64) (*Result, error) {
	if !s.made() || o == nil {
		return nil, absent("study or outcome")
	}
	if draws < 0 || draws > MaxDraws || uint64(draws)*uint64(s.width) > 1<<27 {
		return nil, spec.Atf("draws", -1, spec.ErrInput, "%d of %d sums", draws, s.width)
	}
	if o.Counts == nil || o.Totals == nil {
		return nil, spec.Atf("outcome", -1, spec.ErrInput, "without counts or totals")
	}
	if o.Totals.epochs != o.Totals.end {
		return nil, spec.Atf("totals", -1, spec.ErrInput, "%d epochs added of %d", o.Totals.epochs, o.Totals.end)
	}
	r := &Result{Outcome: o, study: s, seed: seed}
	var err error
	if r.expected, err = o.Counts.Expected(&s.Population.Clusters); err != nil {
		return nil, err
	}
	if r.sums, err = o.Totals.sums(s.width); err != nil {
		return nil, err
	}
	r.totals = make([]float64, len(r.sums))
	for i, v := range r.sums {
		r.totals[i] = float64(v)
	}
	r.draws = o.Totals.bootstrap(s.width, draws, seed)
	return r, nil
}

// made says that [Study.Result] made it.
func (r *Result) made() bool { return r != nil && r.Outcome != nil && r.study.made() }

// sum is a figure of totals.
func (r *Result) sum(totals []float64, group, column int) float64 {
	return totals[group*r.study.columns+column]
}

// mean is the penalty of a validator of a group; NaN for an empty group.
func (r *Result) mean(totals []float64, group, column int) float64 {
	members := r.study.Population.Groups[group].Members
	if members == 0 {
		return math.NaN()
	}
	return r.sum(totals, group, column) / float64(members)
}

// ratio is to the first rule.
func (r *Result) ratio(totals []float64, group, rule int) float64 {
	return r.sum(totals, group, firstRule+rule) / r.sum(totals, group, firstRule)
}

// advantage is what a validator of a small cluster pays over what one of a
// large one pays.
func (r *Result) advantage(totals []float64, column int) float64 {
	big, small := r.ends()
	if small < 0 || big < 0 {
		return math.NaN()
	}
	return r.mean(totals, small, column) / r.mean(totals, big, column)
}

// ends are the groups of the largest clusters that there are and of the small
// ones; -1 where there is none.
func (r *Result) ends() (big, small int) {
	p := r.study.Population
	big, small = -1, p.index("small")
	for _, name := range []string{"big", "large", "medium", "mid"} {
		if g := p.index(name); big < 0 && g >= 0 && p.Groups[g].Members > 0 {
			big = g
		}
	}
	return big, small
}

// kindJSON has the keys of the expected figures of the published script, and
// those of the naive methods.
type kindJSON struct {
	Failures      uint64   `json:"failures"`
	Co            uint64   `json:"co"`
	Fake          *uint64  `json:"fake_stable"`
	Share         float64  `json:"share_of_failures"`
	GlobalRate    float64  `json:"global_rate"`
	OwnRate       float64  `json:"own_rate"`
	Redistributed *float64 `json:"redistributed"`
}

type figureJSON [2]uint64 // sum, members

// MarshalJSON is one object: the run, the co-failures by kind, the tables
// "penalties" and "advantage", and under "table" the sum and the members of every
// group and column.
func (r *Result) MarshalJSON() ([]byte, error) {
	if !r.made() {
		return nil, absent("result")
	}
	s := r.study
	of := map[string]any{
		"epochs": r.Totals.Epochs(), "epochs_incomplete": r.Incomplete, "validators": s.Population.Clusters.Validators,
		"deadline": s.Deadline.String(), "counted": s.Counted, "seed": r.seed, "draws": len(r.draws),
		"penalties": r.PenaltyTable(), "advantage": r.AdvantageTable(),
	}
	for k := range cofailure.KindCount {
		x := r.expected[k]
		j := kindJSON{Failures: r.Counts.Failures[k], Co: r.Counts.Co[k], Share: x.ShareOfFailures, GlobalRate: x.GlobalRate, OwnRate: x.OwnRate}
		if r.Fake != nil {
			j.Fake = &r.Fake.Co[k]
		}
		if r.Redistributed != nil {
			j.Redistributed = &r.Redistributed[k]
		}
		of[cofailure.Kind(k).String()] = j
	}
	rows := map[string]map[string]figureJSON{}
	for g, group := range s.Population.Groups {
		row := map[string]figureJSON{}
		for i, name := range s.Columns() {
			row[name] = figureJSON{r.sums[g*s.columns+i], group.Members}
		}
		rows[group.Name] = row
	}
	of["table"] = rows
	return json.Marshal(of)
}
