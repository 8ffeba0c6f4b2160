package backtest_test

import (
	"encoding/binary"
	"errors"
	"iter"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/backtest"
	"github.com/stakesim/stakesim/penalty/cofailure"
	"github.com/stakesim/stakesim/spec"
)

// change is a copy of slots of which one is changed.
func change(slots []backtest.Slot, i int, how func(*backtest.Slot)) []backtest.Slot {
	changed := append([]backtest.Slot(nil), slots...)
	how(&changed[i])
	return changed
}

func TestAnEpochThatCannotBeIsNotCounted(t *testing.T) {
	good := days()[:32]
	for name, c := range map[string]struct {
		slots []backtest.Slot
		err   error
	}{
		"none":                   {nil, spec.ErrInput},
		"too few":                {good[:31], spec.ErrInput},
		"of two epochs":          {days()[1:33], spec.ErrInput},
		"a slot twice":           {change(good, 9, func(s *backtest.Slot) { s.Slot-- }), spec.ErrInput},
		"more failures than all": {change(good, 31, func(s *backtest.Slot) { s.Committee = 1 }), spec.ErrInput},
		"more balance than all":  {change(good, 31, func(s *backtest.Slot) { s.Balance = 64*spec.ETH - 1 }), spec.ErrInput},
		"a balance too high":     {change(good, 31, func(s *backtest.Slot) { s.Balance = math.MaxUint64 }), spec.ErrOverflow},
	} {
		o, err := study().NewObserver()
		require.NoError(t, err)
		require.ErrorIs(t, o.Observe(new(backtest.Aggregates), new(backtest.Failures), c.slots), c.err, name)
		fresh, err := study().NewObserver()
		require.NoError(t, err)
		require.Equal(t, form(t, fresh.Counts()), form(t, o.Counts()), name)
	}
	exact := change(good, 31, func(s *backtest.Slot) { s.Committee, s.Balance = 2, 64*spec.ETH })
	o, err := study().NewObserver()
	require.NoError(t, err)
	require.NoError(t, o.Observe(new(backtest.Aggregates), new(backtest.Failures), exact), "all fail")

	counted, err := backtest.NewStudy(hamlet(), backtest.Options{Rules: study().Rules, Counted: true})
	require.NoError(t, err)
	o, err = counted.NewObserver()
	require.NoError(t, err)
	crowd := change(good, 3, func(s *backtest.Slot) { s.Committee = math.MaxUint32 })
	require.ErrorIs(t, o.Observe(new(backtest.Aggregates), new(backtest.Failures), crowd), spec.ErrInput)
}

func TestACommitteeHoldsItsFailuresToTheLastETH(t *testing.T) {
	for n := range uint16(10) {
		s := backtest.Slot{Committee: 24}
		for i := range n {
			s.Failures = append(s.Failures, cofailure.NewFailure(uint32(i), 1<<i, cofailure.Missed))
			s.Balance += spec.ETH << i
		}
		for _, missing := range []spec.Gwei{0, 1} {
			o, err := study().NewObserver()
			require.NoError(t, err)
			slots := change(days()[:32], 0, func(to *backtest.Slot) {
				s.Slot = to.Slot
				*to = s
				to.Balance -= min(missing, s.Balance)
			})
			err = o.Observe(new(backtest.Aggregates), new(backtest.Failures), slots)
			if missing == 0 || n == 0 {
				require.NoError(t, err)
			} else {
				require.ErrorIs(t, err, spec.ErrInput)
			}
		}
	}
}

func TestObservingLeavesTheSlotsAlone(t *testing.T) {
	s, err := backtest.NewStudy(hamlet(), backtest.Options{Rules: study().Rules, Counted: true})
	require.NoError(t, err)
	slots := days()[:32]
	slots[0].Failures[0] = cofailure.NewFailure(3, 2048, cofailure.Missed)
	slots[0].Balance = math.MaxUint64
	o, err := s.NewObserver()
	require.NoError(t, err)
	var a backtest.Aggregates
	require.NoError(t, o.Observe(&a, new(backtest.Failures), slots))
	require.Equal(t, cofailure.NewFailure(3, 2048, cofailure.Missed), slots[0].Failures[0])
	require.Equal(t, 768*32*spec.ETH, a.Slots[0].Total, "each validator is 32 ETH")
}

func TestAWalkThatFailsIsAsBefore(t *testing.T) {
	fails := false
	moody := penalty.Rule{Name: "moody", Step: func(m penalty.Memory, _ *spec.SlotObs) (penalty.Factors, penalty.Memory, error) {
		m[0]++
		if fails && m[0]%32 == 20 {
			return penalty.Factors{}, m, spec.ErrOverflow
		}
		return penalty.Unscaled, m, nil
	}}
	s, err := backtest.NewStudy(hamlet(), backtest.Options{Rules: []penalty.Rule{study().Rules[1], moody}})
	require.NoError(t, err)
	first, _, _, _ := steps(0)
	second, _, _, _ := steps(1)
	walk, x := s.NewWalk(), new(backtest.Factors)
	fails = true
	empty := form(t, walk)
	require.ErrorIs(t, walk.Step(x, &first), spec.ErrOverflow)
	require.Equal(t, empty, form(t, walk))
	fails = false
	require.NoError(t, walk.Step(x, &first))
	before := form(t, walk)
	fails = true
	require.ErrorIs(t, walk.Step(x, &second), spec.ErrOverflow)
	require.ErrorIs(t, walk.Step(x, &first), spec.ErrInput)
	require.Equal(t, before, form(t, walk))
	require.ErrorIs(t, study().NewWalk().UnmarshalBinary(before), spec.ErrInput, "of other rules")
}

