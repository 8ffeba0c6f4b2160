package delegation

import (
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// Delegation buys shares of an operator's heavy pool.
type Delegation struct {
	Owner    uint64    `json:"owner"`
	Operator uint64    `json:"operator"`
	Amount   spec.Gwei `json:"amount"`
}

// ProcessDelegation buys floor(amount * shares / tokens) shares as lot Created[0].
func ProcessDelegation(l *Ledger, op Delegation) (Receipt, error) {
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
	shares, err := l.checkMint(o, op.Amount)
	if err != nil {
		return Receipt{}, err
	}
	t := l.begin("delegation")
	t.debit(op.Owner, op.Amount)
	t.mintLot(Pot{PotFree, op.Owner}, Lot{Owner: op.Owner, Operator: o.ID, Shares: shares}, op.Amount)
	return t.r, nil
}

// checkMint returns the shares that amount buys, when the pool takes it and an id
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

// Undelegation takes a lot, or a part, out of its pool through the unbonding
// queue. Exactly one of Amount and Shares says how much.
type Undelegation struct {
	Owner  uint64    `json:"owner"`
	Lot    uint64    `json:"lot"`
	Amount spec.Gwei `json:"amount"`
	Shares uint64    `json:"shares"`
}

// ProcessUndelegation burns shares and queues their tokens, floored, as entry
// Created[0]; a lien goes with them. By amount it burns the fewest shares worth
// it, which may be worth up to a share's price more. A lot worth nothing is burned
// without an entry, unless it carries a lien, whose pieces stay together.
func ProcessUndelegation(l *Ledger, op Undelegation) (Receipt, error) {
	p, o, shares, err := l.checkLeaving(op.Owner, op.Lot, op.Amount, op.Shares)
	if err != nil {
		return Receipt{}, err
	}
	if err := l.checkEntry(p.Owner, o.ID); err != nil {
		return Receipt{}, err
	}
	t := l.begin("undelegation")
	t.undelegate(p, o, shares)
	return t.r, nil
}

// checkLeaving finds a lot that may leave and the shares meant.
func (l *Ledger) checkLeaving(owner, id uint64, amount spec.Gwei, shares uint64) (*Lot, *Operator, uint64, error) {
	p, err := l.ownLot(id, owner)
	if err != nil {
		return nil, nil, 0, err
	}
	switch {
	case p.Locked:
		return nil, nil, 0, about("lot", id, ErrLocked)
	case p.Tokenised:
		return nil, nil, 0, about("lot", id, ErrTokenised)
	}
	o := l.operators.get(p.Operator)
	shares, err = l.checkShares(p, o, amount, shares)
	return p, o, shares, err
}

// checkShares turns an amount or a number of shares of a lot into shares that
// leave the minimum delegation or nothing.
func (l *Ledger) checkShares(p *Lot, o *Operator, amount spec.Gwei, shares uint64) (uint64, error) {
	whole := o.value(p.Shares)
	switch {
	case amount == 0 && shares == 0:
		return 0, about("amount", 0, ErrAmount)
	case amount != 0 && shares != 0:
		return 0, aboutf("amount", uint64(amount), ErrAmount, "and %d shares", shares)
	case shares > p.Shares:
		return 0, aboutf("shares", shares, ErrAmount, "the lot has %d", p.Shares)
	case amount > whole:
		return 0, aboutf("amount", uint64(amount), ErrAmount, "the lot is worth %d", whole)
	case shares == p.Shares || (shares == 0 && amount == whole):
		return p.Shares, nil
	case shares == 0:
		shares, _ = u64.MulDivCeil(uint64(amount), o.PoolShares, uint64(o.PoolTokens))
	}
	if shares >= p.Shares {
		return p.Shares, nil
	}
	out, rest := o.value(shares), o.value(p.Shares-shares)
	if min(out, rest) < l.config.MinDelegation {
		return 0, aboutf("shares", shares, ErrMinimum, "worth %d, leaves %d, minimum %d", out, rest, l.config.MinDelegation)
	}
	return shares, nil
}

// undelegate moves shares of a lot into the queue, whatever the limits.
func (t *tx) undelegate(p *Lot, o *Operator, shares uint64) {
	owner, lot := p.Owner, p.ID
	out := t.takeShares(lot, shares)
	amount := o.value(shares)
	if amount == 0 && out.lien.Initial == 0 {
		t.payOut(o, lot, shares, 0, Pot{})
		return
	}
	id := t.newID()
	t.payOut(o, lot, shares, 0, Pot{PotUnbonding, id})
	t.queue(Unbonding{ID: id, Owner: owner, Operator: o.ID, Initial: amount, Lien: out.lien})
}

// Redelegation moves a lot, or a part, to another operator at once. Exactly one
// of Amount and Shares says how much.
type Redelegation struct {
	Owner  uint64    `json:"owner"`
	Lot    uint64    `json:"lot"`
	To     uint64    `json:"to"` // operator
	Amount spec.Gwei `json:"amount"`
	Shares uint64    `json:"shares"`
}

// ProcessRedelegation makes lot Created[0] in the other pool. It earns there at
// once, and carries a lien: for the unbonding period it still answers for the
// operator that it left. A lot with a lien is not moved again.
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
		return Receipt{}, about("to", op.To, ErrSelf)
	case p.Lien.Set:
		return Receipt{}, about("lot", p.ID, ErrLiened)
	}
	amount := o.value(shares)
	if err := l.checkMinimum("amount", amount); err != nil {
		return Receipt{}, err
	}
	minted, err := l.checkMint(to, amount)
	if err != nil {
		return Receipt{}, err
	}
	t := l.begin("redelegation")
	owner := p.Owner
	out := t.takeShares(p.ID, shares)
	before := o.Price()
	l.setPool(o, o.PoolTokens-amount, o.PoolShares-shares, o.LiquidShares)
	t.emit(Event{Kind: LotSplit, Operator: o.ID, Lot: op.Lot, NewLot: l.nextID, Shares: shares, Before: before, After: o.Price()})
	lot := Lot{Owner: owner, Operator: to.ID, Shares: minted, Lien: Lien{
		Set: true, ID: l.nextID, Source: o.ID, Initial: amount,
		Start: l.epoch, End: l.epoch + spec.Epoch(l.config.UnbondingEpochs),
	}}
	t.enterPointer(&lot, out.pointer)
	t.mintLot(Pot{PotPool, o.ID}, lot, amount)
	return t.r, nil
}

