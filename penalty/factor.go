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

// above reports whether the factor exceeds a number.
func (f Factor) above(limit uint64) bool {
	left, right := u64.Wide{f.Num}, u64.Wide{f.Den}
	if f.Squared {
		left.Mul(f.Num)
		right.Mul(f.Den)
	}
	right.Mul(limit)
	return right.Less(&left)
}

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
	var w u64.Wide
	w[1], w[0] = bits.Mul64(baseReward, weight)
	w.Mul(f.Num)
	if f.Squared {
		w.Mul(f.Num)
	}
	w.Div(f.Den) // flooring once more at each division equals flooring once
	if f.Squared {
		w.Div(f.Den)
	}
	w.Div(spec.WeightDenominator)
	return spec.Gwei(w[0]), w[1]|w[2]|w[3] == 0
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
