package container

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/protolambda/zrnt/eth2/beacon/common"
	"github.com/protolambda/zrnt/eth2/configs"
	"github.com/protolambda/ztyp/codec"
	"github.com/protolambda/ztyp/tree"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/budget"
)

// sizes are list lengths around the borders of chunks and of the fault that
// older generators have above 32 elements.
var sizes = []int{0, 1, 3, 4, 5, 31, 32, 33, 64, 100_003}

func numbers(n int, seed uint64) []uint64 {
	v := make([]uint64, n)
	for i := range v {
		seed = seed*6364136223846793005 + 1442695040888963407
		v[i] = seed
	}
	return v
}

func TestRootOfAByteListAgreesWithZtyp(t *testing.T) {
	for _, n := range sizes {
		l := byteList{Bytes: make([]byte, n)}
		for i := range l.Bytes {
			l.Bytes[i] = byte(7*i + 1)
		}
		got, err := l.HashTreeRoot()
		if err != nil {
			t.Fatal(err)
		}
		// A container of one field has the root of that field.
		want := tree.GetHashFn().ByteListHTR(l.Bytes, 1<<40)
		if got != want {
			t.Errorf("%d elements: root %x, ztyp has %x", n, got, want)
		}
	}
}

func TestBytesAndRootOfDeltasAgreeWithZrnt(t *testing.T) {
	for _, n := range sizes {
		d := Deltas{numbers(n, 1), numbers(n, 2)}
		other := common.NewDeltas(uint64(n))
		for i := range n {
			other.Rewards[i], other.Penalties[i] = common.Gwei(d.Rewards[i]), common.Gwei(d.Penalties[i])
		}
		got, err := d.HashTreeRoot()
		if err != nil {
			t.Fatal(err)
		}
		if want := other.HashTreeRoot(configs.Mainnet, tree.GetHashFn()); got != want {
			t.Errorf("%d elements: root %x, zrnt has %x", n, got, want)
		}
		encoded, err := d.MarshalSSZ()
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := other.Serialize(configs.Mainnet, codec.NewEncodingWriter(&b)); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(encoded, b.Bytes()) {
			t.Errorf("%d elements: bytes differ from zrnt's", n)
		}
		back, err := DecodeDeltas(encoded)
		if err != nil || !slices.Equal(back.Rewards, d.Rewards) || !slices.Equal(back.Penalties, d.Penalties) {
			t.Errorf("%d elements: decoded differently: %v", n, err)
		}
	}
}

// root makes a number the root of a leaf.
type leaf uint64

func (v leaf) HashTreeRoot(h tree.HashFn) tree.Root {
	return h.Uint64VectorHTR(func(uint64) uint64 { return uint64(v) }, 1)
}

type rooted func(h tree.HashFn) tree.Root

func (r rooted) HashTreeRoot(h tree.HashFn) tree.Root { return r(h) }

func TestRootOfMechanismMemoryAgreesWithZtyp(t *testing.T) {
	for _, n := range []int{0, 1, 4, 5, 31, 32} {
		v := numbers(7, uint64(n))
		m := MechanismMemory{v[0], v[1:3], numbers(n, 9), v[3], v[4], v[5], v[6]}
		got, err := m.HashTreeRoot()
		if err != nil {
			t.Fatal(err)
		}
		excess := rooted(func(h tree.HashFn) tree.Root {
			return h.Uint64VectorHTR(func(i uint64) uint64 { return m.Excess[i] }, 2)
		})
		window := rooted(func(h tree.HashFn) tree.Root {
			return h.Uint64ListHTR(func(i uint64) uint64 { return m.Window[i] }, uint64(n), 32)
		})
		want := tree.GetHashFn().HashTreeRoot(leaf(v[0]), excess, window, leaf(v[3]), leaf(v[4]), leaf(v[5]), leaf(v[6]))
		if got != want {
			t.Errorf("window of %d: root %x, ztyp has %x", n, got, want)
		}
		encoded, err := m.MarshalSSZ()
		if err != nil {
			t.Fatal(err)
		}
		back, err := DecodeMechanismMemory(encoded)
		if err != nil || fmt.Sprint(back.Smoothed, back.Excess, back.Window, back.CurrentCount) !=
			fmt.Sprint(m.Smoothed, m.Excess, m.Window, m.CurrentCount) {
			t.Errorf("window of %d: decoded %v, %v", n, back, err)
		}
	}
}

func TestMalformedContainersAreInputErrors(t *testing.T) {
	two, err := (&Deltas{numbers(2, 1), numbers(1, 1)}).MarshalSSZ()
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{
		"nothing":                    nil,
		"a truncated fixed part":     {8, 0, 0, 0},
		"an offset outside":          {8, 0, 0, 0, 200, 0, 0, 0},
		"an offset backwards":        {8, 0, 0, 0, 4, 0, 0, 0},
		"a first offset not fixed":   {9, 0, 0, 0, 9, 0, 0, 0, 0},
		"half an element":            {8, 0, 0, 0, 8, 0, 0, 0, 1, 2, 3, 4},
		"lists of different lengths": two,
	} {
		if _, err := DecodeDeltas(b); !errors.Is(err, spec.ErrInput) {
			t.Errorf("%s: %v", name, err)
		}
	}
	big := NewMechanismMemory()
	if b, err := big.MarshalSSZ(); err != nil {
		t.Error(err)
	} else if _, err := DecodeMechanismMemory(append(b, make([]byte, 33*8)...)); !errors.Is(err, spec.ErrInput) {
		t.Errorf("a window of 33: %v", err)
	}
}

func FuzzDecode(f *testing.F) {
	d, _ := (&Deltas{numbers(3, 1), numbers(3, 2)}).MarshalSSZ()
	m, _ := NewMechanismMemory().MarshalSSZ()
	f.Add(d)
	f.Add(m)
	f.Fuzz(func(t *testing.T, b []byte) {
		budget.Run(t, budget.Limit{}, func() {
			if d, err := DecodeDeltas(b); err == nil {
				if again, err := d.MarshalSSZ(); err != nil || !bytes.Equal(again, b) {
					t.Errorf("deltas encode differently: %v", err)
				}
			} else if !errors.Is(err, spec.ErrInput) {
				t.Error(err)
			}
			if m, err := DecodeMechanismMemory(b); err == nil {
				if again, err := m.MarshalSSZ(); err != nil || !bytes.Equal(again, b) {
					t.Errorf("memory encodes differently: %v", err)
				}
			}
		})
	})
}
