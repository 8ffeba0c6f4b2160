package ref_test

import (
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/penalty/ref"
	"github.com/stakesim/stakesim/spec"
)

const (
	base        = 10144            // Gwei an epoch, 32 ETH at 40.7M ETH staked
	forgone     = 8559             // Gwei, ideal attestation reward
	sourceLoss  = 2219             // Gwei
	targetLoss  = 4121             // Gwei, at factor 1
	dayEpochs   = 225              // epochs
	daySlots    = 32 * dayEpochs   // slots
	dollarsEach = 1840. / 1e9      // dollars per Gwei
	fullIncome  = base * 121 / 1e2 // Gwei an epoch, with execution income
)

func TestAThirtyTwoETHValidatorAt407MEarnsAndLosesWhatTheFiguresSay(t *testing.T) {
	s := withTotal(40_700_000 * spec.ETH)
	r := s.Registry
	r.EffectiveBalance[0], r.Balance[0], r.ActivationEpoch[0] = 32*spec.ETH, 32*spec.ETH, 0
	r.EffectiveBalance[1], r.PreviousFlags[1] = 32*spec.ETH, 0
	last := r.Len() - 1
	r.EffectiveBalance[last] += 2 * 2016 * spec.ETH // the total again
	requireNumber(t, 317, must(ref.GetBaseRewardPerIncrement(s))(t))
	requireNumber(t, base, must(ref.GetBaseReward(s, 0))(t))

	// All but one online: the participating increments round below a full share.
	r.PreviousFlags[1] = spec.AllFlags
	ideal := new(big.Int)
	for _, d := range must(ref.GetDeltas(s, ref.Factors{}))(t) {
		ideal.Add(ideal, d.Rewards[0])
	}
	requireNumber(t, forgone, ideal)

	r.PreviousFlags[0] = 0
	all := must(ref.GetDeltas(s, ref.Factors{}))(t)
	requireNumber(t, sourceLoss, all[0].Penalties[0])
	requireNumber(t, targetLoss, all[1].Penalties[0])
	requireNumber(t, 0, all[2].Penalties[0])
	require.Equal(t, 6340, sourceLoss+targetLoss)
	require.InDelta(t, 12274.24, fullIncome, 1e-9)
}

// cohortDay is the loss in dollars of 32 ETH that fail for 24 hours with a
// cohort of so many permille, 3 permille being offline anyway, in the integer
// model and in the published float model.
func cohortDay(t *testing.T, rule ref.Smoothed, permille uint64) (integer, published float64) {
	t.Helper()
	reference := uint64(40_700_000 * spec.ETH / 32)
	o, s := gwei(reference*(3+permille)/1000), gwei(reference*3/1000)
	sum, floatSum, average := 0., 0., 0.003
	for range daySlots {
		var f *big.Rat
		var err error
		f, s, err = rule.Step(s, o, gwei(reference))
		require.NoError(t, err)
		sum += float(f)
		offline := 0.003 + float64(permille)/1000
		floatSum += math.Min(1+float64(rule.Slope)*(offline-average), float64(rule.Cap))
		average += (offline - average) / float64(rule.Window)
	}
	loss := func(sum float64) float64 {
		return ((forgone+sourceLoss)*dayEpochs + targetLoss*sum/32) * dollarsEach
	}
	return loss(sum), loss(floatSum)
}

// The published float figures lie up to 1.3 cents below this walk by slots; the
// integer ones are exact to the cent.
func TestADayOfflineInACohortCostsThePublishedTable(t *testing.T) {
	statusQuo := (forgone + sourceLoss + targetLoss) * dayEpochs * dollarsEach
	require.InDelta(t, 6.17, statusQuo, 0.005)
	for _, row := range []struct {
		permille uint64
		figures  [3][2]float64 // E1, E2, E3: float, integer
	}{
		{0, [3][2]float64{{6.17, 6.17}, {6.17, 6.17}, {6.17, 6.17}}},
		{10, [3][2]float64{{12.49, 11.29}, {18.87, 18.11}, {18.53, 17.78}}},
		{50, [3][2]float64{{37.79, 36.96}, {69.66, 68.82}, {67.96, 67.11}}},
		{100, [3][2]float64{{69.42, 68.58}, {133.16, 132.31}, {129.76, 128.92}}},
		{200, [3][2]float64{{132.66, 131.82}, {260.15, 259.29}, {253.36, 252.52}}},
	} {
		for k, rule := range []ref.Smoothed{ref.E1(), ref.E2(), ref.E3()} {
			integer, published := cohortDay(t, rule, row.permille)
			require.InDelta(t, row.figures[k][0], published, 0.015, "float, E%d, %d permille", k+1, row.permille)
			require.InDelta(t, row.figures[k][1], integer, 0.00501, "integer, E%d, %d permille", k+1, row.permille)
			require.LessOrEqual(t, integer, published+1e-9)
			require.LessOrEqual(t, published-integer, 1.71)
		}
	}
	for k, want := range [][2]float64{{11.25, 13.66}, {21.59, 26.20}, {21.04, 25.54}} {
		_, published := cohortDay(t, []ref.Smoothed{ref.E1(), ref.E2(), ref.E3()}[k], 100)
		require.InDelta(t, want[0], published/statusQuo, 0.005)
		require.InDelta(t, want[1], published/(fullIncome*dayEpochs*dollarsEach), 0.01)
	}
}

// The published figures start the leak at once and stop nothing else; the
// exact leak comes from the transition.
func TestAnOutageOf40PercentCostsTheSimplifiedFiguresAndLessExactly(t *testing.T) {
	const epochs = 3 * dayEpochs
	simplified := 0.
	for k := 1; k <= epochs; k++ {
		simplified += math.Floor(32e9 * 4 * float64(k) / (4 << 24))
	}
	require.InDelta(t, 800.7, simplified*dollarsEach, 0.05)
	statusQuo := simplified + (forgone+sourceLoss+targetLoss)*epochs
	require.InDelta(t, 819, statusQuo*dollarsEach, 0.5)
	for k, rule := range []ref.Smoothed{ref.E1(), ref.E2(), ref.E3()} {
		sum, average := 0., 0.003
		for range 3 * daySlots {
			sum += math.Min(1+float64(rule.Slope)*(0.403-average), float64(rule.Cap))
			average += (0.403 - average) / float64(rule.Window)
		}
		total := statusQuo + targetLoss*(sum/32-epochs)
		require.InDelta(t, []float64{1469, 2124, 2083}[k], total*dollarsEach, 0.5)
	}

	s := newState(32)
	s.Registry.PreviousFlags[0] = 0
	exact := new(big.Int)
	for k := range epochs {
		s.Boundary.CurrentEpoch = spec.Epoch(101 + k) // the first epoch offline is 100
		s.Boundary.FinalizedEpoch = 99 - 1
		var err error
		s, err = ref.ProcessInactivityUpdates(s)
		require.NoError(t, err)
		exact.Add(exact, must(ref.GetInactivityPenaltyDeltas(s))(t).Penalties[0])
	}
	require.Equal(t, uint64(4*(epochs-3)), s.Registry.InactivityScore[0], "three epochs pass before the delay exceeds four")
	v, _ := new(big.Float).SetInt(exact).Float64()
	require.Less(t, v, simplified)
	require.InDelta(t, 793.6, v*dollarsEach, 0.1)
}
