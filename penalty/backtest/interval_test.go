package backtest_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/penalty/backtest"
)

func ExampleRatioInterval() {
	penalties, epochs := make([]float64, 64), make([]float64, 64)
	for i := range penalties {
		penalties[i], epochs[i] = 10, 1
		if i%16 < 3 {
			penalties[i] = 50 // three epochs in sixteen
		}
	}
	i := backtest.RatioInterval(penalties, epochs, 1000, 1)
	fmt.Printf("17.5 lies in %.1f to %.1f, blocks of %d epochs: %v\n", i.Low, i.High, i.Block, i.Why)
	fmt.Println(backtest.RatioInterval(epochs, epochs, 0, 1).Why)
	fmt.Println(backtest.RatioInterval(penalties[3:16], epochs[3:16], 1000, 1).Why)
	// Output:
	// 17.5 lies in 11.5 to 24.3, blocks of 7 epochs: given
	// not drawn
	// record too short
}

func ExampleReason_String() {
	fmt.Println(backtest.Given, "-", backtest.NotDrawn, "-", backtest.Undefined, "-", backtest.TooShort)
	// Output: given - not drawn - no figure - record too short
}

// chain is a model of which the truth is known: two states, calm and an outage that
// lasts so many epochs on average, which is on for a share of the time; ordinary
// misses vary by so much.
type chain struct{ length, share, noise float64 }

// draw is 1 in an outage and 0 in calm, for so many epochs.
func (c chain) draw(rng *rand.Rand, n int) []float64 {
	end, begin := 1/c.length, 1/c.length*c.share/(1-c.share)
	down, rows := rng.Float64() < c.share, make([]float64, n)
	for i := range rows {
		change := begin
		if down {
			rows[i], change = 1, end
		}
		rows[i] += c.noise * (rng.Float64() - 0.5)
		down = down != (rng.Float64() < change)
	}
	return rows
}

func ones(n int) []float64 {
	rows := make([]float64, n)
	for i := range rows {
		rows[i] = 1
	}
	return rows
}

// figures are what intervals are made of: a mean over the epochs, and the ratio of
// what two rules cost, 1 or 50 Gwei against 1 or 10.
var figures = map[string]struct {
	interval func(rows []float64) backtest.Interval
	truth    func(share float64) float64
}{
	"mean": {
		func(rows []float64) backtest.Interval { return backtest.RatioInterval(rows, ones(len(rows)), 199, 1) },
		func(share float64) float64 { return share },
	},
	"ratio": {
		func(rows []float64) backtest.Interval {
			x, y := make([]float64, len(rows)), make([]float64, len(rows))
			for i, v := range rows {
				x[i], y[i] = 1+49*v, 1+9*v
			}
			return backtest.RatioInterval(x, y, 199, 1)
		},
		func(share float64) float64 { return (1 + 49*share) / (1 + 9*share) },
	},
}

// Nine tenths of the intervals of 95 % cover the truth, whatever outages last, or
// the record is said to be too short. The seeds are fixed.
func TestNineTenthsOfTheIntervalsCoverWhateverOutagesLast(t *testing.T) {
	const records = 200
	tooShort := 0
	for _, c := range []chain{{share: 0.06}, {share: 0.25}, {share: 0.5, noise: 0.7}} {
		for _, n := range []int{225, 900, 2048} {
			if testing.Short() && (n > 225 || c.share < 0.1) || n < 900 && c.noise > 0 {
				continue // noise: a record without any outage is narrow, not too short
			}
			for _, c.length = range []float64{1, 3, 8, 32, 100} {
				if c.length == 1 && c.share == 0.5 {
					continue // not a chance any more: on and off in turn
				}
				for name, figure := range figures {
					given, covered := cover(t, c, n, records, figure.interval, figure.truth(c.share))
					at := fmt.Sprintf("%s of %d epochs, outages of %g epochs for %g of the time", name, n, c.length, c.share)
					t.Logf("%s: %d of %d intervals cover, %d records too short", at, covered, given, records-given)
					if given <= records/10 { // too short, as most of these records say
						require.LessOrEqual(t, given-covered, records/50, at)
					} else {
						require.GreaterOrEqual(t, covered+given/10, given, at)
					}
					if n >= 2048 && c.length <= 3 {
						require.GreaterOrEqual(t, given, records*9/10, at)
					}
					if n == 225 && c.length == 100 {
						tooShort += records - given
					}
				}
			}
		}
	}
	require.Greater(t, tooShort, records, "outages of 100 epochs in 225")
}

