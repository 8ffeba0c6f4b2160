package ref

import (
	"errors"

	"github.com/stakesim/stakesim/delegation/ref/whole"
)

// State is a whole economy: the fields of rainbow.State under their names, rows by
// what identifies them. Amounts are in Gwei, ratios over 0 stand for none.
type State struct {
	Config        Config
	Ledger        *whole.Ledger
	Services      map[uint64]*Service
	Registrations map[RegistrationKey]*Registration
	Prices        map[uint64]*RolePrice
	Penalties     map[PenaltyKey]*Penalty
	Certificates  map[CertificateKey]*Certificate
	Mark, Set, Go Snapshot
	Totals        Totals
	NextSlash     uint64
}

// Load copies an economy and its ledger, given as structs with the same fields.
func Load(economy, ledger any) (*State, error) {
	s := &State{Ledger: new(whole.Ledger)}
	if err := whole.Copy(s, economy, "Ledger"); err != nil {
		return nil, err
	}
	return s, whole.Copy(s.Ledger, ledger)
}

// Ratio is a fraction.
type Ratio struct{ Num, Den uint64 }

// Config holds what does not change.
type Config struct {
	Issuance                Issuance
	Adoption, SlotsPerEpoch uint64
}

// Issuance is a curve and what alpha is: 0 a share of the total, 1 a ratio to
// heavy issuance.
type Issuance struct {
	Curve      Curve
	Convention uint64
	Alpha      Ratio
}

// Curve is a form of issuance and its constants.
type Curve struct{ Kind, Factor, EpochsPerYear, K, N, Center, Level uint64 }

// The classes, couplings and reward rules.
const (
	Heavy = iota
	LightBonded
	LightFree
)
const (
	Uncoupled = iota
	Weak
	Strong
)
const (
	ByWeight = iota
	EqualParts
	Uniqueness
	ConditionalTip
	FOCILR
)

// Service is one job.
type Service struct {
	ID, Class, LossRule, Weight, MinBond, Window, MaxLoss uint64

	Coupling, CommitteeSize uint64
	Quorum                  Ratio
	Rule, ProposerShare     uint64
	SoleShare               Ratio
	InclusionShare          uint64
	Totals                  ServiceTotals
}

// ServiceTotals is what a service has done.
type ServiceTotals struct {
	Budget, Awarded, Owed, AboveMaxLoss, AboveBond, Collected, Certified, Omitted uint64
}

// RegistrationKey is an operator at a service.
type RegistrationKey struct{ Operator, Service uint64 }

// Registration says that an operator serves, or did and is liable.
type Registration struct {
	Operator, Service       uint64
	Active                  bool
	Allocation, Start, Left uint64
}

// RolePrice is the price of a service's role.
type RolePrice struct {
	Service, Floor, Price uint64
	Sensitivity, Target   Ratio
}

// PenaltyKey is what identifies a penalty.
type PenaltyKey struct{ Service, Evidence uint64 }

// Penalty is what a service asks for an infraction.
type Penalty struct {
	Service, Evidence, Operator, Epoch uint64
	Fraction                           Ratio
	Amount                             uint64
	Tombstone, Done                    bool
}

// CertificateKey is what identifies a certificate.
type CertificateKey struct{ Service, Slot uint64 }

// Certificate says how many of a committee vouch for a slot.
type Certificate struct{ Service, Slot, Present uint64 }

// Snapshot is the weight of operators at the end of an epoch.
type Snapshot struct {
	Taken bool
	Epoch uint64
	Rows  map[uint64]*OperatorWeight
}

// OperatorWeight is that of one operator.
type OperatorWeight struct{ Operator, Heavy, Principal, Pointers uint64 }

// Totals is what has been issued.
type Totals struct{ Issued, Heavy, Light, Paid, NotMinted uint64 }

// EpochInput is what an epoch brings.
type EpochInput struct {
	Duties []Duty
	Items  []Item
	Blocks []Block
}

// LoadEpochInput copies the three lists of an input, given as slices of structs with the
// same fields.
func LoadEpochInput(duties, items, blocks any) (*EpochInput, error) {
	in := new(EpochInput)
	return in, errors.Join(whole.Copy(&in.Duties, duties), whole.Copy(&in.Items, items), whole.Copy(&in.Blocks, blocks))
}

// Duty says that an operator performed.
type Duty struct{ Operator, Service, Epoch, Weight uint64 }

// Item is something that was listed.
type Item struct {
	Service, ID, Value, Low, Proposer uint64
	Listers                           []uint64
	HasProposer                       bool
}

// Block is a block and the services whose certificates it includes.
type Block struct {
	Slot, Proposer uint64
	Included       []uint64
}

// weight is what an operator may count for at a service in this epoch: nothing
// unless it is registered since before the snapshot by which duties go.
func (s *State) weight(operator uint64, v *Service) uint64 {
	r, row := s.Registrations[RegistrationKey{operator, v.ID}], s.Go.Rows[operator]
	switch {
	case r == nil || row == nil || !r.Active || r.Start >= s.Go.Epoch:
		return 0
	case v.Class == Heavy:
		return row.Heavy
	}
	return row.Principal + row.Pointers
}

// proposes says whether an operator has heavy weight to propose with.
func (s *State) proposes(operator uint64) bool {
	row := s.Go.Rows[operator]
	return row != nil && row.Heavy > 0
}

func (s *State) certified(service, slot uint64) bool {
	return s.Certificates[CertificateKey{service, slot}] != nil
}
