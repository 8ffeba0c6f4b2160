package container_test

import (
	"fmt"

	"github.com/stakesim/stakesim/spec/ssz/container"
)

func ExampleDeltas() {
	d := container.Deltas{Rewards: []uint64{10, 0}, Penalties: []uint64{0, 7}}
	b, err := d.MarshalSSZ()
	if err != nil {
		fmt.Println(err)
		return
	}
	root, err := d.HashTreeRoot()
	fmt.Printf("%d bytes, root %x..., %v\n", len(b), root[:4], err)
	// Output: 40 bytes, root 1448e53e..., <nil>
}

func ExampleDecodeDeltas() {
	b, _ := (&container.Deltas{Rewards: []uint64{10, 0}, Penalties: []uint64{0, 7}}).MarshalSSZ()
	d, err := container.DecodeDeltas(b)
	fmt.Println(d.Rewards, d.Penalties, err)
	_, err = container.DecodeDeltas(b[:5])
	fmt.Println(err)
	// Output:
	// [10 0] [0 7] <nil>
	// deltas: invalid input: 5 bytes: incorrect size
}

func ExampleNewMechanismMemory() {
	m := container.NewMechanismMemory()
	root, err := m.HashTreeRoot()
	fmt.Printf("%x... %v\n", root[:4], err)
	// Output: 219914cd... <nil>
}

func ExampleDecodeMechanismMemory() {
	m := container.NewMechanismMemory()
	m.Smoothed, m.Window = 3_518_727_050_781, []uint64{5, 6}
	b, _ := m.MarshalSSZ()
	back, err := container.DecodeMechanismMemory(b)
	fmt.Println(back.Smoothed, back.Window, err)
	// Output: 3518727050781 [5 6] <nil>
}
