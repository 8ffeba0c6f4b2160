package backtest_test

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/backtest"
	"github.com/stakesim/stakesim/penalty/cofailure"
	"github.com/stakesim/stakesim/spec/table"
)

func ExampleNewPopulation() {
	l := &backtest.Labels{Names: []string{"A"}, Of: []int32{0, 0, -1, 0}, Duty: []uint64{0b10111}} // 3 had no duty
	p, err := backtest.NewPopulation(l, backtest.EveryLabel, 10)
	fmt.Println(p.Groups, err)
	// Output: [{A 2} {unidentified 2} {all 4}] <nil>
}

func ExamplePopulation_Has() {
	p := hamlet()
	fmt.Println(p.Has(767), p.Has(768))
	// Output: true false
}

func ExamplePopulation_Limit() {
	fmt.Println(hamlet().Limit())
	// Output: 768
}

func ExampleGrouping_String() {
	fmt.Println(backtest.Post, backtest.Followup, backtest.EveryLabel)
	// Output: post followup labels
}

func ExampleParseGrouping() {
	g, _ := backtest.ParseGrouping("followup")
	_, err := backtest.ParseGrouping("")
	fmt.Println(g == backtest.Followup, err)
	// Output: true unknown name: grouping "": not post, followup or labels
}

func ExampleNewStudy() {
	_, err := backtest.NewStudy(hamlet(), backtest.Options{Rules: []penalty.Rule{penalty.StatusQuo(), penalty.StatusQuo()}})
	fmt.Println(err)
	// Output: rules[1]: invalid input: "status-quo": without a name or a step, or a second time
}

func ExampleStudy_Columns() {
	fmt.Println(study().Columns())
	// Output: [basic basic_ss status-quo smoothed-2026/E3]
}

func ExampleStudy_Run() {
	slots := days()
	outcome, err := study().Run(list(slots[1:]), 1)
	fmt.Println(outcome.Totals.Epochs(), outcome.Incomplete, outcome.Counts.Co[cofailure.Fumbles], err)
	// Output: 1 1 132 <nil>
}

func ExampleEpochs() {
	var incomplete int
	for slots, err := range backtest.Epochs(list(days()[:40]), &incomplete) {
		fmt.Println(slots[0].Slot, len(slots), err)
	}
	fmt.Println(incomplete)
	// Output:
	// 320 32 <nil>
	// 1
}

func ExampleKnown() {
	failures := 0
	backtest.Known(days(), func(f []cofailure.Failure) { failures += len(f) }) // of the second epoch
	fmt.Println(failures)
	// Output: 79
}

// steps takes an epoch of the two through the steps.
func steps(epoch int) (a backtest.Aggregates, f backtest.Failures, x backtest.Factors, sums backtest.Sums) {
	s := study()
	o, err := s.NewObserver()
	walk := s.NewWalk()
	for e := 0; e <= epoch && err == nil; e++ {
		if err = o.Observe(&a, &f, days()[32*e:32*e+32]); err == nil {
			err = walk.Step(&x, &a)
		}
	}
	if err == nil {
		err = s.NewPunisher().Punish(&sums, &f, &x)
	}
	if err != nil {
		panic(err)
	}
	return a, f, x, sums
}

func ExampleStudy_NewObserver() {
	o, err := study().NewObserver()
	fmt.Println(o.Counts().Slots, err)
	// Output: 0 <nil>
}

func ExampleObserver_Observe() {
	o, _ := study().NewObserver()
	var a backtest.Aggregates
	var f backtest.Failures
	err := o.Observe(&a, &f, days()[:32])
	offline := a.Slots[1].Tally[0]
	fmt.Println(a.Epoch, offline.Count, offline.Balance, err)
	fmt.Println(o.Observe(&a, &f, days()[1:33]))
	// Output:
	// 10 2 64000000000 <nil>
	// slots[0]: invalid input: 321, which begins no epoch
}

func ExampleObserver_Counts() {
	o, _ := study().NewObserver()
	_ = o.Observe(new(backtest.Aggregates), new(backtest.Failures), days()[32:])
	fmt.Println(o.Counts().Co[cofailure.Fumbles]) // 12 validators in slot 5
	// Output: 132
}

func ExampleStudy_NewWalk() {
	fmt.Println(study().NewWalk().Epochs())
	// Output: 0
}

func ExampleWalk_Step() {
	a, _, _, _ := steps(0)
	b, _, _, _ := steps(1)
	walk, x := study().NewWalk(), new(backtest.Factors)
	_ = walk.Step(x, &a)
	_ = walk.Step(x, &b)
	fmt.Println(x.Index, x.Rules[1][4].Target.Num, x.Rules[1][5].Target.Num)
	fmt.Println(walk.Step(x, &a))
	// Output:
	// 1 1 256
	// epoch: invalid input: 10 after 11
}

func ExampleWalk_Epochs() {
	a, _, _, _ := steps(0)
	walk := study().NewWalk()
	_ = walk.Step(new(backtest.Factors), &a)
	fmt.Println(walk.Epochs())
	// Output: 1
}