// Cancellation puts an unbonding entry, or a part, back to work.
type Cancellation struct {
	Owner     uint64    `json:"owner"`
	Unbonding uint64    `json:"unbonding"`
	Amount    spec.Gwei `json:"amount"`
}

// ProcessCancellation returns a part of an entry to the operator that it came
// from: to the bond when it came from there, else as lot Created[0], which keeps
// its part of the lien. It is an admission, with the same refusals as a
// delegation.
func ProcessCancellation(l *Ledger, op Cancellation) (Receipt, error) {
	u, err := l.findUnbonding(op.Unbonding)
	if err != nil {
		return Receipt{}, err
	}
	if u.Owner != op.Owner {
		return Receipt{}, aboutf("owner", op.Owner, ErrOwner, "unbonding %d", u.ID)
	}
	o, err := l.openOperator(u.Operator)
	if err != nil {
		return Receipt{}, err
	}
	if err := l.checkMinimum("amount", op.Amount); err != nil {
		return Receipt{}, err
	}
	if err := l.checkPart("amount", op.Amount, u.Balance); err != nil {
		return Receipt{}, err
	}
	var shares uint64
	if !u.Bond {
		if shares, err = l.checkMint(o, op.Amount); err != nil {
			return Receipt{}, err
		}
	}
	t := l.begin("cancellation")
	from, bond, lot := Pot{PotUnbonding, u.ID}, u.Bond, Lot{Owner: u.Owner, Operator: o.ID, Shares: shares}
	lot.Lien = t.takeEntry(u, op.Amount)
	if bond {
		o.Bond += op.Amount
		t.move(Moved, from, Pot{PotBond, o.ID}, o.ID, 0, op.Amount)
		return t.r, nil
	}
	t.mintLot(from, lot, op.Amount)
	return t.r, nil
}

// takeEntry takes a part off an entry, with its part of the initial amount and of
// the lien, and deletes the entry when nothing is left.
func (t *tx) takeEntry(u *Unbonding, amount spec.Gwei) Lien {
	lien := u.Lien.part(uint64(amount), uint64(u.Balance))
	if amount == u.Balance {
		t.l.index.entry(u, false)
		t.l.unbondings.remove(u.ID)
		return lien
	}
	u.Initial -= part64(u.Initial, uint64(amount), uint64(u.Balance))
	u.Balance -= amount
	u.Lien.Initial -= lien.Initial
	t.emit(Event{Kind: UnbondingSplit, Operator: u.Operator, Lot: u.ID, Amount: amount})
	return lien
}
