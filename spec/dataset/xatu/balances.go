package xatu

import (
	"encoding/binary"
	"math"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/dataset"
)

// Balances is what the rows of [Validators] so far say of each validator: the
// balance last known, and whether it is slashed. A validator keeps what was last
// known of it: the table may be sampled less often than every epoch. The zero
// value knows nothing.
//
// Balances of consecutive runs of rows, each gathered on its own, make one by
// [Balances.Merge].
type Balances struct{ of []balance }

// balance: bits 0 to 15 are the effective balance in ETH.
type balance uint32

const (
	balanceKnown   balance = 1 << (16 + iota)
	balanceSlashed         // as the last row says
	balanceSeen            // there was a row
	balanceStated          // a row stated a balance or null
	balanceEnd
)

// Add enters a row. A validator that is not below [dataset.MaxValidators] wraps
// [spec.ErrInput].
func (b *Balances) Add(r *Balance) error {
	if r.Validator >= dataset.MaxValidators {
		return spec.Atf("validator", -1, spec.ErrInput, "%d, not below %d", r.Validator, dataset.MaxValidators)
	}
	now := balanceSeen
	if r.Slashed {
		now |= balanceSlashed
	}
	if !r.Unreadable {
		now |= balanceStated
		if r.Known {
			now |= balanceKnown | balance(r.Increments)
		}
	}
	b.grow(int(r.Validator) + 1)
	b.of[r.Validator] = b.of[r.Validator].then(now)
	return nil
}

func (b *Balances) grow(n int) { b.of = grown(b.of, n) }

// grown makes a table at least n long, at once: where one high index comes
// first, growing step by step would take several times the memory.
func grown[T any](table []T, n int) []T {
	switch {
	case n <= len(table):
		return table
	case n <= cap(table):
		return table[:n] // what lies behind is zero: tables never become shorter
	}
	longer := make([]T, n, max(n, cap(table)+cap(table)/4))
	copy(longer, table)
	return longer
}

// then is what is known after a later row.
func (b balance) then(later balance) balance {
	const amount = balanceStated | balanceKnown | math.MaxUint16
	if later&balanceSeen != 0 {
		b = b&^(balanceSeen|balanceSlashed) | later&(balanceSeen|balanceSlashed)
	}
	if later&balanceStated != 0 {
		b = b&^amount | later&amount
	}
	return b
}

// Of returns the effective balance of a validator in ETH, 0 when it is not
// known, and whether the validator is slashed.
func (b *Balances) Of(validator uint32) (increments uint16, known, slashed bool) {
	if uint64(validator) >= uint64(len(b.of)) {
		return 0, false, false
	}
	at := b.of[validator]
	return uint16(at), at&balanceKnown != 0, at&balanceSlashed != 0
}

// Merge enters what later rows say.
func (b *Balances) Merge(later *Balances) {
	b.grow(len(later.of))
	for i, l := range later.of {
		b.of[i] = b.of[i].then(l)
	}
}

// Range is what is known of the validators from one to below another.
func (b *Balances) Range(from, to uint32) *Balances {
	part := &Balances{of: append([]balance(nil), b.of[:min(int64(to), int64(len(b.of)))]...)}
	clear(part.of[:min(int64(from), int64(len(part.of)))])
	return part
}

const balancesVersion = 1

// AppendBinary appends a compact form: a version, and runs of validators of
// whom the same is known.
func (b *Balances) AppendBinary(to []byte) ([]byte, error) {
	to = append(to, balancesVersion)
	for i := 0; i < len(b.of); {
		n := 1
		for i+n < len(b.of) && b.of[i+n] == b.of[i] {
			n++
		}
		if i+n == len(b.of) && b.of[i] == 0 {
			break
		}
		to = binary.AppendUvarint(to, uint64(n))
		to = binary.AppendUvarint(to, uint64(b.of[i]))
		i += n
	}
	return to, nil
}

// UnmarshalBinary reads what [Balances.AppendBinary] wrote. Anything else wraps
// [spec.ErrInput], and b stays as it was.
func (b *Balances) UnmarshalBinary(data []byte) error {
	if len(data) == 0 || data[0] != balancesVersion {
		return spec.Atf("balances", -1, spec.ErrInput, "no version %d", balancesVersion)
	}
	length := 0
	if err := runs(data[1:], func(n int, _ balance) { length += n }); err != nil {
		return err
	}
	of := make([]balance, 0, length)
	_ = runs(data[1:], func(n int, what balance) {
		for range n {
			of = append(of, what)
		}
	})
	b.of = of
	return nil
}

// runs shows the runs of a binary form: how many validators of whom what is known.
func runs(data []byte, show func(n int, what balance)) error {
	for total := 0; len(data) > 0; {
		n, size := binary.Uvarint(data)
		if size <= 0 || n == 0 || n > uint64(dataset.MaxValidators-total) {
			return spec.Atf("balances", total, spec.ErrInput, "a run of %d", n)
		}
		what, more := binary.Uvarint(data[size:])
		if more <= 0 || what >= uint64(balanceEnd) || !balance(what).valid() {
			return spec.Atf("balances", total, spec.ErrInput, "%#x", what)
		}
		data = data[size+more:]
		total += int(n)
		show(int(n), balance(what))
	}
	return nil
}

// valid says whether rows can make it: what is known has been stated, and only a
// validator that was seen is slashed or has a balance.
func (b balance) valid() bool {
	if b&balanceKnown == 0 && b&math.MaxUint16 != 0 || b&balanceKnown != 0 && b&balanceStated == 0 {
		return false
	}
	return b&balanceSeen != 0 || b&(balanceStated|balanceSlashed) == 0
}
