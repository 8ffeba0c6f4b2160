package penalty

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// family is the rules of one mechanism: what its words and constants are called,
// and how a rule is made of them. Nothing else knows these names.
type family[R comparable] struct {
	name      string
	explain   string // one sentence
	source    string
	zero      R // without a word
	words     []word[R]
	usual     string // the word that zero stands for; empty for none
	constants []constant[R]
	rule      func(r R, preset string) Rule
}

// word is a preset: what it sets, whatever was before.
type word[R comparable] struct {
	name    string
	explain string
	set     func(*R)
}

// constant is one of the mechanism's numbers.
type constant[R comparable] struct {
	name    string
	spec    string // in the specification; empty where that has none
	explain string
	of      func(*R) *uint64
}

// rules are one for each word, and that without a word where it has no name.
func (f *family[R]) rules() (rules []Rule) {
	if f.usual == "" {
		rules = append(rules, f.make(f.zero, f.zero))
	}
	for _, w := range f.words {
		r := f.zero
		w.set(&r)
		rules = append(rules, f.make(r, r))
	}
	return rules
}

// public is the family as the catalogue shows it.
func (f *family[R]) public() Family {
	usual := f.make(f.zero, f.zero)
	p := Family{
		Name: f.name, Explain: f.explain, Source: f.source, Usual: f.usual,
		Constants: usual.Constants(), Memory: usual.Memory, rules: f.rules(), named: f.named,
	}
	for _, w := range f.words {
		p.Options = append(p.Options, Option{w.name, w.explain, f.switches(w)})
	}
	return p
}

// make is the rule of r, named by its difference from a preset.
func (f *family[R]) make(preset, r R) Rule {
	rule := f.rule(r, f.preset(preset, r))
	rule.made = &made[R]{f, preset, r}
	return rule
}

// of is the rule of r without a preset's name.
func (f *family[R]) of(r R) Rule {
	rule := f.rule(r, "")
	rule.made = &made[R]{f, f.nearest(r), r}
	return rule
}

// nearest is the preset from which r differs in the fewest constants and in
// nothing else.
func (f *family[R]) nearest(r R) R {
	plain := f.plain(r)
	best := plain
	for _, w := range f.words {
		preset := plain
		w.set(&preset)
		if f.plain(preset) == plain && f.differences(preset, r) < f.differences(best, r) {
			best = preset
		}
	}
	return best
}

// plain is r with the constants of the rule without a word: its options alone.
func (f *family[R]) plain(r R) R {
	for _, c := range f.constants {
		*c.of(&r) = *c.of(&f.zero)
	}
	return r
}

// switches says that a word is more than a set of constants.
func (f *family[R]) switches(w word[R]) bool {
	r := f.zero
	w.set(&r)
	return f.plain(r) != f.plain(f.zero)
}

// differences is in how many constants two rules differ.
func (f *family[R]) differences(a, b R) (n int) {
	for _, c := range f.constants {
		if *c.of(&a) != *c.of(&b) {
			n++
		}
	}
	return n
}

// named is the rule of a preset with constants.
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
			i := slices.IndexFunc(f.words, func(w word[R]) bool { return strings.EqualFold(w.name, item) })
			if i < 0 {
				return Rule{}, f.unknownWord(item)
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
	constants, err := parseConstants(values)
	if err != nil {
		return Rule{}, err
	}
	return f.with(preset, preset, constants)
}

func (f *family[R]) unknownWord(name string) error {
	var known []string
	for _, w := range f.words {
		known = append(known, f.name+"/"+w.name)
	}
	for _, c := range f.constants {
		known = append(known, f.name+"/"+c.name+"=N")
	}
	return spec.UnknownName("reading or preset", f.name+"/"+name, known)
}

// parseConstants reads items such as "cap=8", each name once.
func parseConstants(items []string) (map[string]uint64, error) {
	constants := map[string]uint64{}
	for _, item := range items {
		name, value, _ := strings.Cut(item, "=")
		name = strings.ToLower(name)
		n, err := u64.Parse[uint64](value)
		if _, twice := constants[name]; err != nil || twice {
			return nil, fmt.Errorf("%w: %s: not a number of 64 bits, or a second one", spec.ErrInput, item)
		}
		constants[name] = n
	}
	return constants, nil
}

// with is the rule of r with some constants replaced.
func (f *family[R]) with(preset, r R, constants map[string]uint64) (Rule, error) {
	for _, name := range slices.Sorted(maps.Keys(constants)) {
		i := slices.IndexFunc(f.constants, func(c constant[R]) bool { return c.name == name })
		if i < 0 {
			return Rule{}, f.unknownConstant(name)
		}
		*f.constants[i].of(&r) = constants[name]
	}
	rule := f.make(preset, r)
	if err := usable(&rule); err != nil {
		return Rule{}, err
	}
	return rule, nil
}

func (f *family[R]) unknownConstant(name string) error {
	var known []string
	for _, c := range f.constants {
		known = append(known, c.name)
	}
	return spec.UnknownName("constant", name, known)
}

// holds says that a word would change nothing.
func holds[R comparable](w word[R], r R) bool {
	changed := r
	w.set(&changed)
	return changed == r
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

// usable steps a rule over a calm slot and one with an increment more offline: no
// chain could use a rule that fails there.
func usable(rule *Rule) error {
	const offline, total = spec.ETH << 15, spec.ETH << 25
	calm, err := spec.ObsOfOffline(offline, total, 32)
	if err != nil {
		return err
	}
	more, err := spec.ObsOfOffline(offline+spec.EffectiveBalanceIncrement, total, 32)
	if err != nil {
		return err
	}
	var m Memory
	if rule.Start != nil {
		m = rule.Start(&calm)
	}
	if _, m, err = rule.Step(m, &calm); err != nil {
		return err
	}
	_, _, err = rule.Step(m, &more)
	return err
}
