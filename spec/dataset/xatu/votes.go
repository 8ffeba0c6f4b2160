package xatu

import (
	"fmt"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/dataset"
)

// votes are what the blocks hold of an epoch's attestations.
type votes struct {
	of     []vote   // by validator
	voted  []uint32 // who has one
	start  Root     // the epoch's: of the last block at or before its first slot
	rooted bool     // start is known
	first  Position
	counts Counts // of rows and votes
	// What is wrong, told when it is clear that the epoch has committees.
	noBlock, twice tally
}

// vote: bits 0 to 2 are the flags, 3 included, 4 in the next slot; offset is
// the slot in the epoch.
type vote struct{ bits, offset uint8 }

const (
	included  = 1 << 3
	immediate = 1 << 4
)

// tally is a fault that was met n times.
type tally struct {
	n     uint64
	first *dataset.Fault
}

// fresh returns votes without any.
func (j *Join) fresh() *votes {
	if n := len(j.spare); n > 0 {
		v := j.spare[n-1]
		j.spare = j.spare[:n-1]
		return v
	}
	return new(votes)
}

// forget keeps the memory for another epoch.
func (j *Join) forget(v *votes) {
	for _, id := range v.voted { // not all of the table: one high index makes it long
		v.of[id] = vote{}
	}
	j.spare = append(j.spare, &votes{of: v.of, voted: v.voted[:0]})
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

// Attestation feeds a row of [Attestations]. The blocks to the end of its epoch
// must be known.
func (j *Join) Attestation(r *Attestation) error {
	epoch := j.Timing.EpochOf(r.Slot)
	if !j.wants(epoch) {
		return nil
	}
	if j.ended || epoch < j.now {
		return j.report(epoch, noCommittee(r.At, epoch))
	}
	v := j.pending[epoch]
	if v == nil {
		v = j.fresh()
		v.first = r.At
		v.start, v.rooted = j.chain.filled(j.Timing.FirstSlot(epoch))
		if j.pending == nil {
			j.pending = map[spec.Epoch]*votes{}
		}
		j.pending[epoch] = v
	}
	if !v.rooted {
		v.noBlock.add(r.At, "slot", dataset.NoBlock, uint64(j.Timing.FirstSlot(epoch)))
		return nil
	}
	at, _ := j.chain.filled(r.Slot)
	v.enter(r, &j.Timing, j.Timing.flags(r, r.Target == v.start, r.Head == at))
	return nil
}

func noCommittee(at Position, epoch spec.Epoch) *dataset.Fault {
	return at.fault("slot", dataset.NoCommittee, fmt.Sprintf("epoch %d, which is over or has none", epoch))
}

func (t *tally) add(at Position, column string, kind dataset.Kind, what uint64) {
	if t.n++; t.first == nil {
		t.first = at.fault(column, kind, fmt.Sprint(what))
	}
}

// enter counts a row's votes with what they earn.
func (v *votes) enter(r *Attestation, t *Timing, bits uint8) {
	offset := uint8(uint64(r.Slot) % t.Slots())
	v.counts.Rows++
	v.counts.Votes += uint64(len(r.Validators))
	if t.EpochOf(r.Block) > t.EpochOf(r.Slot) {
		v.counts.LateRows++
	}
	if r.At.File != v.first.File {
		v.counts.OtherFileRows++
	}
	for _, id := range r.Validators {
		if int(id) >= len(v.of) {
			v.of = grown(v.of, int(id)+1)
		}
		o := &v.of[id]
		if o.bits != 0 {
			if o.offset != offset {
				v.twice.add(r.At, "validators", dataset.IDTwice, uint64(id))
				continue
			}
			v.counts.Repeated++
		} else {
			v.voted = append(v.voted, id)
		}
		o.bits |= bits
		o.offset = offset
	}
}
