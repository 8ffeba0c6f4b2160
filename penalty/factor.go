package penalty

import (
	"math/bits"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// Factor is what a mechanism multiplies a penalty by: Num/Den, squared where
// Squared. Den is never zero in a factor that this package returns.
type Factor struct {
	Num, Den uint64
	Squared  bool
}

// One is the factor that leaves the status quo as it is.
var One = Factor{Num: 1, Den: 1}

// Integer is the factor n.
func Integer(n uint64) Factor { return Factor{Num: n, Den: 1} }

// Float is the factor as a floating-point number, for tables and charts only.
func (f Factor) Float() float64 {
	p := float64(f.Num) / float64(f.Den)
	if f.Squared {
		p *= p
	}
	return p
}

// Penalty is floor(f * baseReward * weight / 64) Gwei, with one floor. An
// integer factor multiplies in 64 bits as in the specification, any other in
// 256; false when that product, or the quotient, does not fit, or Den is zero.
func (f Factor) Penalty(baseReward spec.Gwei, weight uint64) (spec.Gwei, bool) {
	if f.Den == 1 && !f.Squared {
		scaled, ok := u64.Mul(f.Num, uint64(baseReward))
		if !ok {
			return 0, false
		}
		product, ok := u64.Mul(scaled, weight)
		return spec.Gwei(product / spec.WeightDenominator), ok
	}
	return f.rational(uint64(baseReward), weight)
}

func (f Factor) rational(baseReward, weight uint64) (spec.Gwei, bool) {
	if f.Den == 0 {
		return 0, false
	}
	var w wide
	w[1], w[0] = bits.Mul64(baseReward, weight)
	w.mul(f.Num)
	if f.Squared {
		w.mul(f.Num)
	}
	w.div(f.Den) // flooring once more at each division equals flooring once
	if f.Squared {
		w.div(f.Den)
	}
	w.div(spec.WeightDenominator)
	return spec.Gwei(w[0]), w[1]|w[2]|w[3] == 0
}

// wide is an unsigned 256-bit integer, least significant word first.
type wide [4]uint64

// mul multiplies by a word; the caller knows that the product fits.
func (w *wide) mul(x uint64) {
	var carry uint64
	for i := range w {
		hi, lo := bits.Mul64(w[i], x)
		var c uint64
		w[i], c = bits.Add64(lo, carry, 0)
		carry = hi + c
	}
}

// div divides by a word other than zero, flooring.
func (w *wide) div(x uint64) {
	var rem uint64
	for i := len(w) - 1; i >= 0; i-- {
		w[i], rem = bits.Div64(rem, w[i], x)
	}
}

// Factors are the factors of one slot for the two penalised flags.
type Factors struct{ Source, Target Factor }

// Unscaled are the factors of the status quo.
var Unscaled = Factors{One, One}

// Of is the factor for a flag; head is never penalised, and its factor is one.
func (f Factors) Of(flag spec.Flag) Factor {
	switch flag {
	case spec.TimelySource:
		return f.Source
	case spec.TimelyTarget:
		return f.Target
	default:
		return One
	}
}
