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
	operator, err := SplitPoolReward(members, PoolSplit{15430769230, 170000000, Ratio{3, 100}}, p, []spec.Gwei{whole / 1000})
	require.NoError(t, err)
	assert.EqualValues(t, 775852538, operator)
	assert.Equal(t, spec.Gwei(7401473076), members[0])
	// Below its cost the operator gets all.
	operator, err = SplitPoolReward(members, PoolSplit{169999999, 170000000, Ratio{3, 100}}, p, []spec.Gwei{whole / 1000})
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

// The ledger registers any pledge; one that the owners' stake in the pool does not meet
// earns nothing, also when it is above all of the pool's stake.
func TestCardanoPledgeAboveTheStakeEarnsNothing(t *testing.T) {
	for _, p := range []PoolStake{
		{Total: whole, Stake: whole / 500, Pledge: whole/500 + 1, Owner: whole / 500},
		{Total: whole, Stake: whole / 500, Pledge: 1<<64 - 1, Owner: whole / 500},
		{Total: whole, Pledge: 1},
	} {
		for _, performance := range []Ratio{{0, 1}, {1, 1}, {5, 2}} {
			f, err := SaturationReward(1e13, p, cardano, Off, performance)
			require.NoError(t, err)
			require.Zero(t, f)
			f, err = SaturationReward(1e13, p, cardano, One, performance)
			require.NoError(t, err)
			require.Zero(t, f)
		}
		members := []spec.Gwei{7, 7}
		operator, err := SplitPoolReward(members, PoolSplit{Cost: 170000000, Margin: Ratio{3, 100}}, p, []spec.Gwei{0, 0})
		require.NoError(t, err)
		require.Zero(t, operator)
		require.Equal(t, []spec.Gwei{0, 0}, members)
	}
}

// A pool that made more blocks than its stake promised earns more: 20 blocks of 21600
// with 1/1500 of the active stake are 25/18 of what was to be expected.
func TestCardanoPerformanceAboveOneMultiplies(t *testing.T) {
	p := PoolStake{Total: whole, Stake: whole / 500}
	for _, c := range []struct {
		performance Ratio
		want        spec.Gwei // floor(15384615384 * performance)
	}{
		{Ratio{25, 18}, 21367521366}, {Ratio{3, 2}, 23076923076}, {Ratio{1<<64 - 1, 1<<64 - 2}, 15384615384},
		{Ratio{1000, 1}, 15384615384000}, {Ratio{0, 7}, 0}, {Ratio{1_000_000_001, 1_000_000_000}, 15384615399},
	} {
		f, err := SaturationReward(1e13, p, cardano, Off, c.performance)
		require.NoError(t, err)
		require.Equal(t, c.want, f, c.performance)
	}
	_, err := SaturationReward(1e13, p, cardano, Off, Ratio{1<<64 - 1, 1})
	require.ErrorIs(t, err, spec.ErrOverflow)
}

// Margins that no number of parts per billion says: a third, and one less 1/2^64.
func TestCardanoMarginIsAnyRational(t *testing.T) {
	p := PoolStake{Total: whole, Stake: 90_000, Owner: 30_000}
	for _, c := range []struct {
		margin           Ratio
		operator, member spec.Gwei // of 10^15 + 1 above the cost, the member with a third of the stake
	}{
		{Ratio{1, 3}, 555555555555556 + 10, 222222222222222},
		{Ratio{1, 7}, 428571428571429 + 10, 285714285714286},
		{Ratio{1<<64 - 2, 1<<64 - 1}, 1000000000000000 + 10, 0},
		{Ratio{0, 1}, 333333333333333 + 10, 333333333333333},
		{Ratio{}, 333333333333333 + 10, 333333333333333},
		{Ratio{5, 5}, 1000000000000001 + 10, 0},
	} {
		members := make([]spec.Gwei, 1)
		operator, err := SplitPoolReward(members, PoolSplit{1e15 + 11, 10, c.margin}, p, []spec.Gwei{30_000})
		require.NoError(t, err)
		require.Equal(t, c.operator, operator, c.margin)
		require.Equal(t, c.member, members[0], c.margin)
	}
}

func TestCardanoSplitThatFailsWritesNothing(t *testing.T) {
	dst := []spec.Gwei{1, 2}
	_, err := SplitPoolReward(dst, PoolSplit{Reward: 100}, PoolStake{Total: 100, Stake: 10}, []spec.Gwei{5, 6})
	require.ErrorIs(t, err, spec.ErrInput)
	require.Equal(t, []spec.Gwei{1, 2}, dst)
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
		split := PoolSplit{f, spec.Gwei(rng.Uint64N(uint64(f)/2 + 1)), Ratio{rng.Uint64N(1 << 40), 1 << 40}}
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
		stake := limit.Of(pledge) // the limit binds
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
	_, err = SaturationReward(1, good, cardano, Off, Ratio{2, 0})
	assert.ErrorIs(t, err, spec.ErrInput)
	_, err = SplitPoolReward(nil, PoolSplit{}, good, []spec.Gwei{1})
	assert.ErrorIs(t, err, spec.ErrInput)
	_, err = SplitPoolReward(make([]spec.Gwei, 1), PoolSplit{}, good, []spec.Gwei{6})
	assert.ErrorIs(t, err, spec.ErrInput)
	for _, bad := range []Ratio{{11, 10}, {1, 0}, {1<<64 - 1, 1<<64 - 2}} {
		_, err = PoolSplit{Margin: bad}.Operator(good)
		assert.ErrorIs(t, err, spec.ErrInput)
		_, err = PoolSplit{Margin: bad}.Member(good, 1)
		assert.ErrorIs(t, err, spec.ErrInput)
	}
	_, err = PoolSplit{Reward: 1}.Operator(PoolStake{Total: 100})
	assert.ErrorIs(t, err, spec.ErrInput)
	f, err := SaturationReward(1<<64-1, PoolStake{1<<64 - 1, 1<<64 - 1, 1<<64 - 1, 1<<64 - 1}, Saturation{1, 1<<64 - 1}, Off, Ratio{1, 1})
	require.NoError(t, err)
	assert.Equal(t, spec.Gwei(1<<64-1), f)
}
