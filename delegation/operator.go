package delegation

import (
	"github.com/stakesim/stakesim/delegation/internal/sorted"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// Registration makes the owner of an account an operator.
type Registration struct {
	Owner        AccountID `json:"owner"`
	Bond         spec.Gwei `json:"bond"`
	Commission   Parts     `json:"commission"`
	CostPerEpoch spec.Gwei `json:"cost_per_epoch"`
}

// ProcessRegistration registers an operator, and buys the configured locked shares at
// one Gwei each as a lot, when there are any.
func ProcessRegistration(l *Ledger, op Registration) (Receipt, error) {
	if err := l.usable(); err != nil {
		return Receipt{}, err
	}
	locked := spec.Gwei(l.config.MinLockedShares)
	need, ok := u64.Add(op.Bond, locked)
	if !ok {
		return Receipt{}, spec.About("bond", op.Bond, ErrBound)
	}
	if _, err := l.payer(op.Owner, need); err != nil {
		return Receipt{}, err
	}
	switch {
	case op.Bond < l.config.MinBond:
		return Receipt{}, spec.Aboutf("bond", op.Bond, ErrMinimum, "bond of %d", l.config.MinBond)
	case op.Commission > l.config.CommissionMax:
		return Receipt{}, spec.Aboutf("commission", op.Commission, ErrCommission, "of %d", l.config.CommissionMax)
	case op.CostPerEpoch >= MaxSupply:
		return Receipt{}, spec.About("cost per epoch", op.CostPerEpoch, ErrBound)
	}
	if err := l.checkLeverage(op.Bond, locked); err != nil {
		return Receipt{}, err
	}
	if err := l.checkIDs(2); err != nil {
		return Receipt{}, err
	}
	t := l.begin("registration")
	id := OperatorID(t.newID())
	t.r.Operators = append(t.r.Operators, id)
	t.debit(op.Owner, need)
	l.operators.Insert(id, Operator{ID: id, Owner: op.Owner, Bond: op.Bond, Commission: op.Commission, CostPerEpoch: op.CostPerEpoch})
	t.emit(Event{Kind: OperatorRegistered, Operator: id, To: freeOf(op.Owner)})
	t.move(Moved, freeOf(op.Owner), bondOf(id), id, op.Bond)
	if locked > 0 {
		t.mintLot(freeOf(op.Owner), Lot{Owner: op.Owner, Operator: id, Shares: uint64(locked), Locked: true}, locked)
	}
	return t.r, nil
}

// BondDeposit adds to an operator's bond from its owner's account.
type BondDeposit struct {
	Owner    AccountID  `json:"owner"`
	Operator OperatorID `json:"operator"`
	Amount   spec.Gwei  `json:"amount"`
}

// ProcessBondDeposit adds to the bond. A jailed operator may do so, in order to come
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
		return Receipt{}, spec.About("amount", op.Amount, ErrAmount)
	case o.Tombstoned:
		return Receipt{}, spec.About("operator", o.ID, ErrTombstoned)
	case o.Exit != Active:
		return Receipt{}, spec.About("operator", o.ID, ErrExiting)
	}
	t := l.begin("bond deposit")
	t.debit(op.Owner, op.Amount)
	o.Bond += op.Amount
	t.move(Moved, freeOf(op.Owner), bondOf(o.ID), o.ID, op.Amount)
	return t.r, nil
}

// BondWithdrawal takes from an operator's bond through the unbonding queue.
type BondWithdrawal struct {
	Owner    AccountID  `json:"owner"`
	Operator OperatorID `json:"operator"`
	Amount   spec.Gwei  `json:"amount"`
}

// ProcessBondWithdrawal queues a part of the bond as a new unbonding entry. What is
// left must be the minimum bond and, in reject mode, carry the delegated stake; the
// whole bond leaves with [ProcessExit].
func ProcessBondWithdrawal(l *Ledger, op BondWithdrawal) (Receipt, error) {
	o, err := l.ownOperator(op.Operator, op.Owner)
	if err != nil {
		return Receipt{}, err
	}
	switch {
	case op.Amount == 0 || op.Amount > o.Bond:
		return Receipt{}, spec.Aboutf("amount", op.Amount, ErrAmount, "bond is %d", o.Bond)
	case o.Bond-op.Amount < l.config.MinBond:
		return Receipt{}, spec.Aboutf("amount", op.Amount, ErrMinimum, "leaves %d of a bond of %d", o.Bond-op.Amount, l.config.MinBond)
	case o.Exit != Active:
		return Receipt{}, spec.About("operator", o.ID, ErrExiting)
	}
	if err := l.checkLeverage(o.Bond-op.Amount, o.PoolTokens); err != nil {
		return Receipt{}, err
	}
	if err := l.checkUnbonding(op.Owner, o.ID); err != nil {
		return Receipt{}, err
	}
	t := l.begin("bond withdrawal")
	t.queueBond(o, op.Amount)
	return t.r, nil
}

