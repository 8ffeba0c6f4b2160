package ref_test

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/penalty/ref"
	"github.com/stakesim/stakesim/spec"
)

func requirePenalties(t *testing.T, s ref.State, want []uint64) {
	t.Helper()
	d, err := ref.GetInactivityPenaltyDeltas(s)
	require.NoError(t, err)
	requireBigs(t, d.Penalties, want, "inactivity penalties")
}

func balancesHash(balances []spec.Gwei) string {
	h := sha256.New()
	for _, b := range balances {
		h.Write(binary.LittleEndian.AppendUint64(nil, uint64(b)))
	}
	return hex.EncodeToString(h.Sum(nil))
}

func hash(t *testing.T, text string) (h [32]byte) {
	t.Helper()
	b, err := hex.DecodeString(text)
	require.NoError(t, err)
	require.Len(t, b, 32)
	return [32]byte(b)
}

// at reads a column of the vectors, where an empty one means zeros.
func at[T any](column []T, i int) (v T) {
	if len(column) == 0 {
		return v
	}
	return column[i]
}

func requireColumn(t *testing.T, got, want []uint64, what ...any) {
	t.Helper()
	for i := range got {
		if got[i] != at(want, i) {
			require.FailNow(t, "differs", "%v of %d: got %d, want %d", what, i, got[i], at(want, i))
		}
	}
}

func requireBigs(t *testing.T, got []*big.Int, want []uint64, what ...any) {
	t.Helper()
	column := make([]uint64, len(got))
	for i, v := range got {
		require.True(t, v.IsUint64())
		column[i] = v.Uint64()
	}
	requireColumn(t, column, want, what...)
}

func requireDifference(t *testing.T, before, after []spec.Gwei, want []int64, what string) {
	t.Helper()
	for i := range before {
		if d := int64(after[i] - before[i]); d != at(want, i) {
			require.FailNow(t, "differs", "%s of %d: got %d, want %d", what, i, d, at(want, i))
		}
	}
}

func requireNumber(t *testing.T, want uint64, got *big.Int) {
	t.Helper()
	require.Equal(t, fmt.Sprint(want), got.String())
}

func requireFactor(t *testing.T, want uint64, got *big.Rat) {
	t.Helper()
	require.Equal(t, fmt.Sprint(want), got.RatString())
}

// must takes a result and its error: must(f(x))(t).
func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		require.NoError(t, err)
		return v
	}
}
