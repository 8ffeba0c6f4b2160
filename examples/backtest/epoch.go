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
	cells    [slotsPerEpoch][]cofailure.Cell    // failures by class and kind
	odd      [slotsPerEpoch][]cofailure.Failure // those without 32 ETH
	total    spec.Gwei                          // T
	factors  [][slotsPerEpoch]penalty.Factors   // by rule
	failures []dataset.Failure                  // backs the slots
	sums     []uint64                           // by group and column
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

// weigh sets every balance to 32 ETH.
func (e *epoch) weigh() {
	for i := range e.slots {
		s := &e.slots[i]
		s.Balance = spec.Gwei(s.Committee) * cofailure.Standard * spec.ETH
		for j, f := range s.Failures {
			s.Failures[j] = dataset.NewFailure(f.Validator(), cofailure.Standard, f.Failing())
		}
	}
}

// count counts the co-failures of an epoch, and sums its slots, so that the
// mechanisms can walk them.
func (w *worker) count(e *epoch) {
	if w.counted {
		e.weigh()
	}
	e.total, e.err = 0, nil
	for i := range e.slots {
		s := &e.slots[i]
		cells := w.counter.Slot(spec.As[cofailure.Failure](s.Failures), !s.NoHistory)
		e.cells[i] = append(e.cells[i][:0], cells...)
		e.odd[i] = append(e.odd[i][:0], w.counter.Odd...)
		e.obs[i] = spec.SlotObs{SlotsPerEpoch: slotsPerEpoch, NextBlockMissing: s.NextBlockMissing}
		if err := e.tally(i, &w.conducts); err != nil {
			e.err = err
			return
		}
		var ok bool
		if e.total, ok = u64.Add(e.total, s.Balance); !ok {
			e.err = spec.Atf("committee_balance", i, spec.ErrOverflow, "slot %d", s.Slot)
			return
		}
	}
	e.total = max(e.total, spec.EffectiveBalanceIncrement)
	for i := range e.obs {
		e.obs[i].Total, e.obs[i].Reference = e.total, e.total/slotsPerEpoch
	}
}

// tally sums the failures of a slot by conduct; the rest of its committee did
// everything.
func (e *epoch) tally(i int, conducts *[howCount]spec.Conduct) error {
	s, t := &e.slots[i], &e.obs[i].Tally
	var count uint64
	var failed spec.Gwei
	for j := range e.cells[i] {
		cell := &e.cells[i][j]
		bin := &t[conducts[cell.How]]
		bin.Count += uint64(cell.Count)
		count += uint64(cell.Count)
		if cell.Standard {
			balance := spec.Gwei(cell.Count) * cofailure.Standard * spec.ETH
			bin.Balance += balance
			failed += balance
		}
	}
	for _, f := range spec.As[dataset.Failure](e.odd[i]) {
		balance := spec.Gwei(f.Increments()) * spec.ETH
		t[conducts[f.Failing()&^dataset.BalanceUnknown]].Balance += balance
		failed += balance
	}
	if count > uint64(s.Committee) || failed > s.Balance {
		return fmt.Errorf("slot %d: %w", s.Slot, spec.Atf("failures", -1, spec.ErrInput,
			"%d validators with %d Gwei failed of a committee of %d with %d", count, failed, s.Committee, s.Balance))
	}
	online := &t[spec.AllFlags]
	online.Count += uint64(s.Committee) - count
	online.Balance += s.Balance - failed
	return nil
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
