package penalty

import (
	"fmt"
	"strings"

	"github.com/stakesim/stakesim/spec"
)

// Rules returns every mechanism in every named preset, in the order of the
// literature.
func Rules() []Rule {
	rules := []Rule{StatusQuo()}
	rules = append(rules, slotRelativeFamily.rules()...)
	rules = append(rules, netExcessFamily.rules()...)
	rules = append(rules, netExcessPerFlagFamily.rules()...)
	return append(rules, smoothedFamily.rules()...)
}

// RuleNamed finds a rule by "name" or "name/preset"; a name alone is the
// mechanism's default preset. After the slash constants may follow, or stand
// alone, and readings of slot-relative that do not contradict each other, with
// commas between:
//
//	smoothed-2026/E1,window=65536     slope, cap, window, floor (the divisor, 0 for none)
//	slot-relative/sum,squared,cap=8   cap, window (slots, at most 32), multiplier (of as-run)
//	net-excess-2024/adjustment=2048   adjustment, cap
//	net-excess-per-flag/cap=2         the same
//
// The rule's own name has them in this order, and only those that differ from the
// preset: it finds the rule again, and equal names mean equal rules. Other names
// give an error wrapping [spec.ErrUnknown] that lists what there is and suggests
// the nearest; constants that no chain can use, and presets that contradict each
// other, give [spec.ErrInput]. [Rule.With] replaces constants by the same names.
func RuleNamed(name string) (Rule, error) {
	mechanism, rest, found := strings.Cut(name, "/")
	var rule Rule
	var err error
	switch {
	case found && rest == "" || mechanism == StatusQuo().Name && found:
		return Rule{}, unknownRule(name)
	case mechanism == StatusQuo().Name:
		return StatusQuo(), nil
	case mechanism == slotRelativeName:
		rule, err = slotRelativeFamily.named(rest)
	case mechanism == netExcessName:
		rule, err = netExcessFamily.named(rest)
	case mechanism == netExcessPerFlagName:
		rule, err = netExcessPerFlagFamily.named(rest)
	case mechanism == smoothedName:
		rule, err = smoothedFamily.named(rest)
	default:
		return Rule{}, unknownRule(name)
	}
	if err != nil {
		return Rule{}, fmt.Errorf("mechanism %q: %w", name, err)
	}
	return rule, nil
}

func unknownRule(name string) error {
	var names []string
	for _, r := range Rules() {
		names = append(names, r.FullName())
	}
	return spec.UnknownName("mechanism", name, names)
}
