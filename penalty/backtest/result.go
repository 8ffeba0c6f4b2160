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
	draws    *drawer
}

// MaxDraws bounds the draws of the intervals.
const MaxDraws = 100_000

// Result adds intervals of 95 % by [RatioInterval] with so many draws, none for
// draws 0, to an outcome. Too many draws, also for so many groups and columns (2^27 in
// all), an outcome that lacks an epoch or is of another study wrap [spec.ErrInput].
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
	r := &Result{Outcome: o, study: s, draws: newDrawer(draws, seed)}
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
	return r, nil
}

// made says that [Study.Result] made it.
func (r *Result) made() bool { return r != nil && r.Outcome != nil && r.study.made() }

// sum is a figure of totals.
func (r *Result) sum(totals []float64, group, column int) float64 {
	return totals[group*r.study.columns+column]
}

// series are the sums of a group and column by block, times a number.
func (r *Result) series(group, column int, times float64) []float64 {
	rows := make([]float64, len(r.Totals.blocks))
	for i, block := range r.Totals.blocks {
		rows[i] = float64(block[group*r.study.columns+column]) * times
	}
	return rows
}

// epochs are those of every block: equally many, but for the last.
func (r *Result) epochs() []float64 {
	rows := make([]float64, len(r.Totals.blocks))
	for i := range rows {
		rows[i] = float64(min(r.Totals.span, r.Totals.end-uint64(i)*r.Totals.span))
	}
	return rows
}

// mean is the penalty of a validator of a group; NaN for an empty group.
func (r *Result) mean(group, column int) (float64, Interval) {
	members := r.study.Population.Groups[group].Members
	if members == 0 {
		return math.NaN(), without(Undefined)
	}
	each := float64(r.Totals.epochs) / float64(members) // of a sum an epoch
	interval := r.draws.ratio(r.series(group, column, 1), r.epochs())
	interval.Low, interval.High = interval.Low*each, interval.High*each
	return r.sum(r.totals, group, column) / float64(members), interval
}

// ratio is to the first rule; that of the first rule itself is one by definition.
func (r *Result) ratio(group, rule int) (float64, Interval) {
	column := firstRule + rule
	if rule == 0 && r.draws.draws > 0 && r.sum(r.totals, group, column) > 0 {
		return 1, Interval{Low: 1, High: 1}
	}
	return r.sum(r.totals, group, column) / r.sum(r.totals, group, firstRule),
		r.draws.ratio(r.series(group, column, 1), r.series(group, firstRule, 1))
}

// advantage is what a validator of a small cluster pays over what one of a
// large one pays.
func (r *Result) advantage(column int) (float64, Interval) {
	big, small := r.ends()
	if small < 0 || big < 0 {
		return math.NaN(), without(Undefined)
	}
	groups := r.study.Population.Groups
	if groups[small].Members == 0 || groups[big].Members == 0 {
		return math.NaN(), without(Undefined)
	}
	// The interval's own form of the same ratio.
	perSmall, perBig := 1/float64(groups[small].Members), 1/float64(groups[big].Members)
	ratio := r.sum(r.totals, small, column) / float64(groups[small].Members) / (r.sum(r.totals, big, column) / float64(groups[big].Members))
	return ratio, r.draws.ratio(r.series(small, column, perSmall), r.series(big, column, perBig))
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
	GlobalPairs   float64  `json:"global_rate_pairs"`
	OwnRate       float64  `json:"own_rate"`
	OwnPairs      float64  `json:"own_rate_pairs"`
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
		"deadline": s.Deadline.String(), "counted": s.Counted, "seed": r.draws.seed, "draws": r.draws.draws,
		"penalties": r.PenaltyTable(), "advantage": r.AdvantageTable(),
	}
	for k := range cofailure.KindCount {
		x := r.expected[k]
		j := kindJSON{
			Failures: r.Counts.Failures[k], Co: r.Counts.Co[k], Share: x.ShareOfFailures,
			GlobalRate: x.GlobalRate, GlobalPairs: x.GlobalRatePairs, OwnRate: x.OwnRate, OwnPairs: x.OwnRatePairs,
		}
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
