package delegation

import (
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// Opening brings Gwei in from outside into a new account.
type Opening struct {
	Amount spec.Gwei `json:"amount"`
}

// ProcessOpening opens an account; its id is Created[0]. An amount of zero is
// allowed. It fails with [ErrBound] at 2^57 Gwei in all.
func ProcessOpening(l *Ledger, op Opening) (Receipt, error) {
	if err := l.checkSupply(op.Amount); err != nil {
		return Receipt{}, err
	}
	if err := l.checkIDs(1); err != nil {
		return Receipt{}, err
	}
	t := l.begin("opening")
	id := t.newID()
	l.genesis += op.Amount
	l.accounts.insert(id, Account{ID: id, Free: op.Amount})
	t.emit(Event{Kind: AccountOpened, To: Pot{PotFree, id}})
	t.move(Moved, Pot{Kind: PotOutside}, Pot{PotFree, id}, 0, 0, op.Amount)
	return t.r, nil
}

// Payment moves free balance between accounts.
type Payment struct {
	From   uint64    `json:"from"`
	To     uint64    `json:"to"`
	Amount spec.Gwei `json:"amount"`
}

// ProcessPayment pays. What leaves a wallet with a pointer stops counting at once;
// what enters one counts from the next snapshot, so nothing counts twice.
func ProcessPayment(l *Ledger, op Payment) (Receipt, error) {
	if _, err := l.payer(op.From, op.Amount); err != nil {
		return Receipt{}, err
	}
	if _, err := l.findAccount(op.To); err != nil {
		return Receipt{}, err
	}
	switch {
	case op.Amount == 0:
		return Receipt{}, about("amount", 0, ErrAmount)
	case op.From == op.To:
		return Receipt{}, about("to", op.To, ErrSelf)
	}
	t := l.begin("payment")
	t.debit(op.From, op.Amount)
	t.credit(op.To, op.Amount)
	t.move(Moved, Pot{PotFree, op.From}, Pot{PotFree, op.To}, 0, 0, op.Amount)
	return t.r, nil
}

// Registration makes an account's owner an operator.
type Registration struct {
	Owner        uint64    `json:"owner"` // account
	Bond         spec.Gwei `json:"bond"`
	Commission   Parts     `json:"commission"`
	CostPerEpoch spec.Gwei `json:"cost_per_epoch"`
}

// ProcessRegistration registers an operator, Created[0], and buys the configured
// locked shares at one Gwei each, Created[1] when there are any.
func ProcessRegistration(l *Ledger, op Registration) (Receipt, error) {
	if err := l.usable(); err != nil {
		return Receipt{}, err
	}
	locked := spec.Gwei(l.config.MinLockedShares)
	need, ok := u64.Add(op.Bond, locked)
	if !ok {
		return Receipt{}, about("bond", uint64(op.Bond), ErrBound)
	}
	if _, err := l.payer(op.Owner, need); err != nil {
		return Receipt{}, err
	}
	switch {
	case op.Bond < l.config.MinBond:
		return Receipt{}, aboutf("bond", uint64(op.Bond), ErrMinimum, "bond of %d", l.config.MinBond)
	case op.Commission > l.config.CommissionMax:
		return Receipt{}, aboutf("commission", uint64(op.Commission), ErrCommission, "of %d", l.config.CommissionMax)
	case op.CostPerEpoch >= MaxSupply:
		return Receipt{}, about("cost per epoch", uint64(op.CostPerEpoch), ErrBound)
	}
	if err := l.checkLeverage(op.Bond, locked); err != nil {
		return Receipt{}, err
	}
	if err := l.checkIDs(2); err != nil {
		return Receipt{}, err
	}
	t := l.begin("registration")
	id := t.newID()
	t.debit(op.Owner, need)
	l.operators.insert(id, Operator{ID: id, Owner: op.Owner, Bond: op.Bond, Commission: op.Commission, CostPerEpoch: op.CostPerEpoch})
	t.emit(Event{Kind: OperatorRegistered, Operator: id, To: Pot{PotFree, op.Owner}})
	t.move(Moved, Pot{PotFree, op.Owner}, Pot{PotBond, id}, id, 0, op.Bond)
	if locked > 0 {
		t.mintLot(Pot{PotFree, op.Owner}, Lot{Owner: op.Owner, Operator: id, Shares: uint64(locked), Locked: true}, locked)
	}
	return t.r, nil
}

// checkLeverage refuses delegated stake above the cap, in reject mode.
func (l *Ledger) checkLeverage(bond, delegated spec.Gwei) error {
	if limit := l.config.LeverageCap.of(bond); l.config.LeverageMode == Reject && delegated > limit {
		return aboutf("delegated", uint64(delegated), ErrLeverage, "%d for a bond of %d", limit, bond)
	}
	return nil
}

// BondDeposit adds to an operator's bond from its owner's account.
type BondDeposit struct {
	Owner    uint64    `json:"owner"`
	Operator uint64    `json:"operator"`
	Amount   spec.Gwei `json:"amount"`
}

// ProcessBondDeposit adds to the bond. A jailed operator may, so that it can come
// back; one that is tombstoned or exiting may not.
func ProcessBondDeposit(l *Ledger, op BondDeposit) (Receipt, error) {
	o, err := l.ownOperator(op.Operator, op.Owner)
	if err != nil {
		return Receipt{}, err
	}
	if _, err := l.payer(op.Owner, op.Amount); err != nil {
		return Receipt{}, err
	}
	switch {
	case op.Amount == 0:
		return Receipt{}, about("amount", 0, ErrAmount)
	case o.Tombstoned:
		return Receipt{}, about("operator", o.ID, ErrTombstoned)
	case o.Exit != Active:
		return Receipt{}, about("operator", o.ID, ErrExiting)
	}
	t := l.begin("bond deposit")
	t.debit(op.Owner, op.Amount)
	o.Bond += op.Amount
	t.move(Moved, Pot{PotFree, op.Owner}, Pot{PotBond, o.ID}, o.ID, 0, op.Amount)
	return t.r, nil
}

// BondWithdrawal takes from an operator's bond through the unbonding queue.
type BondWithdrawal struct {
	Owner    uint64    `json:"owner"`
	Operator uint64    `json:"operator"`
	Amount   spec.Gwei `json:"amount"`
}

// ProcessBondWithdrawal queues a part of the bond as entry Created[0]. What is
// left must be the minimum bond and, in reject mode, carry the delegated stake;
// the whole bond leaves with [ProcessExit].
func ProcessBondWithdrawal(l *Ledger, op BondWithdrawal) (Receipt, error) {
	o, err := l.ownOperator(op.Operator, op.Owner)
	if err != nil {
		return Receipt{}, err
	}
	switch {
	case op.Amount == 0 || op.Amount > o.Bond:
		return Receipt{}, aboutf("amount", uint64(op.Amount), ErrAmount, "bond is %d", o.Bond)
	case o.Bond-op.Amount < l.config.MinBond:
		return Receipt{}, aboutf("amount", uint64(op.Amount), ErrMinimum, "leaves %d of a bond of %d", o.Bond-op.Amount, l.config.MinBond)
	case o.Exit != Active:
		return Receipt{}, about("operator", o.ID, ErrExiting)
	}
	if err := l.checkLeverage(o.Bond-op.Amount, o.PoolTokens); err != nil {
		return Receipt{}, err
	}
	if err := l.checkEntry(op.Owner, o.ID); err != nil {
		return Receipt{}, err
	}
	t := l.begin("bond withdrawal")
	t.queueBond(o, op.Amount)
	return t.r, nil
}

// queueBond moves a part of the bond into the queue.
func (t *tx) queueBond(o *Operator, amount spec.Gwei) {
	id := t.newID()
	o.Bond -= amount
	t.queue(Unbonding{ID: id, Owner: o.Owner, Operator: o.ID, Initial: amount, Bond: true})
	t.move(Moved, Pot{PotBond, o.ID}, Pot{PotUnbonding, id}, o.ID, 0, amount)
}

// checkEntry says whether the owner may have one more entry at the operator, and
// whether an id is left for it.
func (l *Ledger) checkEntry(owner, operator uint64) error {
	n := l.index.entriesOf.count(owner, operator, l.config.MaxUnbondingEntries)
	if n >= l.config.MaxUnbondingEntries {
		return aboutf("owner", owner, ErrEntryLimit, "%d at operator %d", n, operator)
	}
	return l.checkIDs(1)
}

// CommissionChange announces or makes a change of commission.
type CommissionChange struct {
	Owner      uint64 `json:"owner"`
	Operator   uint64 `json:"operator"`
	Commission Parts  `json:"commission"`
}

// ProcessCommissionChange lowers the commission at once, or announces a rise that
// takes effect after the configured delay; either replaces a pending change.
func ProcessCommissionChange(l *Ledger, op CommissionChange) (Receipt, error) {
	o, err := l.ownOperator(op.Operator, op.Owner)
	if err != nil {
		return Receipt{}, err
	}
	if op.Commission > l.config.CommissionMax {
		return Receipt{}, aboutf("commission", uint64(op.Commission), ErrCommission, "of %d", l.config.CommissionMax)
	}
	t := l.begin("commission change")
	l.index.operator(o, false)
	o.CommissionPending, o.PendingCommission, o.PendingCommissionEpoch = false, 0, 0
	if op.Commission <= o.Commission {
		o.Commission = op.Commission
		t.emit(Event{Kind: CommissionChanged, Operator: o.ID, Shares: uint64(o.Commission)})
	} else {
		o.CommissionPending, o.PendingCommission = true, op.Commission
		o.PendingCommissionEpoch = l.epoch + spec.Epoch(l.config.CommissionDelay)
	}
	l.index.operator(o, true)
	return t.r, nil
}
