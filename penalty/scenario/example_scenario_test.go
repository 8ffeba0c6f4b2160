package scenario_test

import (
	"errors"
	"fmt"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/scenario"
	"github.com/stakesim/stakesim/spec"
)

// pair is a population in which nothing is left to chance but its misses.
func pair() []scenario.Operator {
	return []scenario.Operator{
		{Name: "professional-1", Group: "big", Count: 1, Validators: 9600, Balance: 32 * spec.ETH, Sites: 1, Machines: 2},
		{Name: "solo", Group: "small", Count: 3200, Validators: 1, Balance: 32 * spec.ETH, Sites: 1, Machines: 1},
	}
}

// blackout takes the small group down for two of ten epochs, of which there are
// no others.
func blackout() *scenario.Scenario {
	e := scenario.DefaultEconomics
	return &scenario.Scenario{
		Name: "blackout", Epochs: 10, Runs: 2, Economics: e, Population: pair(),
		Outages:    []scenario.Outage{{Start: 4, Duration: 2, Group: "small"}},
		Mechanisms: []scenario.Mechanism{{Label: "today", Rule: penalty.StatusQuo()}, {Label: "2026", Rule: penalty.SmoothedE3.Rule()}},
	}
}

func ExampleRun() {
	r, err := scenario.Run(blackout(), 1, 0)
	fmt.Println(r.ByGroup(0)[1].Paid/3200, "Gwei each, 2 * (2219 + 4121)", err)
	// Output: 12680 Gwei each, 2 * (2219 + 4121) <nil>
}

func ExampleRunResult_ByGroup() {
	r, _ := scenario.Run(blackout(), 1, 0)
	for _, g := range r.ByGroup(0) {
		fmt.Println(g.Group, g.Stake/spec.ETH, g.Paid)
	}
	// Output:
	// big 307200 0
	// small 102400 40576000
}

func ExampleRunResult_Lost() {
	r, _ := scenario.Run(blackout(), 1, 0)
	lost := r.Lost(0)
	fmt.Println(len(lost), "operators;", lost[1] == lost[3200])
	// Output: 3201 operators; true
}

func ExampleGroupLoss_Total() {
	g := scenario.GroupLoss{Paid: 6340, Forgone: 8559, Leak: 1}
	fmt.Println(g.Total())
	// Output: 14900
}

func ExampleGroupLoss_Per32() {
	g := scenario.GroupLoss{Stake: 64 * spec.ETH}
	fmt.Println(g.Per32(6340))
	// Output: 3170
}

func ExampleSeries_AverageFactor() {
	r, _ := scenario.Run(blackout(), 1, 0)
	fmt.Println(r.Mechanisms[0].Factor.AverageFactor())
	// Output: 1
}

func ExampleRepeat() {
	runs, err := scenario.Repeat(blackout(), 7, 2, func(done, all int) {})
	fmt.Println(len(runs), runs[1].Operators == nil, err)
	// Output: 2 true <nil>
}

func ExampleSweep() {
	long := blackout()
	long.Outages[0].Duration = 4
	all, err := scenario.Sweep([]*scenario.Scenario{blackout(), long}, 7, 2, nil)
	fmt.Println(all[1][0].ByGroup(0)[1].Paid/all[0][0].ByGroup(0)[1].Paid, err)
	// Output: 2 <nil>
}

func ExampleGrid() {
	points, err := scenario.Grid([]scenario.Axis{{Key: "slope", Values: []uint64{381, 765}}, {Key: "cap", Values: []uint64{128, 256}}})
	fmt.Println(points, err)
	// Output: [[381 128] [381 256] [765 128] [765 256]] <nil>
}

func ExampleTuned() {
	rule, err := scenario.Tuned("smoothed-2026/E3", map[string]uint64{"cap": 64})
	fmt.Println(rule.FullName(), rule.Cap, err)
	// Output: smoothed-2026/E3,cap=64 64 <nil>
}

