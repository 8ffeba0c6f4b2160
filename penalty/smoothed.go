package penalty

import (
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// Smoothed2026 is EIP-7716 as drafted in 2026: a slot's target penalty grows
// with the offline balance in excess of a slowly smoothed average of it
// (consensus-specs pull request 5452, EIPs pull request 11962).
type Smoothed2026 struct {
	Slope  uint64 // factor units per reference balance of excess
	Cap    uint64 // highest factor
	Window uint64 // slots over which the average moves
	// FloorDivisor, where not zero, makes the excess relative to the average
	// itself, at least R // FloorDivisor, in place of the reference balance R.
	FloorDivisor uint64
}

// The published constant sets, by date. E3 is the default.
var (
	SmoothedE0 = Smoothed2026{Slope: 6, Cap: 64, Window: 1 << 17, FloorDivisor: 2048} // 2026-07-17
	SmoothedE1 = Smoothed2026{Slope: 381, Cap: 128, Window: 1 << 17}                  // 2026-07-18
	SmoothedE2 = Smoothed2026{Slope: 765, Cap: 256, Window: 1 << 17}                  // 2026-08-20
	SmoothedE3 = Smoothed2026{Slope: 765, Cap: 256, Window: 1 << 16}                  // 2026-09
)

const smoothedName = "smoothed-2026"

var smoothedFamily = family[Smoothed2026]{
	name: smoothedName, zero: SmoothedE3,
	explain: "target penalties grow with the offline balance in excess of a slowly smoothed average of it",
	source:  "EIP-7716, consensus-specs pull request 5452 (2026-07-17), EIPs pull request 11962 (2026)",
	words: []word[Smoothed2026]{
		{"E0", "relative to the average itself (2026-07-17)", func(r *Smoothed2026) { *r = SmoothedE0 }},
		{"E1", "half the slope and cap (2026-07-18)", func(r *Smoothed2026) { *r = SmoothedE1 }},
		{"E2", "twice the window (2026-08-20)", func(r *Smoothed2026) { *r = SmoothedE2 }},
		{"E3", "the published constants (2026-09)", func(r *Smoothed2026) { *r = SmoothedE3 }},
	},
	usual: "E3",
	constants: []constant[Smoothed2026]{
		{"slope", "PENALTY_SLOPE", "factor units per reference balance of excess", func(r *Smoothed2026) *uint64 { return &r.Slope }},
		{"cap", "MAX_PENALTY_FACTOR", "highest factor", func(r *Smoothed2026) *uint64 { return &r.Cap }},
		{"window", "OFFLINE_BALANCE_SMOOTHING_FACTOR", "slots over which the average moves", func(r *Smoothed2026) *uint64 { return &r.Window }},
		{"floor", "", "divisor of the reference balance that bounds the average below, 0 for none", func(r *Smoothed2026) *uint64 { return &r.FloorDivisor }},
	},
	rule: Smoothed2026.named,
}

// SmoothedOfflineBalance is what the rule calls the one number of its memory, the
// average in Gwei, as the field of an eip7716 state is called.
const SmoothedOfflineBalance = "smoothed_offline_balance"

// Step returns the factor of one slot and the average after it, given the
// average before it. Only sums enter: the slot's offline effective balance and
// the reference balance. A zero divisor or cap and no slot give [spec.ErrInput], a product
// above 64 bits [spec.ErrOverflow].
func (r Smoothed2026) Step(average spec.Gwei, o *spec.SlotObs) (Factor, spec.Gwei, error) {
	if o == nil {
		return Factor{}, average, unobserved(smoothedName)
	}
	offline := o.Tally.Balance(spec.Offline)
	per := o.Reference
	if r.FloorDivisor != 0 {
		per = max(average, o.Reference/spec.Gwei(r.FloorDivisor))
	}
	if per == 0 || r.Window == 0 || r.Cap == 0 {
		return Factor{}, average, spec.Atf(smoothedName, -1, spec.ErrInput,
			"reference balance %d, window %d, cap %d: each must be positive", per, r.Window, r.Cap)
	}
	steps, ok := u64.Mul(spec.Gwei(r.Slope), u64.SubSat(offline, average))
	if !ok {
		return Factor{}, average, spec.Atf(smoothedName, -1, spec.ErrOverflow,
			"slope %d times %d Gwei offline above the average", r.Slope, u64.SubSat(offline, average))
	}
	f, ok := u64.Add(uint64(steps/per), 1)
	if !ok {
		return Factor{}, average, spec.Atf(smoothedName, -1, spec.ErrOverflow, "one plus %d", steps/per)
	}
	return Integer(min(f, r.Cap)), r.smooth(average, offline), nil
}

// smooth moves the average a Window-th of the way towards the offline balance,
// flooring the distance, so that it never overshoots.
func (r Smoothed2026) smooth(average, offline spec.Gwei) spec.Gwei {
	if offline > average {
		return average + (offline-average)/spec.Gwei(r.Window)
	}
	return average - (average-offline)/spec.Gwei(r.Window)
}

// Rule makes the mechanism pluggable: its factor scales the target penalty of
// offline validators, nothing else.
func (r Smoothed2026) Rule() Rule { return smoothedFamily.of(r) }

func (r Smoothed2026) named(preset string) Rule {
	return Rule{
		Name: smoothedName, Preset: preset, Cap: r.Cap,
		Scope: Scope{Target: spec.Offline}, Memory: []string{SmoothedOfflineBalance},
		Figure: func(m *Memory) uint64 { return m[0] },
		Start: func(calm *spec.SlotObs) Memory {
			if calm == nil {
				return Memory{}
			}
			return Memory{uint64(r.SeedFloor(calm.Tally.Balance(spec.Offline), calm.Reference))}
		},
		Step: func(m Memory, o *spec.SlotObs) (Factors, Memory, error) {
			f, average, err := r.Step(spec.Gwei(m[0]), o)
			m[0] = uint64(average)
			return Factors{One, f}, m, err
		},
	}
}
