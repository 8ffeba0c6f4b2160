package merkle

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/spec/budget"
)

// The literal rules: a binary tree is padded to its size, a progressive one is
// hash(first n leaves, the rest with 4n) and 32 zero bytes when none are left.

func literalBinary(leaves [][32]byte, size int) [32]byte {
	if size == 1 {
		if len(leaves) == 0 {
			return [32]byte{}
		}
		return leaves[0]
	}
	half := min(size/2, len(leaves))
	l, r := literalBinary(leaves[:half], size/2), literalBinary(leaves[half:], size/2)
	return sha256.Sum256(append(l[:], r[:]...))
}

func literalProgressive(leaves [][32]byte, size int) [32]byte {
	if len(leaves) == 0 {
		return [32]byte{}
	}
	n := min(size, len(leaves))
	l, r := literalBinary(leaves[:n], size), literalProgressive(leaves[n:], 4*size)
	return sha256.Sum256(append(l[:], r[:]...))
}

func literal(f Form, leaves [][32]byte) [32]byte {
	if f.Progressive {
		return literalProgressive(leaves, 1)
	}
	return literalBinary(leaves, 1<<f.Depth)
}

func drawn(rng *rand.Rand, n int) [][32]byte {
	leaves := make([][32]byte, n)
	for i := range leaves {
		leaves[i] = leaf(rng)
	}
	return leaves
}

func leaf(rng *rand.Rand) (l [32]byte) {
	if rng.IntN(4) > 0 { // zeros are among them
		binary.LittleEndian.PutUint64(l[rng.IntN(24):], rng.Uint64())
	}
	return l
}

// filler fills from the leaves.
func filler(leaves *[][32]byte) Fill {
	return func(dst []byte, level, first int) error {
		for i := 0; i < len(dst)/Size; i++ {
			var both [2][32]byte
			for j := 0; j < 1<<level; j++ {
				if at := first + i<<level + j; at < len(*leaves) {
					both[j] = (*leaves)[at]
				}
			}
			node := both[0]
			if level == 1 {
				node = sha256.Sum256(append(both[0][:], both[1][:]...))
			}
			copy(dst[i*Size:], node[:])
		}
		return nil
	}
}

func forms(depth int) []Form {
	return []Form{{Depth: depth}, {Depth: depth, Pairs: true}, {Progressive: true}, {Progressive: true, Pairs: true}}
}

func TestPairsAreTheStandardLibrarysHashes(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for n := range 70 {
		src := make([]byte, 64*n)
		for i := range src {
			src[i] = byte(rng.Uint32())
		}
		got, want := make([]byte, 32*n+5), make([]byte, 32*n+5)
		Pairs(got, src)
		standardPairs(want, src)
		require.Equal(t, want, got, n)
	}
}

func TestARootIsThatOfTheLiteralRules(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	for _, n := range []int{0, 1, 2, 3, 4, 5, 6, 7, 20, 21, 22, 84, 85, 86, 340, 341, 342, 511, 512, 513, 1000, 1365, 1366, 3000} {
		for _, f := range forms(12) {
			for _, workers := range []int{1, 3} {
				leaves := drawn(rng, n)
				want := literal(f, leaves)
				got, err := Root(f, n, filler(&leaves), workers)
				require.NoError(t, err)
				require.Equal(t, want, got, "%+v of %d leaves", f, n)
				tree := NewTree(f, n)
				require.NoError(t, tree.Update(filler(&leaves), workers))
				require.Equal(t, want, tree.Root(), "%+v of %d leaves, kept", f, n)
			}
		}
	}
}

func TestADeepTreeIsPaddedWithZeroSubtrees(t *testing.T) {
	leaves := drawn(rand.New(rand.NewPCG(3, 3)), 5)
	want, zero := literalBinary(leaves, 8), literalBinary(nil, 8)
	for depth := 3; depth < 40; depth++ {
		got, err := Root(Form{Depth: depth}, 5, filler(&leaves), 1)
		require.NoError(t, err)
		require.Equal(t, want, got, depth)
		want = sha256.Sum256(append(want[:], zero[:]...))
		zero = sha256.Sum256(append(zero[:], zero[:]...))
	}
}

// edit changes leaves and tells the tree.
func edit(rng *rand.Rand, tree *Tree, f Form, leaves *[][32]byte) {
	n := len(*leaves)
	switch what := rng.IntN(6); {
	case what == 0: // another length
		to := rng.IntN(800)
		for len(*leaves) < to {
			*leaves = append(*leaves, leaf(rng))
		}
		*leaves = (*leaves)[:to]
		tree.Resize(to)
	case what == 1: // gone in front, and others behind
		if f.Pairs {
			return
		}
		by := rng.IntN(n + 2)
		*leaves = append(bytesCopy((*leaves)[min(by, n):]), drawn(rng, rng.IntN(20))...)
		tree.Shift(by, len(*leaves))
	case what == 2:
		to := rng.IntN(800)
		*leaves = make([][32]byte, to)
		tree.Zero(to)
	case n > 0: // a range
		lo := rng.IntN(n)
		hi := lo + 1 + rng.IntN(min(n-lo, 1+rng.IntN(300)))
		for i := lo; i < hi; i++ {
			(*leaves)[i] = leaf(rng)
		}
		tree.Mark(lo, hi)
	}
}

