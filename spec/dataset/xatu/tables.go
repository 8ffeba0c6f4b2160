package xatu

import (
	"fmt"
	"iter"
	"slices"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/dataset"
)

// MainnetDeneb is the first epoch in which a timely target needs no inclusion
// within 32 slots.
const MainnetDeneb = spec.Epoch(269568)

const slotsPerEpoch = dataset.SlotsPerEpoch

// Tables are the four tables of a period. The rows of every table must ascend
// by epoch, as published; attestations may ascend by their own slot or by that
// of the block that includes them.
type Tables struct {
	// Deneb is the first epoch of that fork, [MainnetDeneb].
	Deneb  spec.Epoch
	Faults *dataset.Faults // what becomes of bad input; nil is strict
	Size   int64           // bytes of all files
	// Read is called with the size of every file that is opened, when not nil.
	Read func(n int)
	// UnknownBalances counts duties of validators of which no effective balance
	// is known; they count 32 ETH.
	UnknownBalances uint64

	files [tableCount][]string
}

// Open finds the files below a folder. A table without any is a fault; with
// faults counted, it counts as empty.
func Open(dir string, faults *dataset.Faults) (*Tables, error) {
	files, size, err := find(dir)
	if err != nil {
		return nil, err
	}
	for i := range files {
		if len(files[i]) == 0 {
			if err := missing(dir, i, faults); err != nil {
				return nil, err
			}
		}
	}
	return &Tables{Deneb: MainnetDeneb, Faults: faults, Size: size, files: files}, nil
}

// Member is a validator of a committee and what it did.
type Member struct {
	Validator  uint32
	Flags      spec.Flags // timely source, target and head
	Included   bool       // some block has its attestation
	Immediate  bool       // the very next block's slot has
	Slashed    bool
	Known      bool   // of the effective balance
	Increments uint16 // effective balance in ETH; 32 when not known
}

// Slot is one slot with its committees' members, by ascending validator.
type Slot struct {
	Slot             spec.Slot
	NextBlockMissing bool
	Members          []Member
}

// report counts or returns a fault of a row of a table.
func (j *join) report(c *cursor, column string, kind dataset.Kind, format string, args ...any) error {
	detail := fmt.Sprintf("row group %d: ", c.group) + fmt.Sprintf(format, args...)
	return j.t.Faults.Report(&dataset.Fault{File: c.name, Column: column, Kind: kind, Detail: detail})
}

// join brings the tables together, an epoch at a time.
type join struct {
	t       *Tables
	cursors [tableCount]cursor
	ready   [tableCount]bool // the cursor stands on a row not used yet

	epoch    spec.Epoch // the next one at the earliest
	chain    []block
	balances []balance // by validator
	pending  map[spec.Epoch]*votes
	duties   [slotsPerEpoch][]uint32
	ids      []uint32
}

type block struct {
	slot spec.Slot
	root root
}

type balance struct {
	increments     uint16
	known, slashed bool
}

// votes are what the blocks hold of an epoch's attestations, by validator.
type votes struct{ of []vote }

// vote: bits 0 to 2 are the flags, 3 included, 4 in the next slot; offset is
// the slot in the epoch.
type vote struct{ bits, offset uint8 }

const (
	included  = 1 << 3
	immediate = 1 << 4
)

// Slots ranges over the slots that have committees. The members are reused by
// the next slot. An error ends the range.
func (t *Tables) Slots() iter.Seq2[Slot, error] {
	return func(yield func(Slot, error) bool) {
		j := join{t: t, pending: map[spec.Epoch]*votes{}}
		t.UnknownBalances = 0
		for i := range j.cursors {
			j.cursors[i] = cursor{names: tableColumns[i], files: t.files[i], faults: t.Faults, told: t.Read}
		}
		defer func() {
			for i := range j.cursors {
				j.cursors[i].close()
			}
		}()
		if err := j.run(yield); err != nil {
			yield(Slot{}, err)
		}
	}
}

// peek makes sure that a cursor stands on an unused row; false at the end.
func (j *join) peek(table int) (bool, error) {
	if j.ready[table] {
		return true, nil
	}
	var err error
	j.ready[table], err = j.cursors[table].next()
	return j.ready[table], err
}

func (j *join) run(yield func(Slot, error) bool) error {
	for {
		epoch, ok, err := j.committees()
		if err != nil {
			return err
		}
		if !ok {
			return j.finish()
		}
		for _, step := range []func(spec.Epoch) error{j.skip, j.readBlocks, j.readVotes, j.readBalances} {
			if err := step(epoch); err != nil {
				return err
			}
		}
		if more, err := j.emit(epoch, yield); err != nil || !more {
			return err
		}
	}
}

