package xatu

import (
	"fmt"
	"iter"
	"slices"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/dataset"
)

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

// Counts are what a join has met in epochs that have committees. The counts of
// windows that lie side by side add up to those of one run.
type Counts struct {
	Slots           uint64 // with committees
	Duties          uint64 // of validators in slots
	UnknownBalances uint64 // duties of validators whose effective balance is not known
	Rows            uint64 // of attestations
	Votes           uint64 // validators in these rows
	Repeated        uint64 // votes of validators that another row of the slot has, too
	LateRows        uint64 // rows included in an epoch after their own
	OtherFileRows   uint64 // rows in another file than the first one of their epoch
}

// Add adds other counts.
func (c *Counts) Add(o Counts) {
	c.Slots += o.Slots
	c.Duties += o.Duties
	c.UnknownBalances += o.UnknownBalances
	c.Rows += o.Rows
	c.Votes += o.Votes
	c.Repeated += o.Repeated
	c.LateRows += o.LateRows
	c.OtherFileRows += o.OtherFileRows
}

// Join brings the rows of the four tables together, epoch by epoch. For every
// epoch that has committees, ascending, it is fed
//
//   - all its rows of [Committees],
//   - [Blocks] by ascending slot, up to the first one beyond the next epoch, or
//     to their end,
//   - [Attestations] in the order of the table, up to the first one of the epoch
//     after the next, or to their end,
//   - [Validators] in the order of the table, as far as they count by the epoch,
//
// and then gives its slots. Rows that are fed are not kept. A row that contradicts
// others is a fault; feeding in another order wraps [spec.ErrInput]. The zero
// value is ready, for the zero value of [Timing].
type Join struct {
	Timing Timing
	Faults *dataset.Faults // what becomes of bad input; nil is strict
	// From and To bound the epochs that the join answers for, To excluded; a To
	// of 0 is no bound. It gives the slots of the epoch before From, too, since
	// history needs them, but counts and reports nothing there, and of other
	// epochs it takes blocks and balances only.
	From, To spec.Epoch
	Balances Balances // last known
	Counts   Counts   // of epochs whose slots were given

	now     spec.Epoch // whose committees are fed
	open    bool       // its slots were not given yet
	ended   bool
	chain   chain
	pending map[spec.Epoch]*votes
	spare   []*votes
	duties  [][]uint32 // by slot of the epoch
	members []Member
}

// owns says whether the join answers for an epoch.
func (j *Join) owns(e spec.Epoch) bool { return e >= j.From && (j.To == 0 || e < j.To) }

// wants says whether rows of an epoch are of use.
func (j *Join) wants(e spec.Epoch) bool { return e+1 >= j.From && (j.To == 0 || e < j.To) }

// report counts or returns a fault, unless another window answers for its epoch.
func (j *Join) report(e spec.Epoch, fault *dataset.Fault) error {
	if !j.owns(e) {
		return nil
	}
	return j.Faults.Report(fault)
}

// Committee feeds a row of [Committees].
func (j *Join) Committee(r *Committee) error {
	epoch := j.Timing.EpochOf(r.Slot)
	if !j.wants(epoch) {
		return nil
	}
	if err := j.prepare(); err != nil {
		return err
	}
	if j.ended || epoch < j.now || j.open && epoch != j.now {
		return spec.Atf("slot", -1, spec.ErrInput, "committee of slot %d after epoch %d", r.Slot, j.now)
	}
	if !j.open {
		j.now, j.open = epoch, true
		if err := j.skip(); err != nil {
			return err
		}
	}
	d := &j.duties[uint64(r.Slot)%j.Timing.Slots()]
	*d = append(*d, r.Validators...)
	return nil
}

// prepare makes room for the slots of an epoch.
func (j *Join) prepare() error {
	if err := j.Timing.check(); err != nil {
		return err
	}
	if n := int(j.Timing.Slots()); len(j.duties) != n {
		j.duties = make([][]uint32, n)
	}
	return nil
}

// Balance feeds a row of [Validators].
func (j *Join) Balance(r *Balance) error { return j.Balances.Add(r) }

