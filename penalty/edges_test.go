package penalty_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stakesim/stakesim/penalty"
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
			"Factor.Float": penalty.Factor.Float, "Factor.Penalty": penalty.Factor.Penalty, "Factors.Of": penalty.Factors.Of,
			"ForkSeed": penalty.ForkSeed, "ForkSeedUnflagged": penalty.ForkSeedUnflagged, "Integer": penalty.Integer,
			"MeanOffline": penalty.MeanOffline, "NetExcess2024.Rule": penalty.NetExcess2024.Rule,
			"NetExcess2024.Step": penalty.NetExcess2024.Step, "NetExcessPerFlag.Rule": penalty.NetExcessPerFlag.Rule,
			"NetExcessPerFlag.Step": penalty.NetExcessPerFlag.Step, "Families": penalty.Families, "Family.Rules": (*penalty.Family).Rules, "Memory.Window": (*penalty.Memory).Window,
			"Rule.SetWord": (*penalty.Rule).SetWord, "Rule.Validate": (*penalty.Rule).Validate, "Rule.Word": (*penalty.Rule).Word,
			"Window.Memory": (*penalty.Window).Memory, "Rule.Constants": penalty.Rule.Constants,
			"Constant.Key": penalty.Constant.Key, "Option.Key": penalty.Option.Key, "Rule.Values": penalty.Rule.Values, "RuleOf": penalty.RuleOf,
			"Rule.FullName": (*penalty.Rule).FullName, "Rule.Penalties": (*penalty.Rule).Penalties, "Rule.Settled": (*penalty.Rule).Settled, "Rule.With": penalty.Rule.With,
			"RuleNamed": penalty.RuleNamed, "Rules": penalty.Rules, "Scope.Of": penalty.Scope.Of,
			"SlotRelative.Rule": penalty.SlotRelative.Rule, "SlotRelative.Step": penalty.SlotRelative.Step,
			"Smoothed2026.Rule": penalty.Smoothed2026.Rule, "Smoothed2026.SeedFloor": penalty.Smoothed2026.SeedFloor,
			"Smoothed2026.Step": penalty.Smoothed2026.Step, "StatusQuo": penalty.StatusQuo, "Walk": penalty.Walk,
		},
		Samples: []any{edgeRule, edgeRulePointer},
	}
	edges.Test(t)
}

func edgeRule(rng *rand.Rand) penalty.Rule {
	rules := penalty.Rules()
	return rules[rng.IntN(len(rules))]
}

func edgeRulePointer(rng *rand.Rand) *penalty.Rule {
	r := edgeRule(rng)
	return &r
}
