package xatu

import (
	"cmp"
	"fmt"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/dataset"
)

// Position is where a row lies. The rows of a table come in the order of their
// positions.
type Position struct {
	File  string // as it was opened
	Group int    // row group of the file, from 0
	Row   int64  // of the row group, from 0
}

// Compare orders positions: by file, see [CompareNames], row group and row.
func (p Position) Compare(q Position) int {
	if c := CompareNames(p.File, q.File); c != 0 {
		return c
	}
	return cmp.Or(cmp.Compare(p.Group, q.Group), cmp.Compare(p.Row, q.Row))
}

// Committee is a row of [Committees]: some of a slot's validators.
type Committee struct {
	At         Position
	Slot       spec.Slot
	Validators []uint32 // below [dataset.MaxValidators]
}

// Attestation is a row of [Attestations]: what a block holds of a slot.
type Attestation struct {
	At           Position
	Slot, Block  spec.Slot // attested, and of the block; Block is higher
	Target, Head Root
	Validators   []uint32 // below [dataset.MaxValidators]
}

// Block is a row of [Blocks].
type Block struct {
	At   Position
	Slot spec.Slot
	Root Root
}

// Balance is a row of [Validators].
type Balance struct {
	At Position
	// Epoch is the epoch from which the row counts: its own, or where the table
	// does not ascend, the highest one before it.
	Epoch      spec.Epoch
	Validator  uint32 // below [dataset.MaxValidators]
	Increments uint16 // effective balance in ETH, when known
	Known      bool   // false: the table says null
	Unreadable bool   // the balance is a fault, and what was known of it stays
	Slashed    bool
}

// maxSlot bounds slots, and maxEpoch epochs, so that arithmetic on them does not
// wrap.
const (
	maxSlot  = 1 << 62
	maxEpoch = maxSlot / dataset.SlotsPerEpoch
)

// rows decodes the rows of a row group.
type rows struct {
	group
	reached uint64 // highest slot or epoch so far
	slots   uint64 // of an epoch
	report  func(*dataset.Fault) error
}

// fail reports what is wrong with the row.
func (r *rows) fail(column string, kind dataset.Kind, format string, args ...any) error {
	return r.report(r.at.fault(column, kind, fmt.Sprintf(format, args...)))
}

// fault is a fault of the row.
func (p Position) fault(column string, kind dataset.Kind, detail string) *dataset.Fault {
	return &dataset.Fault{File: p.File, Column: column, Kind: kind, Detail: fmt.Sprintf("row group %d, row %d: %s", p.Group, p.Row, detail)}
}

// number reads the integer of a column. What is none up to the limit is a fault,
// and ok false.
func (r *rows) number(column int, limit uint64) (n uint64, ok bool, err error) {
	n, wrong := r.column[column].number(limit)
	if wrong != "" {
		return 0, false, r.fail(r.fields[column].name, dataset.Malformed, "%s", wrong)
	}
	return n, true, nil
}

// flag reads the boolean of a column in the same way.
func (r *rows) flag(column int) (set, ok bool, err error) {
	set, wrong := r.column[column].flag()
	if wrong != "" {
		return false, false, r.fail(r.fields[column].name, dataset.Malformed, "%s", wrong)
	}
	return set, true, nil
}

// slot reads the first column. The epoch may lie so many before the highest one
// reached.
func (r *rows) slot(behind uint64) (spec.Slot, bool, error) {
	slot, ok, err := r.number(0, maxSlot-1)
	if !ok {
		return 0, false, err
	}
	if slot/r.slots+behind < r.reached/r.slots {
		return 0, false, r.fail("slot", dataset.SlotOrder, "%d after %d", slot, r.reached)
	}
	r.reached = max(r.reached, slot)
	return spec.Slot(slot), true, nil
}

func (r *rows) committee(to *Committee) (ok bool, err error) {
	to.At = r.at
	if to.Slot, ok, err = r.slot(0); !ok {
		return false, err
	}
	to.Validators, err = r.list(1, to.Validators[:0])
	return err == nil, err
}

func (r *rows) attestation(to *Attestation) (ok bool, err error) {
	to.At = r.at
	if to.Slot, ok, err = r.slot(1); !ok {
		return false, err
	}
	block, ok, err := r.number(1, maxSlot-1)
	if !ok {
		return false, err
	}
	if to.Block = spec.Slot(block); to.Block <= to.Slot {
		return false, r.fail("block_slot", dataset.Malformed, "%d, not after slot %d", block, to.Slot)
	}
	for i, root := range []*Root{&to.Target, &to.Head} {
		if *root, ok = r.column[3+i].root(); !ok {
			return false, r.fail(r.fields[3+i].name, dataset.Malformed, "no root in a row of slot %d", to.Slot)
		}
	}
	to.Validators, err = r.list(2, to.Validators[:0])
	return err == nil, err
}

func (r *rows) block(to *Block) (ok bool, err error) {
	to.At = r.at
	before := r.reached
	if to.Slot, ok, err = r.slot(0); !ok {
		return false, err
	}
	if to.Slot < spec.Slot(before) {
		return false, r.fail("slot", dataset.SlotOrder, "%d after %d", to.Slot, before)
	}
	if to.Root, ok = r.column[1].root(); !ok {
		return false, r.fail("block_root", dataset.Malformed, "no root of slot %d", to.Slot)
	}
	return true, nil
}

func (r *rows) balance(to *Balance) (bool, error) {
	epoch, ok, err := r.number(0, maxEpoch-1)
	if !ok {
		return false, err
	}
	r.reached = max(r.reached, epoch)
	id, wrong := r.column[1].number(dataset.MaxValidators - 1)
	if wrong != "" {
		return false, r.fail("index", dataset.UnknownValidator, "%s", wrong)
	}
	slashed, ok, err := r.flag(3)
	if !ok {
		return false, err
	}
	*to = Balance{At: r.at, Epoch: spec.Epoch(r.reached), Validator: uint32(id), Slashed: slashed}
	if r.column[2].null() {
		return true, nil
	}
	const increment = uint64(spec.EffectiveBalanceIncrement)
	gwei, wrong := r.column[2].number((1<<16 - 1) * increment)
	if wrong == "" && gwei%increment == 0 {
		to.Increments, to.Known = uint16(gwei/increment), true
		return true, nil
	}
	if wrong == "" {
		wrong = fmt.Sprintf("%d, not whole ETH", gwei)
	}
	to.Unreadable = true
	err = r.fail("effective_balance", dataset.Malformed, "%s: Gwei of validator %d", wrong, id)
	return err == nil, err
}

// list appends the validators of a row; what is none is a fault, and left out.
func (r *rows) list(column int, to []uint32) ([]uint32, error) {
	return r.column[column].list(to, func(kind dataset.Kind, wrong string) error {
		return r.fail(r.fields[column].name, kind, "%s", wrong)
	})
}
