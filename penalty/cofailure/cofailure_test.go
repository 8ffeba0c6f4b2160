package cofailure_test

import (
	"errors"
	"iter"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/penalty/cofailure"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/budget"
)

func failure(v uint32, eth, how uint64) cofailure.Failure {
	return cofailure.Failure(uint64(v) | eth<<32 | how<<48)
}

// clusters are two of 20 and of 5 among 40 validators.
func clusters() *cofailure.Clusters {
	c := &cofailure.Clusters{Of: make([]uint16, 30), Sizes: []uint64{15, 20, 5}, Class: []uint16{0, 1, 1}, Validators: 40}
	for v := range 25 {
		c.Of[v] = 1
		if v >= 20 {
			c.Of[v] = 2
		}
	}
	return c
}

// Validators of clusters of eleven fail independently: the expected pairs are what is
// counted, the published squares are 10 % more.
func TestExpectedPairsAreThoseOfIndependentFailures(t *testing.T) {
	const many, size, slots, rate = 40, 11, 3000, 0.08
	clusters := &cofailure.Clusters{Of: make([]uint16, many*size), Sizes: make([]uint64, many+1), Validators: many * size}
	for v := range clusters.Of {
		clusters.Of[v] = uint16(v/size) + 1
		clusters.Sizes[v/size+1]++
	}
	c, err := cofailure.NewCounter(clusters)
	require.NoError(t, err)
	rng := rand.New(rand.NewPCG(11, 10))
	for range slots {
		var failures []cofailure.Failure
		for v := range uint32(many * size) {
			if rng.Float64() < rate {
				failures = append(failures, cofailure.NewFailure(v, 32, cofailure.Missed))
			}
		}
		c.Slot(failures, true)
	}
	x := c.Expected()[cofailure.Fumbles]
	require.InEpsilon(t, many*size*(size-1)*rate*rate*slots, x.GlobalRatePairs, 0.01)
	require.InEpsilon(t, float64(c.Co[cofailure.Fumbles]), x.GlobalRatePairs, 0.01)
	require.InEpsilon(t, float64(c.Co[cofailure.Fumbles]), x.OwnRatePairs, 0.01)
	require.InEpsilon(t, 1.1, x.GlobalRate/x.GlobalRatePairs, 1e-12)
	require.InEpsilon(t, 1.1, x.OwnRate/x.OwnRatePairs, 1e-12)
}

func TestPairsCountByHand(t *testing.T) {
	c, err := cofailure.NewCounter(clusters())
	require.NoError(t, err)
	// Cluster 1: three fumbles of which two are in time for nobody's next slot;
	// one miss. Cluster 2 is too small, 38 has no cluster.
	slot := []cofailure.Failure{
		failure(0, 32, 1), failure(3, 32, 3), failure(4, 64, 3), failure(7, 32, 5),
		failure(20, 32, 1), failure(21, 32, 1), failure(38, 32, 1),
	}
	cells := c.Slot(slot, true)
	n := uint32(0)
	for _, cell := range cells {
		n += cell.Count
	}
	require.EqualValues(t, len(slot), n)
	require.Equal(t, [4]uint64{6, 1, 2, 0}, c.Failures)
	require.Equal(t, [4]uint64{3*3 - 3, 0, 2, 0}, c.Co)
	x := c.Expected()
	// Three fumbles of the cluster, 19 others in it, 5 other fumbles, 39 others.
	require.InDelta(t, 3*19*5/39.0, x[cofailure.Fumbles].ShareOfFailures, 1e-12)
	require.InDelta(t, (20*6/40.0)*(20*6/40.0), x[cofailure.Fumbles].GlobalRate, 1e-12)
	require.InDelta(t, 9, x[cofailure.Fumbles].OwnRate, 1e-12)
	require.InDelta(t, 9*19/20., x[cofailure.Fumbles].GlobalRatePairs, 1e-12)
	require.InDelta(t, 9*19/20., x[cofailure.Fumbles].OwnRatePairs, 1e-12)

	require.Equal(t, []cofailure.Failure{slot[2]}, c.Odd)

	c.Slot(slot, false)
	require.EqualValues(t, 1, c.Slots, "without history nothing counts")
	require.Equal(t, [4]uint64{6, 0, 2, 0}, c.Co)
	require.Len(t, c.Slot(nil, true), 0)
}

func TestCellsTellClassesApart(t *testing.T) {
	c, err := cofailure.NewCounter(clusters())
	require.NoError(t, err)
	got := map[cofailure.Cell]bool{}
	for _, cell := range c.Slot([]cofailure.Failure{
		failure(0, 32, 1), failure(20, 32, 1), failure(1, 31, 1), failure(39, 32, 1), failure(28, 32, 64|128),
	}, true) {
		got[cell] = true
	}
	require.Equal(t, map[cofailure.Cell]bool{
		{Class: 1, How: 1, Standard: true, Count: 2}:  true,
		{Class: 1, How: 1, Count: 1}:                  true,
		{Class: 0, How: 1, Standard: true, Count: 1}:  true,
		{Class: 0, How: 64, Standard: true, Count: 1}: true,
	}, got)
}