// cover counts the records of a chain that have an interval, and those of which it
// covers the truth.
func cover(t *testing.T, c chain, n, records int, figure func([]float64) backtest.Interval, truth float64) (given, covered int) {
	rng := rand.New(rand.NewPCG(uint64(n), uint64(c.length)))
	for range records {
		i := figure(c.draw(rng, n))
		if i.Why != backtest.Given {
			require.Equal(t, backtest.TooShort, i.Why)
			require.True(t, math.IsNaN(i.Low) && math.IsNaN(i.High), "no number in silence")
			continue
		}
		given++
		if i.Low <= truth && truth <= i.High {
			covered++
		}
	}
	return given, covered
}

// The model can tell: intervals that take epochs for independent, as percentiles over
// single epochs do, cover a half and a quarter of the time.
func TestTheModelTellsIntervalsThatAreTooNarrow(t *testing.T) {
	for length, most := range map[float64]int{8: 110, 32: 70} {
		rng, covered := rand.New(rand.NewPCG(8, 32)), 0
		for range 200 {
			rows := chain{length: length, share: 0.25}.draw(rng, 2048)
			mean := 0.
			for _, v := range rows {
				mean += v / 2048
			}
			if half := 1.96 * math.Sqrt(mean*(1-mean)/2048); math.Abs(mean-0.25) <= half {
				covered++
			}
		}
		require.Less(t, covered, most)
		require.Greater(t, covered, 20)
	}
}

func TestARecordThatCannotTellIsTooShort(t *testing.T) {
	one := ones(100)
	once := ones(100)
	once[50] = 1000
	for name, c := range map[string]struct {
		x, y  []float64
		draws int
		why   backtest.Reason
	}{
		"nothing varies":              {one, one, 100, backtest.TooShort},
		"everything in proportion":    {[]float64{3, 6, 9, 3, 6, 9, 3, 6, 9, 3, 6, 9, 3, 6, 9, 3, 6, 9}, []float64{1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3}, 100, backtest.TooShort},
		"one outage":                  {once, one, 100, backtest.TooShort},
		"fifteen epochs":              {[]float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}, ones(15), 100, backtest.TooShort},
		"a half of it one outage":     {append(make([]float64, 150), ones(150)...), ones(300), 100, backtest.TooShort},
		"no draws":                    {ramp(300), ones(300), 0, backtest.NotDrawn},
		"too many draws":              {ramp(300), ones(300), backtest.MaxDraws + 1, backtest.NotDrawn},
		"no rows":                     {nil, nil, 100, backtest.Undefined},
		"columns of different length": {one, ones(99), 100, backtest.Undefined},
		"a mean over nothing":         {one, make([]float64, 100), 100, backtest.Undefined},
		"not a number":                {append([]float64{math.NaN()}, one[1:]...), one, 100, backtest.Undefined},
		"an infinite value":           {append([]float64{math.Inf(1)}, one[1:]...), one, 100, backtest.Undefined},
	} {
		i := backtest.RatioInterval(c.x, c.y, c.draws, 1)
		require.Equal(t, c.why, i.Why, name)
		require.True(t, math.IsNaN(i.Low) && math.IsNaN(i.High), name)
	}
	require.Empty(t, backtest.Reason(200).String())
}

func ramp(n int) []float64 {
	rows := make([]float64, n)
	for i := range rows {
		rows[i] = float64(i)
	}
	return rows
}

// Independent values: the interval of a mean is that of the normal distribution, 1.96
// deviations of 28.87 over the root of 1000.
func TestAnIntervalOfIndependentEpochsIsTheUsualOne(t *testing.T) {
	rng, rows := rand.New(rand.NewPCG(1, 1)), make([]float64, 1000)
	for i := range rows {
		rows[i] = float64(i % 100)
	}
	rng.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	i := backtest.RatioInterval(rows, ones(1000), 4000, 1)
	require.InDelta(t, 49.5-1.96*0.9129, i.Low, 0.25)
	require.InDelta(t, 49.5+1.96*0.9129, i.High, 0.25)
	require.Equal(t, i, backtest.RatioInterval(rows, ones(1000), 4000, 1))
	require.NotEqual(t, i, backtest.RatioInterval(rows, ones(1000), 4000, 2))
}

// Rows in other units: the interval of a ratio scales with either side, and sums that
// are never negative have no bound below zero.
func TestAnIntervalScalesWithItsRows(t *testing.T) {
	rows := chain{length: 3, share: 0.2}.draw(rand.New(rand.NewPCG(3, 3)), 500)
	want := backtest.RatioInterval(rows, ones(500), 500, 1)
	require.Equal(t, backtest.Given, want.Why)
	require.GreaterOrEqual(t, want.Low, 0.)
	many, epochs := make([]float64, 500), ones(500)
	for i := range many {
		many[i], epochs[i] = rows[i]*8e9, 4
	}
	got := backtest.RatioInterval(many, epochs, 500, 1)
	require.InEpsilon(t, want.Low*2e9, got.Low, 1e-9)
	require.InEpsilon(t, want.High*2e9, got.High, 1e-9)
	require.Equal(t, want.Block, got.Block)
}
