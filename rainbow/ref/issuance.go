// Package ref is rainbow.md written out: issuance in ETH and in floating point of 512
// bits, and on whole numbers and fractions the end of an epoch, [State.ProcessEpoch],
// or why it is refused, [State.Refusals]. It is slow, literal, and independent of
// package rainbow, which its tests and its fixtures hold to it.
//
// A formula of what is no number is nil. A nil state, or one without a ledger, refuses
// everything with [Malformed]; tables hold no nil, and refer to what is there.
package ref

import (
	"math/big"
	"slices"
)

const precision = 512

// ETH is a number of ETH, or of anything else, with 512 bits; nil for what is no number.
func ETH(v float64) *big.Float {
	return number(func(z *big.Float) *big.Float { return z.SetFloat64(v) })
}

func num() *big.Float { return new(big.Float).SetPrec(precision) }

// number is what an operation comes to; nil for what is no number, such as 0/0 or the
// root of less than 0, and of nil.
func number(operation func(z *big.Float) *big.Float, of ...*big.Float) (z *big.Float) {
	if slices.Contains(of, nil) {
		return nil
	}
	defer func() {
		if fault := recover(); fault != nil {
			if _, none := fault.(big.ErrNaN); !none {
				panic(fault)
			}
			z = nil
		}
	}()
	return operation(num())
}

// add leaves the lesser term out where it is below all digits of the other: the sum of
// 2^(2^30) and 1 would have a thousand million of them before it is rounded.
func add(a, b *big.Float) *big.Float {
	return number(func(z *big.Float) *big.Float {
		if a.Sign() != 0 && b.Sign() != 0 && !a.IsInf() && !b.IsInf() {
			switch apart := a.MantExp(nil) - b.MantExp(nil); {
			case apart > 4*precision:
				return z.Set(a)
			case apart < -4*precision:
				return z.Set(b)
			}
		}
		return z.Add(a, b)
	}, a, b)
}

func sub(a, b *big.Float) *big.Float {
	return add(a, number(func(z *big.Float) *big.Float { return z.Neg(b) }, b))
}

func mul(a, b *big.Float) *big.Float {
	return number(func(z *big.Float) *big.Float { return z.Mul(a, b) }, a, b)
}

func quo(a, b *big.Float) *big.Float {
	return number(func(z *big.Float) *big.Float { return z.Quo(a, b) }, a, b)
}

func root(a *big.Float) *big.Float {
	return number(func(z *big.Float) *big.Float { return z.Sqrt(a) }, a)
}

// pow is a^n, and 1 for n below 1.
func pow(a *big.Float, n int) *big.Float {
	p := ETH(1)
	for ; n > 0; n >>= 1 {
		if n&1 == 1 {
			p = mul(p, a)
		}
		a = mul(a, a)
	}
	return p
}

// Constant is c = epochs / sqrt(10^9).
func Constant(epochs float64) *big.Float { return quo(ETH(epochs), root(ETH(1e9))) }

// Sqrt is c F sqrt(D) ETH a year.
func Sqrt(c, f, d *big.Float) *big.Float { return mul(mul(c, f), root(d)) }

// Tempered is c F sqrt(D) / (1 + D/k).
func Tempered(c, f, d, k *big.Float) *big.Float { return Generalised(c, f, d, k, 1) }

// Generalised is c F sqrt(D) / (1 + (D/k)^n).
func Generalised(c, f, d, k *big.Float, n int) *big.Float {
	return quo(Sqrt(c, f, d), add(ETH(1), pow(quo(d, k), n)))
}

// Cubed is D c F / (sqrt(D) + (D/k)^3).
func Cubed(c, f, d, k *big.Float) *big.Float {
	return mul(d, quo(mul(c, f), add(root(d), pow(quo(d, k), 3))))
}

// SigmoidFloor is (1-w) I_r + w I_f with w = 1 / (1 + 2^((dc-D)/k)).
func SigmoidFloor(c, f, d, dc, k, floor *big.Float) *big.Float {
	w := quo(ETH(1), add(ETH(1), Power2(quo(sub(dc, d), k))))
	return add(mul(sub(ETH(1), w), Sqrt(c, f, d)), mul(w, floor))
}

// HillFloor is (dh^n I_r + D^n I_f) / (D^n + dh^n).
func HillFloor(c, f, d, dh, floor *big.Float, n int) *big.Float {
	return quo(add(mul(pow(dh, n), Sqrt(c, f, d)), mul(pow(d, n), floor)), add(pow(d, n), pow(dh, n)))
}

// EconomicCap is D (cF/sqrt(D) - 32c/sqrt(l-D)).
func EconomicCap(c, f, d, l *big.Float) *big.Float {
	return mul(d, sub(quo(mul(c, f), root(d)), quo(mul(ETH(32), c), root(sub(l, d)))))
}

// Power2 is 2^x, by the series of e^(x ln 2) after halving x until it is small. Beyond
// 2^32 on either side it is infinite or 0.
func Power2(x *big.Float) *big.Float {
	const far = 33 // bits of the exponent
	switch {
	case x == nil:
		return nil
	case x.IsInf() || x.MantExp(nil) > far:
		if x.Sign() < 0 {
			return num()
		}
		return num().SetInf(false)
	}
	ln2, term := num(), ETH(1)
	for i := 1; i < precision; i++ { // sum of 1 / (i 2^i)
		term = quo(term, ETH(2))
		ln2 = add(ln2, quo(term, ETH(float64(i))))
	}
	y, halvings := mul(x, ln2), 0
	for num().Abs(y).Cmp(ETH(0.5)) > 0 {
		y, halvings = quo(y, ETH(2)), halvings+1
	}
	sum, t := ETH(1), ETH(1)
	for i := 1; i < 120; i++ {
		t = quo(mul(t, y), ETH(float64(i)))
		sum = add(sum, t)
	}
	for range halvings {
		sum = mul(sum, sum)
	}
	return sum
}
