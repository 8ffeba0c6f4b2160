package xatu

import (
	"iter"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/dataset"
)

// Failures ranges over the tables as a failure list. b learns the duties; nil is
// allowed, and takes the tables' epochs. The failures of a slot are reused by the next. An error ends the
// range.
func (t *Tables) Failures(b *dataset.Builder) iter.Seq2[dataset.SlotFailures, error] {
	if b == nil {
		b = new(dataset.Builder)
	}
	b.SlotsPerEpoch = t.Timing.SlotsPerEpoch
	return failures(t.Slots(), b, 0)
}

// failures turns slots into a failure list. Those before from are history only.
func failures(slots iter.Seq2[Slot, error], b *dataset.Builder, from spec.Slot) iter.Seq2[dataset.SlotFailures, error] {
	return func(yield func(dataset.SlotFailures, error) bool) {
		var out []dataset.Failure
		var ids []uint32
		for s, err := range slots {
			var f dataset.SlotFailures
			if err == nil {
				f, ids = s.failures(out[:0], ids[:0])
				out = f.Failures
				if f.Slot < from {
					if err = b.Before(&f); err == nil {
						continue
					}
				} else {
					err = b.Slot(&f, ids)
				}
			}
			if !yield(f, err) || err != nil {
				return
			}
		}
	}
}

// failures lists who failed. Nobody is late where the next slot has no block.
func (s *Slot) failures(out []dataset.Failure, ids []uint32) (dataset.SlotFailures, []uint32) {
	f := dataset.SlotFailures{Slot: s.Slot, Committee: uint32(len(s.Members)), NextBlockMissing: s.NextBlockMissing}
	for _, m := range s.Members {
		ids = append(ids, m.Validator)
		f.Balance += spec.Gwei(m.Increments) * spec.EffectiveBalanceIncrement
		if how := m.failing(s.NextBlockMissing); how != 0 {
			if !m.Known {
				how |= dataset.BalanceUnknown
			}
			out = append(out, dataset.NewFailure(m.Validator, m.Increments, how))
		}
	}
	f.Failures = out
	return f, ids
}

func (m *Member) failing(nextBlockMissing bool) (how dataset.Failing) {
	if !spec.TimelySource.In(m.Flags) {
		how |= dataset.NoSource
	}
	if !spec.TimelyTarget.In(m.Flags) {
		how |= dataset.NoTarget
	}
	if how == dataset.NoSource|dataset.NoTarget {
		how |= dataset.Missed
	}
	if !m.Immediate && !nextBlockMissing {
		how |= dataset.Late
	}
	if m.Slashed {
		how |= dataset.Slashed
	}
	return how
}
