package scenario

import "github.com/stakesim/stakesim/penalty"

// Tuned is a mechanism by name with some of its constants replaced: see
// [penalty.RuleNamed] and [penalty.Rule.With] for the names and the errors.
func Tuned(name string, constants map[string]uint64) (penalty.Rule, error) {
	rule, err := penalty.RuleNamed(name)
	if err != nil {
		return rule, err
	}
	return rule.With(constants)
}
