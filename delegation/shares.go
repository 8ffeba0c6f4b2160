package delegation

import (
	"math/bits"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// Price is the price of a share of a heavy pool, Tokens/Shares. It is undefined when
// Shares is 0.
type Price struct {
	Tokens spec.Gwei
	Shares uint64
}

// SharesForDeposit returns floor(amount * shares / tokens), and amount for a pool
// without shares. It fails with [ErrZeroShares] when that is 0, [ErrShareRate]
// when the pool has more than rateCap shares a token (tokens 0 included), and
// [spec.ErrOverflow] when the quotient needs more than 64 bits.
func SharesForDeposit(amount spec.Gwei, p Price, rateCap uint64) (uint64, error) {
	if p.Shares == 0 {
		if amount == 0 {
			return 0, spec.About("amount", amount, ErrZeroShares)
		}
		return uint64(amount), nil
	}
	if hi, lo := bits.Mul64(rateCap, uint64(p.Tokens)); hi == 0 && lo < p.Shares {
		return 0, spec.Aboutf("shares", p.Shares, ErrShareRate, "%d tokens", p.Tokens)
	}
	shares, ok := u64.MulDiv(uint64(amount), p.Shares, uint64(p.Tokens))
	switch {
	case !ok:
		return 0, spec.About("amount", amount, spec.ErrOverflow)
	case shares == 0:
		return 0, spec.About("amount", amount, ErrZeroShares)
	}
	return shares, nil
}

// TokensForShares returns floor(shares * tokens / p.Shares), so that the last shares
// take everything. More shares than the pool has give [ErrAmount].
func TokensForShares(shares uint64, p Price) (spec.Gwei, error) {
	if shares > p.Shares {
		return 0, spec.Aboutf("shares", shares, ErrAmount, "the pool has %d", p.Shares)
	}
	return p.value(shares), nil
}

// value is what shares of the pool are worth, floored; 0 in a pool without shares.
func (p Price) value(shares uint64) spec.Gwei {
	v, _ := u64.MulDiv(shares, uint64(p.Tokens), p.Shares)
	return spec.Gwei(v)
}

// worth is the fewest shares that are worth an amount, of which the pool has more.
func (p Price) worth(amount spec.Gwei) uint64 {
	shares, _ := u64.MulDivCeil(uint64(amount), p.Shares, uint64(p.Tokens))
	return shares
}

// Compare compares two prices exactly: -1, 0 or 1. The price of an empty pool counts
// as one token a share, which is what it mints at.
func (p Price) Compare(q Price) int {
	if p.Shares == 0 {
		p = Price{1, 1}
	}
	if q.Shares == 0 {
		q = Price{1, 1}
	}
	return product(uint64(p.Tokens), q.Shares).compare(product(uint64(q.Tokens), p.Shares))
}

// SplitHeavyReward divides a reward between an operator's bond and its heavy pool. The
// commission, floored, goes to the bond; of the rest the pool gets
// floor(rest * pool / (bond + pool)), and the bond what remains. The two parts sum
// to the reward. A commission above [One] gives [ErrCommission], bond and pool of more
// than 64 bits together [spec.ErrOverflow].
func SplitHeavyReward(reward spec.Gwei, commission Parts, bond, pool spec.Gwei) (toBond, toPool spec.Gwei, err error) {
	if commission > One {
		return 0, 0, spec.Aboutf("commission", commission, ErrCommission, "of %d", One)
	}
	if _, ok := u64.Add(bond, pool); !ok {
		return 0, 0, spec.About("pool", pool, spec.ErrOverflow)
	}
	toBond, toPool = splitHeavyReward(reward, commission, bond, pool)
	return toBond, toPool, nil
}

// splitHeavyReward is [SplitHeavyReward] for what a ledger holds.
func splitHeavyReward(reward spec.Gwei, commission Parts, bond, pool spec.Gwei) (toBond, toPool spec.Gwei) {
	rest := reward - commission.Of(reward)
	toPool, _ = u64.MulDiv(rest, pool, bond+pool)
	return reward - toPool, toPool
}

// SharePrice returns the price of a share of the operator's heavy pool, and
// [ErrUnknownID] for an unknown operator. Shares is 0 in an empty pool, where the
// first deposit buys one share a Gwei.
func SharePrice(l *Ledger, operator OperatorID) (Price, error) {
	o, err := l.findOperator(operator)
	if err != nil {
		return Price{}, err
	}
	return o.Price(), nil
}
