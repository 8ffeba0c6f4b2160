package backtest_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/backtest"
	"github.com/stakesim/stakesim/spec"
)

func TestANetworkWithOtherEpochsIsRefusedByItsName(t *testing.T) {
	p, err := backtest.NewPopulation(&backtest.Labels{Names: []string{"a"}, Of: []int32{0}, Duty: []uint64{1}}, 0, 1)
	require.NoError(t, err)
	for network, slots := range map[string]int{"gnosis": 16, "chiado": 16, "minimal": 8} {
		n, err := spec.NetworkNamed(network)
		require.NoError(t, err)
		params, err := n.Params(spec.Electra)
		require.NoError(t, err)
		_, err = backtest.NewStudy(p, backtest.Options{Rules: []penalty.Rule{penalty.StatusQuo()}, Params: &params})
		require.ErrorIs(t, err, spec.ErrInput)
		require.ErrorContains(t, err, fmt.Sprintf("SLOTS_PER_EPOCH: invalid input: %d on %s", slots, network))
	}
	for _, network := range []string{"mainnet", "sepolia", "holesky", "hoodi"} {
		n, err := spec.NetworkNamed(network)
		require.NoError(t, err)
		params, err := n.Params(spec.Electra)
		require.NoError(t, err)
		_, err = backtest.NewStudy(p, backtest.Options{Rules: []penalty.Rule{penalty.StatusQuo()}, Params: &params})
		require.NoError(t, err, network)
	}
}

func ExampleCheckParams() {
	gnosis, err := spec.ParamsFor(spec.Gnosis, spec.Electra)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(backtest.CheckParams(&gnosis))
	// Output: SLOTS_PER_EPOCH: invalid input: 16 on gnosis; the back-test takes epochs of 32 slots
}
