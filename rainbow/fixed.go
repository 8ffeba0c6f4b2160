package rainbow

import (
	"math/big"

	"github.com/stakesim/stakesim/delegation"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// Fixed-point numbers of the curves have 64 fractional bits, in big integers.
const fixedBits = 64

var fixedOne = new(big.Int).Lsh(big.NewInt(1), fixedBits)

func gwei(v spec.Gwei) *big.Int { return new(big.Int).SetUint64(uint64(v)) }

func whole(v uint64) *big.Int { return new(big.Int).SetUint64(v) }

func add(a, b *big.Int) *big.Int { return new(big.Int).Add(a, b) }

// mul returns the product of its arguments in a new integer.
func mul(factors ...*big.Int) *big.Int {
	p := big.NewInt(1)
	for _, f := range factors {
		p.Mul(p, f)
	}
	return p
}

func power(x *big.Int, n uint64) *big.Int { return new(big.Int).Exp(x, whole(n), nil) }

// fixedSqrt is the square root of an integer as a fixed-point number, floored.
func fixedSqrt(x *big.Int) *big.Int {
	v := new(big.Int).Lsh(x, 2*fixedBits)
	return v.Sqrt(v)
}

// maxPower2 is where a power of 2 has grown so much that no Gwei of an issuance
// depends on it any more.
const maxPower2 = 256

// fixedPower2 is 2^(num/den) as a fixed-point number: the whole part shifts, each
// binary digit of the fraction is a factor 2^(1/2^i), a repeated square root.
func fixedPower2(num, den spec.Gwei) *big.Int {
	n, rest := num/den, num%den
	v := new(big.Int).Lsh(fixedOne, fixedBits) // 64 more digits against rounding
	factor := new(big.Int).Lsh(v, 1)
	one := new(big.Int).Set(v)
	for range fixedBits {
		factor.Sqrt(factor.Mul(factor, one))
		rest *= 2
		if rest >= den {
			rest -= den
			v.Div(v.Mul(v, factor), one)
		}
	}
	v.Rsh(v, fixedBits)
	return v.Lsh(v, uint(min(n, maxPower2)))
}

// nthRoot is floor(x^(1/n)), for n of at least 1.
func nthRoot(x *big.Int, n uint64) *big.Int {
	lo, hi := new(big.Int), new(big.Int).Lsh(big.NewInt(1), uint(uint64(x.BitLen())/n+1))
	for { // lo^n <= x < hi^n
		mid := add(lo, hi)
		mid.Rsh(mid, 1)
		if mid.Cmp(lo) == 0 {
			return lo
		}
		if power(mid, n).Cmp(x) <= 0 {
			lo = mid
		} else {
			hi = mid
		}
	}
}

// partsOf is floor(amount * parts), and 2^64-1 beyond 64 bits.
func partsOf(amount spec.Gwei, parts delegation.Parts) spec.Gwei {
	v, ok := u64.MulDiv(uint64(amount), uint64(parts), uint64(delegation.One))
	if !ok {
		return delegation.Off
	}
	return spec.Gwei(v)
}
