package rainbow

import (
	"cmp"
	"math/bits"
	"slices"

	"github.com/stakesim/stakesim/delegation"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// slash is a pending penalty on its way to a slash of the ledger.
type slash struct {
	*Penalty
	service int
	slash   delegation.Slash
	wanted  spec.Gwei
	left    spec.Gwei // after the caps
	result  PenaltyResult
	skipped bool // by the ledger
}

// slashes turns the pending penalties into one batch for the ledger, measured on its
// present state. Its ids ascend by service and evidence, which decides ties.
func (s *State) slashes() ([]slash, []delegation.Slash) {
	claims := s.claims()
	if len(claims) == 0 {
		return nil, nil
	}
	s.measure(claims)
	s.capServices(claims)
	s.capBonds(claims)
	slashes := make([]delegation.Slash, 0, len(claims))
	for i := range claims {
		c := &claims[i]
		if c.skipped || c.left == 0 {
			if c.Tombstone && !c.skipped { // barred for what cannot be collected; it may be already
				_, _ = delegation.ProcessTombstoning(s.Ledger, delegation.Tombstoning{Operator: c.Operator})
			}
			continue
		}
		if c.left < c.wanted {
			c.slash.Fraction, c.slash.Amount = delegation.Ratio{}, c.left
		}
		slashes = append(slashes, c.slash)
	}
	return claims, slashes
}

func (s *State) claims() (claims []slash) {
	for i := range s.Penalties {
		p := &s.Penalties[i]
		if p.Done {
			continue
		}
		at := s.indexOf(p.Service)
		claims = append(claims, slash{Penalty: p, service: at, slash: delegation.Slash{
			ID: s.NextSlash, Operator: p.Operator, Epoch: p.Epoch, Fraction: p.Fraction, Amount: p.Amount,
			Rule: s.Services[at].LossRule, Tombstone: p.Tombstone,
		}})
		s.NextSlash++
	}
	return claims
}

// measure asks the ledger what each claim amounts to.
func (s *State) measure(claims []slash) {
	slashes := make([]delegation.Slash, len(claims))
	for i := range claims {
		slashes[i] = claims[i].slash
	}
	out := delegation.PreviewSlashing(s.Ledger, delegation.Slashing{Slashes: slashes})
	for _, e := range out.Skipped {
		claims[e.Index].skipped = true
	}
	at := 0
	for _, c := range out.Results { // both by ascending id
		for claims[at].slash.ID != c.Slash.ID {
			at++
		}
		claims[at].wanted, claims[at].left = c.Owed, c.Owed
	}
}

// capServices cuts the claims of each service to its maximum loss, by largest
// remainder; ties go to the lower operator, then to the lower evidence.
func (s *State) capServices(claims []slash) {
	byService := map[int][]*slash{}
	for i := range claims {
		byService[claims[i].service] = append(byService[claims[i].service], &claims[i])
	}
	for service, group := range byService {
		slices.SortFunc(group, func(a, b *slash) int {
			return cmp.Or(cmp.Compare(a.Operator, b.Operator), cmp.Compare(a.Evidence, b.Evidence))
		})
		capSlashes(group, s.Services[service].MaxLoss)
	}
	for i := range claims {
		claims[i].result.AboveMaxLoss = claims[i].wanted - claims[i].left
	}
}

// capBonds cuts the bond-only claims on each operator: those of a service with an
// allocation to it, the others together to what is not allocated.
func (s *State) capBonds(claims []slash) {
	type group struct {
		operator   delegation.OperatorID
		service    ServiceID
		allocation spec.Gwei // 0: of no service alone
	}
	groups := map[group][]*slash{}
	for i := range claims {
		c := &claims[i]
		if c.slash.Rule != delegation.BondOnly || c.left == 0 {
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
			limit = u64.SubSat(s.liableBond(g.operator), s.allocated(g.operator))
		}
		capSlashes(list, limit) // in order of service and evidence
	}
}

// liableBond is an operator's bond and what is on its way out of it.
func (s *State) liableBond(operator delegation.OperatorID) spec.Gwei {
	o, _ := s.Ledger.Operator(operator)
	sum := o.Bond
	for id := range s.Ledger.UnbondingsOf(o.Owner) {
		if u, _ := s.Ledger.Unbonding(id); u.Bond && u.Operator == operator {
			sum += u.Balance
		}
	}
	return sum
}

// capSlashes cuts claims to a limit by largest remainder, ties to the first.
func capSlashes(list []*slash, limit spec.Gwei) {
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
func (s *State) settle(claims []slash) (results []PenaltyResult) {
	for i := range claims {
		c := &claims[i]
		if c.skipped {
			continue
		}
		r := &c.result
		r.Service, r.Evidence, r.Operator, r.Owed = c.Service, c.Evidence, c.Operator, c.wanted
		short, _ := s.Ledger.Uncollected(c.slash.ID)
		r.Collected = c.left - short.Amount
		r.AboveBond = r.Owed - r.AboveMaxLoss - r.Collected
		results = append(results, *r)
		t := &s.Services[c.service].Totals
		t.Owed += r.Owed
		t.AboveMaxLoss += r.AboveMaxLoss
		t.AboveBond += r.AboveBond
		t.Collected += r.Collected
	}
	return results
}
