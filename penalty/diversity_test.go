package penalty_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/spec"
)

// The multipliers below are the stated figures of the rule, to four digits.
func TestDiversityFiguresHold(t *testing.T) {
	half, tenth := penalty.Flat/2, penalty.Flat/10
	majority := []spec.Gwei{70, 15, 10, 5}
	for _, c := range []struct {
		name      string
		shape     penalty.Shape
		low, high penalty.Multiplier
		shares    []spec.Gwei
		want      []string
	}{
		{"inverse", penalty.Inverse, half, 2 * penalty.Flat, majority, []string{"0.5714", "2.0000", "2.0000", "2.0000"}},
		{"linear", penalty.LinearShape, half, 2 * penalty.Flat, majority, []string{"0.6316", "1.7895", "1.8947", "2.0000"}},
		{"quadratic", penalty.Quadratic, half, 2 * penalty.Flat, majority, []string{"0.7816", "1.4981", "1.5172", "1.5287"}},
		{"tent", penalty.Tent, half, 2 * penalty.Flat, majority, []string{"0.9438", "1.1086", "1.1536", "1.1536"}},
		{"tent with tiny families", penalty.Tent, half, 2 * penalty.Flat, []spec.Gwei{600, 250, 140, 9, 1}, []string{"0.9549", "1.0307", "1.1308", "1.1088", "1.0664"}},
		{"inverse with tiny families", penalty.Inverse, half, 2 * penalty.Flat, []spec.Gwei{600, 250, 140, 9, 1}, []string{"0.5833", "1.4000", "2.0000", "2.0000", "2.0000"}},
		{"narrow bounds", penalty.Inverse, penalty.Flat - tenth, penalty.Flat + tenth, majority, []string{"0.9571", "1.1000", "1.1000", "1.1000"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := penalty.DefaultDiversity(c.shape, c.low, c.high)
			stakes := make([]spec.Gwei, len(c.shares))
			for i, s := range c.shares {
				stakes[i] = s * 300_000 * spec.ETH
			}
			m := make([]penalty.Multiplier, len(stakes))
			require.NoError(t, d.Multipliers(m, stakes))
			for i, want := range c.want {
				require.Equal(t, want, fmt.Sprintf("%.4f", m[i].Float()), "family %d", i)
			}
		})
	}
}

func TestForkingAClientGainsTheBoundUnderInverseAndLittleUnderTent(t *testing.T) {
	const amount = 10_000 * spec.ETH
	yearly := func(before, after penalty.Multiplier) float64 {
		return float64(amount/spec.ETH) * 0.03 * (after.Float() - before.Float())
	}
	// two equal families are paid flat, so that the upper bound is 0.1 away
	narrow := penalty.DefaultDiversity(penalty.Inverse, penalty.Flat*9/10, penalty.Flat*11/10)
	even := []spec.Gwei{15_000_000 * spec.ETH, 15_000_000 * spec.ETH}
	before, after, err := narrow.Move(even, 0, len(even), amount)
	require.NoError(t, err)
	require.InDelta(t, 30, yearly(before, after), 0.01)

	// under the tent the new family's weight is one plus 0.17 %
	tent := penalty.DefaultDiversity(penalty.Tent, penalty.Flat/2, 2*penalty.Flat)
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
	for shape := penalty.Inverse; shape <= penalty.Tent; shape++ {
		d := penalty.DefaultDiversity(shape, penalty.Flat/3, 3*penalty.Flat)
		m := make([]penalty.Multiplier, len(stakes))
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
	good := penalty.DefaultDiversity(penalty.Tent, penalty.Flat/2, 2*penalty.Flat)
	dst := make([]penalty.Multiplier, 1)
	for name, change := range map[string]func(*penalty.Diversity){
		"unknown shape":        func(d *penalty.Diversity) { d.Shape = 9 },
		"bounds swapped":       func(d *penalty.Diversity) { d.Low, d.High = d.High, d.Low },
		"low above the budget": func(d *penalty.Diversity) { d.Low = penalty.Flat + 1 },
		"high too high":        func(d *penalty.Diversity) { d.High = 1 << 49 },
		"tent not ascending":   func(d *penalty.Diversity) { d.To = d.Cap },
	} {
		d := good
		change(&d)
		require.ErrorIs(t, d.Multipliers(dst, []spec.Gwei{1}), spec.ErrInput, name)
	}
	require.ErrorIs(t, good.Multipliers(dst, []spec.Gwei{0}), spec.ErrInput)
	require.ErrorIs(t, good.Multipliers(dst, []spec.Gwei{1, 2}), spec.ErrInput)
	two := make([]penalty.Multiplier, 2)
	require.ErrorIs(t, good.Multipliers(two, []spec.Gwei{1 << 63, 1 << 63}), spec.ErrOverflow)
	_, _, err := good.Move([]spec.Gwei{5}, 0, 1, 6)
	require.ErrorIs(t, err, spec.ErrInput)
	_, err = penalty.ByLineage([]spec.Gwei{5}, []int{1}, 1)
	require.ErrorIs(t, err, spec.ErrInput)
}
