package ssz

import (
	"encoding/binary"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// Slot returns the state's slot.
func (s *State) Slot() (spec.Slot, error) {
	v, err := s.uint64At("slot", 0)
	return spec.Slot(v), err
}

// Boundary reads what an epoch transition needs besides the registry. The
// epoch is that of the state's slot, which for a transition is the last slot
// of the epoch.
//
// NextBlockMissing follows from the block roots: a slot without a block
// repeats the root of the slot before. Slots after the state's own count as
// having a block.
//
// The error wraps [spec.ErrOverflow] when the slashings do not add up in 64 bits:
// all else is then set, for a step that does not read them. Any other error is what
// the source returned.
func (s *State) Boundary() (b spec.Boundary, err error) {
	slot, err := s.Slot()
	if err != nil {
		return b, err
	}
	b.CurrentEpoch = spec.Epoch(uint64(slot) / s.params.SlotsPerEpoch)
	finalized, err := s.uint64At("finalized_checkpoint", 0)
	if err != nil {
		return b, err
	}
	b.FinalizedEpoch = spec.Epoch(finalized)
	if b.NextBlockMissing, err = s.nextBlockMissing(slot, b.PreviousEpoch()); err != nil {
		return b, err
	}
	b.SlashingsSum, err = s.slashingsSum()
	return b, err
}

func (s *State) slashingsSum() (sum spec.Gwei, err error) {
	at := s.spans["slashings"]
	b, err := s.chunk(make([]byte, at.len()), int(at.len()), "slashings", at.start)
	if err != nil {
		return 0, err
	}
	for i := 0; i < len(b); i += 8 {
		var ok bool
		if sum, ok = u64.Add(sum, spec.Gwei(binary.LittleEndian.Uint64(b[i:]))); !ok {
			return 0, spec.Atf("slashings", i/8, spec.ErrOverflow, "byte %d: the sum", at.start+int64(i))
		}
	}
	return sum, nil
}

// nextBlockMissing has bit i set when the slot after offset i of the epoch has
// no block.
func (s *State) nextBlockMissing(slot spec.Slot, epoch spec.Epoch) (missing uint64, err error) {
	n := s.params.SlotsPerEpoch
	first := uint64(epoch) * n
	before, err := s.blockRoot(first)
	if err != nil {
		return 0, err
	}
	for i := range n {
		next := first + i + 1
		if next >= uint64(slot) {
			break
		}
		root, err := s.blockRoot(next)
		if err != nil {
			return 0, err
		}
		if root == before {
			missing |= 1 << i
		}
		before = root
	}
	if at := uint64(slot) - first; at > 0 && at <= n { // the state's own slot has no root yet
		header, err := s.uint64At("latest_block_header", 0)
		if err != nil {
			return 0, err
		}
		if header != uint64(slot) {
			missing |= 1 << (at - 1)
		}
	}
	return missing, nil
}

func (s *State) blockRoot(slot uint64) (root [32]byte, err error) {
	at := s.spans["block_roots"]
	err = s.read(root[:], "block_roots", at.start+32*int64(slot%uint64(at.len()/32)))
	return root, err
}

// RandaoMix returns the mix that the state holds for an epoch: that of the
// epoch itself or of the last epoch that shares its place in the vector.
func (s *State) RandaoMix(e spec.Epoch) (mix [32]byte, err error) {
	at := s.spans["randao_mixes"]
	err = s.read(mix[:], "randao_mixes", at.start+32*int64(uint64(e)%uint64(at.len()/32)))
	return mix, err
}

// AttesterSeed returns the seed that shuffles the committees of an epoch
// ([spec.Seed]). The state holds the mixes for its previous, its current and
// the next epoch.
func (s *State) AttesterSeed(e spec.Epoch) ([32]byte, error) {
	mix, err := s.RandaoMix(spec.Epoch(spec.SeedMixIndex(&s.params, e)))
	if err != nil {
		return mix, err
	}
	return spec.Seed(e, mix), nil
}

// AssignSlots fills r.SlotOffset, of a registry read from this state, with the
// committees of the previous epoch. c is working memory, reused from call to
// call, and holds the committees afterwards; workers are goroutines (fewer than
// two: the caller's own). A registry with another number of rows gives
// [spec.ErrInput].
func (s *State) AssignSlots(r *spec.Registry, c *spec.Committees, workers int) error {
	if r == nil || r.Len() != s.rows || len(r.ActivationEpoch) != s.rows || len(r.ExitEpoch) != s.rows {
		return spec.Atf("registry", -1, spec.ErrInput, "%d rows for a state of %d validators", r.Len(), s.rows)
	}
	slot, err := s.Slot()
	if err != nil {
		return err
	}
	previous := spec.Boundary{CurrentEpoch: spec.Epoch(uint64(slot) / s.params.SlotsPerEpoch)}.PreviousEpoch()
	seed, err := s.AttesterSeed(previous)
	if err != nil {
		return err
	}
	if err := c.Assign(&s.params, r.ActiveIndices(make([]spec.ValidatorIndex, 0, s.rows), previous), seed, workers); err != nil {
		return err
	}
	r.SlotOffset = resize(r.SlotOffset, s.rows)
	return c.SlotOffsets(r.SlotOffset)
}

// Smoothed returns the state's smoothed offline balance. ok is false when the
// fork has none: only eip7716 does.
func (s *State) Smoothed() (v spec.Gwei, ok bool, err error) {
	if _, ok := s.spans[smoothedField]; !ok {
		return 0, false, nil
	}
	raw, err := s.uint64At(smoothedField, 0)
	return spec.Gwei(raw), err == nil, err
}

const smoothedField = "smoothed_offline_balance"
