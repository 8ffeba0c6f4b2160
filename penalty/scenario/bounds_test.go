package scenario_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/scenario"
	"github.com/stakesim/stakesim/spec"
)

// A population may have every balance from 32 to 2048 ETH: more than a byte numbers.
func TestEveryBalanceIsChargedByItsOwnBaseReward(t *testing.T) {
	s := blackout()
	s.Epochs, s.Runs, s.Population = 1, 1, nil
	const balances = 300
	for i := range balances {
		s.Population = append(s.Population, scenario.Operator{
			Name: fmt.Sprint("operator-", i), Group: "small", Count: 1, Validators: 1,
			Balance: spec.Gwei(32+i) * spec.ETH, Sites: 1, Machines: 1,
		})
	}
	s.Outages = []scenario.Outage{{Duration: 1, Group: "small"}}
	r, err := scenario.Run(s, 1, 0)
	require.NoError(t, err)
	for i := range balances {
		base := spec.Gwei(32+i) * 317 // at 40.7 million ETH
		require.Equal(t, base*14/64+base*26/64, r.Mechanisms[0].Paid[i], "%d ETH", 32+i)
	}
}

// Constants may be any; what an operator loses under them may not leave 64 bits.
func TestLossesAbove64BitsAreAnError(t *testing.T) {
	s := blackout()
	rule, err := penalty.RuleNamed("smoothed-2026/slope=1000000,cap=18446744073709551615")
	require.NoError(t, err)
	s.Mechanisms[1].Rule = rule
	_, err = scenario.Run(s, 1, 0)
	require.NoError(t, err)
	s.Population = []scenario.Operator{{Name: "all", Group: "small", Count: 1, Validators: 1 << 22, Balance: 32 * spec.ETH, Sites: 1, Machines: 1}}
	s.Outages[0].Duration, s.Epochs = 40, 50
	s.Economics.TotalActive = 32 * spec.ETH // a base reward of 11.3 ETH
	_, err = scenario.Run(s, 1, 0)
	require.ErrorIs(t, err, spec.ErrOverflow)
}

// Sizes from outside are refused before anything is computed or allocated.
func TestDaysSlotsAndSharesHaveBounds(t *testing.T) {
	e, rule := scenario.DefaultEconomics, penalty.SmoothedE3
	const most = 1<<64 - 1
	for name, f := range map[string]func() error{
		"days":                        func() error { _, err := scenario.CohortLoss(e, rule, 10, 1<<30); return err },
		"days of lost finality":       func() error { _, err := scenario.FinalityLoss(e, 400, 1<<30); return err },
		"a cohort that wraps":         func() error { _, err := scenario.CohortLoss(e, rule, most, 1); return err },
		"a lost third that wraps":     func() error { _, err := scenario.FinalityLoss(e, most, 1); return err },
		"slots":                       func() error { _, err := scenario.Cycle(e, rule.Rule(), 1, scenario.MaxEpochs+1); return err },
		"shares that wrap":            func() error { _, err := scenario.JoinOutage(e, rule.Rule(), most-2999, 100, 1); return err },
		"a withheld share that wraps": func() error { _, err := scenario.Withhold(e, rule.Rule(), most-2999, 1); return err },
		"a cohort above the stake":    func() error { _, err := scenario.MutedDays(e, rule, scenario.Whole); return err },
		"epochs of empty blocks":      func() error { _, err := scenario.EmptyBlocks(e, 1, most); return err },
		"epochs of all phases": func() error {
			_, err := scenario.PhaseLosses(e, rule.Rule(), 0, []scenario.Phase{{Epochs: 1}, {Epochs: scenario.MaxEpochs}})
			return err
		},
		"epochs of a box": func() error {
			one := []scenario.PPM{1}
			_, err := scenario.Cheapest(e, rule.Rule(), scenario.Box{Attacker: one, Victims: one, Epochs: []uint64{1 << 18, 1 << 18, 1}}, 1, nil)
			return err
		},
		"a scenario that is none": func() error { _, err := scenario.Sweep([]*scenario.Scenario{nil}, 1, 1, nil); return err },
	} {
		require.ErrorIs(t, f(), spec.ErrInput, name)
	}
}
