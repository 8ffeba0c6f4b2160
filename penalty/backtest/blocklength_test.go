package backtest

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// The figures are of another program, written from the two papers in Python: for
// every lag its own sum, the window over lags of both signs.
func TestTheBlockLengthIsThatOfTheAutomaticRule(t *testing.T) {
	waves, quick, slow := make([]float64, 150), make([]float64, 100), make([]float64, 200)
	for i := range waves {
		waves[i] = float64((i*i*7 + i/9*5) % 23)
		if i/12%3 == 0 {
			waves[i] += 10
		}
	}
	for i := range quick {
		quick[i] = float64(i * i * 7 % 23)
	}
	for i := range slow {
		slow[i] = float64(i / 40 % 2)
	}
	require.InDelta(t, 9.247384267091629, blockLength(waves), 1e-9)
	require.InDelta(t, 30, blockLength(quick), 0, "of 123, no more than three roots of the rows, nor a third of them")
	require.InDelta(t, 22.559329654755008, blockLength(slow), 1e-9)
}

// For a first-order autoregression the rule estimates (1.5 n (2 p / (1 - p^2))^2)^(1/3).
func TestTheBlockLengthOfAnAutoregressionIsNearTheBest(t *testing.T) {
	for _, p := range []float64{0, 0.3, 0.7} {
		const n, times = 2000, 40
		rng, mean := rand.New(rand.NewPCG(7, uint64(10*p))), 0.
		for range times {
			rows := make([]float64, n)
			for i := 1; i < n; i++ {
				rows[i] = p*rows[i-1] + rng.NormFloat64()
			}
			mean += blockLength(rows) / times
		}
		best := max(1, math.Cbrt(1.5*n*math.Pow(2*p/(1-p*p), 2)))
		require.InDelta(t, best, mean, 1+best/4, "%g", p)
	}
}
