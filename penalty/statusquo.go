package penalty

import "github.com/stakesim/stakesim/spec"

// statusQuo has no constants.
type statusQuo struct{}

var statusQuoFamily = family[statusQuo]{
	name:    "status-quo",
	explain: "today's penalties: factor one everywhere, no memory",
	source:  "consensus-specs a08d8a6",
	rule: func(_ statusQuo, preset string) Rule {
		return Rule{
			Name: "status-quo", Preset: preset,
			Step: func(m Memory, _ *spec.SlotObs) (Factors, Memory, error) { return Unscaled, m, nil },
		}
	},
}

// StatusQuo is the rule of the chain today: factor one everywhere, no memory.
func StatusQuo() Rule { return statusQuoFamily.of(statusQuo{}) }
