package delegation

import (
	"cmp"
	"iter"
	"slices"

	"github.com/stakesim/stakesim/delegation/internal/sorted"
	"github.com/stakesim/stakesim/spec"
)

// Slashing is a batch of slashes.
type Slashing struct {
	Slashes []Slash `json:"slashes"`
}

// ProcessSlashing applies a batch of slashes. All are computed from the state before
// the batch, so that their order does not matter. A bad item is skipped and reported
// in the receipt; two items of the same id are both skipped. A batch has no fault of
// its own: the error is nil for every ledger.
func ProcessSlashing(l *Ledger, op Slashing) (Receipt, error) {
	if err := l.usable(); err != nil {
		return Receipt{}, err
	}
	t := l.begin("slashing")
	t.slash(op.Slashes)
	return t.r, nil
}

// PreviewSlashing returns what [ProcessSlashing] would do now, and changes nothing.
func PreviewSlashing(l *Ledger, op Slashing) SlashOutcome {
	good, skipped := l.checkSlashes(op.Slashes)
	out := planSlashes(l, good).outcome()
	out.Skipped = skipped
	return out
}

// checkSlashes returns the valid slashes by ascending id, and the items to be skipped.
func (l *Ledger) checkSlashes(slashes []Slash) (good []Slash, skipped []ItemError) {
	seen := make(map[SlashID]int, len(slashes))
	for _, s := range slashes {
		seen[s.ID]++
	}
	for i, s := range slashes {
		err := l.checkSlash(&s)
		if err == nil && seen[s.ID] > 1 {
			err = spec.About("slash", s.ID, ErrDuplicate)
		}
		if err != nil {
			skipped = append(skipped, ItemError{"slashes", i, err})
			continue
		}
		good = append(good, s)
	}
	slices.SortFunc(good, func(a, b Slash) int { return cmp.Compare(a.ID, b.ID) })
	return good, skipped
}

func (l *Ledger) checkSlash(s *Slash) error {
	if _, err := l.findOperator(s.Operator); err != nil {
		return err
	}
	if err := l.checkInfraction(s.Epoch); err != nil {
		return err
	}
	switch f := s.Fraction; {
	case s.Rule >= lossRules:
		return spec.About("rule", uint64(s.Rule), spec.ErrInput)
	case f.Den == 0 && f.Num != 0:
		return spec.Aboutf("fraction", f.Num, ErrAmount, "over 0")
	case f.Den == 0 && s.Amount == 0:
		return spec.About("amount", s.Amount, ErrAmount)
	case f.Den == 0 && s.Amount >= MaxSupply:
		return spec.About("amount", s.Amount, ErrBound)
	case f.Den != 0 && s.Amount != 0:
		return spec.Aboutf("amount", s.Amount, ErrAmount, "and a fraction")
	case f.Den != 0 && (f.Num == 0 || f.Num > f.Den):
		return spec.Aboutf("fraction", f.Num, ErrAmount, "over %d", f.Den)
	}
	if l.uncollected.Get(s.ID) != nil {
		return spec.Aboutf("slash", s.ID, ErrDuplicate, "it is among the uncollected")
	}
	if !s.Closes {
		return nil
	}
	e, err := found(l.evidence.Get(s.Evidence), "evidence", s.Evidence)
	if err == nil && (e.Operator != s.Operator || e.Epoch != s.Epoch) {
		err = spec.Aboutf("evidence", e.ID, spec.ErrInput, "against operator %d at epoch %d", e.Operator, e.Epoch)
	}
	return err
}

// slash plans a batch and applies it.
func (t *tx) slash(slashes []Slash) {
	good, skipped := t.l.checkSlashes(slashes)
	t.r.Skipped = append(t.r.Skipped, skipped...)
	p := planSlashes(t.l, good)
	out := p.outcome()
	for _, s := range out.Shares {
		t.takeShare(s)
	}
	for _, id := range p.touched() {
		o := t.l.operators.Get(id)
		if o.PoolTokens == 0 && o.PoolShares > 0 {
			t.wipe(o)
		}
	}
	for _, r := range out.Results {
		t.settleSlash(r)
	}
}

