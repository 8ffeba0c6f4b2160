package ref

import (
	"math/big"

	"github.com/stakesim/stakesim/delegation/ref/whole"
)

// EndEpoch ends the current epoch, for input that has no [State.Refusals]:
// issuance, classes, services, rewards, penalties, certificates, the ledger's
// epoch, weight snapshot, role prices.
func (s *State) EndEpoch(in *Input) {
	total := s.Config.Issuance.Curve.epoch(s.staked().Uint64())
	light := s.Config.Issuance.light(total)
	a := &award{s, in, map[uint64]*purse{}}
	for _, class := range []struct {
		part  uint64
		heavy bool
	}{{total - light, true}, {light, false}} {
		for id, budget := range s.budgets(class.part, class.heavy) {
			a.service(s.Services[id], budget)
		}
	}
	paid := a.payAll()
	t := &s.Totals
	t.Issued += total
	t.Heavy += total - light
	t.Light += light
	t.Paid += paid
	t.NotMinted += total - paid

	s.slash()
	clear(s.Certificates)
	s.movePrices()
	s.Ledger.EndEpoch()
	s.Go, s.Set = s.Set, s.Mark
	s.mark()
	s.forget()
}

// mark takes the newest snapshot. Who is barred or has closed its pool leaves its
// services with the epoch that ended; the jailed count for nothing.
func (s *State) mark() {
	s.Mark = Snapshot{Taken: true, Epoch: s.Ledger.Epoch, Rows: map[uint64]*Weight{}}
	for role, r := range s.Registrations {
		if !r.Active {
			continue
		}
		o := s.Ledger.Operators[role.Operator]
		if o == nil || o.Tombstoned || o.Exit >= whole.PoolClosed {
			r.Active, r.Left = false, s.Ledger.Epoch-1
			continue
		}
		if o.Jailed {
			continue
		}
		row := s.Mark.Rows[o.ID]
		if row == nil {
			row = &Weight{Operator: o.ID}
			s.Mark.Rows[o.ID] = row
		}
		if s.Services[role.Service].Class == Heavy {
			row.Heavy = s.Ledger.Effective(o)
		} else {
			row.Principal, row.Pointers = o.Light.Weight, o.Pointers.Weight
		}
	}
}

// forget drops registrations whose window is over, and penalties too old to be
// filed again; the others are done.
func (s *State) forget() {
	now := s.Ledger.Epoch
	for role, r := range s.Registrations {
		if !r.Active && now > r.Left+s.Services[role.Service].Window {
			delete(s.Registrations, role)
		}
	}
	for f, p := range s.Penalties {
		if p.Done = true; now-p.Epoch > s.Ledger.Config.UnbondingEpochs {
			delete(s.Penalties, f)
		}
	}
}

// movePrices moves every price by the demand of the epoch, operators that could
// perform over seats: f' = t + max(1, floor((f - t) (1 + c (p - p*)))).
func (s *State) movePrices() {
	for id, p := range s.Prices {
		v, able := s.Services[id], uint64(0)
		for role := range s.Registrations {
			if role.Service == id && s.weight(role.Operator, v) > 0 {
				able++
			}
		}
		demand := over(Int(able), Int(v.CommitteeSize))
		change := product(over(Int(p.Sensitivity.Num), Int(p.Sensitivity.Den)), minus(demand, over(Int(p.Target.Num), Int(p.Target.Den))))
		exact := product(Int(p.Price-p.Floor), plus(Int(1), change))
		step := new(big.Int).Div(exact.Num(), exact.Denom())
		if step.Sign() <= 0 {
			step = big.NewInt(1)
		}
		p.Price = p.Floor + whole.AtMost(whole.MaxSupply-p.Floor, step)
	}
}
