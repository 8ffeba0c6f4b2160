package ref

import (
	"fmt"
	"math/big"

	"github.com/stakesim/stakesim/spec"
)

var (
	one       = new(big.Int).Lsh(big.NewInt(1), 32)
	maxUint64 = new(big.Int).SetUint64(1<<64 - 1)
)

// One is the multiplier 1 of the client diversity rule: 2^32.
func One() *big.Int { return new(big.Int).Set(one) }

// Fraction is a fraction in units of 2^-32, floored; zero over a denominator of
// zero.
func Fraction(numerator, denominator uint64) *big.Int {
	return quo(product(num(numerator), one), num(denominator))
}

// Shape is how a client family's multiplier depends on its share.
type Shape uint8

// The shapes.
const (
	Inverse Shape = iota
	Linear
	Quadratic
	Tent
)

// Diversity configures a reward multiplier per client family, inversely
// related to the family's share of the stake that attests its client
// (ethresear.ch 11986). All fields but the shape are in units of 2^-32.
//
// Families may be summed by lineage before. How an identity is proved is out
// of scope. Stake that does not attest its client is paid flat, with [One].
type Diversity struct {
	Shape     Shape
	Low, High *big.Int // bounds of the multiplier

	// Of [Tent] only: it rises from 1 to 1 + Bonus at a share of Lo, stays
	// there to Hi, falls to 1 - Malus at Limit, and stays there.
	Lo, Hi, Limit, Bonus, Malus *big.Int
}

// DefaultDiversity has the bounds 1/2 and 2 and, for [Tent], the shares 2 %,
// 10 % and 1/3 with 10 % at both ends.
func DefaultDiversity(shape Shape) Diversity {
	return Diversity{
		Shape: shape, Low: Fraction(1, 2), High: Fraction(2, 1),
		Lo: Fraction(2, 100), Hi: Fraction(10, 100), Limit: Fraction(1, 3),
		Bonus: Fraction(10, 100), Malus: Fraction(10, 100),
	}
}

// Validate reports values that no rule can use, wrapping [spec.ErrInput].
func (d Diversity) Validate() error {
	if err := naturals("bounds", d.Low, d.High); err != nil {
		return err
	}
	if d.Shape > Tent || d.Low.Cmp(d.High) > 0 {
		return fmt.Errorf("%w: shape %d, bounds %s to %s", spec.ErrInput, d.Shape, d.Low, d.High)
	}
	if d.Low.Cmp(one) > 0 {
		return fmt.Errorf("%w: the lower bound %s exceeds the budget", spec.ErrInput, d.Low)
	}
	if d.Shape != Tent {
		return nil
	}
	if err := naturals("tent", d.Lo, d.Hi, d.Limit, d.Bonus, d.Malus); err != nil {
		return err
	}
	if d.Lo.Sign() == 0 || d.Lo.Cmp(d.Hi) > 0 || d.Hi.Cmp(d.Limit) >= 0 || d.Malus.Cmp(one) > 0 {
		return fmt.Errorf("%w: tent %s, %s, %s, malus %s", spec.ErrInput, d.Lo, d.Hi, d.Limit, d.Malus)
	}
	return nil
}

// Weight is g, the family's weight at share w before scaling and bounds; both
// in units of 2^-32, w no more than [One], and d valid. Elsewhere it means nothing.
func (d Diversity) Weight(w *big.Int) *big.Int {
	w = orZero(w)
	switch d.Shape {
	case Inverse:
		return quo(product(one, one), w)
	case Linear:
		return new(big.Int).Sub(one, w)
	case Quadratic:
		return new(big.Int).Sub(one, quo(product(w, w), one))
	}
	return d.tent(w)
}

func (d Diversity) tent(w *big.Int) *big.Int {
	hi, limit, bonus, malus := orZero(d.Hi), orZero(d.Limit), orZero(d.Bonus), orZero(d.Malus)
	if w.Cmp(limit) >= 0 {
		return new(big.Int).Sub(one, malus)
	}
	g := new(big.Int).Add(one, quo(product(bonus, minOf(w, d.Lo)), d.Lo))
	if w.Cmp(hi) > 0 {
		fall := product(new(big.Int).Add(bonus, malus), new(big.Int).Sub(w, hi))
		g.Sub(g, quo(fall, new(big.Int).Sub(limit, hi)))
	}
	return g
}

// Multiplier is a family's multiplier at weight g under the scale lambda:
// within the bounds, in units of 2^-32.
func (d Diversity) Multiplier(lambda, g *big.Int) *big.Int {
	return minOf(maxOf(quo(product(lambda, g), one), d.Low), d.High)
}

// Multipliers returns each family's multiplier in units of 2^-32, and the
// largest scale up to 2^64-1 under which all families together earn no more
// than the budget, which is a multiplier of 1 for each. It fails with
// [spec.ErrInput] when the lower bound alone exceeds the budget or nobody
// attests a client, and with [spec.ErrOverflow] when the stakes, in Gwei, do
// not add up to 64 bits.
func (d Diversity) Multipliers(stakes []*big.Int) (multipliers []*big.Int, lambda *big.Int, err error) {
	weights, total, err := d.weights(stakes)
	if err != nil {
		return nil, nil, err
	}
	budget := new(big.Int).Mul(total, one)
	within := func(lambda *big.Int) bool {
		sum := new(big.Int)
		for i, stake := range stakes {
			sum.Add(sum, new(big.Int).Mul(stake, d.Multiplier(lambda, weights[i])))
		}
		return sum.Cmp(budget) <= 0
	}
	lambda = largest(within)
	for _, g := range weights {
		multipliers = append(multipliers, d.Multiplier(lambda, g))
	}
	return multipliers, lambda, nil
}

func (d Diversity) weights(stakes []*big.Int) (weights []*big.Int, total *big.Int, err error) {
	if err := d.Validate(); err != nil {
		return nil, nil, err
	}
	if err := naturals("stake", stakes...); err != nil {
		return nil, nil, err
	}
	var c checked
	total = new(big.Int)
	for _, stake := range stakes {
		total = c.add(total, stake)
	}
	for _, stake := range stakes {
		weights = append(weights, d.Weight(c.div(new(big.Int).Mul(stake, one), total)))
	}
	if total.Sign() == 0 {
		return nil, nil, fmt.Errorf("%w: nobody attests a client", spec.ErrInput)
	}
	return weights, total, c.err
}

// largest is the largest number up to 2^64-1 that passes a test which 0 passes
// and which, once failed, stays failed: by bisection.
func largest(passes func(*big.Int) bool) *big.Int {
	if passes(maxUint64) {
		return new(big.Int).Set(maxUint64)
	}
	good, bad := new(big.Int), new(big.Int).Set(maxUint64)
	for new(big.Int).Sub(bad, good).Cmp(big.NewInt(1)) > 0 {
		middle := new(big.Int).Add(good, bad)
		if middle.Rsh(middle, 1); passes(middle) {
			good = middle
		} else {
			bad = middle
		}
	}
	return good
}

// Payout is a reward in Gwei times a multiplier in units of 2^-32, floored; what
// is left of the budget is not minted.
func Payout(reward, multiplier *big.Int) *big.Int {
	return quo(product(reward, multiplier), one)
}
