package scenario

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// Gaps against the binomial law: the number of events in a long row lies within
// five standard deviations, wherever the row is cut.
func TestGapsHappenAsOftenAsTheirProbability(t *testing.T) {
	for _, p := range []float64{0.5, 0.1, 0.003, 0.0001} {
		rng := stream(1, 0, streamMisses)
		g := newGaps(chance(uint64(p*Billion), Billion))
		const n = 1_000_000
		hits := 0
		for at := 0; at < n; at += 4000 {
			last := -1
			g.run(rng, 4000, func(at uint64) {
				if int(at) <= last || at >= 4000 {
					t.Fatalf("an event at %d after %d", at, last)
				}
				last = int(at)
				hits++
			})
		}
		require.InDelta(t, p*n, float64(hits), 5*math.Sqrt(n*p*(1-p)), "p = %v", p)
	}
	never := newGaps(0)
	never.run(stream(1, 0, 0), 1000, func(uint64) { t.Fatal("never") })
	always := newGaps(chance(1, 1))
	hits := 0
	always.run(stream(1, 0, 0), 1000, func(uint64) { hits++ })
	require.Equal(t, 1000, hits)
}

// Dealing all validators fills every slot; dealing some is even.
func TestSlotsAreDealtWithoutReplacement(t *testing.T) {
	rng := stream(2, 0, streamSlots)
	var s slotter
	for _, n := range []uint64{1, 31, 32, 33, 1000, 32_000} {
		s.reset(n)
		var got [SlotsPerEpoch]uint32
		for range n {
			got[s.deal(rng)]++
		}
		for i, count := range got {
			require.Equal(t, uint32(n*uint64(i+1)/32-n*uint64(i)/32), count)
		}
	}
	var sum [SlotsPerEpoch]float64
	const rounds, part = 400, 8000
	for range rounds {
		s.reset(32_000)
		for range part {
			sum[s.deal(rng)]++
		}
	}
	for _, v := range sum {
		mean := float64(rounds*part) / 32
		require.InDelta(t, mean, v, 5*math.Sqrt(mean*(1-0.25)), "hypergeometric")
	}
}

func TestLengthsHaveTheirMean(t *testing.T) {
	rng := stream(3, 0, streamFaults)
	for _, mean := range []uint64{1, 2, 50} {
		sum := uint64(0)
		for range 20_000 {
			sum += geometric(rng, mean)
		}
		require.InDelta(t, float64(mean), float64(sum)/20_000, 0.05*float64(mean)+1e-9)
	}
}

// A cohort is exactly its share of the stake, one validator's worth aside.
func TestAShareOutageHitsItsShare(t *testing.T) {
	s := trial(t)
	for _, share := range []PPM{1, 1000, 400_000, 1_000_000} {
		s.Outages = []Outage{{Duration: 5, Share: share}}
		w := newWorld(s, stream(1, 0, streamWorld))
		hit := uint64(0)
		for _, m := range w.hit[0] {
			hit += uint64(w.machines[m].hi - w.machines[m].lo)
		}
		require.InDelta(t, share.Float()*float64(w.validators), float64(hit), 1)
		seen := make([]bool, w.validators)
		for _, m := range w.machines {
			for v := m.lo; v < m.hi; v++ {
				require.False(t, seen[v])
				seen[v] = true
			}
		}
	}
}
