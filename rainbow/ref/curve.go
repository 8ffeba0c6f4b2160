package ref

import (
	"math/big"

	"github.com/stakesim/stakesim/delegation/ref/whole"
)

// The forms of a curve.
const (
	CurveSqrt = iota
	CurveTempered
	CurveGeneralised
	CurveCubed
	CurveCapped
	CurveRateCap
	CurveSigmoidFloor
	CurveHillFloor
	CurveEconomicCap
)

func gwei(v uint64) *big.Float { return quo(num().SetInt(whole.Int(v)), ETH(1e9)) }

// AnnualIssuance is what a curve issues in a year, in Gwei rounded down: the formulas in
// ETH at 512 bits. What lies within 2^-200 Gwei below a whole number counts as it,
// being a root that comes out even. What is no number, and a nil or unknown form,
// issues nothing.
func (c *Curve) AnnualIssuance(staked uint64) *big.Int {
	if c == nil || staked == 0 {
		return new(big.Int)
	}
	year, f, d := Constant(float64(c.EpochsPerYear)), ETH(float64(c.Factor)), gwei(staked)
	k, center, level, n := gwei(c.K), gwei(c.Center), gwei(c.Level), int(c.N)
	var v *big.Float
	switch c.Kind {
	case CurveSqrt:
		v = Sqrt(year, f, d)
	case CurveTempered:
		v = Tempered(year, f, d, k)
	case CurveGeneralised:
		v = Generalised(year, f, d, k, n)
	case CurveCubed:
		v = Cubed(year, f, d, k)
	case CurveCapped:
		v = Sqrt(year, f, least(d, center))
	case CurveRateCap:
		v = least(Sqrt(year, f, d), level)
	case CurveSigmoidFloor:
		v = SigmoidFloor(year, f, d, center, k, level)
	case CurveHillFloor:
		v = HillFloor(year, f, d, center, level, n)
	case CurveEconomicCap:
		v = EconomicCap(year, f, d, center)
	}
	v = add(mul(v, ETH(1e9)), num().SetMantExp(ETH(1), -200))
	if v == nil || v.IsInf() {
		return new(big.Int)
	}
	whole, _ := v.Int(nil)
	if v.Sign() < 0 && !v.IsInt() {
		whole.Sub(whole, big.NewInt(1))
	}
	return whole
}

func least(a, b *big.Float) *big.Float {
	if a.Cmp(b) < 0 {
		return a
	}
	return b
}

// epoch is an epoch's part of it, and 0 where the curve is negative.
func (c *Curve) epoch(staked uint64) uint64 {
	v := c.AnnualIssuance(staked)
	if v.Sign() < 0 || c.EpochsPerYear == 0 {
		return 0
	}
	return v.Div(v, whole.Int(c.EpochsPerYear)).Uint64()
}

// light is the part of an epoch's issuance for light services.
func (i *Issuance) light(total uint64) uint64 {
	num, den := Int(i.Alpha.Num), Int(i.Alpha.Den)
	if i.Convention == 1 { // I_L = alpha I_H, so alpha / (1 + alpha) of both
		den = plus(num, den)
	}
	return Floor(over(product(Int(total), num), den))
}
