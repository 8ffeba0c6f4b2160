package penalty

import (
	"fmt"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// Rule is one mechanism with its constants resolved: a pure step from slot to
// slot and the scope of its factors. A caller may write one of its own.
type Rule struct {
	Name   string // "smoothed-2026"
	Preset string // "E3"; empty where the mechanism has no presets
	Scope  Scope
	// Cap is the highest factor that the step returns; below 1 it is 1. A higher factor
	// is an error of [Walk].
	Cap uint64
	// Memory names the numbers that the step carries from slot to slot, in their order:
	// nil for none.
	Memory []string
	// Step observes one slot: the factors that hold for it, and the memory with
	// which the next slot is met. It changes neither argument.
	Step func(Memory, *spec.SlotObs) (Factors, Memory, error)
	// Start is the memory with which the rule is switched on after a calm past
	// like the observed slot. Without it [Rule.Settled] lets the rule settle.
	Start func(*spec.SlotObs) Memory
	// Figure is the memory as one number for tables, in Gwei or a count; nil for none.
	Figure func(*Memory) uint64

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

// Penalties is what a validator of one outcome pays in a slot, in Gwei: the penalties
// of source and target that it missed, each times its factor where the rule's scope
// has the outcome. A penalty or sum above 64 bits gives [spec.ErrOverflow].
func (r *Rule) Penalties(baseReward spec.Gwei, outcome spec.Conduct, factors Factors) (spec.Gwei, error) {
	var sum spec.Gwei
	for _, flag := range [...]spec.Flag{spec.TimelySource, spec.TimelyTarget} {
		if outcome.Participates(flag) {
			continue
		}
		f := One
		if r != nil && r.Scope.Of(flag).Has(outcome) {
			f = factors.Of(flag)
		}
		part, ok := f.Penalty(baseReward, flag.Weight())
		fits := true
		if sum, fits = u64.Add(sum, part); !ok || !fits {
			return 0, spec.Atf(flag.String(), -1, spec.ErrOverflow, "factor %d/%d", f.Num, f.Den)
		}
	}
	return sum, nil
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

// Validate reports a rule that no transition can use, wrapping [spec.ErrInput]: without a
// step, with a cap but nobody whose penalty it would scale, or with words of memory
// that cannot be told apart.
func (r *Rule) Validate() error {
	switch {
	case r == nil || r.Step == nil:
		return spec.Atf("rule", -1, spec.ErrInput, "%q has no step", r.FullName())
	case r.Cap != 0 && r.Scope == Scope{}:
		return spec.Atf("rule", -1, spec.ErrInput, "%q has a cap of %d and an empty scope", r.FullName(), r.Cap)
	}
	return r.checkMemory()
}

// checkFactors reports a factor that the rule said it does not return: without a
// denominator, or above its cap.
func (r *Rule) checkFactors(f Factors) error {
	for _, one := range [...]Factor{f.Source, f.Target} {
		if one.Den == 0 {
			return spec.Atf("factor", -1, spec.ErrInput, "%d over zero", one.Num)
		}
		if one.Num > one.Den && one.above(max(r.Cap, 1)) {
			return spec.Atf("factor", -1, spec.ErrInput, "%v, the rule's cap is %d", one.Float(), r.Cap)
		}
	}
	return nil
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
		if err == nil {
			err = rule.checkFactors(f)
		}
		if err != nil {
			return memory, fmt.Errorf("%s: %w", rule.FullName(), spec.At("slot", i, err))
		}
		dst[i], m = f, next
	}
	return m, nil
}
