package epoch_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/epoch"
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
	e, err := epoch.NewEngine(p, rule, workers)
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
// epoch is held against. The first form copies over and over between the same
// columns, which a large cache may hold; the second into columns allocated for it,
// which is what a client pays that copies a state.
func BenchmarkCopy(b *testing.B) {
	const n = 1_000_000
	from, to := newCopied(n), newCopied(n)
	b.Run(fmt.Sprintf("validators=%d", n), func(b *testing.B) {
		b.ReportAllocs()
		for range b.N {
			to.copy(from)
		}
		perValidator(b, n)
	})
	b.Run(fmt.Sprintf("validators=%d/to=new", n), func(b *testing.B) {
		b.ReportAllocs()
		for range b.N {
			to = newColumns(n)
			to.copy(from)
		}
		perValidator(b, n)
	})
}

// copied are columns of 8, 8, 4 and 1 bytes for each validator.
type copied struct {
	wide  [2][]uint64
	half  []uint32
	small []uint8
}

func newColumns(n int) *copied {
	return &copied{[2][]uint64{make([]uint64, n), make([]uint64, n)}, make([]uint32, n), make([]uint8, n)}
}

// newCopied writes every page: one that was never written is no memory.
func newCopied(n int) *copied {
	c := newColumns(n)
	for j := range n {
		c.wide[0][j], c.wide[1][j], c.half[j], c.small[j] = uint64(j), uint64(j), uint32(j), uint8(j)
	}
	return c
}

func (c *copied) copy(from *copied) {
	for i := range c.wide {
		copy(c.wide[i], from.wide[i])
	}
	copy(c.half, from.half)
	copy(c.small, from.small)
}

func perValidator(b *testing.B, n int) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/validator")
}
