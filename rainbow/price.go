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
	Service     uint64
	Floor       spec.Gwei        // t; the price is always above it
	Price       spec.Gwei        // f
	Sensitivity delegation.Ratio // c
	Target      delegation.Ratio // p*
}

// NextPrice is the price after an epoch with demand p:
//
//	f' = t + max(1, floor((f - t) (1 + c (p - p*))))
//
// A price that is not above its floor, a ratio over 0 and a price of 2^57 Gwei or
// more give [spec.ErrInput]; the result never exceeds 2^57 (ethresear.ch
// 21826).
func NextPrice(r RolePrice, p delegation.Ratio) (spec.Gwei, error) {
	if err := r.validate(); err != nil {
		return 0, err
	}
	if p.Den == 0 {
		return 0, aboutf("demand", p.Num, spec.ErrInput, "over 0")
	}
	rate := func(r delegation.Ratio) *big.Rat { return new(big.Rat).SetFrac(whole(r.Num), whole(r.Den)) }
	change := new(big.Rat).Sub(rate(p), rate(r.Target))
	change.Add(change.Mul(change, rate(r.Sensitivity)), big.NewRat(1, 1))
	change.Mul(change, new(big.Rat).SetInt(gwei(r.Price-r.Floor)))
	step := new(big.Int).Div(change.Num(), change.Denom())
	if step.Sign() <= 0 {
		return r.Floor + 1, nil
	}
	if most := gwei(delegation.MaxSupply - r.Floor); step.Cmp(most) > 0 {
		step = most
	}
	return r.Floor + spec.Gwei(step.Uint64()), nil
}

func (r *RolePrice) validate() error {
	switch {
	case r.Price <= r.Floor || r.Price > delegation.MaxSupply:
		return aboutf("price", uint64(r.Price), spec.ErrInput, "floor of %d", r.Floor)
	case r.Sensitivity.Den == 0 || r.Target.Den == 0:
		return about("sensitivity", r.Sensitivity.Num, spec.ErrInput)
	}
	return nil
}

// AddRolePrice gives a service with a committee a role price. An error leaves the
// state as it was.
func AddRolePrice(s *State, r RolePrice) error {
	v, err := s.findService(r.Service)
	if err != nil {
		return err
	}
	if v.CommitteeSize == 0 {
		return aboutf("service", v.ID, ErrClass, "no committee")
	}
	if err := r.validate(); err != nil {
		return err
	}
	at, found := slices.BinarySearchFunc(s.Prices, r, func(a, b RolePrice) int { return cmp.Compare(a.Service, b.Service) })
	if found {
		return about("service", r.Service, ErrDuplicate)
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
