package spec_test

import (
	"fmt"

	"github.com/stakesim/stakesim/spec"
)

func ExampleShuffledIndex() {
	for i := range uint64(5) {
		j, err := spec.ShuffledIndex(i, 5, [32]byte{1}, 90)
		if err != nil {
			fmt.Println(err)
		}
		fmt.Print(j, " ")
	}
	// Output: 2 4 0 3 1
}

func ExampleShuffler() {
	var s spec.Shuffler // used for every epoch
	list := []uint32{10, 11, 12, 13, 14}
	err := s.Shuffle(list, list, [32]byte{1}, 90, 1)
	fmt.Println(list, err)
	// Output: [12 14 10 13 11] <nil>
}

func ExampleShuffler_Shuffle() {
	var s spec.Shuffler
	list, dst := []uint32{10, 11, 12, 13, 14}, make([]uint32, 5)
	err := s.Shuffle(dst, list, [32]byte{1}, 90, 2)
	first, _ := spec.ShuffledIndex(0, 5, [32]byte{1}, 90)
	fmt.Println(dst[0] == list[first], err)
	// Output: true <nil>
}

func ExampleSeedMixIndex() {
	p, _ := spec.ParamsFor(spec.Mainnet, spec.Electra)
	fmt.Println(spec.SeedMixIndex(&p, 1000), spec.SeedMixIndex(&p, 0))
	// Output: 998 65534
}

func ExampleSeed() {
	mixes := make([][32]byte, 65536) // of the state
	p, _ := spec.ParamsFor(spec.Mainnet, spec.Electra)
	epoch := spec.Epoch(1000)
	seed := spec.Seed(epoch, mixes[spec.SeedMixIndex(&p, epoch)])
	fmt.Printf("%x\n", seed[:4])
	// Output: 1a2cf0af
}

func ExampleCommitteesPerSlot() {
	p, _ := spec.ParamsFor(spec.Mainnet, spec.Electra)
	for _, active := range []uint64{100, 100_000, 1_000_000} {
		fmt.Println(active, spec.CommitteesPerSlot(&p, active))
	}
	// Output:
	// 100 1
	// 100000 24
	// 1000000 64
}

func ExampleCommittees() {
	p, _ := spec.ParamsFor(spec.Minimal, spec.Electra)
	r := spec.NewRegistry(10)
	var c spec.Committees
	if err := c.Assign(&p, r.ActiveIndices(nil, 5), spec.Seed(5, [32]byte{}), 1); err != nil {
		fmt.Println(err)
	}
	for slot := range c.Slots() {
		members, _ := c.Slot(slot)
		fmt.Print(members, " ")
	}
	// Output: [6] [0] [3] [5 8] [2] [1] [4] [9 7]
}

// assigned is the assignment of 100 validators, 3 committees in each of 8 slots.
func assigned() *spec.Committees {
	p, _ := spec.ParamsFor(spec.Minimal, spec.Electra)
	var c spec.Committees
	if err := c.Assign(&p, spec.NewRegistry(100).ActiveIndices(nil, 5), [32]byte{1}, 1); err != nil {
		fmt.Println(err)
	}
	return &c
}

func ExampleCommittees_Assign() {
	p, _ := spec.ParamsFor(spec.Minimal, spec.Electra)
	var c spec.Committees
	fmt.Println(c.Assign(&p, []spec.ValidatorIndex{0, 2, 1}, [32]byte{1}, 1))
	// Output: active_indices[2]: invalid input: 1 does not ascend below 4294967296
}

func ExampleCommittees_Slots() {
	fmt.Println(assigned().Slots())
	// Output: 8
}

func ExampleCommittees_PerSlot() {
	fmt.Println(assigned().PerSlot())
	// Output: 3
}

func ExampleCommittees_Committee() {
	members, err := assigned().Committee(3, 1)
	fmt.Println(members, err)
	// Output: [18 98 92 71] <nil>
}

func ExampleCommittees_Slot() {
	members, err := assigned().Slot(3)
	fmt.Println(len(members), err)
	// Output: 13 <nil>
}

func ExampleCommittees_SlotOffsets() {
	r := spec.NewRegistry(102)
	err := assigned().SlotOffsets(r.SlotOffset)
	fmt.Println(r.SlotOffset[:4], r.SlotOffset[100:], err)
	// Output: [1 4 6 1] [255 255] <nil>
}
