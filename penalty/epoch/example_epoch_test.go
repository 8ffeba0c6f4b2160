package epoch_test

import (
	"fmt"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/epoch"
	"github.com/stakesim/stakesim/penalty/internal/twin"
	"github.com/stakesim/stakesim/spec"
)

// summary is the sums of the village's epoch.
func summary() (spec.Params, *spec.Registry, *spec.Summary) {
	p, r, b := twin.Village()
	s := new(spec.Summary)
	if err := spec.Summarize(s, &p, r, b, 1); err != nil {
		panic(err)
	}
	return p, r, s
}

func ExampleProcessEpoch() {
	params, registry, boundary := twin.Village()
	rule := penalty.SmoothedE3.Rule()
	memory, err := epoch.ProcessEpoch(&params, &rule, registry, boundary, penalty.Memory{})
	fmt.Println(registry.Balance[:2], spec.Gwei(memory[0]), err)
	// Output: [31850855465 32001169733] 976128 <nil>
}

func ExampleNewEngine() {
	params, _, _ := twin.Village()
	_, err := epoch.NewEngine(params, penalty.StatusQuo(), 2)
	fmt.Println(err)
	params.SlotsPerEpoch = 0
	_, err = epoch.NewEngine(params, penalty.StatusQuo(), 2)
	fmt.Println(err)
	// Output:
	// <nil>
	// SLOTS_PER_EPOCH: invalid input: zero
}

// An engine serves epoch after epoch; its memory goes from one to the next.
func ExampleEngine_ProcessEpoch() {
	params, registry, boundary := twin.Village()
	engine, _ := epoch.NewEngine(params, penalty.SmoothedE3.Rule(), 1)
	var memory penalty.Memory
	for range 2 {
		before, err := registry.Balance[0], error(nil)
		memory, err = engine.ProcessEpoch(registry, boundary, memory)
		fmt.Println(before-registry.Balance[0], spec.Gwei(memory[0]), err)
		boundary.CurrentEpoch++
	}
	// Output:
	// 149144535 976128 <nil>
	// 149144535 1951776 <nil>
}

func ExampleEngine_Summary() {
	params, registry, boundary := twin.Village()
	engine, _ := epoch.NewEngine(params, penalty.StatusQuo(), 1)
	_, _ = engine.ProcessEpoch(registry, boundary, penalty.Memory{})
	fmt.Println(engine.Summary().TotalActive, engine.Summary().Slots[0].Tally.Balance(spec.Offline))
	// Output: 2048000000000 64000000000
}

func ExampleEngine_Factors() {
	params, registry, boundary := twin.Village()
	engine, _ := epoch.NewEngine(params, penalty.DefaultNetExcess2024.Rule(), 1)
	_, _ = engine.ProcessEpoch(registry, boundary, penalty.Memory{})
	fmt.Println(engine.Factors()[0].Source.Num, engine.Factors()[1].Source.Num)
	// Output: 4 0
}

func ExampleNewDeltas() {
	d := epoch.NewDeltas(2)
	fmt.Println(d.Rewards, d.Penalties)
	// Output: [0 0] [0 0]
}

func ExampleDeltas_Apply() {
	d := epoch.NewDeltas(2)
	d.Rewards[0], d.Penalties[1] = 5, 9
	balances := []spec.Gwei{10, 4}
	fmt.Println(d.Apply(balances), balances)
	// Output: <nil> [15 0]
}

func ExampleBaseReward() {
	_, registry, summary := summary()
	fmt.Println(epoch.BaseReward(registry.EffectiveBalance[0], summary))
	// Output: 1431072 true
}

// With 15.2 % of the stake offline a target vote earns 15.2 % less.
func ExampleFlagReward() {
	const total = 35_632_266 * spec.ETH
	summary := spec.Summary{TotalActive: total}
	for _, online := range []spec.Gwei{total, total / 1000 * 848} {
		summary.Participating[spec.TimelyTarget] = online
		fmt.Println(epoch.FlagReward(10_848, spec.TimelyTarget, &summary))
	}
	summary.InLeak = true
	fmt.Println(epoch.FlagReward(10_848, spec.TimelyTarget, &summary))
	// Output:
	// 4407 true
	// 3737 true
	// 0 true
}

