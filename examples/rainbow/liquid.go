package main

import (
	"fmt"

	"github.com/stakesim/stakesim/delegation"
	"github.com/stakesim/stakesim/examples/internal/page"
	"github.com/stakesim/stakesim/rainbow"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/table"
)

// smallState is a state without services, of accounts with such balances, in which
// nothing but what is asked about happens.
func smallState(balances ...spec.Gwei) (*rainbow.State, error) {
	config := delegation.DefaultConfig()
	config.LeverageCap, config.MinLockedShares, config.CommissionMax = delegation.Off, 0, delegation.One
	config.UnbondingEpochs, config.CommissionDelay = 27, 27
	ledger, err := delegation.New(config, balances...)
	if err != nil {
		return nil, err
	}
	p := defaultPlan()
	return rainbow.New(rainbow.Config{Issuance: p.issuance(), Adoption: rainbow.SeparateLight, SlotsPerEpoch: 32}, ledger)
}

// askLiquid follows LightETH-Bob and LightETH-David for a year.
func askLiquid(p plan) (answer, error) {
	t := table.New("LightETH of 1000 ETH after a year with Bob (commission 5 %) and David (10 %)",
		table.Column{Name: "Bob performs", Unit: "%", Decimals: 1},
		table.Column{Name: "LightETH-Bob", Unit: "ETH", Decimals: 6, Thousands: true}, table.Column{Name: "LightETH-David", Unit: "ETH", Decimals: 6, Thousands: true},
		table.Column{Name: "Bob's yield", Unit: "%", Decimals: 4}, table.Column{Name: "David's yield", Unit: "%", Decimals: 4},
		table.Column{Name: "Bob earns", Unit: "ETH", Decimals: 3}, table.Column{Name: "David earns", Unit: "ETH", Decimals: 3})
	t.Note("David always performs; 30M ETH of heavy stake, 1M ETH of light stake with others; Bob's 5 % is worth 1 - 90/95 = 5.3 % of missed days")
	var charts []page.Chart
	for _, every := range []int{0, 50, 19, 10, 5} { // Bob misses every so many days
		bob, david, err := bobAndDavid(p, every)
		if err != nil {
			return answer{}, err
		}
		last := len(bob.balance) - 1
		if err := t.Row(bob.performed, bob.balance[last], david.balance[last], bob.balance[last]/10-100, david.balance[last]/10-100, bob.earned, david.earned); err != nil {
			return answer{}, err
		}
		if every == 0 || every == 10 {
			charts = append(charts, page.Chart{Title: fmt.Sprintf("LightETH of 1000 ETH, Bob performing %.1f %%", bob.performed), X: "day", Y: "ETH above the principal",
				Series: []page.Series{bob.line("LightETH-Bob"), david.line("LightETH-David")}})
		}
	}
	return answer{title: "LightETH-Bob against LightETH-David", text: "At equal performance the lower commission wins for ever; the tokens are not fungible.", table: t, charts: charts}, nil
}

// token is what a holder of 1000 ETH of LightETH has, day by day.
type token struct {
	balance   []float64 // ETH
	earned    float64   // by the operator, ETH
	performed float64   // percent of days
}

func (k *token) line(name string) page.Series {
	s := page.Series{Name: name}
	for day, b := range k.balance {
		s.X, s.Y = append(s.X, float64(day+1)), append(s.Y, b-1000)
	}
	return s
}

// bobAndDavid runs a year in which Bob misses one day in so many; 0 is none.
func bobAndDavid(p plan, every int) (bob, david token, err error) {
	s, err := smallState(30*million, 1010*eth, 1010*eth, 1_000_010*eth)
	if err != nil {
		return bob, david, err
	}
	s.Config.Issuance = p.issuance()
	light := rainbow.Service{ID: lists, Class: rainbow.LightBonded, LossRule: delegation.BondOnly, Weight: 1, MaxLoss: delegation.Off}
	heavy := rainbow.Service{ID: gasper, Class: rainbow.Heavy, Weight: 1, MaxLoss: delegation.Off}
	for _, v := range []rainbow.Service{heavy, light} {
		if err := rainbow.AddService(s, v); err != nil {
			return bob, david, err
		}
	}
	var ids []delegation.OperatorID
	var positions []delegation.PositionID
	for owner, commission := range []uint64{0, 5, 10, 7} {
		bond, service := 10*eth, rainbow.ServiceID(lists)
		if owner == 0 {
			bond, service = 30*million, gasper
		}
		r, err := delegation.ProcessRegistration(s.Ledger, delegation.Registration{Owner: delegation.AccountID(owner), Bond: bond, Commission: delegation.Parts(commission) * delegation.One / 100})
		if err != nil {
			return bob, david, err
		}
		ids = append(ids, r.Operators[0])
		if err := rainbow.ProcessOptIn(s, rainbow.OptIn{Owner: delegation.AccountID(owner), Operator: ids[owner], Service: service}); err != nil {
			return bob, david, err
		}
		if owner == 0 {
			continue
		}
		a, _ := s.Ledger.Account(delegation.AccountID(owner))
		r, err = delegation.ProcessLightDelegation(s.Ledger, delegation.LightDelegation{Owner: delegation.AccountID(owner), Operator: ids[owner], Amount: a.Free})
		if err != nil {
			return bob, david, err
		}
		positions = append(positions, r.Lights[0])
	}
	return follow(s, ids, positions, every)
}

