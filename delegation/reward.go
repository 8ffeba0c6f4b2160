package delegation

import (
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// Reward mints Gwei for one operator.
type Reward struct {
	Operator uint64    `json:"operator"`
	Amount   spec.Gwei `json:"amount"`
}

// checkReward says whether a reward of an operator may be minted.
func (l *Ledger) checkReward(o *Operator, amount spec.Gwei) error {
	switch {
	case amount == 0:
		return about("amount", 0, ErrAmount)
	case o.Exit == BondLeaving:
		return about("operator", o.ID, ErrExiting)
	}
	return l.checkSupply(amount)
}

// checkLightReward is checkReward, and refuses an operator without a bond.
func (l *Ledger) checkLightReward(o *Operator, amount spec.Gwei) error {
	err := l.checkReward(o, amount)
	if err == nil && o.Bond == 0 {
		err = aboutf("operator", o.ID, ErrMinimum, "no bond")
	}
	return err
}

// ProcessHeavyReward mints a reward: the commission, floored, to the bond; of the
// rest the pool's share, floored, to the pool and the remainder to the bond.
func ProcessHeavyReward(l *Ledger, r Reward) (Receipt, error) {
	o, err := l.findOperator(r.Operator)
	if err != nil {
		return Receipt{}, err
	}
	if err := l.checkReward(o, r.Amount); err != nil {
		return Receipt{}, err
	}
	t := l.begin("heavy reward")
	t.heavyReward(o, r.Amount)
	return t.r, nil
}

func (t *tx) heavyReward(o *Operator, amount spec.Gwei) {
	rest := amount - o.Commission.of(amount)
	pool, _ := u64.MulDiv(rest, o.PoolTokens, o.Bond+o.PoolTokens)
	t.l.minted += amount
	o.Bond += amount - pool
	t.move(Rewarded, Pot{Kind: PotIssuance}, Pot{PotBond, o.ID}, o.ID, 0, amount-pool)
	if pool == 0 {
		return
	}
	before := o.Price()
	t.l.setPool(o, o.PoolTokens+pool, o.PoolShares, o.LiquidShares)
	if t.brief {
		return
	}
	t.emit(Event{Kind: Rewarded, From: Pot{Kind: PotIssuance}, To: Pot{PotPool, o.ID}, Operator: o.ID,
		Amount: pool, Before: before, After: o.Price()})
}

// ProcessLightReward mints a reward for light principal: the commission, floored,
// to the bond, the rest to the index. Its cost does not depend on the number of
// holders. While less than [MinIndexWeight] earns, all goes to the bond.
func ProcessLightReward(l *Ledger, r Reward) (Receipt, error) {
	o, err := l.findOperator(r.Operator)
	if err != nil {
		return Receipt{}, err
	}
	if err := l.checkLightReward(o, r.Amount); err != nil {
		return Receipt{}, err
	}
	t := l.begin("light reward")
	t.streamReward(o, &o.Light, PotLightRewards, r.Amount)
	return t.r, nil
}

// ProcessPointerReward mints a reward for the duty weight of heavy lots and
// wallets that point to the operator, in the manner of [ProcessLightReward].
func ProcessPointerReward(l *Ledger, r Reward) (Receipt, error) {
	o, err := l.findOperator(r.Operator)
	if err != nil {
		return Receipt{}, err
	}
	if err := l.checkLightReward(o, r.Amount); err != nil {
		return Receipt{}, err
	}
	t := l.begin("pointer reward")
	t.streamReward(o, &o.Pointers, PotPointerRewards, r.Amount)
	return t.r, nil
}

func (t *tx) streamReward(o *Operator, s *RewardIndex, pot PotKind, amount spec.Gwei) {
	commission := o.Commission.of(amount)
	if s.Weight < MinIndexWeight {
		commission = amount
	}
	t.l.minted += amount
	o.Bond += commission
	t.move(Rewarded, Pot{Kind: PotIssuance}, Pot{PotBond, o.ID}, o.ID, 0, commission)
	if rest := amount - commission; rest > 0 {
		s.add(rest)
		t.move(Rewarded, Pot{Kind: PotIssuance}, Pot{pot, o.ID}, o.ID, 0, rest)
	}
}

// LightETHBalance returns the rebasing balance of a light position in Gwei: its
// principal and everything that it has earned and not been paid. An unknown
// position gives [ErrUnknownID].
func LightETHBalance(l *Ledger, position uint64) (spec.Gwei, error) {
	p, err := l.findLight(position)
	if err != nil {
		return 0, err
	}
	o := l.operators.get(p.Operator)
	return p.Total() + p.Accrued + o.Light.earned(p.Index, p.Principal), nil
}
