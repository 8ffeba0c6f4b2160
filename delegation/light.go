package delegation

import "github.com/stakesim/stakesim/spec"

// LightDelegation adds principal to an operator's light pool, one to one.
type LightDelegation struct {
	Owner    AccountID  `json:"owner"`
	Operator OperatorID `json:"operator"`
	Amount   spec.Gwei  `json:"amount"`
}

// ProcessLightDelegation mints LightETH: it adds to the owner's light position with the
// operator, or opens one. The principal earns from the next epoch and is never slashed.
func ProcessLightDelegation(l *Ledger, op LightDelegation) (Receipt, error) {
	o, err := l.openOperator(op.Operator)
	if err != nil {
		return Receipt{}, err
	}
	if err := l.checkMinimum(op.Amount); err != nil {
		return Receipt{}, err
	}
	if _, err := l.payer(op.Owner, op.Amount); err != nil {
		return Receipt{}, err
	}
	if err := l.checkIDs(1); err != nil {
		return Receipt{}, err
	}
	t := l.begin("light delegation")
	t.debit(op.Owner, op.Amount)
	t.mintLight(freeOf(op.Owner), op.Owner, o, op.Amount)
	return t.r, nil
}

// mintLight adds principal that has left its pot already.
func (t *tx) mintLight(from Pot, owner AccountID, o *Operator, amount spec.Gwei) {
	p := t.l.lightAt(owner, o.ID)
	if p == nil {
		id := PositionID(t.newID())
		t.r.Lights = append(t.r.Lights, id)
		v := LightPosition{ID: id, Owner: owner, Operator: o.ID, Index: o.Light.Index}
		t.l.lights.Insert(id, v)
		t.l.index.light(&v, true)
		p = t.l.lights.Get(id)
	}
	t.l.index.light(p, false)
	*p, _ = MintLightShares(*p, amount) // within the supply
	t.l.index.light(p, true)
	o.LightPending += amount
	t.moveOf(LightRow, uint64(p.ID), Moved, from, lightOf(p.ID), o.ID, amount)
}

// lightAt finds the light position of an owner with an operator, or nil.
func (l *Ledger) lightAt(owner AccountID, operator OperatorID) *LightPosition {
	for k := range l.index.lightsOf.With(uint64(owner), uint64(operator)) {
		return l.lights.Get(PositionID(k[2]))
	}
	return nil
}

// LightUndelegation takes principal out of a light pool.
type LightUndelegation struct {
	Owner    AccountID  `json:"owner"`
	Position PositionID `json:"position"`
	Amount   spec.Gwei  `json:"amount"`
}

// ProcessLightUndelegation burns LightETH: it pays principal to the free balance at
// once, whatever the operator's state. A full exit pays what has accrued as well.
func ProcessLightUndelegation(l *Ledger, op LightUndelegation) (Receipt, error) {
	p, err := l.checkLight(op.Owner, op.Position, op.Amount)
	if err != nil {
		return Receipt{}, err
	}
	t := l.begin("light undelegation")
	t.moveOf(LightRow, uint64(p.ID), Moved, lightOf(p.ID), freeOf(p.Owner), p.Operator, op.Amount)
	t.burnLight(p, op.Amount)
	t.credit(op.Owner, op.Amount)
	return t.r, nil
}

// checkLight finds a light position that so much may leave.
func (l *Ledger) checkLight(owner AccountID, id PositionID, amount spec.Gwei) (*LightPosition, error) {
	p, err := l.ownLight(id, owner)
	if err != nil {
		return nil, err
	}
	if amount == 0 {
		return nil, spec.About("amount", amount, ErrAmount)
	}
	return p, l.checkPart(amount, p.Total())
}

