package delegation

import (
	"math/rand/v2"
	"testing"

	"github.com/stakesim/stakesim/spec"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var cardano = Saturation{K: 500, A0: 300_000_000}

// whole is a supply of which 1/500, 1/50000 and such are whole numbers.
const whole = spec.Gwei(50_000_000)

func reward(t *testing.T, r spec.Gwei, p PoolStake, limit Parts) spec.Gwei {
	t.Helper()
	f, err := SaturationReward(r, p, cardano, limit, Ratio{1, 1})
	require.NoError(t, err)
	return f
}

func TestCardanoFigures(t *testing.T) {
	const r = 10_000_000_000_000
	for _, c := range []struct{ sigma, pledge, want spec.Gwei }{ // parts: 1/sigma, 1/pledge
		{500, 0, 15384615384},
		{500, 500, 20000000000},
		{1000, 0, 7692307692},
		{1000, 1000, 8269230769},
		{1000, 10000, 7801923076},
		{250, 0, 15384615384}, // saturated
		{500, 50000, 15430769230},
	} {
		p := PoolStake{Total: whole, Stake: whole / c.sigma}
		if c.pledge > 0 {
			p.Pledge = whole / c.pledge
			p.Owner = p.Pledge
		}
		assert.Equal(t, c.want, reward(t, r, p, Off), "%+v", c)
	}
	p := PoolStake{Total: whole, Stake: whole / 500, Owner: whole / 50000}
	members := make([]spec.Gwei, 1)
	operator, err := SplitPoolReward(members, PoolSplit{15430769230, 170000000, 30_000_000}, p, []spec.Gwei{whole / 1000})
	require.NoError(t, err)
	assert.EqualValues(t, 775852538, operator)
	assert.Equal(t, spec.Gwei(7401473076), members[0])
	// Below its cost the operator gets all.
	operator, err = SplitPoolReward(members, PoolSplit{169999999, 170000000, 30_000_000}, p, []spec.Gwei{whole / 1000})
	require.NoError(t, err)
	assert.EqualValues(t, 169999999, operator)
	assert.EqualValues(t, 0, members[0])
}

func TestCardanoPledgeNotMet(t *testing.T) {
	p := PoolStake{Total: whole, Stake: whole / 500, Pledge: 1000, Owner: 999}
	assert.EqualValues(t, 0, reward(t, 1e13, p, Off))
	p.Owner++
	assert.NotZero(t, reward(t, 1e13, p, Off))
}

func TestCardanoPerformance(t *testing.T) {
	p := PoolStake{Total: whole, Stake: whole / 500}
	f, err := SaturationReward(1e13, p, cardano, Off, Ratio{2, 3})
	require.NoError(t, err)
	assert.Equal(t, spec.Gwei(10256410256), f) // 15384615384 * 2 / 3
}

// The reward is not monotone in the pledge: with s' = z0/4 it peaks at
// s' * z0 / (2 * (z0 - s')) = z0/6.
func TestCardanoPledgePeak(t *testing.T) {
	const total = 12_000 * 500 // z0 is 12,000
	at := func(pledge spec.Gwei) spec.Gwei {
		return reward(t, 1<<56, PoolStake{Total: total, Stake: 3000, Pledge: pledge, Owner: pledge}, Off)
	}
	peak := at(2000)
	for pledge := spec.Gwei(0); pledge <= 3000; pledge += 50 {
		if pledge != 2000 {
			assert.Less(t, at(pledge), peak, "pledge %d", pledge)
		}
		if pledge > 0 && pledge <= 2000 {
			assert.Less(t, at(pledge-50), at(pledge))
		} else if pledge > 2000 {
			assert.Greater(t, at(pledge-50), at(pledge))
		}
	}
}

// I18 on random pools.
func TestInvariantI18Cardano(t *testing.T) {
	rng := rand.New(rand.NewPCG(18, 1))
	for range 3000 {
		r := spec.Gwei(rng.Uint64N(1 << 57))
		p := PoolStake{Total: 1 + spec.Gwei(rng.Uint64N(1<<57))}
		p.Stake = 1 + spec.Gwei(rng.Uint64N(uint64(p.Total)))
		if rng.IntN(2) == 0 {
			p.Stake = min(p.Stake, 1+p.Total/spec.Gwei(1+rng.Uint64N(2000)))
		}
		p.Owner = spec.Gwei(rng.Uint64N(uint64(p.Stake) + 1))
		p.Pledge = spec.Gwei(rng.Uint64N(uint64(p.Owner) + 1))
		limit := Parts(Off)
		if rng.IntN(2) == 0 {
			limit = One + Parts(rng.Uint64N(uint64(100*One)))
		}
		f := reward(t, r, p, limit)
		require.LessOrEqual(t, f, r)

		// No gain above saturation: all the rest joins.
		if p.Stake > p.Total/spec.Gwei(cardano.K)+1 {
			more := p
			more.Stake = p.Total
			require.Equal(t, f, reward(t, r, more, limit))
		}
		members := []spec.Gwei{(p.Stake - p.Owner) / 3, (p.Stake - p.Owner) / 2}
		parts := make([]spec.Gwei, 2)
		split := PoolSplit{f, spec.Gwei(rng.Uint64N(uint64(f)/2 + 1)), Parts(rng.Uint64N(uint64(One) + 1))}
		operator, err := SplitPoolReward(parts, split, p, members)
		require.NoError(t, err)
		require.LessOrEqual(t, operator+parts[0]+parts[1], f)
	}
}

// Splitting a pool in two never pays while the leverage limit binds.
func TestInvariantI18SplittingNeverPays(t *testing.T) {
	rng := rand.New(rand.NewPCG(18, 2))
	for range 3000 {
		total := spec.Gwei(1<<40 + rng.Uint64N(1<<50))
		limit := One + Parts(rng.Uint64N(uint64(50*One)))
		z0 := total / spec.Gwei(cardano.K)
		pledge := 2 + spec.Gwei(rng.Uint64N(uint64(z0)))
		stake := limit.of(pledge) // the limit binds
		if stake > z0 || stake < pledge {
			continue
		}
		stake += spec.Gwei(rng.Uint64N(uint64(stake)))
		all := reward(t, 1e13, PoolStake{total, stake, pledge, pledge}, limit)
		a := 1 + spec.Gwei(rng.Uint64N(uint64(pledge-1)))
		stakeA := min(max(a, spec.Gwei(rng.Uint64N(uint64(stake)))), stake-(pledge-a))
		one := reward(t, 1e13, PoolStake{total, stakeA, a, a}, limit)
		two := reward(t, 1e13, PoolStake{total, stake - stakeA, pledge - a, pledge - a}, limit)
		require.LessOrEqual(t, one+two, all, "pledge %d of %d, stake %d of %d", a, pledge, stakeA, stake)
	}
}

func TestCardanoInput(t *testing.T) {
	good := PoolStake{Total: 100, Stake: 10, Pledge: 5, Owner: 5}
	for name, bad := range map[string]PoolStake{
		"no supply":             {},
		"stake above supply":    {Total: 100, Stake: 101},
		"pledge above stake":    {Total: 100, Stake: 10, Pledge: 11, Owner: 10},
		"owner above the stake": {Total: 100, Stake: 10, Owner: 11},
	} {
		_, err := SaturationReward(1, bad, cardano, Off, Ratio{1, 1})
		assert.ErrorIs(t, err, spec.ErrInput, name)
		_, err = SplitPoolReward(nil, PoolSplit{}, bad, nil)
		assert.ErrorIs(t, err, spec.ErrInput, name)
	}
	_, err := SaturationReward(1, good, Saturation{}, Off, Ratio{1, 1})
	assert.ErrorIs(t, err, spec.ErrInput)
	_, err = SaturationReward(1, good, cardano, One-1, Ratio{1, 1})
	assert.ErrorIs(t, err, spec.ErrInput)
	_, err = SaturationReward(1, good, cardano, Off, Ratio{2, 1})
	assert.ErrorIs(t, err, spec.ErrInput)
	_, err = SplitPoolReward(nil, PoolSplit{}, good, []spec.Gwei{1})
	assert.ErrorIs(t, err, spec.ErrInput)
	_, err = SplitPoolReward(make([]spec.Gwei, 1), PoolSplit{}, good, []spec.Gwei{6})
	assert.ErrorIs(t, err, spec.ErrInput)
	_, err = PoolSplit{Margin: One + 1}.Operator(good)
	assert.ErrorIs(t, err, spec.ErrInput)
	f, err := SaturationReward(1<<64-1, PoolStake{1<<64 - 1, 1<<64 - 1, 1<<64 - 1, 1<<64 - 1}, Saturation{1, 1<<64 - 1}, Off, Ratio{1, 1})
	require.NoError(t, err)
	assert.Equal(t, spec.Gwei(1<<64-1), f)
}
