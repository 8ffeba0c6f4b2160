package rainbow

import (
	"math/big"

	"github.com/stakesim/stakesim/delegation"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// UniquenessShare is what each of l members that listed an item gets of its value:
// floor(value / l), and 0 for none (COMIS, ethresear.ch 18835).
func UniquenessShare(value spec.Gwei, l uint64) spec.Gwei {
	if l == 0 {
		return 0
	}
	return value / spec.Gwei(l)
}

// ConditionalShare is what each of l members that listed an item gets of a tip on
// the condition of being alone: the high one alone, else the low one each.
func ConditionalShare(high, low spec.Gwei, l uint64) spec.Gwei {
	switch l {
	case 0:
		return 0
	case 1:
		return high
	}
	return low
}

// SplitProposer divides an item's value between the proposer, floor(value * share),
// and those who listed it.
func SplitProposer(value spec.Gwei, share delegation.Parts) (proposer, listers spec.Gwei) {
	proposer = min(partsOf(value, share), value)
	return proposer, value - proposer
}

// ListerShare is what each of l listers, out of n committee members, gets of the
// value left to them:
//
//	floor(value * u (n-1) / ((u n - 1) l + n (1-u)))
//
// where u is what a sole lister gets, from 1/n, where everything is always 1/n
// each, to 1. No lister gets 0. It fails with [ErrWeights] for n below 2, l above n
// or u outside 1/n to 1.
func ListerShare(value spec.Gwei, n, l uint64, u delegation.Ratio) (spec.Gwei, error) {
	hi, ok := u64.Mul(u.Num, n)
	if n < 2 || l > n || u.Den == 0 || u.Num > u.Den || (ok && hi < u.Den) {
		return 0, spec.Aboutf("listers", l, ErrWeights, "of %d, alone %d/%d", n, u.Num, u.Den)
	}
	if l == 0 {
		return 0, nil
	}
	a, b, m := whole(u.Num), whole(u.Den), whole(n)
	den := new(big.Int).Sub(mul(a, m), b)
	den = add(mul(den, whole(l)), mul(m, new(big.Int).Sub(b, a)))
	v := mul(gwei(value), a, whole(n-1))
	return spec.Gwei(v.Div(v, den).Uint64()), nil
}

// ScheduledPenalty is a base penalty times a factor for every slot that was missed,
// by a schedule of factors per slot of the epoch, such as the slot-relative ones of
// package penalty: a miss that few share has the factor 1, one that many share
// more. A slot beyond the schedule gives [delegation.ErrEpoch], a sum of more than 64 bits
// [spec.ErrOverflow].
func ScheduledPenalty(base spec.Gwei, missed []uint64, factors []uint64) (sum spec.Gwei, err error) {
	for _, slot := range missed {
		if slot >= uint64(len(factors)) {
			return 0, spec.Aboutf("slot", slot, delegation.ErrEpoch, "of %d", len(factors))
		}
		v, ok := u64.Mul(base, spec.Gwei(factors[slot]))
		if ok {
			sum, ok = u64.Add(sum, v)
		}
		if !ok {
			return 0, spec.About("slot", slot, spec.ErrOverflow)
		}
	}
	return sum, nil
}
