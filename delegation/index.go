package delegation

// indexes are derived from the state and never stored: they are what makes a
// slash, a payment or a lookup independent of the number of positions.
type indexes struct {
	lotsAt, entriesAt, lightsAt set // {operator, id}
	lotsOf, entriesOf, lightsOf set // {owner, operator, id}
	liens                       set // {source, lien id, id of the lot or entry}
	lienEnds                    set // {end, id of the lot or entry}
	lotPointers, walletPointers set // {target, id of the lot or account}
	pending                     set // {light position} with principal that does not earn yet
	evidenceAt                  set // {operator, evidence}
	commissions                 set // {epoch, operator} of pending changes
	leaving                     set // {operator} whose record may go
}

// The index functions enter a row, or with present false take it out. A row is
// taken out before a field that they read changes, and entered again after it.

func (x *indexes) lot(p *Lot, present bool) {
	x.lotsAt.put(key{p.Operator, p.ID}, present)
	x.lotsOf.put(key{p.Owner, p.Operator, p.ID}, present)
	x.lien(&p.Lien, p.ID, present)
	if p.Pointer.Set {
		x.lotPointers.put(key{p.Pointer.Operator, p.ID}, present)
	}
}

func (x *indexes) lien(l *Lien, id uint64, present bool) {
	if l.Set {
		x.liens.put(key{l.Source, l.ID, id}, present)
		x.lienEnds.put(key{uint64(l.End), id}, present)
	}
}

func (x *indexes) entry(u *Unbonding, present bool) {
	x.entriesAt.put(key{u.Operator, u.ID}, present)
	x.entriesOf.put(key{u.Owner, u.Operator, u.ID}, present)
	x.lien(&u.Lien, u.ID, present)
}

func (x *indexes) light(p *LightPosition, present bool) {
	x.lightsAt.put(key{p.Operator, p.ID}, present)
	x.lightsOf.put(key{p.Owner, p.Operator, p.ID}, present)
	if p.Pending > 0 {
		x.pending.put(key{p.ID}, present)
	}
}

func (x *indexes) account(a *Account, present bool) {
	if a.Pointer.Set {
		x.walletPointers.put(key{a.Pointer.Operator, a.ID}, present)
	}
}

func (x *indexes) operator(o *Operator, present bool) {
	if o.CommissionPending {
		x.commissions.put(key{uint64(o.PendingCommissionEpoch), o.ID}, present)
	}
	if o.Exit == BondLeaving {
		x.leaving.put(key{o.ID}, present)
	}
}

func (x *indexes) evidence(e *Evidence, present bool) {
	x.evidenceAt.put(key{e.Operator, e.ID}, present)
}

func (x *indexes) clone() indexes {
	return indexes{
		x.lotsAt.clone(), x.entriesAt.clone(), x.lightsAt.clone(),
		x.lotsOf.clone(), x.entriesOf.clone(), x.lightsOf.clone(),
		x.liens.clone(), x.lienEnds.clone(),
		x.lotPointers.clone(), x.walletPointers.clone(), x.pending.clone(),
		x.evidenceAt.clone(), x.commissions.clone(), x.leaving.clone(),
	}
}
