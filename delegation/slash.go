package delegation

import (
	"cmp"
	"slices"

	"github.com/stakesim/stakesim/spec"
)

// LossRule says who pays a slash.
type LossRule uint8

// The three rules.
const (
	// ProRata: bond, pool, liable entries and liens, each its part.
	ProRata LossRule = iota
	// OperatorFirst: the operator's bond, then its withdrawal entries, then the
	// delegators by their pro-rata parts.
	OperatorFirst
	// BondOnly: the operator's bond and its withdrawal entries, nobody else. It is
	// the rule of light stake.
	BondOnly
	lossRules
)

// Slash is what an operator owes for an infraction: a fraction of every liable pot,
// each part rounded up, or an amount spread over them.
type Slash struct {
	ID        uint64     `json:"id"` // of the caller's; never reused while uncollected
	Operator  uint64     `json:"operator"`
	Epoch     spec.Epoch `json:"epoch"`    // of the infraction
	Fraction  Ratio      `json:"fraction"` // above 0 and at most 1; Den 0 means Amount
	Amount    spec.Gwei  `json:"amount"`
	Rule      LossRule   `json:"rule"`
	Tombstone bool       `json:"tombstone"`
	// Closes says that the slash answers the evidence with the id Evidence.
	Closes   bool   `json:"closes"`
	Evidence uint64 `json:"evidence"`
}

// SlashShare is what a slash takes from one pot.
type SlashShare struct {
	Pot      Pot
	Operator uint64 // whose pool or entry it is, for a lot the pool's
	Lot      uint64 // of a liened lot: the lot; it loses Shares
	Amount   spec.Gwei
	Shares   uint64
}

// SlashResult is what becomes of one slash.
type SlashResult struct {
	Slash     Slash
	Owed      spec.Gwei // sum of its parts, rounded
	Collected spec.Gwei // at most Owed; the rest is recorded as uncollected
}

// SlashOutcome is what a batch does: what every slash collects, by ascending id,
// and what every pot loses.
type SlashOutcome struct {
	Results []SlashResult
	Shares  []SlashShare
	Skipped []ItemError
}

// ProcessSlashing slashes for a batch of slashes. All are computed from the state
// before the batch, so that their order does not matter. A bad item is skipped
// and reported in the receipt; two items of the same id are both skipped. A batch
// has no fault of its own: the error is nil for every ledger.
func ProcessSlashing(l *Ledger, slashes []Slash) (Receipt, error) {
	if err := l.usable(); err != nil {
		return Receipt{}, err
	}
	t := l.begin("slashing")
	t.slash(slashes)
	return t.r, nil
}

// PreviewSlash returns what [ProcessSlashing] would do now and changes nothing.
func PreviewSlash(l *Ledger, slashes []Slash) SlashOutcome {
	good, skipped := l.checkSlashes(slashes)
	p := planSlash(l, good)
	out := p.outcome()
	out.Skipped = skipped
	return out
}

// checkSlashes returns the valid slashes by ascending id and the items to be skipped.
func (l *Ledger) checkSlashes(slashes []Slash) (good []Slash, skipped []ItemError) {
	seen := make(map[uint64]int, len(slashes))
	for _, d := range slashes {
		seen[d.ID]++
	}
	for i, d := range slashes {
		err := l.checkSlash(&d)
		if err == nil && seen[d.ID] > 1 {
			err = about("slash", d.ID, ErrDuplicate)
		}
		if err != nil {
			skipped = append(skipped, ItemError{"slashes", i, err})
			continue
		}
		good = append(good, d)
	}
	slices.SortFunc(good, func(a, b Slash) int { return cmp.Compare(a.ID, b.ID) })
	return good, skipped
}

