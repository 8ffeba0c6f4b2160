package ref

import (
	"cmp"
	"slices"

	"github.com/stakesim/stakesim/delegation/ref/whole"
)

// slash is a penalty on its way to the ledger.
type slash struct {
	*Penalty
	slash               whole.Slash
	wanted, service, ok uint64 // what it comes to; what the service's cap leaves, what the bond's
}

// slash collects all pending penalties as one batch.
func (s *State) slash() {
	var claims []*slash
	for _, f := range s.files() {
		p := s.Penalties[f]
		if p.Done {
			continue
		}
		c := &slash{Penalty: p, slash: whole.Slash{ID: s.NextSlash, Operator: p.Operator, Epoch: p.Epoch, Num: p.Fraction.Num, Den: p.Fraction.Den,
			Amount: p.Amount, Rule: s.Services[p.Service].LossRule, Tombstone: p.Tombstone}}
		s.NextSlash++
		if s.Ledger.CheckSlash(&c.slash) {
			c.wanted = s.Ledger.Owed(&c.slash)
			claims = append(claims, c)
		}
	}
	s.capServices(claims)
	s.capBonds(claims)
	var slashes []whole.Slash
	for _, c := range claims {
		switch {
		case c.ok == 0:
			o := s.Ledger.Operators[c.Operator]
			o.Tombstoned = o.Tombstoned || c.Tombstone
			continue
		case c.ok < c.wanted:
			c.slash.Num, c.slash.Den, c.slash.Amount = 0, 0, c.ok
		}
		slashes = append(slashes, c.slash)
	}
	results := s.Ledger.ProcessSlashing(slashes)
	for _, c := range claims {
		collected := uint64(0)
		if r := results[c.slash.ID]; r != nil {
			collected = r.Collected
		}
		t := &s.Services[c.Service].Totals
		t.Owed += c.wanted
		t.AboveMaxLoss += c.wanted - c.service
		t.AboveBond += c.service - collected
		t.Collected += collected
	}
}

// files are the penalties by service and evidence.
func (s *State) files() (list []PenaltyKey) {
	for f := range s.Penalties {
		list = append(list, f)
	}
	slices.SortFunc(list, func(a, b PenaltyKey) int {
		return cmp.Or(cmp.Compare(a.Service, b.Service), cmp.Compare(a.Evidence, b.Evidence))
	})
	return list
}

// capped cuts amounts that sum above a limit to it.
func capped(amounts []uint64, limit uint64) []uint64 {
	if whole.Sum(amounts...).Cmp(whole.Int(limit)) <= 0 {
		return amounts
	}
	return Apportion(limit, amounts)
}

// capServices cuts the claims of each service to its maximum loss, ties to the
// lower operator.
func (s *State) capServices(claims []*slash) {
	for id, v := range s.Services {
		var of []*slash
		var amounts []uint64
		for _, c := range claims {
			if c.Service == id {
				of = append(of, c)
			}
		}
		slices.SortStableFunc(of, func(a, b *slash) int { return cmp.Compare(a.Operator, b.Operator) })
		for _, c := range of {
			amounts = append(amounts, c.wanted)
		}
		for i, left := range capped(amounts, v.MaxLoss) {
			of[i].service, of[i].ok = left, left
		}
	}
}

// capBonds cuts bond-only claims to what the operator's bond has for them: the
// service's allocation, or for all services without one what is not allocated.
func (s *State) capBonds(claims []*slash) {
	for operator := range s.Ledger.Operators {
		limits, allocated := map[uint64]uint64{}, uint64(0)
		for role, r := range s.Registrations {
			if role.Operator == operator && r.Allocation > 0 {
				limits[role.Service] = r.Allocation
				allocated += r.Allocation
			}
		}
		var shared []*slash
		for id, v := range s.Services {
			var of []*slash
			for _, c := range claims {
				if c.Operator == operator && c.Service == id && v.LossRule == whole.BondOnly {
					of = append(of, c)
				}
			}
			if limit, ok := limits[id]; ok {
				capSlashes(of, limit)
			} else {
				shared = append(shared, of...)
			}
		}
		rest := s.Ledger.LiableBond(operator)
		capSlashes(shared, rest-min(rest, allocated))
	}
}

// capSlashes cuts claims to a limit, ties to the lower service, then evidence.
func capSlashes(of []*slash, limit uint64) {
	slices.SortFunc(of, func(a, b *slash) int { return cmp.Compare(a.slash.ID, b.slash.ID) })
	var amounts []uint64
	for _, c := range of {
		amounts = append(amounts, c.ok)
	}
	for i, left := range capped(amounts, limit) {
		of[i].ok = left
	}
}