// The components of one flag, as an account of who paid what: with factors of a
// mechanism and without.
func ExampleFlagDeltas() {
	_, registry, summary := summary()
	rule := penalty.DefaultNetExcess2024.Rule()
	factors := make([]penalty.Factors, len(summary.Slots))
	_, _ = penalty.Walk(factors, &rule, penalty.Memory{}, summary.Slots)
	d := epoch.NewDeltas(registry.Len())
	for _, f := range [][]penalty.Factors{nil, factors} {
		err := epoch.FlagDeltas(d, registry, summary, spec.TimelySource, f, rule.Scope)
		fmt.Println(d.Penalties[0], d.Rewards[1], err)
	}
	// Output:
	// 313047 303264 <nil>
	// 1252188 303264 <nil>
}

func ExampleInactivityDeltas() {
	params, registry, summary := summary()
	registry.InactivityScore[0] = 400
	d := epoch.NewDeltas(registry.Len())
	err := epoch.InactivityDeltas(d, &params, registry, summary)
	fmt.Println(d.Penalties[:2], err)
	// Output: [190734 0] <nil>
}

func ExampleProcessInactivityUpdates() {
	params, registry, summary := summary()
	registry.InactivityScore[0], registry.InactivityScore[1] = 40, 40
	for _, leak := range []bool{true, false} {
		summary.InLeak = leak
		err := epoch.ProcessInactivityUpdates(&params, registry, summary)
		fmt.Println(registry.InactivityScore[:3], err)
	}
	// Output:
	// [44 39 0] <nil>
	// [32 22 0] <nil>
}

func ExampleProcessRewardsAndPenalties() {
	params, registry, summary := summary()
	err := epoch.ProcessRewardsAndPenalties(&params, registry, summary, nil, penalty.Scope{})
	fmt.Println(registry.Balance[:2], err)
	// Output: [31999105580 32001169733] <nil>
}

func ExampleAdjustedSlashings() {
	params, _, summary := summary()
	for _, sum := range []spec.Gwei{32 * spec.ETH, 2000 * spec.ETH} {
		summary.SlashingsSum = sum
		fmt.Println(epoch.AdjustedSlashings(&params, summary))
	}
	// Output:
	// 96000000000 true
	// 2048000000000 true
}

// Electra floors the penalty of one increment, the forks before it the share.
func ExampleSlashingPenalty() {
	params, _, summary := summary()
	summary.TotalActive = 2000 * spec.ETH
	fmt.Println(epoch.SlashingPenalty(32*spec.ETH, 96*spec.ETH, &params, summary))
	altair, _ := spec.ParamsFor(spec.Mainnet, spec.Altair)
	fmt.Println(epoch.SlashingPenalty(32*spec.ETH, 96*spec.ETH, &altair, summary))
	// Output:
	// 1536000000 true
	// 1000000000 true
}

func ExampleProcessSlashings() {
	params, registry, boundary := twin.Village()
	registry.Slashed[1] = true
	registry.WithdrawableEpoch[1] = boundary.CurrentEpoch + spec.Epoch(params.EpochsPerSlashingsVector/2)
	boundary.SlashingsSum = 32 * spec.ETH
	var summary spec.Summary
	_ = spec.Summarize(&summary, &params, registry, boundary, 1)
	err := epoch.ProcessSlashings(&params, registry, &summary)
	fmt.Println(registry.Balance[0], registry.Balance[1], err)
	// Output: 32000000000 30500000000 <nil>
}

func ExampleEffectiveBalance() {
	params, _, _ := twin.Village()
	for _, balance := range []spec.Gwei{31_750_000_000, 31_749_999_999, 40_000_000_000} {
		single, _ := epoch.EffectiveBalance(32*spec.ETH, balance, false, &params)
		compounding, _ := epoch.EffectiveBalance(32*spec.ETH, balance, true, &params)
		fmt.Println(balance, single, compounding)
	}
	// Output:
	// 31750000000 32000000000 32000000000
	// 31749999999 31000000000 31000000000
	// 40000000000 32000000000 40000000000
}

func ExampleProcessEffectiveBalanceUpdates() {
	params, registry, _ := twin.Village()
	registry.Balance[0] -= spec.ETH/4 + 1
	err := epoch.ProcessEffectiveBalanceUpdates(&params, registry)
	fmt.Println(registry.EffectiveBalance[:2], err)
	// Output: [31000000000 32000000000] <nil>
}
