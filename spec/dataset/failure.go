package dataset

import (
	"math/bits"

	"github.com/stakesim/stakesim/spec"
)

// Failing says how a validator failed in a slot, and whether it had in the
// epoch before.
type Failing uint8

// What a failure list says of a validator. A validator that is not listed in
// its slot did everything in time. In a record of who attested, Missed comes
// with NoSource and NoTarget; where flags are known, it is the two together.
const (
	Missed         Failing = 1 << iota // no attestation within the longest deadline
	Late                               // none in the very next slot
	MissedBefore                       // Missed in the epoch before
	LateBefore                         // Late in the epoch before
	NoSource                           // no timely source
	NoTarget                           // no timely target
	Slashed                            // slashed
	BalanceUnknown                     // its effective balance is not known; 32 ETH stand for it
)

// Failure is one validator of a slot that failed, in 64 bits: validator index
// (0 to 31), effective balance in ETH (32 to 47), [Failing] (48 to 55); the
// rest is zero.
type Failure uint64

// NewFailure packs a failure. The balance is in increments of 1 ETH.
func NewFailure(validator uint32, increments uint16, how Failing) Failure {
	return Failure(validator) | Failure(increments)<<32 | Failure(how)<<48
}

// Validator is the validator's index.
func (f Failure) Validator() uint32 { return uint32(f) }

// Increments is the effective balance in ETH.
func (f Failure) Increments() uint16 { return uint16(f >> 32) }

// Failing says how the validator failed.
func (f Failure) Failing() Failing { return Failing(f >> 48) }

// SlotFailures is one slot of a failure list.
type SlotFailures struct {
	Slot      spec.Slot
	Committee uint32    // members
	Balance   spec.Gwei // their effective balance
	// NextBlockMissing says that the next slot has no block, so that nobody
	// could attest within one slot.
	NextBlockMissing bool
	// NoHistory says that the epoch before is not in the record: nothing is
	// known of MissedBefore and LateBefore.
	NoHistory bool
	Failures  []Failure // by ascending validator
}

// Duties is the set of validators that had to attest in some slot.
type Duties struct{ bits []uint64 }

// Add puts a validator below [MaxValidators] into the set; false for any other.
func (d *Duties) Add(validator uint32) bool {
	word := int(validator / 64)
	if validator >= MaxValidators {
		return false
	}
	for len(d.bits) <= word {
		d.bits = append(d.bits, 0)
	}
	d.bits[word] |= 1 << (validator % 64)
	return true
}

// Has reports whether the validator is in the set.
func (d *Duties) Has(validator uint32) bool {
	word := int64(validator / 64)
	return word < int64(len(d.bits)) && d.bits[word]>>(validator%64)&1 != 0
}

// Within says that every validator of the set is in another one; the first that is
// not wraps [spec.ErrInput].
func (d *Duties) Within(all *Duties) error {
	for i, word := range d.bits {
		if i < len(all.bits) {
			word &^= all.bits[i]
		}
		if word != 0 {
			return spec.Atf("duties", -1, spec.ErrInput, "validator %d failed and has no duty", 64*i+bits.TrailingZeros64(word))
		}
	}
	return nil
}

// Limit is an index above all validators of the set, at most 63 more than need be.
func (d *Duties) Limit() uint32 { return uint32(len(d.bits)) * 64 }

// Words are the bits of the set, validator 0 first. It is not a copy.
func (d *Duties) Words() []uint64 { return d.bits }

// Union adds the validators of another set.
func (d *Duties) Union(o *Duties) {
	for len(d.bits) < len(o.bits) {
		d.bits = append(d.bits, 0)
	}
	for i, w := range o.bits {
		d.bits[i] |= w
	}
}
