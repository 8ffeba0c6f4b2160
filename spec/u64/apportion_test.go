package u64_test

import (
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/spec/u64"
)

// Unlike the function, this finds each unit's receiver by comparing fractions, one
// unit at a time.
func TestApportionGivesWhatIsLeftToTheLargestRemainders(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		weights, sum := make([]uint64, 1+rng.IntN(6)), new(big.Int)
		for i := range weights {
			weights[i] = rng.Uint64() >> (4 + rng.IntN(60)) // their sum fits 64 bits
			sum.Add(sum, wide(weights[i]))
		}
		total := rng.Uint64() >> rng.IntN(64)
		parts := make([]uint64, len(weights))
		rest := u64.Apportion(parts, total, weights)
		if sum.Sign() == 0 {
			require.Equal(t, total, rest)
			continue
		}
		require.Zero(t, rest)
		left, remainders := wide(total), make([]*big.Int, len(weights))
		want := make([]uint64, len(weights))
		for i, w := range weights {
			q, r := new(big.Int).QuoRem(new(big.Int).Mul(wide(total), wide(w)), sum, new(big.Int))
			want[i], remainders[i] = q.Uint64(), r
			left.Sub(left, q)
		}
		for ; left.Sign() > 0; left.Sub(left, big.NewInt(1)) {
			best := 0
			for i, r := range remainders {
				if r.Cmp(remainders[best]) > 0 {
					best = i
				}
			}
			want[best]++
			remainders[best] = big.NewInt(-1)
		}
		require.Equal(t, want, parts, "%d by %v", total, weights)
	}
}

func TestApportionAddsAndHalvesWeightsThatDoNotFit(t *testing.T) {
	const top = 1<<64 - 1
	parts := []uint64{5, 5, 5}
	require.Zero(t, u64.Apportion(parts, 9, []uint64{top, top, top}))
	require.Equal(t, []uint64{8, 8, 8}, parts)
}
