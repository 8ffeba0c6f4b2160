package delegation

import "iter"

// indexes are derived from the state and never stored: they are what makes a
// slash, a payment or a lookup independent of the number of positions.
type indexes struct {
	lotsAt, entriesAt, lightsAt set // {operator, id}
	lotsOf, entriesOf, lightsOf set // {owner, operator, id}
	liens                       set // {source, lien id, id of the lot or entry}
	lienEnds                    set // {end, id of the lot or entry}
	completions                 set // {epoch, entry}
	lotPointers, walletPointers set // {target, id of the lot or account}
	pending                     set // {light position} with principal that does not earn yet
	evidenceAt                  set // {operator, evidence}
	commissions                 set // {epoch, operator} of pending changes
	leaving                     set // {operator} whose record may go
}

// put inserts a key, or with present false removes it.
func put(s *set, k key, present bool) {
	if present {
		s.insert(k)
	} else {
		s.remove(k)
	}
}

// with yields the keys that begin with the given components.
func with(s *set, prefix ...uint64) iter.Seq[key] {
	return func(yield func(key) bool) {
		var start key
		copy(start[:], prefix)
		for k := range s.from(start) {
			for i, c := range prefix {
				if k[i] != c {
					return
				}
			}
			if !yield(*k) {
				return
			}
		}
	}
}

// ids collects component i of the keys that begin with the given components, so
// that the set may change while they are worked through.
func ids(s *set, i int, prefix ...uint64) (list []uint64) {
	for k := range with(s, prefix...) {
		list = append(list, k[i])
	}
	return list
}

// has reports whether any key begins with the given components.
func has(s *set, prefix ...uint64) bool {
	for range with(s, prefix...) {
		return true
	}
	return false
}

// due collects component 1 of the keys whose component 0 is at most limit.
func due(s *set, limit uint64) (list []uint64) {
	for k := range s.all() {
		if k[0] > limit {
			break
		}
		list = append(list, k[1])
	}
	return list
}

// The index functions enter a row, or with present false take it out. A row is
// taken out before a field that they read changes, and entered again after it.

func (x *indexes) lot(p *Position, present bool) {
	put(&x.lotsAt, key{p.Operator, p.ID}, present)
	put(&x.lotsOf, key{p.Owner, p.Operator, p.ID}, present)
	x.lien(&p.Lien, p.ID, present)
	if p.Pointer.Set {
		put(&x.lotPointers, key{p.Pointer.Operator, p.ID}, present)
	}
}

func (x *indexes) lien(l *Lien, id uint64, present bool) {
	if l.Set {
		put(&x.liens, key{l.Source, l.ID, id}, present)
		put(&x.lienEnds, key{uint64(l.End), id}, present)
	}
}

func (x *indexes) entry(u *Unbonding, present bool) {
	put(&x.entriesAt, key{u.Operator, u.ID}, present)
	put(&x.entriesOf, key{u.Owner, u.Operator, u.ID}, present)
	put(&x.completions, key{uint64(u.Complete), u.ID}, present)
	x.lien(&u.Lien, u.ID, present)
}

func (x *indexes) light(p *LightPosition, present bool) {
	put(&x.lightsAt, key{p.Operator, p.ID}, present)
	put(&x.lightsOf, key{p.Owner, p.Operator, p.ID}, present)
	if p.Pending > 0 {
		put(&x.pending, key{p.ID}, present)
	}
}

func (x *indexes) account(a *Account, present bool) {
	if a.Pointer.Set {
		put(&x.walletPointers, key{a.Pointer.Operator, a.ID}, present)
	}
}

func (x *indexes) operator(o *Operator, present bool) {
	if o.CommissionPending {
		put(&x.commissions, key{uint64(o.PendingCommissionEpoch), o.ID}, present)
	}
	if o.Exit == BondLeaving {
		put(&x.leaving, key{o.ID}, present)
	}
}

func (x *indexes) evidence(e *Evidence, present bool) {
	put(&x.evidenceAt, key{e.Operator, e.ID}, present)
}

func (x *indexes) clone() indexes {
	return indexes{
		x.lotsAt.clone(), x.entriesAt.clone(), x.lightsAt.clone(),
		x.lotsOf.clone(), x.entriesOf.clone(), x.lightsOf.clone(),
		x.liens.clone(), x.lienEnds.clone(), x.completions.clone(),
		x.lotPointers.clone(), x.walletPointers.clone(), x.pending.clone(),
		x.evidenceAt.clone(), x.commissions.clone(), x.leaving.clone(),
	}
}
