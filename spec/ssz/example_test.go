package ssz_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/file"
	"github.com/stakesim/stakesim/spec/ssz"
	"github.com/stakesim/stakesim/spec/vector"
)

// exampleState is the pre-state of a fixture, in memory.
func exampleState() (ssz.Buffer, *ssz.State) {
	tree := must(vector.Open("../vector/testdata/consensus-spec-tests"))
	b := ssz.Buffer(must(tree.Case(must(vector.ParsePath(eipCase))).SSZ("pre")))
	p := must(spec.ParamsFor(spec.Minimal, spec.EIP7716))
	return b, must(ssz.Open(b, int64(len(b)), &p))
}

func ExampleOpen() {
	b, _ := exampleState()
	p := must(spec.ParamsFor(spec.Minimal, spec.EIP7716))
	s, err := ssz.Open(b, int64(len(b)), &p)
	fmt.Println(s.Len(), err)
	p = must(spec.ParamsFor(spec.Minimal, spec.Electra))
	_, err = ssz.Open(b, int64(len(b)), &p)
	fmt.Println(err)
	// Output:
	// 64 <nil>
	// minimal electra state: historical_roots: invalid input: byte 4272: offset 14413: the first offset must be 10313, the size of the fixed part: another fork or preset?
}

// A state of any size can stay in its file.
func ExampleOpen_mapped() {
	dir := must(os.MkdirTemp("", "state"))
	defer os.RemoveAll(dir)
	b, _ := exampleState()
	name := filepath.Join(dir, "state.ssz")
	if err := os.WriteFile(name, b, 0o600); err != nil {
		fmt.Println(err)
		return
	}
	mapped := must(file.Map(name))
	defer mapped.Close()
	p := must(spec.ParamsFor(spec.Minimal, spec.EIP7716))
	s, err := ssz.Open(mapped, mapped.Size(), &p)
	if err != nil {
		fmt.Println(err)
		return
	}
	var r spec.Registry
	err = s.ReadRegistry(&r, 2)
	fmt.Println(r.Len(), r.Balance[0], err)
	// Output: 64 31253761243 <nil>
}

func ExampleDetect() {
	b, _ := exampleState()
	s, err := ssz.Detect(b, int64(len(b)))
	fmt.Println(s.Params().Network, s.Params().Fork, err)
	// Output: minimal eip7716 <nil>
}

func ExampleState_Params() {
	_, s := exampleState()
	p := s.Params()
	fmt.Println(p.Fork, p.SlotsPerEpoch)
	// Output: eip7716 8
}

func ExampleState_Len() {
	_, s := exampleState()
	fmt.Println(s.Len())
	// Output: 64
}

func ExampleState_Slot() {
	_, s := exampleState()
	fmt.Println(s.Slot())
	// Output: 48 <nil>
}

func ExampleState_Boundary() {
	_, s := exampleState()
	b, err := s.Boundary()
	fmt.Printf("%+v %v\n", b, err)
	// Output: {CurrentEpoch:6 FinalizedEpoch:0 SlashingsSum:295000000000 NextBlockMissing:255} <nil>
}

func ExampleState_RandaoMix() {
	_, s := exampleState()
	mix, err := s.RandaoMix(3)
	fmt.Printf("%x %v\n", mix[:4], err)
	// Output: dadadada <nil>
}

func ExampleState_AttesterSeed() {
	_, s := exampleState()
	seed, err := s.AttesterSeed(5)
	fmt.Printf("%x %v\n", seed[:4], err)
	// Output: d4124956 <nil>
}

func ExampleState_ReadRegistry() {
	_, s := exampleState()
	var r spec.Registry // reused from epoch to epoch
	err := s.ReadRegistry(&r, 1)
	fmt.Println(r.Len(), r.EffectiveBalance[0], r.PreviousFlags[:8], r.SlotOffset[0] == spec.NoSlot, err)
	// Output: 64 31000000000 [7 3 5 0 0 7 3 5] true <nil>
}

