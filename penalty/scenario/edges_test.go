package scenario_test

import (
	"math/rand/v2"
	"testing"

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
			"Advantage": scenario.Advantage, "AdvantageChange": scenario.AdvantageChange, "CheckParams": scenario.CheckParams,
			"Curve.String": scenario.Curve.String, "Economics.Epoch": scenario.Economics.Epoch,
			"Economics.IssuancePerYear": scenario.Economics.IssuancePerYear, "Economics.PerIncrement": scenario.Economics.PerIncrement,
			"Economics.USD": scenario.Economics.USD, "EpochValues.DaysToRecoup": scenario.EpochValues.DaysToRecoup,
			"EpochValues.StatusQuo": scenario.EpochValues.StatusQuo, "Grid": scenario.Grid, "GroupLoss.Per32": (*scenario.GroupLoss).Per32,
			"GroupLoss.Total": (*scenario.GroupLoss).Total, "Groups": scenario.Groups, "Layer.String": scenario.Layer.String,
			"LossPer32": scenario.LossPer32, "MeanInterval": scenario.MeanInterval, "Operator.Stake": (*scenario.Operator).Stake,
			"PPM.Float": scenario.PPM.Float, "PaidPer32": scenario.PaidPer32, "Params": scenario.Params, "ParseCurve": scenario.ParseCurve,
			"ParseLayer": scenario.ParseLayer, "Preset": scenario.Preset, "Presets": scenario.Presets, "Repeat": scenario.Repeat,
			"Run": scenario.Run, "RunResult.ByGroup": (*scenario.RunResult).ByGroup, "RunResult.Lost": (*scenario.RunResult).Lost,
			"Scenario.Validate": (*scenario.Scenario).Validate, "Series.AverageFactor": (*scenario.Series).AverageFactor,
			"ShareOfPrincipal": scenario.ShareOfPrincipal, "Stake": scenario.Stake, "Sweep": scenario.Sweep, "Tuned": scenario.Tuned,
			"ValidatePopulation": scenario.ValidatePopulation, "Validators": scenario.Validators,
		},
		Samples: []any{edgeScenario, edgeRuns, edgeEconomics},
	}
	edges.Test(t)
}

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
