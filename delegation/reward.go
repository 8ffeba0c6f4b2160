package delegation

import "github.com/stakesim/stakesim/spec"

// HeavyReward mints Gwei for the heavy stake of one operator.
type HeavyReward struct {
	Operator OperatorID `json:"operator"`
	Amount   spec.Gwei  `json:"amount"`
}

// ProcessHeavyReward mints a reward and divides it by [SplitHeavyReward].
func ProcessHeavyReward(l *Ledger, r HeavyReward) (Receipt, error) {
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

// checkReward says whether a reward of an operator may be minted.
func (l *Ledger) checkReward(o *Operator, amount spec.Gwei) error {
	switch {
	case amount == 0:
		return spec.About("amount", amount, ErrAmount)
	case o.Exit == BondLeaving:
		return spec.About("operator", o.ID, ErrExiting)
	}
	return l.checkSupply(amount)
}

func (t *tx) heavyReward(o *Operator, amount spec.Gwei) {
	bond, pool := splitHeavyReward(amount, o.Commission, o.Bond, o.PoolTokens)
	t.l.minted += amount
	o.Bond += bond
	t.move(Rewarded, Pot{Kind: PotIssuance}, bondOf(o.ID), o.ID, bond)
	if pool == 0 {
		return
	}
	before := o.Price()
	t.l.setPool(o, o.PoolTokens+pool, o.PoolShares, o.LiquidShares)
	if t.brief {
		return
	}
	t.emit(Event{Kind: Rewarded, From: Pot{Kind: PotIssuance}, To: poolOf(o.ID), Operator: o.ID,
		Amount: pool, Before: before, After: o.Price()})
}

// LightReward mints Gwei for the light principal with one operator.
type LightReward struct {
	Operator OperatorID `json:"operator"`
	Amount   spec.Gwei  `json:"amount"`
}

// ProcessLightReward mints a reward for light principal: the commission, floored,
// goes to the bond, the rest to the index. Its cost does not depend on the number of
// holders. While less than [MinIndexWeight] earns, all of it goes to the bond.
func ProcessLightReward(l *Ledger, r LightReward) (Receipt, error) {
	o, err := l.checkLightReward(r.Operator, r.Amount)
	if err != nil {
		return Receipt{}, err
	}
	t := l.begin("light reward")
	t.indexReward(o, &o.Light, PotLightRewards, r.Amount)
	return t.r, nil
}

// PointerReward mints Gwei for the weight that lots and wallets lend to one operator.
type PointerReward struct {
	Operator OperatorID `json:"operator"`
	Amount   spec.Gwei  `json:"amount"`
}

// ProcessPointerReward mints a reward for the duty weight of heavy lots and wallets
// that point to the operator, in the manner of [ProcessLightReward].
func ProcessPointerReward(l *Ledger, r PointerReward) (Receipt, error) {
	o, err := l.checkLightReward(r.Operator, r.Amount)
	if err != nil {
		return Receipt{}, err
	}
	t := l.begin("pointer reward")
	t.indexReward(o, &o.Pointers, PotPointerRewards, r.Amount)
	return t.r, nil
}

// checkLightReward finds an operator for which a light reward may be minted.
func (l *Ledger) checkLightReward(id OperatorID, amount spec.Gwei) (*Operator, error) {
	o, err := l.findOperator(id)
	if err != nil {
		return nil, err
	}
	return o, l.checkIndexReward(o, amount)
}

// checkIndexReward is checkReward, and refuses an operator without a bond.
func (l *Ledger) checkIndexReward(o *Operator, amount spec.Gwei) error {
	err := l.checkReward(o, amount)
	if err == nil && o.Bond == 0 {
		err = spec.Aboutf("operator", o.ID, ErrMinimum, "no bond")
	}
	return err
}

func (t *tx) indexReward(o *Operator, x *RewardIndex, pot PotKind, amount spec.Gwei) {
	commission := o.Commission.Of(amount)
	if x.Weight < MinIndexWeight {
		commission = amount
	}
	t.l.minted += amount
	o.Bond += commission
	t.move(Rewarded, Pot{Kind: PotIssuance}, bondOf(o.ID), o.ID, commission)
	if rest := amount - commission; rest > 0 {
		x.add(rest)
		t.move(Rewarded, Pot{Kind: PotIssuance}, rewardsOf(pot, o), o.ID, rest)
	}
}
