package delegation

import (
	"math/bits"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// SharesForDeposit returns floor(amount * shares / tokens), and amount for a pool
// without shares. It fails with [ErrZeroShares] when that is 0, [ErrShareRate]
// when the pool has more than rateCap shares a token (tokens 0 included), and
// [spec.ErrOverflow] when the quotient needs more than 64 bits.
func SharesForDeposit(amount spec.Gwei, p Price, rateCap uint64) (uint64, error) {
	if p.Shares == 0 {
		if amount == 0 {
			return 0, about("amount", 0, ErrZeroShares)
		}
		return uint64(amount), nil
	}
	if hi, lo := bits.Mul64(rateCap, uint64(p.Tokens)); hi == 0 && lo < p.Shares {
		return 0, aboutf("shares", p.Shares, ErrShareRate, "%d tokens", p.Tokens)
	}
	shares, ok := u64.MulDiv(uint64(amount), p.Shares, uint64(p.Tokens))
	switch {
	case !ok:
		return 0, about("amount", uint64(amount), spec.ErrOverflow)
	case shares == 0:
		return 0, about("amount", uint64(amount), ErrZeroShares)
	}
	return shares, nil
}

// TokensForShares returns floor(shares * tokens / p.Shares), so that the last
// shares take everything. More shares than the pool has give [ErrAmount].
func TokensForShares(shares uint64, p Price) (spec.Gwei, error) {
	if shares > p.Shares {
		return 0, aboutf("shares", shares, ErrAmount, "the pool has %d", p.Shares)
	}
	if p.Shares == 0 {
		return 0, nil
	}
	v, _ := u64.MulDiv(shares, uint64(p.Tokens), p.Shares)
	return spec.Gwei(v), nil
}

// SharePrice returns the price of a share of the operator's heavy pool, and
// [ErrUnknownID] for an unknown operator. Shares is 0 in an empty pool, where the
// first deposit buys one share a Gwei.
func SharePrice(l *Ledger, operator uint64) (Price, error) {
	o, err := l.findOperator(operator)
	if err != nil {
		return Price{}, err
	}
	return o.Price(), nil
}

// Compare compares two prices exactly: -1, 0 or 1. An empty pool's price counts as
// one token a share, which is what it mints at.
func (p Price) Compare(q Price) int {
	if p.Shares == 0 {
		p = Price{1, 1}
	}
	if q.Shares == 0 {
		q = Price{1, 1}
	}
	ah, al := bits.Mul64(uint64(p.Tokens), q.Shares)
	bh, bl := bits.Mul64(uint64(q.Tokens), p.Shares)
	return key{ah, al}.compare(key{bh, bl})
}

// of returns floor(amount * p), and 2^64-1 when that needs more bits or p is Off.
func (p Parts) of(amount spec.Gwei) spec.Gwei {
	if p == Off {
		return Off
	}
	v, ok := u64.MulDiv(uint64(amount), uint64(p), uint64(One))
	if !ok {
		return Off
	}
	return spec.Gwei(v)
}

// atMost reports whether a/b <= p exactly; b may be 0 when a is.
func (p Parts) atMost(a, b uint64) bool {
	if p == Off {
		return true
	}
	ah, al := bits.Mul64(a, uint64(One))
	bh, bl := bits.Mul64(b, uint64(p))
	return key{ah, al}.compare(key{bh, bl}) <= 0
}

// shareCeil returns ceil(amount * r) for a ratio of at most 1.
func (r Ratio) shareCeil(amount spec.Gwei) spec.Gwei {
	v, _ := u64.MulDivCeil(uint64(amount), r.Num, r.Den)
	return spec.Gwei(v)
}

// divCarry divides hi:lo + carry by d, whose quotient fits 64 bits because the
// ledger holds less than 2^57 Gwei and d is at least [MinIndexWeight].
func divCarry(hi, lo, carry, d uint64) (q, r uint64) {
	lo, c := bits.Add64(lo, carry, 0)
	hi += c
	return bits.Div64(hi%d, lo, d)
}
