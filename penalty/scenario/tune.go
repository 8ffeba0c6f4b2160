package scenario

import (
	"fmt"
	"sort"
	"strings"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/spec"
)

// Tuned is a mechanism by name with some of its constants replaced: slope, cap,
// window and floor_divisor of smoothed-2026, adjustment and cap of the two rules
// of net excess penalties, cap, window and multiplier of slot-relative. An
// unknown name or key gives [spec.ErrUnknown], a constant that no step can use
// [spec.ErrInput].
func Tuned(name string, constants map[string]uint64) (penalty.Rule, error) {
	rule, err := penalty.RuleNamed(name)
	if err != nil || len(constants) == 0 {
		return rule, err
	}
	keys := make([]string, 0, len(constants))
	for key := range constants {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	t := tunable(rule)
	for _, key := range keys {
		at, ok := t.constants[key]
		if !ok {
			return rule, fmt.Errorf("constant %q of %s: %w (one of %s)", key, rule.FullName(), spec.ErrUnknown, t.keys())
		}
		*at = constants[key]
	}
	tuned := t.make()
	tuned.Preset = strings.TrimPrefix(rule.Preset+" tuned", " ")
	o, err := spec.ObsOfOffline(spec.ETH, 64*spec.ETH, SlotsPerEpoch)
	if err == nil {
		_, _, err = tuned.Step(penalty.Memory{Smoothed: 1}, &o)
	}
	return tuned, err
}

// tuning is a copy of a rule's constants and the way back to a rule.
type tuning struct {
	constants map[string]*uint64
	make      func() penalty.Rule
}

func (t *tuning) keys() string {
	var keys []string
	for k := range t.constants {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return strings.Join(keys, ", ")
}

func tunable(rule penalty.Rule) *tuning {
	switch rule.Name {
	case penalty.SmoothedE3.Rule().Name:
		r := map[string]penalty.Smoothed2026{
			"E0": penalty.SmoothedE0, "E1": penalty.SmoothedE1, "E2": penalty.SmoothedE2, "E3": penalty.SmoothedE3,
		}[rule.Preset]
		return &tuning{map[string]*uint64{"slope": &r.Slope, "cap": &r.Cap, "window": &r.Window, "floor_divisor": &r.FloorDivisor},
			func() penalty.Rule { return r.Rule() }}
	case penalty.DefaultNetExcess2024.Rule().Name:
		r := penalty.DefaultNetExcess2024
		r.Offline = rule.Preset == "offline"
		return &tuning{map[string]*uint64{"adjustment": &r.Adjustment, "cap": &r.Cap}, func() penalty.Rule { return r.Rule() }}
	case penalty.DefaultNetExcessPerFlag.Rule().Name:
		r := penalty.DefaultNetExcessPerFlag
		return &tuning{map[string]*uint64{"adjustment": &r.Adjustment, "cap": &r.Cap}, func() penalty.Rule { return r.Rule() }}
	case penalty.DefaultSlotRelative.Rule().Name:
		r := penalty.DefaultSlotRelative
		switch rule.Preset {
		case "sum":
			r.Reading = penalty.Sum
		case "as-run":
			r.Reading = penalty.AsRun
		case "excess":
			r.Reading = penalty.Excess
		case "previous-epoch":
			r.PreviousEpoch = true
		case "counted":
			r.Counted = true
		case "offline":
			r.Offline = true
		case "misses":
			r.Of = penalty.Misses
		case "fumbles":
			r.Of = penalty.Fumbles
		case "skip-missing-blocks":
			r.SkipMissingBlocks = true
		case "squared":
			r.Squared = true
		}
		return &tuning{map[string]*uint64{"cap": &r.Cap, "window": &r.WindowSlots, "multiplier": &r.Multiplier},
			func() penalty.Rule { return r.Rule() }}
	}
	return &tuning{map[string]*uint64{}, func() penalty.Rule { return rule }}
}
