package spec_test

import (
	"errors"
	"fmt"

	"github.com/stakesim/stakesim/spec"
)

// three is a registry of three validators: one did everything, one was offline,
// one has exited.
func three() *spec.Registry {
	r := spec.NewRegistry(3)
	for i := range r.Len() {
		r.EffectiveBalance[i], r.SlotOffset[i] = 32*spec.ETH, uint8(i)
	}
	r.PreviousFlags[0] = spec.AllFlags
	r.ExitEpoch[2], r.WithdrawableEpoch[2], r.SlotOffset[2] = 5, 261, spec.NoSlot
	return r
}

func ExampleRegistry() {
	balances := []uint64{32_000_000_000, 32_100_000_000} // a client's own array
	r := spec.NewRegistry(len(balances))
	r.Balance = spec.As[spec.Gwei](balances)
	r.Balance[0] -= 6340
	fmt.Println(balances)
	// Output: [31999993660 32100000000]
}

func ExampleNewRegistry() {
	r := spec.NewRegistry(2)
	fmt.Println(r.Balance, r.SlotOffset, r.ExitEpoch[0] == spec.FarFutureEpoch)
	// Output: [0 0] [255 255] true
}

func ExampleRegistry_Len() {
	fmt.Println(three().Len())
	// Output: 3
}

func ExampleRegistry_Validate() {
	p, _ := spec.ParamsFor(spec.Mainnet, spec.Electra)
	r := three()
	fmt.Println(r.Validate(&p))
	r.Slashed = r.Slashed[:2]
	fmt.Println(r.Validate(&p))
	// Output:
	// <nil>
	// slashed: invalid input: 2 rows, effective_balance has 3
}

func ExampleRegistry_IsActive() {
	r := three()
	fmt.Println(r.IsActive(2, 4), r.IsActive(2, 5))
	// Output: true false
}

func ExampleRegistry_IsEligible() {
	r := three()
	fmt.Println(r.IsEligible(2, 5))
	r.Slashed[2] = true // until it can withdraw
	fmt.Println(r.IsEligible(2, 5), r.IsEligible(2, 260))
	// Output:
	// false
	// true false
}

func ExampleRegistry_ActiveIndices() {
	fmt.Println(three().ActiveIndices(nil, 9))
	// Output: [0 1]
}

func ExampleRegistry_Clone() {
	r := three()
	before := r.Clone()
	r.Balance[0] = 7
	fmt.Println(before.Balance[0], r.Balance[0])
	// Output: 0 7
}

func ExampleBoundary() {
	b := spec.Boundary{CurrentEpoch: 10, FinalizedEpoch: 8, NextBlockMissing: 1 << 5}
	fmt.Println(b.PreviousEpoch()-b.FinalizedEpoch, b.NextBlockMissing>>5&1 == 1)
	// Output: 1 true
}

func ExampleBoundary_PreviousEpoch() {
	fmt.Println(spec.Boundary{CurrentEpoch: 10}.PreviousEpoch(), spec.Boundary{}.PreviousEpoch())
	// Output: 9 0
}

func ExampleSummary() {
	p, _ := spec.ParamsFor(spec.Mainnet, spec.Electra)
	var s spec.Summary // used again and again
	for epoch := range spec.Epoch(3) {
		err := spec.Summarize(&s, &p, three(), spec.Boundary{CurrentEpoch: 10 + epoch, FinalizedEpoch: 5}, 1)
		fmt.Println(s.CurrentEpoch, s.InLeak, err)
	}
	// Output:
	// 10 false <nil>
	// 11 true <nil>
	// 12 true <nil>
}

func ExampleSummarize() {
	p, _ := spec.ParamsFor(spec.Mainnet, spec.Electra)
	var s spec.Summary
	err := spec.Summarize(&s, &p, three(), spec.Boundary{CurrentEpoch: 10, FinalizedEpoch: 8}, 1)
	fmt.Println(s.TotalActive/spec.ETH, s.Participating[spec.TimelyTarget]/spec.ETH, err)
	fmt.Println(s.Slots[0].Tally.Count(spec.Offline), s.Slots[1].Tally.Count(spec.Offline))
	// Output:
	// 64 32 <nil>
	// 0 1
}

func ExampleConduct() {
	slashed := spec.ConductOf(spec.AllFlags, true, false)
	fmt.Println(slashed&spec.SlashedBit != 0, slashed&spec.FailedBeforeBit != 0)
	// Output: true false
}

