package penalty_test

import (
	"fmt"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/epoch"
	"github.com/stakesim/stakesim/penalty/internal/twin"
	"github.com/stakesim/stakesim/spec"
)

// A client lends its own columns: those of another unit convert without a copy,
// and the transition writes balances, scores and effective balances in place.
func Example() {
	var client struct{ effective, balances, activation, exit, withdrawable, scores []uint64 }
	for range 64 {
		client.effective = append(client.effective, 32_000_000_000)
		client.balances = append(client.balances, 32_000_000_000)
		client.activation = append(client.activation, 0)
		client.exit = append(client.exit, 1<<64-1)
		client.withdrawable = append(client.withdrawable, 1<<64-1)
		client.scores = append(client.scores, 0)
	}
	_, village, _ := twin.Village()
	registry := &spec.Registry{
		EffectiveBalance:  spec.As[spec.Gwei](client.effective),
		Balance:           spec.As[spec.Gwei](client.balances),
		ActivationEpoch:   spec.As[spec.Epoch](client.activation),
		ExitEpoch:         spec.As[spec.Epoch](client.exit),
		WithdrawableEpoch: spec.As[spec.Epoch](client.withdrawable),
		InactivityScore:   client.scores,
		Slashed:           make([]bool, 64),
		PreviousFlags:     village.PreviousFlags,
		SlotOffset:        village.SlotOffset,
	}

	params, _ := spec.ParamsFor(spec.Mainnet, spec.EIP7716)
	rule, _ := penalty.RuleNamed("smoothed-2026")
	engine, _ := epoch.NewEngine(params, rule, 1)
	boundary := spec.Boundary{CurrentEpoch: 100, FinalizedEpoch: 98}
	memory, err := engine.ProcessEpoch(registry, boundary, penalty.Memory{})

	fmt.Println("offline", client.balances[0], "online", client.balances[1])
	fmt.Println("factors of slots 0 and 1:", engine.Factors()[0].Target.Float(), engine.Factors()[1].Target.Float())
	fmt.Println("smoothed", spec.Gwei(memory[0]), err)
	// Output:
	// offline 31850855465 online 32001169733
	// factors of slots 0 and 1: 256 1
	// smoothed 976128 <nil>
}

// A client that accounts rewards itself imports the formula alone: two numbers
// of a slot in, a factor and the next average out.
func ExampleSmoothed2026_Step() {
	const total = 40_700_000 * spec.ETH // staked
	average := spec.Gwei(total / 32 * 3 / 1000)
	for _, percent := range []spec.Gwei{0, 1, 10, 50} {
		slot, _ := spec.ObsOfOffline(average+total/32*percent/100, total, 32)
		factor, next, err := penalty.SmoothedE3.Step(average, &slot)
		fmt.Println(percent, "% more offline:", factor.Float(), next-average, err)
	}
	// Output:
	// 0 % more offline: 1 0 <nil>
	// 1 % more offline: 8 194072723 <nil>
	// 10 % more offline: 77 1940727233 <nil>
	// 50 % more offline: 256 9703636169 <nil>
}

func ExampleSmoothed2026_Rule() {
	faster := penalty.SmoothedE3
	faster.Window = 1 << 10 // what if the average moved 64 times faster?
	rule := faster.Rule()
	params, registry, boundary := twin.Village()
	memory, err := epoch.ProcessEpoch(&params, &rule, registry, boundary, penalty.Memory{})
	fmt.Println(spec.Gwei(memory[0]), err)
	// Output: 60635380 <nil>
}

func ExampleSmoothed2026_SeedFloor() {
	fmt.Println(penalty.SmoothedE0.SeedFloor(3, 20480), penalty.SmoothedE3.SeedFloor(3, 20480))
	// Output: 10 3
}

