package dataset

import (
	"errors"
	"io"
	"iter"
	"slices"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/file"
)

// SlotLists is what a record says of one slot. The lists ascend, hold each
// validator once, and are reused by the next slot.
type SlotLists struct {
	Slot      spec.Slot
	Committee []uint32 // who had to attest
	Attesters []uint32 // who did within the longest deadline
	Immediate []uint32 // who did in the very next slot
	// AttestersKnown and ImmediateKnown say that the file has the slot at all.
	// A slot without immediate attesters is one whose next block is missing.
	AttestersKnown, ImmediateKnown bool
}

// Record is the three files of a correlation analysis.
type Record struct {
	Committees, Attesters, Immediate file.Input
	// Faults says what becomes of bad input; nil is strict. Leaving a bad piece
	// out means: the line of a slot that is not in order, the id that is too
	// much, the attester that is in no committee.
	Faults *Faults
}

// Slots ranges over the slots of the committees in order, reading all three
// files side by side: memory holds three lines. An error ends the range.
// Ranging again reads the files again, and counts faults again.
func (r Record) Slots() iter.Seq2[SlotLists, error] {
	return func(yield func(SlotLists, error) bool) {
		if err := r.walk(yield); err != nil {
			yield(SlotLists{}, err)
		}
	}
}

func (r Record) walk(yield func(SlotLists, error) bool) (err error) {
	var committees, attesters, immediate follower
	for _, f := range []struct {
		to *follower
		in file.Input
	}{{&committees, r.Committees}, {&attesters, r.Attesters}, {&immediate, r.Immediate}} {
		if err := f.to.open(f.in, r.Faults); err != nil {
			return err
		}
		defer f.to.lists.Close()
	}
	for ; !committees.ended; err = committees.next() {
		if err != nil {
			return err
		}
		s := SlotLists{Slot: committees.slot, Committee: committees.ids}
		if s.Attesters, s.AttestersKnown, err = attesters.at(s); err != nil {
			return err
		}
		if s.Immediate, s.ImmediateKnown, err = immediate.at(s); err != nil {
			return err
		}
		if !yield(s, nil) {
			return nil
		}
	}
	if err != nil {
		return err
	}
	return errors.Join(attesters.drain(), immediate.drain())
}

// follower reads one file, one line ahead.
type follower struct {
	lists *Lists
	slot  spec.Slot
	ids   []uint32
	used  bool // the line was matched with its committee
	ended bool
}

func (f *follower) open(in file.Input, faults *Faults) (err error) {
	if f.lists, err = OpenLists(in, faults); err != nil {
		return err
	}
	if err = f.next(); err != nil {
		f.lists.Close()
	}
	return err
}

func (f *follower) next() (err error) {
	f.slot, f.ids, err = f.lists.Next()
	f.used = false
	if err == io.EOF {
		f.ended, err = true, nil
	}
	return err
}

// at returns the list of the slot of s without those outside its committee,
// leaving lines of earlier slots behind as faults. The line read ahead stays
// in place until the next call.
func (f *follower) at(s SlotLists) ([]uint32, bool, error) {
	for !f.ended && f.slot < s.Slot {
		if err := f.pass(); err != nil {
			return nil, false, err
		}
	}
	if f.ended || f.slot > s.Slot {
		return nil, false, nil
	}
	ids, err := f.within(s.Committee)
	return ids, true, err
}

// pass goes on to the next line; the one left must have been used.
func (f *follower) pass() error {
	if !f.used {
		if err := f.lists.report(f.lists.fault(NoCommittee, "slot %d", f.slot)); err != nil {
			return err
		}
	}
	return f.next()
}

// within returns the ids that are in the committee, and marks the line used.
func (f *follower) within(committee []uint32) ([]uint32, error) {
	ids := f.ids
	f.used = true
	kept, c := 0, 0
	for _, id := range ids {
		for c < len(committee) && committee[c] < id {
			c++
		}
		if c == len(committee) || committee[c] != id {
			if err := f.lists.report(f.lists.fault(Outsider, "validator %d, slot %d", id, f.slot)); err != nil {
				return nil, err
			}
			continue
		}
		ids[kept] = id
		kept++
	}
	return slices.Clip(ids[:kept]), nil
}

// drain reports the lines after the last committee.
func (f *follower) drain() error {
	for !f.ended {
		if err := f.pass(); err != nil {
			return err
		}
	}
	return nil
}