func TestPartsOfOtherStudiesAreErrors(t *testing.T) {
	_, f, x, want := steps(0)
	punisher, sums := study().NewPunisher(), want
	other := x
	other.Rules = x.Rules[:1]
	require.ErrorIs(t, punisher.Punish(&sums, &f, &other), spec.ErrInput, "fewer rules")
	other.Rules = append(x.Rules[:1:1], x.Rules[1])
	other.Rules[1][3].Target = penalty.Integer(math.MaxUint64)
	require.ErrorIs(t, punisher.Punish(&sums, &f, &other), spec.ErrOverflow)
	lone, err := backtest.NewPopulation(&backtest.Labels{}, backtest.EveryLabel, 0)
	require.NoError(t, err)
	s, err := backtest.NewStudy(lone, backtest.Options{Rules: study().Rules})
	require.NoError(t, err)
	require.ErrorIs(t, s.NewPunisher().Punish(&sums, &f, &x), spec.ErrInput, "classes that are not there")
	require.Equal(t, want, sums)
}

// A factor that is squared may give a penalty of nearly 64 bits; two of those do
// not fit, nor do many of one.
func TestPenaltiesThatOverflowTogetherAreErrors(t *testing.T) {
	s, err := backtest.NewStudy(hamlet(), backtest.Options{Rules: rulesNamed(t, "net-excess-2024")})
	require.NoError(t, err)
	_, f, x, _ := steps(0)
	of := func(source, target uint64) error {
		factors := backtest.Factors{Epoch: x.Epoch, Rules: make([][32]penalty.Factors, 1)}
		for i := range factors.Rules[0] {
			factors.Rules[0][i] = penalty.Unscaled
		}
		factors.Rules[0][7].Source = penalty.Factor{Num: source, Den: 1, Squared: true}
		factors.Rules[0][7].Target = penalty.Factor{Num: target, Den: 1, Squared: true}
		return s.NewPunisher().Punish(new(backtest.Sums), &f, &factors)
	}
	// 90,363 and 167,817 Gwei are the ordinary ones; 1.2e7 squared times the first
	// is 1.30e19, 9e6 squared times the second 1.36e19, 2^64 is 1.84e19.
	require.ErrorIs(t, of(12_000_000, 9_000_000), spec.ErrOverflow)
	require.ErrorIs(t, of(12_000_000, 6_000_000), spec.ErrOverflow, "1.30e19 + 0.60e19")
	require.ErrorIs(t, of(8_000_000, 9_000_000), spec.ErrOverflow, "0.58e19 + 1.36e19")
	require.NoError(t, of(6_000_000, 1), "two validators, 6.5e18")
	require.ErrorIs(t, of(9_000_000, 6_000_000), spec.ErrOverflow, "two validators, 2 * (7.3e18 + 6.0e18)")
	require.ErrorIs(t, of(20_000_000, 1), spec.ErrOverflow)
}

func TestManyPenaltiesThatOverflowAreErrors(t *testing.T) {
	s, err := backtest.NewStudy(hamlet(), backtest.Options{Rules: rulesNamed(t, "net-excess-2024")})
	require.NoError(t, err)
	factors := backtest.Factors{Epoch: 10, Rules: make([][32]penalty.Factors, 1)}
	for i := range factors.Rules[0] {
		factors.Rules[0][i] = penalty.Factors{Source: penalty.Factor{Num: 8_000_000, Den: 1, Squared: true}, Target: penalty.One}
	}
	// So many of one class without source in slot 0, of 24,576 ETH: 5.78e18 each.
	for count, want := range map[byte]error{1: nil, 3: nil, 4: spec.ErrOverflow, 5: spec.ErrOverflow, 127: spec.ErrOverflow} {
		data := binary.AppendUvarint([]byte{'f', 1, 10}, uint64(24_576*spec.ETH))
		var f backtest.Failures
		require.NoError(t, f.UnmarshalBinary(after(append(data, 1, 0, byte(cofailure.NoSource<<1|1), count, 0), 31, 0, 0)))
		err := s.NewPunisher().Punish(new(backtest.Sums), &f, &factors)
		if want == nil {
			require.NoError(t, err, count)
		} else {
			require.ErrorIs(t, err, want, count)
		}
	}
}

