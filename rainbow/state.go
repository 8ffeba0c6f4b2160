package rainbow

import (
	"cmp"
	"slices"

	"github.com/stakesim/stakesim/delegation"
	"github.com/stakesim/stakesim/spec"
)

// The ids of services, of the evidence that each of them finds, and of the items that
// its members list are the caller's.
type (
	ServiceID  uint64 // names a [Service]
	EvidenceID uint64 // names the evidence of a [Penalty], within its service
	ItemID     uint64 // names an [Item], within its service
)

// Adoption is how much of the separation of services is in force.
type Adoption uint8

// The three levels, in order.
const (
	// DelegationOnly knows no light services.
	DelegationOnly Adoption = iota
	// LightByHeavy has light services, run by operators of heavy ones: light
	// weight points at them.
	LightByHeavy
	// SeparateLight has light operators that need not run anything heavy.
	SeparateLight
	adoptions
)

// Convention says which of its two meanings alpha has in an [Issuance].
type Convention uint8

// The two meanings.
const (
	AlphaIsShare Convention = iota // see [ShareOfTotal]
	AlphaIsRatio                   // see [RatioToHeavy]
	conventions
)

// Issuance is how much is minted and how it is split between the classes.
type Issuance struct {
	Curve      Curve
	Convention Convention
	Alpha      delegation.Ratio
}

// Share is the light part of the total, by whichever convention.
func (i *Issuance) Share() (ShareOfTotal, error) {
	if i == nil {
		return ShareOfTotal{}, spec.Atf("issuance", -1, spec.ErrInput, "nil")
	}
	if i.Convention == AlphaIsRatio {
		return RatioToHeavy(i.Alpha).Share()
	}
	a := ShareOfTotal(i.Alpha)
	return a, a.Validate()
}

// Config holds what does not change.
type Config struct {
	Issuance      Issuance
	Adoption      Adoption
	SlotsPerEpoch uint64
}

// DefaultConfig returns today's issuance curve, of which the share of today's sync
// committee goes to light services, with separate light operators and epochs of 32
// slots.
func DefaultConfig() Config {
	return Config{
		Issuance:      Issuance{Curve: Sqrt(), Convention: AlphaIsShare, Alpha: delegation.Ratio(TodayShare)},
		Adoption:      SeparateLight,
		SlotsPerEpoch: 32,
	}
}

// Validate reports the first parameter that no state can work with.
func (c *Config) Validate() error {
	if c == nil {
		return spec.Atf("config", -1, spec.ErrInput, "nil")
	}
	if err := c.Issuance.Curve.Validate(); err != nil {
		return err
	}
	switch {
	case c.Issuance.Convention >= conventions:
		return spec.About("convention", uint64(c.Issuance.Convention), spec.ErrInput)
	case c.Adoption >= adoptions:
		return spec.About("adoption", uint64(c.Adoption), spec.ErrInput)
	case c.SlotsPerEpoch == 0 || c.SlotsPerEpoch > 1<<16:
		return spec.About("slots per epoch", c.SlotsPerEpoch, spec.ErrInput)
	}
	_, err := c.Issuance.Share()
	return err
}

// Registration is an operator's service. It stays, inactive, while the operator is
// liable for what it did.
type Registration struct {
	Operator   delegation.OperatorID
	Service    ServiceID
	Active     bool
	Allocation spec.Gwei  // of the bond, for this service alone; 0 is the shared bond
	Start      spec.Epoch // infractions from it on count
	Left       spec.Epoch // of an inactive one: infractions up to it count
}

// OperatorWeight is what an operator counted for at a snapshot, in Gwei.
type OperatorWeight struct {
	Operator  delegation.OperatorID
	Heavy     spec.Gwei // effective stake; 0 without a heavy service
	Principal spec.Gwei // light; 0 without a light service
	Pointers  spec.Gwei // of heavy lots and wallets; likewise
}

// Light is all light weight of the operator; 0 for nil.
func (w *OperatorWeight) Light() spec.Gwei {
	if w == nil {
		return 0
	}
	return w.Principal + w.Pointers
}

// Snapshot is the weight of all operators that were registered at the end of an
// epoch, by operator.
type Snapshot struct {
	Taken bool
	Epoch spec.Epoch
	Rows  []OperatorWeight
}

// Penalty is what a service asks of an operator for an infraction, pending or, for
// as long as it could be filed again, done.
type Penalty struct {
	Service   ServiceID
	Evidence  EvidenceID // id of the service's own, used once
	Operator  delegation.OperatorID
	Epoch     spec.Epoch       // of the infraction
	Fraction  delegation.Ratio // of every liable pot; Den 0 means Amount
	Amount    spec.Gwei
	Tombstone bool
	Done      bool
}

// Certificate says that so many of a service's committee vouch for a slot of the
// current epoch.
type Certificate struct {
	Service ServiceID
	Slot    uint64 // in its epoch
	Present uint64
}

