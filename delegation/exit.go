package delegation

import "github.com/stakesim/stakesim/spec"

// Exit takes an operator one stage further on its way out.
type Exit struct {
	Owner    uint64 `json:"owner"`
	Operator uint64 `json:"operator"`
}

// ProcessExit announces the exit; once the unbonding period has passed, unbonds
// every lot that is left, locked and tokenised ones included; then queues the
// bond. The record goes in the epoch in which nothing refers to it any more. A
// step before its time gives [ErrStage].
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
			return Receipt{}, aboutf("operator", o.ID, ErrStage, "delegators have until epoch %d", end)
		}
		lots := l.index.lotsAt.ids(1, o.ID)
		if err := l.checkIDs(uint64(len(lots))); err != nil {
			return Receipt{}, err
		}
		for _, id := range lots {
			p := l.lots.get(id)
			if p.Tokenised {
				t.unflag(p, o)
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
		return Receipt{}, aboutf("operator", o.ID, ErrStage, "the bond is leaving")
	}
	t.emit(Event{Kind: ExitStageReached, Operator: o.ID, Shares: uint64(o.Exit)})
	return t.r, nil
}

// leave clears what points to the operator and queues its bond.
func (t *tx) leave(o *Operator) {
	for _, id := range t.l.index.lotPointers.ids(1, o.ID) {
		t.clearLotPointer(t.l.lots.get(id))
	}
	for _, id := range t.l.index.walletPointers.ids(1, o.ID) {
		t.clearWalletPointer(t.l.accounts.get(id))
	}
	if o.Bond > 0 {
		t.queueBond(o, o.Bond)
	}
	t.l.index.operator(o, false)
	o.Exit = BondLeaving
	t.l.index.operator(o, true)
}

// dropRecords removes the records of operators that have left and that nothing
// refers to: no entry, lien, evidence or light position. Dust that reached the
// bond after it was queued goes to the owner.
func (t *tx) dropRecords() {
	x := &t.l.index
	for _, id := range x.leaving.ids(0) {
		if x.entriesAt.has(id) || x.liens.has(id) || x.evidenceAt.has(id) || x.lightsAt.has(id) {
			continue
		}
		o := t.l.operators.get(id)
		dust, owner := o.Bond, o.Owner
		t.move(Moved, Pot{PotBond, id}, Pot{PotFree, owner}, id, 0, dust)
		if dust > 0 {
			t.credit(owner, dust)
		}
		x.operator(o, false)
		t.l.operators.remove(id)
		t.emit(Event{Kind: OperatorRemoved, Operator: id})
	}
}
