package delegation

import (
	"math"
	"math/bits"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// Parts is a fraction in units of 1/[One]: 5 % is 50,000,000.
type Parts uint64

// One is the whole, in [Parts].
const One Parts = 1_000_000_000

// Off switches a cap off, the same everywhere: it is -1 in two's complement.
const Off = math.MaxUint64

// Ratio is the exact fraction Num/Den. A Den of zero stands for "no fraction".
type Ratio struct {
	Num uint64 `json:"num"`
	Den uint64 `json:"den"`
}

// The bounds of a ledger.
const (
	// MaxSupply bounds genesis + minted for ever: 2^57 Gwei, a hundred times the
	// ether in existence.
	MaxSupply = spec.Gwei(1) << 57
	// MaxEpoch is the last epoch of a ledger.
	MaxEpoch = spec.Epoch(1) << 62
	// MaxDelay bounds every configured number of epochs.
	MaxDelay = uint64(1) << 32
	// MinIndexWeight is the weight below which a reward is not spread by an index
	// but goes to the operator's bond. So an index, in units of 1/2^32, stays below
	// 2^60: MaxSupply of rewards over this weight.
	MinIndexWeight = spec.ETH
	// maxShares bounds the shares of a pool: 64 for every Gwei of [MaxSupply].
	maxShares = uint64(1) << 63
)

// LeverageMode says what happens to stake above the leverage cap.
type LeverageMode uint8

// The two modes.
const (
	// Reject admits no stake above the cap.
	Reject LeverageMode = iota
	// Clip admits it and does not count it.
	Clip
)

// Saturation holds the two parameters of the Cardano reward.
type Saturation struct {
	K  uint64 `json:"k"`  // wanted number of pools
	A0 Parts  `json:"a0"` // influence of the pledge
}

// Config holds every parameter of a ledger. It does not change afterwards.
type Config struct {
	UnbondingEpochs     uint64       `json:"unbonding_epochs"`
	LeverageCap         Parts        `json:"leverage_cap"` // delegated / bond, or Off
	LeverageMode        LeverageMode `json:"leverage_mode"`
	MinBond             spec.Gwei    `json:"min_bond"`
	MinDelegation       spec.Gwei    `json:"min_delegation"`        // of a lot or a light position
	MinLockedShares     uint64       `json:"min_locked_shares"`     // bought by the operator at registration
	ShareRateCap        uint64       `json:"share_rate_cap"`        // shares per Gwei above which nothing is minted
	MaxUnbondingEntries uint64       `json:"max_unbonding_entries"` // per owner and operator, or Off
	CommissionMax       Parts        `json:"commission_max"`
	CommissionDelay     uint64       `json:"commission_delay"`    // epochs before a rise takes effect
	LiquidCap           Parts        `json:"liquid_cap"`          // of all heavy pool tokens, or Off
	LiquidOperatorCap   Parts        `json:"liquid_operator_cap"` // of one pool's shares, or Off
	LiquidBondFactor    uint64       `json:"liquid_bond_factor"`  // tokenised Gwei per Gwei of bond, or Off
	JailTerm            uint64       `json:"jail_term"`           // epochs from the filing of evidence
	SlashedToTreasury   bool         `json:"slashed_to_treasury"` // instead of being burned
	Saturation          Saturation   `json:"saturation"`          // for SaturationReward; no transition reads it
}

// DefaultConfig returns a configuration with every defence on: 10^6 locked
// shares, liquid caps of 25 % and 50 %, a leverage cap of 9 (10x with the bond),
// and 256 epochs of unbonding.
func DefaultConfig() Config {
	return Config{
		UnbondingEpochs: 256,
		LeverageCap:     9 * One, LeverageMode: Reject,
		MinBond: spec.ETH, MinDelegation: 1_000_000, MinLockedShares: 1_000_000, ShareRateCap: 64,
		MaxUnbondingEntries: 7,
		CommissionMax:       One / 2, CommissionDelay: 256,
		LiquidCap: One / 4, LiquidOperatorCap: One / 2, LiquidBondFactor: Off,
		JailTerm:   16,
		Saturation: Saturation{K: 500, A0: 300_000_000},
	}
}

// Validate reports the first parameter that no ledger can work with, as a
// [spec.FieldError] wrapping [spec.ErrInput].
func (c *Config) Validate() error {
	if c == nil {
		return spec.Atf("config", -1, spec.ErrInput, "nil")
	}
	for _, f := range []struct {
		field    string
		value    uint64
		min, max uint64
	}{
		{"unbonding_epochs", c.UnbondingEpochs, 1, MaxDelay},
		{"leverage_mode", uint64(c.LeverageMode), 0, uint64(Clip)},
		{"min_bond", uint64(c.MinBond), 0, uint64(MaxSupply)},
		{"min_delegation", uint64(c.MinDelegation), 1, uint64(MaxSupply)},
		{"min_locked_shares", c.MinLockedShares, 0, uint64(MaxSupply)},
		{"share_rate_cap", c.ShareRateCap, 1, 64},
		{"commission_max", uint64(c.CommissionMax), 0, uint64(One)},
		{"commission_delay", c.CommissionDelay, c.UnbondingEpochs, MaxDelay},
		{"jail_term", c.JailTerm, 0, MaxDelay},
		{"saturation.k", c.Saturation.K, 1, math.MaxUint32},
		{"saturation.a0", uint64(c.Saturation.A0), 0, uint64(1000 * One)},
	} {
		if f.value < f.min || f.value > f.max {
			return spec.Atf(f.field, -1, spec.ErrInput, "%d outside %d to %d", f.value, f.min, f.max)
		}
	}
	return nil
}

// Of returns floor(amount * p), and 2^64-1 when that needs more bits or p is [Off].
func (p Parts) Of(amount spec.Gwei) spec.Gwei {
	if p == Off {
		return Off
	}
	v, ok := u64.MulDiv(uint64(amount), uint64(p), uint64(One))
	if !ok {
		return Off
	}
	return spec.Gwei(v)
}

// atMost reports whether a/b <= p exactly; b may be 0 when a is.
func (p Parts) atMost(a, b uint64) bool {
	return p == Off || product(a, uint64(One)).compare(product(b, uint64(p))) <= 0
}

// shareCeil returns ceil(amount * r) for a ratio of at most 1.
func (r Ratio) shareCeil(amount spec.Gwei) spec.Gwei {
	v, _ := u64.MulDivCeil(uint64(amount), r.Num, r.Den)
	return spec.Gwei(v)
}

// Float64 returns the ratio as a floating point number, for display; 0/0 is NaN.
func (r Ratio) Float64() float64 { return float64(r.Num) / float64(r.Den) }

// wide is a number of 128 bits.
type wide struct{ hi, lo uint64 }

// product is a*b.
func product(a, b uint64) wide {
	hi, lo := bits.Mul64(a, b)
	return wide{hi, lo}
}

// compare is -1, 0 or 1.
func (w wide) compare(v wide) int {
	switch {
	case w.hi < v.hi || w.hi == v.hi && w.lo < v.lo:
		return -1
	case w != v:
		return 1
	}
	return 0
}

// addSat adds without exceeding 2^64-1: a sum of slashes above everything there is.
func addSat(a, b spec.Gwei) spec.Gwei {
	s, ok := u64.Add(a, b)
	if !ok {
		return math.MaxUint64
	}
	return s
}
