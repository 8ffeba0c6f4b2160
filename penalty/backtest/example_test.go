package backtest_test

import (
	"fmt"
	"os"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/backtest"
	"github.com/stakesim/stakesim/penalty/cofailure"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/table"
)

// hamlet is 768 validators, 24 to a slot: 12 of operator A, 2 of B.
func hamlet() *backtest.Population {
	l := &backtest.Labels{Names: []string{"A", "B"}, Of: make([]int32, 768), Duty: make([]uint64, 12)}
	for v := range l.Of {
		l.Duty[v/64] |= 1 << (v % 64)
		switch {
		case v%24 < 12:
			l.Of[v] = 0
		case v%24 < 14:
			l.Of[v] = 1
		default:
			l.Of[v] = -1
		}
	}
	p, err := backtest.NewPopulation(l, backtest.Post, 0)
	if err != nil {
		panic(err)
	}
	return p
}

// days are epochs 10 and 11, 32 ETH each: in every slot one of A and one without
// a label are offline, in every eighth one of B, and in slot 5 of epoch 11 all of A.
func days() (slots []backtest.Slot) {
	const offline = cofailure.Missed | cofailure.Late | cofailure.NoSource | cofailure.NoTarget
	for slot := range uint32(64) {
		s := backtest.Slot{Slot: spec.Slot(320 + slot), Committee: 24, Balance: 768 * spec.ETH, NoHistory: slot < 32}
		for i := range uint32(24) {
			if i == 3 || i == 20 || i == 12 && slot%8 == 0 || slot == 37 && i < 12 {
				s.Failures = append(s.Failures, cofailure.NewFailure(slot%32*24+i, 32, offline))
			}
		}
		slots = append(slots, s)
	}
	return slots
}

// study is of the two days under two rules.
func study() *backtest.Study {
	smoothed, _ := penalty.RuleNamed("smoothed-2026")
	s, err := backtest.NewStudy(hamlet(), backtest.Options{Rules: []penalty.Rule{penalty.StatusQuo(), smoothed}})
	if err != nil {
		panic(err)
	}
	return s
}

// The whole back-test on one machine.
func Example() {
	s := study()
	outcome, err := s.Run(list(days()), 2)
	if err != nil {
		fmt.Println(err)
		return
	}
	r, _ := s.Result(outcome, 0, 1)
	_ = r.PenaltyTable().Write(os.Stdout, table.CSV)
	// Output:
	// group,validators,mechanism,total (Gwei),mean (Gwei),mean from (Gwei),to (Gwei),to status quo (x),ratio from (x),up to (x)
	// big,0,status-quo,0,,,,,,
	// big,0,smoothed-2026/E3,0,,,,,,
	// medium,384,status-quo,19363500,50425.78125,,,1,,
	// medium,384,smoothed-2026/E3,569131992,1.4821145625e+06,,,29.392,,
	// small,64,status-quo,2065440,32272.5,,,1,,
	// small,64,smoothed-2026/E3,38313912,598654.875,,,18.55,,
	// all,768,status-quo,37952460,49417.265625,,,1,,
	// all,768,smoothed-2026/E3,703011231,915379.20703125,,,18.523469387755103,,
}

// The same in steps that need not be on one machine: what goes from one to the
// next goes as bytes.
func Example_steps() {
	s := study()
	var aggregates, failures [][]byte
	observer, _ := s.NewObserver() // one for each goroutine
	for slots, err := range backtest.Epochs(list(days()), nil) {
		var a backtest.Aggregates
		var f backtest.Failures
		if err == nil {
			err = observer.Observe(&a, &f, slots)
		}
		if err != nil {
			fmt.Println(err)
			return
		}
		of, _ := a.MarshalBinary()
		aggregates = append(aggregates, of)
		of, _ = f.MarshalBinary()
		failures = append(failures, of)
	}

	var factors [][]byte
	walk := s.NewWalk() // in order, one for all
	for _, of := range aggregates {
		var a backtest.Aggregates
		var x backtest.Factors
		_ = a.UnmarshalBinary(of)
		if err := walk.Step(&x, &a); err != nil {
			fmt.Println(err)
			return
		}
		of, _ = x.MarshalBinary()
		factors = append(factors, of)
	}

	var totals backtest.Totals
	punisher := s.NewPunisher() // one for each goroutine
	for i := range factors {
		var f backtest.Failures
		var x backtest.Factors
		var sums backtest.Sums
		_, _ = f.UnmarshalBinary(failures[i]), x.UnmarshalBinary(factors[i])
		if err := punisher.Punish(&sums, &f, &x); err != nil {
			fmt.Println(err)
			return
		}
		_ = totals.Add(&sums)
	}
	r, err := s.Result(&backtest.Outcome{Counts: observer.Counts(), Totals: &totals}, 0, 1)
	fmt.Println(err)
	_ = r.AdvantageTable().Write(os.Stdout, table.Markdown)
	// Output:
	// <nil>
	// ### Advantage of size: mean penalty of small over that of medium
	//
	// | mechanism | advantage (x) | from (x) | to (x) |
	// | --- | ---: | --- | --- |
	// | basic | 0.640 |  |  |
	// | basic_ss | 0.640 |  |  |
	// | status-quo | 0.640 |  |  |
	// | smoothed-2026/E3 | 0.404 |  |  |
}

// A sweep is one study with a rule for every point of a grid.
func Example_sweep() {
	rules := []penalty.Rule{penalty.StatusQuo()}
	for _, window := range []int{8, 32} {
		for _, limit := range []int{2, 4, 8} {
			rule, err := penalty.RuleNamed(fmt.Sprintf("slot-relative/cap=%d,window=%d", limit, window))
			if err != nil {
				fmt.Println(err)
				return
			}
			rules = append(rules, rule)
		}
	}
	s, _ := backtest.NewStudy(hamlet(), backtest.Options{Rules: rules})
	outcome, _ := s.Run(list(days()), 1)
	r, _ := s.Result(outcome, 0, 1)
	_ = r.AdvantageTable().Write(os.Stdout, table.Markdown)
	// Output:
	// ### Advantage of size: mean penalty of small over that of medium
	//
	// | mechanism | advantage (x) | from (x) | to (x) |
	// | --- | ---: | --- | --- |
	// | basic | 0.640 |  |  |
	// | basic_ss | 0.640 |  |  |
	// | status-quo | 0.640 |  |  |
	// | slot-relative/average,cap=2,window=8 | 0.748 |  |  |
	// | slot-relative/average,window=8 | 0.580 |  |  |
	// | slot-relative/average,cap=8,window=8 | 0.468 |  |  |
	// | slot-relative/average,cap=2 | 0.752 |  |  |
	// | slot-relative/average | 0.582 |  |  |
	// | slot-relative/average,cap=8 | 0.469 |  |  |
}

// Fake clusters take two more passes over the slots. Both merge.
func Example_fakeClusters() {
	p := hamlet()
	q := cofailure.NewQuality(p.Limit())
	for slots, err := range backtest.Epochs(list(days()), nil) {
		if err != nil {
			fmt.Println(err)
			return
		}
		backtest.Known(slots, q.Slot)
	}
	fake, _ := q.Fake(&p.Clusters, p.Has)
	for slots := range backtest.Epochs(list(days()), nil) {
		backtest.Known(slots, fake.Slot)
	}
	redistributed, _ := q.Redistributed(&p.Clusters)
	fmt.Println(fake.Co[cofailure.Fumbles] > 0, redistributed[cofailure.Fumbles]) // (43*42 + 4*3) / 32
	// Output: true 56.8125
}