// burnLight takes principal off a light position, for another pot, and closes the
// position when none is left. The last holder out leaves what remains of the reserve
// to the bond.
func (t *tx) burnLight(p *LightPosition, amount spec.Gwei) {
	o := t.l.operators.Get(p.Operator)
	t.l.index.light(p, false)
	before := *p
	*p, _ = BurnLightShares(before, o.Light, amount) // which is there
	o.LightPending -= before.Pending - p.Pending
	o.Light.Weight -= before.Principal - p.Principal
	if p.Total() > 0 {
		t.l.index.light(p, true)
		return
	}
	t.payAccrued(p, o)
	t.l.lights.Remove(p.ID)
	if o.Principal() == 0 {
		t.sweep(o, &o.Light, PotLightRewards)
	}
}

// payAccrued pays what has been settled for a light position to its owner.
func (t *tx) payAccrued(p *LightPosition, o *Operator) {
	amount := p.Accrued
	if amount == 0 {
		return
	}
	p.Accrued = 0
	o.Light.Reserve -= amount
	t.moveOf(LightRow, uint64(p.ID), Rewarded, rewardsOf(PotLightRewards, o), freeOf(p.Owner), o.ID, amount)
	t.credit(p.Owner, amount)
}

// LightRedelegation moves principal to another operator's light pool.
type LightRedelegation struct {
	Owner    AccountID  `json:"owner"`
	Position PositionID `json:"position"`
	To       OperatorID `json:"to"`
	Amount   spec.Gwei  `json:"amount"`
}

// ProcessLightRedelegation moves principal at once; with the other operator it earns
// from the next epoch.
func ProcessLightRedelegation(l *Ledger, op LightRedelegation) (Receipt, error) {
	p, err := l.checkLight(op.Owner, op.Position, op.Amount)
	if err != nil {
		return Receipt{}, err
	}
	to, err := l.openOperator(op.To)
	if err != nil {
		return Receipt{}, err
	}
	if to.ID == p.Operator {
		return Receipt{}, spec.About("to", op.To, ErrSelf)
	}
	if err := l.checkMinimum(op.Amount); err != nil {
		return Receipt{}, err
	}
	if err := l.checkIDs(1); err != nil {
		return Receipt{}, err
	}
	t := l.begin("light redelegation")
	t.burnLight(p, op.Amount)
	t.mintLight(lightOf(op.Position), op.Owner, to, op.Amount)
	return t.r, nil
}

// LightClaim pays what a light position has earned.
type LightClaim struct {
	Caller   AccountID  `json:"caller"` // anyone may claim for the owner
	Position PositionID `json:"position"`
	Compound bool       `json:"compound"` // into pending principal; the owner only
}

// ProcessLightClaim pays the accrued rewards of a light position to its owner's
// free balance, or adds them to its principal when the owner asks for that and the
// operator takes new stake. With nothing to pay it fails with [ErrNothing], so that no
// stranger's claim costs the owner a fraction of a Gwei for nothing.
func ProcessLightClaim(l *Ledger, op LightClaim) (Receipt, error) {
	p, err := l.findLight(op.Position)
	if err != nil {
		return Receipt{}, err
	}
	if _, err := l.findAccount(op.Caller); err != nil {
		return Receipt{}, err
	}
	o := l.operators.Get(p.Operator)
	if op.Compound {
		if op.Caller != p.Owner {
			return Receipt{}, spec.Aboutf("caller", op.Caller, ErrOwner, "light position %d", p.ID)
		}
		if err := o.checkOpen(); err != nil {
			return Receipt{}, err
		}
	}
	if p.Accrued+o.Light.earned(p.Index, p.Principal) == 0 {
		return Receipt{}, spec.About("light position", p.ID, ErrNothing)
	}
	t := l.begin("light claim")
	p.Accrued += o.Light.settle(&p.Index, p.Principal)
	if !op.Compound {
		t.payAccrued(p, o)
		return t.r, nil
	}
	amount := p.Accrued
	p.Accrued = 0
	o.Light.Reserve -= amount
	t.mintLight(rewardsOf(PotLightRewards, o), p.Owner, o, amount)
	return t.r, nil
}
