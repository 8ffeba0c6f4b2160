package ref_test

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/penalty/ref"
	"github.com/stakesim/stakesim/spec"
)

func TestIncidentsReplayToTheAcceptanceFigures(t *testing.T) {
	for _, c := range []struct {
		file         string
		total        uint64 // Gwei
		perIncrement uint64 // Gwei
		seed         uint64 // Gwei
		slots        int
		sums, means  []float64
		maxima       []float64
		after        []uint64 // Gwei
	}{
		{
			"2025-12-04-fusaka.csv", 35_632_266_500_000_000, 339, 3_518_727_050_781, 1344,
			[]float64{76380, 152829, 151800}, nil,
			[]float64{90, 180, 180}, []uint64{5_207_081_723_306, 5_207_081_723_306, 6_874_082_539_954},
		},
		{
			"2024-01-06-besu.csv", 28_915_761_000_000_000, 376, 3_301_601_562_500, 4000,
			nil, []float64{3.84225, 7.171, 7.077}, []float64{11, 22, 22}, nil,
		},
	} {
		s := withTotal(spec.Gwei(c.total))
		requireNumber(t, c.perIncrement, must(ref.GetBaseRewardPerIncrement(s))(t))
		reference := must(ref.GetSlotReferenceBalance(s))(t)
		for k, rule := range []ref.Smoothed{ref.E1(), ref.E2(), ref.E3()} {
			average, slots, sum, most := gwei(c.seed), 0, 0., 0.
			for _, epoch := range incident(t, c.file) {
				o := new(big.Int).Div(epoch, big.NewInt(32))
				for range 32 {
					var f *big.Rat
					var err error
					f, average, err = rule.Step(average, o, reference)
					require.NoError(t, err)
					slots, sum, most = slots+1, sum+float(f), max(most, float(f))
				}
			}
			require.Equal(t, c.slots, slots)
			require.Equal(t, c.maxima[k], most)
			if c.sums != nil {
				require.Equal(t, c.sums[k], sum)
				requireNumber(t, c.after[k], average)
			} else {
				require.InDelta(t, c.means[k], sum/float64(slots), 0.0005)
			}
		}
	}
}

// The seed at the fork counts the whole last committee as offline: a surplus of
// about R/32 that halves with the average and mutes the factors meanwhile.
func TestTheSurplusOfTheForkSeedHalvesAndMutesAsStated(t *testing.T) {
	const reference = 1_271_875_000_000_000 // Gwei, 40.7M ETH
	baseline := gwei(reference / 1000 * 3)
	for _, c := range []struct {
		window     uint64
		halving    float64 // days
		rules      []ref.Smoothed
		ten, alone []float64 // days until 10 % and 1 % see 90 %
	}{
		{1 << 17, 12.6, []ref.Smoothed{ref.E1(), ref.E2()}, []float64{24, 21}, []float64{49, 66}},
		{1 << 16, 6.3, []ref.Smoothed{ref.E3()}, []float64{10.5}, []float64{33}},
	} {
		surplus := gwei(reference * 997 / 1000 / 32)
		average := new(big.Int).Add(baseline, surplus)
		half := new(big.Int).Add(baseline, new(big.Int).Rsh(surplus, 1))
		slots, halved := 0, 0.
		reached := make([][2]float64, len(c.rules))
		for missing := 2*len(c.rules) + 1; missing > 0; slots++ {
			days := float64(slots) / 7200
			if halved == 0 && average.Cmp(half) <= 0 {
				halved, missing = days, missing-1
			}
			for k, rule := range c.rules {
				for j, share := range []int64{10, 100} {
					if reached[k][j] == 0 && slots%360 == 0 && seesNineTenths(t, rule, baseline, average, reference, share) {
						reached[k][j], missing = days, missing-1
					}
				}
			}
			var err error
			average, err = c.rules[0].GetSmoothedOfflineBalance(average, baseline)
			require.NoError(t, err)
		}
		require.InDelta(t, c.halving, halved, 0.05)
		for k := range c.rules {
			require.InDelta(t, c.ten[k], reached[k][0], 0.55)
			require.InDelta(t, c.alone[k], reached[k][1], 0.55)
		}
	}
}

// seesNineTenths probes a slot in which one share-th of the reference balance
// fails beside the baseline.
func seesNineTenths(t *testing.T, rule ref.Smoothed, baseline, average *big.Int, reference uint64, share int64) bool {
	t.Helper()
	o := new(big.Int).Add(baseline, new(big.Int).Div(gwei(reference), big.NewInt(share)))
	muted := must(rule.GetPenaltyFactor(average, o, gwei(reference)))(t)
	full := must(rule.GetPenaltyFactor(baseline, o, gwei(reference)))(t)
	return muted.Cmp(full.Mul(full, big.NewRat(9, 10))) >= 0
}