// takeShare takes a slash share from its pot.
func (t *tx) takeShare(s SlashShare) {
	l, e := t.l, Event{Kind: Slashed, From: s.Pot, To: Pot{Kind: PotBurned}, Operator: s.Operator, Amount: s.Amount, Shares: s.Shares}
	if s.Shares > 0 {
		e.Row, e.ID = LotRow, uint64(s.Lot)
	}
	switch s.Pot.Kind {
	case PotBond:
		l.operators.Get(s.Operator).Bond -= s.Amount
	case PotUnbonding:
		l.unbondings.Get(UnbondingID(s.Pot.ID)).Balance -= s.Amount
	case PotPool:
		o := l.operators.Get(s.Operator)
		e.Before = o.Price()
		l.setPool(o, o.PoolTokens-s.Amount, o.PoolShares-s.Shares, o.LiquidShares)
		if s.Shares > 0 {
			t.burnShares(l.lots.Get(s.Lot), s.Shares)
		}
		e.After = o.Price()
	}
	if l.config.SlashedToTreasury {
		e.To.Kind = PotTreasury
		l.treasury += s.Amount
	} else {
		l.burned += s.Amount
	}
	t.emit(e)
	if s.Shares > 0 {
		t.emit(Event{Kind: LotBurned, Row: LotRow, ID: uint64(s.Lot), Operator: s.Operator, Shares: s.Shares})
	}
}

// burnShares takes shares off a lot that a slash burns. The lien stays whole: slashes
// are of its initial amount, as those of an unbonding entry are.
func (t *tx) burnShares(p *Lot, shares uint64) {
	t.setWeight(p, p.Pointer.Weight-partOf(p.Pointer.Weight, shares, p.Shares))
	if p.Shares -= shares; p.Shares == 0 {
		t.l.index.lot(p, false)
		t.l.lots.Remove(p.ID)
	}
}

// wipe burns every lot of a pool that has no tokens left.
func (t *tx) wipe(o *Operator) {
	for _, id := range sorted.Column[LotID](&t.l.index.lotsAt, 1, uint64(o.ID)) {
		p := t.l.lots.Get(id)
		shares := p.Shares
		t.burnShares(p, shares)
		t.emit(Event{Kind: LotBurned, Row: LotRow, ID: uint64(id), Operator: o.ID, Shares: shares})
	}
	t.l.setPool(o, 0, 0, 0)
}

// settleSlash records what is uncollected of a slash, closes its evidence and bars the
// operator if the slash says so.
func (t *tx) settleSlash(r SlashResult) {
	l, s := t.l, r.Slash
	if left := r.Owed - r.Collected; left > 0 {
		l.uncollected.Insert(s.ID, Uncollected{ID: s.ID, Operator: s.Operator, Epoch: s.Epoch, Amount: left})
		t.emit(Event{Kind: SlashUncollected, Row: SlashRow, ID: uint64(s.ID), Operator: s.Operator, Amount: left})
	}
	if s.Closes {
		if e := l.evidence.Get(s.Evidence); e != nil { // another slash may have closed it
			t.closeEvidence(*e)
		}
	}
	if s.Tombstone {
		t.tombstone(l.operators.Get(s.Operator))
	}
}

// Risk is one way in which an owner can lose stake.
type Risk struct {
	Pot      Pot        // the operator's pool, or the unbonding entry
	Lot      LotID      // in a pool: the owner's lot
	Operator OperatorID // for whose infractions
	From     spec.Epoch // infractions at or before it count; FarFutureEpoch in a pool
	Until    spec.Epoch // first epoch without the risk; FarFutureEpoch in a pool
	Amount   spec.Gwei  // at most so much
}

// Exposure yields what an owner can lose with stake delegated: to whom, until when,
// and how much at most. Amounts of a lot or an unbonding entry under two operators are
// not additive: it can be lost once. Light principal is never at risk. All of an
// operator's bond and its withdrawal entries is at risk; the entries appear here, the
// bond does not.
func Exposure(l *Ledger, owner AccountID) iter.Seq[Risk] {
	return func(yield func(Risk) bool) {
		l := l.orEmpty()
		for id := range l.LotsOf(owner) {
			p := l.lots.Get(id)
			r := Risk{poolOf(p.Operator), id, p.Operator, spec.FarFutureEpoch, spec.FarFutureEpoch, l.operators.Get(p.Operator).value(p.Shares)}
			if !yield(r) || !yieldLien(yield, r, &p.Lien) {
				return
			}
		}
		for id := range l.UnbondingsOf(owner) {
			u := l.unbondings.Get(id)
			r := Risk{unbondingOf(id), 0, u.Operator, u.Start, u.Complete, u.Balance}
			if !yield(r) || !yieldLien(yield, r, &u.Lien) {
				return
			}
		}
	}
}

// yieldLien yields the risk of a lien beside the risk r of what carries it.
func yieldLien(yield func(Risk) bool, r Risk, n *Lien) bool {
	if !n.Set {
		return true
	}
	r.Operator, r.From, r.Until = n.Source, n.Start, n.End
	r.Amount = min(r.Amount, n.Initial)
	return yield(r)
}
