// Package ref is rainbow.md written out: issuance in ETH and in floating point of 512
// bits, and on whole numbers and fractions the end of an epoch, [State.ProcessEpoch],
// or why it is refused, [State.Refusals]. It is slow, literal, and independent of
// package rainbow, which its tests and its fixtures hold to it.
package ref

import "math/big"

const precision = 512

// ETH is a number of ETH, or of anything else, with 512 bits.
func ETH(v float64) *big.Float { return new(big.Float).SetPrec(precision).SetFloat64(v) }

func num() *big.Float { return new(big.Float).SetPrec(precision) }

func add(a, b *big.Float) *big.Float { return num().Add(a, b) }
func sub(a, b *big.Float) *big.Float { return num().Sub(a, b) }
func mul(a, b *big.Float) *big.Float { return num().Mul(a, b) }
func quo(a, b *big.Float) *big.Float { return num().Quo(a, b) }
func root(a *big.Float) *big.Float   { return num().Sqrt(a) }

func pow(a *big.Float, n int) *big.Float {
	p := ETH(1)
	for range n {
		p = mul(p, a)
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

// Power2 is 2^x, by the series of e^(x ln 2) after halving x until it is small.
func Power2(x *big.Float) *big.Float {
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
