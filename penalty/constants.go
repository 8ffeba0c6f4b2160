package penalty

import (
	"fmt"

	"github.com/stakesim/stakesim/spec"
)

// Constant is one number of a mechanism, by the name that it has everywhere.
type Constant struct {
	Name    string // "cap"
	Spec    string // "MAX_PENALTY_FACTOR"; empty where the proposal has no name
	Explain string // what it is, with its unit
	Value   uint64
}

// maker is what a rule was made of, from which it can be made anew.
type maker interface {
	constants() []Constant
	values() map[string]uint64
	with(map[string]uint64) (Rule, error)
}

// made is a rule of a family: its values and the preset that names it.
type made[R comparable] struct {
	family    *family[R]
	preset, r R
}

func (m *made[R]) constants() []Constant {
	constants := make([]Constant, len(m.family.constants))
	for i, c := range m.family.constants {
		r := m.r
		constants[i] = Constant{Name: c.name, Spec: c.spec, Explain: c.explain, Value: *c.of(&r)}
	}
	return constants
}

func (m *made[R]) values() map[string]uint64 {
	values := make(map[string]uint64, len(m.family.constants)+len(m.family.words))
	for _, c := range m.constants() {
		values[c.Key()] = c.Value
	}
	for _, w := range m.family.words {
		if !m.family.switches(w) {
			continue
		}
		values[key(w.name)] = 0
		if holds(w, m.r) {
			values[key(w.name)] = 1
		}
	}
	return values
}

func (m *made[R]) with(constants map[string]uint64) (Rule, error) {
	return m.family.with(m.preset, m.r, constants)
}

// Constants are the numbers of the rule that [Rule.With] replaces, in the order of
// its name (see [RuleNamed]); nil for a rule without any, such as a caller's own.
func (r Rule) Constants() []Constant {
	if r.made == nil {
		return nil
	}
	return r.made.constants()
}

// With is the rule with some of its constants replaced, by the names of
// [Rule.Constants]; everything else is as this package made the rule. Its name has
// what differs from the preset, so that [RuleNamed] finds it again. An unknown
// name gives an error wrapping [spec.ErrUnknown] that lists what there is and
// suggests the nearest, a constant that no chain can use gives [spec.ErrInput] or
// [spec.ErrOverflow].
func (r Rule) With(constants map[string]uint64) (Rule, error) {
	if len(constants) == 0 {
		return r, nil
	}
	if r.made == nil {
		for name := range constants {
			return Rule{}, fmt.Errorf("%s: %w", r.FullName(), spec.UnknownName("constant", name, nil))
		}
	}
	rule, err := r.made.with(constants)
	if err != nil {
		return Rule{}, fmt.Errorf("%s: %w", r.FullName(), err)
	}
	return rule, nil
}
