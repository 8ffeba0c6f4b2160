package rainbow

import (
	"fmt"

	"github.com/stakesim/stakesim/delegation"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// CheckInvariants reports the first invariant that the state breaks, as an error
// wrapping [delegation.ErrInvariant] that names it; nil for every state that this
// package made, between two operations. It takes time in
// proportion to the whole state.
func CheckInvariants(s *State) error {
	if err := s.usable(); err != nil {
		return err
	}
	if err := delegation.CheckInvariants(s.Ledger); err != nil {
		return err
	}
	for _, check := range []func() error{
		s.checkRows, s.checkTotals, s.checkServices, s.checkRegistrations, s.checkPenalties, s.checkCertificates, s.checkPrices,
	} {
		if err := check(); err != nil {
			return err
		}
	}
	for _, shot := range []*Snapshot{&s.Mark, &s.Set, &s.Go} {
		if err := s.checkSnapshot(shot); err != nil {
			return err
		}
	}
	return nil
}

func broken(format string, args ...any) error {
	return fmt.Errorf("%w: %s", delegation.ErrInvariant, fmt.Sprintf(format, args...))
}

// checkRows checks what an epoch relies on to find its way: the configuration, the
// order of services, of snapshots and of what refers to services, and that these are
// there. Registrations are checked as the epoch walks them.
func (s *State) checkRows() error {
	if err := s.Config.Validate(); err != nil {
		return err
	}
	for i := 1; i < len(s.Services); i++ {
		if s.Services[i-1].ID >= s.Services[i].ID {
			return broken("order of service %d", s.Services[i].ID)
		}
	}
	for i := 1; i < len(s.Go.Rows); i++ {
		if s.Go.Rows[i-1].Operator >= s.Go.Rows[i].Operator {
			return broken("order of the snapshot of epoch %d", s.Go.Epoch)
		}
	}
	if s.NextSlash < 1<<63 || s.NextSlash > maxSlash {
		return broken("next slash %d", s.NextSlash)
	}
	for i := range s.Penalties {
		p := &s.Penalties[i]
		if _, ok := s.serviceAt(p.Service); !ok || i > 0 && comparePenalties(s.Penalties[i-1], *p) >= 0 {
			return broken("penalty %d/%d: out of order, or no service", p.Service, p.Evidence)
		}
	}
	for i := range s.Certificates {
		c := &s.Certificates[i]
		if _, ok := s.serviceAt(c.Service); !ok || i > 0 && compareCertificates(s.Certificates[i-1], *c) >= 0 {
			return broken("certificate %d/%d: out of order, or no service", c.Service, c.Slot)
		}
	}
	for i := range s.Prices {
		r := &s.Prices[i]
		if _, ok := s.serviceAt(r.Service); !ok || i > 0 && s.Prices[i-1].Service >= r.Service {
			return broken("price of service %d: out of order, or no service", r.Service)
		}
	}
	return nil
}

// maxSlash leaves room for the ids of more slashes than there will be.
const maxSlash = 1<<63 + 1<<62

// checkTotals checks I16.
func (s *State) checkTotals() error {
	t := s.Totals
	classes, fits := u64.Add(t.Heavy, t.Light)
	all, ok := u64.Add(t.Paid, t.NotMinted)
	if !fits || !ok || classes != t.Issued || all != t.Issued || t.Issued >= maxIssued {
		return broken("I16: %+v", t)
	}
	var budget, awarded spec.Gwei
	for i := range s.Services {
		budget, fits = u64.Add(budget, s.Services[i].Totals.Budget)
		awarded, ok = u64.Add(awarded, s.Services[i].Totals.Awarded)
		if !fits || !ok {
			return broken("I16: budgets and awards of more than 64 bits")
		}
	}
	if budget > t.Issued || awarded < t.Paid || awarded > budget || t.Paid > s.Ledger.Supply() {
		return broken("I16: budgets %d, awarded %d, %+v", budget, awarded, t)
	}
	return nil
}

func (s *State) checkServices() error {
	heavy, light := uint64(0), uint64(0)
	for i := range s.Services {
		v := &s.Services[i]
		if err := v.Validate(); err != nil {
			return broken("service %d: %v", v.ID, err)
		}
		t := &v.Totals
		if t.Awarded > t.Budget {
			return broken("I19: service %d awarded %d of %d", v.ID, t.Awarded, t.Budget)
		}
		if t.Owed != t.AboveMaxLoss+t.AboveBond+t.Collected {
			return broken("service %d: penalties %+v", v.ID, *t)
		}
		if v.Class == Heavy {
			heavy += v.Weight
		} else {
			light += v.Weight
		}
	}
	if heavy >= maxWeights || light >= maxWeights {
		return broken("service weights %d heavy, %d light", heavy, light)
	}
	return nil
}

func (s *State) checkRegistrations() error {
	now, allocated, fits := s.Ledger.Epoch(), spec.Gwei(0), true
	for i := range s.Registrations {
		r := &s.Registrations[i]
		if i == 0 || s.Registrations[i-1].Operator != r.Operator {
			allocated = 0
		}
		if allocated, fits = u64.Add(allocated, r.Allocation); !fits || allocated >= delegation.MaxSupply {
			return broken("registration %d/%d: allocations of %d and %d", r.Operator, r.Service, allocated-r.Allocation, r.Allocation)
		}
		if i > 0 && compareRegistrations(s.Registrations[i-1], *r) >= 0 {
			return broken("order of registration %d/%d", r.Operator, r.Service)
		}
		v, err := s.findService(r.Service)
		switch {
		case err != nil:
			return broken("registration %d/%d: no service", r.Operator, r.Service)
		case r.Start > now || r.Left > now || (r.Active && r.Left != 0):
			return broken("registration %d/%d: %+v at epoch %d", r.Operator, r.Service, *r, now)
		case !r.Active && now > r.Left+spec.Epoch(v.Window):
			return broken("registration %d/%d outlives its window", r.Operator, r.Service)
		case r.Allocation > 0 && v.LossRule != delegation.BondOnly:
			return broken("registration %d/%d: allocation", r.Operator, r.Service)
		}
	}
	return nil
}

func (s *State) checkPenalties() error {
	for i := range s.Penalties {
		p := &s.Penalties[i]
		if p.checkSize() != nil || p.Epoch > s.Ledger.Epoch() {
			return broken("penalty %+v", *p)
		}
	}
	return nil
}

// checkCertificates checks the part of I23 that is state: every certificate has its
// quorum.
func (s *State) checkCertificates() error {
	for i := range s.Certificates {
		c := &s.Certificates[i]
		v, err := s.findService(c.Service)
		if err != nil || v.Coupling == Uncoupled || c.Slot >= s.Config.SlotsPerEpoch {
			return broken("certificate %+v", *c)
		}
		if below, _ := BelowQuorum(v.CommitteeSize, v.Quorum); c.Present <= below || c.Present > v.CommitteeSize {
			return broken("I23: certificate %+v", *c)
		}
	}
	return nil
}

func (s *State) checkPrices() error {
	for i := range s.Prices {
		r := &s.Prices[i]
		if v, err := s.findService(r.Service); err != nil || v.CommitteeSize == 0 || r.validate() != nil {
			return broken("price %+v", *r)
		}
	}
	return nil
}

// checkSnapshot checks I24: no ETH counts twice, neither as heavy nor as light
// weight. (A heavy lot may count once as each: that is what lending weight means.)
func (s *State) checkSnapshot(shot *Snapshot) error {
	for i := 1; i < len(shot.Rows); i++ {
		if shot.Rows[i-1].Operator >= shot.Rows[i].Operator {
			return broken("order of the snapshot of epoch %d", shot.Epoch)
		}
	}
	heavy, light, ok := spec.Gwei(0), spec.Gwei(0), true
	for i := range shot.Rows {
		var a, b bool
		heavy, a = u64.Add(heavy, shot.Rows[i].Heavy)
		light, b = u64.Add(light, shot.Rows[i].Principal)
		ok = ok && a && b
		light, b = u64.Add(light, shot.Rows[i].Pointers)
		ok = ok && b
	}
	if !ok || heavy > s.Ledger.Supply() || light > s.Ledger.Supply() {
		return broken("I24: %d heavy, %d light of %d", heavy, light, s.Ledger.Supply())
	}
	if (!shot.Taken && (len(shot.Rows) > 0 || shot.Epoch > 0)) || shot.Epoch > s.Ledger.Epoch() {
		return broken("snapshot of epoch %d, taken %v", shot.Epoch, shot.Taken)
	}
	return nil
}
