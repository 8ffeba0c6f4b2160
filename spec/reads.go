package spec

import "github.com/stakesim/stakesim/spec/u64"

// Reads says what one step of the epoch reads of a registry's sums: [SummarizeStep]
// checks that and nothing else. The values combine.
type Reads uint8

// What the steps read.
const (
	// ReadsScores is what process_inactivity_updates reads: whether there is a leak,
	// unless nobody is eligible.
	ReadsScores Reads = 1 << iota
	// ReadsTotal is what process_slashings reads: the total active balance.
	ReadsTotal
	// ReadsFlags is what get_flag_index_deltas reads besides the total: the
	// participating balance of each flag and, unless nobody participates, whether
	// there is a leak.
	ReadsFlags
	// ReadsOffline is what EIP-7716 of 2026 reads: the offline balance of each slot.
	ReadsOffline
)

// SummarizeStep is [Summarize] for one step alone, run as the specification runs
// it: on any state that can be decoded. An effective balance above the cap is no
// fault, nor is a sum that does not fit 64 bits or a finalized epoch in the future
// where the step does not read it; where it does, the step aborts, which is
// [ErrOverflow]. Columns that do not belong together give [ErrInput].
//
// Of what the step does not read, dst holds nothing of use; its upper bounds hold.
// It works on the caller's goroutine.
func SummarizeStep(dst *Summary, p *Params, r *Registry, b Boundary, reads Reads) error {
	if dst == nil {
		return Atf("summary", -1, ErrInput, "none to write to")
	}
	if err := p.Validate(); err != nil {
		return err
	}
	if err := r.ValidateColumns(); err != nil {
		return err
	}
	if _, ok := u64.Mul(uint64(b.CurrentEpoch), p.SlotsPerEpoch); !ok {
		return Atf("slot", -1, ErrOverflow, "epoch %d", b.CurrentEpoch)
	}
	for i, s := range r.SlotOffset {
		if s != NoSlot && uint64(s) >= p.SlotsPerEpoch {
			return Atf("slot_offset", i, ErrInput, "%d outside an epoch of %d slots", s, p.SlotsPerEpoch)
		}
	}
	if err := r.readable(b, reads); err != nil {
		return err
	}
	b.FinalizedEpoch = min(b.FinalizedEpoch, b.PreviousEpoch())
	dst.Boundary, dst.validators = b, r.Len()
	all := dst.sum(p, r, 0, 1) // modulo 2^64, which is exact where it is read
	dst.MaxEffectiveBalance, dst.MaxBalance, dst.MaxInactivityScore = all.effective, all.balance, all.score
	dst.resolve(p, all)
	if b.CurrentEpoch == GenesisEpoch {
		dst.Participating = participatingNow(r)
	}
	return nil
}

// readable reports what makes the specification abort while it reads.
func (r *Registry) readable(b Boundary, reads Reads) error {
	var sums readSums
	asked := false // whether there is a leak
	for i := range r.EffectiveBalance {
		read, what, ok := sums.add(r, i, b, reads)
		if !ok {
			return Atf("effective_balance", i, ErrOverflow, "the sum of %s", what)
		}
		asked = asked || read
	}
	if asked && b.FinalizedEpoch > b.PreviousEpoch() {
		return Atf("finalized_checkpoint.epoch", -1, ErrOverflow, "the finality delay: %d after the previous epoch %d", b.FinalizedEpoch, b.PreviousEpoch())
	}
	return nil
}

// readSums are those sums of effective balances that a step reads.
type readSums struct {
	total         Gwei
	participating [FlagCount]Gwei
	offline       [MaxSlotsPerEpoch]Gwei
}

// add counts validator i. leak says that for its sake the step asks whether there is
// a leak; ok is false where a sum, which what names, no longer fits 64 bits.
func (s *readSums) add(r *Registry, i int, b Boundary, reads Reads) (leak bool, what string, ok bool) {
	eb, flags := r.EffectiveBalance[i], r.PreviousFlags[i]
	if reads&(ReadsTotal|ReadsFlags) != 0 && r.IsActive(i, b.CurrentEpoch) && !addTo(&s.total, eb) {
		return false, "what is active", false
	}
	leak = reads&ReadsScores != 0 && r.IsEligible(i, b.PreviousEpoch())
	if !r.IsActive(i, b.PreviousEpoch()) || r.Slashed[i] {
		return leak, "", true
	}
	if slot := r.SlotOffset[i]; reads&ReadsOffline != 0 && slot != NoSlot && Offline.Has(ConductOf(flags, false, false)) && !addTo(&s.offline[slot], eb) {
		return leak, "what is offline in a slot", false
	}
	if b.CurrentEpoch == GenesisEpoch {
		if flags = 0; r.CurrentFlags != nil {
			flags = r.CurrentFlags[i]
		}
	}
	for f := range s.participating {
		if reads&ReadsFlags == 0 || !Flag(f).In(flags) {
			continue
		}
		if leak = true; !addTo(&s.participating[f], eb) {
			return leak, "what participates in timely " + Flag(f).String(), false
		}
	}
	return leak, "", true
}

// addTo adds to a sum and reports whether it still fits 64 bits.
func addTo(sum *Gwei, v Gwei) (ok bool) {
	*sum, ok = u64.Add(*sum, v)
	return ok
}
