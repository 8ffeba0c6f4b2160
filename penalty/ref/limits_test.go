package ref_test

import (
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/penalty/ref"
	"github.com/stakesim/stakesim/spec"
)

const most = 1<<64 - 1

func TestWhatDoesNotFit64BitsIsAnError(t *testing.T) {
	for name, change := range map[string]func(*ref.State){
		"a score that cannot rise": func(s *ref.State) { s.Registry.InactivityScore[0] = most - 3 },
		"effective balance times score": func(s *ref.State) {
			s.Registry.EffectiveBalance[0], s.Registry.InactivityScore[0] = 2048*spec.ETH, 9_007_200+12
		},
		"a balance that cannot rise":                func(s *ref.State) { s.Registry.Balance[1] = most },
		"a balance that hysteresis cannot add to":   func(s *ref.State) { s.Registry.Balance[0] = most },
		"the sum of slashings times the multiplier": func(s *ref.State) { s.Boundary.SlashingsSum = most / 2 },
		"the end of time plus half a slashings ring": func(s *ref.State) {
			s.Registry.Slashed[0] = true
			s.Params.SlotsPerEpoch = 1
			s.Boundary.CurrentEpoch = most
			s.Boundary.FinalizedEpoch = most - 1
			clear(s.Registry.SlotOffset)
		},
		"the slots of an epoch at the end of time": func(s *ref.State) {
			s.Boundary.CurrentEpoch = most / 32
			s.Boundary.FinalizedEpoch = most/32 - 1
			s.Boundary.CurrentEpoch++
		},
		"a base reward": func(s *ref.State) {
			s.Params.BaseRewardFactor = most / uint64(spec.EffectiveBalanceIncrement)
			s.Registry.EffectiveBalance[0] = 2048 * spec.ETH
			for i := range s.Registry.ExitEpoch {
				s.Registry.ExitEpoch[i] = s.Boundary.CurrentEpoch
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newState(32)
			s.Registry.PreviousFlags[0] = 0
			change(&s)
			before := s.Registry.Clone()
			_, _, err := ref.ProcessEpoch(s, ref.StatusQuo, ref.Memory{})
			require.ErrorIs(t, err, spec.ErrOverflow)
			require.Equal(t, before, s.Registry)
		})
	}
}

func TestTheLargestScoreThatFits(t *testing.T) {
	s := newState(32)
	s.Registry.PreviousFlags[0] = 0
	s.Registry.EffectiveBalance[0], s.Registry.InactivityScore[0] = 2048*spec.ETH, 9_007_199
	_, err := ref.GetInactivityPenaltyDeltas(s)
	require.NoError(t, err)
	s.Registry.InactivityScore[0]++
	_, err = ref.GetInactivityPenaltyDeltas(s)
	require.ErrorIs(t, err, spec.ErrOverflow)
}

func TestFactorsMultiplyIn64BitsUnlessRational(t *testing.T) {
	huge := gwei(1 << 62)
	_, err := ref.GetFlagPenalty(huge, spec.TimelyTarget, big.NewRat(1, 1), false)
	require.ErrorIs(t, err, spec.ErrOverflow)
	p, err := ref.GetFlagPenalty(huge, spec.TimelyTarget, big.NewRat(2, 1), true)
	require.NoError(t, err)
	requireNumber(t, 13<<58, p)
	_, err = ref.GetFlagPenalty(huge, spec.TimelyTarget, big.NewRat(99, 1), true)
	require.ErrorIs(t, err, spec.ErrOverflow)
	p, err = ref.GetFlagPenalty(huge, spec.TimelyTarget, new(big.Rat), false)
	require.NoError(t, err)
	requireNumber(t, 0, p)
	_, err = ref.GetFlagPenalty(huge, spec.TimelyTarget, big.NewRat(1, 2), false)
	require.ErrorIs(t, err, spec.ErrInput)
}

