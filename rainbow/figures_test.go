package rainbow

import (
	"math"
	"math/big"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/delegation"
	"github.com/stakesim/stakesim/spec"
)

var (
	twoThirds = delegation.Ratio{Num: 2, Den: 3}
	half      = delegation.Ratio{Num: 1, Den: 2}
)

func TestQuorumIsStrictlyMoreThanItsFloor(t *testing.T) {
	for q, want := range map[delegation.Ratio]uint64{twoThirds: 342, half: 257} {
		below, err := BelowQuorum(512, q)
		require.NoError(t, err)
		require.Equal(t, want, below+1)
	}
	for _, q := range []delegation.Ratio{{Num: 1, Den: 0}, {Num: 2, Den: 1}} {
		_, err := BelowQuorum(512, q)
		require.ErrorIs(t, err, ErrQuorum)
	}
}

// The stall table to the digits of the text.
func TestStallProbabilities(t *testing.T) {
	for _, c := range []struct {
		quorum   delegation.Ratio
		withheld float64
		want     string // digits as printed
		format   byte
		digits   int
	}{
		{twoThirds, 0.20, "8.5e-13", 'e', 1},
		{twoThirds, 0.25, "1.28e-05", 'e', 2},
		{twoThirds, 0.30, "0.0526", 'f', 4},
		{twoThirds, 1.0 / 3, "0.504", 'f', 3},
		{twoThirds, 0.40, "0.999", 'f', 3},
		{half, 0.20, "1.1e-51", 'e', 1},
		{half, 0.25, "5.5e-34", 'e', 1},
		{half, 1.0 / 3, "5.6e-15", 'e', 1},
		{half, 0.40, "2.95e-06", 'e', 2},
	} {
		got, err := StallProbability(512, c.quorum, c.withheld)
		require.NoError(t, err)
		require.Equal(t, c.want, strconv.FormatFloat(got, c.format, c.digits, 64), "%v of quorum %v", c.withheld, c.quorum)
	}
	p, _ := StallProbability(512, twoThirds, 0.25)
	require.InDelta(t, 11, 12/p/86400, 0.2) // days between stalled slots
}

// The sum of exact binomial terms in rationals.
func TestStallProbabilityAgainstExactSums(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 1))
	for range 60 {
		n := 1 + rng.Uint64N(300)
		q := delegation.Ratio{Num: rng.Uint64N(10), Den: 10}
		w := 1 + rng.Uint64N(63)
		below, _ := BelowQuorum(n, q)
		sum, a, b := new(big.Int), new(big.Int).SetUint64(64-w), new(big.Int).SetUint64(w)
		for i := uint64(0); i <= below; i++ {
			term := new(big.Int).Binomial(int64(n), int64(i))
			term.Mul(term, power(a, i))
			sum.Add(sum, term.Mul(term, power(b, n-i)))
		}
		want, _ := new(big.Rat).SetFrac(sum, power(big.NewInt(64), n)).Float64()
		got, err := StallProbability(n, q, float64(w)/64)
		require.NoError(t, err)
		require.InEpsilon(t, want, got, 1e-10, "%d %v %d/64", n, q, w)
	}
	for withheld, want := range map[float64]float64{0: 0, 1: 1} {
		got, err := StallProbability(512, half, withheld)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	got, err := StallProbability(512, delegation.Ratio{Num: 1, Den: 1}, 0)
	require.NoError(t, err)
	require.EqualValues(t, 1, got)
	for _, bad := range []float64{-0.1, 1.1, math.NaN()} {
		_, err := StallProbability(512, half, bad)
		require.ErrorIs(t, err, spec.ErrInput)
	}
	_, err = StallProbability(0, half, 0.5)
	require.ErrorIs(t, err, ErrQuorum)
	_, err = StallProbability(512, delegation.Ratio{}, 0.5)
	require.ErrorIs(t, err, ErrQuorum)
}