// committees reads the duties of the next epoch.
func (j *join) committees() (epoch spec.Epoch, ok bool, err error) {
	for i := range j.duties {
		j.duties[i] = j.duties[i][:0]
	}
	c, started := &j.cursors[committees], false
	for {
		more, err := j.peek(committees)
		if err != nil || !more {
			return epoch, started, err
		}
		slot, isInt := c.column[0].number()
		at := spec.Epoch(slot / slotsPerEpoch)
		switch {
		case !isInt || slot >= 1<<62:
			err = j.report(c, "slot", dataset.Malformed, "no slot")
		case started && at > epoch:
			return epoch, true, nil
		case !started && at < j.epoch:
			err = j.report(c, "slot", dataset.SlotOrder, "%d, of an epoch before %d", slot, j.epoch)
		case started && at < epoch:
			err = j.report(c, "slot", dataset.SlotOrder, "%d in epoch %d", slot, epoch)
		default:
			epoch, started = at, true
			d := &j.duties[slot%slotsPerEpoch]
			*d, err = j.list(c, 1, *d)
		}
		if err != nil {
			return epoch, false, err
		}
		j.ready[committees] = false
	}
}

// list appends the validators of a row; what is none is a fault.
func (j *join) list(c *cursor, column int, to []uint32) ([]uint32, error) {
	from := len(to)
	to, tooLarge, ok := c.column[column].list(to)
	if !ok {
		to = to[:from]
		if tooLarge > 0 {
			return to, j.report(c, c.names[column], dataset.IDTooLarge, "%d", tooLarge)
		}
		return to, j.report(c, c.names[column], dataset.Malformed, "no list of validators")
	}
	kept := from
	for _, v := range to[from:] {
		if v >= dataset.MaxValidators {
			if err := j.report(c, c.names[column], dataset.UnknownValidator, "%d", v); err != nil {
				return to, err
			}
			continue
		}
		to[kept] = v
		kept++
	}
	return to[:kept], nil
}

// emit hands out the slots of an epoch, and forgets it.
func (j *join) emit(epoch spec.Epoch, yield func(Slot, error) bool) (bool, error) {
	v := j.pending[epoch]
	if v == nil {
		v = new(votes)
	}
	delete(j.pending, epoch)
	j.epoch = epoch + 1
	var members []Member
	for offset := range j.duties {
		ids := j.duties[offset]
		if len(ids) == 0 {
			continue
		}
		slices.Sort(ids)
		s := Slot{Slot: spec.Slot(epoch)*slotsPerEpoch + spec.Slot(offset)}
		s.NextBlockMissing = !j.has(s.Slot + 1)
		members = members[:0]
		for _, id := range slices.Compact(ids) {
			members = append(members, j.member(id, v.take(id, uint8(offset))))
		}
		s.Members = members
		if !yield(s, nil) {
			return false, nil
		}
	}
	return true, j.outsiders(epoch, v)
}

// take returns what a member of the committee at the offset did, and marks it
// used.
func (v *votes) take(id uint32, offset uint8) uint8 {
	if uint64(id) >= uint64(len(v.of)) || v.of[id].offset != offset {
		return 0
	}
	bits := v.of[id].bits
	v.of[id] = vote{}
	return bits
}

func (j *join) member(id uint32, bits uint8) Member {
	m := Member{
		Validator: id, Flags: spec.Flags(bits) & spec.AllFlags,
		Included: bits&included != 0, Immediate: bits&immediate != 0, Increments: 32,
	}
	if uint64(id) < uint64(len(j.balances)) {
		b := j.balances[id]
		m.Slashed, m.Known = b.slashed, b.known
		if b.known {
			m.Increments = b.increments
		}
	}
	if !m.Known {
		j.t.UnknownBalances++
	}
	return m
}

// outsiders reports the votes that no committee explains.
func (j *join) outsiders(epoch spec.Epoch, v *votes) error {
	for id, vote := range v.of {
		if vote.bits == 0 {
			continue
		}
		detail := fmt.Sprintf("validator %d, slot %d", id, uint64(epoch)*slotsPerEpoch+uint64(vote.offset))
		if err := j.t.Faults.Report(&dataset.Fault{File: tableNames[attestations], Kind: dataset.Outsider, Detail: detail}); err != nil {
			return err
		}
	}
	return nil
}

// skip reports attestations of epochs before this one that no committee claims.
func (j *join) skip(epoch spec.Epoch) error {
	for at := range j.pending {
		if at >= epoch {
			continue
		}
		delete(j.pending, at)
		fault := &dataset.Fault{File: tableNames[attestations], Kind: dataset.NoCommittee, Detail: fmt.Sprintf("epoch %d", at)}
		if err := j.t.Faults.Report(fault); err != nil {
			return err
		}
	}
	return nil
}

// finish reads the attestations to their end: none should be left.
func (j *join) finish() error {
	const never = 1<<58 - 1
	if err := j.readVotes(never); err != nil {
		return err
	}
	return j.skip(never)
}
