package xatu

import (
	"slices"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/dataset"
)

// readBlocks reads the chain beyond the end of the epoch and of the next one,
// in which its last attestations are included.
func (j *join) readBlocks(epoch spec.Epoch) error {
	if from := spec.Slot(epoch) * slotsPerEpoch; len(j.chain) > 0 {
		// Keep the last block before the epoch: it may fill its first slots.
		i, _ := slices.BinarySearchFunc(j.chain, from, bySlot)
		j.chain = slices.Delete(j.chain, 0, max(0, i-1))
	}
	return j.readChain(spec.Slot(epoch+2) * slotsPerEpoch)
}

func bySlot(b block, slot spec.Slot) int {
	switch {
	case b.slot < slot:
		return -1
	case b.slot > slot:
		return 1
	}
	return 0
}

// readChain reads blocks until one is beyond the slot.
func (j *join) readChain(to spec.Slot) error {
	c := &j.cursors[blocks]
	for len(j.chain) == 0 || j.chain[len(j.chain)-1].slot <= to {
		ok, err := j.peek(blocks)
		if err != nil || !ok {
			return err
		}
		j.ready[blocks] = false
		slot, isInt := c.column[0].number()
		r, isRoot := c.column[1].root()
		n := len(j.chain)
		switch {
		case !isInt:
			err = j.report(c, "slot", dataset.Malformed, "no slot")
		case !isRoot:
			err = j.report(c, "block_root", dataset.Malformed, "no root of slot %d", slot)
		case n > 0 && j.chain[n-1] == block{spec.Slot(slot), r}: // a row twice
		case n > 0 && spec.Slot(slot) == j.chain[n-1].slot:
			err = j.report(c, "slot", dataset.SlotTwice, "%d, with another root", slot)
		case n > 0 && spec.Slot(slot) < j.chain[n-1].slot:
			err = j.report(c, "slot", dataset.SlotOrder, "%d after %d", slot, j.chain[n-1].slot)
		default:
			j.chain = append(j.chain, block{spec.Slot(slot), r})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// filled is the root of the last block at or before a slot.
func (j *join) filled(slot spec.Slot) (root, bool) {
	i, found := slices.BinarySearchFunc(j.chain, slot, bySlot)
	if !found {
		i--
	}
	if i < 0 {
		return root{}, false
	}
	return j.chain[i].root, true
}

// has says whether a slot has a block; of slots after the last known one it is
// taken as given.
func (j *join) has(slot spec.Slot) bool {
	i, found := slices.BinarySearchFunc(j.chain, slot, bySlot)
	return found || i == len(j.chain)
}

// readVotes reads attestations until one is two epochs on: by then every block
// that may hold one of this epoch has been seen, by whichever slot the rows
// ascend.
func (j *join) readVotes(epoch spec.Epoch) error {
	c := &j.cursors[attestations]
	for {
		ok, err := j.peek(attestations)
		if err != nil || !ok {
			return err
		}
		slot, isSlot := c.column[0].number()
		included, isBlock := c.column[1].number()
		at := spec.Epoch(slot / slotsPerEpoch)
		switch {
		case !isSlot || slot >= 1<<62:
			err = j.report(c, "slot", dataset.Malformed, "no slot")
		case !isBlock || included <= slot:
			err = j.report(c, "block_slot", dataset.Malformed, "not after slot %d", slot)
		case at >= epoch+2:
			return nil
		case at < epoch:
			err = j.report(c, "slot", dataset.NoCommittee, "%d, of an epoch that is over or has none", slot)
		default:
			err = j.vote(c, spec.Slot(slot), included-slot)
		}
		if err != nil {
			return err
		}
		j.ready[attestations] = false
	}
}

// vote enters one row of attestations.
func (j *join) vote(c *cursor, slot spec.Slot, delay uint64) error {
	target, isTarget := c.column[3].root()
	head, isHead := c.column[4].root()
	if !isTarget || !isHead {
		name := c.names[3]
		if isTarget {
			name = c.names[4]
		}
		return j.report(c, name, dataset.Malformed, "no root in a row of slot %d", slot)
	}
	epoch := spec.Epoch(slot / slotsPerEpoch)
	if err := j.readChain(spec.Slot(epoch+1) * slotsPerEpoch); err != nil {
		return err
	}
	start, ok := j.filled(spec.Slot(epoch) * slotsPerEpoch)
	if !ok {
		return j.report(c, "slot", dataset.NoBlock, "%d", uint64(epoch)*slotsPerEpoch)
	}
	at, _ := j.filled(slot)
	bits := flags(delay, target == start, head == at, epoch < j.t.Deneb)
	var err error
	if j.ids, err = j.list(c, 2, j.ids[:0]); err != nil {
		return err
	}
	v := j.pending[epoch]
	if v == nil {
		v = new(votes)
		j.pending[epoch] = v
	}
	for _, id := range j.ids {
		for len(v.of) <= int(id) {
			v.of = append(v.of, vote{})
		}
		if o := &v.of[id]; o.bits != 0 && o.offset != uint8(slot%slotsPerEpoch) {
			if err := j.report(c, "validators", dataset.IDTwice, "%d in two slots of epoch %d", id, epoch); err != nil {
				return err
			}
			continue
		}
		v.of[id].bits |= bits
		v.of[id].offset = uint8(slot % slotsPerEpoch)
	}
	return nil
}

// flags are what one inclusion earns: source within 5 slots; target for the
// right root, before deneb within 32; head for both roots in the next slot.
func flags(delay uint64, target, head, beforeDeneb bool) uint8 {
	bits := uint8(included)
	if delay <= 5 {
		bits |= 1 << spec.TimelySource
	}
	if target && (!beforeDeneb || delay <= slotsPerEpoch) {
		bits |= 1 << spec.TimelyTarget
	}
	if delay == 1 {
		bits |= immediate
		if target && head {
			bits |= 1 << spec.TimelyHead
		}
	}
	return bits
}

// readBalances takes over the balances up to the epoch. A validator keeps what
// was last known of it: the table may be sampled less often than every epoch.
func (j *join) readBalances(epoch spec.Epoch) error {
	c := &j.cursors[validators]
	for {
		ok, err := j.peek(validators)
		if err != nil || !ok {
			return err
		}
		at, isInt := c.column[0].number()
		switch {
		case !isInt:
			err = j.report(c, "epoch", dataset.Malformed, "no epoch")
		case at > uint64(epoch):
			return nil
		default:
			err = j.balance(c)
		}
		if err != nil {
			return err
		}
		j.ready[validators] = false
	}
}

// balance enters one row of validators; a null balance is one not known.
func (j *join) balance(c *cursor) error {
	id, ok := c.column[1].number()
	if !ok || id >= dataset.MaxValidators {
		return j.report(c, "index", dataset.UnknownValidator, "%d", id)
	}
	for uint64(len(j.balances)) <= id {
		j.balances = append(j.balances, balance{})
	}
	b := &j.balances[id]
	slashed, _ := c.column[3].number()
	b.slashed = slashed != 0
	gwei, ok := c.column[2].number()
	if !ok {
		if len(c.column[2].row) == 1 && c.column[2].row[0].IsNull() {
			b.known = false
			return nil
		}
		return j.report(c, "effective_balance", dataset.Malformed, "validator %d", id)
	}
	increments := gwei / uint64(spec.EffectiveBalanceIncrement)
	if increments > 1<<16-1 || gwei%uint64(spec.EffectiveBalanceIncrement) != 0 {
		return j.report(c, "effective_balance", dataset.Malformed, "%d Gwei of validator %d", gwei, id)
	}
	b.increments, b.known = uint16(increments), true
	return nil
}
