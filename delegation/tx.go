package delegation

import (
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// What transitions look up and refuse comes first: a function returns the row, or an
// error that names it. What they write comes after it.

func (l *Ledger) findOperator(id OperatorID) (*Operator, error) {
	if err := l.usable(); err != nil {
		return nil, err
	}
	return found(l.operators.Get(id), "operator", id)
}

func (l *Ledger) findAccount(id AccountID) (*Account, error) {
	if err := l.usable(); err != nil {
		return nil, err
	}
	return found(l.accounts.Get(id), "account", id)
}

func (l *Ledger) findUnbonding(id UnbondingID) (*Unbonding, error) {
	if err := l.usable(); err != nil {
		return nil, err
	}
	return found(l.unbondings.Get(id), "unbonding", id)
}

func (l *Ledger) findLight(id PositionID) (*LightPosition, error) {
	if err := l.usable(); err != nil {
		return nil, err
	}
	return found(l.lights.Get(id), "light position", id)
}

func (l *Ledger) findLot(id LotID) (*Lot, error) {
	if err := l.usable(); err != nil {
		return nil, err
	}
	return found(l.lots.Get(id), "lot", id)
}

func found[T any, ID ~uint64](p *T, field string, id ID) (*T, error) {
	if p == nil {
		return nil, spec.About(field, id, ErrUnknownID)
	}
	return p, nil
}

// ownOperator finds an operator and checks whose it is.
func (l *Ledger) ownOperator(id OperatorID, owner AccountID) (*Operator, error) {
	o, err := l.findOperator(id)
	if err == nil && o.Owner != owner {
		err = spec.Aboutf("owner", owner, ErrOwner, "operator %d", id)
	}
	return o, err
}

// ownLot finds a heavy lot and checks whose it is.
func (l *Ledger) ownLot(id LotID, owner AccountID) (*Lot, error) {
	p, err := l.findLot(id)
	if err == nil && p.Owner != owner {
		err = spec.Aboutf("owner", owner, ErrOwner, "lot %d", id)
	}
	return p, err
}

// ownLight finds a light position and checks whose it is.
func (l *Ledger) ownLight(id PositionID, owner AccountID) (*LightPosition, error) {
	p, err := l.findLight(id)
	if err == nil && p.Owner != owner {
		err = spec.Aboutf("owner", owner, ErrOwner, "light position %d", id)
	}
	return p, err
}

// openOperator finds an operator that may take new stake.
func (l *Ledger) openOperator(id OperatorID) (*Operator, error) {
	o, err := l.findOperator(id)
	if err != nil {
		return nil, err
	}
	return o, o.checkOpen()
}

// checkOpen says whether the operator may take new stake.
func (o *Operator) checkOpen() error {
	switch {
	case o.Tombstoned:
		return spec.About("operator", o.ID, ErrTombstoned)
	case o.Jailed:
		return spec.About("operator", o.ID, ErrJailed)
	case o.Exit != Active:
		return spec.About("operator", o.ID, ErrExiting)
	}
	return nil
}

// payer finds an account that can pay an amount.
func (l *Ledger) payer(id AccountID, amount spec.Gwei) (*Account, error) {
	a, err := l.findAccount(id)
	if err != nil {
		return nil, err
	}
	if amount > a.Free {
		return nil, spec.Aboutf("amount", amount, ErrFunds, "account %d has %d", id, a.Free)
	}
	return a, nil
}

// checkSupply says whether so many Gwei more may enter the ledger.
func (l *Ledger) checkSupply(amount spec.Gwei) error {
	if err := l.usable(); err != nil {
		return err
	}
	if sum, ok := u64.Add(l.Supply(), amount); !ok || sum >= MaxSupply {
		return spec.Aboutf("amount", amount, ErrBound, "supply of %d", l.Supply())
	}
	return nil
}

// checkIDs says whether n ids are left.
func (l *Ledger) checkIDs(n uint64) error {
	if _, ok := u64.Add(l.nextID, n); !ok {
		return spec.About("next id", l.nextID, ErrBound)
	}
	return nil
}

// checkMinimum refuses an amount under the minimum delegation.
func (l *Ledger) checkMinimum(amount spec.Gwei) error {
	if amount == 0 {
		return spec.About("amount", amount, ErrAmount)
	}
	if amount < l.config.MinDelegation {
		return spec.Aboutf("amount", amount, ErrMinimum, "minimum %d", l.config.MinDelegation)
	}
	return nil
}

// checkPart refuses to divide whole so that the part or the rest is under the minimum
// delegation; the whole is always a valid part.
func (l *Ledger) checkPart(part, whole spec.Gwei) error {
	switch {
	case part == whole:
		return nil
	case part > whole:
		return spec.Aboutf("amount", part, ErrAmount, "%d is there", whole)
	case whole-part < l.config.MinDelegation:
		return spec.Aboutf("amount", part, ErrMinimum, "leaves %d, minimum %d", whole-part, l.config.MinDelegation)
	}
	return l.checkMinimum(part)
}

// tx writes to a ledger and records what it wrote. Everything is validated before the
// first write, so nothing here fails.
type tx struct {
	l     *Ledger
	r     Receipt
	brief bool // without Rewarded events
}

func (l *Ledger) begin(operation string) *tx {
	return &tx{l: l, r: Receipt{Operation: operation, Epoch: l.epoch, Events: make([]Event, 0, 2)}}
}

func (t *tx) emit(e Event) { t.r.Events = append(t.r.Events, e) }

// move records Gwei going from one pot to another, and nothing when there are none.
func (t *tx) move(kind EventKind, from, to Pot, operator OperatorID, amount spec.Gwei) {
	t.moveOf(NoRow, 0, kind, from, to, operator, amount)
}

// moveOf is move for Gwei of a lot, an unbonding entry or a light position.
func (t *tx) moveOf(row RowKind, id uint64, kind EventKind, from, to Pot, operator OperatorID, amount spec.Gwei) {
	if amount > 0 && !(t.brief && kind == Rewarded) {
		t.emit(Event{Kind: kind, Row: row, ID: id, From: from, To: to, Operator: operator, Amount: amount})
	}
}

// newID takes the next id of the ledger.
func (t *tx) newID() uint64 {
	id := t.l.nextID
	t.l.nextID++
	return id
}

// setPool writes the three figures of a pool and what is derived from them.
func (l *Ledger) setPool(o *Operator, tokens spec.Gwei, shares, liquid uint64) {
	l.liquid -= o.liquidValue()
	l.heavy -= o.PoolTokens
	o.PoolTokens, o.PoolShares, o.LiquidShares = tokens, shares, liquid
	l.liquid += o.liquidValue()
	l.heavy += tokens
}

func (o *Operator) liquidValue() spec.Gwei {
	if o.LiquidShares == 0 {
		return 0
	}
	return o.value(o.LiquidShares)
}

// value is what shares of the pool are worth, floored; 0 in a pool without shares.
func (o *Operator) value(shares uint64) spec.Gwei { return o.Price().value(shares) }

// credit adds to a free balance.
func (t *tx) credit(account AccountID, amount spec.Gwei) {
	t.pay(t.l.accounts.Get(account), amount)
}

func (t *tx) pay(a *Account, amount spec.Gwei) { t.reweigh(a, a.Free+amount, a.Pointer.Weight) }

// debit takes from a free balance.
func (t *tx) debit(account AccountID, amount spec.Gwei) {
	a := t.l.accounts.Get(account)
	t.reweigh(a, a.Free-amount, a.Pointer.Weight)
}

// reweigh sets an account's free balance and snapshot weight, after it has been paid
// what its pointer has earned so far.
func (t *tx) reweigh(a *Account, free, weight spec.Gwei) {
	if !a.Pointer.Set {
		a.Free = free
		return
	}
	o := t.l.operators.Get(a.Pointer.Operator)
	earned := o.Pointers.settle(&a.Pointer.Index, a.counted())
	o.Pointers.Reserve -= earned
	t.move(Rewarded, rewardsOf(PotPointerRewards, o), freeOf(a.ID), o.ID, earned)
	before := a.counted()
	a.Free, a.Pointer.Weight = free+earned, weight
	t.shiftPointerWeight(o, before, a.counted())
}

// setWeight sets the weight of a lot's pointer, if it has one.
func (t *tx) setWeight(p *Lot, weight spec.Gwei) {
	if p.Pointer.Set {
		t.reweighLot(p, t.l.accounts.Get(p.Owner), weight)
	}
}

// reweighLot sets the weight of a lot's pointer, after its owner has been paid what it
// has earned so far.
func (t *tx) reweighLot(p *Lot, owner *Account, weight spec.Gwei) {
	o := t.l.operators.Get(p.Pointer.Operator)
	earned := o.Pointers.settle(&p.Pointer.Index, p.Pointer.Weight)
	before := p.Pointer.Weight
	p.Pointer.Weight = weight
	o.Pointers.Reserve -= earned
	if earned > 0 {
		t.moveOf(LotRow, uint64(p.ID), Rewarded, rewardsOf(PotPointerRewards, o), freeOf(p.Owner), o.ID, earned)
		t.pay(owner, earned)
	}
	t.shiftPointerWeight(o, before, weight)
}

// shiftPointerWeight replaces the weight of one holder. The last weight out leaves
// what remains of the reserve to the bond.
func (t *tx) shiftPointerWeight(o *Operator, before, after spec.Gwei) {
	o.Pointers.Weight += after - before
	if o.Pointers.Weight == 0 {
		t.sweep(o, &o.Pointers, PotPointerRewards)
	}
}

// sweep gives the reserve of a reward index without holders to the bond.
func (t *tx) sweep(o *Operator, x *RewardIndex, pot PotKind) {
	t.move(Rewarded, rewardsOf(pot, o), bondOf(o.ID), o.ID, x.Reserve)
	o.Bond += x.Reserve
	x.Reserve, x.Carry = 0, 0
}

// mintLot pays an amount that has left its pot already into the pool, as a new lot of
// so many shares.
func (t *tx) mintLot(from Pot, p Lot, amount spec.Gwei) {
	p.ID = LotID(t.newID())
	o := t.l.operators.Get(p.Operator)
	before := o.Price()
	t.l.setPool(o, o.PoolTokens+amount, o.PoolShares+p.Shares, o.LiquidShares)
	t.enterLot(&p)
	t.emit(Event{Kind: Moved, Row: LotRow, ID: uint64(p.ID), From: from, To: poolOf(o.ID), Operator: o.ID,
		Amount: amount, Shares: p.Shares, Before: before, After: o.Price()})
	t.emit(Event{Kind: LotCreated, Row: LotRow, ID: uint64(p.ID), Operator: o.ID, Shares: p.Shares, To: freeOf(p.Owner)})
	if p.Lien.Set {
		t.emit(Event{Kind: LienSet, Row: LotRow, ID: uint64(p.ID), Operator: p.Lien.Source, Amount: p.Lien.Initial})
	}
}

// enterLot puts a new lot into the tables.
func (t *tx) enterLot(p *Lot) {
	t.l.lots.Insert(p.ID, *p)
	t.l.index.lot(p, true)
	t.r.Lots = append(t.r.Lots, p.ID)
}

// part is what leaves a lot beside its shares.
type part struct {
	lien    Lien
	pointer Pointer // which is entered nowhere
}

// takeShares takes shares off a lot, with their parts of its lien and pointer, and
// deletes the lot when none are left. The pool is untouched.
func (t *tx) takeShares(id LotID, shares uint64) part {
	p := t.l.lots.Get(id)
	whole := shares == p.Shares
	out := part{lien: p.Lien.part(shares, p.Shares)}
	weight := partOf(p.Pointer.Weight, shares, p.Shares)
	t.setWeight(p, p.Pointer.Weight-weight)
	out.pointer = p.Pointer
	out.pointer.Weight = weight
	if whole {
		t.l.index.lot(p, false)
		t.l.lots.Remove(id)
		return out
	}
	p.Shares -= shares
	p.Lien.Initial -= out.lien.Initial
	return out
}

// enterPointer gives a lot that is not in the table yet the pointer of the part that it
// is made of.
func (t *tx) enterPointer(p *Lot, pointer Pointer) {
	if !pointer.Set {
		return
	}
	o := t.l.operators.Get(pointer.Operator)
	pointer.Index = o.Pointers.Index
	t.shiftPointerWeight(o, 0, pointer.Weight)
	p.Pointer = pointer
}

// part is the lien that goes with shares of total: its initial floored.
func (l Lien) part(shares, total uint64) Lien {
	l.Initial = partOf(l.Initial, shares, total)
	return l
}

// partOf is floor(amount * shares / total), for shares up to total.
func partOf(amount spec.Gwei, shares, total uint64) spec.Gwei {
	v, _ := u64.MulDiv(uint64(amount), shares, total)
	return spec.Gwei(v)
}

// payOut takes the tokens of shares out of the pool; their lot has been cut already.
// The last shares take everything.
func (t *tx) payOut(o *Operator, lot LotID, shares uint64, to Pot) spec.Gwei {
	before, tokens := o.Price(), o.value(shares)
	t.l.setPool(o, o.PoolTokens-tokens, o.PoolShares-shares, o.LiquidShares)
	t.emit(Event{Kind: Moved, Row: LotRow, ID: uint64(lot), From: poolOf(o.ID), To: to, Operator: o.ID,
		Amount: tokens, Shares: shares, Before: before, After: o.Price()})
	return tokens
}
