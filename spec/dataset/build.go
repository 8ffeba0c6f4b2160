package dataset

import (
	"cmp"
	"fmt"
	"iter"
	"math/bits"

	"github.com/stakesim/stakesim/spec"
)

// SlotsPerEpoch is that of the main network, which all these formats come from.
const SlotsPerEpoch = 32

// unknownIncrements is the balance that stands for one that is not known, ETH.
const unknownIncrements = 32

// Builder turns what is known slot by slot into a failure list: it adds what
// happened in the epoch before. The zero value is ready.
type Builder struct {
	Duties Duties
	// SlotsPerEpoch is that of the network; 0 means [SlotsPerEpoch].
	SlotsPerEpoch uint64

	last    spec.Slot
	any     bool
	before  history // of the epoch before
	now     history // of the epoch under way
	hasPast bool
	out     []Failure
}

// history is who failed in an epoch, by index of 64 validators.
type history struct {
	epoch        spec.Epoch
	missed, late map[uint32]uint64
}

func (h *history) reset(e spec.Epoch) {
	h.epoch = e
	if h.missed == nil {
		h.missed, h.late = map[uint32]uint64{}, map[uint32]uint64{}
	}
	clear(h.missed)
	clear(h.late)
}

func (h *history) add(f Failure) {
	word, bit := f.Validator()/64, uint64(1)<<(f.Validator()%64)
	if f.Failing()&Missed != 0 {
		h.missed[word] |= bit
	}
	if f.Failing()&Late != 0 {
		h.late[word] |= bit
	}
}

func (h *history) of(validator uint32) (how Failing) {
	word, bit := validator/64, validator%64
	if h.missed[word]>>bit&1 != 0 {
		how |= MissedBefore
	}
	if h.late[word]>>bit&1 != 0 {
		how |= LateBefore
	}
	return how
}

// Slot adds history to the failures of a slot, in place, and sets NoHistory.
// Slots must ascend, and validators be below [MaxValidators]; anything else
// wraps [spec.ErrInput]. A validator without a duty in the epoch before counts
// as one that did not fail then.
func (b *Builder) Slot(s *SlotFailures, committee []uint32) error {
	if b.any && s.Slot <= b.last {
		return spec.Atf("slot", -1, spec.ErrInput, "%d after %d", s.Slot, b.last)
	}
	if epoch := spec.Epoch(uint64(s.Slot) / cmp.Or(b.SlotsPerEpoch, SlotsPerEpoch)); !b.any || epoch != b.now.epoch {
		b.before, b.now = b.now, b.before
		b.hasPast = b.any && b.before.epoch+1 == epoch
		b.now.reset(epoch)
	}
	b.last, b.any = s.Slot, true
	s.NoHistory = !b.hasPast
	for _, v := range committee {
		if !b.Duties.Add(v) {
			return spec.Atf("committee", -1, spec.ErrInput, "validator %d of slot %d, not below %d", v, s.Slot, MaxValidators)
		}
	}
	for i, f := range s.Failures {
		if f.Validator() >= MaxValidators {
			return spec.Atf("failures", i, spec.ErrInput, "validator %d of slot %d, not below %d", f.Validator(), s.Slot, MaxValidators)
		}
		b.now.add(f)
		if b.hasPast {
			s.Failures[i] |= Failure(b.before.of(f.Validator())) << 48
		}
	}
	return nil
}

// Before enters a slot of the epoch before the first one of a window, which a
// window needs for its history: neither its duties nor the slot itself become
// part of the list. Rules and errors are those of [Builder.Slot], before which
// all such slots must be entered; where the epoch has no slot at all there is
// nothing to enter.
func (b *Builder) Before(s *SlotFailures) error {
	past := *s
	past.Failures = append(b.out[:0], s.Failures...)
	b.out = past.Failures
	return b.Slot(&past, nil)
}

// Count is the number of validators in the set.
func (d *Duties) Count() (n int) {
	for _, w := range d.bits {
		n += bits.OnesCount64(w)
	}
	return n
}

// Failures ranges over the record as a failure list. Balances are not in these
// files: each validator counts 32 ETH and carries [BalanceUnknown]. A committee
// of which the record does not know who attested is a fault, and left out when
// faults are counted; the committee of a slot without immediate attesters
// counts as attesting in the very next slot, as in the analysis. b learns the
// duties; nil is allowed. The failures of a slot are reused by the next.
func (r Record) Failures(b *Builder) iter.Seq2[SlotFailures, error] {
	return func(yield func(SlotFailures, error) bool) {
		if b == nil {
			b = new(Builder)
		}
		for l, err := range r.Slots() {
			if err != nil {
				yield(SlotFailures{}, err)
				return
			}
			if !l.AttestersKnown {
				fault := &Fault{File: r.Attesters.Name, Kind: NoAttesters, Detail: fmt.Sprintf("slot %d", l.Slot)}
				if err := r.Faults.Report(fault); err != nil {
					yield(SlotFailures{}, err)
					return
				}
				continue
			}
			s := SlotFailures{Slot: l.Slot, Committee: uint32(len(l.Committee)), Failures: l.failures(b.out[:0])}
			s.Balance = spec.Gwei(s.Committee) * unknownIncrements * spec.ETH
			s.NextBlockMissing = len(l.Immediate) == 0
			b.out = s.Failures
			err := b.Slot(&s, l.Committee)
			if !yield(s, err) || err != nil {
				return
			}
		}
	}
}

// failures compares three ascending lists.
func (l *SlotLists) failures(out []Failure) []Failure {
	attesters, immediate := l.Attesters, l.Immediate
	everyone := len(immediate) == 0
	for _, v := range l.Committee {
		how := Missed | NoSource | NoTarget
		if len(attesters) > 0 && attesters[0] == v {
			attesters, how = attesters[1:], 0
		}
		switch {
		case everyone:
		case len(immediate) > 0 && immediate[0] == v:
			immediate = immediate[1:]
		default:
			how |= Late
		}
		if how != 0 {
			out = append(out, NewFailure(v, unknownIncrements, how|BalanceUnknown))
		}
	}
	return out
}
