package ref

import (
	"math/big"

	"github.com/stakesim/stakesim/delegation/ref/whole"
)

// ProcessEpoch ends the current epoch, for input that has no [State.Refusals]; one that
// has changes nothing:
// issuance, classes, services, rewards, penalties, certificates, the ledger's
// epoch, weight snapshot, role prices.
func (s *State) ProcessEpoch(in *EpochInput) {
	if in == nil || len(s.Refusals(in)) > 0 {
		return
	}
	total := s.Config.Issuance.Curve.epoch(s.staked().Uint64())
	light := s.Config.Issuance.light(total)
	a := &award{s, in, map[uint64]*payment{}}
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
	s.Ledger.AdvanceEpoch()
	s.Go, s.Set = s.Set, s.Mark
	s.mark()
	s.forget()
}

// mark takes the newest snapshot. Who is barred or has closed its pool leaves its
// services with the epoch that ended; the jailed count for nothing.
func (s *State) mark() {
	s.Mark = Snapshot{Taken: true, Epoch: s.Ledger.Epoch, Rows: map[uint64]*OperatorWeight{}}
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
			row = &OperatorWeight{Operator: o.ID}
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
// perform over seats: g = t + max(1, floor((f - t) (1 + c (p - p*)))), and at least
// 1 Gwei up where p > p*, at least 1 Gwei down where p < p*, never to the floor.
func (s *State) movePrices() {
	for id, p := range s.Prices {
		v, able := s.Services[id], uint64(0)
		for role := range s.Registrations {
			if role.Service == id && s.weight(role.Operator, v) > 0 {
				able++
			}
		}
		p.move(over(Int(able), Int(v.CommitteeSize)))
	}
}

// move moves the price by a demand.
func (p *RolePrice) move(demand *big.Rat) {
	excess := minus(demand, over(Int(p.Target.Num), Int(p.Target.Den)))
	change := product(over(Int(p.Sensitivity.Num), Int(p.Sensitivity.Den)), excess)
	exact := product(Int(p.Price-p.Floor), plus(Int(1), change))
	step, now := new(big.Int).Div(exact.Num(), exact.Denom()), new(big.Int).SetUint64(p.Price-p.Floor)
	switch one := big.NewInt(1); excess.Sign() {
	case 1:
		step = highest(step, new(big.Int).Add(now, one))
	case 0:
		step = now
	case -1:
		if below := new(big.Int).Sub(now, one); step.Cmp(below) > 0 {
			step = below
		}
	}
	p.Price = p.Floor + whole.AtMost(whole.MaxSupply-p.Floor, highest(step, big.NewInt(1)))
}

func highest(a, b *big.Int) *big.Int {
	if a.Cmp(b) < 0 {
		return b
	}
	return a
}
