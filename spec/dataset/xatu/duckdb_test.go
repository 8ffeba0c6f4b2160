package xatu_test

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/spec/dataset/xatu"
)

// duckDB are files that DuckDB 1.5.6 wrote, of both versions of the format, from
// range(0, n) t(i) by the formulas of the test below.
func duckDB(t testing.TB, pattern string) map[string][]byte {
	names, err := filepath.Glob("testdata/duckdb/" + pattern)
	require.NoError(t, err)
	require.Len(t, names, 2)
	files := map[string][]byte{}
	for _, name := range names {
		files[name], err = os.ReadFile(name)
		require.NoError(t, err)
	}
	return files
}

func TestWhatAnotherProgramWritesIsReadValueByValue(t *testing.T) {
	for name, b := range duckDB(t, "committees-*") {
		i := 0
		for r, err := range open(t, xatu.Committees, b).Committees(0, 0) {
			require.NoError(t, err, name)
			require.EqualValues(t, 9_600_000+i, r.Slot)
			require.Len(t, r.Validators, i*7%30)
			for x, v := range r.Validators {
				require.EqualValues(t, (x*31+i)%1000, v, "%s, row %d", name, i)
			}
			i++
		}
		require.Equal(t, 100, i, name)
	}
	for name, b := range duckDB(t, "validators-*") {
		i := 0
		for r, err := range open(t, xatu.Validators, b).Balances(0, 0) {
			require.NoError(t, err, name)
			require.EqualValues(t, 300_000+i/100, r.Epoch)
			require.EqualValues(t, i%100, r.Validator)
			require.Equal(t, i%7 != 0, r.Known)
			require.Equal(t, i%11 == 0, r.Slashed)
			if r.Known {
				require.EqualValues(t, 32+i%5, r.Increments)
			}
			i++
		}
		require.Equal(t, 400, i, name)
	}
	for name, b := range duckDB(t, "blocks-*") {
		i := 0
		for r, err := range open(t, xatu.Blocks, b).Blocks(0, 0) {
			require.NoError(t, err, name)
			require.EqualValues(t, 9_600_000+i, r.Slot)
			require.EqualValues(t, sha256.Sum256(fmt.Append(nil, i)), r.Root)
			i++
		}
		require.Equal(t, 40, i, name)
	}
}
