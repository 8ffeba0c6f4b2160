package epoch_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/penalty/epoch"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/bls"
	"github.com/stakesim/stakesim/spec/ssz"
	"github.com/stakesim/stakesim/spec/vector"
)

type step func(*spec.Params, *spec.BeaconState) error

func total(p *spec.Params, s *spec.BeaconState) spec.Gwei {
	var sum spec.Gwei
	for i, eb := range s.Registry.EffectiveBalance {
		if s.Registry.IsActive(i, s.Epoch(p)) {
			sum += eb
		}
	}
	return max(sum, spec.EffectiveBalanceIncrement)
}

// steps are the handlers of the runner epoch_processing.
var steps = map[string]step{
	"justification_and_finalization": func(p *spec.Params, s *spec.BeaconState) error {
		return epoch.ProcessJustificationAndFinalization(p, s, total(p, s))
	},
	"registry_updates": func(p *spec.Params, s *spec.BeaconState) error {
		return epoch.ProcessRegistryUpdates(p, s, total(p, s))
	},
	"pending_deposits": func(p *spec.Params, s *spec.BeaconState) error {
		return epoch.ProcessPendingDeposits(p, s, total(p, s), nil, bls.Verify)
	},
	"pending_deposits_churn": func(p *spec.Params, s *spec.BeaconState) error {
		return epoch.ProcessPendingDeposits(p, s, total(p, s), nil, bls.Verify)
	},
	"pending_consolidations": epoch.ProcessPendingConsolidations,
	"builder_pending_payments": func(p *spec.Params, s *spec.BeaconState) error {
		return epoch.ProcessBuilderPendingPayments(p, s, total(p, s))
	},
	"eth1_data_reset":             epoch.ProcessEth1DataReset,
	"slashings_reset":             epoch.ProcessSlashingsReset,
	"randao_mixes_reset":          epoch.ProcessRandaoMixesReset,
	"historical_roots_update":     epoch.ProcessHistoricalRootsUpdate,
	"historical_summaries_update": epoch.ProcessHistoricalSummariesUpdate,
	"participation_flag_updates":  epoch.ProcessParticipationFlagUpdates,
	"sync_committee_updates": func(p *spec.Params, s *spec.BeaconState) error {
		return epoch.ProcessSyncCommitteeUpdates(p, s, bls.Aggregate)
	},
	"proposer_lookahead": epoch.ProcessProposerLookahead,
	"ptc_window":         epoch.ProcessPTCWindow,
}

func read(t *testing.T, c *vector.Case, name string) (*spec.Params, *spec.BeaconState) {
	b, err := c.SSZ(name)
	require.NoError(t, err)
	fork, err := spec.ParseFork(c.Path.Fork)
	require.NoError(t, err)
	preset, err := spec.ParsePreset(c.Path.Preset)
	require.NoError(t, err)
	params, err := spec.ParamsFor(preset, fork)
	require.NoError(t, err)
	raw, err := ssz.Open(ssz.Buffer(b), int64(len(b)), &params)
	require.NoError(t, err)
	s := new(spec.BeaconState)
	require.NoError(t, raw.ReadBeaconState(s, 1))
	p := raw.Params()
	return &p, s
}

// trees are the official cases: those in testdata, or with STAKESIM_WHOLE_EPOCH
// those of a folder that has more.
func trees(t *testing.T) (trees []*vector.Tree) {
	dirs := []string{"testdata/whole-epoch"}
	if dir := os.Getenv("STAKESIM_WHOLE_EPOCH"); dir != "" {
		dirs = []string{dir + "/consensus-spec-tests", dir + "/own-edges"}
	}
	for _, dir := range dirs {
		tree, err := vector.Open(dir)
		require.NoError(t, err)
		trees = append(trees, tree)
	}
	return trees
}

func TestTheOfficialCasesOfEveryStep(t *testing.T) {
	ran := 0
	for _, tree := range trees(t) {
		cases, err := tree.Cases(vector.Path{Runner: "epoch_processing"})
		require.NoError(t, err)
		for _, c := range cases {
			ran++
			t.Run(fmt.Sprint(c.Path), func(t *testing.T) {
				run, ok := steps[c.Path.Handler]
				require.True(t, ok, "no such step")
				p, s := read(t, c, "pre")
				err := run(p, s)
				if !c.Has("post.ssz_snappy") {
					require.Error(t, err)
					return
				}
				require.NoError(t, err)
				_, want := read(t, c, "post")
				require.Equal(t, comparable(want), comparable(s))
			})
		}
	}
	require.NotZero(t, ran)
	t.Logf("official cases: %d", ran)
}

// comparable leaves out what no state holds, and tells no empty list from none.
func comparable(s *spec.BeaconState) *spec.BeaconState {
	s.Registry.SlotOffset = nil
	if len(s.PendingDeposits) == 0 {
		s.PendingDeposits = nil
	}
	if len(s.PendingConsolidations) == 0 {
		s.PendingConsolidations = nil
	}
	if len(s.Eth1DataVotes) == 0 {
		s.Eth1DataVotes = nil
	}
	return s
}
