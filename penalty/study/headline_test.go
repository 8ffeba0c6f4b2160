package study_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/epoch"
	"github.com/stakesim/stakesim/penalty/scenario"
	"github.com/stakesim/stakesim/penalty/study"
	"github.com/stakesim/stakesim/spec"
)

func TestAnEpochAt407MIsWorthWhatTheDesignStates(t *testing.T) {
	v, err := scenario.DefaultEconomics.Epoch(scenario.Validator)
	require.NoError(t, err)
	require.EqualValues(t, 317, scenario.DefaultEconomics.PerIncrement())
	require.Equal(t, scenario.EpochValues{BaseReward: 10144, Ideal: 8559, Source: 2219, Target: 4121, FullIncome: 1_227_424}, v)
	require.EqualValues(t, 6340, v.StatusQuo())
	_, err = scenario.Economics{}.Epoch(scenario.Validator)
	require.ErrorIs(t, err, spec.ErrInput)
	_, err = scenario.Economics{TotalActive: spec.ETH, ExecutionPercent: 1 << 60}.Epoch(scenario.Validator)
	require.ErrorIs(t, err, spec.ErrOverflow)
}

// The published table (2026): dollars per 32 ETH and day, float and integer.
func TestTheHeadlineTableIsThePublishedOne(t *testing.T) {
	rows, err := study.Headline(scenario.DefaultEconomics)
	require.NoError(t, err)
	want := map[uint64][3][2]string{
		0:   {{"6.17", "6.17"}, {"6.17", "6.17"}, {"6.17", "6.17"}},
		10:  {{"12.49", "11.29"}, {"18.87", "18.11"}, {"18.53", "17.78"}},
		50:  {{"37.79", "36.96"}, {"69.66", "68.82"}, {"67.96", "67.11"}},
		100: {{"69.42", "68.58"}, {"133.16", "132.31"}, {"129.76", "128.92"}},
		200: {{"132.66", "131.82"}, {"260.15", "259.29"}, {"253.36", "252.52"}},
	}
	require.Len(t, rows, 15)
	for i, row := range rows {
		figures := want[row.Permille][i%3]
		var published float64
		_, err := fmt.Sscan(figures[0], &published)
		require.NoError(t, err)
		require.InDelta(t, published, row.FloatUSD, 0.015, "float, %s, %d thousandths", row.Preset, row.Permille)
		require.Equal(t, figures[1], fmt.Sprintf("%.2f", row.IntegerUSD), "integer, %s, %d thousandths", row.Preset, row.Permille)
		require.LessOrEqual(t, row.FloatUSD-row.IntegerUSD, 1.71)
	}
	for i, want := range [][2]float64{{11.25, 13.66}, {21.59, 26.20}, {21.04, 25.54}} {
		row := rows[9+i]
		require.InDelta(t, want[0], row.Ratio, 0.005)
		require.InDelta(t, want[1], row.RecoupDays, 0.005+0.015/5.08, "rounded, and 1.5 cents of $5.08 a day")
	}
	require.InDelta(t, 1, rows[0].Ratio, 1e-12)
}

func TestAnOutageOf40PercentHasThePublishedSimplifiedCost(t *testing.T) {
	rows, err := study.FinalityLoss(scenario.DefaultEconomics, 400, 3)
	require.NoError(t, err)
	require.Len(t, rows, 4)
	for i, want := range []float64{819, 1469, 2124, 2083} {
		require.InDelta(t, want, rows[i].SimplifiedUSD, 0.5, rows[i].Rule)
		require.InDelta(t, 800.7, rows[i].SimplifiedLeakUSD, 0.05)
		require.Less(t, rows[i].ExactLeakUSD, rows[i].SimplifiedLeakUSD)
		require.Less(t, rows[i].ExactUSD, rows[i].SimplifiedUSD)
		require.Less(t, rows[i].FollowingUSD, rows[i].ExactUSD)
	}
	_, err = study.FinalityLoss(scenario.DefaultEconomics, 100, 3)
	require.ErrorIs(t, err, spec.ErrInput)
}

// The exact leak against the transition of package penalty on a registry of
// which two thirds attest too little to finalize.
func TestTheExactLeakIsThatOfTheTransition(t *testing.T) {
	const epochs = 40
	p, err := spec.ParamsFor(spec.Mainnet, spec.Electra)
	require.NoError(t, err)
	r := spec.NewRegistry(100)
	for i := range r.Len() {
		r.EffectiveBalance[i], r.Balance[i] = 32*spec.ETH, 40*spec.ETH
		if i >= 40 {
			r.PreviousFlags[i] = spec.AllFlags
		}
	}
	path, err := study.ExactLeak(32*spec.ETH, epochs, nil)
	require.NoError(t, err)
	var s spec.Summary
	d := epoch.NewDeltas(r.Len())
	for k := range epochs {
		b := spec.Boundary{CurrentEpoch: spec.Epoch(101 + k), FinalizedEpoch: 98}
		require.NoError(t, spec.Summarize(&s, &p, r, b, 1))
		require.NoError(t, epoch.ProcessInactivityUpdates(&p, r, &s))
		require.NoError(t, epoch.InactivityDeltas(d, &p, r, &s))
		require.Equal(t, s.InLeak, path[k].InLeak, "epoch %d", k)
		require.Equal(t, r.InactivityScore[0], path[k].Score, "epoch %d", k)
		require.Equal(t, d.Penalties[0], path[k].Leak, "epoch %d", k)
	}
}

func TestTheCostGrowsWithTheStakeThatFailsAndTheConstants(t *testing.T) {
	for name, rule := range map[string]penalty.Smoothed2026{"E1": penalty.SmoothedE1, "E3": penalty.SmoothedE3} {
		last := 0.
		for permille := uint64(0); permille <= 300; permille += 20 {
			row, err := study.CohortLoss(scenario.DefaultEconomics, rule, permille, 1)
			require.NoError(t, err)
			require.GreaterOrEqual(t, row.IntegerUSD, last, name)
			last = row.IntegerUSD
		}
	}
	_, err := study.CohortLoss(scenario.DefaultEconomics, penalty.SmoothedE1, 998, 1)
	require.ErrorIs(t, err, spec.ErrInput)
}
