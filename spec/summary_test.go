package spec_test

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/budget"
	"github.com/stretchr/testify/require"
)

// naive is the summary by the definitions, one validator after the other.
func naive(p *spec.Params, r *spec.Registry, b spec.Boundary) *spec.Summary {
	s := &spec.Summary{Boundary: b, Slots: make([]spec.SlotObs, p.SlotsPerEpoch)}
	previous := b.CurrentEpoch
	if previous > 0 {
		previous--
	}
	for i := range r.Len() {
		eb := r.EffectiveBalance[i]
		if r.IsActive(i, b.CurrentEpoch) {
			s.TotalActive += eb
		}
		if !r.IsActive(i, previous) {
			continue
		}
		c := spec.ConductOf(r.PreviousFlags[i], r.Slashed[i], r.FailedBefore != nil && r.FailedBefore[i])
		flags := r.PreviousFlags[i]
		if b.CurrentEpoch == 0 {
			flags = 0
			if r.CurrentFlags != nil {
				flags = r.CurrentFlags[i]
			}
		}
		for f := range s.Participating {
			if !r.Slashed[i] && flags>>f&1 != 0 {
				s.Participating[f] += eb
			}
		}
		if slot := r.SlotOffset[i]; slot != spec.NoSlot {
			s.Slots[slot].Tally.Add(c, eb)
		}
	}
	s.TotalActive = max(s.TotalActive, spec.EffectiveBalanceIncrement)
	for f := range s.Participating {
		s.Participating[f] = max(s.Participating[f], spec.EffectiveBalanceIncrement)
	}
	root := new(big.Int).Sqrt(new(big.Int).SetUint64(uint64(s.TotalActive))).Uint64()
	s.BaseRewardPerIncrement = 1_000_000_000 * p.BaseRewardFactor / root
	s.InLeak = previous-b.FinalizedEpoch > spec.Epoch(p.MinEpochsToInactivityPenalty)
	for i := range s.Slots {
		s.Slots[i].Total, s.Slots[i].Reference = s.TotalActive, s.TotalActive/spec.Gwei(p.SlotsPerEpoch)
		s.Slots[i].NextBlockMissing = b.NextBlockMissing>>i&1 != 0
	}
	return s
}

// requireSummary compares what both summaries report.
func requireSummary(t require.TestingT, want, got *spec.Summary, r *spec.Registry) {
	require.Equal(t, want.Boundary, got.Boundary)
	require.Equal(t, want.TotalActive, got.TotalActive)
	require.Equal(t, want.BaseRewardPerIncrement, got.BaseRewardPerIncrement)
	require.Equal(t, want.InLeak, got.InLeak)
	require.Equal(t, want.Participating, got.Participating)
	require.Len(t, got.Slots, len(want.Slots))
	for i, slot := range want.Slots {
		require.Equal(t, slot.Total, got.Slots[i].Total)
		require.Equal(t, slot.Reference, got.Slots[i].Reference)
		require.Equal(t, slot.Tally, got.Slots[i].Tally)
		require.Equal(t, slot.NextBlockMissing, got.Slots[i].NextBlockMissing)
	}
	if r.Len() > 0 {
		require.LessOrEqual(t, slices.Max(r.EffectiveBalance), got.MaxEffectiveBalance)
		require.LessOrEqual(t, slices.Max(r.Balance), got.MaxBalance)
		require.LessOrEqual(t, slices.Max(r.InactivityScore), got.MaxInactivityScore)
		require.LessOrEqual(t, got.MaxEffectiveBalance/2, slices.Max(r.EffectiveBalance))
	}
}

