package penalty_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/spec"
)

// benchRegistry is a registry as the chain has them: one validator in a hundred
// misses some flag, 3 % have exited, one in a thousand is slashed.
func benchRegistry(n int, compounding bool) *spec.Registry {
	rng := rand.New(rand.NewPCG(7, 716))
	r := spec.NewRegistry(n)
	r.CurrentFlags, r.FailedBefore = nil, nil
	for i := range n {
		eb := 32 * spec.ETH
		if compounding {
			r.Compounding[i] = true
			eb = spec.Gwei(32+rng.Uint64N(2017)) * spec.ETH
		}
		r.EffectiveBalance[i] = eb
		r.Balance[i] = eb + spec.Gwei(rng.Uint64N(50_000_000))
		r.PreviousFlags[i] = spec.AllFlags
		if rng.Uint64N(100) == 0 {
			r.PreviousFlags[i] = spec.Flags(rng.Uint64N(8))
		}
		r.SlotOffset[i] = uint8(rng.Uint64N(32))
		if rng.Uint64N(33) == 0 {
			r.ExitEpoch[i] = 300_000
		}
		r.Slashed[i] = rng.Uint64N(1000) == 0
	}
	return r
}

func benchBoundary() spec.Boundary {
	return spec.Boundary{CurrentEpoch: 400_001, FinalizedEpoch: 399_999}
}

// BenchmarkEpoch runs a whole epoch transition of the default rule: sums,
// factors, scores, flags, inactivity, slashings, effective balances.
func BenchmarkEpoch(b *testing.B) {
	const n = 1_000_000
	for _, balances := range []string{"32eth", "compounding"} {
		for _, workers := range []int{1, 2} {
			name := fmt.Sprintf("validators=%d/balances=%s", n, balances)
			if workers > 1 {
				name += fmt.Sprintf("/workers=%d", workers)
			}
			b.Run(name, func(b *testing.B) {
				benchEpoch(b, penalty.SmoothedE3.Rule(), benchRegistry(n, balances == "compounding"), workers)
			})
		}
	}
}

// BenchmarkEpochRules compares the mechanisms, and participation drawn evenly
// from all eight combinations of flags.
func BenchmarkEpochRules(b *testing.B) {
	const n = 1_000_000
	for _, balances := range []string{"32eth", "compounding"} {
		for _, rule := range penalty.Rules() {
			b.Run("balances="+balances+"/"+rule.FullName(), func(b *testing.B) {
				benchEpoch(b, rule, benchRegistry(n, balances == "compounding"), 1)
			})
		}
		b.Run("balances="+balances+"/random-flags", func(b *testing.B) {
			r := benchRegistry(n, balances == "compounding")
			rng := rand.New(rand.NewPCG(1, 1))
			for i := range r.PreviousFlags {
				r.PreviousFlags[i] = spec.Flags(rng.Uint64N(8))
			}
			benchEpoch(b, penalty.SmoothedE3.Rule(), r, 1)
		})
	}
}

func benchEpoch(b *testing.B, rule penalty.Rule, r *spec.Registry, workers int) {
	p, err := spec.ParamsFor(spec.Mainnet, spec.Electra)
	require.NoError(b, err)
	e, err := penalty.NewEngine(p, rule, workers)
	require.NoError(b, err)
	m, err := e.ProcessEpoch(r, benchBoundary(), penalty.Memory{})
	require.NoError(b, err)
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		if m, err = e.ProcessEpoch(r, benchBoundary(), m); err != nil {
			b.Fatal(err)
		}
	}
	perValidator(b, r.Len())
}

// BenchmarkCopy copies 21 bytes for each validator: the memory limit that an
// epoch is held against.
func BenchmarkCopy(b *testing.B) {
	const n = 1_000_000
	b.Run(fmt.Sprintf("validators=%d", n), func(b *testing.B) {
		var wide, wideTo [2][]uint64
		var half, halfTo = make([]uint32, n), make([]uint32, n)
		var small, smallTo = make([]uint8, n), make([]uint8, n)
		for i := range wide {
			wide[i], wideTo[i] = make([]uint64, n), make([]uint64, n)
			for j := range wide[i] {
				wide[i][j] = uint64(j)
			}
		}
		for j := range n { // a page that was never written is no memory
			half[j], small[j] = uint32(j), uint8(j)
		}
		b.ReportAllocs()
		b.ResetTimer()
		for range b.N {
			for i := range wide {
				copy(wideTo[i], wide[i])
			}
			copy(halfTo, half)
			copy(smallTo, small)
		}
		perValidator(b, n)
	})
}

func perValidator(b *testing.B, n int) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/validator")
}