func bytesCopy(l [][32]byte) [][32]byte { return append([][32]byte(nil), l...) }

func runEdits(t *testing.T, seed uint64, steps int) {
	for _, f := range forms(10) {
		rng := rand.New(rand.NewPCG(seed, 4))
		leaves := drawn(rng, rng.IntN(600))
		tree := NewTree(f, len(leaves))
		for step := range steps {
			for range rng.IntN(4) {
				edit(rng, tree, f, &leaves)
			}
			require.NoError(t, tree.Update(filler(&leaves), 1+step%3))
			require.Equal(t, literal(f, leaves), tree.Root(), "seed %d, %+v, step %d", seed, f, step)
			require.Equal(t, len(leaves), tree.Len())
		}
	}
}

func TestATreeThatIsEditedHasTheRootOfItsLeaves(t *testing.T) {
	for seed := range uint64(12) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) { runEdits(t, seed, 40) })
	}
}

func FuzzEdits(f *testing.F) {
	f.Add(uint64(100))
	f.Fuzz(func(t *testing.T, seed uint64) {
		budget.Run(t, budget.Limit{}, func() { runEdits(t, seed, 2) })
	})
}

func TestOnlyWhatWasMarkedIsFilledAgain(t *testing.T) {
	leaves := drawn(rand.New(rand.NewPCG(5, 5)), 700)
	for _, f := range forms(10)[:3] {
		tree := NewTree(f, 700)
		require.NoError(t, tree.Update(filler(&leaves), 1))
		filled := 0
		count := func(dst []byte, level, first int) error {
			filled += len(dst) / Size
			return filler(&leaves)(dst, level, first)
		}
		leaves[399], leaves[130] = [32]byte{9}, [32]byte{8}
		tree.Mark(399, 400)
		tree.Mark(130, 131)
		require.NoError(t, tree.Update(count, 1))
		require.Equal(t, 2, filled)
		require.Equal(t, literal(f, leaves), tree.Root())
	}
}

func TestAfterAShiftIsHashedEverythingIsFresh(t *testing.T) {
	leaves := drawn(rand.New(rand.NewPCG(8, 8)), 700)
	for _, f := range []Form{{Depth: 10}, {Progressive: true}} {
		tree := NewTree(f, 700)
		require.NoError(t, tree.Update(filler(&leaves), 1))
		rest := leaves[16:]
		tree.Shift(16, len(rest))
		filled := 0
		require.NoError(t, tree.Update(func(dst []byte, level, first int) error {
			filled++
			return filler(&rest)(dst, level, first)
		}, 1))
		require.Zero(t, filled, "the leaves moved")
		require.Equal(t, literal(f, rest), tree.Root())
		for _, k := range tree.parts {
			require.False(t, k.stale)
			require.True(t, k.fresh)
		}
	}
}

func TestAfterAnErrorTheSameLeavesAreStillMarked(t *testing.T) {
	leaves := drawn(rand.New(rand.NewPCG(6, 6)), 700)
	bad := errors.New("bad")
	for _, f := range forms(10) {
		fails := func(dst []byte, level, first int) error {
			if first+len(dst)/Size<<level > 600 {
				return bad
			}
			return filler(&leaves)(dst, level, first)
		}
		tree := NewTree(f, 700)
		require.ErrorIs(t, tree.Update(fails, 2), bad)
		_, err := Root(f, 700, fails, 2)
		require.ErrorIs(t, err, bad)
		require.NoError(t, tree.Update(filler(&leaves), 2))
		require.Equal(t, literal(f, leaves), tree.Root())
	}
}

func TestRunsAreTheNodesOfASet(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	for range 500 {
		n := 1 + rng.IntN(400)
		var s set
		s.grow(n)
		want, got := make([]byte, (n+63)/64*64), make([]byte, (n+63)/64*64)
		for range rng.IntN(6) {
			lo := rng.IntN(n)
			hi := lo + rng.IntN(n-lo+1)
			s.add(lo, hi)
			copy(want[lo:hi], bytes.Repeat([]byte{1}, hi-lo))
		}
		require.NoError(t, s.runs(0, len(s), func(lo, hi int) error {
			for i := lo; i < hi; i++ {
				got[i]++
			}
			return nil
		}))
		require.Equal(t, want, got)
		up := make(set, (len(s)+1)/2)
		s.parents(up)
		for i := 0; i < len(want); i += 2 {
			require.Equal(t, want[i]|want[i+1] != 0, up[i/128]>>(i/2%64)&1 != 0)
		}
	}
}