func TestListsOutOfOrderAndErrorsOfListsEndARun(t *testing.T) {
	slots := days()
	for name, order := range map[string][]int{"the same slot twice": {0, 0}, "a slot before": {33, 32}, "an epoch before": {40, 5}} {
		var bad []backtest.Slot
		for _, i := range order {
			bad = append(bad, slots[i])
		}
		_, err := study().Run(list(bad), 1)
		require.ErrorIs(t, err, spec.ErrInput, name)
		for _, err := range backtest.Epochs(list(bad), nil) {
			require.ErrorIs(t, err, spec.ErrInput, name)
		}
	}
	broken := errors.New("broken")
	var breaks iter.Seq2[backtest.Slot, error] = func(yield func(backtest.Slot, error) bool) {
		_ = yield(slots[0], nil) && yield(backtest.Slot{}, broken)
	}
	_, err := study().Run(breaks, 2)
	require.ErrorIs(t, err, broken)
	for _, workers := range []int{0, -1, backtest.MaxWorkers + 1} {
		_, err := study().Run(list(slots), workers)
		require.ErrorIs(t, err, spec.ErrInput)
	}
	o, err := study().Run(list(nil), 1)
	require.NoError(t, err)
	r, err := study().Result(o, 10, 1)
	require.NoError(t, err, "nothing is a result, too")
	_, err = r.MarshalJSON()
	require.NoError(t, err)
}

func TestGroupsAreThoseOfTheAnalyses(t *testing.T) {
	sizes := []int{12_000, 10_000, 9999, 1001, 1000, 301, 300, 11, 10}
	l := &backtest.Labels{}
	for i, n := range sizes {
		l.Names = append(l.Names, string(rune('A'+i)))
		for range n {
			l.Of = append(l.Of, int32(i))
		}
	}
	l.Of = append(l.Of, -1, -2, 0)
	l.Duty = make([]uint64, 2000)
	for v := range len(l.Of) - 1 + 3 { // but for the last one of A, and three beyond the end
		if v != len(l.Of)-1 {
			l.Duty[v/64] |= 1 << (v % 64)
		}
	}
	all := uint64(34622 + 4)
	for grouping, want := range map[backtest.Grouping][]backtest.Group{
		backtest.Post: {{"big", 22_000}, {"medium", 12_301}, {"small", 311}, {"all", all},
			{"A", 12_000}, {"B", 10_000}, {"C", 9999}, {"D", 1001}},
		backtest.Followup: {{"large", 22_000}, {"mid", 12_301}, {"small", 321}, {"unidentified", 4}, {"all", all},
			{"A", 12_000}, {"B", 10_000}},
		backtest.EveryLabel: {{"A", 12_000}, {"B", 10_000}, {"unidentified", 4}, {"all", all}},
	} {
		p, err := backtest.NewPopulation(l, grouping, 2)
		require.NoError(t, err)
		require.Equal(t, want, p.Groups, grouping.String())
		require.Equal(t, p.Groups, sent(t, p).Groups)
	}
}

func TestPopulationsThatCannotBeAreErrors(t *testing.T) {
	for name, c := range map[string]struct {
		labels   backtest.Labels
		grouping backtest.Grouping
		top      int
	}{
		"a label that is not there": {backtest.Labels{Of: []int32{0}, Duty: []uint64{1}}, backtest.Post, 0},
		"too many labels":           {backtest.Labels{Names: make([]string, cofailure.MaxClusters)}, backtest.Post, 0},
		"too many validators":       {backtest.Labels{Duty: make([]uint64, backtest.MaxValidators/64+1)}, backtest.Post, 0},
		"no grouping":               {backtest.Labels{}, 3, 0},
		"top below zero":            {backtest.Labels{}, backtest.EveryLabel, -1},
	} {
		_, err := backtest.NewPopulation(&c.labels, c.grouping, c.top)
		require.ErrorIs(t, err, spec.ErrInput, name)
	}
	many := backtest.Labels{Names: make([]string, 5000), Of: make([]int32, 5056), Duty: make([]uint64, 79)}
	for i := range many.Of {
		many.Of[i] = int32(i % 5000)
		many.Duty[i/64] |= 1 << (i % 64)
	}
	_, err := backtest.NewPopulation(&many, backtest.EveryLabel, 5000)
	require.ErrorIs(t, err, spec.ErrInput)
	var field *spec.FieldError
	require.ErrorAs(t, err, &field)
	require.Equal(t, "top", field.Field)
}

func TestStudiesThatCannotBeAreErrors(t *testing.T) {
	own := penalty.StatusQuo()
	own.Name = ""
	for name, o := range map[string]backtest.Options{
		"no rules":            {},
		"a rule without name": {Rules: []penalty.Rule{own}},
		"a rule without step": {Rules: []penalty.Rule{{Name: "x"}}},
		"no such deadline":    {Rules: study().Rules, Deadline: 2},
	} {
		_, err := backtest.NewStudy(hamlet(), o)
		require.ErrorIs(t, err, spec.ErrInput, name)
	}
	s := study()
	for _, draws := range []int{-1, backtest.MaxDraws + 1} {
		_, err := s.Result(&backtest.Outcome{}, draws, 0)
		require.ErrorIs(t, err, spec.ErrInput)
	}
}