func ExampleState_AssignSlots() {
	_, s := exampleState()
	var r spec.Registry
	if err := s.ReadRegistry(&r, 1); err != nil {
		fmt.Println(err)
		return
	}
	var committees spec.Committees // reused from epoch to epoch
	err := s.AssignSlots(&r, &committees, 1)
	fmt.Println(r.SlotOffset[:8], err)
	// Output: [4 1 4 7 255 5 0 4] <nil>
}

func ExampleState_Smoothed() {
	_, s := exampleState()
	fmt.Println(s.Smoothed())
	// Output: 276952500000 true <nil>
}

func ExampleState_WriteBack() {
	b, s := exampleState()
	var r spec.Registry
	if err := s.ReadRegistry(&r, 1); err != nil {
		fmt.Println(err)
		return
	}
	r.Balance[7] = 31 * spec.ETH
	if err := s.WriteBack(b, &r, 1); err != nil { // in place
		fmt.Println(err)
		return
	}
	err := s.ReadRegistry(&r, 1)
	fmt.Println(r.Balance[7], err)
	// Output: 31000000000 <nil>
}

func ExampleState_WriteSmoothed() {
	b, s := exampleState()
	err := s.WriteSmoothed(b, 123)
	fmt.Println(err)
	fmt.Println(s.Smoothed())
	// Output:
	// <nil>
	// 123 true <nil>
}

func ExampleState_SaveAs() {
	dir := must(os.MkdirTemp("", "state"))
	defer os.RemoveAll(dir)
	name := filepath.Join(dir, "post.ssz")
	b, s := exampleState()
	err := s.SaveAs(name, func(w io.WriterAt) error { return s.WriteSmoothed(w, 123) })
	saved := must(os.ReadFile(name))
	fmt.Println(len(saved) == len(b), err)
	// Output: true <nil>
}

func ExampleBuffer_ReadAt() {
	two := make([]byte, 2)
	n, err := ssz.Buffer{1, 2, 3}.ReadAt(two, 2)
	fmt.Println(n, two[:n], err)
	// Output: 1 [3] EOF
}

func ExampleBuffer_WriteAt() {
	b := ssz.Buffer{1, 2, 3}
	_, err := b.WriteAt([]byte{9, 9}, 2)
	fmt.Println(b, err)
	// Output: [1 2 3] write of 2 bytes at byte 2 of 3: invalid input
}

func ExampleState_Root() {
	b := must(vector.DecodeSnappy(must(os.ReadFile("testdata/roots/h1-pre.ssz_snappy")), vector.DefaultLimit))
	s := must(ssz.Open(ssz.Buffer(b), int64(len(b)), paramsOf(spec.Minimal, spec.Heze)))
	root, err := s.Root(2)
	fmt.Printf("%x %v\n", root, err)
	// Output: a2dbdabfb6ad7b9d587eec1161b39ce9a3f64d626608d44f7f1bf36e13a582e7 <nil>
}

func ExampleState_Fields() {
	_, s := exampleState()
	fmt.Println(s.Fields()[:4])
	// Output: [genesis_time genesis_validators_root slot fork]
}

func ExampleState_Field() {
	_, s := exampleState()
	bits, err := s.Field("justification_bits")
	fmt.Println(bits, err)
	_, err = s.Field("eth2_data")
	fmt.Println(err.Error()[:46])
	// Output:
	// [0] <nil>
	// field "eth2_data": unknown name: eip7716 has g
}

func ExampleContainers() {
	fmt.Println(ssz.Containers()[:3])
	// Output: [BeaconBlockHeader Builder BuilderPendingPayment]
}

func ExampleContainerRoot() {
	root, err := ssz.ContainerRoot("Checkpoint", make([]byte, 40))
	fmt.Printf("%x %v\n", root, err)
	// Output: f5a5fd42d16a20302798ef6ed309979b43003d2320d9f0e8ea9831a92759fb4b <nil>
}

// examplePieces are the pieces of the state of the other examples.
func examplePieces() *ssz.Pieces {
	_, s := exampleState()
	return must(s.Pieces())
}

