package zrnt_test

import (
	"bytes"
	"reflect"
	"testing"

	"github.com/protolambda/zrnt/eth2/beacon/common"
	"github.com/protolambda/ztyp/tree"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/ssz"
	"github.com/stakesim/stakesim/spec/zrnt"
)

func TestRawStatesAndZrntAgreeOnEveryColumnAndValue(t *testing.T) {
	for _, s := range samples(t) {
		raw := must[*ssz.State](t)(ssz.Open(ssz.Buffer(s.bytes), int64(len(s.bytes)), paramsOf(s.preset, s.fork)))
		c := config(t, s.preset)
		state := must[common.BeaconState](t)(zrnt.Open(c, s.fork, s.bytes))
		var got, want spec.Registry
		if err := raw.ReadRegistry(&got, 2); err != nil {
			t.Fatal(err)
		}
		if err := zrnt.ReadRegistry(&want, state, nil); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s %v: columns differ", s.name, s.fork)
		}
		b, z := must[spec.Boundary](t)(raw.Boundary()), must[spec.Boundary](t)(zrnt.Boundary(c, state))
		if b != z {
			t.Errorf("%s %v: boundary %+v, zrnt has %+v", s.name, s.fork, b, z)
		}
		if f := must[spec.Fork](t)(zrnt.ForkOf(state)); f != s.fork {
			t.Errorf("%s: fork %v, want %v", s.name, f, s.fork)
		}
	}
}

func TestSeedAndCommitteesAgreeWithZrnts(t *testing.T) {
	for _, s := range samples(t) {
		raw := must[*ssz.State](t)(ssz.Open(ssz.Buffer(s.bytes), int64(len(s.bytes)), paramsOf(s.preset, s.fork)))
		c := config(t, s.preset)
		state := must[common.BeaconState](t)(zrnt.Open(c, s.fork, s.bytes))
		epc := must[*common.EpochsContext](t)(common.NewEpochsContext(c, state))
		var got, want spec.Registry
		if err := raw.ReadRegistry(&got, 1); err != nil {
			t.Fatal(err)
		}
		if err := zrnt.ReadRegistry(&want, state, epc); err != nil {
			t.Fatal(err)
		}
		previous := must[spec.Boundary](t)(raw.Boundary()).PreviousEpoch()
		seed := must[[32]byte](t)(raw.AttesterSeed(previous))
		mixes := must[common.RandaoMixes](t)(state.RandaoMixes())
		if z := must[common.Root](t)(common.GetSeed(c, mixes, common.Epoch(previous), common.DOMAIN_BEACON_ATTESTER)); seed != z {
			t.Errorf("%s %v: seed %x, zrnt has %x", s.name, s.fork, seed, z)
		}
		if err := raw.AssignSlots(&got, new(spec.Committees), 1); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got.SlotOffset, want.SlotOffset) {
			t.Errorf("%s %v: slot offsets differ", s.name, s.fork)
		}
	}
}

func TestWritingBackIsTheSameOnBothPaths(t *testing.T) {
	for _, s := range samples(t) {
		out := ssz.Buffer(clone(s.bytes))
		raw := must[*ssz.State](t)(ssz.Open(out, int64(len(out)), paramsOf(s.preset, s.fork)))
		state := must[common.BeaconState](t)(zrnt.Open(config(t, s.preset), s.fork, s.bytes))
		root := state.HashTreeRoot(tree.GetHashFn())
		var r spec.Registry
		if err := zrnt.ReadRegistry(&r, state, nil); err != nil {
			t.Fatal(err)
		}
		if err := zrnt.WriteBack(state, &r); err != nil {
			t.Fatal(err)
		}
		if again := state.HashTreeRoot(tree.GetHashFn()); again != root {
			t.Errorf("%s %v: unchanged columns change the root", s.name, s.fork)
		}
		for i := range r.Balance {
			r.Balance[i] += spec.Gwei(i)
			r.InactivityScore[i] += uint64(i % 3)
			r.EffectiveBalance[i] -= spec.Gwei(i%2) * spec.ETH
		}
		if err := zrnt.WriteBack(state, &r); err != nil {
			t.Fatal(err)
		}
		if err := raw.WriteBack(out, &r, 1); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(out, must[[]byte](t)(zrnt.Bytes(state))) {
			t.Errorf("%s %v: the states differ after writing back", s.name, s.fork)
		}
	}
}

func TestRootsOfRawStatesAreThoseOfZtyp(t *testing.T) {
	for _, s := range samples(t) {
		raw := must[*ssz.State](t)(ssz.Open(ssz.Buffer(s.bytes), int64(len(s.bytes)), paramsOf(s.preset, s.fork)))
		want := must[common.BeaconState](t)(zrnt.Open(config(t, s.preset), s.fork, s.bytes)).HashTreeRoot(tree.GetHashFn())
		if got := must[[32]byte](t)(raw.Root(2)); got != want {
			t.Errorf("%s %v: root %x, ztyp has %x", s.name, s.fork, got, want)
		}
	}
}
