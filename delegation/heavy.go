package delegation

import "github.com/stakesim/stakesim/spec"

// Delegation buys shares of an operator's heavy pool.
type Delegation struct {
	Owner    AccountID  `json:"owner"`
	Operator OperatorID `json:"operator"`
	Amount   spec.Gwei  `json:"amount"`
}

// ProcessDelegation buys floor(amount * shares / tokens) shares as a new lot.
func ProcessDelegation(l *Ledger, op Delegation) (Receipt, error) {
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
	shares, err := l.checkMint(o, op.Amount)
	if err != nil {
		return Receipt{}, err
	}
	t := l.begin("delegation")
	t.debit(op.Owner, op.Amount)
	t.mintLot(freeOf(op.Owner), Lot{Owner: op.Owner, Operator: o.ID, Shares: shares}, op.Amount)
	return t.r, nil
}

// checkMint returns the shares that an amount buys, when the pool takes it and an id
// is left for the lot.
func (l *Ledger) checkMint(o *Operator, amount spec.Gwei) (uint64, error) {
	shares, err := SharesForDeposit(amount, o.Price(), l.config.ShareRateCap)
	if err != nil {
		return 0, err
	}
	if err := l.checkLeverage(o.Bond, o.PoolTokens+amount); err != nil {
		return 0, err
	}
	return shares, l.checkIDs(1)
}

// checkLeverage refuses delegated stake above the cap, in reject mode.
func (l *Ledger) checkLeverage(bond, delegated spec.Gwei) error {
	if limit := l.config.LeverageCap.Of(bond); l.config.LeverageMode == Reject && delegated > limit {
		return spec.Aboutf("delegated", delegated, ErrLeverage, "%d for a bond of %d", limit, bond)
	}
	return nil
}

// Undelegation takes a lot, or a part of one, out of its pool through the unbonding
// queue. Exactly one of Amount and Shares says how much.
type Undelegation struct {
	Owner  AccountID `json:"owner"`
	Lot    LotID     `json:"lot"`
	Amount spec.Gwei `json:"amount"`
	Shares uint64    `json:"shares"`
}

// ProcessUndelegation burns shares and queues their tokens, floored, as a new
// unbonding entry; a lien goes with them. By amount it burns the fewest shares worth
// it, which may be worth up to a share's price more. A lot worth nothing is burned
// without an entry, unless it carries a lien, whose pieces stay together.
func ProcessUndelegation(l *Ledger, op Undelegation) (Receipt, error) {
	p, o, shares, err := l.checkLeaving(op.Owner, op.Lot, op.Amount, op.Shares)
	if err != nil {
		return Receipt{}, err
	}
	if err := l.checkUnbonding(p.Owner, o.ID); err != nil {
		return Receipt{}, err
	}
	t := l.begin("undelegation")
	t.undelegate(p, o, shares)
	return t.r, nil
}

// checkLeaving finds a lot that may leave and the shares that are meant.
func (l *Ledger) checkLeaving(owner AccountID, id LotID, amount spec.Gwei, shares uint64) (*Lot, *Operator, uint64, error) {
	p, err := l.ownLot(id, owner)
	if err != nil {
		return nil, nil, 0, err
	}
	switch {
	case p.Locked:
		return nil, nil, 0, spec.About("lot", id, ErrLocked)
	case p.Tokenised:
		return nil, nil, 0, spec.About("lot", id, ErrTokenised)
	}
	o := l.operators.Get(p.Operator)
	shares, err = l.checkShares(p, o, amount, shares)
	return p, o, shares, err
}

// checkShares turns an amount or a number of shares of a lot into shares that leave
// the minimum delegation or nothing.
func (l *Ledger) checkShares(p *Lot, o *Operator, amount spec.Gwei, shares uint64) (uint64, error) {
	whole := o.value(p.Shares)
	switch {
	case amount == 0 && shares == 0:
		return 0, spec.About("amount", amount, ErrAmount)
	case amount != 0 && shares != 0:
		return 0, spec.Aboutf("amount", amount, ErrAmount, "and %d shares", shares)
	case shares > p.Shares:
		return 0, spec.Aboutf("shares", shares, ErrAmount, "the lot has %d", p.Shares)
	case amount > whole:
		return 0, spec.Aboutf("amount", amount, ErrAmount, "the lot is worth %d", whole)
	case shares == p.Shares || (shares == 0 && amount == whole):
		return p.Shares, nil
	case shares == 0:
		shares = o.Price().worth(amount)
	}
	if shares >= p.Shares {
		return p.Shares, nil
	}
	out, rest := o.value(shares), o.value(p.Shares-shares)
	if min(out, rest) < l.config.MinDelegation {
		return 0, spec.Aboutf("shares", shares, ErrMinimum, "worth %d, leaves %d, minimum %d", out, rest, l.config.MinDelegation)
	}
	return shares, nil
}

