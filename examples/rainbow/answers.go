package main

import (
	"fmt"
	"strconv"

	"github.com/stakesim/stakesim/delegation"
	"github.com/stakesim/stakesim/examples/internal/page"
	"github.com/stakesim/stakesim/rainbow"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/table"
)

// inETH is an amount in ETH.
func inETH(g spec.Gwei) float64 { return float64(g) / float64(eth) }

// askEconomy runs the economy and says, year by year, who earned what.
func askEconomy(p plan) (answer, error) {
	t := table.New("The economy, year by year",
		table.Column{Name: "year"}, table.Column{Name: "operators"}, table.Column{Name: "number"},
		table.Column{Name: "operators' income", Unit: "ETH", Decimals: 1, Thousands: true},
		table.Column{Name: "each", Unit: "ETH", Decimals: 3, Thousands: true},
		table.Column{Name: "delegators' income", Unit: "ETH", Decimals: 1, Thousands: true},
		table.Column{Name: "of it light", Unit: "ETH", Decimals: 1, Thousands: true},
		table.Column{Name: "light stake", Unit: "ETH", Decimals: table.Whole, Thousands: true},
		table.Column{Name: "bonds burned", Unit: "ETH", Decimals: 1, Thousands: true},
		table.Column{Name: "permissionless revenue", Unit: "%", Decimals: 2})
	t.Note("operators' income: commissions and what the bonds earned; permissionless revenue: the solos' part of it, since the start")
	e, err := newEconomy(p, rainbow.SeparateLight, rainbow.EqualParts)
	if err != nil {
		return answer{}, err
	}
	share := page.Series{Name: "permissionless"}
	for year := 1; year <= p.Years; year++ {
		before := e.income
		if err := e.year(); err != nil {
			return answer{}, err
		}
		stake, number := e.lightStakes()
		for g := range groups {
			if number[g] == 0 {
				continue
			}
			a, b := e.income[g], before[g]
			own := a.operators - b.operators
			if err := t.Row(year, groupNames[g], number[g], inETH(own), inETH(own)/float64(number[g]), inETH(a.holders-b.holders),
				inETH(a.light-b.light), inETH(stake[g]), inETH(a.burned-b.burned), 100*e.share()); err != nil {
				return answer{}, err
			}
		}
		share.X, share.Y = append(share.X, float64(year)), append(share.Y, 100*e.share())
	}
	t.Note(fmt.Sprintf("light delegators moved %d times; invariants checked after every year", e.moves))
	return answer{title: "Who earns what", text: "An inclusion-list service pays every operator alike; light delegators drift to the better yield.",
		table: t, charts: []page.Chart{{Title: "Revenue of permissionless operators", X: "year", Y: "% of all operators' income", Series: []page.Series{share}}}}, nil
}

// lightStakes sums light principal, and counts operators, by group.
func (e *economy) lightStakes() (stake [groups]spec.Gwei, number [groups]int) {
	for i := range e.operators {
		o := &e.operators[i]
		row, _ := e.state.Ledger.Operator(o.id)
		stake[o.group] += row.Principal()
		number[o.group]++
	}
	return stake, number
}

