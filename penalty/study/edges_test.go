package study_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/scenario"
	"github.com/stakesim/stakesim/penalty/study"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/budget"
)

// TestNoExportedFunctionPanicsOnEdgeValues calls every exported function with nil,
// zero, the largest numbers and columns of any lengths: two seconds and 256 MiB for
// each call.
func TestNoExportedFunctionPanicsOnEdgeValues(t *testing.T) {
	edges := budget.Edges{
		Dir: ".", Calls: 120, Kinds: []error{spec.ErrInput, spec.ErrOverflow, spec.ErrUnknown},
		Functions: map[string]any{
			"Attack.Griefing": study.Attack.Griefing, "BreakEven": study.BreakEven, "ByShare": study.ByShare, "Cheapest": cheapest,
			"CohortLoss": study.CohortLoss, "Cycle": study.Cycle, "Declared": study.Declared, "EmptyBlocks": study.EmptyBlocks,
			"ExactLeak": study.ExactLeak, "FinalityLoss": study.FinalityLoss, "FloatFactorSum": study.FloatFactorSum,
			"Headline": study.Headline, "JoinOutage": study.JoinOutage, "MutedDays": study.MutedDays, "OutageLoss": study.OutageLoss,
			"PhaseLosses": study.PhaseLosses, "RaiseAverage": study.RaiseAverage, "SimplifiedLeak": study.SimplifiedLeak,
			"Split": study.Split, "Untriggered": study.Untriggered, "Withhold": study.Withhold,
		},
		Samples: []any{edgeRule, edgeShare, edgeEconomics},
	}
	edges.Test(t)
}

// cheapest looks at few points: a whole box may take longer than a call should. It has
// one worker, because the rules made at random draw from one source of numbers.
func cheapest(e scenario.Economics, rule penalty.Rule, box study.Box, workers int, told scenario.Progress) ([]study.Found, error) {
	for _, n := range box.Epochs {
		if n > 100 && n <= scenario.MaxEpochs {
			return nil, nil
		}
	}
	return study.Cheapest(e, rule, box, min(workers, 1), told)
}

func edgeRule(rng *rand.Rand) penalty.Rule {
	rules := penalty.Rules()
	return rules[rng.IntN(len(rules))]
}

func edgeShare(rng *rand.Rand) scenario.PPM { return scenario.PPM(rng.Uint64N(1_100_000)) }

func edgeEconomics(*rand.Rand) scenario.Economics { return scenario.DefaultEconomics }
