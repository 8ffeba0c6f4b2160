package rainbow

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/delegation"
	"github.com/stakesim/stakesim/spec"
)

// The price check of the text: c = 1 and p - p* = 2/30 over 10 slots.
func TestRolePriceCheck(t *testing.T) {
	r := RolePrice{Floor: 1000 * eth, Price: 2000 * eth, Sensitivity: delegation.Ratio{Num: 1, Den: 1}, Target: delegation.Ratio{Num: 1, Den: 3}}
	for range 10 {
		f, err := NextPrice(r, delegation.Ratio{Num: 12, Den: 30})
		require.NoError(t, err)
		r.Price = f
	}
	require.InDelta(t, 1.9067, float64(r.Price-r.Floor)/float64(1000*eth), 0.00005)
	// it falls, and stays above its floor
	for range 200 {
		f, err := NextPrice(r, delegation.Ratio{Num: 0, Den: 1})
		require.NoError(t, err)
		require.LessOrEqual(t, f, r.Price)
		require.Greater(t, f, r.Floor)
		r.Price = f
	}
	require.Equal(t, r.Floor+1, r.Price)
	r.Sensitivity = delegation.Ratio{Num: 1 << 60, Den: 1}
	f, err := NextPrice(r, delegation.Ratio{Num: math.MaxUint64, Den: 1})
	require.NoError(t, err)
	require.Equal(t, delegation.MaxSupply, f)
	for _, bad := range []RolePrice{
		{Floor: 1, Price: 1, Sensitivity: half, Target: half}, {Price: delegation.MaxSupply + 1, Sensitivity: half, Target: half},
		{Price: 1, Target: half}, {Price: 1, Sensitivity: half},
	} {
		_, err := NextPrice(bad, half)
		require.ErrorIs(t, err, spec.ErrInput)
	}
	_, err = NextPrice(RolePrice{Price: 1, Sensitivity: half, Target: half}, delegation.Ratio{})
	require.ErrorIs(t, err, spec.ErrInput)
}

// A price that came down to just above its floor rises again as soon as demand does.
// Floor 1000 ETH, c = 1, target 1/3.
func TestRolePriceIsNotAbsorbedAboveItsFloor(t *testing.T) {
	r := RolePrice{Floor: 1000 * eth, Price: 1000*eth + 400_000_000_000, Sensitivity: delegation.Ratio{Num: 1, Den: 1}, Target: delegation.Ratio{Num: 1, Den: 3}}
	move := func(demand delegation.Ratio) {
		f, err := NextPrice(r, demand)
		require.NoError(t, err)
		r.Price = f
	}
	quiet := 0
	for ; r.Price > r.Floor+1; quiet++ {
		move(delegation.Ratio{Num: 0, Den: 1})
	}
	require.Less(t, quiet, 100)
	move(delegation.Ratio{Num: 0, Den: 1})
	require.Equal(t, r.Floor+1, r.Price) // not to the floor itself
	for i := range spec.Gwei(14) {       // a fifteenth is less than 1 Gwei until then
		move(delegation.Ratio{Num: 12, Den: 30})
		require.Equal(t, r.Floor+2+i, r.Price)
	}
	for range 100_000 {
		last := r.Price
		move(delegation.Ratio{Num: 12, Den: 30})
		require.True(t, r.Price > last || r.Price == delegation.MaxSupply)
	}
	require.Equal(t, delegation.MaxSupply, r.Price)
}

// The rule for every sensitivity, target and demand, on rationals written out here.
func TestRolePriceMovesWithTheSignOfItsDemand(t *testing.T) {
	rng := rand.New(rand.NewPCG(21826, 1))
	any64 := func() uint64 { return rng.Uint64() >> rng.UintN(64) }
	one := big.NewInt(1)
	for range 20_000 {
		price := delegation.MaxSupply >> rng.UintN(57)
		r := RolePrice{Floor: spec.Gwei(rng.Uint64N(uint64(price))), Price: price}
		r.Sensitivity = delegation.Ratio{Num: any64() * rng.Uint64N(2), Den: max(any64(), 1)}
		r.Target = delegation.Ratio{Num: any64(), Den: max(any64(), 1)}
		demand := delegation.Ratio{Num: any64(), Den: max(any64(), 1)}
		if rng.IntN(4) == 0 {
			demand = r.Target
		}
		got, err := NextPrice(r, demand)
		require.NoError(t, err)

		cross := mul(whole(demand.Num), whole(r.Target.Den))
		cross.Sub(cross, mul(whole(r.Target.Num), whole(demand.Den))) // p - p*, over both
		over := mul(whole(demand.Den), whole(r.Target.Den), whole(r.Sensitivity.Den))
		g := add(over, mul(cross, whole(r.Sensitivity.Num)))
		g.Mul(g, gwei(r.Price-r.Floor))
		g.Div(g, over) // floors
		if g.Sign() <= 0 {
			g = one
		}
		g = add(g, gwei(r.Floor))
		want := gwei(r.Price)
		switch cross.Sign() {
		case 1:
			if want = add(want, one); g.Cmp(want) > 0 {
				want = g
			}
		case -1:
			if want.Sub(want, one); g.Cmp(want) < 0 {
				want = g
			}
			if above := gwei(r.Floor + 1); want.Cmp(above) < 0 {
				want = above
			}
		}
		if top := gwei(delegation.MaxSupply); want.Cmp(top) > 0 {
			want = top
		}
		require.Equal(t, want.Uint64(), uint64(got), "%+v at %+v", r, demand)
	}
}