// Slots gives the slots with committees of the epoch whose rows were fed, and
// forgets it. The members are reused by the next slot. An error ends the range.
func (j *Join) Slots() iter.Seq2[Slot, error] {
	return func(yield func(Slot, error) bool) {
		if !j.open {
			return
		}
		epoch := j.now
		v := j.pending[epoch]
		delete(j.pending, epoch)
		if v == nil {
			v = j.fresh()
		}
		if j.emit(epoch, v, yield) {
			if err := j.leftOver(epoch, v); err != nil {
				yield(Slot{}, err)
			}
		}
		j.forget(v)
		for i := range j.duties {
			j.duties[i] = j.duties[i][:0]
		}
		j.now, j.open = epoch+1, false
		j.chain = j.chain.forget(j.Timing.FirstSlot(j.now))
	}
}

// emit hands out the slots of an epoch; false when that was stopped.
func (j *Join) emit(epoch spec.Epoch, v *votes, yield func(Slot, error) bool) bool {
	for offset := range j.duties {
		ids := j.duties[offset]
		if len(ids) == 0 {
			continue
		}
		slices.Sort(ids)
		ids = slices.Compact(ids)
		s := Slot{Slot: j.Timing.FirstSlot(epoch) + spec.Slot(offset)}
		s.NextBlockMissing = !j.chain.has(s.Slot + 1)
		j.members = j.members[:0]
		unknown := uint64(0)
		for _, id := range ids {
			m := j.member(id, v.take(id, uint8(offset)))
			if !m.Known {
				unknown++
			}
			j.members = append(j.members, m)
		}
		if j.owns(epoch) {
			j.Counts.Slots++
			j.Counts.Duties += uint64(len(ids))
			j.Counts.UnknownBalances += unknown
		}
		s.Members = j.members
		if !yield(s, nil) {
			return false
		}
	}
	return true
}

func (j *Join) member(id uint32, bits uint8) Member {
	m := Member{
		Validator: id, Flags: spec.Flags(bits) & spec.AllFlags,
		Included: bits&included != 0, Immediate: bits&immediate != 0,
	}
	m.Increments, m.Known, m.Slashed = j.Balances.Of(id)
	if !m.Known {
		m.Increments = 32
	}
	return m
}

// leftOver reports the votes that no committee explains, and what else is wrong
// with the epoch's attestations.
func (j *Join) leftOver(epoch spec.Epoch, v *votes) error {
	if j.owns(epoch) {
		j.Counts.Add(v.counts)
	}
	for _, t := range []*tally{&v.noBlock, &v.twice} {
		if err := j.times(epoch, t.n, t.first); err != nil {
			return err
		}
	}
	v.voted = slices.DeleteFunc(v.voted, func(id uint32) bool { return v.of[id].bits == 0 }) // was taken
	slices.Sort(v.voted)
	for _, id := range v.voted {
		detail := fmt.Sprintf("validator %d, slot %d", id, j.Timing.FirstSlot(epoch)+spec.Slot(v.of[id].offset))
		if err := j.report(epoch, &dataset.Fault{File: tableNames[Attestations], Kind: dataset.Outsider, Detail: detail}); err != nil {
			return err
		}
	}
	return nil
}

// times reports a fault so often.
func (j *Join) times(epoch spec.Epoch, n uint64, fault *dataset.Fault) error {
	for range n {
		if err := j.report(epoch, fault); err != nil {
			return err
		}
	}
	return nil
}

// skip reports the attestations of epochs before this one that no committee
// claims.
func (j *Join) skip() error {
	for at, v := range j.pending {
		if at >= j.now && !j.ended {
			continue
		}
		delete(j.pending, at)
		fault := noCommittee(v.first, at)
		if err := j.times(at, v.counts.Rows+v.noBlock.n, fault); err != nil {
			return err
		}
		j.forget(v)
	}
	return nil
}

// End says that no committees follow: attestations that are left, and those
// that are fed from now on, have none.
func (j *Join) End() error {
	j.ended = true
	return j.skip()
}
