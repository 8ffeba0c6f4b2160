package delegation

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
			var tab table[uint64]
			want := map[uint64]uint64{}
			for i := range uint64(4000) {
				k := id(rng, i)
				if _, ok := want[k]; !ok {
					want[k] = i
					tab.insert(k, i)
				}
				if k := id(rng, rng.Uint64N(i+1)); rng.Uint64N(3) == 0 {
					delete(want, k)
					tab.remove(k)
				}
			}
			require.Equal(t, len(want), tab.n)
			f := finger[uint64]{table: &tab}
			check := func(k uint64) {
				v, ok := want[k]
				for _, got := range []*uint64{tab.get(k), f.get(k)} {
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
