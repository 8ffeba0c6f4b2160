// Package u64 does checked arithmetic on unsigned 64-bit integers and on the
// unit types built on them.
//
// The specification computes in uint64 and treats an overflow as an invalid
// transition. Every function here therefore returns its result beside a
// boolean that is false when the mathematical result does not fit; the result
// is then unspecified and nothing has panicked. Products that may exceed 64
// bits go through 128 bits in [MulDiv] and [MulDivCeil].
package u64

import (
	"math"
	"math/bits"
)

// Add returns a + b, and false when the sum needs more than 64 bits.
func Add[T ~uint64](a, b T) (T, bool) {
	sum, carry := bits.Add64(uint64(a), uint64(b), 0)
	return T(sum), carry == 0
}

// Sub returns a - b, and false when b exceeds a.
func Sub[T ~uint64](a, b T) (T, bool) {
	return a - b, a >= b
}

// SubSat returns a - b, or 0 when b exceeds a.
func SubSat[T ~uint64](a, b T) T {
	if b > a {
		return 0
	}
	return a - b
}

// Mul returns a * b, and false when the product needs more than 64 bits.
func Mul[T ~uint64](a, b T) (T, bool) {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	return T(lo), hi == 0
}

// Product returns the product of all factors from left to right, 1 for none,
// and false as soon as an intermediate product needs more than 64 bits.
func Product[T ~uint64](factors ...T) (T, bool) {
	p := T(1)
	for _, f := range factors {
		var ok bool
		if p, ok = Mul(p, f); !ok {
			return p, false
		}
	}
	return p, true
}

// MulDiv returns floor(a * b / c) with a 128-bit product, and false when c is
// zero or the quotient needs more than 64 bits.
func MulDiv[T ~uint64](a, b, c T) (T, bool) {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	if hi >= uint64(c) {
		return 0, false
	}
	q, _ := bits.Div64(hi, lo, uint64(c))
	return T(q), true
}

// MulDivCeil returns ceil(a * b / c) with a 128-bit product, and false when c
// is zero or the quotient needs more than 64 bits.
func MulDivCeil[T ~uint64](a, b, c T) (T, bool) {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	if hi >= uint64(c) {
		return 0, false
	}
	q, r := bits.Div64(hi, lo, uint64(c))
	if r == 0 {
		return T(q), true
	}
	return Add(T(q), 1)
}

// Sqrt returns floor(sqrt(x)), the integer_squareroot of the specification.
func Sqrt[T ~uint64](x T) T {
	r := uint64(math.Sqrt(float64(x)))
	for r > math.MaxUint32 || r*r > uint64(x) {
		r--
	}
	for r < math.MaxUint32 && (r+1)*(r+1) <= uint64(x) {
		r++
	}
	return T(r)
}
