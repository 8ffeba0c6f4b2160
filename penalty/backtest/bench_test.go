package backtest_test

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/backtest"
	"github.com/stakesim/stakesim/penalty/cofailure"
	"github.com/stakesim/stakesim/spec"
)

// city is 1,000,000 validators in 1000 clusters of very unequal sizes, and four
// epochs in which 2.3 % fail.
func city(b *testing.B) (*backtest.Population, [4][]backtest.Slot) {
	const n, clusters = 1_000_000, 1000
	rng := rand.New(rand.NewPCG(4, 19116))
	l := &backtest.Labels{Of: make([]int32, n), Duty: make([]uint64, n/64)}
	for c := range clusters {
		l.Names = append(l.Names, fmt.Sprintf("operator %d", c))
	}
	var epochs [4][]backtest.Slot
	for e := range epochs {
		epochs[e] = make([]backtest.Slot, backtest.SlotsPerEpoch)
		for i := range epochs[e] {
			epochs[e][i] = backtest.Slot{Committee: n / 32, Balance: n / 32 * 40 * spec.ETH}
		}
	}
	for v := range l.Of {
		l.Of[v] = -1
		if x := rng.Float64(); rng.IntN(10) < 7 {
			l.Of[v] = int32(clusters * x * x * x)
		}
		l.Duty[v/64] |= 1 << (v % 64)
		for e := range epochs {
			if rng.IntN(1000) >= 23 {
				continue
			}
			how, increments := cofailure.How(rng.IntN(4)<<2), uint16(32)
			if how |= cofailure.Late; rng.IntN(3) > 0 {
				how |= cofailure.Missed | cofailure.NoSource | cofailure.NoTarget
			}
			if rng.IntN(50) == 0 {
				increments = uint16(33 + rng.IntN(2016))
			}
			s := &epochs[e][rng.IntN(backtest.SlotsPerEpoch)]
			s.Failures = append(s.Failures, cofailure.NewFailure(uint32(v), increments, how))
		}
	}
	p, err := backtest.NewPopulation(l, backtest.Post, 0)
	require.NoError(b, err)
	return p, epochs
}

// BenchmarkEpoch is one epoch of a million validators from memory, by the
// number of rules; sent has everything go through its binary form.
func BenchmarkEpoch(b *testing.B) {
	p, epochs := city(b)
	for _, rules := range []int{1, 10, 100} {
		o := backtest.Options{}
		for i := range rules {
			rule, err := penalty.RuleNamed(fmt.Sprintf("smoothed-2026/slope=%d,window=%d", 100+i, 1<<(10+i%7)))
			require.NoError(b, err)
			o.Rules = append(o.Rules, rule)
		}
		s, err := backtest.NewStudy(p, o)
		require.NoError(b, err)
		b.Run(fmt.Sprintf("rules=%d", rules), func(b *testing.B) {
			_, err := s.Run(again(&epochs, b.N), 1)
			require.NoError(b, err)
		})
		b.Run(fmt.Sprintf("rules=%d/sent", rules), func(b *testing.B) { benchmarkSent(b, s, &epochs) })
	}
}

// again is so many epochs, the same ones over and over.
func again(epochs *[4][]backtest.Slot, n int) iter.Seq2[backtest.Slot, error] {
	return func(yield func(backtest.Slot, error) bool) {
		for at := range n * backtest.SlotsPerEpoch {
			s := epochs[at/backtest.SlotsPerEpoch%len(epochs)][at%backtest.SlotsPerEpoch]
			s.Slot = spec.Slot(at)
			if !yield(s, nil) {
				return
			}
		}
	}
}

func benchmarkSent(b *testing.B, s *backtest.Study, epochs *[4][]backtest.Slot) {
	o, err := s.NewObserver()
	require.NoError(b, err)
	walk, punisher, totals, bytes := s.NewWalk(), s.NewPunisher(), new(backtest.Totals), 0
	var a backtest.Aggregates
	var f backtest.Failures
	var x backtest.Factors
	var sums backtest.Sums
	send := func(v travels) {
		of, err := v.MarshalBinary()
		require.NoError(b, err)
		require.NoError(b, v.UnmarshalBinary(of))
		bytes += len(of)
	}
	for slots, err := range backtest.Epochs(again(epochs, b.N), nil) {
		require.NoError(b, err)
		require.NoError(b, o.Observe(&a, &f, slots))
		send(&a)
		send(&f)
		require.NoError(b, walk.Step(&x, &a))
		send(&x)
		require.NoError(b, punisher.Punish(&sums, &f, &x))
		send(&sums)
		require.NoError(b, totals.Add(&sums))
	}
	b.ReportMetric(float64(bytes)/float64(b.N), "bytes/epoch")
}
