package penalty

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/stakesim/stakesim/spec"
)

// Key is the name of the constant in files: the specification's, and where that has none
// the constant's own in capitals.
func (c Constant) Key() string {
	if c.Spec != "" {
		return c.Spec
	}
	return key(c.Name)
}

// Key is the name of the option in files: its own in capitals, with underscores.
func (o Option) Key() string { return key(o.Name) }

func key(name string) string { return strings.ToUpper(strings.ReplaceAll(name, "-", "_")) }

// Values are the numbers that tell a rule from the others of its mechanism, by the names
// that they have in files ([Constant.Key], [Option.Key]): the constants, and 1 or 0 for
// each option that is more than a set of constants. [RuleOf] is the inverse. A caller's
// own rule has none: nil.
func (r Rule) Values() map[string]uint64 {
	if r.made == nil {
		return nil
	}
	return r.made.values()
}

// RuleOf makes a rule of a mechanism from the values that [Rule.Values] gives. Whatever
// the specification has no name for may be left out and is then as in the usual rule; an
// option that is left out is off. An unknown mechanism or name gives [spec.ErrUnknown],
// a constant that is missing or that no chain can use, and options that contradict each
// other, [spec.ErrInput].
func RuleOf(mechanism string, values map[string]uint64) (Rule, error) {
	families := Families()
	i := slices.IndexFunc(families, func(f Family) bool { return f.Name == mechanism })
	if i < 0 {
		return Rule{}, spec.At("mechanism", -1, unknownFamily(mechanism, families))
	}
	f := &families[i]
	known, constants := make([]string, 0, len(values)), map[string]uint64{}
	for _, c := range f.Constants {
		known = append(known, c.Key())
		if v, ok := values[c.Key()]; ok {
			constants[c.Name] = v
		} else if c.Spec != "" {
			return Rule{}, spec.Atf("constants."+c.Key(), -1, spec.ErrInput, "%s needs it", f.Name)
		}
	}
	var words []string
	for _, o := range f.Options {
		if !o.Switch {
			continue
		}
		known = append(known, o.Key())
		switch v := values[o.Key()]; v {
		case 0:
		case 1:
			words = append(words, o.Name)
		default:
			return Rule{}, spec.Atf("constants."+o.Key(), -1, spec.ErrInput, "%d, at most 1", v)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if !slices.Contains(known, name) {
			return Rule{}, spec.At("constants."+name, -1, spec.UnknownName("constant of "+f.Name, name, known))
		}
	}
	rule, err := f.named(strings.Join(words, ","))
	if err == nil {
		rule, err = rule.With(constants)
	}
	if err != nil {
		return Rule{}, fmt.Errorf("constants: %w", err)
	}
	return rule, nil
}

func unknownFamily(name string, families []Family) error {
	names := make([]string, len(families))
	for i, f := range families {
		names[i] = f.Name
	}
	return spec.UnknownName("mechanism", name, names)
}
