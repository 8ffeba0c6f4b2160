package main

import (
	"fmt"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/cofailure"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/dataset"
	"github.com/stakesim/stakesim/spec/u64"
)

const slotsPerEpoch = dataset.SlotsPerEpoch

// epoch is a complete epoch of a failure list and what becomes of it.
type epoch struct {
	slots    [slotsPerEpoch]dataset.SlotFailures
	n        int // slots filled
	obs      [slotsPerEpoch]spec.SlotObs
	odd      [slotsPerEpoch][]dataset.Failure // those without 32 ETH
	total    spec.Gwei                        // T
	factors  [][slotsPerEpoch]penalty.Factors // by rule
	failures []dataset.Failure                // backs the slots
	sums     []uint64                         // by group and column
	err      error
}

// conductOf turns how a validator failed into what the mechanisms ask for.
// With the single-slot deadline, only what is in the next slot counts.
func conductOf(how dataset.Failing, deadline cofailure.Deadline) spec.Conduct {
	slashed := how&dataset.Slashed != 0
	if deadline == cofailure.SingleSlot {
		flags := spec.AllFlags
		if how&dataset.Late != 0 {
			flags = 0
		}
		return spec.ConductOf(flags, slashed, how&dataset.LateBefore != 0)
	}
	var flags spec.Flags
	for flag, without := range [...]dataset.Failing{dataset.NoSource, dataset.NoTarget, dataset.Late} {
		if how&without == 0 {
			flags |= 1 << flag
		}
	}
	return spec.ConductOf(flags, slashed, how&dataset.MissedBefore != 0)
}

// howCount is the number of ways to fail that matter here.
const howCount = int(dataset.BalanceUnknown)

// tally sums the slots of an epoch, so that the mechanisms can walk them.
func (e *epoch) tally(conducts *[howCount]spec.Conduct, counted bool) {
	e.total, e.err = 0, nil
	for i := range e.slots {
		s := &e.slots[i]
		if counted {
			s.Balance = spec.Gwei(s.Committee) * cofailure.Standard * spec.ETH
			for j, f := range s.Failures {
				s.Failures[j] = dataset.NewFailure(f.Validator(), cofailure.Standard, f.Failing())
			}
		}
		e.obs[i] = spec.SlotObs{SlotsPerEpoch: slotsPerEpoch, NextBlockMissing: s.NextBlockMissing}
		e.bin(i, conducts)
		var ok bool
		if e.total, ok = u64.Add(e.total, s.Balance); !ok {
			e.err = spec.Atf("committee_balance", i, spec.ErrOverflow, "slot %d", s.Slot)
		}
	}
	e.total = max(e.total, spec.EffectiveBalanceIncrement)
	for i := range e.obs {
		e.obs[i].Total, e.obs[i].Reference = e.total, e.total/slotsPerEpoch
	}
}

// bin sums the failures of a slot by conduct; the rest of its committee did
// everything.
func (e *epoch) bin(i int, conducts *[howCount]spec.Conduct) {
	s, t := &e.slots[i], &e.obs[i].Tally
	odd := e.odd[i][:0]
	var count, increments uint64
	for rest := s.Failures; len(rest) > 0; {
		// The count in the upper and the balance in the lower half of a word
		// stay apart for so many failures.
		part := rest[:min(len(rest), 1<<16)]
		rest = rest[len(part):]
		var bins [howCount]uint64
		for _, f := range part {
			bins[int(f>>48)%howCount] += 1<<32 | uint64(f.Increments())
			if f.Increments() != cofailure.Standard {
				odd = append(odd, f)
			}
		}
		for how, b := range bins {
			if b != 0 {
				bin := &t[conducts[how]]
				bin.Count += b >> 32
				bin.Balance += spec.Gwei(b&(1<<32-1)) * spec.ETH
				count += b >> 32
				increments += b & (1<<32 - 1)
			}
		}
	}
	e.odd[i] = odd
	failed := spec.Gwei(increments) * spec.ETH
	if count > uint64(s.Committee) || failed > s.Balance {
		e.err = fmt.Errorf("slot %d: %w", s.Slot, spec.Atf("failures", -1, spec.ErrInput,
			"%d validators with %d Gwei failed of a committee of %d with %d", count, failed, s.Committee, s.Balance))
		return
	}
	online := &t[spec.AllFlags]
	online.Count += uint64(s.Committee) - count
	online.Balance += s.Balance - failed
}

// walk finds the factors of every rule and moves the memories on.
func (e *epoch) walk(rules []penalty.Rule, memories []penalty.Memory) error {
	if e.err != nil {
		return e.err
	}
	for r := range rules {
		m, err := penalty.Walk(e.factors[r][:], &rules[r], memories[r], e.obs[:])
		if err != nil {
			return fmt.Errorf("epoch %d: %w", e.slots[0].Slot/slotsPerEpoch, err)
		}
		memories[r] = m
	}
	return nil
}