// The same slot is met by a counter that has just started and by one that has
// settled: a steady share of failures ends up costing what it costs today.
func ExampleNetExcess2024_Step() {
	slot, _ := spec.ObsOfOffline(10, 3200, 32) // 10 % of a slot
	for _, n := range []uint64{0, 1, 4, 7} {
		factor, next, err := penalty.DefaultNetExcess2024.Step(n, &slot)
		fmt.Println(n, factor.Num, next, err)
	}
	// Output:
	// 0 4 3 <nil>
	// 1 4 4 <nil>
	// 4 3 6 <nil>
	// 7 1 7 <nil>
}

func ExampleNetExcess2024_Rule() {
	rule := penalty.NetExcess2024{Adjustment: 4096, Cap: 16}.Rule()
	fmt.Println(rule.FullName(), rule.Cap)
	// Output: net-excess-2024 16
}

func ExampleNetExcessPerFlag_Step() {
	var slot spec.SlotObs
	slot.Tally.Add(spec.ConductOf(spec.AllFlags, false, false), 90)
	slot.Tally.Add(spec.ConductOf(1<<spec.TimelySource, false, false), 10) // the target missed
	factors, next, err := penalty.DefaultNetExcessPerFlag.Step([2]uint64{200, 200}, &slot)
	fmt.Println(factors.Source.Num, factors.Target.Num, next, err)
	// Output: 0 2 [199 201] <nil>
}

func ExampleNetExcessPerFlag_Rule() {
	rule := penalty.DefaultNetExcessPerFlag.Rule()
	fmt.Println(rule.FullName(), rule.Cap)
	// Output: net-excess-per-flag 4
}

// The strawman's readings differ widely on the same slot: after an epoch with
// 10 failures in each slot, one with 5.
func ExampleSlotRelative_Step() {
	for _, reading := range []penalty.Reading{penalty.Average, penalty.Sum, penalty.AsRun, penalty.Excess} {
		rule := penalty.DefaultSlotRelative
		rule.Reading = reading
		slot := &spec.SlotObs{SlotsPerEpoch: 32}
		slot.Tally.Add(0, 10)
		var window penalty.Window
		for range 32 {
			_, window, _ = rule.Step(window, slot)
		}
		slot.Tally[0].Balance = 5
		factor, _, err := rule.Step(window, slot)
		fmt.Println(factor.Float(), err)
	}
	// Output:
	// 0.5 <nil>
	// 0.015625 <nil>
	// 4 <nil>
	// 0 <nil>
}

func ExampleSlotRelative_Rule() {
	rule := penalty.DefaultSlotRelative
	rule.Of = penalty.Misses
	params, registry, boundary := twin.Village()
	registry.FailedBefore[32] = true // validator 0 attested before, 32 did not
	mechanism := rule.Rule()
	window := penalty.Window{Seen: 1, Next: 1} // one slot without failures
	_, err := epoch.ProcessEpoch(&params, &mechanism, registry, boundary, window.Memory())
	fmt.Println(registry.Balance[0], registry.Balance[32], err)
	// Output: 31999105580 31996422320 <nil>
}

func ExampleStatusQuo() {
	rule := penalty.StatusQuo()
	params, registry, boundary := twin.Village()
	_, err := epoch.ProcessEpoch(&params, &rule, registry, boundary, penalty.Memory{})
	fmt.Println(registry.Balance[0], registry.Balance[1], err)
	// Output: 31999105580 32001169733 <nil>
}

func ExampleRules() {
	for _, rule := range penalty.Rules() {
		fmt.Println(rule.FullName(), rule.Cap)
	}
	// Output:
	// status-quo 0
	// slot-relative/average 4
	// slot-relative/sum 4
	// slot-relative/as-run 4
	// slot-relative/excess 4
	// slot-relative/previous-epoch 4
	// slot-relative/counted 4
	// slot-relative/offline 4
	// slot-relative/misses 4
	// slot-relative/fumbles 4
	// slot-relative/skip-missing-blocks 4
	// slot-relative/squared 4
	// net-excess-2024 4
	// net-excess-2024/offline 4
	// net-excess-per-flag 4
	// smoothed-2026/E0 64
	// smoothed-2026/E1 128
	// smoothed-2026/E2 256
	// smoothed-2026/E3 256
}