func TestStepsRejectWhatDoesNotFit(t *testing.T) {
	_, _, err := ref.E3().Step(gwei(0), gwei(most/765+1), gwei(1))
	require.ErrorIs(t, err, spec.ErrOverflow)
	_, _, err = ref.E3().Step(gwei(0), gwei(most/765), gwei(1))
	require.NoError(t, err)
	_, _, err = ref.E3().Step(gwei(0), gwei(0), gwei(0))
	require.ErrorIs(t, err, spec.ErrInput)
	for _, c := range []ref.Smoothed{{Slope: most, Cap: 1}, {Slope: 1, Window: 1}, {Slope: 1, Cap: 1, Window: 1, FloorDivisor: 2}} {
		_, _, err = c.Step(gwei(0), gwei(2), gwei(1))
		require.ErrorIs(t, err, spec.ErrInput)
	}
	_, _, err = ref.Smoothed{Slope: most, Cap: 9, Window: 1}.Step(gwei(0), gwei(1), gwei(1))
	require.ErrorIs(t, err, spec.ErrOverflow, "one more than the largest number")
	_, _, err = ref.E3().Step(gwei(0), big.NewInt(-1), gwei(1))
	require.ErrorIs(t, err, spec.ErrInput)

	_, _, err = ref.DefaultNetExcess().Step(gwei(most), gwei(most), gwei(0))
	require.ErrorIs(t, err, spec.ErrOverflow)
	_, _, err = ref.DefaultNetExcess().Step(gwei(most), gwei(most), gwei(most))
	require.NoError(t, err, "128 bits, and the factor is 0")
	_, _, err = ref.DefaultNetExcessPerFlag().Step(gwei(most), gwei(most), gwei(0))
	require.NoError(t, err, "128 bits, and the factor is 0")
	_, _, err = ref.DefaultNetExcessPerFlag().Step(gwei(most), gwei(0), gwei(0))
	require.NoError(t, err, "the factor is 0, so the counter falls")
	_, _, err = ref.DefaultNetExcessPerFlag().Step(gwei(0), gwei(1), gwei(2))
	require.ErrorIs(t, err, spec.ErrOverflow)

	for _, c := range []ref.SlotRelative{
		{}, {Cap: 1, WindowSlots: 1}, {Cap: 1, WindowSlots: 1, Exponent: 3}, {Cap: 1, WindowSlots: 1, Exponent: 1, Form: 9},
		{Cap: 1, WindowSlots: 1, Exponent: 2, Form: ref.AsRun}, {Cap: 1, WindowSlots: 1, Exponent: 2, Form: ref.Excess},
		{Cap: 1, WindowSlots: 1, Exponent: 1, Window: 9}, {Cap: 1, WindowSlots: 1, Exponent: 1, Scope: 9},
		{WindowSlots: 1, Exponent: 1}, {Cap: 1, Exponent: 1},
	} {
		_, _, err = c.Step(ref.Memory{}, gwei(0), false, 32)
		require.ErrorIs(t, err, spec.ErrInput)
	}
	_, _, err = ref.DefaultSlotRelative().Step(ref.Memory{}, gwei(0), false, 0)
	require.ErrorIs(t, err, spec.ErrInput)
	_, _, err = ref.DefaultSlotRelative().Step(ref.Memory{Past: []*big.Int{nil}}, gwei(0), false, 32)
	require.ErrorIs(t, err, spec.ErrInput)
	for name, c := range map[string]struct {
		form ref.Form
		past []uint64
		m    uint64
	}{
		"the sum of the window":         {ref.Sum, []uint64{most, 1}, 0},
		"the sum of the previous epoch": {ref.AsRun, append([]uint64{most, 1}, repeat(0, 30)...), 0},
		"the sum of the epoch":          {ref.AsRun, []uint64{most}, 1},
		"m times the slots":             {ref.Average, []uint64{0, 0}, most},
		"m times the window":            {ref.Excess, []uint64{0}, most},
		"the sum of the window and one": {ref.Excess, []uint64{most}, 0},
	} {
		rule := ref.DefaultSlotRelative()
		rule.Form = c.form
		_, _, err = rule.Step(pasts(c.past...), gwei(c.m), false, 32)
		require.ErrorIs(t, err, spec.ErrOverflow, name)
	}
}

