package vector

import (
	"hash/fnv"
	"math/rand/v2"
)

// Dice is the source of random numbers of one case: it depends on the seed and on the
// case's path alone, so that no other case changes what it draws.
func Dice(p Path, seed uint64) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(p.String()))
	return rand.New(rand.NewPCG(seed, h.Sum64()))
}

// Pick draws one of the options, each with the same chance; the zero value where there
// are none.
func Pick[T any](r *rand.Rand, options ...T) (one T) {
	if len(options) == 0 {
		return one
	}
	return options[r.IntN(len(options))]
}
