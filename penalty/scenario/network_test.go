package scenario_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/penalty/scenario"
	"github.com/stakesim/stakesim/spec"
)

func TestANetworkWithOtherConstantsIsRefusedByItsName(t *testing.T) {
	for network, says := range map[string]string{
		"mainnet": "", "sepolia": "", "holesky": "", "hoodi": "",
		"gnosis": "SLOTS_PER_EPOCH: invalid input: 16 on gnosis", "chiado": "16 on chiado", "minimal": "8 on minimal",
	} {
		n, err := spec.NetworkNamed(network)
		require.NoError(t, err)
		p, err := n.Params(spec.Electra)
		require.NoError(t, err)
		if err = scenario.CheckParams(&p); says == "" {
			require.NoError(t, err, network)
			continue
		}
		require.ErrorIs(t, err, spec.ErrInput)
		require.ErrorContains(t, err, says)
	}
	for key, value := range map[string]string{
		"BASE_REWARD_FACTOR": "25", "SECONDS_PER_SLOT": "6", "INACTIVITY_SCORE_BIAS": "5", "INACTIVITY_PENALTY_QUOTIENT_BELLATRIX": "9",
		"MIN_EPOCHS_TO_INACTIVITY_PENALTY": "5", "HYSTERESIS_QUOTIENT": "5", "MAX_EFFECTIVE_BALANCE_ELECTRA": "64000000000", "MIN_ACTIVATION_BALANCE": "1000000000",
		"INACTIVITY_SCORE_RECOVERY_RATE": "1", "HYSTERESIS_DOWNWARD_MULTIPLIER": "2", "HYSTERESIS_UPWARD_MULTIPLIER": "4",
	} {
		n, err := spec.NewNetwork("devnet-1", "mainnet")
		require.NoError(t, err)
		_, err = n.Set(key, value)
		require.NoError(t, err)
		p, err := n.Params(spec.Electra)
		require.NoError(t, err)
		require.ErrorContains(t, scenario.CheckParams(&p), "on devnet-1", key)
	}
}

func ExampleCheckParams() {
	gnosis, err := spec.ParamsFor(spec.Gnosis, spec.Electra)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(scenario.CheckParams(&gnosis))
	// Output: SLOTS_PER_EPOCH: invalid input: 16 on gnosis; scenarios are computed with 32
}

func ExampleParams() {
	p, err := scenario.Params()
	fmt.Println(p.Network, p.Fork, p.SlotsPerEpoch, err)
	// Output: mainnet electra 32 <nil>
}
