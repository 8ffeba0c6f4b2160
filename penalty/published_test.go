package penalty_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/penalty"
)

// The script behind the post's table multiplies by 322 where 32 is meant: any
// slot with at least 39.75 % of the previous epoch's mean pays the cap.
func TestThePublishedScriptPaysTheCapFrom3975PercentOfTheMean(t *testing.T) {
	rule := penalty.DefaultSlotRelative
	rule.Reading = penalty.AsRun
	w := windowAfter(t, rule, repeated(10_000, 32))
	for m, want := range map[uint64]uint64{3974: 3, 3975: 3, 3976: 4, 5000: 4, 10_000: 4} {
		f, _, err := rule.Step(w, missed(m))
		require.NoError(t, err)
		require.Equal(t, penalty.Integer(want), f, "%d of a mean of 10,000", m)
	}
	require.InDelta(t, 10.06, 322./32, 0.005)
}

// The post's table: columns basic, basic single-slot, excess, excess single-slot.
var publishedTable = map[string][4]float64{
	"big": {.69, 2.06, 2.73, 7.96}, "medium": {.61, 3.00, 2.42, 11.54}, "small": {.98, 2.41, 3.81, 8.77}, "all": {.90, 2.44, 3.54, 9.30},
}

func TestThePublishedTableIsThatOf322(t *testing.T) {
	low, high := [2]float64{9, 9}, [2]float64{}
	for _, row := range publishedTable {
		for k := range low {
			ratio := row[2+k] / row[k]
			low[k], high[k] = min(low[k], ratio), max(high[k], ratio)
		}
	}
	require.InDelta(t, 3.89, low[0], 0.005)
	require.InDelta(t, 3.97, high[0], 0.005)
	require.InDelta(t, 3.64, low[1], 0.005)
	require.InDelta(t, 3.86, high[1], 0.005)
	big, small := publishedTable["big"], publishedTable["small"]
	require.InDelta(t, 1.420, small[0]/big[0], 0.0005)
	require.InDelta(t, 1.396, small[2]/big[2], 0.0005)
	require.InDelta(t, 1.170, small[1]/big[1], 0.0005)
	require.InDelta(t, 1.102, small[3]/big[3], 0.0005)

	// What failures pay on average when slots differ as much as by chance: the
	// table's ratios need 322.
	for _, c := range []struct {
		multiplier uint64
		low, high  float64
	}{{322, 3.6, 4}, {32, 0.3, 1.2}} {
		rule := penalty.DefaultSlotRelative
		rule.Reading, rule.Multiplier = penalty.AsRun, c.multiplier
		rng := rand.New(rand.NewPCG(7716, 19116))
		var w penalty.Window
		paid, failures := 0., 0.
		for slot := range 3200 {
			m := rng.Uint64N(1000) + rng.Uint64N(1000)
			f, next, err := rule.Step(w, missed(m))
			require.NoError(t, err)
			if w = next; slot >= 32 {
				paid, failures = paid+f.Float()*float64(m), failures+float64(m)
			}
		}
		require.Greater(t, paid/failures, c.low)
		require.Less(t, paid/failures, c.high)
	}
}
