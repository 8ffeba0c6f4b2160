package backtest_test

import (
	"iter"
	"math/rand/v2"
	"testing"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/backtest"
	"github.com/stakesim/stakesim/penalty/cofailure"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/budget"
)

// TestNoExportedFunctionPanicsOnEdgeValues calls every exported function with nil,
// zero, the largest numbers and columns of any lengths: two seconds and 256 MiB for
// each call.
func TestNoExportedFunctionPanicsOnEdgeValues(t *testing.T) {
	edges := budget.Edges{
		Dir: ".", Kinds: []error{spec.ErrInput, spec.ErrOverflow, spec.ErrUnknown},
		Functions: map[string]any{
			"CheckParams":             backtest.CheckParams,
			"Aggregates.AppendBinary": (*backtest.Aggregates).AppendBinary, "Aggregates.MarshalBinary": (*backtest.Aggregates).MarshalBinary,
			"Aggregates.UnmarshalBinary": (*backtest.Aggregates).UnmarshalBinary, "Epochs": backtest.Epochs,
			"Factors.AppendBinary": (*backtest.Factors).AppendBinary, "Factors.MarshalBinary": (*backtest.Factors).MarshalBinary,
			"Factors.UnmarshalBinary": (*backtest.Factors).UnmarshalBinary, "Failures.AppendBinary": (*backtest.Failures).AppendBinary,
			"Failures.MarshalBinary": (*backtest.Failures).MarshalBinary, "Failures.UnmarshalBinary": (*backtest.Failures).UnmarshalBinary,
			"Grouping.String": backtest.Grouping.String, "Known": backtest.Known, "NewPopulation": backtest.NewPopulation,
			"NewStudy": backtest.NewStudy, "Observer.Counts": (*backtest.Observer).Counts, "Observer.Observe": (*backtest.Observer).Observe,
			"ParseGrouping": backtest.ParseGrouping, "Population.AppendBinary": (*backtest.Population).AppendBinary,
			"Population.Has": (*backtest.Population).Has, "Population.Limit": (*backtest.Population).Limit,
			"Population.MarshalBinary": (*backtest.Population).MarshalBinary, "Population.UnmarshalBinary": (*backtest.Population).UnmarshalBinary,
			"Punisher.Punish": (*backtest.Punisher).Punish, "RatioInterval": backtest.RatioInterval, "Reason.String": backtest.Reason.String, "Result.AdvantageTable": (*backtest.Result).AdvantageTable,
			"Result.CountTable": (*backtest.Result).CountTable, "Result.MarshalJSON": (*backtest.Result).MarshalJSON,
			"Result.PenaltyTable": (*backtest.Result).PenaltyTable, "Study.Columns": (*backtest.Study).Columns,
			"Study.NewObserver": (*backtest.Study).NewObserver, "Study.NewPunisher": (*backtest.Study).NewPunisher,
			"Study.NewWalk": (*backtest.Study).NewWalk, "Study.Result": (*backtest.Study).Result, "Study.Run": (*backtest.Study).Run,
			"Sums.AppendBinary": (*backtest.Sums).AppendBinary, "Sums.MarshalBinary": (*backtest.Sums).MarshalBinary,
			"Sums.UnmarshalBinary": (*backtest.Sums).UnmarshalBinary, "Totals.Add": (*backtest.Totals).Add,
			"Totals.AppendBinary": (*backtest.Totals).AppendBinary, "Totals.Epochs": (*backtest.Totals).Epochs,
			"Totals.MarshalBinary": (*backtest.Totals).MarshalBinary, "Totals.Merge": (*backtest.Totals).Merge,
			"Totals.UnmarshalBinary": (*backtest.Totals).UnmarshalBinary, "Walk.AppendBinary": (*backtest.Walk).AppendBinary,
			"Walk.Epochs": (*backtest.Walk).Epochs, "Walk.MarshalBinary": (*backtest.Walk).MarshalBinary, "Walk.Step": (*backtest.Walk).Step,
			"Walk.UnmarshalBinary": (*backtest.Walk).UnmarshalBinary,
		},
		Samples: []any{edgePopulation, edgeStudy, edgeObserver, edgeWalk, edgePunisher, edgeSlots, edgeList, edgeOutcome, edgeResult, edgeRule},
	}
	edges.Test(t)
}

func edgeRule(rng *rand.Rand) penalty.Rule {
	rules := penalty.Rules()
	return rules[rng.IntN(len(rules))]
}

func edgePopulation(rng *rand.Rand) *backtest.Population {
	labels := &backtest.Labels{Names: []string{"a", "b"}, Of: []int32{0, 1, -1, 0, 0}, Duty: []uint64{1<<40 - 1}}
	p, err := backtest.NewPopulation(labels, backtest.Grouping(rng.IntN(3)), rng.IntN(4))
	if err != nil {
		panic(err)
	}
	return p
}

func edgeStudy(rng *rand.Rand) *backtest.Study {
	s, err := backtest.NewStudy(edgePopulation(rng), backtest.Options{Rules: penalty.Rules()[:1+rng.IntN(4)], Counted: rng.IntN(2) == 0})
	if err != nil {
		panic(err)
	}
	return s
}

func edgeObserver(rng *rand.Rand) *backtest.Observer {
	o, err := edgeStudy(rng).NewObserver()
	if err != nil {
		panic(err)
	}
	return o
}

func edgeWalk(rng *rand.Rand) *backtest.Walk         { return edgeStudy(rng).NewWalk() }
func edgePunisher(rng *rand.Rand) *backtest.Punisher { return edgeStudy(rng).NewPunisher() }

// edgeSlots is an epoch, now and then with a committee or a failure of any size.
func edgeSlots(rng *rand.Rand) []backtest.Slot {
	slots := make([]backtest.Slot, backtest.SlotsPerEpoch)
	for i := range slots {
		s := &slots[i]
		*s = backtest.Slot{Slot: spec.Slot(i), Committee: 40, Balance: 40 * 32 * spec.ETH, NoHistory: rng.IntN(3) == 0}
		for range rng.IntN(4) {
			s.Failures = append(s.Failures, cofailure.NewFailure(rng.Uint32N(50), uint16(16*rng.IntN(3)), cofailure.How(rng.IntN(256))))
		}
		if rng.IntN(60) == 0 {
			s.Committee, s.Balance = rng.Uint32(), spec.Gwei(rng.Uint64())
		}
	}
	return slots
}

func edgeList(rng *rand.Rand) iter.Seq2[backtest.Slot, error] {
	slots := edgeSlots(rng)
	return func(yield func(backtest.Slot, error) bool) {
		for _, s := range slots {
			if !yield(s, nil) {
				return
			}
		}
	}
}

func edgeOutcome(rng *rand.Rand) *backtest.Outcome {
	o, _ := edgeStudy(rng).Run(edgeList(rng), 1)
	return o
}

func edgeResult(rng *rand.Rand) *backtest.Result {
	s := edgeStudy(rng)
	o, _ := s.Run(edgeList(rng), 1)
	r, _ := s.Result(o, rng.IntN(30), 1)
	return r
}