func TestPartsAddUp(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	whole, err := cofailure.NewCounter(clusters())
	require.NoError(t, err)
	var parts [2]*cofailure.Counter
	for i := range parts {
		parts[i], err = cofailure.NewCounter(clusters())
		require.NoError(t, err)
	}
	for i := range 100 {
		var slot []cofailure.Failure
		for v := range uint32(40) {
			if rng.IntN(3) == 0 {
				slot = append(slot, failure(v, 32, rng.Uint64N(128)))
			}
		}
		whole.Slot(slot, true)
		parts[i%2].Slot(slot, true)
	}
	require.NoError(t, parts[0].Merge(parts[1]))
	require.Equal(t, whole.Co, parts[0].Co)
	require.Equal(t, whole.ByCluster, parts[0].ByCluster)
	require.Equal(t, whole.Expected(), parts[0].Expected())
	other, err := cofailure.NewCounter(&cofailure.Clusters{Sizes: []uint64{1}})
	require.NoError(t, err)
	require.ErrorIs(t, whole.Merge(other), spec.ErrInput)
}

func TestClustersThatDoNotBelongTogetherAreErrors(t *testing.T) {
	for name, c := range map[string]*cofailure.Clusters{
		"no clusters":            {},
		"a cluster without size": {Sizes: []uint64{1}, Of: []uint16{1}},
		"classes of others":      {Sizes: []uint64{1}, Class: []uint16{0, 0}},
		"a class too high":       {Sizes: []uint64{1}, Class: []uint16{cofailure.MaxClasses}},
		"a size beyond all":      {Sizes: []uint64{1 << 40}},
		"more clusters than fit": {Sizes: make([]uint64, cofailure.MaxClusters+1)},
	} {
		_, err := cofailure.NewCounter(c)
		require.ErrorIs(t, err, spec.ErrInput, name)
		_, err = cofailure.NewQuality(3).Redistributed(c)
		require.ErrorIs(t, err, spec.ErrInput, name)
		_, err = cofailure.NewQuality(3).Fake(c, func(uint32) bool { return true })
		require.ErrorIs(t, err, spec.ErrInput, name)
	}
}

// Failures dealt out at random, over and over, meet as often as is expected.
func TestRedistributedIsTheMeanOfDealingFailuresOut(t *testing.T) {
	const epochs, draws, members = 64, 400, 20
	rng := rand.New(rand.NewPCG(2, 3))
	c := &cofailure.Clusters{Of: make([]uint16, members), Sizes: []uint64{0, members}, Validators: members}
	for v := range c.Of {
		c.Of[v] = 1
	}
	q := cofailure.NewQuality(members)
	events := make([]int, members)
	for e := range epochs {
		for range 32 {
			var slot []cofailure.Failure
			for v := range events {
				if e < 20+v && rng.IntN(32) == 0 {
					slot = append(slot, failure(uint32(v), 32, 1))
					events[v]++
				}
			}
			q.Slot(slot)
		}
	}
	want, err := q.Redistributed(c)
	require.NoError(t, err)
	pairs := 0
	for range draws {
		in := map[[2]int]int{}
		for _, n := range events {
			for _, e := range rng.Perm(epochs)[:min(n, epochs)] {
				in[[2]int{e, rng.IntN(32)}]++
			}
		}
		for _, n := range in {
			pairs += n*n - n
		}
	}
	require.InEpsilon(t, want[cofailure.Fumbles], float64(pairs)/draws, 0.03)
	require.Zero(t, want[cofailure.Misses])
}

func TestFakeClustersAreNeighboursAtRankXor127(t *testing.T) {
	// 256 validators, more failures with higher index: ranks are indices. The
	// cluster 0..15 is replaced by 127..112.
	const n = 256
	c := &cofailure.Clusters{Of: make([]uint16, n), Sizes: []uint64{n - 16, 16}, Validators: n}
	for v := range 16 {
		c.Of[v] = 1
	}
	q := cofailure.NewQuality(n)
	for v := range uint32(n) {
		for range v {
			q.Slot([]cofailure.Failure{failure(v, 32, 1)})
		}
	}
	f, err := q.Fake(c, func(v uint32) bool { return true })
	require.NoError(t, err)
	f.Slot([]cofailure.Failure{failure(0, 32, 1), failure(15, 32, 1), failure(112, 32, 1), failure(127, 32, 1), failure(111, 32, 1)})
	require.Equal(t, [4]uint64{2, 0, 0, 0}, f.Co)
	f.Slot([]cofailure.Failure{failure(112, 32, 4), failure(113, 32, 1), failure(500, 32, 1)})
	require.Equal(t, [4]uint64{2, 0, 0, 0}, f.Co)
}

