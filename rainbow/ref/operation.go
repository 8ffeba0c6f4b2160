package ref

import (
	"maps"
	"slices"

	"github.com/stakesim/stakesim/delegation/ref/whole"
)

// More errors, of operations between epochs.
const (
	Adoption   Refusal = "ErrAdoption"
	Amount     Refusal = "ErrAmount"
	Bond       Refusal = "ErrBond"
	Exiting    Refusal = "ErrExiting"
	Jailed     Refusal = "ErrJailed"
	Owner      Refusal = "ErrOwner"
	Tombstoned Refusal = "ErrTombstoned"
)

// The levels of adoption.
const (
	DelegationOnly = iota
	LightByHeavy
	SeparateLight
)

// reasons lists the errors whose condition holds, sorted.
func reasons(conditions map[Refusal]bool) []Refusal {
	maps.DeleteFunc(conditions, func(_ Refusal, holds bool) bool { return !holds })
	return slices.Sorted(maps.Keys(conditions))
}

// usable says whether there is a state with a ledger.
func (s *State) usable() bool { return s != nil && s.Ledger != nil }

// put enters a row in a table, which is made for the first one.
func put[K comparable, T any](table *map[K]*T, key K, row *T) {
	if *table == nil {
		*table = map[K]*T{}
	}
	(*table)[key] = row
}

// find looks a service and an operator up.
func (s *State) find(service, operator uint64) (*Service, *whole.Operator, bool) {
	v, o := s.Services[service], s.Ledger.Operators[operator]
	return v, o, v != nil && o != nil
}

// serves counts the active registrations of an operator in a class.
func (s *State) serves(operator uint64, heavy bool) (n int) {
	for role, r := range s.Registrations {
		if role.Operator == operator && r.Active && (s.Services[role.Service].Class == Heavy) == heavy {
			n++
		}
	}
	return n
}

// ProcessOptIn registers an operator with a service, or lists every error that this
// deserves. So do the other operations.
func (s *State) ProcessOptIn(owner, operator, service, allocation uint64) []Refusal {
	if !s.usable() {
		return []Refusal{Malformed}
	}
	v, o, ok := s.find(service, operator)
	if !ok {
		return []Refusal{UnknownID}
	}
	allocations := []uint64{allocation}
	for role, r := range s.Registrations {
		if role.Operator == operator {
			allocations = append(allocations, r.Allocation)
		}
	}
	allocated := whole.Sum(allocations...)
	free := allocation
	if allocation == 0 {
		free = o.Bond - whole.AtMost(o.Bond, allocated)
	}
	role := RegistrationKey{operator, service}
	refused := reasons(map[Refusal]bool{
		Owner: o.Owner != owner, Tombstoned: o.Tombstoned, Jailed: o.Jailed, Exiting: o.Exit > 0,
		Class:     allocation > 0 && v.LossRule != whole.BondOnly,
		Duplicate: s.Registrations[role] != nil,
		// Old allocations may be above a bond that has been slashed since.
		Bond:     free < v.MinBond || allocated.Cmp(whole.Int(o.Bond)) > 0,
		Adoption: s.Config.Adoption == LightByHeavy && v.Class != Heavy && s.serves(operator, true) == 0,
	})
	if len(refused) == 0 {
		put(&s.Registrations, role, &Registration{Operator: operator, Service: service, Active: true, Allocation: allocation, Start: s.Ledger.Epoch})
	}
	return refused
}

// ProcessOptOut ends a registration.
func (s *State) ProcessOptOut(owner, operator, service uint64) []Refusal {
	if !s.usable() {
		return []Refusal{Malformed}
	}
	v, o, ok := s.find(service, operator)
	if !ok {
		return []Refusal{UnknownID}
	}
	r := s.Registrations[RegistrationKey{operator, service}]
	refused := reasons(map[Refusal]bool{
		Owner: o.Owner != owner, NotRegistered: r == nil || !r.Active,
		Adoption: s.Config.Adoption == LightByHeavy && v.Class == Heavy && s.serves(operator, true) == 1 && s.serves(operator, false) > 0,
	})
	if len(refused) == 0 {
		r.Active, r.Left = false, s.Ledger.Epoch
	}
	return refused
}

// ProcessPenalty files a penalty.
func (s *State) ProcessPenalty(p Penalty) []Refusal {
	if !s.usable() {
		return []Refusal{Malformed}
	}
	v, _, ok := s.find(p.Service, p.Operator)
	if !ok {
		return []Refusal{UnknownID}
	}
	now, r := s.Ledger.Epoch, s.Registrations[RegistrationKey{p.Operator, p.Service}]
	amount, fraction := p.Amount > 0 && p.Amount < whole.MaxSupply, p.Fraction.Num > 0 && p.Fraction.Num <= p.Fraction.Den
	none := p.Fraction == Ratio{}
	file := PenaltyKey{p.Service, p.Evidence}
	refused := reasons(map[Refusal]bool{
		Class: v.Class == LightFree, NotRegistered: r == nil, Duplicate: s.Penalties[file] != nil,
		OtherEpoch: p.Epoch > now || now-p.Epoch > s.Ledger.Config.UnbondingEpochs ||
			(r != nil && (p.Epoch < r.Start || (!r.Active && (p.Epoch > r.Left || now > r.Left+v.Window)))),
		Amount: (!amount || !none) && (!fraction || p.Amount > 0),
	})
	if len(refused) == 0 {
		p.Done = false
		put(&s.Penalties, file, &p)
	}
	return refused
}

// ProcessCertificate files a certificate of an epoch: of more than floor(quorum * committee).
func (s *State) ProcessCertificate(epoch uint64, c Certificate) []Refusal {
	if !s.usable() {
		return []Refusal{Malformed}
	}
	v := s.Services[c.Service]
	switch {
	case v == nil:
		return []Refusal{UnknownID}
	case v.Coupling == Uncoupled:
		return []Refusal{Class}
	}
	below := Floor(over(product(Int(v.CommitteeSize), Int(v.Quorum.Num)), Int(v.Quorum.Den)))
	refused := reasons(map[Refusal]bool{
		OtherEpoch: epoch != s.Ledger.Epoch || c.Slot >= s.Config.SlotsPerEpoch,
		Quorum:     c.Present <= below || c.Present > v.CommitteeSize,
		Duplicate:  s.certified(c.Service, c.Slot),
	})
	if len(refused) == 0 {
		put(&s.Certificates, CertificateKey{c.Service, c.Slot}, &c)
	}
	return refused
}

// AddRolePrice gives a service a role price.
func (s *State) AddRolePrice(p RolePrice) []Refusal {
	if !s.usable() {
		return []Refusal{Malformed}
	}
	v := s.Services[p.Service]
	if v == nil {
		return []Refusal{UnknownID}
	}
	refused := reasons(map[Refusal]bool{
		Class: v.CommitteeSize == 0, Duplicate: s.Prices[p.Service] != nil,
		Malformed: p.Price <= p.Floor || p.Price > whole.MaxSupply || p.Sensitivity.Den == 0 || p.Target.Den == 0,
	})
	if len(refused) == 0 {
		put(&s.Prices, p.Service, &p)
	}
	return refused
}
