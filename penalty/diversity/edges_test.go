package diversity_test

import (
	"testing"

	"github.com/stakesim/stakesim/penalty/diversity"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/budget"
)

// TestNoExportedFunctionPanicsOnEdgeValues calls every exported function with nil,
// zero, the largest numbers and columns of any lengths: two seconds and 256 MiB for
// each call.
func TestNoExportedFunctionPanicsOnEdgeValues(t *testing.T) {
	edges := budget.Edges{
		Dir: ".", Kinds: []error{spec.ErrInput, spec.ErrOverflow, spec.ErrUnknown},
		Functions: map[string]any{
			"ByLineage": diversity.ByLineage, "DefaultDiversity": diversity.DefaultDiversity, "Diversity.Move": (*diversity.Diversity).Move,
			"Diversity.Multipliers": (*diversity.Diversity).Multipliers, "Diversity.Validate": (*diversity.Diversity).Validate,
			"Multiplier.Float": diversity.Multiplier.Float, "Multiplier.Pay": diversity.Multiplier.Pay, "Shape.String": diversity.Shape.String,
		},
	}
	edges.Test(t)
}