// askRevenue compares the permissionless operators' part of all revenue.
func askRevenue(p plan) (answer, error) {
	t := table.New("Revenue of permissionless operators in a year, by the light share of issuance",
		table.Column{Name: "light services"}, table.Column{Name: "alpha", Unit: "%", Decimals: 2},
		table.Column{Name: "permissionless revenue", Unit: "%", Decimals: 2}, table.Column{Name: "a solo earns", Unit: "ETH", Decimals: 3},
		table.Column{Name: "a professional earns", Unit: "ETH", Decimals: 1, Thousands: true})
	t.Note("light delegators start evenly over all operators; delegators' income is not revenue of operators")
	t.Note("today: everything by stake, the sync committee included, which is 1/28 = 3.57 % of what duties issue")
	bars := page.Series{Name: "permissionless"}
	var names []string
	for _, c := range []struct {
		does     string
		adoption rainbow.Adoption
		rule     rainbow.RewardRule
		alpha    float64
	}{
		{"none: today", rainbow.DelegationOnly, rainbow.ByWeight, 0},
		{"by light weight", rainbow.SeparateLight, rainbow.ByWeight, 100.0 / 28},
		{"by light weight", rainbow.SeparateLight, rainbow.ByWeight, 5},
		{"by light weight", rainbow.SeparateLight, rainbow.ByWeight, 10},
		{"equal parts", rainbow.SeparateLight, rainbow.EqualParts, 100.0 / 28},
		{"equal parts", rainbow.SeparateLight, rainbow.EqualParts, 5},
		{"equal parts", rainbow.SeparateLight, rainbow.EqualParts, 10},
	} {
		q := p
		q.Alpha, q.Ratio = c.alpha, false
		e, err := newEconomy(q, c.adoption, c.rule)
		if err != nil {
			return answer{}, err
		}
		if err := e.year(); err != nil {
			return answer{}, err
		}
		_, number := e.lightStakes()
		if err := t.Row(c.does, c.alpha, 100*e.share(), inETH(e.income[solo].operators)/float64(number[solo]),
			inETH(e.income[professional].operators)/float64(number[professional])); err != nil {
			return answer{}, err
		}
		bars.Y = append(bars.Y, 100*e.share())
		names = append(names, fmt.Sprintf("%s, %.1f %%", c.does, c.alpha))
	}
	return answer{title: "The share of permissionless operators", text: "The part grows with alpha; once delegators look around, equal parts add little to payment by weight.",
		table: t, charts: []page.Chart{{Title: "Permissionless revenue", Y: "% of all operators' income", Categories: names, Series: []page.Series{bars}}}}, nil
}

// askStall tabulates when withholding stops a strongly coupled chain.
func askStall(plan) (answer, error) {
	t := table.New("A slot without a quorum of 512 members, by the light stake that withholds",
		table.Column{Name: "withheld", Unit: "%", Decimals: 2}, table.Column{Name: "quorum 2/3", Key: "two_thirds"}, table.Column{Name: "once in", Unit: "days", Key: "two_thirds_days"},
		table.Column{Name: "quorum 1/2", Key: "half"}, table.Column{Name: "once in", Unit: "days", Key: "half_days"})
	t.Note("slots of 12 s; light stake risks no principal, so that the attack costs only forgone yield")
	lines := []page.Series{{Name: "quorum 2/3"}, {Name: "quorum 1/2"}}
	quorums := []delegation.Ratio{{Num: 2, Den: 3}, {Num: 1, Den: 2}}
	for _, w := range []float64{0.1, 0.2, 0.25, 0.28, 0.3, 1.0 / 3, 0.36, 0.4, 0.45, 0.5, 0.55} {
		row := []any{100 * w}
		for i, q := range quorums {
			p, err := rainbow.StallProbability(512, q, w)
			if err != nil {
				return answer{}, err
			}
			row = append(row, digits(p), digits(12/p/86400))
			lines[i].X, lines[i].Y = append(lines[i].X, 100*w), append(lines[i].Y, 100*p)
		}
		if err := t.Row(row...); err != nil {
			return answer{}, err
		}
	}
	return answer{title: "When withholding stalls the chain", text: "Under strong coupling a block needs a light certificate.",
		table: t, charts: []page.Chart{{Title: "Slots without a quorum", X: "withheld, % of light weight", Y: "% of slots", Series: lines}}}, nil
}

// digits rounds to three significant digits.
func digits(v float64) float64 {
	short, _ := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 3, 64), 64)
	return short
}

