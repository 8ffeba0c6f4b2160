package backtest_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/backtest"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/budget"
)

// FuzzBinary takes any bytes for each form: what is read is written as it was,
// anything else leaves the receiver alone, and the steps take it without a panic.
func FuzzBinary(f *testing.F) {
	a, failures, x, sums := steps(1)
	slots := days()[:32]
	slots[4].Failures[0] += 1000 << 32
	slots[4].Balance += 1000 * spec.ETH
	o, err := study().NewObserver()
	require.NoError(f, err)
	var b backtest.Aggregates
	var odd backtest.Failures
	require.NoError(f, o.Observe(&b, &odd, slots))
	rational := backtest.Factors{Rules: make([][32]penalty.Factors, 1)}
	for i := range rational.Rules[0] {
		rational.Rules[0][i] = penalty.Factors{Source: penalty.Factor{Num: uint64(i), Den: 7, Squared: i%2 == 0}, Target: penalty.Integer(uint64(i))}
	}
	walk := study().NewWalk()
	require.NoError(f, walk.Step(new(backtest.Factors), &a))
	for _, v := range []travels{&a, &failures, &x, &sums, &b, &odd, &rational, result(0).Totals, hamlet(), walk} {
		f.Add(form(f, v))
	}
	s := study()
	_, ten, good, _ := steps(0)
	f.Fuzz(func(t *testing.T, data []byte) {
		budget.Run(t, budget.Limit{}, func() {
			var a backtest.Aggregates
			var failures backtest.Failures
			var x backtest.Factors
			var sums backtest.Sums
			var totals backtest.Totals
			population, walk := hamlet(), s.NewWalk()
			for _, v := range []travels{&a, &failures, &x, &sums, &totals, population, walk} {
				before := form(t, v)
				if err := v.UnmarshalBinary(data); err != nil {
					require.ErrorIs(t, err, spec.ErrInput)
					require.Equal(t, before, form(t, v))
					continue
				}
				require.Equal(t, data, form(t, v), "every value has one form")
				require.ErrorIs(t, v.UnmarshalBinary(data[:len(data)-1]), spec.ErrInput)
				require.ErrorIs(t, v.UnmarshalBinary(append(data[:len(data):len(data)], 0)), spec.ErrInput)
				require.Equal(t, data, form(t, v))
			}
			_ = walk.Step(new(backtest.Factors), &a)
			ours, theirs := good, x
			ours.Epoch, theirs.Epoch = failures.Epoch, ten.Epoch
			for _, err := range []error{s.NewPunisher().Punish(&sums, &failures, &ours), s.NewPunisher().Punish(&sums, &ten, &theirs)} {
				require.True(t, err == nil || errors.Is(err, spec.ErrInput) || errors.Is(err, spec.ErrOverflow))
			}
			before := form(t, &totals)
			if totals.Add(&sums) != nil {
				require.Equal(t, before, form(t, &totals))
			}
			var other backtest.Totals
			if other.Add(&sums) == nil {
				_ = other.Merge(&totals)
				_ = totals.Merge(&other)
			}
			_, _ = s.Result(&backtest.Outcome{Counts: o.Counts(), Totals: &totals}, 2, 1)
		})
	})
}
