package spec_test

import (
	"errors"
	"fmt"

	"github.com/stakesim/stakesim/spec"
)

// A registry is filled, cut into committees and summed.
func Example() {
	p, err := spec.ParamsFor(spec.Minimal, spec.Electra)
	if err != nil {
		fmt.Println(err)
	}
	r := spec.NewRegistry(64)
	for i := range r.Len() {
		r.EffectiveBalance[i], r.PreviousFlags[i] = 32*spec.ETH, spec.AllFlags
	}
	boundary := spec.Boundary{CurrentEpoch: 10, FinalizedEpoch: 8}
	previous := boundary.PreviousEpoch()

	var c spec.Committees
	if err := c.Assign(&p, r.ActiveIndices(nil, previous), spec.Seed(previous, [32]byte{7}), 1); err != nil {
		fmt.Println(err)
	}
	if err := c.SlotOffsets(r.SlotOffset); err != nil {
		fmt.Println(err)
	}
	third, _ := c.Slot(3)
	for _, v := range third {
		r.PreviousFlags[v] = 0 // the whole slot is offline
	}

	var s spec.Summary
	if err := spec.Summarize(&s, &p, r, boundary, 1); err != nil {
		fmt.Println(err)
	}
	fmt.Println("active:", s.TotalActive/spec.ETH, "ETH")
	fmt.Println("offline in slot 3:", s.Slots[3].Tally.Balance(spec.Offline)/spec.ETH, "ETH")
	fmt.Println("offline in slot 4:", s.Slots[4].Tally.Balance(spec.Offline)/spec.ETH, "ETH")
	// Output:
	// active: 2048 ETH
	// offline in slot 3: 256 ETH
	// offline in slot 4: 0 ETH
}

func ExampleAs() {
	client := []uint64{32_000_000_000, 31_000_000_000}
	balances := spec.As[spec.Gwei](client)
	balances[1] += spec.ETH
	fmt.Println(client)
	// Output: [32000000000 32000000000]
}

func ExampleGwei() {
	fmt.Println(uint64(32 * spec.ETH))
	// Output: 32000000000
}

func ExampleSlot() {
	slot, slotsPerEpoch := spec.Slot(70), spec.Slot(32)
	fmt.Println("epoch", spec.Epoch(slot/slotsPerEpoch), "offset", slot%slotsPerEpoch)
	// Output: epoch 2 offset 6
}

func ExampleEpoch() {
	r := spec.NewRegistry(1)
	fmt.Println(r.ActivationEpoch[0] == spec.GenesisEpoch, r.ExitEpoch[0] == spec.FarFutureEpoch)
	// Output: true true
}

func ExampleValidatorIndex() {
	r := spec.NewRegistry(3)
	for _, v := range r.ActiveIndices(nil, 0) {
		fmt.Print(v, " ")
	}
	// Output: 0 1 2
}

func ExampleFlag() {
	for f := range spec.Flag(spec.FlagCount) {
		fmt.Println(f, f.Weight())
	}
	// Output:
	// source 14
	// target 26
	// head 14
}

func ExampleFlag_Weight() {
	baseReward := uint64(10144)
	fmt.Println(baseReward * spec.TimelyTarget.Weight() / spec.WeightDenominator)
	// Output: 4121
}

func ExampleFlag_In() {
	participation := spec.Flags(0b011)
	fmt.Println(spec.TimelyTarget.In(participation), spec.TimelyHead.In(participation))
	// Output: true false
}

func ExampleFlag_String() {
	fmt.Println(spec.TimelyTarget, spec.Flag(7))
	// Output: target flag(7)
}

func ExampleFlags() {
	lateHead := spec.AllFlags &^ (1 << spec.TimelyHead)
	fmt.Printf("%03b\n", lateHead)
	// Output: 011
}

func ExampleFork() {
	fmt.Println(spec.Electra > spec.Deneb)
	// Output: true
}

func ExampleForks() {
	fmt.Println(spec.Forks())
	// Output: [altair bellatrix capella deneb electra fulu gloas heze eip7716]
}

func ExampleFork_String() {
	fmt.Println(spec.EIP7716, spec.Fork(99))
	// Output: eip7716 fork(99)
}

