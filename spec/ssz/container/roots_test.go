package container

import (
	"testing"

	"github.com/protolambda/ztyp/tree"
)

// sizes are list lengths around the borders of chunks and of the fault that
// older generators have above 32 elements.
var sizes = []int{0, 1, 3, 4, 5, 31, 32, 33, 64, 100_003}

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

// leaf makes a number the root of a leaf.
type leaf uint64

func (v leaf) HashTreeRoot(h tree.HashFn) tree.Root {
	return h.Uint64VectorHTR(func(uint64) uint64 { return uint64(v) }, 1)
}

type rooted func(h tree.HashFn) tree.Root

func (r rooted) HashTreeRoot(h tree.HashFn) tree.Root { return r(h) }
