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