// lists is a record of 12 epochs in which one validator of each slot fails.
func lists(change func(*cofailure.Lists) bool) iter.Seq2[cofailure.Lists, error] {
	return func(yield func(cofailure.Lists, error) bool) {
		for slot := range spec.Slot(32 * 24) {
			v := uint32(slot%32) * 2
			l := cofailure.Lists{Slot: 3200 + slot, Committee: []uint32{v, v + 1}, AttestersKnown: true, ImmediateKnown: true}
			l.Attesters, l.Immediate = l.Committee[slot/32%2:], l.Committee
			if (change == nil || change(&l)) && !yield(l, nil) {
				return
			}
		}
	}
}

func TestTheScriptsNeedsAreErrors(t *testing.T) {
	stop := errors.New("stop")
	for name, c := range map[string]struct {
		record iter.Seq2[cofailure.Lists, error]
		err    error
	}{
		"no slots":                 {lists(func(*cofailure.Lists) bool { return false }), spec.ErrInput},
		"too few epochs":           {lists(func(l *cofailure.Lists) bool { return l.Slot < 3263 }), spec.ErrInput},
		"a committee missing":      {lists(func(l *cofailure.Lists) bool { return l.Slot != 3500 }), spec.ErrInput},
		"attesters missing":        {lists(func(l *cofailure.Lists) bool { l.AttestersKnown = l.Slot != 3500; return true }), spec.ErrInput},
		"an index beyond all":      {lists(func(l *cofailure.Lists) bool { l.Committee = []uint32{1 << 31}; return true }), spec.ErrInput},
		"an attester from nowhere": {lists(func(l *cofailure.Lists) bool { l.Attesters = []uint32{999}; return true }), spec.ErrInput},
		"a record that breaks off": {func(yield func(cofailure.Lists, error) bool) { yield(cofailure.Lists{}, stop) }, stop},
	} {
		_, err := cofailure.AsPublished(c.record, cofailure.Options{})
		require.ErrorIs(t, err, c.err, name)
	}
}

func TestColumnsAttestInTheFirstAndTheLast320Slots(t *testing.T) {
	attend := map[spec.Slot][]uint32{3519: {100, 102}, 3520: {101}, 3646: {102}, 3647: {100, 101}} // of 3200 to 3967
	p, err := cofailure.AsPublished(lists(func(l *cofailure.Lists) bool {
		l.Committee = append(append([]uint32(nil), l.Committee...), 100, 101, 102)
		l.Attesters = append(append([]uint32(nil), l.Attesters...), attend[l.Slot]...)
		return true
	}), cofailure.Options{})
	require.NoError(t, err)
	require.Len(t, p.Validators, 65)
	require.EqualValues(t, 100, p.Validators[64])
}

func FuzzAsPublished(f *testing.F) {
	f.Add(uint64(0), uint16(90), []byte{1, 2, 3})
	f.Add(uint64(1<<62), uint16(200), []byte{})
	f.Fuzz(func(t *testing.T, first uint64, slots uint16, bits []byte) {
		budget.Run(t, budget.Limit{}, func() {
			record := func(yield func(cofailure.Lists, error) bool) {
				for i := range uint64(slots % 512) {
					l := cofailure.Lists{Slot: spec.Slot(first + i), AttestersKnown: true}
					for v := range uint32(20) {
						b := byte(0)
						if len(bits) > 0 {
							b = bits[(i*20+uint64(v))%uint64(len(bits))]
						}
						if b&1 == 0 && uint64(v)%4 == i%4 {
							l.Committee = append(l.Committee, v)
							if b&2 == 0 {
								l.Attesters = append(l.Attesters, v)
							}
							if b&4 == 0 {
								l.Immediate = append(l.Immediate, v)
							}
						}
					}
					if !yield(l, nil) {
						return
					}
				}
			}
			name := func(v uint32) (string, bool) { return "A", v < 15 }
			p, err := cofailure.AsPublished(record, cofailure.Options{Cluster: name})
			if err != nil {
				require.ErrorIs(t, err, spec.ErrInput)
				return
			}
			for i := range cofailure.Schemes {
				require.Len(t, p.Penalty(i), p.Columns())
			}
			all := p.Groups()[3]
			require.LessOrEqual(t, all.Sum(p.Penalty(2)).Sum, 4*all.Sum(p.Penalty(0)).Sum, "no factor is above the cap")
		})
	})
}