func ExampleScenario_Validate() {
	s := blackout()
	s.Outages[0].Share = 1_500_000
	err := s.Validate()
	fmt.Println(err, errors.Is(err, spec.ErrInput))
	// Output: outages.0.share: invalid input: 1.5 is more than one true
}

func ExampleValidatePopulation() {
	ops := pair()
	ops[1].Clients = []scenario.Share{{Name: "client-a", Part: 700_000}, {Name: "client-b", Part: 500_000}}
	fmt.Println(scenario.ValidatePopulation(ops))
	// Output: population.1.clients: invalid input: the shares add up to 1.2, not to one
}

func ExamplePreset() {
	ops, err := scenario.Preset("mainnet-like", 3_200_000*spec.ETH, 2048*spec.ETH, 32*spec.ETH)
	last := ops[len(ops)-1]
	fmt.Println(last.Name, last.Count, last.Balance/spec.ETH, err) // 7 % of the stake
	// Output: solo 7000 32 <nil>
}

func ExamplePresets() {
	fmt.Println(scenario.Presets())
	// Output: [mainnet-like solo-heavy one-pool]
}

func ExampleGroups() {
	fmt.Println(scenario.Groups(pair()))
	// Output: [big small]
}

func ExampleValidators() {
	fmt.Println(scenario.Validators(pair()))
	// Output: 12800
}

func ExampleStake() {
	fmt.Println(scenario.Stake(pair()) / spec.ETH)
	// Output: 409600
}

func ExampleOperator_Stake() {
	fmt.Println(pair()[0].Stake() / spec.ETH)
	// Output: 307200
}

func ExamplePPM_Float() {
	fmt.Println(scenario.PPM(250_000).Float())
	// Output: 0.25
}

func ExampleParseLayer() {
	l, err := scenario.ParseLayer("region")
	fmt.Println(l, err)
	// Output: region <nil>
}

func ExampleLayer_String() {
	fmt.Println(scenario.LayerProvider)
	// Output: provider
}

func ExampleParseCurve() {
	c, err := scenario.ParseCurve("linear")
	fmt.Println(c, err)
	// Output: linear <nil>
}

func ExampleCurve_String() {
	fmt.Println(scenario.Exponential)
	// Output: exponential
}

func ExampleMeanInterval() {
	i := scenario.MeanInterval([]float64{1, 2, 3}) // 2 +- 4.303 / sqrt(3)
	fmt.Printf("%.2f %.3f %.3f\n", i.Mean, i.Low, i.High)
	// Output: 2.00 -0.484 4.484
}

// runsOf are results in which the small pay a given multiple of the big.
func runsOf(ratios ...spec.Gwei) (runs []*scenario.RunResult) {
	for _, r := range ratios {
		groups := []scenario.GroupLoss{{Group: "big", Stake: 320 * spec.ETH, Paid: 1000}, {Group: "small", Stake: 32 * spec.ETH, Paid: 100 * r}}
		level := []scenario.GroupLoss{{Group: "big", Stake: 320 * spec.ETH, Paid: 1000}, {Group: "small", Stake: 32 * spec.ETH, Paid: 100}}
		runs = append(runs, &scenario.RunResult{Groups: []string{"big", "small"}, Mechanisms: []scenario.MechanismResult{{Groups: groups}, {Groups: level}}})
	}
	return runs
}

func ExampleAdvantage() {
	i := scenario.Advantage(runsOf(2, 3), 0, "small", "big")
	fmt.Printf("%.2f\n", i.Mean)
	// Output: 2.50
}

func ExampleAdvantageChange() {
	i := scenario.AdvantageChange(runsOf(2, 2), 1, 0, "small", "big")
	fmt.Printf("%.2f %.2f %.2f\n", i.Mean, i.Low, i.High)
	// Output: -1.00 -1.00 -1.00
}

func ExamplePaidPer32() {
	fmt.Println(scenario.PaidPer32(runsOf(2, 4), 0, "small").Mean)
	// Output: 300
}

func ExampleLossPer32() {
	fmt.Println(scenario.LossPer32(runsOf(2, 4), 0, "big").Mean)
	// Output: 100
}