func TestImpossibleInputIsRejected(t *testing.T) {
	for name, change := range map[string]func(*ref.State){
		"no registry":                     func(s *ref.State) { s.Registry = nil },
		"a short column":                  func(s *ref.State) { s.Registry.Slashed = s.Registry.Slashed[1:] },
		"a slot outside the epoch":        func(s *ref.State) { s.Registry.SlotOffset[0] = 32 },
		"finality after the previous":     func(s *ref.State) { s.Boundary.FinalizedEpoch = 100 },
		"a constant that divides by zero": func(s *ref.State) { s.Params.SlotsPerEpoch = 0 },
	} {
		t.Run(name, func(t *testing.T) {
			s := newState(32)
			change(&s)
			for _, walk := range everyMechanism() {
				_, _, err := ref.ProcessEpoch(s, walk, ref.Memory{})
				require.ErrorIs(t, err, spec.ErrInput)
			}
			_, err := ref.ForkSeed(s)
			require.ErrorIs(t, err, spec.ErrInput)
		})
	}
	s := newState(1)
	_, err := ref.GetUnslashedParticipatingIndices(s, spec.TimelyHead, 7)
	require.ErrorIs(t, err, spec.ErrInput)
	_, err = ref.CompleteEpochSeed([]*big.Int{gwei(1)}, 32)
	require.ErrorIs(t, err, spec.ErrInput)
	_, err = ref.WindowMeanSeed(nil)
	require.ErrorIs(t, err, spec.ErrInput)
	_, err = ref.WindowMeanSeed([]*big.Int{gwei(most), gwei(1)})
	require.ErrorIs(t, err, spec.ErrOverflow)
	_, err = ref.ComputeShuffledIndex(3, 3, [32]byte{}, 10)
	require.ErrorIs(t, err, spec.ErrInput)
	_, err = ref.GetBeaconCommittee(s, 0, [32]byte{}, 32, 0)
	require.ErrorIs(t, err, spec.ErrInput)
	_, err = ref.GetRandaoMixIndex(s.Params, most)
	require.ErrorIs(t, err, spec.ErrOverflow)
}

func everyMechanism() map[string]ref.Mechanism {
	relative := ref.DefaultSlotRelative()
	return map[string]ref.Mechanism{
		"status quo": ref.StatusQuo, "slot-relative": relative.Walk,
		"net excess": ref.DefaultNetExcess().Walk, "per flag": ref.DefaultNetExcessPerFlag().Walk,
		"E0": ref.E0().Walk, "E3": ref.E3().Walk,
	}
}

// noisy is a random state in which every column matters.
func noisy(rng *rand.Rand, n int) ref.State {
	s := newState(n)
	r := s.Registry
	for i := range n {
		r.PreviousFlags[i] = spec.Flags(rng.IntN(8))
		r.Slashed[i], r.FailedBefore[i] = rng.IntN(9) == 0, rng.IntN(2) == 0
		r.InactivityScore[i] = rng.Uint64N(100)
		r.Balance[i] = spec.Gwei(rng.Uint64N(uint64(64 * spec.ETH)))
		r.WithdrawableEpoch[i] = spec.Epoch(95 + rng.Uint64N(10))
		r.ActivationEpoch[i] = spec.Epoch(rng.Uint64N(102))
	}
	return s
}

func TestNothingChangesItsArguments(t *testing.T) {
	for name, walk := range everyMechanism() {
		rng := rand.New(rand.NewPCG(7716, 3))
		s := noisy(rng, 200)
		m := ref.Memory{Smoothed: gwei(5), Excess: [2]*big.Int{gwei(1), gwei(2)}, Past: pasts(repeat(7, 40)...).Past}
		before := s.Registry.Clone()
		_, _, err := ref.ProcessEpoch(s, walk, m)
		require.NoError(t, err, name)
		require.Equal(t, before, s.Registry, name)
		want := ref.Memory{Smoothed: gwei(5), Excess: [2]*big.Int{gwei(1), gwei(2)}, Past: pasts(repeat(7, 40)...).Past}
		require.Equal(t, want, m, name)
	}
}

