package rainbow

import (
	"math"
	"math/big"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/delegation"
	"github.com/stakesim/stakesim/spec"
)

var (
	twoThirds = delegation.Ratio{Num: 2, Den: 3}
	half      = delegation.Ratio{Num: 1, Den: 2}
)

func TestQuorumIsStrictlyMoreThanItsFloor(t *testing.T) {
	for q, want := range map[delegation.Ratio]uint64{twoThirds: 342, half: 257} {
		below, err := BelowQuorum(512, q)
		require.NoError(t, err)
		require.Equal(t, want, below+1)
	}
	for _, q := range []delegation.Ratio{{Num: 1, Den: 0}, {Num: 2, Den: 1}} {
		_, err := BelowQuorum(512, q)
		require.ErrorIs(t, err, ErrQuorum)
	}
}

// The stall table to the digits of the text.
func TestStallProbabilities(t *testing.T) {
	for _, c := range []struct {
		quorum   delegation.Ratio
		withheld float64
		want     string // digits as printed
		format   byte
		digits   int
	}{
		{twoThirds, 0.20, "8.5e-13", 'e', 1},
		{twoThirds, 0.25, "1.28e-05", 'e', 2},
		{twoThirds, 0.30, "0.0526", 'f', 4},
		{twoThirds, 1.0 / 3, "0.504", 'f', 3},
		{twoThirds, 0.40, "0.999", 'f', 3},
		{half, 0.20, "1.1e-51", 'e', 1},
		{half, 0.25, "5.5e-34", 'e', 1},
		{half, 1.0 / 3, "5.6e-15", 'e', 1},
		{half, 0.40, "2.95e-06", 'e', 2},
	} {
		got, err := StallProbability(512, c.quorum, c.withheld)
		require.NoError(t, err)
		require.Equal(t, c.want, strconv.FormatFloat(got, c.format, c.digits, 64), "%v of quorum %v", c.withheld, c.quorum)
	}
	p, _ := StallProbability(512, twoThirds, 0.25)
	require.InDelta(t, 11, 12/p/86400, 0.2) // days between stalled slots
}

// The sum of exact binomial terms in rationals.
func TestStallProbabilityAgainstExactSums(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 1))
	for range 60 {
		n := 1 + rng.Uint64N(300)
		q := delegation.Ratio{Num: rng.Uint64N(10), Den: 10}
		w := 1 + rng.Uint64N(63)
		below, _ := BelowQuorum(n, q)
		sum, a, b := new(big.Int), new(big.Int).SetUint64(64-w), new(big.Int).SetUint64(w)
		for i := uint64(0); i <= below; i++ {
			term := new(big.Int).Binomial(int64(n), int64(i))
			term.Mul(term, power(a, i))
			sum.Add(sum, term.Mul(term, power(b, n-i)))
		}
		want, _ := new(big.Rat).SetFrac(sum, power(big.NewInt(64), n)).Float64()
		got, err := StallProbability(n, q, float64(w)/64)
		require.NoError(t, err)
		require.InEpsilon(t, want, got, 1e-10, "%d %v %d/64", n, q, w)
	}
	for withheld, want := range map[float64]float64{0: 0, 1: 1} {
		got, err := StallProbability(512, half, withheld)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	got, err := StallProbability(512, delegation.Ratio{Num: 1, Den: 1}, 0)
	require.NoError(t, err)
	require.EqualValues(t, 1, got)
	for _, bad := range []float64{-0.1, 1.1, math.NaN()} {
		_, err := StallProbability(512, half, bad)
		require.ErrorIs(t, err, spec.ErrInput)
	}
	_, err = StallProbability(0, half, 0.5)
	require.ErrorIs(t, err, ErrQuorum)
	_, err = StallProbability(512, delegation.Ratio{}, 0.5)
	require.ErrorIs(t, err, ErrQuorum)
}

