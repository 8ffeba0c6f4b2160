package delegation

// LotPointer directs the weight of a heavy lot to an operator's light duty, or
// with Clear takes it back.
type LotPointer struct {
	Owner    uint64 `json:"owner"`
	Lot      uint64 `json:"lot"`
	Operator uint64 `json:"operator"` // target
	Clear    bool   `json:"clear"`
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
	o := l.operators.get(op.Operator)
	l.index.lot(p, false)
	p.Pointer = Pointer{Set: true, Operator: o.ID, Index: o.Pointers.Index}
	l.index.lot(p, true)
	t.emit(Event{Kind: PointerSet, Operator: o.ID, Lot: p.ID})
	return t.r, nil
}

// checkPointer says whether a pointer may be set to the operator, or cleared.
func (l *Ledger) checkPointer(p *Pointer, operator uint64, clear bool) error {
	if clear {
		if !p.Set {
			return about("clear", operator, ErrNothing)
		}
		return nil
	}
	_, err := l.openOperator(operator)
	if err == nil && p.Set && p.Operator == operator {
		err = about("operator", operator, ErrSelf)
	}
	return err
}

func (t *tx) clearLotPointer(p *Lot) {
	if !p.Pointer.Set {
		return
	}
	t.setWeight(p, 0)
	t.l.index.lot(p, false)
	t.emit(Event{Kind: PointerCleared, Operator: p.Pointer.Operator, Lot: p.ID})
	p.Pointer = Pointer{}
	t.l.index.lot(p, true)
}

// WalletPointer directs the free balance of an account to an operator's light
// duty, or with Clear takes it back. The balance stays free.
type WalletPointer struct {
	Owner    uint64 `json:"owner"`    // account
	Operator uint64 `json:"operator"` // target
	Clear    bool   `json:"clear"`
}

// ProcessWalletPointer sets, changes or clears the pointer of an account. It counts
// from the next weight snapshot, with min(snapshot, free balance).
func ProcessWalletPointer(l *Ledger, op WalletPointer) (Receipt, error) {
	a, err := l.findAccount(op.Owner)
	if err != nil {
		return Receipt{}, err
	}
	if err := l.checkPointer(&a.Pointer, op.Operator, op.Clear); err != nil {
		return Receipt{}, err
	}
	t := l.begin("wallet pointer")
	t.clearWalletPointer(a)
	if op.Clear {
		return t.r, nil
	}
	o := l.operators.get(op.Operator)
	a.Pointer = Pointer{Set: true, Operator: o.ID, Index: o.Pointers.Index}
	l.index.account(a, true)
	t.emit(Event{Kind: PointerSet, Operator: o.ID, To: Pot{PotFree, a.ID}})
	return t.r, nil
}

func (t *tx) clearWalletPointer(a *Account) {
	if !a.Pointer.Set {
		return
	}
	t.reweigh(a, a.Free, 0)
	t.l.index.account(a, false)
	t.emit(Event{Kind: PointerCleared, Operator: a.Pointer.Operator, To: Pot{PotFree, a.ID}})
	a.Pointer = Pointer{}
}
