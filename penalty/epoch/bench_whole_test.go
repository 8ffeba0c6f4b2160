package epoch_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/epoch"
	"github.com/stakesim/stakesim/spec"
)

// benchState is a state of the main network with the registry of the benchmarks, whose
// validators attest in the current epoch as they did in the previous.
func benchState(b *testing.B, fork spec.Fork, n int) (spec.Params, *spec.BeaconState) {
	p, err := spec.ParamsFor(spec.Mainnet, fork)
	require.NoError(b, err)
	r := benchRegistry(n, false)
	r.CurrentFlags = append([]spec.Flags(nil), r.PreviousFlags...)
	r.ActivationEligibilityEpoch = make([]spec.Epoch, n)
	at := benchBoundary().CurrentEpoch
	s := &spec.BeaconState{
		Slot: spec.Slot(uint64(at)*p.SlotsPerEpoch + p.SlotsPerEpoch - 1), Registry: r,
		PublicKeys: make([]spec.PublicKey, n), WithdrawalCredentials: make([]spec.Root, n),
		BlockRoots: make([]spec.Root, p.SlotsPerHistoricalRoot), StateRoots: make([]spec.Root, p.SlotsPerHistoricalRoot),
		RandaoMixes: make([]spec.Root, p.EpochsPerHistoricalVector), Slashings: make([]spec.Gwei, p.EpochsPerSlashingsVector),
		ProposerLookahead: make([]spec.ValidatorIndex, 2*p.SlotsPerEpoch),
		Finality: spec.Finality{
			Bits: 0b1111, PreviousJustified: spec.Checkpoint{Epoch: at - 2}, CurrentJustified: spec.Checkpoint{Epoch: at - 1},
			Finalized: spec.Checkpoint{Epoch: at - 2},
		},
	}
	return p, s
}

// BenchmarkWholeEpoch runs all of process_epoch on columns, beside the five steps of the
// accounting alone on the same registry.
func BenchmarkWholeEpoch(b *testing.B) {
	const n = 1_000_000
	for _, fork := range []spec.Fork{spec.Deneb, spec.Electra, spec.Fulu} {
		b.Run(fmt.Sprintf("validators=%d/%v/accounting", n, fork), func(b *testing.B) {
			p, s := benchState(b, fork, n)
			e, err := epoch.NewEngine(p, penalty.StatusQuo(), 1)
			require.NoError(b, err)
			for b.Loop() {
				if _, err := e.ProcessEpoch(s.Registry, benchBoundary(), penalty.Memory{}); err != nil {
					b.Fatal(err)
				}
			}
			perValidator(b, n)
		})
		b.Run(fmt.Sprintf("validators=%d/%v/whole", n, fork), func(b *testing.B) {
			p, s := benchState(b, fork, n)
			e, err := epoch.NewEngine(p, penalty.StatusQuo(), 1)
			require.NoError(b, err)
			flags := append([]spec.Flags(nil), s.Registry.CurrentFlags...)
			for b.Loop() {
				if _, err := e.ProcessState(s, penalty.Memory{}, epoch.Crypto{}); err != nil {
					b.Fatal(err)
				}
				copy(s.Registry.CurrentFlags, flags) // as blocks do
			}
			perValidator(b, n)
		})
	}
}