// undelegate moves shares of a lot into the unbonding queue, whatever the limits.
func (t *tx) undelegate(p *Lot, o *Operator, shares uint64) {
	owner, lot := p.Owner, p.ID
	out := t.takeShares(lot, shares)
	amount := o.value(shares)
	if amount == 0 && out.lien.Initial == 0 {
		t.payOut(o, lot, shares, Pot{})
		return
	}
	id := UnbondingID(t.newID())
	t.payOut(o, lot, shares, unbondingOf(id))
	t.queue(Unbonding{ID: id, Owner: owner, Operator: o.ID, Initial: amount, Lien: out.lien})
}

// UndelegationPreview is what an undelegation would do now.
type UndelegationPreview struct {
	Shares   uint64     // burned
	Amount   spec.Gwei  // queued
	Rest     spec.Gwei  // what the rest of the lot is worth afterwards
	Complete spec.Epoch // when it is paid
}

// PreviewUndelegation says what [ProcessUndelegation] would do now, with the same
// errors, and changes nothing.
func PreviewUndelegation(l *Ledger, op Undelegation) (UndelegationPreview, error) {
	p, o, shares, err := l.checkLeaving(op.Owner, op.Lot, op.Amount, op.Shares)
	if err != nil {
		return UndelegationPreview{}, err
	}
	if err := l.checkUnbonding(p.Owner, o.ID); err != nil {
		return UndelegationPreview{}, err
	}
	amount := o.value(shares)
	after := Price{o.PoolTokens - amount, o.PoolShares - shares}
	return UndelegationPreview{shares, amount, after.value(p.Shares - shares), l.epoch + spec.Epoch(l.config.UnbondingEpochs)}, nil
}

// Redelegation moves a lot, or a part of one, to another operator at once. Exactly one
// of Amount and Shares says how much.
type Redelegation struct {
	Owner  AccountID  `json:"owner"`
	Lot    LotID      `json:"lot"`
	To     OperatorID `json:"to"`
	Amount spec.Gwei  `json:"amount"`
	Shares uint64     `json:"shares"`
}

// ProcessRedelegation makes a new lot in the other pool. It earns there at once, and
// carries a lien: for the unbonding period it still answers for the operator that it
// left. A lot with a lien is not moved again.
func ProcessRedelegation(l *Ledger, op Redelegation) (Receipt, error) {
	p, o, shares, err := l.checkLeaving(op.Owner, op.Lot, op.Amount, op.Shares)
	if err != nil {
		return Receipt{}, err
	}
	to, err := l.openOperator(op.To)
	if err != nil {
		return Receipt{}, err
	}
	switch {
	case to.ID == o.ID:
		return Receipt{}, spec.About("to", op.To, ErrSelf)
	case p.Lien.Set:
		return Receipt{}, spec.About("lot", p.ID, ErrLiened)
	}
	amount := o.value(shares)
	if err := l.checkMinimum(amount); err != nil {
		return Receipt{}, err
	}
	minted, err := l.checkMint(to, amount)
	if err != nil {
		return Receipt{}, err
	}
	t := l.begin("redelegation")
	owner := p.Owner
	out := t.takeShares(p.ID, shares)
	before, id := o.Price(), LotID(l.nextID)
	l.setPool(o, o.PoolTokens-amount, o.PoolShares-shares, o.LiquidShares)
	t.emit(Event{Kind: LotSplit, Row: LotRow, ID: uint64(op.Lot), NewLot: id, Operator: o.ID, Shares: shares, Before: before, After: o.Price()})
	lot := Lot{Owner: owner, Operator: to.ID, Shares: minted, Lien: Lien{
		Set: true, ID: id, Source: o.ID, Initial: amount,
		Start: l.epoch, End: l.epoch + spec.Epoch(l.config.UnbondingEpochs),
	}}
	t.enterPointer(&lot, out.pointer)
	t.mintLot(poolOf(o.ID), lot, amount)
	return t.r, nil
}
