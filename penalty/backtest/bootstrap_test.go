package backtest

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAnIntervalCoversTheMeanOfADistribution(t *testing.T) {
	var totals Totals
	for i := range uint32(1000) {
		require.NoError(t, totals.Add(&Sums{Index: i, Of: []uint64{uint64(i % 100)}}))
	}
	// The mean is 49.5, the deviation of one block 28.87, of the sum of 1000 912.9.
	ci := percentiles(totals.bootstrap(1, 4000, 1), func(t []float64) float64 { return t[0] })
	require.InDelta(t, 49500-1.96*912.9, ci.low, 90)
	require.InDelta(t, 49500+1.96*912.9, ci.high, 90)
	require.Equal(t, totals.bootstrap(1, 3, 5), totals.bootstrap(1, 3, 5))
	require.NotEqual(t, totals.bootstrap(1, 3, 5), totals.bootstrap(1, 3, 6))
}