func TestEpochZeroPaysNothingAndRemembers(t *testing.T) {
	for name, walk := range everyMechanism() {
		s := newState(64)
		s.Boundary = spec.Boundary{}
		s.Registry.PreviousFlags[31], s.Registry.InactivityScore[31] = 0, 9
		s.Registry.Balance[0] = 20 * spec.ETH
		s.Registry.CurrentFlags = nil
		out, m, err := ref.ProcessEpoch(s, walk, ref.Memory{})
		require.NoError(t, err, name)
		require.Equal(t, s.Registry.Balance, out.Registry.Balance, name)
		require.Equal(t, s.Registry.InactivityScore, out.Registry.InactivityScore, name)
		require.Equal(t, 20*spec.ETH, out.Registry.EffectiveBalance[0], name)
		if name != "status quo" {
			require.NotEqual(t, ref.Memory{}, m, name)
		}
	}
}

func TestFactorOneIsTheStatusQuo(t *testing.T) {
	s := noisy(rand.New(rand.NewPCG(7716, 4)), 300)
	ones := make([]*big.Rat, 32)
	for i := range ones {
		ones[i] = big.NewRat(1, 1)
	}
	want := must(ref.GetDeltas(s, ref.Factors{}))(t)
	for _, rational := range []bool{false, true} {
		f := ref.Factors{Slots: [spec.FlagCount][]*big.Rat{ones, ones, ones}, Rational: rational}
		require.Equal(t, want, must(ref.GetDeltas(s, f))(t))
	}
}

func TestEachDecreaseEndsAtZeroBeforeTheNextComponent(t *testing.T) {
	s := newState(32)
	s.Registry.PreviousFlags[0] = 2 // target only: the source penalty comes first
	s.Registry.Balance[0] = 1
	out, err := ref.ProcessRewardsAndPenalties(s, ref.Factors{})
	require.NoError(t, err)
	target := must(ref.GetFlagIndexDeltas(s, spec.TimelyTarget, ref.Factors{}))(t)
	requireNumber(t, uint64(out.Registry.Balance[0]), target.Rewards[0])
}

func TestSlashingsFloorInTheOrderOfTheFork(t *testing.T) {
	s := newState(33)
	s.Registry.Slashed[0], s.Registry.WithdrawableEpoch[0] = true, 100+4096
	s.Registry.Slashed[1], s.Registry.WithdrawableEpoch[1] = true, 100+4095
	s.Boundary.SlashingsSum = 10*spec.ETH + 7
	for _, c := range []struct {
		perIncrement bool
		want         spec.Gwei
	}{{false, 0}, {true, 909_090_880}} {
		s.Params.SlashingPerIncrement = c.perIncrement
		out, err := ref.ProcessSlashings(s)
		require.NoError(t, err)
		require.Equal(t, 32*spec.ETH-c.want, out.Registry.Balance[0])
		require.Equal(t, 32*spec.ETH, out.Registry.Balance[1])
	}
}

func TestHysteresisIsStrict(t *testing.T) {
	quarter := spec.EffectiveBalanceIncrement / 4
	for _, c := range []struct {
		balance     spec.Gwei
		compounding bool
		want        spec.Gwei
	}{
		{31*spec.ETH + 3*quarter, false, 32 * spec.ETH},
		{31*spec.ETH + 3*quarter - 1, false, 31 * spec.ETH},
		{33*spec.ETH + quarter, true, 32 * spec.ETH},
		{33*spec.ETH + quarter + 1, true, 33 * spec.ETH},
		{40 * spec.ETH, false, 32 * spec.ETH},
		{4000 * spec.ETH, true, 2048 * spec.ETH},
	} {
		s := newState(1)
		s.Registry.Balance[0], s.Registry.Compounding[0] = c.balance, c.compounding
		out, err := ref.ProcessEffectiveBalanceUpdates(s)
		require.NoError(t, err)
		require.Equal(t, c.want, out.Registry.EffectiveBalance[0])
	}
}
