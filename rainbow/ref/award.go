package ref

import (
	"math/big"

	"github.com/stakesim/stakesim/delegation/ref/whole"
)

// Int is a whole number.
func Int(v uint64) *big.Rat { return new(big.Rat).SetInt(new(big.Int).SetUint64(v)) }

// Floor is the whole part of a number that is not negative and fits 64 bits; 0 for nil.
func Floor(x *big.Rat) uint64 {
	if x == nil {
		return 0
	}
	return new(big.Int).Div(x.Num(), x.Denom()).Uint64()
}

func product(f ...*big.Rat) *big.Rat {
	p := Int(1)
	for _, x := range f {
		p = new(big.Rat).Mul(p, x)
	}
	return p
}

// over is a/b, and 0 for b = 0.
func over(a, b *big.Rat) *big.Rat {
	if b.Sign() == 0 {
		return new(big.Rat)
	}
	return new(big.Rat).Quo(a, b)
}

func minus(a, b *big.Rat) *big.Rat { return new(big.Rat).Sub(a, b) }
func plus(a, b *big.Rat) *big.Rat  { return new(big.Rat).Add(a, b) }

// Apportion is largest remainder: see [whole.Apportion].
func Apportion(total uint64, weights []uint64) []uint64 { return whole.Apportion(total, weights) }

// ListerShare is f u (n-1) / ((u n - 1) l + n (1-u)), and 0 over 0 and of nil.
func ListerShare(f, u *big.Rat, n, l uint64) *big.Rat {
	if f == nil || u == nil {
		return new(big.Rat)
	}
	one := Int(1)
	den := plus(product(minus(product(u, Int(n)), one), Int(l)), product(Int(n), minus(one, u)))
	return over(product(f, u, Int(n-1)), den)
}
