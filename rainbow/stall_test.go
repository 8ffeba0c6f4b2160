package rainbow

import (
	"encoding/csv"
	"math"
	"math/big"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/delegation"
	"github.com/stakesim/stakesim/spec/budget"
)

const exactBits = 256

// requireStall compares with the exact value: within 1e-10 of it, or, where floats
// have fewer digits than that, within the distance of two of them.
func requireStall(t *testing.T, exact *big.Float, n uint64, q delegation.Ratio, withheld float64) {
	t.Helper()
	got, err := StallProbability(n, q, withheld)
	require.NoError(t, err)
	off := new(big.Float).SetPrec(exactBits).SetFloat64(got)
	off.Sub(off, exact).Abs(off)
	bound := new(big.Float).SetPrec(exactBits).Mul(exact, big.NewFloat(1e-10))
	if smallest := big.NewFloat(math.SmallestNonzeroFloat64); bound.Cmp(smallest) < 0 {
		bound = smallest
	}
	require.LessOrEqual(t, off.Cmp(bound), 0, "n %d, quorum %d/%d, withheld %v: %v where %.20g is right", n, q.Num, q.Den, withheld, got, exact)
}

// testdata/stall.csv holds values to 60 digits by arithmetic of 120 digits, made by
// testdata/stall.py: committees of 1 to 2^20, parts from 2^-1074 to 1 - 2^-53, values
// down to far below the smallest float.
func TestStallProbabilityKeepsTenDigitsOfSixty(t *testing.T) {
	f, err := os.Open("testdata/stall.csv")
	require.NoError(t, err)
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	require.NoError(t, err)
	require.Greater(t, len(rows), 500)
	for _, row := range rows[1:] {
		var whole [3]uint64
		for i := range whole {
			whole[i], err = strconv.ParseUint(row[i], 10, 64)
			require.NoError(t, err)
		}
		withheld, err := strconv.ParseFloat(row[3], 64)
		require.NoError(t, err)
		exact, _, err := big.ParseFloat(row[4], 10, exactBits, big.ToNearestEven)
		require.NoError(t, err)
		requireStall(t, exact, whole[0], delegation.Ratio{Num: whole[1], Den: whole[2]}, withheld)
	}
}

// exactStall sums every term from "all withhold" on, in floats of 256 bits.
func exactStall(n, below uint64, withheld float64) *big.Float {
	float := func(v float64) *big.Float { return new(big.Float).SetPrec(exactBits).SetFloat64(v) }
	w := float(withheld)
	odds := float(1)
	odds.Sub(odds, w).Quo(odds, w)
	term := float(1)
	for base, k := float(withheld), n; k > 0; k >>= 1 { // w^n
		if k&1 == 1 {
			term.Mul(term, base)
		}
		base.Mul(base, base)
	}
	sum := float(0).Set(term)
	for present := uint64(1); present <= below; present++ {
		term.Mul(term, odds).Mul(term, float(float64(n-present+1))).Quo(term, float(float64(present)))
		sum.Add(sum, term)
	}
	return sum
}

func TestStallProbabilityAgainstSumsOf256Bits(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 2))
	check := func(n uint64, q delegation.Ratio, withheld float64) {
		below, err := BelowQuorum(n, q)
		require.NoError(t, err)
		requireStall(t, exactStall(n, below, withheld), n, q, withheld)
	}
	for range 1000 {
		n := 1 + rng.Uint64N(1<<rng.UintN(12))
		q := delegation.Ratio{Den: 1 + rng.Uint64N(1<<20)}
		q.Num = rng.Uint64N(q.Den) // below 1: at 1 a slot always stalls
		rest := 1 - float64(q.Num)/float64(q.Den)
		check(n, q, rng.Float64())
		check(n, q, max(math.Ldexp(rng.Float64(), -rng.IntN(1074)), math.SmallestNonzeroFloat64))
		check(n, q, 1-math.Ldexp(1+rng.Float64(), -1-rng.IntN(52)))
		// about where the mean meets the quorum
		check(n, q, min(max(rest+rng.NormFloat64()*4/math.Sqrt(float64(n)), 1e-6), 1-1e-6))
	}
	for _, withheld := range []float64{0.334, 0.3312, 0.3347} {
		check(1<<20, twoThirds, withheld)
	}
}

func TestStallProbabilityOfTheLargestCommitteeIsQuick(t *testing.T) {
	budget.Run(t, budget.Limit{Time: time.Second, Bytes: 1 << 20}, func() {
		for i := range 101 { // at most 10 ms each
			_, err := StallProbability(1<<20, half, float64(i)/100)
			require.NoError(t, err)
		}
	})
}

func TestStallProbabilityRisesWithThePartWithheld(t *testing.T) {
	for _, n := range []uint64{1, 2, 16, 512, 1 << 20} {
		last := -1.0
		for i := range 2001 {
			p, err := StallProbability(n, twoThirds, float64(i)/2000)
			require.NoError(t, err)
			require.GreaterOrEqual(t, p, last*(1-1e-12), "n %d, withheld %d/2000", n, i)
			require.LessOrEqual(t, p, 1.0)
			last = p
		}
		require.Equal(t, 1.0, last)
	}
}