func ExampleConductOf() {
	sourceOnly := spec.ConductOf(1<<spec.TimelySource, false, false)
	fmt.Println(spec.MissedTarget.Has(sourceOnly), spec.Offline.Has(sourceOnly))
	// Output: true false
}

func ExampleConduct_Participates() {
	flags := spec.AllFlags
	fmt.Println(spec.ConductOf(flags, false, false).Participates(spec.TimelyTarget))
	fmt.Println(spec.ConductOf(flags, true, false).Participates(spec.TimelyTarget))
	// Output:
	// true
	// false
}

func ExampleConducts() {
	fumbles := spec.Offline &^ spec.FailedBefore // attested in the epoch before
	fmt.Println(fumbles.Has(spec.ConductOf(0, false, false)), fumbles.Has(spec.ConductOf(0, false, true)))
	// Output: true false
}

func ExampleConducts_Has() {
	fmt.Println(spec.Everyone.Has(spec.SlashedBit), spec.Offline.Has(spec.SlashedBit))
	// Output: true false
}

func ExampleParticipated() {
	everyFlag := spec.Participated(spec.TimelySource) & spec.Participated(spec.TimelyTarget) & spec.Participated(spec.TimelyHead)
	fmt.Println(everyFlag.Has(spec.ConductOf(spec.AllFlags, false, false)))
	// Output: true
}

func ExampleBin() {
	var t spec.Tally
	t.Add(0, 32*spec.ETH)
	t.Add(0, 31*spec.ETH)
	fmt.Println(t[0].Balance/spec.ETH, t[0].Count)
	// Output: 63 2
}

func ExampleTally() {
	var t spec.Tally
	t.Add(spec.ConductOf(spec.AllFlags, false, false), 32*spec.ETH)
	t.Add(spec.ConductOf(0, false, false), 2048*spec.ETH)
	fmt.Println("missed", t.Balance(spec.MissedTarget)/spec.ETH, "of", t.Balance(spec.Everyone)/spec.ETH)
	// Output: missed 2048 of 2080
}

func ExampleTally_Add() {
	var t spec.Tally
	t.Add(spec.ConductOf(0, false, false), 32*spec.ETH)
	fmt.Println(t.Count(spec.Everyone))
	// Output: 1
}

func ExampleTally_Balance() {
	o, _ := spec.ObsOfOffline(320*spec.ETH, 32_000*spec.ETH, 32)
	fmt.Println(o.Tally.Balance(spec.Offline)/spec.ETH, o.Tally.Balance(spec.Everyone)/spec.ETH)
	// Output: 320 1000
}

func ExampleTally_Count() {
	o, _ := spec.ObsOfOffline(320*spec.ETH, 32_000*spec.ETH, 32)
	fmt.Println(o.Tally.Count(spec.Offline))
	// Output: 10
}

func ExampleSlotObs() {
	o, _ := spec.ObsOfOffline(320*spec.ETH, 32_000*spec.ETH, 32)
	share := float64(o.Tally.Balance(spec.Offline)) / float64(o.Reference)
	fmt.Printf("%.0f %%\n", 100*share)
	// Output: 32 %
}

func ExampleObsOfOffline() {
	o, err := spec.ObsOfOffline(5*spec.ETH, 3200*spec.ETH, 32)
	fmt.Println(o.Reference/spec.ETH, o.Tally.Balance(spec.Offline)/spec.ETH, err)
	_, err = spec.ObsOfOffline(5*spec.ETH, 3200*spec.ETH, 0)
	fmt.Println(err)
	// Output:
	// 100 5 <nil>
	// SLOTS_PER_EPOCH: invalid input: zero
}

func ExampleSummary_Len() {
	p, _ := spec.ParamsFor(spec.Mainnet, spec.Electra)
	var s spec.Summary
	err := spec.Summarize(&s, &p, spec.NewRegistry(3), spec.Boundary{}, 1)
	fmt.Println(s.Len(), err)
	// Output: 3 <nil>
}

func ExampleBeaconState_Epoch() {
	p, _ := spec.ParamsFor(spec.Mainnet, spec.Electra)
	state := spec.BeaconState{Slot: 3_200_031}
	fmt.Println(state.Epoch(&p))
	// Output: 100000
}

func ExampleRegistry_ValidateColumns() {
	r := spec.NewRegistry(2)
	r.Balance = r.Balance[1:]
	err := r.ValidateColumns()
	fmt.Println(err, errors.Is(err, spec.ErrInput))
	// Output: balance: invalid input: 1 rows, effective_balance has 2 true
}
