package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/dataset/xatu"
)

// Balances of epochs in which no other table has a row are known in the next
// window, and in every later one; what changes within a window is no news before
// its epoch.
func TestBalancesAreCarriedOverWindowsWithoutRows(t *testing.T) {
	const first = 2 * blockSize // the third block of validators
	var pieces [][]byte
	for epoch, eth := range map[spec.Epoch]uint16{3: 31, 20: 32, 21: 33, 40: 2048} {
		g := &groupReader{from: source{Table: int(xatu.Validators), Path: "a.parquet"}, group: int(epoch), carry: func(block int64, b []byte) {
			require.EqualValues(t, 2, block)
			pieces = append(pieces, b)
		}}
		require.NoError(t, g.balances(func(yield func(xatu.Balance, error) bool) {
			yield(xatu.Balance{Epoch: epoch, Validator: first + 7, Increments: eth, Known: true, Slashed: epoch > 20}, nil)
		}))
	}
	of := kept[int64]{}
	require.NoError(t, (&carry{4}).ProcessElement(2, iterate(pieces), iterate([]int64{9, 5, 2}), of.emit))
	for window, want := range map[int64]struct {
		known   uint16
		slashed bool
		within  []uint16
	}{2: {31, false, nil}, 5: {31, false, []uint16{32, 33}}, 9: {33, true, nil}} {
		var w xatu.Window
		require.NoError(t, gather(&w, iterate(of[window])))
		eth, known, slashed := w.Known.Of(first + 7)
		require.True(t, known)
		require.Equal(t, want.known, eth, "window %d", window)
		require.Equal(t, want.slashed, slashed)
		_, known, _ = w.Known.Of(7)
		require.False(t, known)
		var within []uint16
		for _, b := range w.Balances {
			require.EqualValues(t, first+7, b.Validator)
			within = append(within, b.Increments)
		}
		require.Equal(t, want.within, within)
	}
}
