package main

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/backtest"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/dataset"
)

// generated is a list of n validators, of whom so many per thousand fail in an
// epoch, in runs that share a cluster; a few have compounded.
type generated struct {
	validators, perMille, epochs int
	duties                       dataset.Duties
}

// slots ranges over epochs drawn from a small pool, so that drawing does not
// count.
func (g *generated) slots() iter.Seq2[dataset.SlotFailures, error] {
	for v := range uint32(g.validators) {
		g.duties.Add(v)
	}
	rng := rand.New(rand.NewPCG(4, 19116))
	var pool [4][backtest.SlotsPerEpoch][]dataset.Failure
	for e := range pool {
		for v := range uint32(g.validators) {
			if rng.IntN(1000) >= g.perMille {
				continue
			}
			how, increments := dataset.Missed|dataset.Late|dataset.NoSource|dataset.NoTarget, uint16(32)
			if rng.IntN(3) == 0 {
				how = dataset.Late
			}
			if rng.IntN(2) == 0 {
				how |= dataset.MissedBefore | dataset.LateBefore
			}
			if rng.IntN(50) == 0 {
				increments = uint16(33 + rng.IntN(2016))
			}
			slot := rng.IntN(backtest.SlotsPerEpoch)
			pool[e][slot] = append(pool[e][slot], dataset.NewFailure(v, increments, how))
		}
	}
	return func(yield func(dataset.SlotFailures, error) bool) {
		members := g.validators / backtest.SlotsPerEpoch
		for e := range g.epochs {
			for i, failures := range pool[e%len(pool)] {
				s := dataset.SlotFailures{
					Slot: spec.Slot(e*backtest.SlotsPerEpoch + i), Committee: uint32(members),
					Balance: spec.Gwei(members) * 40 * spec.ETH, NoHistory: e == 0, Failures: failures,
				}
				if !yield(s, nil) {
					return
				}
			}
		}
	}
}

// population puts 70 % of the validators into clusters of very unequal sizes: of
// 1000, the largest has 70,000 members and 110 have more than 1000, so rows of
// their own.
func (g *generated) population(t testing.TB, clusters int) *backtest.Population {
	l := &dataset.Labels{Of: make([]int32, g.validators)}
	for c := range clusters {
		l.Names = append(l.Names, fmt.Sprintf("operator %d", c))
	}
	rng := rand.New(rand.NewPCG(5, 5))
	for v := range l.Of {
		l.Of[v] = -1
		if rng.IntN(10) < 7 {
			x := rng.Float64()
			l.Of[v] = int32(float64(clusters) * x * x * x)
		}
	}
	p, err := populate(l, &g.duties, "post", 0)
	require.NoError(t, err)
	return p
}

func rulesNamed(t testing.TB, names ...string) (rules []penalty.Rule) {
	for _, n := range names {
		r, err := penalty.RuleNamed(n)
		require.NoError(t, err)
		rules = append(rules, r)
	}
	return rules
}

var fourRules = []string{"smoothed-2026/E3", "net-excess-2024", "net-excess-per-flag", "slot-relative/average"}

// again is so many epochs of a list, which is read over and over.
func again(list *dataset.List, epochs int) iter.Seq2[backtest.Slot, error] {
	return func(yield func(backtest.Slot, error) bool) {
		for next, end := spec.Slot(0), spec.Slot(epochs*backtest.SlotsPerEpoch); next < end; {
			for s, err := range asSlots(list.All()) {
				s.Slot = next
				if next == end || !yield(s, err) {
					return
				}
				next++
			}
		}
	}
}

// BenchmarkEpoch is one epoch of a mapped failure list of 1,000,000 validators,
// 2.3 % of them failing: co-failures and the penalties of each group.
func BenchmarkEpoch(b *testing.B) {
	g := &generated{validators: 1_000_000, perMille: 23, epochs: 64}
	file := filepath.Join(b.TempDir(), "list")
	require.NoError(b, dataset.WriteList(file, g.slots(), &g.duties))
	for name, open := range map[string]func(string) (*dataset.List, error){"mapped": dataset.MapList, "read": dataset.OpenList} {
		for _, c := range []struct{ clusters, mechanisms int }{{100, 1}, {100, 4}, {1000, 1}, {1000, 4}} {
			b.Run(fmt.Sprintf("%s/clusters=%d/mechanisms=%d", name, c.clusters, c.mechanisms), func(b *testing.B) {
				list, err := open(file)
				require.NoError(b, err)
				defer list.Close()
				study, err := backtest.NewStudy(g.population(b, c.clusters), backtest.Options{Rules: rulesNamed(b, fourRules[:c.mechanisms]...)})
				require.NoError(b, err)
				b.ResetTimer()
				began := cpuTime()
				_, err = study.Run(again(list, b.N), 1)
				require.NoError(b, err)
				b.ReportMetric(float64((cpuTime()-began).Microseconds())/1000/float64(b.N), "cpu-ms/epoch")
			})
		}
	}
}