// askLeverage says what a cap on leverage leaves who wants a third of the stake.
func askLeverage(plan) (answer, error) {
	t := table.New("What an attacker steers per ETH of his own, by the cap on delegated / bond",
		table.Column{Name: "cap"}, table.Column{Name: "leverage", Decimals: table.Whole}, table.Column{Name: "bond for a third of 30M", Unit: "ETH", Thousands: true, Decimals: table.Whole},
		table.Column{Name: "bond of a seat", Unit: "ETH", Decimals: 3, Thousands: true}, table.Column{Name: "he loses, slashed pro rata", Unit: "ETH", Thousands: true, Decimals: table.Whole},
		table.Column{Name: "delegators lose", Unit: "ETH", Thousands: true, Decimals: table.Whole})
	t.Note("leverage: (bond + delegated) / bond; a third of the stake is slashed whole, and heavy delegators pay most of it")
	third := 10 * million
	seat, err := rainbow.SeatStake(30*million, 8192)
	if err != nil {
		return answer{}, err
	}
	for _, limit := range []uint64{0, 1, 3, 9, 100, 250} {
		bond, err := rainbow.BondForSeat(third, limit, rainbow.BondAndDelegated)
		if err != nil {
			return answer{}, err
		}
		own, err := rainbow.BondForSeat(seat, limit, rainbow.BondAndDelegated)
		if err != nil {
			return answer{}, err
		}
		r, _, err := delegation.CorruptionLeverage(bond, third-bond, bond)
		if err != nil {
			return answer{}, err
		}
		if err := t.Row(limit, r.Float64(), inETH(bond), inETH(own), inETH(bond), inETH(third-bond)); err != nil {
			return answer{}, err
		}
	}
	return answer{title: "What a leverage cap leaves an attacker", table: t}, nil
}

// askUnbundling counts the capital that services need when each wants as much to be
// lost by whoever controls a third of it.
func askUnbundling(plan) (answer, error) {
	t := table.New("Capital for services of their own, each with 100,000 ETH to lose for a third of it",
		table.Column{Name: "services"}, table.Column{Name: "bundled", Unit: "ETH", Thousands: true, Decimals: table.Whole},
		table.Column{Name: "shared bond", Unit: "ETH", Thousands: true, Decimals: table.Whole},
		table.Column{Name: "allocated bonds", Unit: "ETH", Thousands: true, Decimals: table.Whole},
		table.Column{Name: "all faults at once, shared", Unit: "ETH", Thousands: true, Decimals: table.Whole},
		table.Column{Name: "allocated", Unit: "ETH", Thousands: true, Decimals: table.Whole, Key: "all_faults_allocated"})
	t.Note("bundled: the heavy stake of 30M ETH answers for everything and nothing is added; light weight is no security: it cannot be lost")
	t.Note("all faults at once: what is lost when the same third fails every service in one epoch, by the engine")
	const loss = 100_000 * eth
	for _, n := range []uint64{1, 2, 4, 16} {
		shared, err := failAll(n, 0, loss)
		if err != nil {
			return answer{}, err
		}
		allocated, err := failAll(n, loss, loss)
		if err != nil {
			return answer{}, err
		}
		if err := t.Row(n, 0.0, inETH(3*loss), inETH(3*loss*spec.Gwei(n)), inETH(shared), inETH(allocated)); err != nil {
			return answer{}, err
		}
	}
	return answer{title: "Capital of unbundling", text: "A shared bond secures each service alone; against failing them all at once only allocations add up.", table: t}, nil
}

// failAll makes one operator, the third, fail n services at once and returns what
// is burned.
func failAll(n uint64, allocation, loss spec.Gwei) (spec.Gwei, error) {
	bond := max(loss, allocation*spec.Gwei(n))
	s, err := smallState(bond)
	if err != nil {
		return 0, err
	}
	r, err := delegation.ProcessRegistration(s.Ledger, delegation.Registration{Bond: bond})
	if err != nil {
		return 0, err
	}
	id := r.Operators[0]
	for service := range rainbow.ServiceID(n) {
		v := rainbow.Service{ID: service, Class: rainbow.LightBonded, LossRule: delegation.BondOnly, Weight: 1, Window: 1, MaxLoss: delegation.Off}
		if err := rainbow.AddService(s, v); err != nil {
			return 0, err
		}
		if err := rainbow.ProcessOptIn(s, rainbow.OptIn{Operator: id, Service: service, Allocation: allocation}); err != nil {
			return 0, err
		}
		if err := rainbow.ProcessPenalty(s, rainbow.Penalty{Service: service, Operator: id, Amount: loss}); err != nil {
			return 0, err
		}
	}
	out, err := rainbow.ProcessEpoch(s, rainbow.EpochInput{})
	burned := spec.Gwei(0)
	for _, p := range out.Penalties {
		burned += p.Collected
	}
	return burned, err
}
