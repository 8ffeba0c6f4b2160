// Package oracle pairs every mechanism of package penalty with its twin in penalty/ref,
// in one table: tests, and the room that writes fixtures, find there what a rule must
// equal.
package oracle

import (
	"math/big"
	"math/rand/v2"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/ref"
	"github.com/stakesim/stakesim/spec"
)

// Values are a rule's constants and options as [penalty.Rule.Values] names them.
type Values map[string]uint64

func (v Values) on(option string) bool { return v[option] != 0 }

// Pair is a mechanism beside its twin. The functions of a mechanism without memory are
// nil; one without Draw starts at genesis in generated cases.
type Pair struct {
	Name string // in package penalty
	// Mechanism is the twin with a rule's values.
	Mechanism func(v Values) ref.Mechanism
	// Words are penalty/ref's memory as the rule's, Recall the inverse for a memory before
	// the first slot of an epoch.
	Words  func(m ref.Memory, v Values, slotsPerEpoch uint64) penalty.Memory
	Recall func(m penalty.Memory, v Values, slotsPerEpoch uint64) (ref.Memory, error)
	// Draw draws a memory as the rule may carry it into an epoch of slots with a balance
	// of about the reference.
	Draw func(d *rand.Rand, v Values, reference, slotsPerEpoch uint64) ref.Memory
}

// Pairs is the table: one row for each mechanism.
var Pairs = []Pair{
	{Name: "status-quo", Mechanism: func(Values) ref.Mechanism { return ref.StatusQuo }},
	{"slot-relative", slotRelative, window, past, drawPast},
	{"net-excess-2024", func(v Values) ref.Mechanism {
		return ref.NetExcess{Adjustment: v["PENALTY_ADJUSTMENT_FACTOR"], Cap: v["MAX_PENALTY_FACTOR"], Offline: v.on("OFFLINE")}.Walk
	}, counters(1), recallCounters, drawCounters(1)},
	{"net-excess-per-flag", func(v Values) ref.Mechanism {
		return ref.NetExcessPerFlag{Adjustment: v["PENALTY_ADJUSTMENT_FACTOR"], Cap: v["MAX_PENALTY_FACTOR"]}.Walk
	}, counters(2), recallCounters, drawCounters(2)},
	{"smoothed-2026", func(v Values) ref.Mechanism {
		return ref.Smoothed{Slope: v["PENALTY_SLOPE"], Cap: v["MAX_PENALTY_FACTOR"],
			Window: v["OFFLINE_BALANCE_SMOOTHING_FACTOR"], FloorDivisor: v["FLOOR"]}.Walk
	}, average, recallAverage, drawAverage},
}

// Of is the pair of a mechanism by its name.
func Of(mechanism string) (*Pair, bool) {
	for i := range Pairs {
		if Pairs[i].Name == mechanism {
			return &Pairs[i], true
		}
	}
	return nil, false
}

func slotRelative(v Values) ref.Mechanism {
	r := ref.SlotRelative{Cap: v["MAX_PENALTY_FACTOR"], WindowSlots: v["WINDOW"], Multiplier: v["MULTIPLIER"],
		Counted: v.on("COUNTED"), Offline: v.on("OFFLINE"), SkipMissing: v.on("SKIP_MISSING_BLOCKS"), Exponent: 1}
	for option, form := range map[string]ref.Form{"SUM": ref.Sum, "AS_RUN": ref.AsRun, "EXCESS": ref.Excess} {
		if v.on(option) {
			r.Form = form
		}
	}
	for option, scope := range map[string]ref.Scope{"MISSES": ref.MissesOnly, "FUMBLES": ref.FumblesOnly} {
		if v.on(option) {
			r.Scope = scope
		}
	}
	if v.on("PREVIOUS_EPOCH") {
		r.Window = ref.PreviousEpoch
	}
	if v.on("SQUARED") {
		r.Exponent = 2
	}
	return r.Walk
}

func average(m ref.Memory, _ Values, _ uint64) penalty.Memory {
	return penalty.Memory{number(m.Smoothed)}
}

func recallAverage(m penalty.Memory, _ Values, _ uint64) (ref.Memory, error) {
	return ref.Memory{Smoothed: new(big.Int).SetUint64(m[0])}, nil
}

func drawAverage(d *rand.Rand, _ Values, reference, _ uint64) ref.Memory {
	options := [...]uint64{0, d.Uint64N(reference/100 + 1), d.Uint64N(reference/4 + 1), d.Uint64N(reference + 1)}
	return ref.Memory{Smoothed: new(big.Int).SetUint64(options[d.IntN(len(options))])}
}

func counters(n int) func(m ref.Memory, _ Values, _ uint64) penalty.Memory {
	return func(m ref.Memory, _ Values, _ uint64) (words penalty.Memory) {
		for k := range n {
			words[k] = number(m.Excess[k])
		}
		return words
	}
}

func recallCounters(m penalty.Memory, _ Values, _ uint64) (ref.Memory, error) {
	return ref.Memory{Excess: [2]*big.Int{new(big.Int).SetUint64(m[0]), new(big.Int).SetUint64(m[1])}}, nil
}

func drawCounters(n int) func(d *rand.Rand, _ Values, _, _ uint64) ref.Memory {
	return func(d *rand.Rand, _ Values, _, _ uint64) (m ref.Memory) {
		m.Excess = [2]*big.Int{new(big.Int), new(big.Int)}
		for k := range n {
			m.Excess[k].SetUint64(d.Uint64N([...]uint64{3, 400}[d.IntN(2)]))
		}
		return m
	}
}

func number(v *big.Int) uint64 {
	if v == nil {
		return 0
	}
	return v.Uint64()
}

// unreached says that no slots lead to a memory.
func unreached(format string, args ...any) error {
	return spec.Atf("memory", -1, spec.ErrInput, format, args...)
}
