package ssz_test

import (
	"fmt"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/ssz"
	"github.com/stakesim/stakesim/spec/ssz/internal/merkle"
)

// hashes computes so many hashes of two nodes, as fast as they can be: all of them
// in a core's own cache.
func hashes(n int) {
	const batch = 64
	src, dst := make([]byte, batch*2*merkle.Size), make([]byte, batch*merkle.Size)
	for ; n > 0; n -= batch {
		merkle.Pairs(dst[:min(n, batch)*merkle.Size], src[:min(n, batch)*2*merkle.Size])
	}
}

// shared computes them on so many goroutines.
func shared(n, workers int) {
	_ = merkle.Share(n, 64, workers, func(lo, hi int) error {
		hashes(hi - lo)
		return nil
	})
}

// ratio reports the processor time of work as a multiple of that of its hashes,
// measured in turns.
func ratio(b *testing.B, count, workers int, prepare, work func()) {
	var busy, bare time.Duration
	for b.Loop() {
		b.StopTimer()
		start := cpuTime()
		shared(count, workers)
		bare += cpuTime() - start
		prepare()
		start = cpuTime()
		b.StartTimer()
		work()
		busy += cpuTime() - start
	}
	b.ReportMetric(busy.Seconds()/bare.Seconds(), "times-its-hashes")
	b.ReportMetric(float64(count), "hashes")
}

func benchState(b *testing.B, n int) *ssz.State {
	raw, err := os.ReadFile(electraFile(b, n))
	if err != nil {
		b.Fatal(err)
	}
	return must(ssz.Open(ssz.Buffer(raw), int64(len(raw)), paramsOf(spec.Mainnet, spec.Electra)))
}

// fullHashes is how many hashes the root of a state of n validators with vectors of
// mainnet's lengths needs: 8 a record and one above it, one for each 32 bytes of the
// other lists and vectors.
func fullHashes(n int) int {
	return 9*n + 2*n/4 + 2*n/32 + 65536 + 2*8192 + 8192/4 + 2*1024
}

// BenchmarkRoot is the full root of 1,000,000 validators.
func BenchmarkRoot(b *testing.B) {
	s := benchState(b, benchValidators)
	for _, workers := range []int{1, 2} {
		b.Run(fmt.Sprintf("workers=%d", workers), func(b *testing.B) {
			b.ReportAllocs()
			ratio(b, fullHashes(benchValidators), workers, func() {}, func() { must(s.Root(workers)) })
		})
	}
}

// anEpoch changes what an ordinary epoch changes: every balance, the participation,
// a few validators, a mix and the vectors of roots.
func anEpoch(state *spec.BeaconState, n uint64) (touched []spec.ValidatorIndex) {
	r := state.Registry
	for i := range r.Balance {
		r.Balance[i]++
		r.PreviousFlags[i] = spec.Flags(uint64(i)*2654435761>>7+n) % 8
	}
	clear(r.CurrentFlags)
	for i := range 100 {
		v := (uint64(i)*7919 + n*104729) % uint64(len(r.Balance))
		r.ExitEpoch[v]--
		touched = append(touched, spec.ValidatorIndex(v))
	}
	state.Slot += 32
	state.RandaoMixes[n%65536][0]++
	for i := range uint64(32) {
		state.BlockRoots[(n*32+i)%8192][0]++
		state.StateRoots[(n*32+i)%8192][0]++
	}
	return touched
}

// epochHashes is how many hashes that needs: one for each 32 bytes of balances and
// participation, 8 and the path above for each validator touched.
func epochHashes(n int) int { return n/4 + n/32 + 100*(8+20) + 2*64 + 100 }

// BenchmarkIncrementalRoot is the root after an epoch of 1,000,000 validators, and
// what it takes to say what changed: written is both.
func BenchmarkIncrementalRoot(b *testing.B) {
	s := benchState(b, benchValidators)
	var state spec.BeaconState
	if err := s.ReadBeaconState(&state, 2); err != nil {
		b.Fatal(err)
	}
	for _, workers := range []int{1, 2} {
		before := heap()
		p := must(s.Pieces())
		var touched []spec.ValidatorIndex
		write := func() {
			if err := p.WriteBeaconState(&state, touched, workers); err != nil {
				b.Fatal(err)
			}
		}
		write()
		must(p.Root(workers))
		used := (heap() - before) * (1 << 20) / benchValidators
		n := uint64(0)
		next := func() {
			n++
			touched = anEpoch(&state, n)
		}
		b.Run(fmt.Sprintf("root/workers=%d", workers), func(b *testing.B) {
			ratio(b, epochHashes(benchValidators), workers, func() { next(); write() }, func() { must(p.Root(workers)) })
			b.ReportMetric(used, "B/validator")
		})
		b.Run(fmt.Sprintf("written/workers=%d", workers), func(b *testing.B) {
			ratio(b, epochHashes(benchValidators), workers, next, func() { write(); must(p.Root(workers)) })
		})
		b.Run(fmt.Sprintf("any-touched/workers=%d", workers), func(b *testing.B) {
			ratio(b, epochHashes(benchValidators), workers, func() { next(); touched = nil }, func() { write(); must(p.Root(workers)) })
		})
		runtime.KeepAlive(p)
	}
}

// BenchmarkSlotRoot is the root after a slot without a block.
func BenchmarkSlotRoot(b *testing.B) {
	p := must(benchState(b, benchValidators).Pieces())
	root := must(p.Root(2))
	slot := 0
	for b.Loop() {
		slot++
		for _, field := range []string{"state_roots", "block_roots"} {
			if err := p.Put(field, slot%8192*32, root[:]); err != nil {
				b.Fatal(err)
			}
		}
		if err := p.Put("slot", 0, []byte{byte(slot), byte(slot >> 8)}); err != nil {
			b.Fatal(err)
		}
		root = must(p.Root(1))
	}
}

// BenchmarkWriteState writes the bytes of 1,000,000 validators anew, beside a copy
// of them.
func BenchmarkWriteState(b *testing.B) {
	p := must(benchState(b, benchValidators).Pieces())
	raw := must(p.Bytes())
	b.Run("copy", func(b *testing.B) {
		for b.Loop() {
			sink = append(make([]byte, 0, len(raw)), raw...)
		}
	})
	b.Run("bytes", func(b *testing.B) {
		for b.Loop() {
			sink = must(p.Bytes())
		}
	})
}

var sink []byte