func follow(s *rainbow.State, ids []delegation.OperatorID, positions []delegation.PositionID, every int) (bob, david token, err error) {
	missed := 0
	for day := -3; day < daysPerYear; day++ {
		var in rainbow.EpochInput
		for i := range s.Go.Rows {
			w := &s.Go.Rows[i]
			if w.Operator == ids[1] && every > 0 && day%every == every-1 {
				missed++
				continue
			}
			d := rainbow.Duty{Operator: w.Operator, Service: lists, Epoch: s.Ledger.Epoch(), Weight: w.Light()}
			if w.Heavy > 0 {
				d.Service, d.Weight = gasper, w.Heavy
			}
			in.Duties = append(in.Duties, d)
		}
		if _, err := rainbow.ProcessEpoch(s, in); err != nil {
			return bob, david, err
		}
		if day < 0 {
			continue
		}
		for i, k := range []*token{&bob, &david} {
			b, err := delegation.LightETHBalance(s.Ledger, positions[i])
			if err != nil {
				return bob, david, err
			}
			k.balance = append(k.balance, inETH(b))
		}
	}
	for i, k := range []*token{&bob, &david} {
		o, _ := s.Ledger.Operator(ids[1+i])
		k.earned, k.performed = inETH(o.Bond)-10, 100
	}
	bob.performed = 100 * (1 - float64(missed)/daysPerYear)
	return bob, david, rainbow.CheckInvariants(s)
}

// askFault slashes one operator under each loss rule.
func askFault(plan) (answer, error) {
	t := table.New("A fault of an operator with a bond of 32, 320 heavy delegated and 1000 light ETH",
		table.Column{Name: "service"}, table.Column{Name: "loss rule"}, table.Column{Name: "due"},
		table.Column{Name: "operator loses", Unit: "ETH", Decimals: 3}, table.Column{Name: "heavy delegators lose", Unit: "ETH", Decimals: 3},
		table.Column{Name: "of 100 ETH", Unit: "ETH", Decimals: 3}, table.Column{Name: "light delegators lose", Unit: "ETH", Decimals: 3},
		table.Column{Name: "not collected", Unit: "ETH", Decimals: 3})
	chart := page.Chart{Title: "Who pays a due of 100 ETH", Y: "ETH", Series: []page.Series{{Name: "operator"}, {Name: "heavy delegators"}, {Name: "light delegators"}, {Name: "not collected"}}}
	for _, c := range []struct {
		class rainbow.Class
		rule  delegation.LossRule
		name  string
	}{
		{rainbow.Heavy, delegation.ProRata, "pro rata"}, {rainbow.Heavy, delegation.OperatorFirst, "operator first"}, {rainbow.LightBonded, delegation.BondOnly, "bond only"},
	} {
		for _, due := range []rainbow.Penalty{
			{Amount: 10 * eth}, {Amount: 100 * eth}, {Fraction: delegation.Ratio{Num: 1, Den: 100}}, {Fraction: delegation.Ratio{Num: 1, Den: 1}},
		} {
			f, err := fault(c.class, c.rule, due)
			if err != nil {
				return answer{}, err
			}
			if err := t.Row(c.class, c.name, dueName(&due), inETH(f.operator), inETH(f.heavy), inETH(f.heavy)*100/320, inETH(f.light), inETH(f.left)); err != nil {
				return answer{}, err
			}
			if due.Amount == 100*eth {
				chart.Categories = append(chart.Categories, c.name)
				for i, v := range []spec.Gwei{f.operator, f.heavy, f.light, f.left} {
					chart.Series[i].Y = append(chart.Series[i].Y, inETH(v))
				}
			}
		}
	}
	return answer{title: "What a fault costs", text: "Light principal pays nothing under any rule.", table: t, charts: []page.Chart{chart}}, nil
}

func dueName(p *rainbow.Penalty) string {
	if p.Fraction.Den > 0 {
		return fmt.Sprintf("%d/%d", p.Fraction.Num, p.Fraction.Den)
	}
	return fmt.Sprintf("%d ETH", p.Amount/eth)
}

// losses are who paid a fault.
type losses struct{ operator, heavy, light, left spec.Gwei }

func fault(class rainbow.Class, rule delegation.LossRule, due rainbow.Penalty) (losses, error) {
	s, err := smallState(32*eth, 320*eth, 1000*eth)
	if err != nil {
		return losses{}, err
	}
	r, err := delegation.ProcessRegistration(s.Ledger, delegation.Registration{Bond: 32 * eth})
	if err != nil {
		return losses{}, err
	}
	due.Operator = r.Operators[0]
	if _, err := delegation.ProcessDelegation(s.Ledger, delegation.Delegation{Owner: 1, Operator: due.Operator, Amount: 320 * eth}); err != nil {
		return losses{}, err
	}
	if _, err := delegation.ProcessLightDelegation(s.Ledger, delegation.LightDelegation{Owner: 2, Operator: due.Operator, Amount: 1000 * eth}); err != nil {
		return losses{}, err
	}
	if err := rainbow.AddService(s, rainbow.Service{Class: class, LossRule: rule, Weight: 1, MaxLoss: delegation.Off}); err != nil {
		return losses{}, err
	}
	if err := rainbow.ProcessOptIn(s, rainbow.OptIn{Operator: due.Operator}); err != nil {
		return losses{}, err
	}
	if err := rainbow.ProcessPenalty(s, due); err != nil {
		return losses{}, err
	}
	out, err := rainbow.ProcessEpoch(s, rainbow.EpochInput{})
	if err != nil {
		return losses{}, err
	}
	o, _ := s.Ledger.Operator(due.Operator)
	return losses{32*eth - o.Bond, 320*eth - o.PoolTokens, 1000*eth - o.Principal(), out.Penalties[0].AboveBond}, rainbow.CheckInvariants(s)
}