func TestBothLayersMakeFinality(t *testing.T) {
	for does, c := range map[string]struct {
		votes, total, online, light spec.Gwei
		want                        bool
	}{
		"two thirds and more than half":       {200, 300, 51, 100, true},
		"a Gwei short of two thirds":          {199, 300, 51, 100, false},
		"half of the light weight":            {200, 300, 50, 100, false},
		"half of an odd light weight, up":     {200, 300, 51, 101, true},
		"half of an odd light weight, down":   {200, 300, 50, 101, false},
		"no light weight":                     {300, 300, 0, 0, false},
		"no heavy stake":                      {0, 0, 51, 100, false},
		"sums beyond 64 bits do not overflow": {math.MaxUint64, math.MaxUint64, math.MaxUint64, math.MaxUint64, true},
	} {
		require.Equal(t, c.want, FinalByBothLayers(c.votes, c.total, c.online, c.light), does)
	}
}

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

func TestRelativeRewardCurve(t *testing.T) {
	require.InDelta(t, 0.75, RelativeReward(1, 100, 100), 1e-12)
	require.InDelta(t, 0, RelativeReward(1, 120, 100), 1e-12)
	require.Greater(t, RelativeReward(1, 119.9, 100), 0.0)
	require.Greater(t, RelativeReward(1, 90, 100), 0.75)
	for _, aa := range []float64{121, 133, 134, 1000, -1, math.NaN(), math.Inf(1)} {
		require.Zero(t, RelativeReward(1, aa, 100), aa)
	}
	require.Zero(t, RelativeReward(1, 1, 0))
}

func TestListerShares(t *testing.T) {
	const unit = 1_000_000
	third := delegation.Ratio{Num: 1, Den: 3}
	for l, want := range map[uint64]float64{1: 0.3333, 2: 0.2586, 3: 0.2113} {
		v, err := ListerShare(unit, 16, l, third)
		require.NoError(t, err)
		require.InDelta(t, want, float64(v)/unit, 0.00005)
	}
	for den := uint64(1); den <= 16; den++ {
		v, err := ListerShare(16*unit, 16, 16, delegation.Ratio{Num: 1, Den: den})
		require.NoError(t, err)
		require.EqualValues(t, unit, v)
	}
	v, err := ListerShare(16*unit, 16, 5, delegation.Ratio{Num: 1, Den: 16}) // u = 1/n: always 1/n each
	require.NoError(t, err)
	require.EqualValues(t, unit, v)
	v, err = ListerShare(unit, 16, 0, third)
	require.NoError(t, err)
	require.Zero(t, v)
	for _, c := range []struct {
		n, l uint64
		u    delegation.Ratio
	}{{1, 1, half}, {16, 17, half}, {16, 1, delegation.Ratio{Num: 1, Den: 17}}, {16, 1, delegation.Ratio{Num: 2, Den: 1}}, {16, 1, delegation.Ratio{}}} {
		_, err := ListerShare(unit, c.n, c.l, c.u)
		require.ErrorIs(t, err, ErrWeights)
	}
	// all listers together never get more than there is
	rng := rand.New(rand.NewPCG(8, 1))
	for range 3000 {
		n := 2 + rng.Uint64N(1000)
		l := 1 + rng.Uint64N(n)
		den := 1 + rng.Uint64N(n*1000)
		num := (den + n - 1) / n
		num += rng.Uint64N(den - num + 1)
		value := spec.Gwei(rng.Uint64N(1 << 57))
		v, err := ListerShare(value, n, l, delegation.Ratio{Num: num, Den: den})
		require.NoError(t, err)
		require.LessOrEqual(t, new(big.Int).Mul(gwei(v), whole(l)).Cmp(gwei(value)), 0)
	}
}

func TestScheduledPenalty(t *testing.T) {
	v, err := ScheduledPenalty(7, []uint64{0, 2, 2}, []uint64{1, 50, 3})
	require.NoError(t, err)
	require.EqualValues(t, 7*(1+3+3), v)
	_, err = ScheduledPenalty(7, []uint64{3}, []uint64{1, 50, 3})
	require.ErrorIs(t, err, delegation.ErrEpoch)
	_, err = ScheduledPenalty(1<<63, []uint64{0}, []uint64{2})
	require.ErrorIs(t, err, spec.ErrOverflow)
	_, err = ScheduledPenalty(1<<63, []uint64{0, 0}, []uint64{1})
	require.ErrorIs(t, err, spec.ErrOverflow)
}