// A validator is appended to a state: five lists become longer, the others stay.
func ExampleState_Pieces() {
	_, s := exampleState()
	var state spec.BeaconState
	if err := s.ReadBeaconState(&state, 1); err != nil {
		fmt.Println(err)
		return
	}
	addValidator(&state, 99)
	p := must(s.Pieces())
	if err := p.WriteBeaconState(&state, nil, 1); err != nil {
		fmt.Println(err)
		return
	}
	b := must(p.Bytes())
	longer, err := ssz.Open(ssz.Buffer(b), int64(len(b)), paramsOf(spec.Minimal, spec.EIP7716))
	fmt.Println(s.Len(), longer.Len(), p.Len(), err)
	fmt.Println(must(p.Root(1)) == must(longer.Root(1)))
	// Output:
	// 64 65 65 <nil>
	// true
}

func ExamplePieces_Params() {
	fmt.Println(examplePieces().Params().Fork)
	// Output: eip7716
}

func ExamplePieces_Len() {
	fmt.Println(examplePieces().Len())
	// Output: 64
}

func ExamplePieces_Field() {
	slot, err := examplePieces().Field("slot")
	fmt.Println(slot, err)
	// Output: [48 0 0 0 0 0 0 0] <nil>
}

func ExamplePieces_Set() {
	p := examplePieces()
	fmt.Println(p.Set("pending_consolidations", make([]byte, 3*16))) // three of them
	fmt.Println(len(must(p.Field("pending_consolidations"))))
	fmt.Println(p.Set("pending_consolidations", make([]byte, 65*16)))
	// Output:
	// <nil>
	// 48
	// pending_consolidations: invalid input: 65 elements, at most 64
}

// A slot without a block puts the state's root into its place.
func ExamplePieces_Put() {
	p := examplePieces()
	root := must(p.Root(1))
	err := p.Put("state_roots", 48%64*32, root[:])
	fmt.Println(err, root == must(p.Root(1)))
	// Output: <nil> false
}

func ExamplePieces_Root() {
	b := must(vector.DecodeSnappy(must(os.ReadFile("testdata/roots/h1-pre.ssz_snappy")), vector.DefaultLimit))
	s := must(ssz.Open(ssz.Buffer(b), int64(len(b)), paramsOf(spec.Minimal, spec.Heze)))
	root, err := must(s.Pieces()).Root(2)
	fmt.Printf("%x %v\n", root, err)
	// Output: a2dbdabfb6ad7b9d587eec1161b39ce9a3f64d626608d44f7f1bf36e13a582e7 <nil>
}

// block_roots and state_roots are what a historical summary is made of.
func ExamplePieces_FieldRoot() {
	p := examplePieces()
	if err := p.Set("block_roots", make([]byte, 64*32)); err != nil {
		fmt.Println(err)
		return
	}
	root, err := p.FieldRoot("block_roots", 1)
	fmt.Printf("%x %v\n", root[:4], err)
	// Output: d88ddfee <nil>
}

func ExamplePieces_WriteBeaconState() {
	_, s := exampleState()
	var state spec.BeaconState
	if err := s.ReadBeaconState(&state, 1); err != nil {
		fmt.Println(err)
		return
	}
	p := must(s.Pieces())
	state.Slot++
	state.Registry.Balance[7] = 5
	state.Registry.ExitEpoch[3] = 12
	err := p.WriteBeaconState(&state, []spec.ValidatorIndex{3}, 1)
	fmt.Println(must(p.Field("slot"))[0], must(p.Field("balances"))[7*8], must(p.Field("validators"))[3*validatorSize+105], err)
	// Output: 49 5 12 <nil>
}

func ExamplePieces_WriteTo() {
	n, err := examplePieces().WriteTo(io.Discard)
	b, _ := exampleState()
	fmt.Println(n == int64(len(b)), err)
	// Output: true <nil>
}

func ExamplePieces_Bytes() {
	b, _ := exampleState()
	same := must(examplePieces().Bytes())
	fmt.Println(bytes.Equal(b, same))
	// Output: true
}

func ExamplePieces_WriteBack() {
	b, s := exampleState()
	p := must(s.Pieces())
	if err := p.Put("slot", 0, []byte{49}); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(p.WriteBack(b)) // in place
	fmt.Println(s.Slot())
	// Output:
	// <nil>
	// 49 <nil>
}
