package ref

import (
	"math/big"

	"github.com/stakesim/stakesim/delegation/ref/whole"
)

// payment is what an operator is to be paid, by the class of the work.
type payment struct{ heavy, light uint64 }

// award is what an epoch pays, by operator, and by service.
type award struct {
	s        *State
	in       *EpochInput
	payments map[uint64]*payment
}

func (a *award) give(v *Service, operator, amount uint64, heavy bool) {
	if a.payments[operator] == nil {
		a.payments[operator] = new(payment)
	}
	if heavy {
		a.payments[operator].heavy += amount
	} else {
		a.payments[operator].light += amount
	}
	v.Totals.Awarded += amount
}

// staked is the heavy weight by which duties go.
func (s *State) staked() *big.Int {
	sum := new(big.Int)
	for _, row := range s.Go.Rows {
		sum.Add(sum, whole.Int(row.Heavy))
	}
	return sum
}

// budgets divides a class's part among its services.
func (s *State) budgets(part uint64, heavy bool) map[uint64]uint64 {
	var ids, weights []uint64
	for _, id := range whole.IDs(s.Services) {
		if v := s.Services[id]; (v.Class == Heavy) == heavy {
			ids, weights = append(ids, id), append(weights, v.Weight)
		}
	}
	budgets := map[uint64]uint64{}
	for i, b := range Apportion(part, weights) {
		budgets[ids[i]] = b
	}
	return budgets
}

func parts(amount, of uint64) uint64 { return whole.Floor(amount, of, whole.One) }

// service pays one service's budget.
func (a *award) service(v *Service, budget uint64) {
	v.Totals.Budget += budget
	inclusion := parts(budget, v.InclusionShare)
	a.blocks(v, whole.Floor(inclusion, 1, a.s.Config.SlotsPerEpoch))
	budget -= inclusion

	able, performers := new(big.Int), uint64(0)
	for role := range a.s.Registrations {
		if role.Service == v.ID {
			able.Add(able, whole.Int(a.s.weight(role.Operator, v)))
		}
	}
	for _, d := range a.in.Duties {
		if d.Service == v.ID {
			performers++
		}
	}
	for _, d := range a.in.Duties {
		switch {
		case d.Service != v.ID:
		case v.Rule == ByWeight:
			part := new(big.Rat).SetFrac(whole.Int(d.Weight), able)
			a.give(v, d.Operator, Floor(product(Int(budget), part)), v.Class == Heavy)
		case v.Rule == EqualParts:
			a.give(v, d.Operator, budget/performers, v.Class == Heavy)
		}
	}
	a.items(v, budget)
}

// blocks counts certificates and pays the proposers of blocks that include them.
func (a *award) blocks(v *Service, each uint64) {
	for vote := range a.s.Certificates {
		if vote.Service == v.ID {
			v.Totals.Certified++
		}
	}
	for _, b := range a.in.Blocks {
		if v.Coupling == Uncoupled || !a.s.certified(v.ID, b.Slot) {
			continue
		}
		included := v.Coupling == Strong
		for _, id := range b.Included {
			included = included || id == v.ID
		}
		if included {
			a.give(v, b.Proposer, each, true)
		} else {
			v.Totals.Omitted++
		}
	}
}

// cost is the most that an item can pay out.
func (v *Service) cost(it Item) *big.Int {
	l := uint64(len(it.Listers))
	switch {
	case l == 0 && v.Rule != FOCILR:
		return new(big.Int)
	case l > 1 && v.Rule == ConditionalTip:
		return new(big.Int).Mul(whole.Int(it.Low), whole.Int(l))
	}
	return whole.Int(it.Value)
}

// items pays what was listed, scaled down, alike, to the budget.
func (a *award) items(v *Service, budget uint64) {
	cost := new(big.Int)
	for _, it := range a.in.Items {
		if it.Service == v.ID {
			cost.Add(cost, v.cost(it))
		}
	}
	scaled := func(amount uint64) uint64 {
		if cost.Cmp(whole.Int(budget)) <= 0 {
			return amount
		}
		return Floor(product(Int(amount), new(big.Rat).SetFrac(whole.Int(budget), cost)))
	}
	for _, it := range a.in.Items {
		if it.Service != v.ID {
			continue
		}
		value, l, each := scaled(it.Value), uint64(len(it.Listers)), uint64(0)
		switch {
		case v.Rule == FOCILR:
			proposer := parts(value, v.ProposerShare)
			if it.HasProposer {
				a.give(v, it.Proposer, proposer, true)
			}
			if l > 0 {
				each = Floor(ListerShare(Int(value-proposer), over(Int(v.SoleShare.Num), Int(v.SoleShare.Den)), v.CommitteeSize, l))
			}
		case l == 0:
		case v.Rule == Uniqueness:
			each = value / l
		case v.Rule == ConditionalTip && l == 1:
			each = value
		case v.Rule == ConditionalTip:
			each = scaled(it.Low)
		}
		for _, id := range it.Listers {
			a.give(v, id, each, false)
		}
	}
}

// payAll mints what operators have earned and returns how much that is: a light
// part is divided between pointers, rounded down, and principal by their weight
// at the snapshot. What the ledger refuses is not minted.
func (a *award) payAll() (paid uint64) {
	l := a.s.Ledger
	for _, id := range whole.IDs(a.payments) {
		p, row := a.payments[id], a.s.Go.Rows[id]
		pointers := whole.Floor(p.light, row.Pointers, row.Principal+row.Pointers)
		for _, r := range []struct {
			amount uint64
			pay    func(operator, amount uint64) bool
		}{{p.heavy, l.ProcessHeavyReward}, {p.light - pointers, l.ProcessLightReward}, {pointers, l.ProcessPointerReward}} {
			if r.pay(id, r.amount) {
				paid += r.amount
			}
		}
	}
	return paid
}
