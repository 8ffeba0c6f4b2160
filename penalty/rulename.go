package penalty

import (
	"fmt"
	"slices"
	"strconv"
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
// preset: it finds the rule again, and equal names mean equal rules. Other names give an error wrapping [spec.ErrUnknown] that lists what
// there is; constants that no chain can use, and presets that contradict each
// other, give [spec.ErrInput].
func RuleNamed(name string) (Rule, error) {
	mechanism, rest, found := strings.Cut(name, "/")
	rule, err := Rule{}, spec.ErrUnknown
	switch {
	case found && rest == "":
	case name == StatusQuo().Name:
		return StatusQuo(), nil
	case mechanism == slotRelativeName:
		rule, err = slotRelativeFamily.named(rest)
	case mechanism == netExcessName:
		rule, err = netExcessFamily.named(rest)
	case mechanism == netExcessPerFlagName:
		rule, err = netExcessPerFlagFamily.named(rest)
	case mechanism == smoothedName:
		rule, err = smoothedFamily.named(rest)
	}
	if err == spec.ErrUnknown {
		var names []string
		for _, r := range Rules() {
			names = append(names, r.FullName())
		}
		return Rule{}, fmt.Errorf("mechanism %q: %w (one of %s)", name, err, strings.Join(names, ", "))
	}
	if err != nil {
		return Rule{}, fmt.Errorf("mechanism %q: %w", name, err)
	}
	return rule, nil
}

// family is the rules of one mechanism.
type family[R comparable] struct {
	name      string
	zero      R // without a word
	words     []word[R]
	usual     string // the word that zero stands for; empty for none
	constants []constant[R]
	rule      func(r R, preset string) Rule
}

// word is a preset: what it sets, whatever was before.
type word[R comparable] struct {
	name string
	set  func(*R)
}

type constant[R comparable] struct {
	name string
	of   func(*R) *uint64
}

// rules are one for each word, and that without a word where it has no name.
func (f *family[R]) rules() (rules []Rule) {
	if f.usual == "" {
		rules = append(rules, f.rule(f.zero, ""))
	}
	for _, w := range f.words {
		r := f.zero
		w.set(&r)
		rules = append(rules, f.rule(r, w.name))
	}
	return rules
}

// named is the rule of a preset with constants; [spec.ErrUnknown] itself for a
// word or a constant that the mechanism has not.
func (f *family[R]) named(text string) (Rule, error) {
	preset := f.zero
	var words []word[R]
	var values []string
	if text != "" {
		for item := range strings.SplitSeq(text, ",") {
			if strings.Contains(item, "=") {
				values = append(values, item)
				continue
			}
			i := slices.IndexFunc(f.words, func(w word[R]) bool { return w.name == item })
			if i < 0 {
				return Rule{}, spec.ErrUnknown
			}
			words = append(words, f.words[i])
			f.words[i].set(&preset)
		}
	}
	for _, w := range words {
		if !holds(w, preset) {
			return Rule{}, fmt.Errorf("%w: %s contradicts another", spec.ErrInput, w.name)
		}
	}
	r := preset
	if err := f.set(&r, values); err != nil {
		return Rule{}, err
	}
	rule := f.rule(r, f.preset(preset, r))
	if err := usable(&rule); err != nil {
		return Rule{}, err
	}
	return rule, nil
}

// holds says that a word would change nothing.
func holds[R comparable](w word[R], r R) bool {
	changed := r
	w.set(&changed)
	return changed == r
}

// set sets constants, each once.
func (f *family[R]) set(r *R, values []string) error {
	seen := map[string]bool{}
	for _, item := range values {
		name, value, _ := strings.Cut(item, "=")
		i := slices.IndexFunc(f.constants, func(c constant[R]) bool { return c.name == name })
		if i < 0 {
			return spec.ErrUnknown
		}
		n, err := strconv.ParseUint(value, 10, 64)
		if err != nil || seen[name] {
			return fmt.Errorf("%w: %s: not a number of 64 bits, or a second one", spec.ErrInput, item)
		}
		seen[name] = true
		*f.constants[i].of(r) = n
	}
	return nil
}

// preset is how r is named, a preset with changed constants.
func (f *family[R]) preset(preset, r R) string {
	var items []string
	for _, w := range f.words {
		if w.name != f.usual && holds(w, preset) {
			items = append(items, w.name)
		}
	}
	if len(items) == 0 && f.usual != "" {
		items = append(items, f.usual)
	}
	for _, c := range f.constants {
		if value := *c.of(&r); value != *c.of(&preset) {
			items = append(items, c.name+"="+strconv.FormatUint(value, 10))
		}
	}
	return strings.Join(items, ",")
}

// usable steps a rule over a calm slot, whose base rewards a factor must fit.
func usable(rule *Rule) error {
	calm, err := spec.ObsOfOffline(spec.ETH<<15, spec.ETH<<25, 32)
	if err != nil {
		return err
	}
	var m Memory
	if rule.Start != nil {
		m = rule.Start(&calm)
	}
	_, _, err = rule.Step(m, &calm)
	return err
}
