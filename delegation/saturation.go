package delegation

import (
	"math/big"

	"github.com/stakesim/stakesim/spec"
)

// PoolStake is what the Cardano reward reads of one pool. Stake and Pledge are
// relative to Total, the whole supply.
type PoolStake struct {
	Total  spec.Gwei `json:"total"`
	Stake  spec.Gwei `json:"stake"`  // sigma * Total; the owners' own included
	Pledge spec.Gwei `json:"pledge"` // declared; any amount
	Owner  spec.Gwei `json:"owner"`  // what the owners hold of Stake
}

// check says whether owner <= stake <= total, above 0.
func (p *PoolStake) check() error {
	switch {
	case p.Total == 0:
		return spec.Atf("total", -1, spec.ErrInput, "zero")
	case p.Stake > p.Total:
		return spec.Atf("stake", -1, spec.ErrInput, "%d of a total of %d", p.Stake, p.Total)
	case p.Owner > p.Stake:
		return spec.Atf("owner", -1, spec.ErrInput, "%d of a stake of %d", p.Owner, p.Stake)
	}
	return nil
}

// SaturationReward is the reward of a pool out of rewards R of an epoch, in Gwei:
//
//	floor(performance * floor(R/(1+a0) * (s' + p' * a0 * (s' - p' * (z0-s')/z0) / z0)))
//
// with z0 = 1/k, s' = min(stake, z0), p' = min(pledge, z0), all relative to the
// supply; 0 when the owners hold less of the pool's stake than the pledge, which may
// be above all of that stake. A leverage limit also takes s' to at most
// limit * pledge; [Off] is none. No pool gains by growing beyond z0. It is not
// monotone in the pledge: while s' < z0/2 it peaks at s' * z0 / (2 * (z0 - s')).
//
// performance is the apparent performance, the pool's part of the blocks over its part
// of the active stake: above 1 for a pool that was lucky, and not capped. A reward
// above 64 bits gives [spec.ErrOverflow]; stakes that do not fit each other, a limit
// below One, k of 0 and a performance over 0 give [spec.ErrInput]. Source: Cardano
// ledger, Shelley specification (SL-D5 v1.0), section 5.5.2 (maxPool,
// mkApparentPerformance, rewardOnePool); leverage limit: CIP-50.
func SaturationReward(r spec.Gwei, p PoolStake, s Saturation, limit Parts, performance Ratio) (spec.Gwei, error) {
	if err := p.check(); err != nil {
		return 0, err
	}
	switch {
	case s.K == 0:
		return 0, spec.Atf("saturation.k", -1, spec.ErrInput, "zero")
	case limit < One:
		return 0, spec.Atf("leverage_limit", -1, spec.ErrInput, "%d below %d", limit, One)
	case performance.Den == 0:
		return 0, spec.Atf("performance", -1, spec.ErrInput, "%d/%d", performance.Num, performance.Den)
	}
	if p.Owner < p.Pledge {
		return 0, nil
	}
	f := floor(saturated(r, p, s, limit))
	f.Mul(f, new(big.Int).SetUint64(performance.Num))
	f.Quo(f, new(big.Int).SetUint64(performance.Den))
	if !f.IsUint64() {
		return 0, spec.Atf("performance", -1, spec.ErrOverflow, "a reward of %s Gwei", f)
	}
	return spec.Gwei(f.Uint64()), nil
}

// saturated is the exact reward at performance 1.
func saturated(r spec.Gwei, p PoolStake, s Saturation, limit Parts) *big.Rat {
	z0, a0 := ratio(1, s.K), ratio(uint64(s.A0), uint64(One))
	stake := least(ratio(uint64(p.Stake), uint64(p.Total)), z0)
	pledge := ratio(uint64(p.Pledge), uint64(p.Total))
	if limit != Off {
		stake = least(stake, new(big.Rat).Mul(pledge, ratio(uint64(limit), uint64(One))))
	}
	pledge = least(pledge, z0)
	inner := new(big.Rat).Sub(z0, stake)
	inner.Mul(inner, pledge).Quo(inner, z0)
	inner.Sub(stake, inner)
	inner.Mul(inner, pledge).Mul(inner, a0).Quo(inner, z0)
	inner.Add(inner, stake)
	inner.Mul(inner, ratio(uint64(r), 1))
	return inner.Quo(inner, a0.Add(a0, ratio(1, 1)))
}

