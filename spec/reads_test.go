package spec_test

import (
	"errors"
	"fmt"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/budget"
)

const allReads = spec.ReadsScores | spec.ReadsTotal | spec.ReadsFlags | spec.ReadsOffline

func ExampleSummarizeStep() {
	p, _ := spec.ParamsFor(spec.Mainnet, spec.Electra)
	r := three()
	future := spec.Boundary{CurrentEpoch: 10, FinalizedEpoch: 99}
	var s spec.Summary
	fmt.Println(spec.SummarizeStep(&s, &p, r, future, spec.ReadsTotal), s.TotalActive/spec.ETH)
	fmt.Println(errors.Is(spec.SummarizeStep(&s, &p, r, future, spec.ReadsScores), spec.ErrOverflow))
	// Output:
	// <nil> 64
	// true
}

func ExampleReads() {
	deltas := spec.ReadsFlags | spec.ReadsOffline // under EIP-7716
	fmt.Println(deltas&spec.ReadsScores != 0)
	// Output: false
}

// aborts is whether the specification aborts while it reads, by the definitions.
func aborts(p *spec.Params, r *spec.Registry, b spec.Boundary, reads spec.Reads) bool {
	total, participating, offline := new(big.Int), [spec.FlagCount]*big.Int{}, make([]*big.Int, p.SlotsPerEpoch)
	for f := range participating {
		participating[f] = new(big.Int)
	}
	for i := range offline {
		offline[i] = new(big.Int)
	}
	previous, eligible, someone := b.PreviousEpoch(), false, false
	for i := range r.Len() {
		eb := new(big.Int).SetUint64(uint64(r.EffectiveBalance[i]))
		flags := r.PreviousFlags[i]
		if r.IsActive(i, b.CurrentEpoch) {
			total.Add(total, eb)
		}
		eligible = eligible || r.IsEligible(i, previous)
		if !r.IsActive(i, previous) || r.Slashed[i] {
			continue
		}
		if slot := r.SlotOffset[i]; slot != spec.NoSlot && flags&3 == 0 {
			offline[slot].Add(offline[slot], eb)
		}
		if b.CurrentEpoch == 0 {
			if flags = 0; r.CurrentFlags != nil {
				flags = r.CurrentFlags[i]
			}
		}
		for f := range participating {
			if flags>>f&1 != 0 {
				someone = true
				participating[f].Add(participating[f], eb)
			}
		}
	}
	fits := func(sums ...*big.Int) bool {
		for _, v := range sums {
			if v.BitLen() > 64 {
				return false
			}
		}
		return true
	}
	future := b.FinalizedEpoch > previous
	return reads&(spec.ReadsTotal|spec.ReadsFlags) != 0 && !fits(total) ||
		reads&spec.ReadsFlags != 0 && (!fits(participating[:]...) || someone && future) ||
		reads&spec.ReadsOffline != 0 && !fits(offline...) ||
		reads&spec.ReadsScores != 0 && eligible && future
}

// FuzzSummarizeStep draws registries with some balances near 2^64: a step fails where
// a sum that it reads does not fit, and nowhere else; a registry that [spec.Summarize]
// admits has the same summary.
func FuzzSummarizeStep(f *testing.F) {
	for seed := range uint64(40) {
		f.Add(seed, uint8(seed*7), seed%3, seed%5, uint8(seed))
	}
	f.Fuzz(func(t *testing.T, seed uint64, n uint8, current, finalized uint64, reads uint8) {
		rng := rand.New(rand.NewPCG(seed, 1))
		p := params(t, spec.Preset(seed%2), spec.Fork(seed%9))
		b := spec.Boundary{CurrentEpoch: spec.Epoch(current), FinalizedEpoch: spec.Epoch(finalized), NextBlockMissing: seed}
		r := randomRegistry(int(n), &p, b.CurrentEpoch, rng)
		for range rng.IntN(4) {
			if r.Len() > 0 {
				r.EffectiveBalance[rng.IntN(r.Len())] = spec.Gwei(rng.Uint64() | 1<<63)
			}
		}
		budget.Run(t, budget.Limit{}, func() {
			read := spec.Reads(reads) & allReads
			var s, strict spec.Summary
			err := spec.SummarizeStep(&s, &p, r, b, read)
			if current >= 1<<58 {
				return // the slots of such an epoch do not fit
			}
			if aborts(&p, r, b, read) {
				require.ErrorIs(t, err, spec.ErrOverflow)
				return
			}
			require.NoError(t, err)
			if spec.Summarize(&strict, &p, r, b, 1) == nil {
				requireSummary(t, naive(&p, r, b), &s, r)
			}
		})
	})
}

func TestAStepsBoundsHoldAboveTheCap(t *testing.T) {
	p := params(t, spec.Minimal, spec.Electra)
	r := spec.NewRegistry(3)
	r.EffectiveBalance[1], r.Balance[2], r.InactivityScore[0] = 1<<50, 1<<60, 1<<40
	var s spec.Summary
	require.NoError(t, spec.SummarizeStep(&s, &p, r, spec.Boundary{CurrentEpoch: 9}, allReads))
	require.Equal(t, []uint64{1 << 50, 1 << 50, 1 << 60, 1 << 40},
		[]uint64{uint64(s.TotalActive), uint64(s.MaxEffectiveBalance), uint64(s.MaxBalance), s.MaxInactivityScore})
	r.SlotOffset[1] = 8
	require.ErrorIs(t, spec.SummarizeStep(&s, &p, r, spec.Boundary{CurrentEpoch: 9}, 0), spec.ErrInput)
}
