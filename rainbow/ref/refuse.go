package ref

import (
	"maps"
	"math/big"
	"slices"

	"github.com/stakesim/stakesim/delegation/ref/whole"
)

// Refusal is the name of an error of packages rainbow, delegation or spec.
type Refusal string

// The errors that an epoch can deserve.
const (
	Bound         Refusal = "ErrBound"
	Class         Refusal = "ErrClass"
	Domain        Refusal = "ErrDomain"
	Duplicate     Refusal = "ErrDuplicate"
	Inadmissible  Refusal = "ErrInadmissible"
	Malformed     Refusal = "ErrInput"
	NotRegistered Refusal = "ErrNotRegistered"
	OtherEpoch    Refusal = "ErrEpoch"
	Overflow      Refusal = "ErrOverflow"
	Quorum        Refusal = "ErrQuorum"
	UnknownID     Refusal = "ErrUnknownID"
	Weighted      Refusal = "ErrWeight"
	Weights       Refusal = "ErrWeights"
)

const (
	maxIssued = 1 << 63
	maxEpoch  = 1 << 62
)

// Refusals lists every error that an epoch deserves, each once and sorted; none
// says that it is admitted. Whoever stops at the first fault finds one of them.
func (s *State) Refusals(in *EpochInput) []Refusal {
	if !s.usable() || in == nil {
		return []Refusal{Malformed}
	}
	found := map[Refusal]bool{}
	add := func(r Refusal) {
		if r != "" {
			found[r] = true
		}
	}
	seen := map[any]bool{}
	once := func(key any) {
		if seen[key] {
			add(Duplicate)
		}
		seen[key] = true
	}
	for _, d := range in.Duties {
		once(RegistrationKey{d.Operator, d.Service})
		add(s.refuseDuty(d))
	}
	cost := new(big.Int)
	for _, it := range in.Items {
		once(PenaltyKey{it.Service, it.ID})
		add(s.refuseItem(in, it))
		if v := s.Services[it.Service]; v != nil {
			cost.Add(cost, v.cost(it))
		}
	}
	if !cost.IsUint64() {
		add(Overflow)
	}
	for _, b := range in.Blocks {
		once(b.Slot)
		add(s.refuseBlock(b))
	}
	add(s.refuseIssuance())
	return slices.Sorted(maps.Keys(found))
}

func (s *State) refuseDuty(d Duty) Refusal {
	v, r := s.Services[d.Service], s.Registrations[RegistrationKey{d.Operator, d.Service}]
	switch {
	case v == nil:
		return UnknownID
	case d.Epoch != s.Ledger.Epoch:
		return OtherEpoch
	case r == nil || !r.Active:
		return NotRegistered
	case d.Weight == 0 || d.Weight > s.weight(d.Operator, v):
		return Weighted
	}
	return ""
}

func (s *State) refuseItem(in *EpochInput, it Item) Refusal {
	v := s.Services[it.Service]
	switch {
	case v == nil:
		return UnknownID
	case v.Rule < Uniqueness, it.HasProposer && v.Rule != FOCILR:
		return Class
	case it.Low > it.Value || it.Value >= whole.MaxSupply:
		return Malformed
	case v.Rule == FOCILR && uint64(len(it.Listers)) > v.CommitteeSize:
		return Weights
	case it.HasProposer && !s.proposes(it.Proposer):
		return NotRegistered
	}
	for i, id := range it.Listers {
		if slices.Contains(it.Listers[:i], id) {
			return Duplicate
		}
		if !slices.ContainsFunc(in.Duties, func(d Duty) bool { return d.Operator == id && d.Service == v.ID }) {
			return NotRegistered
		}
	}
	return ""
}

func (s *State) refuseBlock(b Block) Refusal {
	switch {
	case b.Slot >= s.Config.SlotsPerEpoch:
		return OtherEpoch
	case !s.proposes(b.Proposer):
		return NotRegistered
	}
	for _, v := range s.Services {
		if v.Coupling == Strong && !s.certified(v.ID, b.Slot) {
			return Inadmissible
		}
	}
	for i, id := range b.Included {
		switch {
		case s.Services[id] == nil:
			return UnknownID
		case !s.certified(id, b.Slot):
			return Quorum
		case slices.Contains(b.Included[:i], id):
			return Duplicate
		}
	}
	return ""
}

func (s *State) refuseIssuance() Refusal {
	staked, c := s.staked(), s.Config.Issuance.Curve
	if staked.Cmp(whole.Int(whole.MaxSupply)) >= 0 || (c.Kind == CurveEconomicCap && staked.Cmp(whole.Int(c.Center)) >= 0) {
		return Domain
	}
	annual := c.AnnualIssuance(staked.Uint64())
	if !annual.IsInt64() {
		return Overflow
	}
	total := c.epoch(staked.Uint64())
	over := func(limit uint64, list ...uint64) bool { return whole.Sum(list...).Cmp(whole.Int(limit)) >= 0 }
	if over(whole.MaxSupply, s.Ledger.Genesis, s.Ledger.Minted, total) || over(maxIssued, s.Totals.Issued, total) || s.Ledger.Epoch >= maxEpoch {
		return Bound
	}
	return ""
}