func ExampleRuleNamed() {
	for _, name := range []string{"smoothed-2026", "smoothed-2026/E1", "slot-relative", "smoothed-2027"} {
		rule, err := penalty.RuleNamed(name)
		fmt.Println(rule.FullName(), err != nil)
	}
	// Output:
	// smoothed-2026/E3 false
	// smoothed-2026/E1 false
	// slot-relative/average false
	//  true
}

func ExampleRule_FullName() {
	rule := penalty.Rule{Name: "my-rule", Preset: "steep"}
	fmt.Println(rule.FullName())
	// Output: my-rule/steep
}

// A researcher's counterfactual starts on a calm chain, not at genesis.
func ExampleRule_Penalties() {
	rule, _ := penalty.RuleNamed("smoothed-2026")
	offline := spec.ConductOf(0, false, false)
	paid, err := rule.Penalties(6400, offline, penalty.Factors{Source: penalty.One, Target: penalty.Integer(3)})
	fmt.Println(paid, err) // 6400 * 14 / 64 and 3 * 6400 * 26 / 64
	// Output: 9200 <nil>
}

func ExampleRule_Settled() {
	calm, _ := spec.ObsOfOffline(3, 32_000, 32) // 0.3 % of R
	for _, name := range []string{"smoothed-2026", "net-excess-2024"} {
		rule, _ := penalty.RuleNamed(name)
		memory, err := rule.Settled(&calm)
		fmt.Println(rule.Memory[0], memory[0], err)
	}
	// Output:
	// smoothed_offline_balance 3 <nil>
	// excess_penalties 0 <nil>
}

// A rule of one's own is a step and a scope: here a slot with more than a third
// of its reference balance offline pays double on both flags.
func ExampleWalk() {
	rule := penalty.Rule{
		Name: "third", Cap: 2, Scope: penalty.Scope{Source: spec.Offline, Target: spec.Offline},
		Step: func(m penalty.Memory, o *spec.SlotObs) (penalty.Factors, penalty.Memory, error) {
			if 3*o.Tally.Balance(spec.Offline) > o.Reference {
				return penalty.Factors{Source: penalty.Integer(2), Target: penalty.Integer(2)}, m, nil
			}
			return penalty.Unscaled, m, nil
		},
	}
	params, registry, boundary := twin.Village()
	var summary spec.Summary
	_ = spec.Summarize(&summary, &params, registry, boundary, 1)
	factors := make([]penalty.Factors, len(summary.Slots))
	_, err := penalty.Walk(factors, &rule, penalty.Memory{}, summary.Slots)
	fmt.Println(factors[0].Target.Num, factors[1].Target.Num, err)
	// Output: 2 1 <nil>
}

func ExampleScope_Of() {
	scope := penalty.SmoothedE3.Rule().Scope
	onlyTarget := spec.ConductOf(1<<spec.TimelyTarget, false, false)
	fmt.Println(scope.Of(spec.TimelyTarget).Has(0), scope.Of(spec.TimelyTarget).Has(onlyTarget), scope.Of(spec.TimelySource).Has(0))
	// Output: true false false
}

func ExampleForkSeed() {
	params, registry, boundary := twin.Village()
	var summary spec.Summary
	_ = spec.Summarize(&summary, &params, registry, boundary, 1)
	fmt.Println(penalty.ForkSeed(summary.Slots))
	// Output: 2000000000 <nil>
}

// On a live chain the last committee's attestations come too late: its 64 ETH
// count as offline.
func ExampleForkSeedUnflagged() {
	params, registry, boundary := twin.Village()
	var summary spec.Summary
	_ = spec.Summarize(&summary, &params, registry, boundary, 1)
	fmt.Println(penalty.ForkSeedUnflagged(summary.Slots))
	// Output: 4000000000 <nil>
}

func ExampleMeanOffline() {
	series := []spec.Gwei{30, 10, 21}
	fmt.Println(penalty.MeanOffline(len(series), func(i int) spec.Gwei { return series[i] }))
	// Output: 20 <nil>
}
