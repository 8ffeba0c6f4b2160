package delegation

import (
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// Tokenisation flags a lot, or a part of one, as tokenised. With Amount and Shares both
// 0 it is the whole lot.
type Tokenisation struct {
	Owner  AccountID `json:"owner"`
	Lot    LotID     `json:"lot"`
	Amount spec.Gwei `json:"amount"`
	Shares uint64    `json:"shares"`
}

// ProcessTokenisation flags the lot; a part of it becomes a new lot. Nothing is minted:
// the lot stays in the pool and is slashed with it. The three liquid caps hold after
// it.
func ProcessTokenisation(l *Ledger, op Tokenisation) (Receipt, error) {
	p, err := l.ownLot(op.Lot, op.Owner)
	if err != nil {
		return Receipt{}, err
	}
	switch {
	case p.Locked:
		return Receipt{}, spec.About("lot", p.ID, ErrLocked)
	case p.Tokenised:
		return Receipt{}, spec.About("lot", p.ID, ErrTokenised)
	case p.Lien.Set:
		return Receipt{}, spec.About("lot", p.ID, ErrLiened)
	}
	o, shares := l.operators.Get(p.Operator), p.Shares
	if op.Amount != 0 || op.Shares != 0 {
		if shares, err = l.checkShares(p, o, op.Amount, op.Shares); err != nil {
			return Receipt{}, err
		}
	}
	if err := l.checkLiquid(o, shares); err != nil {
		return Receipt{}, err
	}
	if err := l.checkIDs(1); err != nil {
		return Receipt{}, err
	}
	t := l.begin("tokenisation")
	l.setPool(o, o.PoolTokens, o.PoolShares, o.LiquidShares+shares)
	id := p.ID
	if shares == p.Shares {
		p.Tokenised = true
	} else {
		lot := Lot{Owner: p.Owner, Operator: o.ID, Shares: shares, Tokenised: true}
		out := t.takeShares(id, shares)
		lot.ID = LotID(t.newID())
		t.enterPointer(&lot, out.pointer)
		t.enterLot(&lot)
		t.emit(Event{Kind: LotSplit, Row: LotRow, ID: uint64(id), NewLot: lot.ID, Operator: o.ID, Shares: shares})
		id = lot.ID
	}
	t.emit(Event{Kind: LotTokenised, Row: LotRow, ID: uint64(id), Operator: o.ID, Shares: shares})
	return t.r, nil
}

// checkLiquid says whether so many shares more may be tokenised.
func (l *Ledger) checkLiquid(o *Operator, shares uint64) error {
	after := *o
	after.LiquidShares += shares
	value := after.liquidValue()
	total := l.liquid - o.liquidValue() + value
	switch c := &l.config; {
	case !c.LiquidCap.atMost(uint64(total), uint64(l.heavy)):
		return spec.Aboutf("shares", shares, ErrLiquidCap, "%d of %d Gwei in all pools", total, l.heavy)
	case !c.LiquidOperatorCap.atMost(after.LiquidShares, o.PoolShares):
		return spec.Aboutf("shares", shares, ErrLiquidCap, "%d of %d shares of operator %d", after.LiquidShares, o.PoolShares, o.ID)
	case c.LiquidBondFactor == Off:
		return nil
	}
	// A limit of more than 64 bits is above anything that a pool can hold.
	limit, ok := u64.Mul(l.config.LiquidBondFactor, uint64(o.Bond))
	if ok && uint64(value) > limit {
		return spec.Aboutf("shares", shares, ErrLiquidCap, "%d Gwei for a bond of %d", value, o.Bond)
	}
	return nil
}

// Redemption makes a tokenised lot plain again.
type Redemption struct {
	Owner AccountID `json:"owner"`
	Lot   LotID     `json:"lot"`
}

// ProcessRedemption takes the flag off.
func ProcessRedemption(l *Ledger, op Redemption) (Receipt, error) {
	p, err := l.ownLot(op.Lot, op.Owner)
	if err != nil {
		return Receipt{}, err
	}
	if !p.Tokenised {
		return Receipt{}, spec.About("lot", p.ID, ErrNotTokenised)
	}
	t := l.begin("redemption")
	t.redeem(p, l.operators.Get(p.Operator))
	return t.r, nil
}

func (t *tx) redeem(p *Lot, o *Operator) {
	p.Tokenised = false
	t.l.setPool(o, o.PoolTokens, o.PoolShares, o.LiquidShares-p.Shares)
	t.emit(Event{Kind: LotRedeemed, Row: LotRow, ID: uint64(p.ID), Operator: o.ID, Shares: p.Shares})
}

// Transfer hands a tokenised lot to another account.
type Transfer struct {
	Owner AccountID `json:"owner"`
	Lot   LotID     `json:"lot"`
	To    AccountID `json:"to"`
}

// ProcessTransfer changes the owner. What a pointer of the lot has earned is paid, and
// the pointer cleared; the new owner may set one.
func ProcessTransfer(l *Ledger, op Transfer) (Receipt, error) {
	p, err := l.ownLot(op.Lot, op.Owner)
	if err != nil {
		return Receipt{}, err
	}
	if _, err := l.findAccount(op.To); err != nil {
		return Receipt{}, err
	}
	switch {
	case !p.Tokenised:
		return Receipt{}, spec.About("lot", p.ID, ErrNotTokenised)
	case op.To == op.Owner:
		return Receipt{}, spec.About("to", op.To, ErrSelf)
	}
	t := l.begin("transfer")
	t.clearLotPointer(p)
	l.index.lot(p, false)
	p.Owner = op.To
	l.index.lot(p, true)
	t.emit(Event{Kind: LotTransferred, Row: LotRow, ID: uint64(p.ID), Operator: p.Operator, Shares: p.Shares, From: freeOf(op.Owner), To: freeOf(op.To)})
	return t.r, nil
}

// LotPointer lends the weight of a heavy lot to an operator's light duty, or with
// Clear takes it back.
type LotPointer struct {
	Owner    AccountID  `json:"owner"`
	Lot      LotID      `json:"lot"`
	Operator OperatorID `json:"operator"` // target
	Clear    bool       `json:"clear"`
}

// ProcessLotPointer sets, changes or clears the pointer of a heavy lot, after its
// owner has been paid what it earned. It counts from the next weight snapshot.
func ProcessLotPointer(l *Ledger, op LotPointer) (Receipt, error) {
	p, err := l.ownLot(op.Lot, op.Owner)
	if err != nil {
		return Receipt{}, err
	}
	if err := l.checkPointer(&p.Pointer, op.Operator, op.Clear); err != nil {
		return Receipt{}, err
	}
	t := l.begin("lot pointer")
	t.clearLotPointer(p)
	if op.Clear {
		return t.r, nil
	}
	o := l.operators.Get(op.Operator)
	l.index.lot(p, false)
	p.Pointer = Pointer{Set: true, Operator: o.ID, Index: o.Pointers.Index}
	l.index.lot(p, true)
	t.emit(Event{Kind: PointerSet, Row: LotRow, ID: uint64(p.ID), Operator: o.ID})
	return t.r, nil
}

func (t *tx) clearLotPointer(p *Lot) {
	if !p.Pointer.Set {
		return
	}
	t.setWeight(p, 0)
	t.l.index.lot(p, false)
	t.emit(Event{Kind: PointerCleared, Row: LotRow, ID: uint64(p.ID), Operator: p.Pointer.Operator})
	p.Pointer = Pointer{}
	t.l.index.lot(p, true)
}
