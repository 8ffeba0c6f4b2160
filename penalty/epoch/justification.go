package epoch

import (
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// Votes are the effective balances that decide on justification: of the
// unslashed validators that reached timely target among those active in that
// epoch, and of all that are active in the current one; each at least one
// increment.
type Votes struct{ PreviousTarget, CurrentTarget, TotalActive spec.Gwei }

// WeighJustificationAndFinalization moves the justified and the finalized
// checkpoints by one epoch (weigh_justification_and_finalization, consensus-specs
// a08d8a6, phase0). previous and current are the checkpoints that the votes are
// for: the two epochs with the block roots at their starts. A balance whose
// triple exceeds 64 bits gives [spec.ErrOverflow].
func WeighJustificationAndFinalization(f spec.Finality, v Votes, previous, current spec.Checkpoint) (spec.Finality, error) {
	oldPrevious, oldCurrent := f.PreviousJustified, f.CurrentJustified
	next := f
	next.PreviousJustified = f.CurrentJustified
	next.Bits = f.Bits << 1 & 0x0f
	for _, w := range [...]struct {
		votes spec.Gwei
		point spec.Checkpoint
		bit   uint8
	}{{v.PreviousTarget, previous, 1 << 1}, {v.CurrentTarget, current, 1 << 0}} {
		reached, ok := twoThirds(w.votes, v.TotalActive)
		if !ok {
			return f, spec.Atf("target balance", -1, spec.ErrOverflow, "three times %d, or twice %d", w.votes, v.TotalActive)
		}
		if reached {
			next.CurrentJustified = w.point
			next.Bits |= w.bit
		}
	}
	// A later line of the table wins.
	for _, rule := range [...]struct {
		bits  uint8
		from  spec.Checkpoint
		after spec.Epoch
	}{
		{0b1110, oldPrevious, 3},
		{0b0110, oldPrevious, 2},
		{0b0111, oldCurrent, 2},
		{0b0011, oldCurrent, 1},
	} {
		at, ok := u64.Add(rule.from.Epoch, rule.after)
		if next.Bits&rule.bits != rule.bits {
			continue
		}
		if !ok {
			return f, spec.Atf("justified_checkpoint.epoch", -1, spec.ErrOverflow, "%d plus %d", rule.from.Epoch, rule.after)
		}
		if at == current.Epoch {
			next.Finalized = rule.from
		}
	}
	return next, nil
}

// twoThirds reports whether votes are at least two thirds of the total.
func twoThirds(votes, total spec.Gwei) (reached, ok bool) {
	left, fits := u64.Mul(votes, 3)
	right, fit := u64.Mul(total, 2)
	return left >= right, fits && fit
}

// TargetVotes is the effective balance of the unslashed validators that are
// active in an epoch and reached timely target there, at least one increment.
// nil flags are those of nobody. A sum above 64 bits gives [spec.ErrOverflow].
func TargetVotes(r *spec.Registry, e spec.Epoch, flags []spec.Flags) (spec.Gwei, error) {
	if err := r.ValidateColumns(); err != nil {
		return 0, err
	}
	if flags != nil && len(flags) != r.Len() {
		return 0, spec.Atf("participation", -1, spec.ErrInput, "%d rows for %d validators", len(flags), r.Len())
	}
	var sum spec.Gwei
	for i, f := range flags {
		if !spec.TimelyTarget.In(f) || r.Slashed[i] || !r.IsActive(i, e) {
			continue
		}
		var ok bool
		if sum, ok = u64.Add(sum, r.EffectiveBalance[i]); !ok {
			return 0, spec.Atf("effective_balance", i, spec.ErrOverflow, "sum of target votes")
		}
	}
	return max(sum, spec.EffectiveBalanceIncrement), nil
}

// ProcessJustificationAndFinalization runs process_justification_and_finalization
// (altair): nothing in the first two epochs, then
// [WeighJustificationAndFinalization]. total is the active balance of the current
// epoch.
func ProcessJustificationAndFinalization(p *spec.Params, s *spec.BeaconState, total spec.Gwei) error {
	if err := CheckState(p, s); err != nil {
		return err
	}
	current := s.Epoch(p)
	if current <= spec.GenesisEpoch+1 {
		return nil
	}
	v := Votes{TotalActive: total}
	var err error
	if v.PreviousTarget, err = TargetVotes(s.Registry, current-1, s.Registry.PreviousFlags); err != nil {
		return err
	}
	if v.CurrentTarget, err = TargetVotes(s.Registry, current, s.Registry.CurrentFlags); err != nil {
		return err
	}
	return justify(p, s, v)
}

// justify moves the checkpoints of a state after its second epoch by its votes.
func justify(p *spec.Params, s *spec.BeaconState, v Votes) error {
	current := s.Epoch(p)
	points, faults := [2]spec.Checkpoint{{Epoch: current - 1}, {Epoch: current}}, [2]error{}
	for i := range points {
		points[i].Root, faults[i] = blockRootAt(p, s, points[i].Epoch)
	}
	next, err := WeighJustificationAndFinalization(s.Finality, v, points[0], points[1])
	if err != nil {
		return err
	}
	for i, err := range faults { // a root is read where its epoch is justified
		if err != nil && next.Bits>>(1-i)&1 != 0 {
			return err
		}
	}
	s.Finality = next
	return nil
}

// blockRootAt is get_block_root: the root of the block at an epoch's start. The
// state must still hold it.
func blockRootAt(p *spec.Params, s *spec.BeaconState, e spec.Epoch) (spec.Root, error) {
	slot := uint64(e) * p.SlotsPerEpoch
	n := uint64(len(s.BlockRoots))
	if slot >= uint64(s.Slot) || uint64(s.Slot)-slot > n {
		return spec.Root{}, spec.Atf("block_roots", -1, spec.ErrInput, "slot %d is not among the last %d before slot %d", slot, n, s.Slot)
	}
	return s.BlockRoots[slot%n], nil
}
