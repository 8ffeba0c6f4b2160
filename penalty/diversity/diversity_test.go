package diversity_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/penalty/diversity"
	"github.com/stakesim/stakesim/spec"
)

// The multipliers below are the stated figures of the rule, to four digits.
func TestDiversityFiguresHold(t *testing.T) {
	half, tenth := diversity.Flat/2, diversity.Flat/10
	majority := []spec.Gwei{70, 15, 10, 5}
	for _, c := range []struct {
		name      string
		shape     diversity.Shape
		low, high diversity.Multiplier
		shares    []spec.Gwei
		want      []string
	}{
		{"inverse", diversity.Inverse, half, 2 * diversity.Flat, majority, []string{"0.5714", "2.0000", "2.0000", "2.0000"}},
		{"linear", diversity.LinearShape, half, 2 * diversity.Flat, majority, []string{"0.6316", "1.7895", "1.8947", "2.0000"}},
		{"quadratic", diversity.Quadratic, half, 2 * diversity.Flat, majority, []string{"0.7816", "1.4981", "1.5172", "1.5287"}},
		{"tent", diversity.Tent, half, 2 * diversity.Flat, majority, []string{"0.9438", "1.1086", "1.1536", "1.1536"}},
		{"tent with tiny families", diversity.Tent, half, 2 * diversity.Flat, []spec.Gwei{600, 250, 140, 9, 1}, []string{"0.9549", "1.0307", "1.1308", "1.1088", "1.0664"}},
		{"inverse with tiny families", diversity.Inverse, half, 2 * diversity.Flat, []spec.Gwei{600, 250, 140, 9, 1}, []string{"0.5833", "1.4000", "2.0000", "2.0000", "2.0000"}},
		{"narrow bounds", diversity.Inverse, diversity.Flat - tenth, diversity.Flat + tenth, majority, []string{"0.9571", "1.1000", "1.1000", "1.1000"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := diversity.DefaultDiversity(c.shape, c.low, c.high)
			stakes := make([]spec.Gwei, len(c.shares))
			for i, s := range c.shares {
				stakes[i] = s * 300_000 * spec.ETH
			}
			m := make([]diversity.Multiplier, len(stakes))
			require.NoError(t, d.Multipliers(m, stakes))
			for i, want := range c.want {
				require.Equal(t, want, fmt.Sprintf("%.4f", m[i].Float()), "family %d", i)
			}
		})
	}
}

func TestForkingAClientGainsTheBoundUnderInverseAndLittleUnderTent(t *testing.T) {
	const amount = 10_000 * spec.ETH
	yearly := func(before, after diversity.Multiplier) float64 {
		return float64(amount/spec.ETH) * 0.03 * (after.Float() - before.Float())
	}
	// two equal families are paid flat, so that the upper bound is 0.1 away
	narrow := diversity.DefaultDiversity(diversity.Inverse, diversity.Flat*9/10, diversity.Flat*11/10)
	even := []spec.Gwei{15_000_000 * spec.ETH, 15_000_000 * spec.ETH}
	before, after, err := narrow.Move(even, 0, len(even), amount)
	require.NoError(t, err)
	require.InDelta(t, 30, yearly(before, after), 0.01)

	// under the tent the new family's weight is one plus 0.17 %
	tent := diversity.DefaultDiversity(diversity.Tent, diversity.Flat/2, 2*diversity.Flat)
	level := []spec.Gwei{6_000_000 * spec.ETH, 6_000_000 * spec.ETH, 6_000_000 * spec.ETH, 6_000_000 * spec.ETH, 6_000_000 * spec.ETH}
	before, after, err = tent.Move(level, 0, len(level), amount)
	require.NoError(t, err)
	levelWeight := 1.1 - 0.2*(0.2-0.1)/(1.0/3-0.1) // every family at 20 %
	require.InDelta(t, 1.0016667/levelWeight, after.Float()/before.Float(), 1e-4)
	bonus := after.Float()/before.Float()*levelWeight - 1
	require.InDelta(t, 0.5, float64(amount/spec.ETH)*0.03*bonus, 0.05)
}

func TestMultipliersStayWithinTheBudget(t *testing.T) {
	stakes := []spec.Gwei{1, 3_000_000_007, 0, 12_345_678_901_234_567, 1 << 40}
	for shape := diversity.Inverse; shape <= diversity.Tent; shape++ {
		d := diversity.DefaultDiversity(shape, diversity.Flat/3, 3*diversity.Flat)
		m := make([]diversity.Multiplier, len(stakes))
		require.NoError(t, d.Multipliers(m, stakes))
		var paid, total spec.Gwei
		for i, s := range stakes {
			p, ok := m[i].Pay(s)
			require.True(t, ok)
			paid += p
			total += s
		}
		require.LessOrEqual(t, paid, total, shape)
	}
}

func TestDiversityRefusesWhatNoMultiplierFollowsFrom(t *testing.T) {
	good := diversity.DefaultDiversity(diversity.Tent, diversity.Flat/2, 2*diversity.Flat)
	dst := make([]diversity.Multiplier, 1)
	for name, change := range map[string]func(*diversity.Diversity){
		"unknown shape":        func(d *diversity.Diversity) { d.Shape = 9 },
		"bounds swapped":       func(d *diversity.Diversity) { d.Low, d.High = d.High, d.Low },
		"low above the budget": func(d *diversity.Diversity) { d.Low = diversity.Flat + 1 },
		"high too high":        func(d *diversity.Diversity) { d.High = 1 << 49 },
		"tent not ascending":   func(d *diversity.Diversity) { d.To = d.Cap },
	} {
		d := good
		change(&d)
		require.ErrorIs(t, d.Multipliers(dst, []spec.Gwei{1}), spec.ErrInput, name)
	}
	require.ErrorIs(t, good.Multipliers(dst, []spec.Gwei{0}), spec.ErrInput)
	require.ErrorIs(t, good.Multipliers(dst, []spec.Gwei{1, 2}), spec.ErrInput)
	two := make([]diversity.Multiplier, 2)
	require.ErrorIs(t, good.Multipliers(two, []spec.Gwei{1 << 63, 1 << 63}), spec.ErrOverflow)
	_, _, err := good.Move([]spec.Gwei{5}, 0, 1, 6)
	require.ErrorIs(t, err, spec.ErrInput)
	_, err = diversity.ByLineage([]spec.Gwei{5}, []int{1}, 1)
	require.ErrorIs(t, err, spec.ErrInput)
}
