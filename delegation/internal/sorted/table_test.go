package sorted

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// spacings are ways in which ids lie: what a table guesses from, and what misleads
// it.
var spacings = map[string]func(rng *rand.Rand, i uint64) uint64{
	"every one":     func(_ *rand.Rand, i uint64) uint64 { return i },
	"every third":   func(_ *rand.Rand, i uint64) uint64 { return 3*i + 7 },
	"some of many":  func(rng *rand.Rand, _ uint64) uint64 { return rng.Uint64N(5000) },
	"anywhere":      func(rng *rand.Rand, _ uint64) uint64 { return rng.Uint64() },
	"doubling":      func(_ *rand.Rand, i uint64) uint64 { return 1<<(i%64) + i/64 },
	"to either end": func(_ *rand.Rand, i uint64) uint64 { return -(i % 2) ^ (i / 2) },
}

// Whatever the ids, in whatever order they came and went, a table finds what a map
// finds, by search and by finger.
func TestTableFindsWhatAMapFinds(t *testing.T) {
	for name, id := range spacings {
		t.Run(name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(1, 9))
			var tab Table[uint64, uint64]
			want := map[uint64]uint64{}
			for i := range uint64(4000) {
				k := id(rng, i)
				if _, ok := want[k]; !ok {
					want[k] = i
					tab.Insert(k, i)
				}
				if k := id(rng, rng.Uint64N(i+1)); rng.Uint64N(3) == 0 {
					delete(want, k)
					tab.Remove(k)
				}
			}
			require.Equal(t, len(want), tab.Len())
			f := Finger[uint64, uint64]{Table: &tab}
			check := func(k uint64) {
				v, ok := want[k]
				for _, got := range []*uint64{tab.Get(k), f.Get(k)} {
					require.Equal(t, ok, got != nil, "id %d", k)
					require.True(t, !ok || *got == v, "id %d", k)
				}
			}
			for i := range uint64(4000) { // mostly in order
				check(id(rng, i))
			}
			for range 4000 { // and not
				k := id(rng, rng.Uint64N(4000))
				check(k)
				check(k + 1)
				check(k - 1)
			}
		})
	}
}

// Tables and sets against maps, with enough rows for many chunks.
func TestTableAndSetAgreeWithMaps(t *testing.T) {
	var tab Table[uint64, uint64]
	var s Set
	for i := range uint64(1000) {
		tab.Insert(i*2, i)
		s.Insert(Key{i % 7, i})
	}
	for i := range uint64(1000) {
		if i%3 > 0 {
			tab.Remove(i * 2)
			s.Remove(Key{i % 7, i})
		}
	}
	tab.Remove(1)
	s.Remove(Key{99})
	for i := range uint64(500) { // in between
		tab.Insert(i*4+1, i)
	}
	require.Equal(t, 334+500, tab.Len())
	require.Len(t, s.Slice(), 334)
	last, n := uint64(0), 0
	for c, ch := range tab.chunks {
		require.Equal(t, tab.first[c], ch[0].id)
		for _, r := range ch {
			require.True(t, n == 0 || r.id > last)
			last = r.id
			n++
		}
	}
	require.Equal(t, tab.Len(), n)
	for i := range uint64(1000) {
		v := tab.Get(i * 2)
		require.Equal(t, i%3 == 0, v != nil)
		require.Equal(t, i%3 == 0, s.Has(i%7, i))
	}
	require.Nil(t, tab.Get(1<<60))
	n = 0
	var before Key
	for k := range s.All() {
		require.True(t, n == 0 || before.less(k))
		before = k
		n++
	}
	require.Equal(t, 334, n)
	require.Len(t, Column[uint64](&s, 1, 3), 48) // of 3, 10, 17, ... 997 every third
	require.EqualValues(t, 1, s.Count(3, 24, 9))
	require.Zero(t, s.Count(3, 25, 9))
	require.Zero(t, s.Count(3, 24, 0))
}
