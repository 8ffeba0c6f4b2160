package epoch_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/chain"
	"github.com/stakesim/stakesim/penalty/epoch"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/bls"
	"github.com/stakesim/stakesim/spec/ssz"
	"github.com/stakesim/stakesim/spec/vector"
)

// ruleOf is the rule that the official cases of a fork are made with.
func ruleOf(fork spec.Fork) penalty.Rule {
	if fork == spec.EIP7716 {
		return penalty.SmoothedE2.Rule()
	}
	return penalty.StatusQuo()
}

func TestTheOfficialCasesOfSlots(t *testing.T) {
	ran := 0
	for _, tree := range trees(t) {
		cases, err := tree.Cases(vector.Path{Runner: "sanity", Handler: "slots"})
		require.NoError(t, err)
		for _, c := range cases {
			ran++
			t.Run(fmt.Sprint(c.Path), func(t *testing.T) {
				pre, err := c.SSZ("pre")
				require.NoError(t, err)
				want, err := c.SSZ("post")
				require.NoError(t, err)
				var slots uint64
				require.NoError(t, c.YAML("slots.yaml", &slots))
				fork, err := spec.ParseFork(c.Path.Fork)
				require.NoError(t, err)
				preset, err := spec.ParsePreset(c.Path.Preset)
				require.NoError(t, err)
				p := paramsOf(t, preset, fork)
				s, err := ssz.Open(ssz.Buffer(pre), int64(len(pre)), &p)
				require.NoError(t, err)
				for _, observe := range []epoch.Observer{{}, {Component: func(string, epoch.Deltas, []spec.Gwei) {}}} {
					a, err := chain.New(s, chain.Options{
						Rule: ruleOf(fork), Crypto: epoch.Crypto{Verify: bls.Verify, Aggregate: bls.Aggregate}, Observe: observe,
					})
					require.NoError(t, err)
					require.NoError(t, a.ProcessSlots(a.Slot()+spec.Slot(slots)))
					var got bytes.Buffer
					_, err = a.WriteTo(&got)
					require.NoError(t, err)
					require.True(t, bytes.Equal(want, got.Bytes()))
				}
			})
		}
	}
	require.NotZero(t, ran)
	t.Logf("official cases of slots: %d", ran)
}
