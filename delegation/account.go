package delegation

import (
	"github.com/stakesim/stakesim/spec"
)

// Opening brings Gwei in from outside, into a new account.
type Opening struct {
	Amount spec.Gwei `json:"amount"`
}

// ProcessOpening opens an account. An amount of zero is allowed. It fails with
// [ErrBound] at 2^57 Gwei in all.
func ProcessOpening(l *Ledger, op Opening) (Receipt, error) {
	if err := l.checkSupply(op.Amount); err != nil {
		return Receipt{}, err
	}
	if err := l.checkIDs(1); err != nil {
		return Receipt{}, err
	}
	t := l.begin("opening")
	id := AccountID(t.newID())
	t.r.Accounts = append(t.r.Accounts, id)
	l.genesis += op.Amount
	l.accounts.Insert(id, Account{ID: id, Free: op.Amount})
	t.emit(Event{Kind: AccountOpened, To: freeOf(id)})
	t.move(Moved, Pot{Kind: PotOutside}, freeOf(id), 0, op.Amount)
	return t.r, nil
}

// Payment moves free balance between accounts.
type Payment struct {
	From   AccountID `json:"from"`
	To     AccountID `json:"to"`
	Amount spec.Gwei `json:"amount"`
}

// ProcessPayment pays. What leaves a wallet with a pointer stops counting at once, and
// what enters one counts from the next snapshot, so that nothing counts twice.
func ProcessPayment(l *Ledger, op Payment) (Receipt, error) {
	if _, err := l.payer(op.From, op.Amount); err != nil {
		return Receipt{}, err
	}
	if _, err := l.findAccount(op.To); err != nil {
		return Receipt{}, err
	}
	switch {
	case op.Amount == 0:
		return Receipt{}, spec.About("amount", op.Amount, ErrAmount)
	case op.From == op.To:
		return Receipt{}, spec.About("to", op.To, ErrSelf)
	}
	t := l.begin("payment")
	t.debit(op.From, op.Amount)
	t.credit(op.To, op.Amount)
	t.move(Moved, freeOf(op.From), freeOf(op.To), 0, op.Amount)
	return t.r, nil
}

// WalletPointer lends the free balance of an account to an operator's light duty, or
// with Clear takes it back. The balance stays free.
type WalletPointer struct {
	Owner    AccountID  `json:"owner"`
	Operator OperatorID `json:"operator"` // target
	Clear    bool       `json:"clear"`
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
	o := l.operators.Get(op.Operator)
	a.Pointer = Pointer{Set: true, Operator: o.ID, Index: o.Pointers.Index}
	l.index.account(a, true)
	t.emit(Event{Kind: PointerSet, Operator: o.ID, To: freeOf(a.ID)})
	return t.r, nil
}

func (t *tx) clearWalletPointer(a *Account) {
	if !a.Pointer.Set {
		return
	}
	t.reweigh(a, a.Free, 0)
	t.l.index.account(a, false)
	t.emit(Event{Kind: PointerCleared, Operator: a.Pointer.Operator, To: freeOf(a.ID)})
	a.Pointer = Pointer{}
}

// checkPointer says whether a pointer may be set to the operator, or cleared.
func (l *Ledger) checkPointer(p *Pointer, operator OperatorID, clear bool) error {
	if clear {
		if !p.Set {
			return spec.About("clear", operator, ErrNothing)
		}
		return nil
	}
	_, err := l.openOperator(operator)
	if err == nil && p.Set && p.Operator == operator {
		err = spec.About("operator", operator, ErrSelf)
	}
	return err
}
