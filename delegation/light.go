package delegation

import "github.com/stakesim/stakesim/spec"

// LightDelegation adds principal to an operator's light pool, one to one.
type LightDelegation struct {
	Owner    uint64    `json:"owner"`
	Operator uint64    `json:"operator"`
	Amount   spec.Gwei `json:"amount"`
}

// ProcessLightDelegation adds to the owner's light position with the operator, or
// opens it as Created[0]. The principal earns from the next epoch and is never
// slashed.
func ProcessLightDelegation(l *Ledger, op LightDelegation) (Receipt, error) {
	o, err := l.openOperator(op.Operator)
	if err != nil {
		return Receipt{}, err
	}
	if err := l.checkMinimum("amount", op.Amount); err != nil {
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
	t.addPrincipal(Pot{PotFree, op.Owner}, op.Owner, o, op.Amount)
	return t.r, nil
}

// addPrincipal adds pending principal, taken from its pot already.
func (t *tx) addPrincipal(from Pot, owner uint64, o *Operator, amount spec.Gwei) {
	p := t.l.lightAt(owner, o.ID)
	if p == nil {
		id := t.newID()
		v := LightPosition{ID: id, Owner: owner, Operator: o.ID, Index: o.Light.Index}
		t.l.lights.insert(v.ID, v)
		t.l.index.light(&v, true)
		p = t.l.lights.get(id)
	}
	t.l.index.light(p, false)
	p.Pending += amount
	t.l.index.light(p, true)
	o.LightPending += amount
	t.move(Moved, from, Pot{PotLight, p.ID}, o.ID, p.ID, amount)
}

// lightAt finds the light position of an owner with an operator, or nil.
func (l *Ledger) lightAt(owner, operator uint64) *LightPosition {
	for k := range l.index.lightsOf.with(owner, operator) {
		return l.lights.get(k[2])
	}
	return nil
}

// LightUndelegation takes principal out of a light pool.
type LightUndelegation struct {
	Owner    uint64    `json:"owner"`
	Position uint64    `json:"position"`
	Amount   spec.Gwei `json:"amount"`
}

// ProcessLightUndelegation pays principal to the free balance at once, whatever
// the operator's state; principal that does not earn yet goes first. A full exit
// pays what has accrued as well.
func ProcessLightUndelegation(l *Ledger, op LightUndelegation) (Receipt, error) {
	p, err := l.checkLight(op.Owner, op.Position, op.Amount)
	if err != nil {
		return Receipt{}, err
	}
	t := l.begin("light undelegation")
	t.move(Moved, Pot{PotLight, p.ID}, Pot{PotFree, p.Owner}, p.Operator, p.ID, op.Amount)
	t.takePrincipal(p, op.Amount)
	t.credit(op.Owner, op.Amount)
	return t.r, nil
}

// checkLight finds a light position that so much may leave.
func (l *Ledger) checkLight(owner, id uint64, amount spec.Gwei) (*LightPosition, error) {
	p, err := l.ownLight(id, owner)
	if err != nil {
		return nil, err
	}
	if amount == 0 {
		return nil, about("amount", 0, ErrAmount)
	}
	return p, l.checkPart("amount", amount, p.Total())
}

// takePrincipal takes principal off a light position, for another pot, and closes
// the position when none is left. The last holder out leaves what remains of
// the reserve to the bond.
func (t *tx) takePrincipal(p *LightPosition, amount spec.Gwei) {
	o := t.l.operators.get(p.Operator)
	t.l.index.light(p, false)
	p.Accrued += o.Light.settle(&p.Index, p.Principal)
	pending := min(p.Pending, amount)
	p.Pending -= pending
	p.Principal -= amount - pending
	o.LightPending -= pending
	o.Light.Weight -= amount - pending
	if p.Total() > 0 {
		t.l.index.light(p, true)
		return
	}
	t.payAccrued(p, o)
	t.l.lights.remove(p.ID)
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
	t.move(Rewarded, Pot{PotLightRewards, o.ID}, Pot{PotFree, p.Owner}, o.ID, p.ID, amount)
	t.credit(p.Owner, amount)
}

// LightRedelegation moves principal to another operator's light pool.
type LightRedelegation struct {
	Owner    uint64    `json:"owner"`
	Position uint64    `json:"position"`
	To       uint64    `json:"to"` // operator
	Amount   spec.Gwei `json:"amount"`
}

// ProcessLightRedelegation moves principal at once; with the other operator it
// earns from the next epoch.
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
		return Receipt{}, about("to", op.To, ErrSelf)
	}
	if err := l.checkMinimum("amount", op.Amount); err != nil {
		return Receipt{}, err
	}
	if err := l.checkIDs(1); err != nil {
		return Receipt{}, err
	}
	t := l.begin("light redelegation")
	t.takePrincipal(p, op.Amount)
	t.addPrincipal(Pot{PotLight, op.Position}, op.Owner, to, op.Amount)
	return t.r, nil
}

// LightClaim pays what a light position has earned.
type LightClaim struct {
	Caller   uint64 `json:"caller"` // account; anyone may claim for the owner
	Position uint64 `json:"position"`
	Compound bool   `json:"compound"` // into pending principal; the owner only
}

// ProcessLightClaim pays the accrued rewards of a light position to its owner's
// free balance, or adds them to its principal when the owner asks and the
// operator takes new stake. With nothing to pay it fails with [ErrNothing], so
// that no stranger's claim costs the owner a fraction of a Gwei for nothing.
func ProcessLightClaim(l *Ledger, op LightClaim) (Receipt, error) {
	p, err := l.findLight(op.Position)
	if err != nil {
		return Receipt{}, err
	}
	if _, err := l.findAccount(op.Caller); err != nil {
		return Receipt{}, err
	}
	o := l.operators.get(p.Operator)
	if op.Compound {
		if op.Caller != p.Owner {
			return Receipt{}, aboutf("caller", op.Caller, ErrOwner, "light position %d", p.ID)
		}
		if err := o.checkOpen(); err != nil {
			return Receipt{}, err
		}
	}
	if p.Accrued+o.Light.earned(p.Index, p.Principal) == 0 {
		return Receipt{}, about("light position", p.ID, ErrNothing)
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
	t.addPrincipal(Pot{PotLightRewards, o.ID}, p.Owner, o, amount)
	return t.r, nil
}
