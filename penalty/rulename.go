package penalty

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stakesim/stakesim/spec"
)

// Family is one mechanism as the catalogue knows it. Everything that offers mechanisms
// (names, tuning, sweeps, keys of files, help) reads it here.
type Family struct {
	Name    string // "smoothed-2026"
	Explain string // one sentence
	Source  string
	// Options are the readings and presets that may follow the name, Usual the one
	// that the name alone means; empty for none.
	Options   []Option
	Usual     string
	Constants []Constant // with the values of the usual rule
	Memory    []string   // the words of the rules' memory

	rules []Rule
	named func(string) (Rule, error)
}

// Option is a reading or preset of a mechanism.
type Option struct {
	Name, Explain string
	// Switch says that the option is more than a set of constants.
	Switch bool
}

// Rules are the mechanism's rules, one for each option.
func (f *Family) Rules() []Rule {
	if f == nil {
		return nil
	}
	return slices.Clone(f.rules)
}

// catalogued is a mechanism's own declaration.
type catalogued interface{ public() Family }

// catalogue is every mechanism in the order of the literature. A new one is added here
// and nowhere else.
var catalogue = []catalogued{
	&statusQuoFamily, &slotRelativeFamily, &netExcessFamily, &netExcessPerFlagFamily, &smoothedFamily,
}

// Families returns every mechanism in the order of the literature.
func Families() []Family {
	families := make([]Family, len(catalogue))
	for i, c := range catalogue {
		families[i] = c.public()
	}
	return families
}

// Rules returns every mechanism in every named preset, in the order of the
// literature.
func Rules() (rules []Rule) {
	for _, f := range Families() {
		rules = append(rules, f.rules...)
	}
	return rules
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
	for _, f := range Families() {
		if !strings.EqualFold(f.Name, mechanism) || found && (rest == "" || len(f.Options)+len(f.Constants) == 0) {
			continue
		}
		rule, err := f.named(rest)
		if err != nil {
			return Rule{}, fmt.Errorf("mechanism %q: %w", name, err)
		}
		return rule, nil
	}
	return Rule{}, unknownRule(name)
}

func unknownRule(name string) error {
	var names []string
	for _, r := range Rules() {
		names = append(names, r.FullName())
	}
	return spec.UnknownName("mechanism", name, names)
}
