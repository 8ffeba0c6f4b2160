package rainbow

import (
	"cmp"
	"math/bits"
	"slices"

	"github.com/stakesim/stakesim/delegation"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// claim is a pending penalty on its way to a due of the ledger.
type claim struct {
	*Penalty
	service int
	due     delegation.Due
	wanted  spec.Gwei
	left    spec.Gwei // after the caps
	result  PenaltyResult
	skipped bool // by the ledger
}

// dues turns the pending penalties into one batch for the ledger, measured on its
// present state. Its ids ascend by service and evidence, which decides ties.
func (s *State) dues() ([]claim, []delegation.Due) {
	claims := s.claims()
	if len(claims) == 0 {
		return nil, nil
	}
	s.measure(claims)
	s.capServices(claims)
	s.capBonds(claims)
	dues := make([]delegation.Due, 0, len(claims))
	for i := range claims {
		c := &claims[i]
		if c.skipped || c.left == 0 {
			if c.Tombstone && !c.skipped { // barred for what cannot be collected; it may be already
				_, _ = delegation.ProcessTombstoning(s.Ledger, delegation.Tombstoning{Operator: c.Operator})
			}
			continue
		}
		if c.left < c.wanted {
			c.due.Fraction, c.due.Amount = delegation.Ratio{}, c.left
		}
		dues = append(dues, c.due)
	}
	return claims, dues
}

func (s *State) claims() (claims []claim) {
	for i := range s.Penalties {
		p := &s.Penalties[i]
		if p.Done {
			continue
		}
		at := s.indexOf(p.Service)
		claims = append(claims, claim{Penalty: p, service: at, due: delegation.Due{
			ID: s.NextDue, Operator: p.Operator, Epoch: p.Epoch, Fraction: p.Fraction, Amount: p.Amount,
			Rule: s.Services[at].LossRule, Tombstone: p.Tombstone,
		}})
		s.NextDue++
	}
	return claims
}

// measure asks the ledger what each claim amounts to.
func (s *State) measure(claims []claim) {
	dues := make([]delegation.Due, len(claims))
	for i := range claims {
		dues[i] = claims[i].due
	}
	out := delegation.PreviewSlash(s.Ledger, dues)
	for _, e := range out.Skipped {
		claims[e.Index].skipped = true
	}
	at := 0
	for _, c := range out.Collections { // both by ascending id
		for claims[at].due.ID != c.Due.ID {
			at++
		}
		claims[at].wanted, claims[at].left = c.Wanted, c.Wanted
	}
}

// capServices cuts the claims of each service to its maximum loss, by largest
// remainder; ties go to the lower operator, then to the lower evidence.
func (s *State) capServices(claims []claim) {
	byService := map[int][]*claim{}
	for i := range claims {
		byService[claims[i].service] = append(byService[claims[i].service], &claims[i])
	}
	for service, group := range byService {
		slices.SortFunc(group, func(a, b *claim) int {
			return cmp.Or(cmp.Compare(a.Operator, b.Operator), cmp.Compare(a.Evidence, b.Evidence))
		})
		capClaims(group, s.Services[service].MaxLoss)
	}
	for i := range claims {
		claims[i].result.OverService = claims[i].wanted - claims[i].left
	}
}

// capBonds cuts the bond-only claims on each operator: those of a service with an
// allocation to it, the others together to what is not allocated.
func (s *State) capBonds(claims []claim) {
	type group struct {
		operator, service uint64
		allocation        spec.Gwei // 0: of no service alone
	}
	groups := map[group][]*claim{}
	for i := range claims {
		c := &claims[i]
		if c.due.Rule != delegation.BondOnly || c.left == 0 {
			continue
		}
		g := group{operator: c.Operator}
		if r, ok := s.Registration(c.Operator, c.Service); ok && r.Allocation > 0 {
			g.service, g.allocation = c.Service, r.Allocation
		}
		groups[g] = append(groups[g], c)
	}
	for g, list := range groups {
		limit := g.allocation
		if limit == 0 {
			limit = u64.SubSat(s.answering(g.operator), s.allocated(g.operator))
		}
		capClaims(list, limit) // in order of service and evidence
	}
}

// answering is an operator's bond and what is on its way out of it.
func (s *State) answering(operator uint64) spec.Gwei {
	o, _ := s.Ledger.Operator(operator)
	sum := o.Bond
	for id := range s.Ledger.UnbondingsOf(o.Owner) {
		if u, _ := s.Ledger.Unbonding(id); u.Bond && u.Operator == operator {
			sum += u.Balance
		}
	}
	return sum
}

// capClaims cuts claims to a limit by largest remainder, ties to the first.
func capClaims(list []*claim, limit spec.Gwei) {
	weights, parts := make([]spec.Gwei, len(list)), make([]spec.Gwei, len(list))
	var sum, hi uint64
	for i, c := range list {
		weights[i] = c.left
		var carry uint64
		sum, carry = bits.Add64(sum, uint64(c.left), 0)
		hi += carry
	}
	if hi == 0 && spec.Gwei(sum) <= limit {
		return
	}
	u64.Apportion(parts, limit, weights)
	for i, c := range list {
		c.left = min(parts[i], c.left)
	}
}

// settle says what became of each claim in the ledger's epoch, and adds it to its
// service.
func (s *State) settle(claims []claim) (results []PenaltyResult) {
	for i := range claims {
		c := &claims[i]
		if c.skipped {
			continue
		}
		r := &c.result
		r.Service, r.Evidence, r.Operator, r.Wanted = c.Service, c.Evidence, c.Operator, c.wanted
		short, _ := s.Ledger.Uncollected(c.due.ID)
		r.Collected = c.left - short.Amount
		r.OverBond = r.Wanted - r.OverService - r.Collected
		results = append(results, *r)
		t := &s.Services[c.service].Totals
		t.Wanted += r.Wanted
		t.OverService += r.OverService
		t.OverBond += r.OverBond
		t.Collected += r.Collected
	}
	return results
}
