package diversity_test

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/penalty/diversity"
	"github.com/stakesim/stakesim/penalty/internal/twin"
	"github.com/stakesim/stakesim/penalty/ref"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/budget"
)

// diversitySeeds start the fuzzing of the reward rule: shape, bounds, the tent's
// shares and slopes, and a byte for each family's stake.
var diversitySeeds = []struct {
	shape           uint8
	low, high       uint64
	from, to, limit uint64
	bonus, malus    uint64
	shift           uint8
	stakes          []byte
}{
	{0, 1 << 31, 1 << 33, 0, 0, 0, 0, 0, 40, []byte{70, 15, 10, 5}},
	{1, 1 << 31, 1 << 33, 0, 0, 0, 0, 0, 40, []byte{70, 15, 10, 5}},
	{2, 1 << 31, 1 << 33, 0, 0, 0, 0, 0, 0, []byte{70, 15, 10, 5}},
	{3, 1 << 31, 1 << 33, 85899345, 429496729, 1431655765, 429496729, 429496729, 10, []byte{60, 25, 14, 1, 0}},
	{3, 0, 1 << 33, 1, 2, 1 << 32, 1 << 32, 1 << 32, 56, []byte{200, 1, 2}},
	{0, 0, 1 << 48, 0, 0, 0, 0, 0, 0, []byte{0, 0, 255}},
	{0, 1 << 33, 1 << 33, 0, 0, 0, 0, 0, 0, []byte{1}},
	{0, 1 << 31, 1 << 33, 0, 0, 0, 0, 0, 0, nil},
	{0, 1 << 31, 1 << 33, 0, 0, 0, 0, 0, 60, []byte{255, 255}},
	{0, 1<<33 - 29, 1 << 33, 23, 15, 61, 32, 0, 56, []byte("000x")}, // low above the budget, and too much stake
}

// FuzzDiversity holds the multipliers to penalty/ref, to the budget and to the
// bounds.
func FuzzDiversity(f *testing.F) {
	for _, s := range diversitySeeds {
		f.Add(s.shape, s.low, s.high, s.from, s.to, s.limit, s.bonus, s.malus, s.shift, s.stakes)
	}
	f.Fuzz(func(t *testing.T, shape uint8, low, high, from, to, limit, bonus, malus uint64, shift uint8, raw []byte) {
		budget.Run(t, budget.Limit{}, func() {
			d := diversity.Diversity{
				Shape: diversity.Shape(shape % 5), Low: diversity.Multiplier(low), High: diversity.Multiplier(high),
				From: from, To: to, Cap: limit, Bonus: diversity.Multiplier(bonus), Malus: diversity.Multiplier(malus),
			}
			stakes := make([]spec.Gwei, min(len(raw), 12))
			for i := range stakes {
				stakes[i] = spec.Gwei(raw[i])<<(shift%57) + spec.Gwei(i)*spec.Gwei(min(raw[i], 1))
			}
			untouched := append([]spec.Gwei(nil), stakes...)
			got := make([]diversity.Multiplier, len(stakes))
			err := d.Multipliers(got, stakes)
			twin.Same(t, untouched, append([]spec.Gwei(nil), stakes...), "stakes")
			oracle := ref.Diversity{
				Shape: ref.Shape(d.Shape), Low: twin.BigOf(low), High: twin.BigOf(high),
				Lo: twin.BigOf(from), Hi: twin.BigOf(to), Limit: twin.BigOf(limit), Bonus: twin.BigOf(bonus), Malus: twin.BigOf(malus),
			}
			one := uint64(diversity.Flat)
			if high > 1<<48 || d.Shape == diversity.Tent && (limit > one || bonus > one) { // the fast form's own bounds
				require.ErrorIs(t, err, spec.ErrInput)
				return
			}
			want, _, wantErr := oracle.Multipliers(bigs(stakes))
			twin.SameKind(t, wantErr, err, d)
			if err != nil {
				return
			}
			paid, budget := new(big.Int), new(big.Int)
			for i, m := range got {
				require.Equal(t, want[i].Uint64(), uint64(m), "family %d", i)
				require.True(t, d.Low <= m && m <= d.High)
				paid.Add(paid, new(big.Int).Mul(twin.BigOf(stakes[i]), twin.BigOf(m)))
				budget.Add(budget, new(big.Int).Mul(twin.BigOf(stakes[i]), twin.BigOf(diversity.Flat)))
			}
			require.True(t, paid.Cmp(budget) <= 0, "above the budget")
		})
	})
}

func bigs(stakes []spec.Gwei) []*big.Int {
	list := make([]*big.Int, len(stakes))
	for i, v := range stakes {
		list[i] = twin.BigOf(v)
	}
	return list
}
