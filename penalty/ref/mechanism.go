package ref

import (
	"math/big"

	"github.com/stakesim/stakesim/spec"
)

// Memory is what a mechanism carries from slot to slot; each uses its own
// field. The zero value is where every mechanism may start; nil numbers are 0.
type Memory struct {
	// Smoothed is s, the smoothed offline balance in Gwei (2026).
	Smoothed *big.Int
	// Excess holds the counters of net excess penalties, pure numbers: the
	// first alone (2024), or source and target (per flag).
	Excess [2]*big.Int
	// Past is m of every slot walked so far, oldest first, in Gwei or in
	// validators (slot-relative). It starts at the start of an epoch.
	Past []*big.Int
}

// Mechanism turns the slots of a state's previous epoch into factors, walking
// them in order, and returns the memory after the last. Neither argument
// changes.
type Mechanism func(s State, m Memory) (Factors, Memory, error)

// StatusQuo multiplies nothing and remembers nothing.
func StatusQuo(_ State, m Memory) (Factors, Memory, error) { return Factors{}, m, nil }

// eachSlot calls step for every slot offset of an epoch, up to the first error.
func eachSlot(s State, step func(offset uint8) error) error {
	for offset := range uint8(s.Params.SlotsPerEpoch) {
		if err := step(offset); err != nil {
			return spec.At("slot_offset", int(offset), err)
		}
	}
	return nil
}

// integer is an integer factor.
func integer(f *big.Int) *big.Rat { return new(big.Rat).SetInt(f) }
