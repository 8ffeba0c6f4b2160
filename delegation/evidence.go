package delegation

import "github.com/stakesim/stakesim/spec"

// EvidenceSubmission files evidence of an infraction.
type EvidenceSubmission struct {
	Operator OperatorID `json:"operator"`
	Epoch    spec.Epoch `json:"epoch"` // of the infraction
}

// ProcessEvidence files evidence and jails the operator. The slash that names the
// evidence closes it; unclosed, it lapses when it is too old to be punished. An epoch
// in the future, or older than the unbonding period, gives [ErrEpoch].
func ProcessEvidence(l *Ledger, op EvidenceSubmission) (Receipt, error) {
	o, err := l.findOperator(op.Operator)
	if err != nil {
		return Receipt{}, err
	}
	if err := l.checkInfraction(op.Epoch); err != nil {
		return Receipt{}, err
	}
	if err := l.checkIDs(1); err != nil {
		return Receipt{}, err
	}
	t := l.begin("evidence")
	e := Evidence{ID: EvidenceID(t.newID()), Operator: o.ID, Epoch: op.Epoch}
	t.r.Evidence = append(t.r.Evidence, e.ID)
	l.evidence.Insert(e.ID, e)
	l.index.evidence(&e, true)
	t.emit(Event{Kind: EvidenceFiled, Row: EvidenceRow, ID: uint64(e.ID), Operator: o.ID})
	if !o.Jailed {
		t.emit(Event{Kind: OperatorJailed, Operator: o.ID})
	}
	o.Jailed = true
	o.JailedUntil = max(o.JailedUntil, l.epoch+spec.Epoch(l.config.JailTerm))
	return t.r, nil
}

// checkInfraction says whether an infraction at an epoch can still be punished.
func (l *Ledger) checkInfraction(h spec.Epoch) error {
	if h > l.epoch || l.epoch-h > spec.Epoch(l.config.UnbondingEpochs) {
		return spec.Aboutf("epoch", h, ErrEpoch, "now %d, %d back at most", l.epoch, l.config.UnbondingEpochs)
	}
	return nil
}

// closeEvidence removes evidence that has been answered or has lapsed.
func (t *tx) closeEvidence(e Evidence) {
	t.l.index.evidence(&e, false)
	t.l.evidence.Remove(e.ID)
}

// lapseEvidence drops evidence that no slash can answer any more.
func (t *tx) lapseEvidence() {
	var old []Evidence
	for e := range t.l.evidence.All() {
		if t.l.checkInfraction(e.Epoch) != nil {
			old = append(old, *e)
		}
	}
	for _, e := range old {
		t.closeEvidence(e)
		t.emit(Event{Kind: EvidenceLapsed, Row: EvidenceRow, ID: uint64(e.ID), Operator: e.Operator})
	}
}

// Unjail asks for an operator's release.
type Unjail struct {
	Owner    AccountID  `json:"owner"`
	Operator OperatorID `json:"operator"`
}

// ProcessUnjail releases an operator after its term, when no evidence is pending and
// its bond is the minimum.
func ProcessUnjail(l *Ledger, op Unjail) (Receipt, error) {
	o, err := l.ownOperator(op.Operator, op.Owner)
	if err != nil {
		return Receipt{}, err
	}
	switch {
	case o.Tombstoned:
		return Receipt{}, spec.About("operator", o.ID, ErrTombstoned)
	case !o.Jailed:
		return Receipt{}, spec.Aboutf("operator", o.ID, ErrJailed, "it is free")
	case l.epoch < o.JailedUntil:
		return Receipt{}, spec.Aboutf("operator", o.ID, ErrJailed, "until epoch %d", o.JailedUntil)
	case l.index.evidenceAt.Has(uint64(o.ID)):
		return Receipt{}, spec.Aboutf("operator", o.ID, ErrJailed, "evidence is pending")
	case o.Bond < l.config.MinBond:
		return Receipt{}, spec.Aboutf("bond", o.Bond, ErrMinimum, "bond of %d", l.config.MinBond)
	}
	t := l.begin("unjail")
	o.Jailed, o.JailedUntil = false, 0
	t.emit(Event{Kind: OperatorUnjailed, Operator: o.ID})
	return t.r, nil
}

// Tombstoning bars an operator for ever.
type Tombstoning struct {
	Operator OperatorID `json:"operator"`
}

// ProcessTombstoning bars an operator by hand; a [Slash] may do it by rule. Its
// delegators may leave, and it may exit.
func ProcessTombstoning(l *Ledger, op Tombstoning) (Receipt, error) {
	o, err := l.findOperator(op.Operator)
	if err != nil {
		return Receipt{}, err
	}
	if o.Tombstoned {
		return Receipt{}, spec.About("operator", o.ID, ErrTombstoned)
	}
	t := l.begin("tombstoning")
	t.tombstone(o)
	return t.r, nil
}

func (t *tx) tombstone(o *Operator) {
	if !o.Tombstoned {
		o.Tombstoned = true
		t.emit(Event{Kind: OperatorTombstoned, Operator: o.ID})
	}
}
