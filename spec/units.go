package spec

import (
	"fmt"
	"unsafe"
)

// Units of the specification. Each is a uint64 so that a client's columns
// convert without a copy: see [As].
type (
	// Gwei is an amount of ether; 10^9 Gwei are one ETH.
	Gwei uint64
	// Slot counts slots from genesis.
	Slot uint64
	// Epoch counts epochs from genesis.
	Epoch uint64
	// ValidatorIndex is a position in the validator registry.
	ValidatorIndex uint64
)

// FarFutureEpoch marks an exit or a withdrawal that is not scheduled.
const FarFutureEpoch = Epoch(1<<64 - 1)

// GenesisEpoch is the first epoch.
const GenesisEpoch = Epoch(0)

// EffectiveBalanceIncrement is the step of effective balances, equal in every
// preset: 1 ETH. Effective balances need not be multiples of it.
const EffectiveBalanceIncrement = Gwei(1_000_000_000)

// ETH is one ether in Gwei.
const ETH = Gwei(1_000_000_000)

// As reads a column of one 64-bit unit as another without copying: the result
// shares memory with the argument, so a write through either shows in both.
//
//	registry.Balance = spec.As[spec.Gwei](client.Balances) // []uint64
func As[To, From ~uint64](column []From) []To { return as[To](column) }

// as reads a column as one of a type of the same size, which the callers' constraints
// make sure of.
func as[To, From any](column []From) []To {
	return unsafe.Slice((*To)(unsafe.Pointer(unsafe.SliceData(column))), len(column))
}

// Flag is one of the three timely-participation flags.
type Flag uint8

// The flags in the order of the specification; the bit of flag f is 1<<f.
const (
	TimelySource Flag = iota
	TimelyTarget
	TimelyHead
	flagCount
)

// FlagCount is the number of participation flags.
const FlagCount = int(flagCount)

// WeightDenominator is the sum of all participation weights.
const WeightDenominator = 64

// Weight is the share of the base reward that the flag carries, in units of
// 1/[WeightDenominator]: 14, 26 and 14, and 0 for any other flag.
func (f Flag) Weight() uint64 {
	if f >= flagCount {
		return 0
	}
	return [flagCount]uint64{14, 26, 14}[f]
}

// In reports whether the flag is set in a participation byte.
func (f Flag) In(flags Flags) bool { return flags>>f&1 != 0 }

// String returns "source", "target" or "head".
func (f Flag) String() string {
	if f >= flagCount {
		return fmt.Sprintf("flag(%d)", uint8(f))
	}
	return [flagCount]string{"source", "target", "head"}[f]
}

// Flags is a validator's participation in an epoch: bit 0 timely source, bit 1
// timely target, bit 2 timely head. Higher bits are ignored.
type Flags uint8

// AllFlags is the participation of a validator that did everything in time.
const AllFlags Flags = 1<<FlagCount - 1
