package xatu

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/dataset"
)

// chain is the blocks by ascending slot, without those that are not needed any
// more.
type chain []block

type block struct {
	slot spec.Slot
	root Root
}

func bySlot(b block, slot spec.Slot) int { return cmp.Compare(b.slot, slot) }

// beyond says whether a block after the slot is known.
func (c chain) beyond(slot spec.Slot) bool { return len(c) > 0 && c[len(c)-1].slot > slot }

// filled is the root of the last block at or before a slot.
func (c chain) filled(slot spec.Slot) (Root, bool) {
	i, found := slices.BinarySearchFunc(c, slot, bySlot)
	if !found {
		i--
	}
	if i < 0 {
		return Root{}, false
	}
	return c[i].root, true
}

// has says whether a slot has a block; of slots after the last known one it is
// taken as given.
func (c chain) has(slot spec.Slot) bool {
	i, found := slices.BinarySearchFunc(c, slot, bySlot)
	return found || i == len(c)
}

// forget keeps the last block before a slot and those after: it may fill the
// first slots.
func (c chain) forget(slot spec.Slot) chain {
	i, _ := slices.BinarySearchFunc(c, slot, bySlot)
	return slices.Delete(c, 0, max(0, i-1))
}

// Block feeds a row of [Blocks]. A row twice counts once; a second block of a
// slot is a fault, and left out.
func (j *Join) Block(r *Block) error {
	if n := len(j.chain); n > 0 {
		switch last := j.chain[n-1]; {
		case r.Slot < last.slot:
			return spec.Atf("slot", -1, spec.ErrInput, "block of slot %d after %d", r.Slot, last.slot)
		case last == block{r.Slot, r.Root}:
			return nil
		case r.Slot == last.slot:
			return j.report(j.Timing.EpochOf(r.Slot), r.At.fault("slot", dataset.SlotTwice, fmt.Sprintf("%d, with another root", r.Slot)))
		}
	}
	j.chain = append(j.chain, block{r.Slot, r.Root})
	return nil
}
