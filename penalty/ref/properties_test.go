package ref_test

import (
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/penalty/ref"
)

func TestTheSmoothedFactorKeepsItsProperties(t *testing.T) {
	rng := rand.New(rand.NewPCG(7716, 5))
	rules := []ref.Smoothed{ref.E1(), ref.E2(), ref.E3()}
	for range 3000 {
		rule := rules[rng.IntN(3)]
		r := 1 + rng.Uint64N(1<<50)
		s, o, d := rng.Uint64N(r), rng.Uint64N(r), rng.Uint64N(r)
		factor := func(s, o, r uint64) *big.Int {
			return must(rule.GetPenaltyFactor(gwei(s), gwei(o), gwei(r)))(t).Num()
		}
		f := factor(s, o, r)
		require.True(t, f.Sign() > 0 && f.Uint64() <= rule.Cap)
		excess := o - min(o, s)
		require.Equal(t, rule.Slope*excess < r, f.Uint64() == 1)
		require.Equal(t, excess >= (r+2)/3, f.Uint64() == rule.Cap, "slope is 3 (cap - 1)")
		require.GreaterOrEqual(t, factor(s, o+d, r).Cmp(f), 0)
		require.LessOrEqual(t, factor(s+d, o, r).Cmp(f), 0)
		require.LessOrEqual(t, factor(s, o, r+d).Cmp(f), 0)
		require.Equal(t, f, factor(s+d, o+d, r))

		after := must(rule.GetSmoothedOfflineBalance(gwei(s), gwei(o)))(t).Uint64()
		shifted := must(rule.GetSmoothedOfflineBalance(gwei(s+d), gwei(o+d)))(t).Uint64()
		require.Equal(t, after+d, shifted)
		require.True(t, min(s, o) <= after && after <= max(s, o), "overshoots")
		require.Equal(t, max(s, o)-min(s, o) < rule.Window, after == s)
	}
}

func TestSlotRelativeFactorsAreFreeOfScale(t *testing.T) {
	rng := rand.New(rand.NewPCG(7716, 6))
	for range 300 {
		rule := ref.DefaultSlotRelative()
		rule.Form = ref.Form(rng.IntN(3)) // all but Excess
		var past, scaled []uint64
		for range rng.IntN(70) {
			v := rng.Uint64N(50)
			past, scaled = append(past, v), append(scaled, 1_000_003*v)
		}
		m := rng.Uint64N(100)
		p := first(rule.Step(pasts(past...), gwei(m), false, 32))(t)
		require.Equal(t, p, first(rule.Step(pasts(scaled...), gwei(1_000_003*m), false, 32))(t))
		more := first(rule.Step(pasts(past...), gwei(m+1), false, 32))(t)
		require.GreaterOrEqual(t, more.Cmp(p), 0)
	}
}

func TestEpochByEpochIsOneWalk(t *testing.T) {
	s := noisy(rand.New(rand.NewPCG(7716, 7)), 200)
	rule, reference := ref.E3(), must(ref.GetSlotReferenceBalance(s))(t)
	m, average := ref.Memory{}, new(big.Int)
	for range 3 {
		factors, after, err := rule.Walk(s, m)
		require.NoError(t, err)
		for offset := range 32 {
			var f *big.Rat
			f, average, err = rule.Step(average, must(ref.GetSlotOfflineBalance(s, uint8(offset)))(t), reference)
			require.NoError(t, err)
			require.Zero(t, f.Cmp(factors.Slots[1][offset]))
		}
		m = after
		require.Equal(t, average.String(), m.Smoothed.String())
	}
}
