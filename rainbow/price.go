package rainbow

import (
	"cmp"
	"math/big"
	"slices"

	"github.com/stakesim/stakesim/delegation"
	"github.com/stakesim/stakesim/spec"
)

// RolePrice is the price of a service's role, which moves with its demand: the
// operators that could perform over the seats of the service's committee.
type RolePrice struct {
	Service     ServiceID
	Floor       spec.Gwei        // t; the price is always above it
	Price       spec.Gwei        // f
	Sensitivity delegation.Ratio // c
	Target      delegation.Ratio // p*
}

// NextPrice is the price after an epoch with demand p:
//
//	g  = t + max(1, floor((f - t) (1 + c (p - p*))))
//	f' = max(g, f + 1)               where p > p*
//	     max(t + 1, min(g, f - 1))   where p < p*
//	     f                           where p = p*
//
// So a demand above the target always raises it, by at least 1 Gwei, and one below
// lowers it until it is 1 Gwei above its floor: flooring alone would keep a price that
// has come down there for ever. It never exceeds 2^57 Gwei, where it stays.
//
// A price that is not above its floor, a ratio over 0 and a price above 2^57 Gwei give
// [spec.ErrInput] (ethresear.ch 21826; the step of 1 Gwei is this package's).
func NextPrice(r RolePrice, p delegation.Ratio) (spec.Gwei, error) {
	if err := r.validate(); err != nil {
		return 0, err
	}
	if p.Den == 0 {
		return 0, spec.Aboutf("demand", p.Num, spec.ErrInput, "over 0")
	}
	rate := func(r delegation.Ratio) *big.Rat { return new(big.Rat).SetFrac(whole(r.Num), whole(r.Den)) }
	excess := new(big.Rat).Sub(rate(p), rate(r.Target))
	change := new(big.Rat).Mul(excess, rate(r.Sensitivity))
	change.Add(change, big.NewRat(1, 1))
	change.Mul(change, new(big.Rat).SetInt(gwei(r.Price-r.Floor)))
	next := new(big.Int).Div(change.Num(), change.Denom()) // above the floor
	if least := gwei(r.Price - r.Floor + 1); excess.Sign() > 0 && next.Cmp(least) < 0 {
		next = least
	}
	if most := gwei(r.Price - r.Floor - 1); excess.Sign() < 0 && next.Cmp(most) > 0 {
		next = most
	}
	if next.Sign() <= 0 {
		return r.Floor + 1, nil
	}
	if most := gwei(delegation.MaxSupply - r.Floor); next.Cmp(most) > 0 {
		next = most
	}
	return r.Floor + spec.Gwei(next.Uint64()), nil
}

func (r *RolePrice) validate() error {
	switch {
	case r.Price <= r.Floor || r.Price > delegation.MaxSupply:
		return spec.Aboutf("price", r.Price, spec.ErrInput, "floor of %d", r.Floor)
	case r.Sensitivity.Den == 0 || r.Target.Den == 0:
		return spec.About("sensitivity", r.Sensitivity.Num, spec.ErrInput)
	}
	return nil
}

// AddRolePrice gives a service with a committee a role price. An error leaves the
// state as it was.
func AddRolePrice(s *State, r RolePrice) error {
	if err := s.usable(); err != nil {
		return err
	}
	v, err := s.findService(r.Service)
	if err != nil {
		return err
	}
	if v.CommitteeSize == 0 {
		return spec.Aboutf("service", v.ID, ErrClass, "no committee")
	}
	if err := r.validate(); err != nil {
		return err
	}
	at, found := slices.BinarySearchFunc(s.Prices, r, func(a, b RolePrice) int { return cmp.Compare(a.Service, b.Service) })
	if found {
		return spec.About("service", r.Service, delegation.ErrDuplicate)
	}
	s.Prices = slices.Insert(s.Prices, at, r)
	return nil
}

// movePrices moves every role price by the demand of the epoch.
func (s *State) movePrices(results []ServiceResult) {
	for i := range s.Prices {
		at := s.indexOf(s.Prices[i].Service)
		demand := delegation.Ratio{Num: results[at].Operators, Den: s.Services[at].CommitteeSize}
		if f, err := NextPrice(s.Prices[i], demand); err == nil { // it validated when it came in
			s.Prices[i].Price = f
		}
	}
}
