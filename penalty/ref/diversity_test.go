package ref_test

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/penalty/ref"
	"github.com/stakesim/stakesim/spec"
)

// shares multiplies tenths of a percent by a million ETH.
func shares(permille ...uint64) (stakes []*big.Int) {
	for _, s := range permille {
		stakes = append(stakes, gwei(s*30_000*uint64(spec.ETH)))
	}
	return stakes
}

func TestMultipliersAreTheStatedFigures(t *testing.T) {
	bounds := func(shape ref.Shape, low, high *big.Int) ref.Diversity {
		d := ref.DefaultDiversity(shape)
		d.Low, d.High = low, high
		return d
	}
	four, five := shares(700, 150, 100, 50), shares(600, 250, 140, 9, 1)
	for name, c := range map[string]struct {
		rule   ref.Diversity
		stakes []*big.Int
		want   []float64
	}{
		"inverse":           {ref.DefaultDiversity(ref.Inverse), four, []float64{0.5714, 2, 2, 2}},
		"linear":            {ref.DefaultDiversity(ref.Linear), four, []float64{0.6316, 1.7895, 1.8947, 2}},
		"quadratic":         {ref.DefaultDiversity(ref.Quadratic), four, []float64{0.7816, 1.4981, 1.5172, 1.5287}},
		"tent":              {ref.DefaultDiversity(ref.Tent), four, []float64{0.9438, 1.1086, 1.1536, 1.1536}},
		"tent of five":      {ref.DefaultDiversity(ref.Tent), five, []float64{0.9549, 1.0307, 1.1308, 1.1088, 1.0664}},
		"inverse of five":   {ref.DefaultDiversity(ref.Inverse), five, []float64{0.5833, 1.4, 2, 2, 2}},
		"inverse, narrower": {bounds(ref.Inverse, ref.Fraction(9, 10), ref.Fraction(11, 10)), four, []float64{0.9571, 1.1, 1.1, 1.1}},
	} {
		t.Run(name, func(t *testing.T) {
			m, lambda, err := c.rule.Multipliers(c.stakes)
			require.NoError(t, err)
			spent, budget, next := new(big.Int), new(big.Int), new(big.Int)
			lambdaNext := new(big.Int).Add(lambda, big.NewInt(1))
			for i, stake := range c.stakes {
				v, _ := new(big.Rat).SetFrac(m[i], ref.One()).Float64()
				require.InDelta(t, c.want[i], v, 0.00005, "family %d", i)
				spent.Add(spent, new(big.Int).Mul(stake, m[i]))
				budget.Add(budget, new(big.Int).Mul(stake, ref.One()))
				w := new(big.Int).Mul(stake, ref.One())
				g := c.rule.Weight(w.Div(w, total(c.stakes)))
				next.Add(next, new(big.Int).Mul(stake, c.rule.Multiplier(lambdaNext, g)))
			}
			require.LessOrEqual(t, spent.Cmp(budget), 0)
			require.Positive(t, next.Cmp(budget), "a larger scale would fit")
		})
	}
}

func total(values []*big.Int) *big.Int {
	sum := new(big.Int)
	for _, v := range values {
		sum.Add(sum, v)
	}
	return sum
}

// 10,000 of 30M ETH at 3 % a year claim a family of their own.
func TestMisreportingGainsWhatIsStated(t *testing.T) {
	reward := gwei(uint64(300 * spec.ETH)) // a year
	tent := ref.DefaultDiversity(ref.Tent)
	g := tent.Weight(ref.Fraction(10_000, 30_000_000))
	gain, _ := new(big.Float).SetInt(new(big.Int).Sub(ref.Payout(reward, g), reward)).Float64()
	require.InDelta(t, 0.5, gain/1e9, 0.01)
	require.InDelta(t, 0.0017, gain/300e9, 0.00005)

	inverse := ref.DefaultDiversity(ref.Inverse)
	inverse.Low, inverse.High = ref.Fraction(9, 10), ref.Fraction(11, 10)
	honest := ref.Payout(reward, ref.One())
	forked := ref.Payout(reward, inverse.High)
	gain, _ = new(big.Float).SetInt(new(big.Int).Sub(forked, honest)).Float64()
	require.InDelta(t, 30, gain/1e9, 0.001)
}

func TestALowerBoundAboveTheBudgetIsAnError(t *testing.T) {
	rule := ref.DefaultDiversity(ref.Linear)
	rule.Low = new(big.Int).Add(ref.One(), big.NewInt(1))
	_, _, err := rule.Multipliers(shares(700, 300))
	require.ErrorIs(t, err, spec.ErrInput)
	rule.Low = ref.One()
	m, _, err := rule.Multipliers(shares(700, 300))
	require.NoError(t, err)
	require.Equal(t, []*big.Int{ref.One(), ref.One()}, m)
	for _, stakes := range [][]*big.Int{nil, {gwei(0)}, {nil}, {big.NewInt(-1)}} {
		_, _, err = rule.Multipliers(stakes)
		require.ErrorIs(t, err, spec.ErrInput)
	}
	_, _, err = rule.Multipliers([]*big.Int{gwei(1 << 63), gwei(1 << 63)})
	require.ErrorIs(t, err, spec.ErrOverflow)
}

func TestASingleFamilyEarnsTheBudgetUnderEveryShape(t *testing.T) {
	for shape := ref.Inverse; shape <= ref.Tent; shape++ {
		m, lambda, err := ref.DefaultDiversity(shape).Multipliers(shares(1000))
		require.NoError(t, err)
		if shape == ref.Linear || shape == ref.Quadratic { // weight 0: the bound, at any scale
			require.Equal(t, ref.Fraction(1, 2), m[0])
			require.Equal(t, gwei(1<<64-1), lambda)
			continue
		}
		require.Equal(t, ref.One(), m[0], "shape %d", shape)
	}
}