func TestBothLayersMakeFinality(t *testing.T) {
	for does, c := range map[string]struct {
		votes, total, online, light spec.Gwei
		want                        bool
	}{
		"two thirds and more than half":       {200, 300, 51, 100, true},
		"a Gwei short of two thirds":          {199, 300, 51, 100, false},
		"half of the light weight":            {200, 300, 50, 100, false},
		"half of an odd light weight, up":     {200, 300, 51, 101, true},
		"half of an odd light weight, down":   {200, 300, 50, 101, false},
		"no light weight":                     {300, 300, 0, 0, false},
		"no heavy stake":                      {0, 0, 51, 100, false},
		"sums beyond 64 bits do not overflow": {math.MaxUint64, math.MaxUint64, math.MaxUint64, math.MaxUint64, true},
	} {
		require.Equal(t, c.want, FinalByBothLayers(c.votes, c.total, c.online, c.light), does)
	}
}

func TestRelativeRewardCurve(t *testing.T) {
	require.InDelta(t, 0.75, RelativeReward(1, 100, 100), 1e-12)
	require.InDelta(t, 0, RelativeReward(1, 120, 100), 1e-12)
	require.Greater(t, RelativeReward(1, 119.9, 100), 0.0)
	require.Greater(t, RelativeReward(1, 90, 100), 0.75)
	for _, aa := range []float64{121, 133, 134, 1000, -1, math.NaN(), math.Inf(1)} {
		require.Zero(t, RelativeReward(1, aa, 100), aa)
	}
	require.Zero(t, RelativeReward(1, 1, 0))
}

func TestListerShares(t *testing.T) {
	const unit = 1_000_000
	third := delegation.Ratio{Num: 1, Den: 3}
	for l, want := range map[uint64]float64{1: 0.3333, 2: 0.2586, 3: 0.2113} {
		v, err := ListerShare(unit, 16, l, third)
		require.NoError(t, err)
		require.InDelta(t, want, float64(v)/unit, 0.00005)
	}
	for den := uint64(1); den <= 16; den++ {
		v, err := ListerShare(16*unit, 16, 16, delegation.Ratio{Num: 1, Den: den})
		require.NoError(t, err)
		require.EqualValues(t, unit, v)
	}
	v, err := ListerShare(16*unit, 16, 5, delegation.Ratio{Num: 1, Den: 16}) // u = 1/n: always 1/n each
	require.NoError(t, err)
	require.EqualValues(t, unit, v)
	v, err = ListerShare(unit, 16, 0, third)
	require.NoError(t, err)
	require.Zero(t, v)
	for _, c := range []struct {
		n, l uint64
		u    delegation.Ratio
	}{{1, 1, half}, {16, 17, half}, {16, 1, delegation.Ratio{Num: 1, Den: 17}}, {16, 1, delegation.Ratio{Num: 2, Den: 1}}, {16, 1, delegation.Ratio{}}} {
		_, err := ListerShare(unit, c.n, c.l, c.u)
		require.ErrorIs(t, err, ErrWeights)
	}
	// all listers together never get more than there is
	rng := rand.New(rand.NewPCG(8, 1))
	for range 3000 {
		n := 2 + rng.Uint64N(1000)
		l := 1 + rng.Uint64N(n)
		den := 1 + rng.Uint64N(n*1000)
		num := (den + n - 1) / n
		num += rng.Uint64N(den - num + 1)
		value := spec.Gwei(rng.Uint64N(1 << 57))
		v, err := ListerShare(value, n, l, delegation.Ratio{Num: num, Den: den})
		require.NoError(t, err)
		require.LessOrEqual(t, new(big.Int).Mul(gwei(v), whole(l)).Cmp(gwei(value)), 0)
	}
}

func TestScheduledPenalty(t *testing.T) {
	v, err := ScheduledPenalty(7, []uint64{0, 2, 2}, []uint64{1, 50, 3})
	require.NoError(t, err)
	require.EqualValues(t, 7*(1+3+3), v)
	_, err = ScheduledPenalty(7, []uint64{3}, []uint64{1, 50, 3})
	require.ErrorIs(t, err, delegation.ErrEpoch)
	_, err = ScheduledPenalty(1<<63, []uint64{0}, []uint64{2})
	require.ErrorIs(t, err, spec.ErrOverflow)
	_, err = ScheduledPenalty(1<<63, []uint64{0, 0}, []uint64{1})
	require.ErrorIs(t, err, spec.ErrOverflow)
}
