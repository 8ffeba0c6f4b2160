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

func TestAScenarioThatIsNoneIsRefused(t *testing.T) {
	_, err := scenario.Sweep([]*scenario.Scenario{nil}, 1, 1, nil)
	require.ErrorIs(t, err, spec.ErrInput)
}