// randomRegistry has every kind of validator around the current epoch.
func randomRegistry(n int, p *spec.Params, current spec.Epoch, rng *rand.Rand) *spec.Registry {
	r := spec.NewRegistry(n)
	near := func() spec.Epoch {
		if rng.Uint64N(3) == 0 {
			return spec.FarFutureEpoch
		}
		return max(current, 3) - 3 + spec.Epoch(rng.Uint64N(6))
	}
	for i := range n {
		r.EffectiveBalance[i] = spec.Gwei(rng.Uint64N(uint64(p.MaxEffectiveBalanceCompounding) + 1))
		r.Balance[i], r.InactivityScore[i] = spec.Gwei(rng.Uint64()), rng.Uint64N(1000)
		r.ActivationEpoch[i], r.ExitEpoch[i] = max(near(), 2)-2, near()
		r.PreviousFlags[i], r.CurrentFlags[i] = spec.Flags(rng.Uint64()), spec.Flags(rng.Uint64())
		r.Slashed[i], r.FailedBefore[i] = rng.Uint64N(5) == 0, rng.Uint64N(2) == 0
		if rng.Uint64N(5) > 0 {
			r.SlotOffset[i] = uint8(rng.Uint64N(p.SlotsPerEpoch))
		}
	}
	if rng.Uint64N(2) == 0 {
		r.CurrentFlags, r.FailedBefore = nil, nil
	}
	return r
}

func TestSummarizeAgreesWithTheDefinitions(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var used spec.Summary
	for _, preset := range []spec.Preset{spec.Mainnet, spec.Minimal} {
		p := params(t, preset, spec.Electra)
		for _, n := range []int{0, 1, 7, 500, 20_000} {
			for _, current := range []spec.Epoch{0, 1, 2, 9, 300_000} {
				r := randomRegistry(n, &p, current, rng)
				b := spec.Boundary{CurrentEpoch: current, FinalizedEpoch: max(current, 8) - 8, SlashingsSum: 5, NextBlockMissing: rng.Uint64()}
				untouched, want := r.Clone(), naive(&p, r, b)
				for workers := range 4 {
					at := fmt.Sprintf("%v, %d validators, epoch %d, %d workers", preset, n, current, workers)
					require.NoError(t, spec.Summarize(&used, &p, r, b, workers), at)
					requireSummary(t, want, &used, r)
				}
				require.Equal(t, untouched, r)
			}
		}
	}
}

func TestASummaryDoesNotDependOnTheWorkers(t *testing.T) {
	p := params(t, spec.Mainnet, spec.Electra)
	r := mainnetLike(30_000, 1000, 3)
	b := spec.Boundary{CurrentEpoch: 1001, FinalizedEpoch: 999}
	var one spec.Summary
	require.NoError(t, spec.Summarize(&one, &p, r, b, 1))
	for _, workers := range []int{-1, 0, 2, 3, 1<<31 - 1} {
		var s spec.Summary
		require.NoError(t, spec.Summarize(&s, &p, r, b, workers))
		requireSummary(t, &one, &s, r)
	}
}

func TestSummarizeAgainAllocatesNothing(t *testing.T) {
	p := params(t, spec.Mainnet, spec.Electra)
	r := mainnetLike(5000, 1000, 3)
	b := spec.Boundary{CurrentEpoch: 1001, FinalizedEpoch: 999}
	var s spec.Summary
	require.Zero(t, testing.AllocsPerRun(20, func() {
		if err := spec.Summarize(&s, &p, r, b, 1); err != nil {
			panic(err)
		}
	}))
}

func TestARegistryWithoutActiveValidatorsCountsAsOneIncrement(t *testing.T) {
	p := params(t, spec.Mainnet, spec.Electra)
	r := spec.NewRegistry(3)
	for i := range r.Len() {
		r.EffectiveBalance[i], r.ActivationEpoch[i] = 32*spec.ETH, spec.FarFutureEpoch
	}
	for _, r := range []*spec.Registry{r, new(spec.Registry)} {
		var s spec.Summary
		require.NoError(t, spec.Summarize(&s, &p, r, spec.Boundary{CurrentEpoch: 9, FinalizedEpoch: 7}, 2))
		require.Equal(t, spec.EffectiveBalanceIncrement, s.TotalActive)
		require.Equal(t, [3]spec.Gwei{1 * spec.ETH, 1 * spec.ETH, 1 * spec.ETH}, s.Participating)
		require.Len(t, s.Slots, 32)
		require.Zero(t, s.Slots[0].Tally)
	}
}

func TestALeakBeginsAboveTheFinalityDelay(t *testing.T) {
	p := params(t, spec.Mainnet, spec.Electra)
	for finalized, leak := range map[spec.Epoch]bool{19: false, 15: false, 14: true, 0: true} {
		var s spec.Summary
		require.NoError(t, spec.Summarize(&s, &p, spec.NewRegistry(1), spec.Boundary{CurrentEpoch: 20, FinalizedEpoch: finalized}, 1))
		require.Equal(t, leak, s.InLeak)
	}
}

