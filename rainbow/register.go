package rainbow

import (
	"slices"

	"github.com/stakesim/stakesim/delegation"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// OptIn registers an operator with a service.
type OptIn struct {
	Owner      delegation.AccountID // account of the operator's owner
	Operator   delegation.OperatorID
	Service    ServiceID
	Allocation spec.Gwei // of the bond, for this service alone; 0 is the shared bond
}

// ProcessOptIn registers an operator. Its weight counts from the next snapshot.
//
// Bond that is allocated answers for one service alone: what other services may
// take is the rest, so allocations may not sum above the bond. Only services
// with the loss rule BondOnly take an allocation. While an old registration is
// liable there is no new one ([delegation.ErrDuplicate]). An error leaves the state as it was.
func ProcessOptIn(s *State, in OptIn) error {
	if err := s.usable(); err != nil {
		return err
	}
	v, err := s.findService(in.Service)
	if err != nil {
		return err
	}
	o, err := s.ownOperator(in.Operator, in.Owner)
	if err != nil {
		return err
	}
	switch {
	case o.Tombstoned:
		return spec.About("operator", o.ID, delegation.ErrTombstoned)
	case o.Jailed:
		return spec.About("operator", o.ID, delegation.ErrJailed)
	case o.Exit != delegation.Active:
		return spec.About("operator", o.ID, delegation.ErrExiting)
	case in.Allocation > 0 && v.LossRule != delegation.BondOnly:
		return spec.Aboutf("allocation", in.Allocation, ErrClass, "%v", v.Class)
	}
	at, found := s.registrationAt(in.Operator, in.Service)
	if found {
		return spec.Aboutf("operator", in.Operator, delegation.ErrDuplicate, "registered with service %d, or still liable", in.Service)
	}
	if err := s.checkBond(v, &o, in.Allocation); err != nil {
		return err
	}
	if s.Config.Adoption == LightByHeavy && v.Class != Heavy && !s.runsHeavy(o.ID) {
		return spec.Aboutf("operator", o.ID, ErrAdoption, "no heavy service")
	}
	s.Registrations = slices.Insert(s.Registrations, at, Registration{
		Operator: in.Operator, Service: in.Service, Active: true, Allocation: in.Allocation, Start: s.Ledger.Epoch(),
	})
	return nil
}

// checkBond says whether the bond carries one more registration.
func (s *State) checkBond(v *Service, o *delegation.Operator, allocation spec.Gwei) error {
	allocated, ok := s.allocated(o.ID), true
	free := u64.SubSat(o.Bond, allocated)
	if allocation > 0 {
		allocated, ok = u64.Add(allocated, allocation)
		free = allocation
	}
	switch {
	case !ok || allocated > o.Bond:
		return spec.Aboutf("allocation", allocation, ErrBond, "%d of a bond of %d is allocated", s.allocated(o.ID), o.Bond)
	case free < v.MinBond:
		return spec.Aboutf("bond", free, ErrBond, "service %d asks for %d", v.ID, v.MinBond)
	}
	return nil
}

// allocated is what liable registrations of an operator have of its bond.
func (s *State) allocated(operator delegation.OperatorID) (sum spec.Gwei) {
	for _, r := range s.registrationsOf(operator) {
		sum += r.Allocation // together at most a bond
	}
	return sum
}

func (s *State) runsHeavy(operator delegation.OperatorID) bool {
	for _, r := range s.registrationsOf(operator) {
		if v, ok := s.Service(r.Service); ok && r.Active && v.Class == Heavy {
			return true
		}
	}
	return false
}

// OptOut takes an operator out of a service.
type OptOut struct {
	Owner    delegation.AccountID
	Operator delegation.OperatorID
	Service  ServiceID
}

// ProcessOptOut ends a registration. It does not count any more from now on, and
// stays liable, with its allocation, for the service's window. Under
// [LightByHeavy] the last heavy service is left after all light ones. An error
// leaves the state as it was.
func ProcessOptOut(s *State, out OptOut) error {
	if err := s.usable(); err != nil {
		return err
	}
	v, err := s.findService(out.Service)
	if err != nil {
		return err
	}
	if _, err := s.ownOperator(out.Operator, out.Owner); err != nil {
		return err
	}
	at, found := s.registrationAt(out.Operator, out.Service)
	if !found || !s.Registrations[at].Active {
		return spec.Aboutf("operator", out.Operator, ErrNotRegistered, "service %d", out.Service)
	}
	if s.Config.Adoption == LightByHeavy && v.Class == Heavy {
		heavy, light := 0, 0
		for _, r := range s.registrationsOf(out.Operator) {
			switch w, _ := s.Service(r.Service); {
			case !r.Active:
			case w.Class == Heavy:
				heavy++
			default:
				light++
			}
		}
		if heavy == 1 && light > 0 {
			return spec.Aboutf("operator", out.Operator, ErrAdoption, "%d light services need a heavy one", light)
		}
	}
	s.Registrations[at].leave(s.Ledger.Epoch())
	return nil
}

func (r *Registration) leave(now spec.Epoch) { r.Active, r.Left = false, now }

// liable says whether a registration answers, in epoch now, for an infraction.
func (r *Registration) liable(v *Service, infraction, now spec.Epoch) bool {
	return infraction >= r.Start && (r.Active || (infraction <= r.Left && now <= r.Left+spec.Epoch(v.Window)))
}

func (s *State) ownOperator(id delegation.OperatorID, owner delegation.AccountID) (delegation.Operator, error) {
	o, ok := s.Ledger.Operator(id)
	switch {
	case !ok:
		return o, spec.About("operator", id, delegation.ErrUnknownID)
	case o.Owner != owner:
		return o, spec.Aboutf("owner", owner, delegation.ErrOwner, "operator %d", id)
	}
	return o, nil
}

// ProcessPenalty files what a service asks of an operator; the epoch's end
// collects it. It refuses what no batch could collect: an unknown service or
// operator, a service that slashes nobody ([ErrClass]), an infraction outside the
// registration and its window or too old for the ledger ([delegation.ErrEpoch]), evidence that
// has been filed before ([delegation.ErrDuplicate]), and anything but one positive
// amount below 2^57 Gwei or one fraction above 0 and at most 1. An error leaves the
// state as it was.
func ProcessPenalty(s *State, p Penalty) error {
	if err := s.usable(); err != nil {
		return err
	}
	v, err := s.findService(p.Service)
	if err != nil {
		return err
	}
	if _, ok := s.Ledger.Operator(p.Operator); !ok {
		return spec.About("operator", p.Operator, delegation.ErrUnknownID)
	}
	if v.Class == LightFree {
		return spec.Aboutf("service", v.ID, ErrClass, "%v", v.Class)
	}
	r, ok := s.Registration(p.Operator, p.Service)
	if !ok {
		return spec.Aboutf("operator", p.Operator, ErrNotRegistered, "service %d", p.Service)
	}
	config, now := s.Ledger.Config(), s.Ledger.Epoch()
	if p.Epoch > now || now-p.Epoch > spec.Epoch(config.UnbondingEpochs) || !r.liable(v, p.Epoch, now) {
		return spec.Aboutf("epoch", p.Epoch, delegation.ErrEpoch, "now %d, registered from %d", now, r.Start)
	}
	if err := p.checkSize(); err != nil {
		return err
	}
	p.Done = false
	at, found := slices.BinarySearchFunc(s.Penalties, p, comparePenalties)
	if found {
		return spec.Aboutf("evidence", p.Evidence, delegation.ErrDuplicate, "service %d", p.Service)
	}
	s.Penalties = slices.Insert(s.Penalties, at, p)
	return nil
}

// checkSize says whether a penalty asks for an amount or a fraction.
func (p *Penalty) checkSize() error {
	switch f := p.Fraction; {
	case f.Den == 0 && (f.Num != 0 || p.Amount == 0 || p.Amount >= delegation.MaxSupply),
		f.Den != 0 && p.Amount != 0:
		return spec.About("amount", p.Amount, delegation.ErrAmount)
	case f.Den != 0 && (f.Num == 0 || f.Num > f.Den):
		return spec.Aboutf("fraction", f.Num, delegation.ErrAmount, "over %d", f.Den)
	}
	return nil
}

// ProcessCertificate files a certificate for a slot of the current epoch. Under a
// quorum, or with more members than the committee has, it gives [ErrQuorum]; for a
// service without coupling [ErrClass]; a second one for the slot
// [delegation.ErrDuplicate]. An error leaves the state as it was.
func ProcessCertificate(s *State, epoch spec.Epoch, c Certificate) error {
	if err := s.usable(); err != nil {
		return err
	}
	v, err := s.findService(c.Service)
	if err != nil {
		return err
	}
	switch {
	case v.Coupling == Uncoupled:
		return spec.Aboutf("service", v.ID, ErrClass, "no coupling")
	case epoch != s.Ledger.Epoch():
		return spec.Aboutf("epoch", epoch, delegation.ErrEpoch, "now %d", s.Ledger.Epoch())
	case c.Slot >= s.Config.SlotsPerEpoch:
		return spec.Aboutf("slot", c.Slot, delegation.ErrEpoch, "of %d", s.Config.SlotsPerEpoch)
	}
	if below, _ := BelowQuorum(v.CommitteeSize, v.Quorum); c.Present <= below || c.Present > v.CommitteeSize {
		return spec.Aboutf("present", c.Present, ErrQuorum, "more than %d of %d", below, v.CommitteeSize)
	}
	at, found := slices.BinarySearchFunc(s.Certificates, c, compareCertificates)
	if found {
		return spec.Aboutf("slot", c.Slot, delegation.ErrDuplicate, "service %d", c.Service)
	}
	s.Certificates = slices.Insert(s.Certificates, at, c)
	return nil
}

// certified reports whether a service has a certificate for the slot.
func (s *State) certified(service ServiceID, slot uint64) bool {
	_, ok := slices.BinarySearchFunc(s.Certificates, Certificate{Service: service, Slot: slot}, compareCertificates)
	return ok
}

// Admissible says whether a block in a slot of the current epoch may be: nil, or
// [ErrInadmissible] naming the first strongly coupled service without a certificate
// for it. Weakly coupled services do not matter.
func Admissible(s *State, slot uint64) error {
	if err := s.usable(); err != nil {
		return err
	}
	for i := range s.Services {
		if v := &s.Services[i]; v.Coupling == Strong && !s.certified(v.ID, slot) {
			return spec.Aboutf("slot", slot, ErrInadmissible, "no certificate of service %d", v.ID)
		}
	}
	return nil
}
