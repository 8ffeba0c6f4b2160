package rainbow

import (
	"math/big"

	"github.com/stakesim/stakesim/delegation"
	"github.com/stakesim/stakesim/spec"
)

// Peak returns the stake at which a curve issues most, floored to a Gwei, and what
// it issues there in a year: the tempered curve at k, the generalised one at
// k (2n-1)^(-1/n), the cubed one at (k^6/16)^(1/5) in ETH, the economic cap where its
// derivative changes sign. Curves that rise throughout or stay at a level give
// false, and so do the two with a floor, for whose highest point no text has a
// formula. A curve that does not validate gives [spec.ErrInput], a peak of 2^57
// Gwei or more [ErrDomain].
func Peak(c Curve) (staked spec.Gwei, annual int64, ok bool, err error) {
	if err := c.Validate(); err != nil {
		return 0, 0, false, err
	}
	var at *big.Int
	k := gwei(c.K)
	switch c.Kind {
	case CurveTempered:
		at = k
	case CurveGeneralised:
		at = nthRoot(new(big.Int).Div(power(k, c.N), whole(2*c.N-1)), c.N)
	case CurveCubed: // D^5 = k^6 / (16 * 10^9) in Gwei
		at = nthRoot(new(big.Int).Div(power(k, 6), mul(whole(16), gwei(spec.ETH))), 5)
	case CurveEconomicCap:
		at = c.economicPeak()
	default:
		return 0, 0, false, nil
	}
	if !at.IsUint64() || at.Uint64() >= uint64(delegation.MaxSupply) {
		return 0, 0, false, spec.Aboutf("k", c.K, ErrDomain, "the peak is beyond it")
	}
	staked = spec.Gwei(at.Uint64())
	annual, err = AnnualIssuance(c, staked)
	return staked, annual, err == nil, err
}

// economicPeak bisects for the last stake at which the economic cap rises: where
// F^2 (l-D)^3 >= 32^2 D (2l-D)^2.
func (c *Curve) economicPeak() *big.Int {
	l := c.Center
	lo, hi := spec.Gwei(0), l
	for hi-lo > 1 {
		d := lo + (hi-lo)/2
		rise := mul(whole(c.Factor), whole(c.Factor), power(gwei(l-d), 3))
		fall := mul(whole(32*32), gwei(d), power(gwei(2*l-d), 2))
		if rise.Cmp(fall) >= 0 {
			lo = d
		} else {
			hi = d
		}
	}
	return gwei(lo)
}
