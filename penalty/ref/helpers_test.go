package ref_test

import (
	"encoding/csv"
	"math/big"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/penalty/ref"
	"github.com/stakesim/stakesim/spec"
)

// params are the constants of the main network under EIP-7716.
func params() spec.Params {
	p, err := spec.ParamsFor(spec.Mainnet, spec.EIP7716)
	if err != nil {
		panic(err)
	}
	return p
}

// newState is a main network state in epoch 100, finalized at 98, of n
// validators of 32 ETH that did everything in time, dealt to the slots in
// turn.
func newState(n int) ref.State {
	r := spec.NewRegistry(n)
	for i := range n {
		r.EffectiveBalance[i], r.Balance[i] = 32*spec.ETH, 32*spec.ETH
		r.PreviousFlags[i], r.SlotOffset[i] = spec.AllFlags, uint8(i%32)
	}
	return ref.State{Params: params(), Registry: r, Boundary: spec.Boundary{CurrentEpoch: 100, FinalizedEpoch: 98}}
}

// withTotal is a state of validators of up to 2048 ETH with the given total
// active balance, all online.
func withTotal(total spec.Gwei) ref.State {
	s := newState(int((total + 2048*spec.ETH - 1) / (2048 * spec.ETH)))
	for i := range s.Registry.EffectiveBalance {
		s.Registry.EffectiveBalance[i] = min(total, 2048*spec.ETH)
		total -= s.Registry.EffectiveBalance[i]
	}
	return s
}

// incident reads the offline balance of each epoch of an incident in Gwei, as
// summed from the per-epoch attribution files of github.com/OisinKyne/7716.
func incident(t *testing.T, name string) (offline []*big.Int) {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", name))
	require.NoError(t, err)
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	require.NoError(t, err)
	for _, row := range rows[1:] {
		v, err := strconv.ParseUint(row[1], 10, 64)
		require.NoError(t, err)
		offline = append(offline, gwei(v))
	}
	return offline
}

// float is a factor as a float64, for means.
func float(f *big.Rat) float64 {
	v, _ := f.Float64()
	return v
}
