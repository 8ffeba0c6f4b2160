package scenario_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/penalty/scenario"
)

// What the documentation says of intervals over repetitions: how often they cover
// where the values are normal, exponential, or zero half of the time. The seed is fixed.
func TestIntervalsOverRepetitionsCoverAsStated(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	half := func() float64 {
		if rng.IntN(2) == 0 {
			return 0
		}
		return 2 * rng.ExpFloat64()
	}
	for _, c := range []struct {
		name        string
		runs        int
		value       func() float64
		least, most float64
	}{
		{"normal", 8, func() float64 { return 1 + rng.NormFloat64() }, 0.94, 0.96},
		{"exponential", 8, rng.ExpFloat64, 0.885, 0.915},
		{"exponential", 32, rng.ExpFloat64, 0.92, 0.945},
		{"zero half of the time", 8, half, 0.815, 0.85},
		{"zero half of the time", 32, half, 0.895, 0.925},
	} {
		const times = 4000
		covered := 0
		for range times {
			values := make([]float64, c.runs)
			for i := range values {
				values[i] = c.value()
			}
			if i := scenario.MeanInterval(values); i.Low <= 1 && 1 <= i.High {
				covered++
			}
		}
		part := float64(covered) / times
		require.GreaterOrEqual(t, part, c.least, "%s, %d runs", c.name, c.runs)
		require.LessOrEqual(t, part, c.most, "%s, %d runs", c.name, c.runs)
	}
}
