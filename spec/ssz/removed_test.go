package ssz

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/ssz/internal/merkle"
)

// A fork after gloas that removes a field, as EIP-8015 would, is a row with another
// until: the field is gone from the bytes and keeps an inactive place in the root.
func TestARemovedFieldKeepsAnInactivePlaceInTheRoot(t *testing.T) {
	saved := slices.Clone(fields)
	defer func() { fields = saved }()
	fields = slices.Clone(fields)
	gone := slices.IndexFunc(fields, func(f field) bool { return f.name == "eth1_data_votes" })
	fields[gone].until = spec.Heze

	b := empty(t, paramsOf(t, spec.Minimal, spec.EIP7716))
	b[0] = 7
	s, err := Open(b, int64(len(b)), paramsOf(t, spec.Minimal, spec.EIP7716))
	require.NoError(t, err)
	require.NotContains(t, s.Fields(), "eth1_data_votes")
	require.Len(t, s.Fields(), 46)
	got, err := s.Root(1)
	require.NoError(t, err)

	layout, _, err := layoutOf(paramsOf(t, spec.Minimal, spec.EIP7716))
	require.NoError(t, err)
	var leaves []byte
	for _, f := range layout {
		if f.name == "eth1_deposit_index" { // what followed the removed field
			leaves = append(leaves, make([]byte, 32)...)
		}
		root, err := s.fieldRoot(f, 1)
		require.NoError(t, err)
		leaves = append(leaves, root[:]...)
	}
	require.Len(t, leaves, 47*32)
	var rest [32]byte // 32 zero bytes behind 1 + 4 + 16 + 64 leaves
	for _, n := range [...]struct{ from, to, depth int }{{21, 47, 6}, {5, 21, 4}, {1, 5, 2}, {0, 1, 0}} {
		rest = merkle.Pair(merkle.Reduce(leaves[32*n.from:32*n.to], 0, n.depth), rest)
	}
	var active [32]byte
	for i := range 47 {
		if i != 9 {
			active[i/8] |= 1 << (i % 8)
		}
	}
	require.Equal(t, merkle.Pair(rest, active), got)

	before := empty(t, paramsOf(t, spec.Minimal, spec.Heze))
	s, err = Open(before, int64(len(before)), paramsOf(t, spec.Minimal, spec.Heze))
	require.NoError(t, err)
	require.Contains(t, s.Fields(), "eth1_data_votes")
}
