package main

import (
	"math"
	"math/rand/v2"
	"slices"
)

// maxBlocks bounds the memory of the bootstrap: with more epochs, two and two
// blocks of consecutive epochs become one, again and again.
const maxBlocks = 2048

// blocks are sums over consecutive epochs, equally many in each but the last.
type blocks struct {
	width int
	span  int        // epochs of a block
	last  int        // epochs in the last block
	rows  [][]uint64 // sums by group and column
}

func (b *blocks) add(sums []uint64) {
	b.span = max(b.span, 1)
	if len(b.rows) > 0 && b.last < b.span {
		into(b.rows[len(b.rows)-1], sums)
		b.last++
		return
	}
	if len(b.rows) == maxBlocks {
		for i := range maxBlocks / 2 {
			into(b.rows[2*i], b.rows[2*i+1])
			b.rows[i], b.rows[2*i] = b.rows[2*i], b.rows[i]
		}
		b.rows = b.rows[:maxBlocks/2]
		b.span *= 2
	}
	b.rows = append(b.rows, slices.Clone(sums))
	b.last = 1
}

func into(to, from []uint64) {
	for i, v := range from {
		to[i] += v
	}
}

// totals are the sums over all epochs.
func (b *blocks) totals() []uint64 {
	sums := make([]uint64, b.width)
	for _, row := range b.rows {
		into(sums, row)
	}
	return sums
}

// interval is a confidence interval of 95 %.
type interval struct{ low, high float64 }

// bootstrap draws as many blocks as there are, with replacement, so many times,
// and returns the totals of every draw, as a row of width floats.
func (b *blocks) bootstrap(draws int, seed uint64) [][]float64 {
	rng := rand.New(rand.NewPCG(seed, 0))
	out := make([][]float64, draws)
	times := make([]int, len(b.rows))
	for d := range out {
		clear(times)
		for range b.rows {
			times[rng.IntN(len(b.rows))]++
		}
		out[d] = make([]float64, b.width)
		for i, n := range times {
			if n > 0 {
				for j, v := range b.rows[i] {
					out[d][j] += float64(n) * float64(v)
				}
			}
		}
	}
	return out
}

// percentile interval of a figure over the draws; NaN where fewer than two
// draws have one.
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