func (l *Ledger) checkSlash(d *Slash) error {
	if _, err := l.findOperator(d.Operator); err != nil {
		return err
	}
	if err := l.checkInfraction(d.Epoch); err != nil {
		return err
	}
	switch f := d.Fraction; {
	case d.Rule >= lossRules:
		return about("rule", uint64(d.Rule), spec.ErrInput)
	case f.Den == 0 && f.Num != 0:
		return aboutf("fraction", f.Num, ErrAmount, "over 0")
	case f.Den == 0 && d.Amount == 0:
		return about("amount", 0, ErrAmount)
	case f.Den == 0 && d.Amount >= MaxSupply:
		return about("amount", uint64(d.Amount), ErrBound)
	case f.Den != 0 && d.Amount != 0:
		return aboutf("amount", uint64(d.Amount), ErrAmount, "and a fraction")
	case f.Den != 0 && (f.Num == 0 || f.Num > f.Den):
		return aboutf("fraction", f.Num, ErrAmount, "over %d", f.Den)
	}
	if l.uncollected.get(d.ID) != nil {
		return aboutf("slash", d.ID, ErrDuplicate, "it is among the uncollected")
	}
	if !d.Closes {
		return nil
	}
	e, err := found(l.evidence.get(d.Evidence), "evidence", d.Evidence)
	if err == nil && (e.Operator != d.Operator || e.Epoch != d.Epoch) {
		err = aboutf("evidence", e.ID, spec.ErrInput, "against operator %d at epoch %d", e.Operator, e.Epoch)
	}
	return err
}

// slash plans a batch and applies it.
func (t *tx) slash(slashes []Slash) {
	good, skipped := t.l.checkSlashes(slashes)
	t.r.Skipped = append(t.r.Skipped, skipped...)
	p := planSlash(t.l, good)
	out := p.outcome()
	for _, c := range out.Shares {
		t.cut(c)
	}
	for _, id := range p.touched() {
		o := t.l.operators.get(id)
		if o.PoolTokens == 0 && o.PoolShares > 0 {
			t.wipe(o)
		}
	}
	for _, c := range out.Results {
		t.settleSlash(c)
	}
}

// cut takes what a slash takes from one pot.
func (t *tx) cut(c SlashShare) {
	l, e := t.l, Event{Kind: Slashed, From: c.Pot, To: Pot{Kind: PotBurned}, Operator: c.Operator, Lot: c.Lot, Amount: c.Amount, Shares: c.Shares}
	switch c.Pot.Kind {
	case PotBond:
		l.operators.get(c.Operator).Bond -= c.Amount
	case PotUnbonding:
		l.unbondings.get(c.Pot.ID).Balance -= c.Amount
	case PotPool:
		o := l.operators.get(c.Operator)
		e.Before = o.Price()
		l.setPool(o, o.PoolTokens-c.Amount, o.PoolShares-c.Shares, o.LiquidShares)
		if c.Shares > 0 {
			t.burnShares(l.lots.get(c.Lot), c.Shares)
		}
		e.After = o.Price()
	}
	if l.config.SlashedToTreasury {
		e.To.Kind = PotTreasury
		l.treasury += c.Amount
	} else {
		l.burned += c.Amount
	}
	t.emit(e)
	if c.Shares > 0 {
		t.emit(Event{Kind: LotBurned, Operator: c.Operator, Lot: c.Lot, Shares: c.Shares})
	}
}

// burnShares takes shares off a lot that a slash burns. The lien stays whole: slashes
// are of its initial amount, as those of an entry are.
func (t *tx) burnShares(p *Lot, shares uint64) {
	t.setWeight(p, p.Pointer.Weight-part64(p.Pointer.Weight, shares, p.Shares))
	if p.Shares -= shares; p.Shares == 0 {
		t.l.index.lot(p, false)
		t.l.lots.remove(p.ID)
	}
}

// wipe burns every lot of a pool that has no tokens left.
func (t *tx) wipe(o *Operator) {
	for _, id := range t.l.index.lotsAt.ids(1, o.ID) {
		p := t.l.lots.get(id)
		shares := p.Shares
		t.burnShares(p, shares)
		t.emit(Event{Kind: LotBurned, Operator: o.ID, Lot: id, Shares: shares})
	}
	t.l.setPool(o, 0, 0, 0)
}

// settleSlash records what is left of a slash, closes its evidence and bars the
// operator if the slash says so.
func (t *tx) settleSlash(c SlashResult) {
	l, d := t.l, c.Slash
	o := l.operators.get(d.Operator)
	if left := c.Owed - c.Collected; left > 0 {
		l.uncollected.insert(d.ID, Uncollected{ID: d.ID, Operator: d.Operator, Epoch: d.Epoch, Amount: left})
		t.emit(Event{Kind: SlashUncollected, Operator: d.Operator, Lot: d.ID, Amount: left})
	}
	if d.Closes {
		if e := l.evidence.get(d.Evidence); e != nil { // another slash may have closed it
			l.index.evidence(e, false)
			l.evidence.remove(d.Evidence)
		}
	}
	if d.Tombstone {
		t.tombstone(o)
	}
}