// queueBond moves a part of the bond into the unbonding queue.
func (t *tx) queueBond(o *Operator, amount spec.Gwei) {
	id := UnbondingID(t.newID())
	o.Bond -= amount
	t.queue(Unbonding{ID: id, Owner: o.Owner, Operator: o.ID, Initial: amount, Bond: true})
	t.move(Moved, bondOf(o.ID), unbondingOf(id), o.ID, amount)
}

// CommissionChange announces or makes a change of commission.
type CommissionChange struct {
	Owner      AccountID  `json:"owner"`
	Operator   OperatorID `json:"operator"`
	Commission Parts      `json:"commission"`
}

// ProcessCommissionChange lowers the commission at once, or announces a rise that
// takes effect after the configured delay; either replaces a pending change.
func ProcessCommissionChange(l *Ledger, op CommissionChange) (Receipt, error) {
	o, err := l.ownOperator(op.Operator, op.Owner)
	if err != nil {
		return Receipt{}, err
	}
	if op.Commission > l.config.CommissionMax {
		return Receipt{}, spec.Aboutf("commission", op.Commission, ErrCommission, "of %d", l.config.CommissionMax)
	}
	t := l.begin("commission change")
	l.index.operator(o, false)
	o.CommissionPending, o.PendingCommission, o.PendingCommissionEpoch = false, 0, 0
	if op.Commission <= o.Commission {
		t.setCommission(o, op.Commission)
	} else {
		o.CommissionPending, o.PendingCommission = true, op.Commission
		o.PendingCommissionEpoch = l.epoch + spec.Epoch(l.config.CommissionDelay)
	}
	l.index.operator(o, true)
	return t.r, nil
}

func (t *tx) setCommission(o *Operator, commission Parts) {
	o.Commission = commission
	t.emit(Event{Kind: CommissionChanged, Operator: o.ID, Commission: uint32(commission)}) // at most One
}

// Exit takes an operator one stage further on its way out.
type Exit struct {
	Owner    AccountID  `json:"owner"`
	Operator OperatorID `json:"operator"`
}

// ProcessExit announces the exit; once the unbonding period has passed, it unbonds
// every lot that is left, locked and tokenised ones included; then it queues the bond.
// The record is removed in the epoch in which nothing refers to it any more. A step
// before its time gives [ErrStage].
func ProcessExit(l *Ledger, op Exit) (Receipt, error) {
	o, err := l.ownOperator(op.Operator, op.Owner)
	if err != nil {
		return Receipt{}, err
	}
	t := l.begin("exit")
	switch o.Exit {
	case Active:
		o.Exit, o.ExitEpoch = Announced, l.epoch
	case Announced:
		if end := o.ExitEpoch + spec.Epoch(l.config.UnbondingEpochs); l.epoch < end {
			return Receipt{}, spec.Aboutf("operator", o.ID, ErrStage, "delegators have until epoch %d", end)
		}
		lots := sorted.Column[LotID](&l.index.lotsAt, 1, uint64(o.ID))
		if err := l.checkIDs(uint64(len(lots))); err != nil {
			return Receipt{}, err
		}
		for _, id := range lots {
			p := l.lots.Get(id)
			if p.Tokenised {
				t.redeem(p, o)
			}
			t.undelegate(p, o, p.Shares)
		}
		o.Exit = PoolClosed
	case PoolClosed:
		if err := l.checkIDs(1); err != nil {
			return Receipt{}, err
		}
		t.leave(o)
	default:
		return Receipt{}, spec.Aboutf("operator", o.ID, ErrStage, "the bond is leaving")
	}
	t.emit(Event{Kind: ExitStageReached, Operator: o.ID, Stage: o.Exit})
	return t.r, nil
}

// leave clears what points to the operator and queues its bond.
func (t *tx) leave(o *Operator) {
	for _, id := range sorted.Column[LotID](&t.l.index.lotPointers, 1, uint64(o.ID)) {
		t.clearLotPointer(t.l.lots.Get(id))
	}
	for _, id := range sorted.Column[AccountID](&t.l.index.walletPointers, 1, uint64(o.ID)) {
		t.clearWalletPointer(t.l.accounts.Get(id))
	}
	if o.Bond > 0 {
		t.queueBond(o, o.Bond)
	}
	t.l.index.operator(o, false)
	o.Exit = BondLeaving
	t.l.index.operator(o, true)
}

// removeOperators removes the records of operators that have left and that nothing
// refers to: no unbonding entry, lien, evidence or light position. Gwei that reached
// the bond after it was queued go to the owner.
func (t *tx) removeOperators() {
	x := &t.l.index
	for _, id := range sorted.Column[OperatorID](&x.leaving, 0) {
		if x.unbondingsAt.Has(uint64(id)) || x.liens.Has(uint64(id)) || x.evidenceAt.Has(uint64(id)) || x.lightsAt.Has(uint64(id)) {
			continue
		}
		o := t.l.operators.Get(id)
		dust, owner := o.Bond, o.Owner
		t.move(Moved, bondOf(id), freeOf(owner), id, dust)
		if dust > 0 {
			t.credit(owner, dust)
		}
		x.operator(o, false)
		t.l.operators.Remove(id)
		t.emit(Event{Kind: OperatorRemoved, Operator: id})
	}
}
