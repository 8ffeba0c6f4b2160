package delegation

import (
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// Tokenisation flags a lot, or a part, as tokenised. With Amount and Shares both
// 0 it is the whole lot.
type Tokenisation struct {
	Owner  uint64    `json:"owner"`
	Lot    uint64    `json:"lot"`
	Amount spec.Gwei `json:"amount"`
	Shares uint64    `json:"shares"`
}

// ProcessTokenisation flags the lot; of a part it makes lot Created[0]. Nothing
// is minted: the lot stays in the pool and is slashed with it. The three liquid
// caps hold after it.
func ProcessTokenisation(l *Ledger, op Tokenisation) (Receipt, error) {
	p, err := l.ownLot(op.Lot, op.Owner)
	if err != nil {
		return Receipt{}, err
	}
	switch {
	case p.Locked:
		return Receipt{}, about("lot", p.ID, ErrLocked)
	case p.Tokenised:
		return Receipt{}, about("lot", p.ID, ErrTokenised)
	case p.Lien.Set:
		return Receipt{}, about("lot", p.ID, ErrLiened)
	}
	o, shares := l.operators.get(p.Operator), p.Shares
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
		lot.ID = t.newID()
		t.enterPointer(&lot, out.pointer)
		l.lots.insert(lot.ID, lot)
		l.index.lot(&lot, true)
		t.emit(Event{Kind: LotSplit, Operator: o.ID, Lot: id, NewLot: lot.ID, Shares: shares})
		id = lot.ID
	}
	t.emit(Event{Kind: LotTokenised, Operator: o.ID, Lot: id, Shares: shares})
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
		return aboutf("shares", shares, ErrLiquidCap, "%d of %d Gwei in all pools", total, l.heavy)
	case !c.LiquidOperatorCap.atMost(after.LiquidShares, o.PoolShares):
		return aboutf("shares", shares, ErrLiquidCap, "%d of %d shares of operator %d", after.LiquidShares, o.PoolShares, o.ID)
	case c.LiquidBondFactor == Off:
		return nil
	}
	// A limit of more than 64 bits is above anything that a pool can hold.
	limit, ok := u64.Mul(l.config.LiquidBondFactor, uint64(o.Bond))
	if ok && uint64(value) > limit {
		return aboutf("shares", shares, ErrLiquidCap, "%d Gwei for a bond of %d", value, o.Bond)
	}
	return nil
}

// Redemption makes a tokenised lot plain again.
type Redemption struct {
	Owner uint64 `json:"owner"`
	Lot   uint64 `json:"lot"`
}

// ProcessRedemption takes the flag off.
func ProcessRedemption(l *Ledger, op Redemption) (Receipt, error) {
	p, err := l.ownLot(op.Lot, op.Owner)
	if err != nil {
		return Receipt{}, err
	}
	if !p.Tokenised {
		return Receipt{}, about("lot", p.ID, ErrNotTokenised)
	}
	t := l.begin("redemption")
	t.unflag(p, l.operators.get(p.Operator))
	return t.r, nil
}

func (t *tx) unflag(p *Lot, o *Operator) {
	p.Tokenised = false
	t.l.setPool(o, o.PoolTokens, o.PoolShares, o.LiquidShares-p.Shares)
	t.emit(Event{Kind: LotRedeemed, Operator: o.ID, Lot: p.ID, Shares: p.Shares})
}

// Transfer hands a tokenised lot to another account.
type Transfer struct {
	Owner uint64 `json:"owner"`
	Lot   uint64 `json:"lot"`
	To    uint64 `json:"to"` // account
}

// ProcessTransfer changes the owner. A light pointer of the lot is paid and
// cleared; the new owner may set one.
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
		return Receipt{}, about("lot", p.ID, ErrNotTokenised)
	case op.To == op.Owner:
		return Receipt{}, about("to", op.To, ErrSelf)
	}
	t := l.begin("transfer")
	t.clearLotPointer(p)
	l.index.lot(p, false)
	p.Owner = op.To
	l.index.lot(p, true)
	t.emit(Event{Kind: LotTransferred, Operator: p.Operator, Lot: p.ID, Shares: p.Shares, From: Pot{PotFree, op.Owner}, To: Pot{PotFree, op.To}})
	return t.r, nil
}
