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
