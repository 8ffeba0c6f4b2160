package rainbow

import (
	"fmt"
	"slices"

	"github.com/stakesim/stakesim/delegation"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// Class is what a service may do to stake.
type Class uint8

// The classes. Both light classes share the light part of issuance.
const (
	Heavy       Class = iota // slashes by its loss rule
	LightBonded              // slashes the operator's bond only
	LightFree                // slashes nobody
	classes
)

// String returns the name of the class.
func (c Class) String() string {
	if c >= classes {
		return fmt.Sprintf("class(%d)", uint8(c))
	}
	return [classes]string{"heavy", "light bonded", "light free"}[c]
}

// Coupling says what a service's certificates mean for blocks.
type Coupling uint8

// The couplings.
const (
	Uncoupled Coupling = iota
	Weak               // applied where it exists, never required
	Strong             // a block without it is not admissible
	couplings
)

// RewardRule says how a service's budget is divided.
type RewardRule uint8

// The rules. What a rule does not pay is not minted.
const (
	// ByWeight pays each report its part of the weight that could have performed.
	ByWeight RewardRule = iota
	// EqualParts pays each performer the same.
	EqualParts
	// Uniqueness pays an item listed by l members 1/l of its value to each
	// (COMIS, ethresear.ch 18835).
	Uniqueness
	// ConditionalTip pays an item's value to its only lister, its lower value to
	// each of several.
	ConditionalTip
	// FOCILR pays a proposer his share of an item and each lister by
	// [ListerShare].
	FOCILR
	rewardRules
)

// items reports whether the rule pays for items and not for reports.
func (r RewardRule) items() bool { return r >= Uniqueness }

// Service is one job that operators may do. The state keeps services by id.
type Service struct {
	ID             ServiceID
	Class          Class
	LossRule       delegation.LossRule // of a light bonded service BondOnly
	Weight         uint64              // of its budget inside its class, relative
	MinBond        spec.Gwei           // at registration, or the allocation
	Window         uint64              // epochs for which who has left stays liable
	MaxLoss        spec.Gwei           // by all operators in an epoch, or delegation.Off
	Coupling       Coupling
	CommitteeSize  uint64           // members of a certificate's committee
	Quorum         delegation.Ratio // a certificate needs more than floor(quorum * size)
	Rule           RewardRule
	ProposerShare  delegation.Parts // w_p of FOCILR
	SoleShare      delegation.Ratio // u of FOCILR: what a sole lister gets of the rest
	InclusionShare delegation.Parts // of the budget, for blocks that include certificates
	Totals         ServiceTotals
}

// ServiceTotals is what a service has done since its start.
type ServiceTotals struct {
	Budget       spec.Gwei // given to it
	Awarded      spec.Gwei // to operators; the ledger may have refused some
	Owed         spec.Gwei // by its penalties
	AboveMaxLoss spec.Gwei // of that, above the maximum loss
	AboveBond    spec.Gwei // of the rest, above bond or allocation
	Collected    spec.Gwei // the rest
	Certified    uint64    // certificates
	Omitted      uint64    // certificates that a block left out
}

const maxWeights = 1 << 32

// Validate reports what no service can be, without its totals.
func (v *Service) Validate() error {
	switch {
	case v == nil:
		return spec.Atf("service", -1, spec.ErrInput, "nil")
	case v.Class >= classes:
		return spec.About("class", uint64(v.Class), spec.ErrInput)
	case v.LossRule > delegation.BondOnly:
		return spec.About("loss rule", uint64(v.LossRule), spec.ErrInput)
	case v.Class != Heavy && v.LossRule != delegation.BondOnly:
		return spec.Aboutf("loss rule", uint64(v.LossRule), ErrClass, "%v", v.Class)
	case v.Weight == 0 || v.Weight >= maxWeights:
		return spec.About("weight", v.Weight, ErrWeights)
	case v.MinBond > delegation.MaxSupply:
		return spec.About("minimum bond", v.MinBond, ErrBond)
	case v.Window > delegation.MaxDelay:
		return spec.About("window", v.Window, delegation.ErrEpoch)
	case v.Rule >= rewardRules:
		return spec.About("reward rule", uint64(v.Rule), spec.ErrInput)
	case v.Class == Heavy && v.Rule != ByWeight:
		return spec.Aboutf("reward rule", uint64(v.Rule), ErrClass, "%v", v.Class)
	case v.ProposerShare > delegation.One:
		return spec.About("proposer share", v.ProposerShare, ErrWeights)
	}
	if v.Rule == FOCILR {
		if _, err := ListerShare(0, v.CommitteeSize, 0, v.SoleShare); err != nil {
			return err
		}
	}
	return v.validateCoupling()
}

func (v *Service) validateCoupling() error {
	switch {
	case v.Coupling >= couplings:
		return spec.About("coupling", uint64(v.Coupling), spec.ErrInput)
	case v.Coupling != Uncoupled && v.Class == Heavy:
		return spec.Aboutf("coupling", uint64(v.Coupling), ErrClass, "%v", v.Class)
	case v.Coupling != Uncoupled && (v.CommitteeSize == 0 || v.Quorum.Den == 0):
		return spec.Aboutf("committee size", v.CommitteeSize, ErrQuorum, "quorum %d/%d", v.Quorum.Num, v.Quorum.Den)
	case v.Quorum.Num > v.Quorum.Den:
		return spec.Aboutf("quorum", v.Quorum.Num, ErrQuorum, "over %d", v.Quorum.Den)
	case v.CommitteeSize >= 1<<32:
		return spec.About("committee size", v.CommitteeSize, spec.ErrInput)
	case v.InclusionShare > delegation.One || (v.InclusionShare > 0 && v.Coupling == Uncoupled):
		return spec.About("inclusion", v.InclusionShare, ErrWeights)
	}
	return nil
}

// BelowQuorum is the number of members that is not yet a quorum, floor(q * n); one
// more is. A ratio over 0 or above 1 gives [ErrQuorum].
func BelowQuorum(n uint64, q delegation.Ratio) (uint64, error) {
	if q.Den == 0 || q.Num > q.Den {
		return 0, spec.Aboutf("quorum", q.Num, ErrQuorum, "over %d", q.Den)
	}
	v, _ := u64.MulDiv(n, q.Num, q.Den)
	return v, nil
}

// AddService adds a service; it starts in the current epoch. An id that is there
// gives [delegation.ErrDuplicate], weights of a class that sum to 2^32 or more [ErrWeights];
// an error leaves the state as it was.
func AddService(s *State, v Service) error {
	if err := s.usable(); err != nil {
		return err
	}
	if err := v.Validate(); err != nil {
		return err
	}
	at, found := s.serviceAt(v.ID)
	if found {
		return spec.About("service", v.ID, delegation.ErrDuplicate)
	}
	if s.Config.Adoption == DelegationOnly && v.Class != Heavy {
		return spec.Aboutf("class", uint64(v.Class), ErrAdoption, "light services")
	}
	sum := v.Weight
	for i := range s.Services {
		if (s.Services[i].Class == Heavy) == (v.Class == Heavy) {
			sum += s.Services[i].Weight
		}
	}
	if sum >= maxWeights {
		return spec.About("weight", v.Weight, ErrWeights)
	}
	v.Totals = ServiceTotals{}
	s.Services = slices.Insert(s.Services, at, v)
	return nil
}
