package rainbow

import (
	"fmt"
	"math/big"

	"github.com/stakesim/stakesim/delegation"
	"github.com/stakesim/stakesim/rainbow/ref"
	"github.com/stakesim/stakesim/spec"
)

// reference computes what an epoch awards, service by service, on rationals and
// without any of the epoch's own code: by operator, heavy and light.
type reference struct {
	s            *State
	in           EpochInput
	heavy, light map[delegation.OperatorID]uint64
}

func rat(r delegation.Ratio) *big.Rat {
	return new(big.Rat).Quo(ref.Int(r.Num), ref.Int(r.Den))
}

func times(a uint64, r *big.Rat) uint64 { return ref.Floor(new(big.Rat).Mul(ref.Int(a), r)) }

// expect is to be called before the epoch.
func expect(s *State, in EpochInput) (*reference, error) {
	e := &reference{s, in, map[delegation.OperatorID]uint64{}, map[delegation.OperatorID]uint64{}}
	staked := spec.Gwei(0)
	for _, row := range s.Go.Rows {
		staked += row.Heavy
	}
	annual, err := AnnualIssuance(s.Config.Issuance.Curve, staked) // held to its own reference
	if err != nil {
		return nil, err
	}
	issued := uint64(max(annual, 0)) / s.Config.Issuance.Curve.EpochsPerYear
	alpha := rat(s.Config.Issuance.Alpha)
	if s.Config.Issuance.Convention == AlphaIsRatio { // I_L = alpha I_H
		alpha = new(big.Rat).Quo(alpha, new(big.Rat).Add(alpha, ref.Int(1)))
	}
	light := times(issued, alpha)
	for _, class := range []struct {
		heavy  bool
		budget uint64
	}{{true, issued - light}, {false, light}} {
		var services []*Service
		var weights []uint64
		for i := range s.Services {
			if v := &s.Services[i]; (v.Class == Heavy) == class.heavy {
				services, weights = append(services, v), append(weights, v.Weight)
			}
		}
		for i, budget := range ref.Apportion(class.budget, weights) {
			e.service(services[i], budget)
		}
	}
	return e, nil
}

func (e *reference) service(v *Service, budget uint64) {
	inclusion := times(budget, rat(delegation.Ratio{Num: uint64(v.InclusionShare), Den: uint64(delegation.One)}))
	for _, b := range e.in.Blocks {
		for _, id := range b.Included {
			if id == v.ID && v.Coupling == Weak {
				e.heavy[b.Proposer] += inclusion / e.s.Config.SlotsPerEpoch
			}
		}
		if v.Coupling == Strong {
			e.heavy[b.Proposer] += inclusion / e.s.Config.SlotsPerEpoch
		}
	}
	rest, total, performers := budget-inclusion, uint64(0), uint64(0)
	for _, row := range e.s.Go.Rows {
		r, ok := e.s.Registration(row.Operator, v.ID)
		if ok && r.Active && r.Start < e.s.Go.Epoch {
			if v.Class == Heavy {
				total += uint64(row.Heavy)
			} else {
				total += uint64(row.Principal + row.Pointers)
			}
		}
	}
	for _, d := range e.in.Duties {
		if d.Service == v.ID {
			performers++
		}
	}
	to := e.light
	if v.Class == Heavy {
		to = e.heavy
	}
	for _, d := range e.in.Duties {
		switch {
		case d.Service != v.ID:
		case v.Rule == ByWeight:
			to[d.Operator] += times(rest, rat(delegation.Ratio{Num: uint64(d.Weight), Den: total}))
		case v.Rule == EqualParts:
			to[d.Operator] += rest / performers
		}
	}
	e.items(v, rest)
}

func (e *reference) items(v *Service, rest uint64) {
	cost := uint64(0)
	for _, it := range e.in.Items {
		switch l := uint64(len(it.Listers)); {
		case it.Service != v.ID || (l == 0 && v.Rule != FOCILR):
		case v.Rule == ConditionalTip && l > 1:
			cost += uint64(it.Low) * l
		default:
			cost += uint64(it.Value)
		}
	}
	scale := ref.Int(1)
	if cost > rest {
		scale = rat(delegation.Ratio{Num: rest, Den: cost})
	}
	for _, it := range e.in.Items {
		if it.Service != v.ID {
			continue
		}
		value, each, l := times(uint64(it.Value), scale), uint64(0), uint64(len(it.Listers))
		switch v.Rule {
		case Uniqueness:
			each = value / max(l, 1)
		case ConditionalTip:
			if each = value; l > 1 {
				each = times(uint64(it.Low), scale)
			}
		case FOCILR:
			proposer := times(value, rat(delegation.Ratio{Num: uint64(v.ProposerShare), Den: uint64(delegation.One)}))
			if it.HasProposer {
				e.heavy[it.Proposer] += proposer
			}
			if l > 0 {
				each = ref.Floor(ref.ListerShare(ref.Int(value-proposer), rat(v.SoleShare), v.CommitteeSize, l))
			}
		}
		for _, id := range it.Listers {
			e.light[id] += each
		}
	}
}

// compare holds what the epoch paid, by the rows that it went by, to the reference.
func (e *reference) compare(rows []OperatorWeight, pay []payment) error {
	for i, row := range rows {
		h, l := uint64(pay[i].heavy), uint64(pay[i].light)
		if h != e.heavy[row.Operator] || l != e.light[row.Operator] {
			return fmt.Errorf("operator %d is paid %d heavy and %d light, by the reference %d and %d",
				row.Operator, h, l, e.heavy[row.Operator], e.light[row.Operator])
		}
		delete(e.heavy, row.Operator)
		delete(e.light, row.Operator)
	}
	for id := range e.heavy {
		return fmt.Errorf("operator %d is not in the snapshot", id)
	}
	return nil
}
