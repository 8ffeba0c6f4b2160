package rainbow

import (
	"math/big"

	"github.com/stakesim/stakesim/delegation"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// AnnualIssuance returns what a curve issues in a year at so much stake, in Gwei,
// in integers throughout. In Gwei c F sqrt(D) is epochs * F * sqrt(D), without a
// constant. The forms of a single square root are the exact value, floored; the
// others lie within one Gwei of it. Only [CurveEconomicCap] can be negative,
// floored too. No stake issues nothing.
//
// A stake of 2^57 Gwei or more, and one at or beyond the asymptote of the
// economic cap, gives [ErrDomain]; a curve that does not validate gives
// [spec.ErrInput], a result of more than 63 bits [spec.ErrOverflow].
func AnnualIssuance(c Curve, staked spec.Gwei) (int64, error) {
	if err := c.Validate(); err != nil {
		return 0, err
	}
	if staked >= delegation.MaxSupply || (c.Kind == CurveEconomicCap && staked >= c.Center) {
		return 0, spec.Aboutf("staked", staked, ErrDomain, "%v", c.Kind)
	}
	if staked == 0 {
		return 0, nil
	}
	v := c.annual(staked)
	if !v.IsInt64() {
		return 0, spec.About("staked", staked, spec.ErrOverflow)
	}
	return v.Int64(), nil
}

func (c *Curve) annual(staked spec.Gwei) *big.Int {
	d, k, center, level := gwei(staked), gwei(c.K), gwei(c.Center), gwei(c.Level)
	one := big.NewInt(1)
	switch c.Kind {
	case CurveTempered:
		return c.root(d, k, add(k, d))
	case CurveGeneralised:
		kn, dn := power(k, c.N), power(d, c.N)
		return c.root(d, kn, add(kn, dn))
	case CurveCubed:
		// E F D k^3 / (sqrt(D) k^3 + sqrt(10^9) D^3)
		k3, d3 := power(k, 3), power(d, 3)
		num := mul(c.scale(), d, k3, fixedOne)
		return num.Div(num, add(mul(fixedSqrt(d), k3), mul(fixedSqrt(gwei(spec.ETH)), d3)))
	case CurveCapped:
		return c.root(gwei(min(staked, c.Center)), one, one)
	case CurveRateCap:
		if v := c.root(d, one, one); v.Cmp(level) < 0 {
			return v
		}
		return level
	case CurveSigmoidFloor:
		p, floorWeight := c.sigmoid(staked)
		if floorWeight {
			return c.mix(d, level, fixedOne, p)
		}
		return c.mix(d, level, p, fixedOne)
	case CurveHillFloor:
		return c.mix(d, level, power(center, c.N), power(d, c.N))
	case CurveEconomicCap:
		// E F sqrt(D) - 32 E D / sqrt(l - D)
		cost := mul(big.NewInt(32), whole(c.EpochsPerYear), d, fixedOne, fixedOne)
		cost.Div(cost, fixedSqrt(gwei(c.Center-staked)))
		v := mul(c.scale(), fixedSqrt(d))
		return v.Rsh(v.Sub(v, cost), fixedBits)
	}
	return c.root(d, one, one)
}

// scale is E F.
func (c *Curve) scale() *big.Int { return mul(whole(c.EpochsPerYear), whole(c.Factor)) }

// root is floor(E F sqrt(d) p / q), exact: the floor of a root is the root of the
// floor.
func (c *Curve) root(d, p, q *big.Int) *big.Int {
	x := mul(c.scale(), p)
	x = mul(x, x, d)
	x.Div(x, mul(q, q))
	return x.Sqrt(x)
}

// mix is (a * today's curve + b * level) / (a + b).
func (c *Curve) mix(d, level, a, b *big.Int) *big.Int {
	num := add(mul(c.scale(), fixedSqrt(d), a), mul(level, b, fixedOne))
	num.Div(num, add(a, b))
	return num.Rsh(num, fixedBits)
}

// sigmoid is 2^|(center-D)/k|, and true when the exponent is negative.
func (c *Curve) sigmoid(staked spec.Gwei) (*big.Int, bool) {
	if staked > c.Center {
		return fixedPower2(staked-c.Center, c.K), true
	}
	return fixedPower2(c.Center-staked, c.K), false
}

// EpochIssuance is an epoch's part of a year's issuance, floored, and 0 where the
// curve is negative.
func EpochIssuance(c Curve, staked spec.Gwei) (spec.Gwei, error) {
	v, err := AnnualIssuance(c, staked)
	if err != nil || v <= 0 {
		return 0, err
	}
	return spec.Gwei(uint64(v) / c.EpochsPerYear), nil
}

// Yield is annual issuance over stake, for display; NaN at no stake.
func Yield(c Curve, staked spec.Gwei) (float64, error) {
	v, err := AnnualIssuance(c, staked)
	return float64(v) / float64(staked), err
}

// BaseRewardPerIncrement is what the specification pays an increment of 1 ETH in an
// epoch, in Gwei: EFFECTIVE_BALANCE_INCREMENT * factor // isqrt(staked)
// (get_base_reward_per_increment, consensus-specs a08d8a6, altair). No stake gives
// [ErrDomain], an excessive factor [spec.ErrOverflow].
func BaseRewardPerIncrement(factor uint64, staked spec.Gwei) (spec.Gwei, error) {
	if staked == 0 {
		return 0, spec.About("staked", staked, ErrDomain)
	}
	v, ok := u64.Mul(uint64(spec.EffectiveBalanceIncrement), factor)
	if !ok {
		return 0, spec.About("factor", factor, spec.ErrOverflow)
	}
	return spec.Gwei(v / uint64(u64.Sqrt(staked))), nil
}

// SpecIssuance is what a year brings by the path of the specification: the whole
// Gwei per increment and epoch, times increments and epochs. For
// [CurveSqrt] the Gwei per increment are [BaseRewardPerIncrement]; for the others,
// which no specification has, [AnnualIssuance] over increments and epochs, floored.
// That is a compatibility curve only: at 120M ETH the cubed curve has steps of
// 12 %. Stake below one increment and a negative curve give 0.
func SpecIssuance(c Curve, staked spec.Gwei) (perIncrement, annual spec.Gwei, err error) {
	v, err := AnnualIssuance(c, staked)
	increments := staked / spec.EffectiveBalanceIncrement
	if err != nil || v <= 0 || increments == 0 {
		return 0, 0, err
	}
	year, ok := u64.Mul(uint64(increments), c.EpochsPerYear)
	if !ok {
		return 0, 0, spec.About("staked", staked, spec.ErrOverflow)
	}
	if c.Kind == CurveSqrt {
		perIncrement, err = BaseRewardPerIncrement(c.Factor, staked)
	} else {
		perIncrement = spec.Gwei(uint64(v) / year)
	}
	annual, ok = u64.Mul(perIncrement, spec.Gwei(year))
	if err == nil && !ok {
		err = spec.About("staked", staked, spec.ErrOverflow)
	}
	return perIncrement, annual, err
}