// Totals is what the classes have been given since the start. Issued = Heavy +
// Light = Paid + NotMinted, always.
type Totals struct {
	Issued, Heavy, Light, Paid, NotMinted spec.Gwei
}

// State is a whole economy: a ledger and the services upon it. Its slices are
// sorted: services by id, registrations by operator and service, prices by
// service, penalties by service and evidence, certificates by service and slot.
// Read it freely; write with the functions of this package, and operate on the
// ledger with those of package delegation, except its ProcessEpoch and
// ProcessEpochs, which [ProcessEpoch] calls. One that came from elsewhere should pass
// [CheckInvariants] first. It is not safe for concurrent use. A nil State and one
// without a ledger are refused with [spec.ErrInput], and are empty to what returns no
// error.
type State struct {
	Config        Config
	Ledger        *delegation.Ledger
	Services      []Service
	Registrations []Registration
	Prices        []RolePrice
	Penalties     []Penalty
	Certificates  []Certificate
	// The weight snapshots of the last three epochs, newest first. Duties and
	// rewards go by Go; committees can be drawn one and two epochs ahead.
	Mark, Set, Go Snapshot
	Totals        Totals
	NextSlash     delegation.SlashID // id of the ledger's next slash, from 2^63; leave those to this package

	work workspace // derived, reused between epochs
}

// New returns a state without services over a ledger, of which it becomes the
// owner.
func New(config Config, l *delegation.Ledger) (*State, error) {
	if l == nil {
		return nil, spec.Atf("ledger", -1, spec.ErrInput, "nil")
	}
	if err := config.Validate(); err != nil {
		return nil, err
	}
	return &State{Config: config, Ledger: l, NextSlash: 1 << 63}, nil
}

// usable says whether there is a state with a ledger.
func (s *State) usable() error {
	switch {
	case s == nil:
		return spec.Atf("state", -1, spec.ErrInput, "nil")
	case s.Ledger == nil:
		return spec.Atf("ledger", -1, spec.ErrInput, "nil")
	}
	return nil
}

// Clone returns a copy that shares no memory with s, and nil for nil.
func (s *State) Clone() *State {
	if s == nil {
		return nil
	}
	c := *s
	c.Ledger = s.Ledger.Clone()
	c.Services, c.Registrations = slices.Clone(s.Services), slices.Clone(s.Registrations)
	c.Prices, c.Penalties, c.Certificates = slices.Clone(s.Prices), slices.Clone(s.Penalties), slices.Clone(s.Certificates)
	c.Mark.Rows, c.Set.Rows, c.Go.Rows = slices.Clone(s.Mark.Rows), slices.Clone(s.Set.Rows), slices.Clone(s.Go.Rows)
	c.work = workspace{}
	return &c
}

// Service returns a copy of a service, and false when there is none.
func (s *State) Service(id ServiceID) (Service, bool) {
	if s == nil {
		return Service{}, false
	}
	if at, ok := s.serviceAt(id); ok {
		return s.Services[at], true
	}
	return Service{}, false
}

// Registration returns a copy of a registration, active or still liable, and
// false when there is none.
func (s *State) Registration(operator delegation.OperatorID, service ServiceID) (Registration, bool) {
	if s == nil {
		return Registration{}, false
	}
	if at, ok := s.registrationAt(operator, service); ok {
		return s.Registrations[at], true
	}
	return Registration{}, false
}

func (s *State) serviceAt(id ServiceID) (int, bool) {
	return slices.BinarySearchFunc(s.Services, id, func(v Service, id ServiceID) int { return cmp.Compare(v.ID, id) })
}

func (s *State) findService(id ServiceID) (*Service, error) {
	if at, ok := s.serviceAt(id); ok {
		return &s.Services[at], nil
	}
	return nil, spec.About("service", id, delegation.ErrUnknownID)
}

func (s *State) registrationAt(operator delegation.OperatorID, service ServiceID) (int, bool) {
	return slices.BinarySearchFunc(s.Registrations, Registration{Operator: operator, Service: service}, compareRegistrations)
}

func compareRegistrations(a, b Registration) int {
	return cmp.Or(cmp.Compare(a.Operator, b.Operator), cmp.Compare(a.Service, b.Service))
}

func comparePenalties(a, b Penalty) int {
	return cmp.Or(cmp.Compare(a.Service, b.Service), cmp.Compare(a.Evidence, b.Evidence))
}

func compareCertificates(a, b Certificate) int {
	return cmp.Or(cmp.Compare(a.Service, b.Service), cmp.Compare(a.Slot, b.Slot))
}

// registrationsOf are the rows of one operator; they share memory with the state.
func (s *State) registrationsOf(operator delegation.OperatorID) []Registration {
	from, _ := s.registrationAt(operator, 0)
	to := from
	for to < len(s.Registrations) && s.Registrations[to].Operator == operator {
		to++
	}
	return s.Registrations[from:to]
}
