package rainbow

import (
	"cmp"
	"slices"

	"github.com/stakesim/stakesim/delegation"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// pendingSlash is a pending penalty on its way to a slash of the ledger.
type pendingSlash struct {
	*Penalty
	service int
	slash   delegation.Slash
	owed    spec.Gwei
	left    spec.Gwei // after the caps
	result  PenaltyResult
	skipped bool // by the ledger
}

// slashes turns the pending penalties into one batch for the ledger, measured on its
// present state. Its ids ascend by service and evidence, which decides ties.
func (s *State) slashes() ([]pendingSlash, []delegation.Slash) {
	pending := s.pendingSlashes()
	if len(pending) == 0 {
		return nil, nil
	}
	s.measure(pending)
	s.capServices(pending)
	s.capBonds(pending)
	slashes := make([]delegation.Slash, 0, len(pending))
	for i := range pending {
		c := &pending[i]
		if c.skipped || c.left == 0 {
			if c.Tombstone && !c.skipped { // barred for what cannot be collected; it may be already
				_, _ = delegation.ProcessTombstoning(s.Ledger, delegation.Tombstoning{Operator: c.Operator})
			}
			continue
		}
		if c.left < c.owed {
			c.slash.Fraction, c.slash.Amount = delegation.Ratio{}, c.left
		}
		slashes = append(slashes, c.slash)
	}
	return pending, slashes
}

func (s *State) pendingSlashes() (pending []pendingSlash) {
	for i := range s.Penalties {
		p := &s.Penalties[i]
		if p.Done {
			continue
		}
		at := s.indexOf(p.Service)
		pending = append(pending, pendingSlash{Penalty: p, service: at, slash: delegation.Slash{
			ID: s.NextSlash, Operator: p.Operator, Epoch: p.Epoch, Fraction: p.Fraction, Amount: p.Amount,
			Rule: s.Services[at].LossRule, Tombstone: p.Tombstone,
		}})
		s.NextSlash++
	}
	return pending
}

// measure asks the ledger what each pending penalty amounts to.
func (s *State) measure(pending []pendingSlash) {
	slashes := make([]delegation.Slash, len(pending))
	for i := range pending {
		slashes[i] = pending[i].slash
	}
	out := delegation.PreviewSlashing(s.Ledger, delegation.Slashing{Slashes: slashes})
	for _, e := range out.Skipped {
		pending[e.Index].skipped = true
	}
	at := 0
	for _, c := range out.Results { // both by ascending id
		for pending[at].slash.ID != c.Slash.ID {
			at++
		}
		pending[at].owed, pending[at].left = c.Owed, c.Owed
	}
}

// capServices cuts the pending penalties of each service to its maximum loss, by largest
// remainder; ties go to the lower operator, then to the lower evidence.
func (s *State) capServices(pending []pendingSlash) {
	byService := map[int][]*pendingSlash{}
	for i := range pending {
		byService[pending[i].service] = append(byService[pending[i].service], &pending[i])
	}
	for service, group := range byService {
		slices.SortFunc(group, func(a, b *pendingSlash) int {
			return cmp.Or(cmp.Compare(a.Operator, b.Operator), cmp.Compare(a.Evidence, b.Evidence))
		})
		capPending(group, s.Services[service].MaxLoss)
	}
	for i := range pending {
		pending[i].result.AboveMaxLoss = pending[i].owed - pending[i].left
	}
}

// capBonds cuts the bond-only penalties on each operator: those of a service with an
// allocation to it, the others together to what is not allocated.
func (s *State) capBonds(pending []pendingSlash) {
	type group struct {
		operator   delegation.OperatorID
		service    ServiceID
		allocation spec.Gwei // 0: of no service alone
	}
	groups := map[group][]*pendingSlash{}
	for i := range pending {
		c := &pending[i]
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
		capPending(list, limit) // in order of service and evidence
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

// capPending cuts penalties to a limit by [CappedOperatorSlash].
func capPending(list []*pendingSlash, limit spec.Gwei) {
	owed, capped := make([]spec.Gwei, len(list)), make([]spec.Gwei, len(list))
	for i, c := range list {
		owed[i] = c.left
	}
	_ = CappedOperatorSlash(capped, owed, limit) // of equal lengths
	for i, c := range list {
		c.left = capped[i]
	}
}

// settle says what became of each pending penalty in the ledger's epoch, and adds it to its
// service.
func (s *State) settle(pending []pendingSlash) (results []PenaltyResult) {
	for i := range pending {
		c := &pending[i]
		if c.skipped {
			continue
		}
		r := &c.result
		r.Service, r.Evidence, r.Operator, r.Owed = c.Service, c.Evidence, c.Operator, c.owed
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
