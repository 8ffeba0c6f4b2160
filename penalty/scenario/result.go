package scenario

import (
	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/spec"
)

// RunResult is what one repetition of a scenario cost.
type RunResult struct {
	Epochs     uint64
	LeakEpochs uint64
	Offline    Series // share of the stake
	// Diluted is what a validator of 32 ETH that never failed earned less than
	// the ideal, because others failed: Gwei.
	Diluted    uint64
	Groups     []string
	Operators  []OperatorLoss // nil where dropped
	Mechanisms []MechanismResult
}

// OperatorLoss is what an operator lost under every mechanism alike.
type OperatorLoss struct {
	Kind    int // index in the population
	Group   int // index in Groups
	Stake   spec.Gwei
	Forgone spec.Gwei // rewards not earned
	Leak    spec.Gwei // inactivity penalties
}

// MechanismResult is what a mechanism did.
type MechanismResult struct {
	Label  string
	Paid   []spec.Gwei // source and target penalties of every operator; nil where dropped
	Factor Series      // target factor
	Memory penalty.Memory
	Groups []GroupLoss // in the order of the run's Groups
	Kinds  []GroupLoss // for every entry of the population
}

// Series is a quantity over time in at most [MaxPoints] points of PerPoint epochs
// each.
type Series struct {
	PerPoint uint64
	Mean     []float64 // over the slots of a point's epochs
	Max      []float64
	Slots    uint64 // counted in all
	AboveOne uint64 // slots with a factor above one
	AtZero   uint64 // slots whose factor is zero
	Sum      float64
	Highest  float64

	inPoint uint64
}

// MaxPoints is how many points a series keeps.
const MaxPoints = 720

func newSeries(epochs uint64) Series { return Series{PerPoint: (epochs + MaxPoints - 1) / MaxPoints} }

// add enters an epoch's mean and maximum.
func (s *Series) add(mean, high float64) {
	if s.inPoint == 0 {
		s.Mean, s.Max = append(s.Mean, 0), append(s.Max, high)
	}
	last := len(s.Mean) - 1
	s.inPoint++
	s.Mean[last] += (mean - s.Mean[last]) / float64(s.inPoint)
	s.Max[last] = max(s.Max[last], high)
	s.Highest = max(s.Highest, high)
	if s.inPoint >= s.PerPoint {
		s.inPoint = 0
	}
}

func (s *Series) addFactors(factors []penalty.Factors) {
	sum, high := 0., 0.
	for i := range factors {
		f := factors[i].Target.Float()
		sum += f
		high = max(high, f)
		if f > 1 {
			s.AboveOne++
		} else if f == 0 {
			s.AtZero++
		}
	}
	s.Slots += uint64(len(factors))
	s.Sum += sum
	s.add(sum/float64(len(factors)), high)
}

// AverageFactor is the mean over all slots.
func (s *Series) AverageFactor() float64 {
	if s == nil {
		return 0
	}
	return s.Sum / float64(max(s.Slots, 1))
}

func (l *ledger) result() *RunResult {
	r := &l.out
	r.Groups = l.w.groups
	for i := range l.w.ops {
		o := &l.w.ops[i]
		r.Operators = append(r.Operators, OperatorLoss{
			Kind: int(o.kind), Group: int(o.group), Stake: spec.Gwei(o.validators) * l.w.classes[o.class],
			Forgone: spec.Gwei(l.forgone[i]), Leak: spec.Gwei(l.leak[i]),
		})
	}
	memories := l.memories()
	kinds := make([]string, len(l.s.Population))
	for i := range kinds {
		kinds[i] = l.s.Population[i].Name
	}
	for i := range l.accounts {
		a := &l.accounts[i]
		r.Mechanisms = append(r.Mechanisms, MechanismResult{
			Label: l.s.Mechanisms[i].Label, Paid: spec.As[spec.Gwei](a.paid), Factor: a.series, Memory: memories[i],
		})
		m := &r.Mechanisms[i]
		m.Groups = r.sum(i, r.Groups, func(o *OperatorLoss) int { return o.Group })
		m.Kinds = r.sum(i, kinds, func(o *OperatorLoss) int { return o.Kind })
	}
	return r
}

// GroupLoss is what a group, or an entry of the population, lost in one run under one mechanism.
type GroupLoss struct {
	Group               string
	Stake               spec.Gwei
	Paid, Forgone, Leak spec.Gwei
}

// Total is all a group lost.
func (g *GroupLoss) Total() spec.Gwei {
	if g == nil {
		return 0
	}
	return g.Paid + g.Forgone + g.Leak
}

// Per32 is an amount of the group per 32 ETH of its stake, in Gwei.
func (g *GroupLoss) Per32(amount spec.Gwei) float64 {
	if g == nil || g.Stake == 0 {
		return 0
	}
	return float64(amount) / (float64(g.Stake) / float64(Validator))
}

// ByGroup is what every group lost under mechanism m, in the order of Groups. A
// mechanism out of range gives nil. The result is the run's own.
func (r *RunResult) ByGroup(m int) []GroupLoss {
	if r == nil || m < 0 || m >= len(r.Mechanisms) {
		return nil
	}
	return r.Mechanisms[m].Groups
}

// Lost is what every operator lost in all under mechanism m: Gwei. Nil when the
// operators were dropped or m is out of range.
func (r *RunResult) Lost(m int) []spec.Gwei {
	if r == nil || m < 0 || m >= len(r.Mechanisms) || len(r.Mechanisms[m].Paid) != len(r.Operators) {
		return nil
	}
	lost := make([]spec.Gwei, len(r.Operators))
	for i := range r.Operators {
		o := &r.Operators[i]
		lost[i] = o.Forgone + o.Leak + r.Mechanisms[m].Paid[i]
	}
	return lost
}

// sum adds up the operators by group, or by entry of the population.
func (r *RunResult) sum(m int, names []string, of func(*OperatorLoss) int) []GroupLoss {
	sums := make([]GroupLoss, len(names))
	for i, name := range names {
		sums[i].Group = name
	}
	for i := range r.Operators {
		o := &r.Operators[i]
		g := &sums[of(o)]
		g.Stake += o.Stake
		g.Forgone += o.Forgone
		g.Leak += o.Leak
		g.Paid += r.Mechanisms[m].Paid[i]
	}
	return sums
}

// compact drops the operators, of which there may be very many, and keeps the
// sums.
func (r *RunResult) compact() {
	r.Operators = nil
	for i := range r.Mechanisms {
		r.Mechanisms[i].Paid = nil
	}
}
