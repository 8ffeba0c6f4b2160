package backtest

import (
	"math"
	"math/rand/v2"
	"slices"
	"sync"
)

// drawer draws blocks of rows; equally many of equally many rows are the same for
// every figure.
type drawer struct {
	draws int
	seed  uint64

	lock   sync.Mutex
	starts map[[2]int][]uint32 // by rows and blocks: where the blocks of every draw begin
}

func newDrawer(draws int, seed uint64) *drawer {
	return &drawer{draws: draws, seed: seed, starts: map[[2]int][]uint32{}}
}

// maxStarts bounds what is kept for other figures.
const maxStarts = 1 << 22

// each calls f with where the blocks of every draw begin.
func (d *drawer) each(rows, blocks int, f func(starts []uint32)) {
	d.lock.Lock()
	defer d.lock.Unlock()
	kept, ok := d.starts[[2]int{rows, blocks}]
	if !ok {
		rng := rand.New(rand.NewPCG(d.seed, uint64(blocks)))
		starts := make([]uint32, blocks)
		for range d.draws {
			for j := range starts {
				starts[j] = rng.Uint32N(uint32(rows))
			}
			if uint64(d.draws)*uint64(blocks) <= maxStarts {
				kept = append(kept, starts...)
			} else {
				f(starts)
			}
		}
		if kept == nil {
			return
		}
		d.starts[[2]int{rows, blocks}] = kept
	}
	for ; len(kept) > 0; kept = kept[blocks:] {
		f(kept[:blocks])
	}
}

// quantiles are the 2.5 % and the 97.5 % point of the mean of so many blocks over its
// standard deviation, given the means of all blocks, whose own mean is zero. A draw
// of blocks that are all alike counts as infinite.
func (d *drawer) quantiles(means []float64, blocks int) (low, high float64) {
	spread := 0.
	for _, v := range means {
		spread += float64(v * v)
	}
	least := rounding * spread / float64(len(means))
	students := make([]float64, 0, d.draws)
	d.each(len(means), blocks, func(starts []uint32) {
		sum, squares := 0., 0.
		for _, i := range starts {
			v := means[i]
			sum += v
			squares += float64(v * v)
		}
		n := float64(blocks)
		variance := (squares - float64(sum*sum)/n) / (n - 1)
		if variance > least {
			students = append(students, sum/n/math.Sqrt(variance/n))
		} else {
			students = append(students, math.Copysign(math.Inf(1), sum))
		}
	})
	slices.Sort(students)
	at := func(q float64) float64 { return students[int(math.Round(q*float64(len(students)-1)))] }
	return at(0.025), at(0.975)
}