// PoolSplit is how a pool's reward is divided.
type PoolSplit struct {
	Reward spec.Gwei // f, from SaturationReward
	Cost   spec.Gwei // to the operator first
	Margin Ratio     // of the rest, to the operator; at most 1, and none if zero
}

// Operator is the operator's part in Gwei: the reward up to the cost, and of what
// exceeds it floor((f - cost) * (m + (1 - m) * owner/stake)).
func (s PoolSplit) Operator(p PoolStake) (spec.Gwei, error) {
	if err := s.check(p); err != nil {
		return 0, err
	}
	if s.Reward <= s.Cost {
		return s.Reward, nil
	}
	m := s.margin()
	part := new(big.Rat).Sub(ratio(1, 1), m)
	part.Mul(part, ratio(uint64(p.Owner), uint64(p.Stake))).Add(part, m)
	return s.Cost + s.floorOf(part), nil
}

// Member is the part in Gwei of a member with so much of the stake:
// floor((f - cost) * (1 - m) * t/stake).
func (s PoolSplit) Member(p PoolStake, t spec.Gwei) (spec.Gwei, error) {
	if err := s.check(p); err != nil {
		return 0, err
	}
	if t > p.Stake {
		return 0, spec.Atf("member", -1, spec.ErrInput, "%d of a stake of %d", t, p.Stake)
	}
	if s.Reward <= s.Cost {
		return 0, nil
	}
	part := new(big.Rat).Sub(ratio(1, 1), s.margin())
	return s.floorOf(part.Mul(part, ratio(uint64(t), uint64(p.Stake)))), nil
}

// SplitPoolReward divides a reward among the operator and the members, each with
// so much of the stake. dst must be as long as members; it may not overlap it, and an
// error leaves it as it was. What flooring leaves is paid to nobody, less than one
// Gwei each.
func SplitPoolReward(dst []spec.Gwei, s PoolSplit, p PoolStake, members []spec.Gwei) (operator spec.Gwei, err error) {
	if len(dst) != len(members) {
		return 0, spec.Atf("dst", -1, spec.ErrInput, "%d rows for %d members", len(dst), len(members))
	}
	if operator, err = s.Operator(p); err != nil {
		return 0, err
	}
	left := p.Stake - p.Owner
	for i, t := range members {
		if t > left {
			return 0, spec.Atf("members", i, spec.ErrInput, "%d where %d of the stake is left", t, left)
		}
		left -= t
	}
	for i, t := range members {
		if dst[i], err = s.Member(p, t); err != nil {
			return 0, err
		}
	}
	return operator, nil
}

func (s PoolSplit) check(p PoolStake) error {
	if err := p.check(); err != nil {
		return err
	}
	if p.Stake == 0 && s.Reward > s.Cost {
		return spec.Atf("stake", -1, spec.ErrInput, "zero, and more than its cost to divide")
	}
	if s.Margin.Num > s.Margin.Den {
		return spec.Atf("margin", -1, spec.ErrInput, "%d/%d", s.Margin.Num, s.Margin.Den)
	}
	return nil
}

// margin is the margin as a rational, of a split that was checked.
func (s PoolSplit) margin() *big.Rat { return ratio(s.Margin.Num, max(s.Margin.Den, 1)) }

// floorOf is floor((f - cost) * part).
func (s PoolSplit) floorOf(part *big.Rat) spec.Gwei {
	return spec.Gwei(floor(part.Mul(part, ratio(uint64(s.Reward-s.Cost), 1))).Uint64())
}

func ratio(num, den uint64) *big.Rat {
	return new(big.Rat).SetFrac(new(big.Int).SetUint64(num), new(big.Int).SetUint64(den))
}

func least(a, b *big.Rat) *big.Rat {
	if a.Cmp(b) <= 0 {
		return a
	}
	return b
}

// floor is for ratios that are not negative.
func floor(r *big.Rat) *big.Int { return new(big.Int).Quo(r.Num(), r.Denom()) }
