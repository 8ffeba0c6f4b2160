package penalty

import (
	"fmt"
	"math/bits"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// SlotRelative is the strawman of ethresear.ch topic 19116 (2024-03-26): the
// penalty of a failed attestation is p times the ordinary one, p being the
// slot's misses over their recent average, capped. The post leaves much open;
// every reading is an option, and the zero option is the default.
type SlotRelative struct {
	Cap     uint64  // highest p, 4
	Reading Reading // which formula
	// PreviousEpoch averages over the whole previous epoch; otherwise over the
	// last WindowSlots slots. The Excess reading always takes the latter, AsRun
	// the former.
	PreviousEpoch bool
	WindowSlots   uint64 // 32, at most MaxWindowSlots
	Multiplier    uint64 // of the as-run reading, 322
	Counted       bool   // misses are validators, not effective balance
	Offline       bool   // failed means offline, not lacking timely target
	Of            Repeat // which failures count and scale
	// SkipMissingBlocks treats the committee of a slot whose next block is
	// missing as attesting: its factor is zero and no misses enter the window.
	SkipMissingBlocks bool
	// Squared squares p before the cap: the thread's non-linear variant, of the
	// Average and Sum readings alone.
	Squared bool
}

// Reading names a formula for p of a slot with m misses.
type Reading uint8

// The readings of the post.
const (
	// Average is m over the mean of the window, as the prose says.
	Average Reading = iota
	// Sum is m over the sum of the window, as the formula is printed.
	Sum
	// AsRun is Multiplier * m // the sum over the previous epoch's slots, an
	// integer, as the published script computes; 0 in the first epoch and after
	// an epoch without misses.
	AsRun
	// Excess is m over the mean less one, not below zero, as the post's other
	// script computes, which adds one to the sum of the window.
	Excess
)

// Repeat names the failures that count by what the validator did in the epoch
// before.
type Repeat uint8

// All failures count; Misses are those of validators that failed in the epoch
// before too, Fumbles those of validators that attested in it.
const (
	All Repeat = iota
	Misses
	Fumbles
)

// MaxWindowSlots bounds WindowSlots.
const MaxWindowSlots = 32

// Window is the memory of slot-relative penalties: misses of past slots, in
// Gwei or validators.
type Window struct {
	Slots      [MaxWindowSlots]uint64 // a ring; Next is the oldest
	Next, Seen uint64                 // position written next; slots seen, at most the window
	// Sums over the epoch under way and over the last complete one.
	EpochSum, EpochSeen      uint64
	PreviousSum, PreviousLen uint64
}

// windowWords are the names of a window's words in a [Memory].
var windowWords = func() []string {
	names := make([]string, MaxWindowSlots, MaxWindowSlots+6)
	for i := range names {
		names[i] = fmt.Sprintf("slot_%d", i)
	}
	return append(names, "next", "seen", "epoch_sum", "epoch_seen", "previous_sum", "previous_seen")
}()

// Window is the memory of a slot-relative rule as a window.
func (m *Memory) Window() (w Window) {
	if m == nil {
		return w
	}
	rest := m[copy(w.Slots[:], m[:MaxWindowSlots]):]
	w.Next, w.Seen, w.EpochSum, w.EpochSeen, w.PreviousSum, w.PreviousLen = rest[0], rest[1], rest[2], rest[3], rest[4], rest[5]
	return w
}

// Memory is the window as the memory of a slot-relative rule.
func (w *Window) Memory() (m Memory) {
	if w == nil {
		return m
	}
	rest := m[copy(m[:], w.Slots[:]):]
	rest[0], rest[1], rest[2], rest[3], rest[4], rest[5] = w.Next, w.Seen, w.EpochSum, w.EpochSeen, w.PreviousSum, w.PreviousLen
	return m
}

// DefaultSlotRelative is the reading of the post's prose.
var DefaultSlotRelative = SlotRelative{Cap: 4, WindowSlots: 32, Multiplier: 322}

const slotRelativeName = "slot-relative"

var slotRelativeFamily = family[SlotRelative]{
	name: slotRelativeName, zero: DefaultSlotRelative,
	explain: "a slot's misses over their recent average, capped, times the ordinary penalty",
	source:  "ethresear.ch topic 19116 (2024-03-26)",
	// Readings and options go together, but for two readings.
	words: []word[SlotRelative]{
		{"average", "over the mean of the window, as the prose says", func(r *SlotRelative) { r.Reading = Average }},
		{"sum", "over the sum of the window, as the formula is printed", func(r *SlotRelative) { r.Reading = Sum }},
		{"as-run", "the multiplier times the misses over the sum of the previous epoch, as the published script computes", func(r *SlotRelative) { r.Reading = AsRun }},
		{"excess", "over the mean, less one", func(r *SlotRelative) { r.Reading = Excess }},
		{"previous-epoch", "the window is the previous epoch", func(r *SlotRelative) { r.PreviousEpoch = true }},
		{"counted", "misses are counted in validators, not in effective balance", func(r *SlotRelative) { r.Counted = true }},
		{"offline", "failed means without source and target", func(r *SlotRelative) { r.Offline = true }},
		{"misses", "only who failed in the epoch before too", func(r *SlotRelative) { r.Of = Misses }},
		{"fumbles", "only who attested in the epoch before", func(r *SlotRelative) { r.Of = Fumbles }},
		{"skip-missing-blocks", "a slot whose next block is missing has no misses", func(r *SlotRelative) { r.SkipMissingBlocks = true }},
		{"squared", "the square of the ratio", func(r *SlotRelative) { r.Squared = true }},
	},
	usual: "average",
	constants: []constant[SlotRelative]{
		{"cap", "MAX_PENALTY_FACTOR", "highest factor", func(r *SlotRelative) *uint64 { return &r.Cap }},
		{"window", "", "slots of the average, at most 32", func(r *SlotRelative) *uint64 { return &r.WindowSlots }},
		{"multiplier", "", "of the reading as-run", func(r *SlotRelative) *uint64 { return &r.Multiplier }},
	},
	rule: SlotRelative.named,
}

// Step returns the factor of one slot and the window after it. Until the window
// is full the mean is over the slots seen; with none seen the factor is one;
// with no misses in the window it is the cap if the slot has any, else zero. A
// product or sum above 64 bits gives [spec.ErrOverflow]; a window of zero or too
// many slots, a cap of zero, an unknown reading and the square of a reading
// without one give [spec.ErrInput].
func (r SlotRelative) Step(w Window, o *spec.SlotObs) (Factor, Window, error) {
	if o == nil {
		return Factor{}, w, unobserved(slotRelativeName)
	}
	if r.WindowSlots == 0 || r.WindowSlots > MaxWindowSlots || o.SlotsPerEpoch == 0 || r.Cap == 0 {
		return Factor{}, w, spec.Atf(slotRelativeName, -1, spec.ErrInput,
			"window of %d slots (1 to %d), epoch of %d, cap %d", r.WindowSlots, MaxWindowSlots, o.SlotsPerEpoch, r.Cap)
	}
	if r.Reading > Excess || r.Of > Fumbles || r.Squared && (r.Reading == AsRun || r.Reading == Excess) {
		return Factor{}, w, spec.Atf(slotRelativeName, -1, spec.ErrInput,
			"reading %d of failures %d, squared %t", r.Reading, r.Of, r.Squared)
	}
	misses, f, ok := r.misses(o), Integer(0), true
	if r.SkipMissingBlocks && o.NextBlockMissing {
		misses = 0
	} else if f, ok = r.factor(&w, misses); !ok {
		return Factor{}, w, spec.Atf(slotRelativeName, -1, spec.ErrOverflow, "%d misses against the window", misses)
	}
	next := w
	if !next.push(misses, r.WindowSlots, o.SlotsPerEpoch) {
		return Factor{}, w, spec.Atf(slotRelativeName, -1, spec.ErrOverflow, "sum of %d misses and the epoch's", misses)
	}
	return f, next, nil
}

func (r SlotRelative) failed() spec.Conducts {
	failed := spec.MissedTarget
	if r.Offline {
		failed = spec.Offline
	}
	return failed & r.repeated()
}

func (r SlotRelative) repeated() spec.Conducts {
	switch r.Of {
	case Misses:
		return spec.FailedBefore
	case Fumbles:
		return spec.Everyone &^ spec.FailedBefore
	default:
		return spec.Everyone
	}
}

func (r SlotRelative) misses(o *spec.SlotObs) uint64 {
	if r.Counted {
		return o.Tally.Count(r.failed())
	}
	return uint64(o.Tally.Balance(r.failed()))
}

// factor is p for m misses after the window w.
func (r SlotRelative) factor(w *Window, m uint64) (Factor, bool) {
	if r.Reading == AsRun {
		if w.PreviousSum == 0 {
			return Integer(0), true
		}
		hi, lo := bits.Mul64(r.Multiplier, m)
		if hi >= w.PreviousSum {
			return Integer(r.Cap), true
		}
		q, _ := bits.Div64(hi, lo, w.PreviousSum)
		return Integer(min(r.Cap, q)), true
	}
	sum, slots, ok := w.past(&r)
	if !ok {
		return Factor{}, false
	}
	if slots == 0 {
		return One, true
	}
	switch r.Reading {
	case Sum:
		return r.capped(m, sum)
	case Excess:
		return r.excess(m, sum)
	default:
		scaled, ok := u64.Mul(m, slots)
		if !ok {
			return Factor{}, false
		}
		return r.capped(scaled, sum)
	}
}

// excess is min(32 m / (sum + 1) - 1, cap), not below zero.
func (r SlotRelative) excess(m, sum uint64) (Factor, bool) {
	scaled, fits := u64.Mul(m, r.WindowSlots)
	den, ok := u64.Add(sum, 1)
	if !fits || !ok {
		return Factor{}, false
	}
	return r.capped(u64.SubSat(scaled, den), den)
}

// capped is num/den, or its square, unless the cap is lower. A zero den means
// that nobody failed before: the cap for any failure now.
func (r SlotRelative) capped(num, den uint64) (Factor, bool) {
	if num == 0 {
		return Integer(0), true
	}
	left, right := u64.Wide{num}, u64.Wide{den}
	if r.Squared {
		left.Mul(num)
		right.Mul(den)
	}
	right.Mul(r.Cap)
	if !left.Less(&right) {
		return Integer(r.Cap), true
	}
	return Factor{Num: num, Den: den, Squared: r.Squared}, true
}

// past is the sum of misses in the window and the number of slots it holds.
func (w *Window) past(r *SlotRelative) (sum, slots uint64, ok bool) {
	if r.PreviousEpoch && r.Reading != Excess {
		return w.PreviousSum, w.PreviousLen, true
	}
	ok = true
	for _, m := range w.Slots[:min(w.Seen, r.WindowSlots)] {
		if sum, ok = u64.Add(sum, m); !ok {
			return 0, 0, false
		}
	}
	return sum, min(w.Seen, r.WindowSlots), true
}

// mean is that of the slots in the window, floored.
func (w *Window) mean() (mean uint64) {
	seen := min(w.Seen, MaxWindowSlots)
	for _, m := range w.Slots[:seen] {
		mean += m
	}
	return mean / max(seen, 1)
}

// push enters the misses of a slot; false when the epoch's sum overflows.
func (w *Window) push(m, windowSlots, epochSlots uint64) bool {
	w.Slots[w.Next%MaxWindowSlots] = m
	w.Next = (w.Next + 1) % windowSlots
	w.Seen = min(w.Seen+1, windowSlots)
	var ok bool
	if w.EpochSum, ok = u64.Add(w.EpochSum, m); !ok {
		return false
	}
	if w.EpochSeen++; w.EpochSeen >= epochSlots {
		w.PreviousSum, w.PreviousLen = w.EpochSum, w.EpochSeen
		w.EpochSum, w.EpochSeen = 0, 0
	}
	return true
}

// Rule makes the mechanism pluggable: p scales the source and the target
// penalty of whoever failed.
func (r SlotRelative) Rule() Rule { return slotRelativeFamily.of(r) }

func (r SlotRelative) named(preset string) Rule {
	scope := r.repeated()
	if r.Offline {
		scope = r.failed()
	}
	return Rule{
		Name: slotRelativeName, Preset: preset, Cap: r.Cap, Scope: Scope{scope, scope}, Memory: windowWords,
		Figure: func(m *Memory) uint64 { w := m.Window(); return w.mean() },
		Step: func(m Memory, o *spec.SlotObs) (Factors, Memory, error) {
			f, next, err := r.Step(m.Window(), o)
			return Factors{f, f}, next.Memory(), err
		},
	}
}
