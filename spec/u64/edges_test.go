package u64_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/spec/budget"
	"github.com/stakesim/stakesim/spec/u64"
)

// TestNoExportedFunctionPanicsOnEdgeValues calls every function with numbers at
// their ends and columns of any lengths.
func TestNoExportedFunctionPanicsOnEdgeValues(t *testing.T) {
	edges := budget.Edges{Dir: ".", Functions: map[string]any{
		"Add": u64.Add[uint64], "Apportion": u64.Apportion[uint64], "Mul": u64.Mul[uint64], "MulDiv": u64.MulDiv[uint64],
		"MulDivCeil": u64.MulDivCeil[uint64], "Parse": u64.Parse[uint64], "ParseScaled": u64.ParseScaled[uint64], "Product": u64.Product[uint64], "Sqrt": u64.Sqrt[uint64], "Sub": u64.Sub[uint64],
		"SubSat": u64.SubSat[uint64],
		// of values that are there: a nil integer is a mistake that no input makes
		"Wide.Div": func(w u64.Wide, x uint64) { w.Div(x) }, "Wide.Less": func(w, o u64.Wide) bool { return w.Less(&o) },
		"Wide.Mul": func(w u64.Wide, x uint64) { w.Mul(x) },
	}}
	edges.Test(t)
}

func TestApportionPlacesNothingInAColumnOfAnotherLength(t *testing.T) {
	parts := []uint64{1, 2}
	require.EqualValues(t, 9, u64.Apportion(parts, 9, []uint64{1, 1, 1}))
	require.Equal(t, []uint64{1, 2}, parts)
}