func ExampleStudy_NewPunisher() {
	_, f, x, _ := steps(0)
	x.Epoch++
	fmt.Println(study().NewPunisher().Punish(new(backtest.Sums), &f, &x))
	// Output: factors: invalid input: of epoch 11, not 10
}

func ExamplePunisher_Punish() {
	_, f, x, _ := steps(0)
	var sums backtest.Sums
	err := study().NewPunisher().Punish(&sums, &f, &x)
	fmt.Println(sums.Epoch, sums.Index, sums.Of[4:8], err) // of the second group
	// Output: 10 0 [32 32 8261760 26385996] <nil>
}

func ExampleTotals_Add() {
	_, _, _, sums := steps(0)
	var t backtest.Totals
	fmt.Println(t.Add(&sums), t.Epochs())
	// Output: <nil> 1
}

func ExampleTotals_Merge() {
	_, _, _, first := steps(0)
	_, _, _, second := steps(1)
	var t, o backtest.Totals
	_, _ = t.Add(&second), o.Add(&first)
	fmt.Println(t.Merge(&o), t.Epochs())
	// Output: <nil> 2
}

func ExampleTotals_Epochs() {
	fmt.Println(new(backtest.Totals).Epochs())
	// Output: 0
}

// result is of the two days.
func result(draws int) *backtest.Result {
	s := study()
	outcome, err := s.Run(list(days()), 1)
	if err != nil {
		panic(err)
	}
	r, err := s.Result(outcome, draws, 1)
	if err != nil {
		panic(err)
	}
	return r
}

func ExampleStudy_Result() {
	s := study()
	outcome, _ := s.Run(list(days()), 1)
	_, err := s.Result(outcome, -1, 1)
	fmt.Println(err)
	// Output: draws: invalid input: -1 of 16 sums
}

func ExampleResult_CountTable() {
	_ = result(0).CountTable().Write(os.Stdout, table.CSV)
	// Output:
	// kind,failures,co-failures,by share of failures,by global rate,pairs at global rate,by own rate,pairs at own rate,redistributed,fake clusters
	// fumbles,79,132,90.04041720990874,50.11219618055556,49.964060465494796,58.28125,58.12296549479167,,
	// misses,0,0,0,0,0,0,0,,
	// ssfumbles,79,132,90.04041720990874,50.11219618055556,49.964060465494796,58.28125,58.12296549479167,,
	// ssmisses,0,0,0,0,0,0,0,,
}

// Two epochs are too few for an interval.
func ExampleResult_PenaltyTable() {
	_ = result(100).PenaltyTable().Write(os.Stdout, table.Markdown)
	// Output:
	// ### Penalties by group, deadline longest
	//
	// | group | validators | mechanism | total (Gwei) | mean (Gwei) | mean from (Gwei) | to (Gwei) | to status quo (x) | ratio from (x) | up to (x) | mean's blocks | ratio's blocks |
	// | --- | ---: | --- | ---: | ---: | --- | --- | ---: | ---: | ---: | --- | --- |
	// | big | 0 | status-quo | 0 |  |  |  |  |  |  | no figure | no figure |
	// | big | 0 | smoothed-2026/E3 | 0 |  |  |  |  |  |  | no figure | no figure |
	// | medium | 384 | status-quo | 19,363,500 | 50,425.8 |  |  | 1.000 | 1.000 | 1.000 | record too short | by definition |
	// | medium | 384 | smoothed-2026/E3 | 569,131,992 | 1,482,114.6 |  |  | 29.392 |  |  | record too short | record too short |
	// | small | 64 | status-quo | 2,065,440 | 32,272.5 |  |  | 1.000 | 1.000 | 1.000 | record too short | by definition |
	// | small | 64 | smoothed-2026/E3 | 38,313,912 | 598,654.9 |  |  | 18.550 |  |  | record too short | record too short |
	// | all | 768 | status-quo | 37,952,460 | 49,417.3 |  |  | 1.000 | 1.000 | 1.000 | record too short | by definition |
	// | all | 768 | smoothed-2026/E3 | 703,011,231 | 915,379.2 |  |  | 18.523 |  |  | record too short | record too short |
	//
	// Intervals: 95 %, studentised circular block bootstrap, 100 draws, seed 1; blocks of epochs twice as long as the rule of Politis and White (2004, corrected 2009) finds in the record.
	//
	// Record too short: fewer than three outages, or what varies lasts too long for an interval. No interval knows of outages that the record has not seen.
}

func ExampleResult_AdvantageTable() {
	_ = result(0).AdvantageTable().Write(os.Stdout, table.CSV)
	// Output:
	// mechanism,advantage (x),from (x),to (x)
	// basic,0.64,,
	// basic_ss,0.64,,
	// status-quo,0.64,,
	// smoothed-2026/E3,0.40391943385955364,,
}

func ExampleResult_MarshalJSON() {
	text, err := json.Marshal(result(0))
	var of struct {
		Epochs int
		Table  map[string]map[string][2]uint64 // sum and members
	}
	_ = json.Unmarshal(text, &of)
	fmt.Println(of.Epochs, of.Table["medium"]["status-quo"], err)
	// Output: 2 [19363500 384] <nil>
}
