package penalty

import "github.com/stakesim/stakesim/spec"

// StatusQuo is the rule of the chain today: factor one everywhere, no memory.
func StatusQuo() Rule {
	return Rule{
		Name: "status-quo",
		Step: func(m Memory, _ *spec.SlotObs) (Factors, Memory, error) { return Unscaled, m, nil },
	}
}
