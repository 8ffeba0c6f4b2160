package delegation

import (
	"github.com/stakesim/stakesim/delegation/internal/sorted"
	"github.com/stakesim/stakesim/spec"
)

// queue puts an amount that has left its pot already into the unbonding queue, as the
// entry u.ID.
func (t *tx) queue(u Unbonding) {
	u.Start = t.l.epoch
	u.Complete = u.Start + spec.Epoch(t.l.config.UnbondingEpochs)
	u.Balance = u.Initial
	t.l.unbondings.Insert(u.ID, u)
	t.l.index.unbonding(&u, true)
	t.r.Unbondings = append(t.r.Unbondings, u.ID)
}

// checkUnbonding says whether the owner may have one more unbonding entry with the
// operator, and whether an id is left for it.
func (l *Ledger) checkUnbonding(owner AccountID, operator OperatorID) error {
	n := l.index.unbondingsOf.Count(uint64(owner), uint64(operator), l.config.MaxUnbondingEntries)
	if n >= l.config.MaxUnbondingEntries {
		return spec.Aboutf("owner", owner, ErrEntryLimit, "%d at operator %d", n, operator)
	}
	return l.checkIDs(1)
}

// ProcessUnbondingQueue pays every entry that is complete in the current epoch to
// its owner. [ProcessEpoch] calls it.
func ProcessUnbondingQueue(l *Ledger) (Receipt, error) {
	if err := l.usable(); err != nil {
		return Receipt{}, err
	}
	t := l.begin("unbonding queue")
	t.payQueue()
	return t.r, nil
}

func (t *tx) payQueue() {
	var complete []Unbonding
	for u := range t.l.unbondings.All() {
		if u.Complete > t.l.epoch { // ids and completions ascend together
			break
		}
		complete = append(complete, *u)
	}
	for _, u := range complete {
		t.l.index.unbonding(&u, false)
		t.l.unbondings.Remove(u.ID)
		t.emit(Event{Kind: Moved, Row: UnbondingRow, ID: uint64(u.ID), From: unbondingOf(u.ID), To: freeOf(u.Owner), Operator: u.Operator, Amount: u.Balance})
		t.credit(u.Owner, u.Balance)
	}
}

// ProcessLienExpiry releases every lien that has ended in the current epoch.
// [ProcessEpoch] calls it.
func ProcessLienExpiry(l *Ledger) (Receipt, error) {
	if err := l.usable(); err != nil {
		return Receipt{}, err
	}
	t := l.begin("lien expiry")
	t.releaseLiens()
	return t.r, nil
}

func (t *tx) releaseLiens() {
	l := t.l
	for _, id := range sorted.UpTo[uint64](&l.index.lienEnds, uint64(l.epoch)) {
		lien, row := (*Lien)(nil), LotRow
		if p := l.lots.Get(LotID(id)); p != nil {
			lien = &p.Lien
		} else {
			lien, row = &l.unbondings.Get(UnbondingID(id)).Lien, UnbondingRow
		}
		l.index.lien(lien, id, false)
		t.emit(Event{Kind: LienReleased, Row: row, ID: id, Operator: lien.Source, Amount: lien.Initial})
		*lien = Lien{}
	}
}

// Cancellation puts an unbonding entry, or a part of one, back to work.
type Cancellation struct {
	Owner     AccountID   `json:"owner"`
	Unbonding UnbondingID `json:"unbonding"`
	Amount    spec.Gwei   `json:"amount"`
}

// ProcessCancellation returns a part of an entry to the operator that it came from: to
// the bond when it came from there, else as a new lot, which keeps its part of the
// lien. It is an admission, with the same refusals as a delegation.
func ProcessCancellation(l *Ledger, op Cancellation) (Receipt, error) {
	u, err := l.findUnbonding(op.Unbonding)
	if err != nil {
		return Receipt{}, err
	}
	if u.Owner != op.Owner {
		return Receipt{}, spec.Aboutf("owner", op.Owner, ErrOwner, "unbonding %d", u.ID)
	}
	o, err := l.openOperator(u.Operator)
	if err != nil {
		return Receipt{}, err
	}
	if err := l.checkMinimum(op.Amount); err != nil {
		return Receipt{}, err
	}
	if err := l.checkPart(op.Amount, u.Balance); err != nil {
		return Receipt{}, err
	}
	var shares uint64
	if !u.Bond {
		if shares, err = l.checkMint(o, op.Amount); err != nil {
			return Receipt{}, err
		}
	}
	t := l.begin("cancellation")
	from, bond, lot := unbondingOf(u.ID), u.Bond, Lot{Owner: u.Owner, Operator: o.ID, Shares: shares}
	lot.Lien = t.takeUnbonding(u, op.Amount)
	if bond {
		o.Bond += op.Amount
		t.move(Moved, from, bondOf(o.ID), o.ID, op.Amount)
		return t.r, nil
	}
	t.mintLot(from, lot, op.Amount)
	return t.r, nil
}

// takeUnbonding takes a part off an entry, with its part of the initial amount and of
// the lien, and deletes the entry when nothing is left.
func (t *tx) takeUnbonding(u *Unbonding, amount spec.Gwei) Lien {
	lien := u.Lien.part(uint64(amount), uint64(u.Balance))
	if amount == u.Balance {
		t.l.index.unbonding(u, false)
		t.l.unbondings.Remove(u.ID)
		return lien
	}
	u.Initial -= partOf(u.Initial, uint64(amount), uint64(u.Balance))
	u.Balance -= amount
	u.Lien.Initial -= lien.Initial
	t.emit(Event{Kind: UnbondingSplit, Row: UnbondingRow, ID: uint64(u.ID), Operator: u.Operator, Amount: amount})
	return lien
}
