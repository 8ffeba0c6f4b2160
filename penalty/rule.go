package penalty

import (
	"fmt"

	"github.com/stakesim/stakesim/spec"
)

// Rule is one mechanism with its constants resolved: a pure step from slot to
// slot and the scope of its factors. A caller may write one of its own.
type Rule struct {
	Name   string // "smoothed-2026"
	Preset string // "E3"; empty where the mechanism has no presets
	Scope  Scope
	// Cap is the highest factor the step returns, 0 when it has no factor.
	Cap uint64
	// Step observes one slot: the factors that hold for it, and the memory with
	// which the next slot is met. It changes neither argument.
	Step func(Memory, *spec.SlotObs) (Factors, Memory, error)
	// Start is the memory with which the rule is switched on after a calm past
	// like the observed slot. Without it [Rule.Settled] lets the rule settle.
	Start func(*spec.SlotObs) Memory

	made maker // nil for a caller's own rule
}

// Scope says of whom a factor scales which penalty. Whoever is outside pays the
// status quo.
type Scope struct{ Source, Target spec.Conducts }

// Of is the set whose penalty for the flag is scaled.
func (s Scope) Of(flag spec.Flag) spec.Conducts {
	switch flag {
	case spec.TimelySource:
		return s.Source
	case spec.TimelyTarget:
		return s.Target
	default:
		return 0
	}
}

// Memory is what mechanisms carry from slot to slot. It is a value: a rule
// uses its own field and leaves the others as they are. The zero value is the
// memory at genesis.
type Memory struct {
	Smoothed spec.Gwei // smoothed-2026: the smoothed offline balance
	// Excess counts net excess penalties: per flag (source, target), or in its
	// first element alone (net-excess-2024).
	Excess [2]uint64
	Window Window // slot-relative: the misses of past slots
}

// FullName is "name" or "name/preset".
func (r *Rule) FullName() string {
	if r == nil {
		return ""
	}
	if r.Preset == "" {
		return r.Name
	}
	return r.Name + "/" + r.Preset
}

// settleSlots is enough for every window to fill and every counter to rise.
const settleSlots = 1024

// Settled is the memory of a chain that has run under the rule for long, with
// every slot like the one given.
func (r *Rule) Settled(calm *spec.SlotObs) (Memory, error) {
	if r == nil || calm == nil {
		return Memory{}, spec.Atf("rule", -1, spec.ErrInput, "%q: no rule, or no slot to settle on", r.FullName())
	}
	if r.Step == nil {
		return Memory{}, spec.Atf("rule", -1, spec.ErrInput, "%q has no step", r.FullName())
	}
	if r.Start != nil {
		return r.Start(calm), nil
	}
	var m Memory
	for range settleSlots {
		var err error
		if _, m, err = r.Step(m, calm); err != nil {
			return Memory{}, fmt.Errorf("%s: %w", r.FullName(), err)
		}
	}
	return m, nil
}

// unobserved is the error of a step without a slot.
func unobserved(rule string) error {
	return spec.Atf(rule, -1, spec.ErrInput, "no slot to observe")
}

// Walk steps the rule over consecutive slots in order and writes their factors
// to dst, which must have the same length. It returns the memory after the last
// slot; on an error, which names the slot's position, the memory is the one
// given and dst holds nothing of use.
func Walk(dst []Factors, rule *Rule, memory Memory, slots []spec.SlotObs) (Memory, error) {
	if len(dst) != len(slots) {
		return memory, spec.Atf("factors", -1, spec.ErrInput, "%d rows for %d slots", len(dst), len(slots))
	}
	if rule == nil || rule.Step == nil {
		return memory, spec.Atf("rule", -1, spec.ErrInput, "%q has no step", rule.FullName())
	}
	m := memory
	for i := range slots {
		f, next, err := rule.Step(m, &slots[i])
		if err != nil {
			return memory, fmt.Errorf("%s: %w", rule.FullName(), spec.At("slot", i, err))
		}
		dst[i], m = f, next
	}
	return m, nil
}
