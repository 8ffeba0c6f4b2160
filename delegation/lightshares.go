package delegation

import (
	"math"
	"math/bits"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// RewardIndex spreads rewards over weight without touching its holders: what a holder
// has earned is the rise of the index since its last settlement, times its weight.
type RewardIndex struct {
	Weight  spec.Gwei // that earns now
	Index   uint64    // reward per Gwei of weight since the start, in units of 1/2^32
	Carry   uint64    // remainder of the last division, in Gwei / 2^32
	Reserve spec.Gwei // received and not yet paid
}

// add takes in a reward, for a weight of at least [MinIndexWeight]:
// index += (reward * 2^32 + carry) / weight, and the remainder is the carry.
func (x *RewardIndex) add(reward spec.Gwei) {
	lo, c := bits.Add64(uint64(reward)<<32, x.Carry, 0)
	hi := uint64(reward)>>32 + c
	// The quotient fits 64 bits, because a ledger holds less than 2^57 Gwei.
	step, carry := bits.Div64(hi%uint64(x.Weight), lo, uint64(x.Weight))
	x.Index += step
	x.Carry = carry
	x.Reserve += reward
}

// earned is what a weight has earned since an index: (Index - since) * weight >> 32, and
// 2^64-1 where that needs more bits, which [CheckInvariants] admits of no reserve.
func (x *RewardIndex) earned(since uint64, weight spec.Gwei) spec.Gwei {
	v, ok := u64.MulDiv(x.Index-since, uint64(weight), 1<<32)
	if !ok {
		return math.MaxUint64
	}
	return spec.Gwei(v)
}

// settle returns what a weight has earned since an index, and moves the index up.
func (x *RewardIndex) settle(since *uint64, weight spec.Gwei) spec.Gwei {
	earned := x.earned(*since, weight)
	*since = x.Index
	return earned
}

// liability is what a reward index owes, in Gwei / 2^32: what its holders have been
// credited, what they have earned since, and the carry. It is exact, so that a reward
// leaves it within the reserve when it was.
type liability struct {
	wide
	over bool // it needs more bits
}

// add adds the product of two numbers.
func (c *liability) add(a, b uint64) {
	p := product(a, b)
	var carry uint64
	c.lo, carry = bits.Add64(c.lo, p.lo, 0)
	c.hi, carry = bits.Add64(c.hi, p.hi, carry)
	c.over = c.over || carry > 0
}

// within says whether a reserve holds what is owed.
func (c *liability) within(x *RewardIndex) bool {
	c.add(x.Carry, 1)
	return !c.over && c.compare(product(uint64(x.Reserve), 1<<32)) <= 0
}

// MintLightShares mints LightETH for a deposit: amount of it, one for one whatever the
// position has earned so far, as principal that earns from the next epoch. Minting at
// a price of principal and rewards would dilute those who came earlier. It returns the
// position after it; a principal of more than 64 bits gives [spec.ErrOverflow].
func MintLightShares(p LightPosition, amount spec.Gwei) (LightPosition, error) {
	pending, ok := u64.Add(p.Pending, amount)
	if ok {
		_, ok = u64.Add(p.Principal, pending)
	}
	if !ok {
		return p, spec.About("amount", amount, spec.ErrOverflow)
	}
	p.Pending = pending
	return p, nil
}

// BurnLightShares burns LightETH for a withdrawal: amount of the position's principal,
// first what does not earn yet. What the position has earned by the operator's index
// is settled before. It returns the position after it; more than its principal, and a
// position that is ahead of the index, give [ErrAmount], rewards of more than 64 bits
// [spec.ErrOverflow].
func BurnLightShares(p LightPosition, x RewardIndex, amount spec.Gwei) (LightPosition, error) {
	if amount > p.Total() {
		return p, spec.Aboutf("amount", amount, ErrAmount, "%d is there", p.Total())
	}
	if p.Index > x.Index {
		return p, spec.Aboutf("index", p.Index, ErrAmount, "the operator's is %d", x.Index)
	}
	earned, ok := u64.MulDiv(x.Index-p.Index, uint64(p.Principal), 1<<32)
	accrued, fits := u64.Add(p.Accrued, spec.Gwei(earned))
	if !ok || !fits {
		return p, spec.About("index", x.Index, spec.ErrOverflow)
	}
	p.Accrued, p.Index = accrued, x.Index
	pending := min(p.Pending, amount)
	p.Pending -= pending
	p.Principal -= amount - pending
	return p, nil
}

// lightETH is the rebasing balance of a position: its principal, and everything that
// it has earned by the operator's index and not been paid.
func lightETH(p *LightPosition, x *RewardIndex) spec.Gwei {
	return p.Total() + p.Accrued + x.earned(p.Index, p.Principal)
}

// LightETHBalance returns the rebasing balance of a light position in Gwei: its
// principal, and everything that it has earned and not been paid. An unknown position
// gives [ErrUnknownID].
func LightETHBalance(l *Ledger, position PositionID) (spec.Gwei, error) {
	p, err := l.findLight(position)
	if err != nil {
		return 0, err
	}
	return lightETH(p, &l.operators.Get(p.Operator).Light), nil
}
