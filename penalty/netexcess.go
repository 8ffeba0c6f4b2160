package penalty

import (
	"math/bits"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// NetExcess2024 is the first draft of EIP-7716 (2024-05-25, ethresear.ch
// topic 19341): a counter of penalties paid beyond the ordinary sets what share
// of non-attesting balance counts as ordinary.
type NetExcess2024 struct {
	Adjustment uint64 // PENALTY_ADJUSTMENT_FACTOR, 4096
	Cap        uint64 // MAX_PENALTY_FACTOR, 4
	// Offline takes the test of 2026 (unslashed, source and target missing) both
	// for who does not attest and for whose penalty scales; otherwise everybody
	// who is slashed or lacks timely target counts, and each missed flag scales.
	Offline bool
}

// DefaultNetExcess2024 has the constants of the draft.
var DefaultNetExcess2024 = NetExcess2024{Adjustment: 4096, Cap: 4}

const netExcessName = "net-excess-2024"

var netExcessFamily = family[NetExcess2024]{
	name: netExcessName, zero: DefaultNetExcess2024,
	explain: "a counter of penalties paid beyond the ordinary sets what share of not attesting is ordinary",
	source:  "EIP-7716 (2024-05-25), ethresear.ch topic 19341",
	words:   []word[NetExcess2024]{{"offline", "not attesting means without source and target", func(r *NetExcess2024) { r.Offline = true }}},
	constants: []constant[NetExcess2024]{
		{"adjustment", "PENALTY_ADJUSTMENT_FACTOR", "factor units per share of not attesting", func(r *NetExcess2024) *uint64 { return &r.Adjustment }},
		{"cap", "MAX_PENALTY_FACTOR", "highest factor", func(r *NetExcess2024) *uint64 { return &r.Cap }},
	},
	rule: NetExcess2024.named,
}

// Step returns the factor of one slot and the counter after it. The factor may
// be zero: then the slot's penalties vanish. A counter above 64 bits gives
// [spec.ErrOverflow]; the products have 128 bits.
func (r NetExcess2024) Step(excess uint64, o *spec.SlotObs) (Factor, uint64, error) {
	if o == nil {
		return Factor{}, excess, unobserved(netExcessName)
	}
	failed := spec.MissedTarget
	if r.Offline {
		failed = spec.Offline
	}
	f := excessFactor(o.Tally.Balance(failed), o.Total, excess, r.Adjustment, r.Cap)
	next, err := nextExcess(netExcessName, excess, f)
	return Integer(f), next, err
}

// Rule makes the mechanism pluggable.
func (r NetExcess2024) Rule() Rule { return netExcessFamily.of(r) }

func (r NetExcess2024) named(preset string) Rule {
	scope := Scope{spec.Everyone, spec.Everyone}
	if r.Offline {
		scope = Scope{spec.Offline, spec.Offline}
	}
	return Rule{
		Name: netExcessName, Preset: preset, Cap: r.Cap, Scope: scope, Memory: []string{"excess_penalties"},
		Figure: func(m *Memory) uint64 { return m[0] },
		Step: func(m Memory, o *spec.SlotObs) (Factors, Memory, error) {
			f, next, err := r.Step(m[0], o)
			m[0] = next
			return Factors{f, f}, m, err
		},
	}
}

// NetExcessPerFlag is the draft of consensus-specs pull request 3780
// (2024-05-26, closed): a counter for each of source and target, and the slot's
// own committee balance as the measure. The pull request's text cannot run; this
// is its repair: each slot's own factor, the counters persisted once an epoch,
// before the flags rotate.
type NetExcessPerFlag struct {
	Adjustment uint64 // PENALTY_ADJUSTMENT_FACTOR, 4096
	Cap        uint64 // MAX_PENALTY_FACTOR, 4
}

// DefaultNetExcessPerFlag has the constants of the pull request.
var DefaultNetExcessPerFlag = NetExcessPerFlag{Adjustment: 4096, Cap: 4}

const netExcessPerFlagName = "net-excess-per-flag"

var netExcessPerFlagFamily = family[NetExcessPerFlag]{
	name: netExcessPerFlagName, zero: DefaultNetExcessPerFlag,
	explain: "a counter for each of source and target, measured by the slot's committee",
	source:  "consensus-specs pull request 3780 (2024-05-26), repaired",
	constants: []constant[NetExcessPerFlag]{
		{"adjustment", "PENALTY_ADJUSTMENT_FACTOR", "factor units per share of not attesting", func(r *NetExcessPerFlag) *uint64 { return &r.Adjustment }},
		{"cap", "MAX_PENALTY_FACTOR", "highest factor", func(r *NetExcessPerFlag) *uint64 { return &r.Cap }},
	},
	rule: NetExcessPerFlag.named,
}

// Step returns the factors of one slot for source and target and the two
// counters after it. A counter above 64 bits gives [spec.ErrOverflow].
func (r NetExcessPerFlag) Step(excess [2]uint64, o *spec.SlotObs) (Factors, [2]uint64, error) {
	if o == nil {
		return Factors{}, excess, unobserved(netExcessPerFlagName)
	}
	committee := o.Tally.Balance(spec.Everyone)
	next := excess
	var f [2]uint64
	for i, missed := range [2]spec.Conducts{spec.MissedSource, spec.MissedTarget} {
		f[i] = excessFactor(o.Tally.Balance(missed), committee, excess[i], r.Adjustment, r.Cap)
		var err error
		if next[i], err = nextExcess(netExcessPerFlagName, excess[i], f[i]); err != nil {
			return Factors{}, excess, err
		}
	}
	return Factors{Integer(f[0]), Integer(f[1])}, next, nil
}

// Rule makes the mechanism pluggable.
func (r NetExcessPerFlag) Rule() Rule { return netExcessPerFlagFamily.of(r) }

func (r NetExcessPerFlag) named(preset string) Rule {
	return Rule{
		Name: netExcessPerFlagName, Preset: preset, Cap: r.Cap, Scope: Scope{spec.Everyone, spec.Everyone},
		Memory: []string{"excess_penalties_source", "excess_penalties_target"},
		Figure: func(m *Memory) uint64 { return max(m[0], m[1]) },
		Step: func(m Memory, o *spec.SlotObs) (Factors, Memory, error) {
			f, next, err := r.Step([2]uint64(m[:2]), o)
			copy(m[:], next[:])
			return f, m, err
		},
	}
}

// excessFactor is min(missed * adjustment // (excess * measure + 1), limit).
func excessFactor(missed, measure spec.Gwei, excess, adjustment, limit uint64) uint64 {
	hi, lo := bits.Mul64(uint64(missed), adjustment)
	dhi, dlo := bits.Mul64(excess, uint64(measure))
	dlo, carry := bits.Add64(dlo, 1, 0)
	dhi += carry
	if dhi == 0 {
		if hi >= dlo {
			return limit
		}
		q, _ := bits.Div64(hi, lo, dlo)
		return min(q, limit)
	}
	return min(quotient(hi, lo, dhi, dlo), limit)
}

// quotient divides two numbers of 128 bits, the divisor at least 2^64. The
// divisor's upper 64 bits give the quotient or one more than it.
func quotient(hi, lo, dhi, dlo uint64) uint64 {
	shift := bits.LeadingZeros64(dhi)
	top := dhi<<shift | dlo>>(64-shift)
	q, _ := bits.Div64(hi>>1, hi<<63|lo>>1, top)
	if q >>= 63 - shift; q == 0 {
		return 0
	}
	q--
	phi, plo := bits.Mul64(q, dlo)
	phi += q * dhi
	rest, borrow := bits.Sub64(lo, plo, 0)
	restHi, _ := bits.Sub64(hi, phi, borrow)
	if restHi > dhi || restHi == dhi && rest >= dlo {
		q++
	}
	return q
}

// nextExcess is max(1, excess + factor) - 1.
func nextExcess(name string, excess, factor uint64) (uint64, error) {
	sum, ok := u64.Add(excess, factor)
	if !ok {
		return excess, spec.Atf(name, -1, spec.ErrOverflow, "counter %d plus factor %d", excess, factor)
	}
	return max(sum, 1) - 1, nil
}
