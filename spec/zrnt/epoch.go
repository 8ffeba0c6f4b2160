package zrnt

import (
	"context"

	"github.com/protolambda/zrnt/eth2/beacon/altair"
	"github.com/protolambda/zrnt/eth2/beacon/capella"
	"github.com/protolambda/zrnt/eth2/beacon/common"
	"github.com/protolambda/zrnt/eth2/beacon/deneb"
	"github.com/protolambda/zrnt/eth2/beacon/phase0"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// Boundary returns what an epoch transition reads of a state besides its
// registry, as State.Boundary of package ssz does for raw states.
func Boundary(c *common.Spec, state common.BeaconState) (b spec.Boundary, err error) {
	err = guarded("boundary", func() (err error) {
		b, err = boundary(c, state)
		return err
	})
	return b, err
}

func boundary(c *common.Spec, state common.BeaconState) (b spec.Boundary, err error) {
	slot, err := state.Slot()
	if err != nil {
		return b, err
	}
	finalized, err := state.FinalizedCheckpoint()
	if err != nil {
		return b, err
	}
	b.CurrentEpoch, b.FinalizedEpoch = spec.Epoch(c.SlotToEpoch(slot)), spec.Epoch(finalized.Epoch)
	first := common.Slot(b.PreviousEpoch()) * c.SLOTS_PER_EPOCH
	if b.NextBlockMissing, err = nextBlockMissing(c, state, slot, first); err != nil {
		return b, err
	}
	b.SlashingsSum, err = slashingsSum(c, state)
	return b, err
}

func slashingsSum(c *common.Spec, state common.BeaconState) (sum spec.Gwei, err error) {
	slashings, err := state.Slashings()
	if err != nil {
		return 0, err
	}
	for i := range c.EPOCHS_PER_SLASHINGS_VECTOR {
		v, err := slashings.GetSlashingsValue(i)
		if err != nil {
			return 0, err
		}
		var ok bool
		if sum, ok = u64.Add(sum, spec.Gwei(v)); !ok {
			return 0, spec.Atf("slashings", int(i), spec.ErrOverflow, "the sum")
		}
	}
	return sum, nil
}

// nextBlockMissing has bit i set when slot first+i+1 has no block: its root
// repeats, or, for the state's own slot, the latest header is older.
func nextBlockMissing(c *common.Spec, state common.BeaconState, slot, first common.Slot) (missing uint64, err error) {
	roots, err := state.BlockRoots()
	if err != nil {
		return 0, err
	}
	header, err := state.LatestBlockHeader()
	if err != nil {
		return 0, err
	}
	for i := range c.SLOTS_PER_EPOCH {
		next := first + i + 1
		if next > slot {
			break
		}
		if next == slot {
			if header.Slot != slot {
				missing |= 1 << i
			}
			break
		}
		before, err := roots.GetRoot(next - 1)
		if err != nil {
			return 0, err
		}
		root, err := roots.GetRoot(next)
		if err != nil {
			return 0, err
		}
		if root == before {
			missing |= 1 << i
		}
	}
	return missing, nil
}

// Rewards replaces the rewards and penalties of an epoch: it changes
// r.Balance, for the registry and boundary as they are after justification and
// inactivity updates, with slot offsets from zrnt's shuffling. Changes to other
// columns are dropped. At epoch 0 it is called as well, though nothing is paid
// then.
type Rewards func(r *spec.Registry, b spec.Boundary) error

// ProcessEpoch is zrnt's epoch transition of altair to deneb with rewards in
// place of the status quo; everything else is zrnt's. epc must be the context
// of the state (common.NewEpochsContext). After an error the state is
// half-changed: work on a copy (CopyState).
//
// zrnt sums the four delta pairs before it applies them, the specification
// applies one after the other: the two differ where one component empties a
// balance that a later one refills. A phase0, electra or later state gives an
// [UnsupportedError].
func ProcessEpoch(ctx context.Context, c *common.Spec, epc *common.EpochsContext, state common.BeaconState, rewards Rewards) error {
	fork, err := ForkOf(state)
	if err != nil {
		return err
	}
	if fork > spec.Deneb {
		return &UnsupportedError{fork.String(), "epoch transition"}
	}
	s := unwrap(state).(epochState)
	var flats []common.FlatValidator
	err = guarded("epoch before the rewards", func() error {
		validators, err := s.Validators()
		if err != nil {
			return err
		}
		if flats, err = common.FlattenValidators(validators); err != nil {
			return err
		}
		return beforeRewards(ctx, c, epc, s, flats)
	})
	if err != nil {
		return err
	}
	if err := applyRewards(c, epc, s, rewards); err != nil {
		return err
	}
	return guarded("epoch after the rewards", func() error { return afterRewards(ctx, c, epc, s, flats) })
}

// epochState is what the steps of the transition ask of a state.
type epochState interface {
	altair.AltairLikeBeaconState
	common.SyncCommitteeBeaconState
}

func beforeRewards(ctx context.Context, c *common.Spec, epc *common.EpochsContext, s epochState, flats []common.FlatValidator) error {
	data, err := altair.ComputeEpochAttesterData(ctx, c, epc, flats, s)
	if err != nil {
		return err
	}
	if err := phase0.ProcessEpochJustification(ctx, c, &phase0.JustificationStakeData{
		CurrentEpoch:                  epc.CurrentEpoch.Epoch,
		TotalActiveStake:              epc.TotalActiveStake,
		PrevEpochUnslashedTargetStake: data.PrevEpochUnslashedStake.TargetStake,
		CurrEpochUnslashedTargetStake: data.CurrEpochUnslashedTargetStake,
	}, s); err != nil {
		return err
	}
	return altair.ProcessInactivityUpdates(ctx, c, data, s)
}

func applyRewards(c *common.Spec, epc *common.EpochsContext, s epochState, rewards Rewards) error {
	var r spec.Registry
	if err := ReadRegistry(&r, s, epc); err != nil {
		return err
	}
	b, err := Boundary(c, s)
	if err != nil {
		return err
	}
	n := r.Len()
	if err := rewards(&r, b); err != nil {
		return err
	}
	if len(r.Balance) != n {
		return spec.Atf("balances", -1, spec.ErrInput, "%d rows, there are %d validators", len(r.Balance), n)
	}
	return guarded("balances", func() error { return s.SetBalances(spec.As[common.Gwei](r.Balance)) })
}

// afterRewards runs the steps behind the rewards and penalties, in order.
func afterRewards(ctx context.Context, c *common.Spec, epc *common.EpochsContext, s epochState, flats []common.FlatValidator) error {
	for _, step := range []func() error{
		func() error { return processRegistry(ctx, c, epc, s, flats) },
		func() error { return phase0.ProcessEpochSlashings(ctx, c, epc, flats, s) },
		func() error { return phase0.ProcessEth1DataReset(ctx, c, epc, s) },
		func() error { return phase0.ProcessEffectiveBalanceUpdates(ctx, c, epc, flats, s) },
		func() error { return phase0.ProcessSlashingsReset(ctx, c, epc, s) },
		func() error { return phase0.ProcessRandaoMixesReset(ctx, c, epc, s) },
		func() error { return processHistory(ctx, c, epc, s) },
		func() error { return altair.ProcessParticipationFlagUpdates(ctx, c, s) },
		func() error { return processSyncCommittees(ctx, c, epc, s) },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// processSyncCommittees draws the next committee where a period ends.
func processSyncCommittees(ctx context.Context, c *common.Spec, epc *common.EpochsContext, s epochState) error {
	if epc.NextEpoch.Epoch%c.EPOCHS_PER_SYNC_COMMITTEE_PERIOD == 0 {
		if err := drawable(c, epc, s); err != nil {
			return err
		}
	}
	return altair.ProcessSyncCommitteeUpdates(ctx, c, epc, s)
}

// processRegistry activates and ejects; deneb caps the activations.
func processRegistry(ctx context.Context, c *common.Spec, epc *common.EpochsContext, s epochState, flats []common.FlatValidator) error {
	if d, ok := s.(*deneb.BeaconStateView); ok {
		return deneb.ProcessEpochRegistryUpdates(ctx, c, epc, flats, d)
	}
	return phase0.ProcessEpochRegistryUpdates(ctx, c, epc, flats, s)
}

// processHistory appends to the history that the fork keeps: summaries from
// capella on, roots before.
func processHistory(ctx context.Context, c *common.Spec, epc *common.EpochsContext, s epochState) error {
	if h, ok := s.(capella.HistoricalSummariesBeaconState); ok {
		return capella.ProcessHistoricalSummariesUpdate(ctx, c, epc, h)
	}
	return phase0.ProcessHistoricalRootsUpdate(ctx, c, epc, s)
}
