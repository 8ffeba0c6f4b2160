package spec_test

import (
	"fmt"

	"github.com/stakesim/stakesim/spec"
)

func ExampleDomainSeed() {
	seed := spec.DomainSeed(spec.DomainSyncCommittee, 9, [32]byte{})
	fmt.Printf("%x\n", seed[:8])
	fmt.Println(spec.DomainSeed(spec.DomainBeaconAttester, 9, [32]byte{}) == spec.Seed(9, [32]byte{}))
	// Output:
	// eab7cb02ce7c31a3
	// true
}

func ExampleBeaconState_Clone() {
	s := &spec.BeaconState{Slashings: []spec.Gwei{1}}
	c := s.Clone()
	c.Slashings[0] = 2
	fmt.Println(s.Slashings, c.Slashings)
	// Output: [1] [2]
}

func ExampleSummary_Finalize() {
	p, _ := spec.ParamsFor(spec.Mainnet, spec.Electra)
	s := spec.Summary{Boundary: spec.Boundary{CurrentEpoch: 100}}
	fmt.Println(s.Finalize(&p, 95), s.InLeak)
	fmt.Println(s.Finalize(&p, 94), s.InLeak)
	fmt.Println(s.Finalize(&p, 100))
	// Output:
	// <nil> false
	// <nil> true
	// finalized_checkpoint.epoch: overflow of 64 bits: 100 after the previous epoch 99
}

func ExampleBaseRewardPerIncrement() {
	fmt.Println(spec.BaseRewardPerIncrement(spec.BaseRewardFactor, 40_700_000*spec.ETH))
	fmt.Println(spec.BaseRewardPerIncrement(1<<63, spec.ETH))
	// Output:
	// 317 true
	// 0 false
}

func ExampleAsBytes() {
	participation := []byte{7, 0, 3} // a client's column
	flags := spec.AsBytes[spec.Flags](participation)
	flags[1] = spec.AllFlags
	fmt.Println(participation, spec.TimelyHead.In(flags[2]))
	// Output: [7 7 3] false
}