func TestABoundaryThatCannotBeIsRefused(t *testing.T) {
	p := params(t, spec.Mainnet, spec.Electra)
	var s spec.Summary
	err := spec.Summarize(&s, &p, spec.NewRegistry(1), spec.Boundary{CurrentEpoch: 20, FinalizedEpoch: 20}, 1)
	requireField(t, err, "finalized_checkpoint.epoch", -1, spec.ErrInput)
	p.SlotsPerEpoch = 0
	err = spec.Summarize(&s, &p, spec.NewRegistry(1), spec.Boundary{}, 1)
	requireField(t, err, "SLOTS_PER_EPOCH", -1, spec.ErrInput)
}

func FuzzSummarize(f *testing.F) {
	f.Add(uint64(1), uint16(0), uint64(0), uint64(0), false)
	f.Add(uint64(2), uint16(300), uint64(9), uint64(8), false)
	f.Add(uint64(3), uint16(40), uint64(1<<64-1), uint64(1<<64-2), true)
	f.Fuzz(func(t *testing.T, seed uint64, n uint16, current, finalized uint64, wild bool) {
		budget.Run(t, budget.Limit{}, func() {
			rng := rand.New(rand.NewPCG(seed, 0))
			p := params(t, spec.Preset(seed%2), spec.Fork(seed%9))
			b := spec.Boundary{CurrentEpoch: spec.Epoch(current), FinalizedEpoch: spec.Epoch(finalized), NextBlockMissing: seed}
			r := randomRegistry(int(n%512), &p, b.CurrentEpoch, rng)
			if wild && r.Len() > 0 {
				i := rng.IntN(r.Len())
				r.EffectiveBalance[i], r.SlotOffset[i] = spec.Gwei(rng.Uint64()), uint8(rng.Uint64())
				r.ActivationEpoch[i], r.ExitEpoch[i] = spec.Epoch(rng.Uint64()), spec.Epoch(rng.Uint64())
			}
			var s spec.Summary
			err := spec.Summarize(&s, &p, r, b, 2)
			if err != nil {
				valid := r.Validate(&p) == nil && b.FinalizedEpoch <= b.PreviousEpoch() && current < 1<<58
				require.False(t, valid, "%v", err)
				var field *spec.FieldError
				require.ErrorAs(t, err, &field)
				return
			}
			require.NoError(t, r.Validate(&p))
			requireSummary(t, naive(&p, r, b), &s, r)
		})
	})
}

func TestAnOffsetOutsideTheEpochIsRefusedOfTheInactiveToo(t *testing.T) {
	p, err := spec.ParamsFor(spec.Mainnet, spec.Electra)
	require.NoError(t, err)
	r := spec.NewRegistry(5)
	r.SlotOffset[3], r.ExitEpoch[3] = 77, 5
	var s spec.Summary
	err = spec.Summarize(&s, &p, r, spec.Boundary{CurrentEpoch: 100, FinalizedEpoch: 98}, 1)
	require.ErrorIs(t, err, spec.ErrInput)
	require.ErrorContains(t, err, "slot_offset[3]")
}

func TestOnlyASumThatOverflowsIsRefused(t *testing.T) {
	p, err := spec.ParamsFor(spec.Mainnet, spec.Electra)
	require.NoError(t, err)
	p.MaxEffectiveBalanceCompounding = spec.MaxIncrements * spec.ETH
	const n = 290_000 // of the cap each they would exceed 2^64
	r := spec.NewRegistry(n)
	for i := range n {
		r.EffectiveBalance[i] = 32 * spec.ETH
	}
	r.EffectiveBalance[7] = spec.MaxIncrements * spec.ETH
	boundary := spec.Boundary{CurrentEpoch: 100, FinalizedEpoch: 98}
	var s spec.Summary
	require.NoError(t, spec.Summarize(&s, &p, r, boundary, 1))
	require.Equal(t, (n-1)*32*spec.ETH+spec.MaxIncrements*spec.ETH, s.TotalActive)
	for i := range n {
		r.EffectiveBalance[i] = spec.MaxIncrements * spec.ETH
	}
	require.ErrorIs(t, spec.Summarize(&s, &p, r, boundary, 1), spec.ErrOverflow)
}
