package sample

import "github.com/stakesim/stakesim/spec/dataset"

// The bad rows of a table, kind after kind. A row is a copy of a good one, of
// which the lists must not be changed.

func (r *committeeRow) spoil(kind int, p *Period) {
	switch kind % 3 {
	case 0:
		r.Validators = []uint32{r.Validators[0], dataset.MaxValidators + 1}
	case 1:
		r.Slot -= 2 * slotsPerEpoch
	case 2: // twice, which is no fault
	}
}

func (r *attestationRow) spoil(kind int, p *Period) {
	switch kind % 7 {
	case 0:
		r.Target = "0x12"
	case 1:
		r.BlockSlot = r.Slot
	case 2:
		r.Validators = []uint32{r.Validators[0], 1 << 31}
	case 3:
		r.Slot -= 3 * slotsPerEpoch
	case 4:
		r.Validators = []uint32{uint32(p.Validators) + 5}
	case 5: // in another slot of the epoch, too
		r.Slot ^= 1
		r.BlockSlot = r.Slot + 1
	case 6: // of an epoch that is not there, or over, or yet to come
		r.Slot += slotsPerEpoch
		r.BlockSlot = r.Slot + 2
	}
}

func (r *blockRow) spoil(kind int, p *Period) {
	switch kind % 3 {
	case 0:
		r.Root = "0x"
	case 1:
		r.Root = "0x00" + r.Root[4:]
	case 2:
		r.Slot -= 5
	}
}

func (r *validatorRow) spoil(kind int, p *Period) {
	gwei := uint64(5)
	switch kind % 3 {
	case 0:
		r.Index = 1 << 31
	case 1:
		r.Balance = &gwei
	case 2:
		r.Epoch--
	}
}