func ExampleParseFork() {
	fmt.Println(spec.ParseFork("electra"))
	_, err := spec.ParseFork("phase0")
	fmt.Println(errors.Is(err, spec.ErrUnknown))
	// Output:
	// electra <nil>
	// true
}

func ExamplePreset() {
	for _, preset := range []spec.Preset{spec.Mainnet, spec.Minimal} {
		p, _ := spec.ParamsFor(preset, spec.Electra)
		fmt.Println(preset, p.SlotsPerEpoch)
	}
	// Output:
	// mainnet 32
	// minimal 8
}

func ExamplePreset_String() {
	fmt.Println(spec.Minimal, spec.Preset(9))
	// Output: minimal preset(9)
}

func ExampleParsePreset() {
	fmt.Println(spec.ParsePreset("minimal"))
	_, err := spec.ParsePreset("sepolia")
	fmt.Println(errors.Is(err, spec.ErrUnknown))
	// Output:
	// minimal <nil>
	// true
}

func ExampleFieldError() {
	p, _ := spec.ParamsFor(spec.Mainnet, spec.Electra)
	r := spec.NewRegistry(3)
	r.SlotOffset[2] = 40
	err := r.Validate(&p)
	var field *spec.FieldError
	if errors.As(err, &field) {
		fmt.Println(field.Field, field.Row, errors.Is(err, spec.ErrInput))
	}
	// Output: slot_offset 2 true
}

func ExampleFieldError_Error() {
	fmt.Println((&spec.FieldError{Field: "balance", Row: 7, Err: spec.ErrOverflow}).Error())
	// Output: balance[7]: overflow of 64 bits
}

func ExampleFieldError_Unwrap() {
	err := spec.FieldError{Field: "balance", Row: 7, Err: spec.ErrOverflow}
	fmt.Println(err.Unwrap())
	// Output: overflow of 64 bits
}

func ExampleAt() {
	fmt.Println(spec.At("balance", -1, spec.ErrInput))
	// Output: balance: invalid input
}

func ExampleAtf() {
	fmt.Println(spec.Atf("slot_offset", 2, spec.ErrInput, "%d outside an epoch of %d slots", 40, 32))
	// Output: slot_offset[2]: invalid input: 40 outside an epoch of 32 slots
}

func ExampleParams() {
	p, _ := spec.ParamsFor(spec.Mainnet, spec.Electra)
	p.InactivityScoreBias = 8 // what if scores grew twice as fast?
	fmt.Println(p.Validate())
	// Output: <nil>
}

func ExampleParamsFor() {
	for _, fork := range []spec.Fork{spec.Altair, spec.Electra} {
		p, err := spec.ParamsFor(spec.Mainnet, fork)
		fmt.Println(fork, p.InactivityPenaltyQuotient, p.MaxEffectiveBalanceCompounding/spec.ETH, err)
	}
	// Output:
	// altair 50331648 32 <nil>
	// electra 16777216 2048 <nil>
}

func ExampleParams_Validate() {
	p, _ := spec.ParamsFor(spec.Mainnet, spec.Electra)
	p.SlotsPerEpoch = 100
	fmt.Println(p.Validate())
	// Output: SLOTS_PER_EPOCH: invalid input: 100 above 64
}

func ExampleParams_EffectiveBalanceCap() {
	p, _ := spec.ParamsFor(spec.Mainnet, spec.Electra)
	fmt.Println(p.EffectiveBalanceCap(false)/spec.ETH, p.EffectiveBalanceCap(true)/spec.ETH)
	// Output: 32 2048
}

func ExampleUnknownName() {
	err := spec.UnknownName("constant", "windw", []string{"slope", "cap", "window"})
	fmt.Println(err, errors.Is(err, spec.ErrUnknown))
	fmt.Println(spec.UnknownName("constant", "height", []string{"slope", "cap", "window"}))
	fmt.Println(spec.UnknownName("constant", "slope", nil))
	// Output:
	// constant "windw": unknown name (one of slope, cap, window; did you mean "window"?) true
	// constant "height": unknown name (one of slope, cap, window)
	// constant "slope": unknown name (there is none)
}

func ExampleNearest() {
	fmt.Println(spec.Nearest("slop", []string{"cap", "slope"}))
	fmt.Println(spec.Nearest("height", []string{"cap", "slope"}))
	// Output:
	// slope true
	//  false
}
