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

func TestSeatsAndTheirBonds(t *testing.T) {
	seat, err := SeatStake(30*million, 8192)
	require.NoError(t, err)
	require.Equal(t, spec.Gwei(3_662_109_375_000), seat)
	for _, c := range []struct {
		ratio uint64
		rule  SeatRule
		want  spec.Gwei
		eth   float64
	}{
		{100, BondAndDelegated, 36_258_508_664, 36.259},
		{100, DelegatedAlone, 36_621_093_750, 36.621},
		{3, BondAndDelegated, 915_527_343_750, 915.527},
		{250, BondAndDelegated, 0, 14.590},
	} {
		bond, err := BondForSeat(seat, c.ratio, c.rule)
		require.NoError(t, err)
		if c.want > 0 {
			require.Equal(t, c.want, bond)
		}
		require.InDelta(t, c.eth, float64(bond)/1e9, 0.0005)
		if c.rule == BondAndDelegated { // the ledger's own reading of a leverage cap
			require.Equal(t, bond, delegation.BondForSeat(seat, seat, delegation.Parts(c.ratio)*delegation.One))
		}
	}
	_, err = SeatStake(1, 0)
	require.ErrorIs(t, err, spec.ErrInput)
	_, err = BondForSeat(1, 0, DelegatedAlone)
	require.ErrorIs(t, err, spec.ErrInput)
	_, err = BondForSeat(1, math.MaxUint64, BondAndDelegated)
	require.ErrorIs(t, err, spec.ErrInput)
	_, err = BondForSeat(1, 1, seatRules)
	require.ErrorIs(t, err, spec.ErrInput)
}

func TestCommitteeOfPowersOfTwo(t *testing.T) {
	classes, err := PowerClasses(10, (1<<18)*eth)
	require.NoError(t, err)
	seats, stake := uint64(0), spec.Gwei(0)
	for i, c := range classes {
		require.Equal(t, uint64(1)<<i, c.Seats)
		require.Equal(t, spec.Gwei(1)<<(18-i)*eth, c.Stake)
		seats += c.Seats
		stake += spec.Gwei(c.Seats) * c.Stake
	}
	require.EqualValues(t, 1023, seats)
	require.Equal(t, 2_621_440*eth, stake)
	_, err = PowerClasses(64, 1)
	require.ErrorIs(t, err, spec.ErrInput)
}

func TestZipfStakesSumAndFall(t *testing.T) {
	stakes := make([]spec.Gwei, 1000)
	stakes[0] = 1 // what was there does not count
	require.NoError(t, ZipfStakes(stakes, 30*million))
	sum, harmonic := spec.Gwei(0), 0.0
	for i, v := range stakes {
		sum += v
		harmonic += 1 / float64(i+1)
		if i > 0 {
			require.LessOrEqual(t, v, stakes[i-1])
		}
	}
	require.Equal(t, 30*million, sum)
	require.InEpsilon(t, float64(30*million)/harmonic, float64(stakes[0]), 1e-8)
	require.InEpsilon(t, float64(stakes[0])/1000, float64(stakes[999]), 1e-6)
	require.ErrorIs(t, ZipfStakes(nil, 1), spec.ErrInput)
}

// I25: inclusion times reward is R S / T, exactly.
func TestInvariantI25Orbit(t *testing.T) {
	rng := rand.New(rand.NewPCG(25, 1))
	for range 2000 {
		reward, stake := spec.Gwei(rng.Uint64N(1<<40)), spec.Gwei(rng.Uint64N(1<<uint(1+rng.IntN(50))))
		threshold := 1 + spec.Gwei(rng.Uint64N(1<<45))
		p := OrbitInclusion(stake, threshold)
		q, r, err := OrbitReward(reward, stake, threshold)
		if err != nil {
			require.ErrorIs(t, err, spec.ErrOverflow)
			continue
		}
		got := new(big.Rat).SetFrac(gwei(r), gwei(threshold))
		got.Add(got, new(big.Rat).SetInt(gwei(q)))
		got.Mul(got, new(big.Rat).SetFrac(whole(p.Num), whole(p.Den)))
		want := new(big.Rat).SetFrac(mul(gwei(reward), gwei(stake)), gwei(threshold))
		require.Zero(t, got.Cmp(want), "%d %d %d", reward, stake, threshold)
	}
	_, _, err := OrbitReward(1, 1, 0)
	require.ErrorIs(t, err, spec.ErrInput)
	_, _, err = OrbitReward(math.MaxUint64, math.MaxUint64, 2)
	require.ErrorIs(t, err, spec.ErrOverflow)
}

func TestOrbitIncludesByStake(t *testing.T) {
	count := 0
	for i := range uint64(20_000) {
		if OrbitIncluded([32]byte{1}, i, 32*eth, 1024*eth) {
			count++
		}
	}
	require.InDelta(t, 20_000.0/32, count, 4*25) // four standard deviations
	require.True(t, OrbitIncluded([32]byte{}, 0, 1, 1))
	require.False(t, OrbitIncluded([32]byte{}, 0, 0, 1))
}

func TestCommitteesAreDrawnByWeight(t *testing.T) {
	weights := []spec.Gwei{0, 10 * eth, 0, 30 * eth, 60 * eth, 0}
	seats := make([]int, 40_000)
	require.NoError(t, SampleCommittee(seats, weights, [32]byte{7}))
	count := map[int]int{}
	for _, s := range seats {
		count[s]++
	}
	for i, w := range weights {
		p := float64(w) / float64(100*eth)
		require.InDelta(t, p*40_000, count[i], 4*math.Sqrt(40_000*p*(1-p)))
	}
	again := make([]int, 40_000)
	require.NoError(t, SampleCommittee(again, weights, [32]byte{7}))
	require.Equal(t, seats, again)
	few := make([]int, 200)
	require.NoError(t, SampleCommittee(few, []spec.Gwei{0, 1, 1}, [32]byte{7}))
	require.NotContains(t, few, 0)
	require.Contains(t, few, 1)
	require.Contains(t, few, 2)
	require.ErrorIs(t, SampleCommittee(seats, []spec.Gwei{0}, [32]byte{}), ErrWeights)
	require.ErrorIs(t, SampleCommittee(seats, []spec.Gwei{math.MaxUint64, 1}, [32]byte{}), spec.ErrOverflow)
	require.Equal(t, again, seats)
}
