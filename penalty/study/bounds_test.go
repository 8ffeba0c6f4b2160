package study_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/scenario"
	"github.com/stakesim/stakesim/penalty/study"
	"github.com/stakesim/stakesim/spec"
)

// Sizes from outside are refused before anything is computed or allocated.
func TestDaysSlotsAndSharesHaveBounds(t *testing.T) {
	e, rule := scenario.DefaultEconomics, penalty.SmoothedE3
	const most = 1<<64 - 1
	for name, f := range map[string]func() error{
		"days":                        func() error { _, err := study.CohortLoss(e, rule, 10, 1<<30); return err },
		"days of lost finality":       func() error { _, err := study.FinalityLoss(e, 400, 1<<30); return err },
		"a cohort that wraps":         func() error { _, err := study.CohortLoss(e, rule, most, 1); return err },
		"a lost third that wraps":     func() error { _, err := study.FinalityLoss(e, most, 1); return err },
		"slots":                       func() error { _, err := study.Cycle(e, rule.Rule(), 1, scenario.MaxEpochs+1); return err },
		"shares that wrap":            func() error { _, err := study.JoinOutage(e, rule.Rule(), most-2999, 100, 1); return err },
		"a withheld share that wraps": func() error { _, err := study.Withhold(e, rule.Rule(), most-2999, 1); return err },
		"a cohort above the stake":    func() error { _, err := study.MutedDays(e, rule, scenario.Whole); return err },
		"epochs of empty blocks":      func() error { _, err := study.EmptyBlocks(e, 1, most); return err },
		"epochs of all phases": func() error {
			_, err := study.PhaseLosses(e, rule.Rule(), 0, []study.Phase{{Epochs: 1}, {Epochs: scenario.MaxEpochs}})
			return err
		},
		"epochs of a box": func() error {
			one := []scenario.PPM{1}
			_, err := study.Cheapest(e, rule.Rule(), study.Box{Attacker: one, Victims: one, Epochs: []uint64{1 << 18, 1 << 18, 1}}, 1, nil)
			return err
		},
	} {
		require.ErrorIs(t, f(), spec.ErrInput, name)
	}
}
