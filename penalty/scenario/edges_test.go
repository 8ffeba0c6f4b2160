package scenario_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/scenario"
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
			"CheckParams": scenario.CheckParams,
			"Advantage":   scenario.Advantage, "AdvantageChange": scenario.AdvantageChange, "Attack.Griefing": scenario.Attack.Griefing,
			"BreakEven": scenario.BreakEven, "ByShare": scenario.ByShare, "Cheapest": cheapest, "CohortLoss": scenario.CohortLoss,
			"Curve.String": scenario.Curve.String, "Cycle": scenario.Cycle, "Declared": scenario.Declared,
			"Economics.Epoch": scenario.Economics.Epoch, "Economics.IssuancePerYear": scenario.Economics.IssuancePerYear,
			"Economics.PerIncrement": scenario.Economics.PerIncrement, "Economics.USD": scenario.Economics.USD, "EmptyBlocks": scenario.EmptyBlocks,
			"EpochValues.DaysToRecoup": scenario.EpochValues.DaysToRecoup, "EpochValues.StatusQuo": scenario.EpochValues.StatusQuo,
			"ExactLeak": scenario.ExactLeak, "FinalityLoss": scenario.FinalityLoss, "FloatFactorSum": scenario.FloatFactorSum, "Grid": scenario.Grid,
			"GroupLoss.Per32": (*scenario.GroupLoss).Per32, "GroupLoss.Total": (*scenario.GroupLoss).Total, "Groups": scenario.Groups,
			"Headline": scenario.Headline, "JoinOutage": scenario.JoinOutage, "Layer.String": scenario.Layer.String, "LossPer32": scenario.LossPer32,
			"MeanInterval": scenario.MeanInterval, "MutedDays": scenario.MutedDays, "Operator.Stake": (*scenario.Operator).Stake,
			"OutageLoss": scenario.OutageLoss, "PPM.Float": scenario.PPM.Float, "PaidPer32": scenario.PaidPer32, "ParseCurve": scenario.ParseCurve,
			"ParseLayer": scenario.ParseLayer, "PhaseLosses": scenario.PhaseLosses, "Preset": scenario.Preset, "Presets": scenario.Presets,
			"RaiseAverage": scenario.RaiseAverage, "Repeat": scenario.Repeat, "Run": scenario.Run,
			"RunResult.ByGroup": (*scenario.RunResult).ByGroup, "RunResult.Lost": (*scenario.RunResult).Lost,
			"Scenario.Validate": (*scenario.Scenario).Validate, "Series.AverageFactor": (*scenario.Series).AverageFactor,
			"ShareOfPrincipal": scenario.ShareOfPrincipal, "SimplifiedLeak": scenario.SimplifiedLeak, "Split": scenario.Split,
			"Stake": scenario.Stake, "Sweep": scenario.Sweep, "Tuned": scenario.Tuned, "Untriggered": scenario.Untriggered,
			"ValidatePopulation": scenario.ValidatePopulation, "Validators": scenario.Validators, "Withhold": scenario.Withhold,
		},
		Samples: []any{edgeRule, edgeScenario, edgeRuns, edgeShare, edgeEconomics},
	}
	edges.Test(t)
}

// cheapest looks at few points: a whole box may take longer than a call should.
func cheapest(e scenario.Economics, rule penalty.Rule, box scenario.Box, workers int, told scenario.Progress) ([]scenario.Found, error) {
	for _, n := range box.Epochs {
		if n > 100 && n <= scenario.MaxEpochs {
			return nil, nil
		}
	}
	return scenario.Cheapest(e, rule, box, workers, told)
}

func edgeRule(rng *rand.Rand) penalty.Rule {
	rules := penalty.Rules()
	return rules[rng.IntN(len(rules))]
}

func edgeShare(rng *rand.Rand) scenario.PPM { return scenario.PPM(rng.Uint64N(1_100_000)) }

func edgeEconomics(*rand.Rand) scenario.Economics { return scenario.DefaultEconomics }

// edgeScenario is valid, but for one value now and then.
func edgeScenario(rng *rand.Rand) *scenario.Scenario {
	s := blackout()
	s.Epochs, s.Warmup, s.Runs = 3, 1, 1+rng.Uint64N(2)
	switch rng.IntN(10) {
	case 0:
		s.Epochs, s.Runs = rng.Uint64(), 1
	case 1:
		s.Runs = rng.Uint64()
	case 2:
		s.Population[0].Validators = rng.Uint64() >> rng.IntN(64)
	case 3:
		s.Economics.TotalActive = spec.Gwei(rng.Uint64())
	case 4:
		s.Mechanisms = append(s.Mechanisms, scenario.Mechanism{Label: "none"})
	case 5:
		s.Outages[0].Duration, s.Outages[0].Start = rng.Uint64(), rng.Uint64()
	case 6:
		s.Faults = append(s.Faults, scenario.Fault{Layer: scenario.Layer(rng.IntN(256)), PerDay: rng.Uint64(), Duration: rng.Uint64()})
	case 7:
		s.Misses = append(s.Misses, scenario.Miss{Offline: rng.Uint64(), Target: rng.Uint64(), Head: rng.Uint64()})
	case 8:
		s.Population = nil
	}
	return s
}

// edgeRuns are of one scenario, of several, or not there.
func edgeRuns(rng *rand.Rand) (runs []*scenario.RunResult) {
	for range rng.IntN(4) {
		r, _ := scenario.Run(edgeScenario(rng), 1, 0)
		runs = append(runs, r)
	}
	if rng.IntN(3) == 0 {
		runs = append(runs, &scenario.RunResult{Groups: []string{"a", "small"}, Mechanisms: make([]scenario.MechanismResult, 2)})
	}
	return runs
}