func TestTheForkSeedCountsTheLastCommitteeAsOffline(t *testing.T) {
	s := newState(64)
	s.Registry.PreviousFlags[0] = 0  // slot 0, offline
	s.Registry.PreviousFlags[31] = 1 // slot 31, source only: online
	s.Registry.Slashed[63] = true    // slot 31: neither
	requireNumber(t, uint64(32*spec.ETH/32), must(ref.ForkSeed(s))(t))
	requireNumber(t, uint64(64*spec.ETH/32), must(ref.ForkSeedLastSlotUnseen(s))(t))
	s.Registry.PreviousFlags[31] = 0
	requireNumber(t, uint64(64*spec.ETH/32), must(ref.ForkSeed(s))(t))
}

func TestALoneLargeValidatorSeesFactorTwoAndItsPiecesOne(t *testing.T) {
	reference, others := gwei(uint64(40_700_000*spec.ETH/32)), gwei(uint64(3_000*spec.ETH))
	for balance, want := range map[spec.Gwei]uint64{2048 * spec.ETH: 2, 32 * spec.ETH: 1} {
		o := new(big.Int).Add(others, gwei(uint64(balance)))
		requireFactor(t, want, must(ref.E2().GetPenaltyFactor(others, o, reference))(t))
	}
	// The same pieces in the same slot see what the large one sees.
	whole, pieces := newState(32), newState(32+63)
	whole.Registry.EffectiveBalance[5], whole.Registry.PreviousFlags[5] = 2048*spec.ETH, 0
	pieces.Registry.PreviousFlags[5] = 0
	for i := 32; i < 32+63; i++ {
		pieces.Registry.SlotOffset[i], pieces.Registry.PreviousFlags[i] = 5, 0
	}
	a, after, err := ref.E2().Walk(whole, ref.Memory{})
	require.NoError(t, err)
	b, afterPieces, err := ref.E2().Walk(pieces, ref.Memory{})
	require.NoError(t, err)
	require.Equal(t, a.Slots, b.Slots)
	require.Equal(t, after, afterPieces)
}

func TestOnlyTheTargetPenaltyOfTheOfflineIsMultiplied(t *testing.T) {
	s := newState(320)
	for i := 0; i < 320; i += 32 {
		s.Registry.PreviousFlags[i] = 0 // slot 0
	}
	s.Registry.PreviousFlags[0] = 1 // source only: online, and missed the target
	s.Registry.Slashed[32] = true   // neither counts nor is multiplied
	s.Registry.SlotOffset[64] = spec.NoSlot
	s.Registry.ActivationEpoch[96], s.Registry.Slashed[96] = 100, true // eligible, not active before
	factors, _, err := ref.E3().Walk(s, ref.Memory{})
	require.NoError(t, err)
	requireFactor(t, 256, factors.Slots[spec.TimelyTarget][0])
	quo, got := must(ref.GetDeltas(s, ref.Factors{}))(t), must(ref.GetDeltas(s, factors))(t)
	for k := range quo {
		require.Equal(t, quo[k].Rewards, got[k].Rewards)
		for i, penalty := range quo[k].Penalties {
			if k == int(spec.TimelyTarget) && i%32 == 0 && i > 96 {
				exact := new(big.Int).Mul(penalty, big.NewInt(64))
				base := must(ref.GetBaseReward(s, spec.ValidatorIndex(i)))(t)
				require.Positive(t, exact.Cmp(new(big.Int)))
				want := new(big.Int).Mul(base, big.NewInt(256*26))
				require.Equal(t, want.Rsh(want, 6), got[k].Penalties[i])
				continue
			}
			require.Equal(t, penalty, got[k].Penalties[i], "component %d, validator %d", k, i)
		}
	}
}

func TestE0MeasuresTheExcessAgainstTheAverageOrItsFloor(t *testing.T) {
	rule, reference := ref.E0(), gwei(2048*1000)
	for _, c := range []struct{ average, offline, want uint64 }{
		{0, 0, 1}, {0, 1000, 7}, {0, 166, 1}, {0, 167, 2}, {5000, 10_000, 7}, {5000, 1 << 30, 64},
	} {
		requireFactor(t, c.want, must(rule.GetPenaltyFactor(gwei(c.average), gwei(c.offline), reference))(t))
	}
	requireNumber(t, 1000, rule.Seed(gwei(3), reference))
	requireNumber(t, 3, ref.E1().Seed(gwei(3), reference))
}
