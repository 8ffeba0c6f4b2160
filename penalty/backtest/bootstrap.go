package backtest

import (
	"math"
	"math/rand/v2"
	"slices"
)

// interval is a confidence interval of 95 %.
type interval struct{ low, high float64 }

// bootstrap draws as many blocks as there are, with replacement, so many times,
// and returns the totals of every draw, as a row of width floats.
func (t *Totals) bootstrap(width, draws int, seed uint64) [][]float64 {
	rng := rand.New(rand.NewPCG(seed, 0))
	out := make([][]float64, draws)
	times := make([]int, len(t.blocks))
	for d := range out {
		clear(times)
		for range t.blocks {
			times[rng.IntN(len(t.blocks))]++
		}
		out[d] = make([]float64, width)
		for i, n := range times {
			if n > 0 {
				for j, v := range t.blocks[i] {
					out[d][j] += float64(n) * float64(v)
				}
			}
		}
	}
	return out
}

// percentiles are the interval of a figure over the draws; NaN where fewer than
// two draws have one.
func percentiles(draws [][]float64, figure func(totals []float64) float64) interval {
	var values []float64
	for _, totals := range draws {
		if v := figure(totals); !math.IsNaN(v) && !math.IsInf(v, 0) {
			values = append(values, v)
		}
	}
	if len(values) < 2 {
		return interval{math.NaN(), math.NaN()}
	}
	slices.Sort(values)
	at := func(q float64) float64 { return values[int(math.Round(q*float64(len(values)-1)))] }
	return interval{at(0.025), at(0.975)}
}
