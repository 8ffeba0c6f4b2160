package epoch_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/epoch"
	"github.com/stakesim/stakesim/penalty/ref"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/ssz"
)

// The figures are those of plain integers: n = 4096 validators of 32 increments, of
// which 585 do nothing; per increment 10^9*factor/isqrt(32*n*10^9), a base reward of
// 32 times that, and for every flag base*w*(32*3511)/(32*4096*64) to each of 3511 and
// base*w/64 for source and target from each of 585.
func TestAStateReadBackIsPaidByTheConstantsOfItsNetwork(t *testing.T) {
	for network, want := range map[string][2]spec.Gwei{"gnosis": {177_379_231, 25_541_100}, "mainnet": {454_228_603, 65_403_000}} {
		for _, fork := range []spec.Fork{spec.Altair, spec.Electra} {
			n, err := spec.NetworkNamed(network)
			require.NoError(t, err)
			p, err := n.Params(fork)
			require.NoError(t, err)
			r := spec.NewRegistry(4096)
			for i := range r.Len() {
				r.EffectiveBalance[i], r.Balance[i], r.PreviousFlags[i] = 32*spec.ETH, 32*spec.ETH, spec.AllFlags
				if i < 585 {
					r.PreviousFlags[i] = 0
				}
			}
			raw, err := ssz.Build(&p, r, spec.Boundary{CurrentEpoch: 1000, FinalizedEpoch: 998}, ssz.Extra{})
			require.NoError(t, err)
			rewards, penalties := accounts(t, raw)
			require.Equal(t, want, [2]spec.Gwei{rewards, penalties}, "%s %v", network, fork)
		}
	}
}

// accounts is what a state's network and fork pay and take in one epoch, in package
// penalty and in its oracle alike.
func accounts(t *testing.T, raw []byte) (rewards, penalties spec.Gwei) {
	s, err := ssz.Detect(ssz.Buffer(raw), int64(len(raw)))
	require.NoError(t, err)
	p := s.Params()
	var r spec.Registry
	require.NoError(t, s.ReadRegistry(&r, 1))
	b, err := s.Boundary()
	require.NoError(t, err)
	before := r.Clone()
	all, err := ref.GetDeltas(ref.State{Params: p, Boundary: b, Registry: before}, ref.Factors{})
	require.NoError(t, err)
	var sum spec.Summary
	require.NoError(t, spec.Summarize(&sum, &p, &r, b, 1))
	require.NoError(t, epoch.ProcessRewardsAndPenalties(&p, &r, &sum, nil, penalty.Scope{}))
	for i := range r.Len() {
		change := spec.Gwei(0)
		for _, d := range all {
			rewards += spec.Gwei(d.Rewards[i].Uint64())
			penalties += spec.Gwei(d.Penalties[i].Uint64())
			change += spec.Gwei(d.Rewards[i].Uint64()) - spec.Gwei(d.Penalties[i].Uint64())
		}
		require.Equal(t, before.Balance[i]+change, r.Balance[i])
	}
	return rewards, penalties
}
