package twin

import "math/rand/v2"

// Dice draws numbers from given bytes and, when those are used up, from a
// seeded generator: one source for random tests and for fuzzing.
type Dice struct {
	bytes []byte
	rng   *rand.Rand
}

// NewDice draws from the bytes first.
func NewDice(seed uint64, bytes []byte) *Dice {
	return &Dice{bytes, rand.New(rand.NewPCG(seed, 7716))}
}

// Bits is 64 bits.
func (d *Dice) Bits() uint64 {
	if len(d.bytes) < 2 {
		return d.rng.Uint64()
	}
	v := uint64(d.bytes[0]) | uint64(d.bytes[1])<<8
	d.bytes = d.bytes[2:]
	return v * 0x9e3779b97f4a7c15 // spread over all 64 bits
}

// N is a number below k, one in about k.
func (d *Dice) N(k uint64) uint64 { return d.Bits() >> 11 % k }

// One reports true once in k times.
func (d *Dice) One(k uint64) bool { return d.N(k) == 0 }

// Wide is a number of any size up to 64 bits, small ones as likely as large.
func (d *Dice) Wide(maxBits uint64) uint64 { return d.Bits() >> (64 - 1 - d.N(maxBits)) }

// Pick is one of the options.
func Pick[T any](d *Dice, options ...T) T { return options[d.N(uint64(len(options)))] }
