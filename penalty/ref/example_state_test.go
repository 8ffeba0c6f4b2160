package ref_test

import (
	"fmt"

	"github.com/stakesim/stakesim/penalty/ref"
	"github.com/stakesim/stakesim/spec"
)

// The examples read newState(64): 64 validators of 32 ETH in epoch 100 of the
// main network, all of which did everything in time, dealt to the slots in turn.

func ExampleState_Validate() {
	s := newState(64)
	s.Registry.SlotOffset[7] = 32
	fmt.Println(s.Validate())
	// Output: slot_offset[7]: invalid input: 32 outside an epoch of 32 slots
}

func ExampleGetPreviousEpoch() {
	fmt.Println(ref.GetPreviousEpoch(newState(64)))
	// Output: 99
}

func ExampleIsActiveValidator() {
	s := newState(64)
	s.Registry.ExitEpoch[7] = 100
	fmt.Println(ref.IsActiveValidator(s, 7, 99), ref.IsActiveValidator(s, 7, 100))
	// Output: true false
}

func ExampleGetActiveValidatorIndices() {
	fmt.Println(ref.GetActiveValidatorIndices(newState(3), 99))
	// Output: [0 1 2]
}

func ExampleGetTotalBalance() {
	sum, err := ref.GetTotalBalance(newState(64), []spec.ValidatorIndex{1, 2})
	fmt.Println(sum, err)
	// Output: 64000000000 <nil>
}

func ExampleGetTotalActiveBalance() {
	fmt.Println(ref.GetTotalActiveBalance(newState(0))) // at least one increment
	fmt.Println(ref.GetTotalActiveBalance(newState(64)))
	// Output:
	// 1000000000 <nil>
	// 2048000000000 <nil>
}

func ExampleGetBaseRewardPerIncrement() {
	fmt.Println(ref.GetBaseRewardPerIncrement(withTotal(40_700_000 * spec.ETH)))
	// Output: 317 <nil>
}

func ExampleGetBaseReward() {
	fmt.Println(ref.GetBaseReward(newState(64), 7))
	// Output: 1431072 <nil>
}

func ExampleGetFinalityDelay() {
	fmt.Println(ref.GetFinalityDelay(newState(64)))
	// Output: 1 <nil>
}

func ExampleIsInInactivityLeak() {
	s := newState(64)
	for _, finalized := range []spec.Epoch{95, 94} {
		s.Boundary.FinalizedEpoch = finalized
		fmt.Println(ref.IsInInactivityLeak(s))
	}
	// Output:
	// false <nil>
	// true <nil>
}

func ExampleGetEligibleValidatorIndices() {
	s := newState(3)
	s.Registry.ExitEpoch[0] = 90                              // left
	s.Registry.ExitEpoch[1], s.Registry.Slashed[1] = 90, true // left, and still to be punished
	fmt.Println(ref.GetEligibleValidatorIndices(s))
	// Output: [1 2]
}

func ExampleGetUnslashedParticipatingIndices() {
	s := newState(3)
	s.Registry.PreviousFlags[0] = 1
	fmt.Println(ref.GetUnslashedParticipatingIndices(s, spec.TimelyTarget, 99))
	s.Boundary = spec.Boundary{} // epoch 0 reads the current participation
	fmt.Println(ref.GetUnslashedParticipatingIndices(s, spec.TimelyTarget, 0))
	// Output:
	// [1 2] <nil>
	// [] <nil>
}

func ExampleComputeShuffledIndex() {
	for i := range uint64(5) {
		j, _ := ref.ComputeShuffledIndex(i, 5, [32]byte{1}, 90)
		fmt.Print(j, " ")
	}
	// Output: 2 4 0 3 1
}

func ExampleGetRandaoMixIndex() {
	fmt.Println(ref.GetRandaoMixIndex(params(), 1))
	// Output: 65535 <nil>
}

func ExampleGetSeed() {
	fmt.Printf("%x\n", ref.GetSeed(99, [32]byte{}))
	// Output: 67123cf22994d454f2ccccf66fdd5f4e6968b68bed525a1aefb31b5c11da60d8
}

func ExampleGetCommitteeCountPerSlot() {
	fmt.Println(ref.GetCommitteeCountPerSlot(newState(64), 99), ref.GetCommitteeCountPerSlot(newState(10_000), 99))
	// Output: 1 2
}

func ExampleComputeCommittee() {
	fmt.Println(ref.ComputeCommittee([]spec.ValidatorIndex{10, 20, 30, 40, 50}, [32]byte{1}, 1, 2, 90))
	// Output: [10 40 20] <nil>
}

func ExampleGetBeaconCommittee() {
	fmt.Println(ref.GetBeaconCommittee(newState(64), 99, [32]byte{1}, 5, 0))
	// Output: [37 56] <nil>
}
