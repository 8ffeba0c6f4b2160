package spec_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stakesim/stakesim/spec"
	"github.com/stretchr/testify/require"
)

const benchValidators = 1_000_000

// mainnetLike is a registry as a client would hold it: 32 ETH each, 3 % exited,
// 0.1 % slashed, 1 % of the others missing some flag in the previous epoch.
func mainnetLike(n int, previous spec.Epoch, seed uint64) *spec.Registry {
	rng := rand.New(rand.NewPCG(seed, 1))
	r := spec.NewRegistry(n)
	for i := range n {
		r.EffectiveBalance[i], r.Balance[i] = 32*spec.ETH, 32*spec.ETH+spec.Gwei(rng.Uint64N(1e9))
		r.PreviousFlags[i], r.SlotOffset[i] = spec.AllFlags, uint8(rng.Uint64N(32))
		r.ActivationEpoch[i] = spec.Epoch(rng.Uint64N(uint64(previous)))
		switch {
		case rng.Uint64N(100) < 3:
			r.ExitEpoch[i] = r.ActivationEpoch[i] + 1 + spec.Epoch(rng.Uint64N(uint64(previous-r.ActivationEpoch[i])))
			r.SlotOffset[i] = spec.NoSlot
		case rng.Uint64N(1000) < 1:
			r.Slashed[i], r.PreviousFlags[i] = true, 0
		case rng.Uint64N(100) < 1:
			r.PreviousFlags[i] = spec.Flags(rng.Uint64N(8))
		}
	}
	return r
}

func BenchmarkSummarize(b *testing.B) {
	p, err := spec.ParamsFor(spec.Mainnet, spec.Electra)
	require.NoError(b, err)
	boundary := spec.Boundary{CurrentEpoch: 300_000, FinalizedEpoch: 299_998}
	r := mainnetLike(benchValidators, boundary.PreviousEpoch(), 7)
	for _, workers := range []int{1, 2} {
		b.Run(fmt.Sprintf("validators=%d/workers=%d", benchValidators, workers), func(b *testing.B) {
			var sum spec.Summary
			b.ReportAllocs()
			for b.Loop() {
				if err := spec.Summarize(&sum, &p, r, boundary, workers); err != nil {
					b.Fatal(err)
				}
			}
			perValidator(b)
		})
	}
}

// BenchmarkCopy21 copies 21 bytes a validator: the yardstick of this machine.
func BenchmarkCopy21(b *testing.B) {
	type columns struct {
		a, b    []uint64
		c, d    []uint16
		offsets []uint8
	}
	make21 := func() columns {
		n := benchValidators
		return columns{make([]uint64, n), make([]uint64, n), make([]uint16, n), make([]uint16, n), make([]uint8, n)}
	}
	from, to := make21(), make21()
	b.Run(fmt.Sprintf("validators=%d", benchValidators), func(b *testing.B) {
		for b.Loop() {
			copy(to.a, from.a)
			copy(to.b, from.b)
			copy(to.c, from.c)
			copy(to.d, from.d)
			copy(to.offsets, from.offsets)
		}
		perValidator(b)
	})
}

func perValidator(b *testing.B) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchValidators, "ns/validator")
}
