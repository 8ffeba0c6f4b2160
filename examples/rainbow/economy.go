package main

import (
	"fmt"
	"math/rand/v2"

	"github.com/stakesim/stakesim/delegation"
	"github.com/stakesim/stakesim/rainbow"
	"github.com/stakesim/stakesim/spec"
)

// group is a kind of operator.
type group int

const (
	professional group = iota
	pool
	solo
	groups
)

var groupNames = [groups]string{"professional", "pool", "solo"}

// permissionless says who needs nobody's leave to operate.
func (g group) permissionless() bool { return g == solo }

// The services of the economy.
const (
	gasper = 0 // heavy
	lists  = 1 // light: inclusion lists
)

// operator is one operator and what it has been given.
type operator struct {
	id    delegation.OperatorID
	group group
	rate  float64 // light yield of the last month, commission taken
	index uint64  // of its light stream a month ago
}

// income is what a group has been given, in Gwei.
type income struct {
	operators spec.Gwei // bonds: commission and the bond's own part
	holders   spec.Gwei // heavy and light delegators
	light     spec.Gwei // of that, light ones
	burned    spec.Gwei
}

// economy is a state under way.
type economy struct {
	plan      plan
	state     *rainbow.State
	operators []operator
	place     map[delegation.OperatorID]int // of an operator's id
	rng       *rand.Rand
	income    [groups]income // since the start
	evidence  rainbow.EvidenceID
	moves     int // of light delegators
}

const (
	soloBond       = 32 * eth
	lightStake     = 10_000 * eth // of a light delegator
	lightPenalty   = eth / 2
	bigBond        = 10_000 * eth
	professionalOf = million
	poolOf         = million / 2
)

// newEconomy builds the population. Big operators take commissions of 5 to 10 % and
// solos of 2 to 10 %, by turns. With rule by weight light services pay light
// weight; with equal parts every operator alike.
func newEconomy(p plan, adoption rainbow.Adoption, rule rainbow.RewardRule) (*economy, error) {
	e := &economy{plan: p, place: map[delegation.OperatorID]int{}, rng: rand.New(rand.NewPCG(p.Seed, 7))}
	n := p.Professionals + p.Pools + p.Solos
	balances := make([]spec.Gwei, n+p.Delegators)
	for i := range balances {
		switch {
		case i < p.Professionals:
			balances[i] = professionalOf
		case i < p.Professionals+p.Pools:
			balances[i] = poolOf
		case i < n:
			balances[i] = soloBond
		default:
			balances[i] = lightStake
		}
	}
	config := delegation.DefaultConfig()
	config.UnbondingEpochs, config.CommissionDelay, config.JailTerm = 27, 27, 0
	config.LeverageCap, config.MinLockedShares, config.CommissionMax = delegation.Off, 0, delegation.One
	ledger, err := delegation.New(config, balances...)
	if err != nil {
		return nil, err
	}
	if e.state, err = rainbow.New(rainbow.Config{Issuance: p.issuance(), Adoption: adoption, SlotsPerEpoch: 32}, ledger); err != nil {
		return nil, err
	}
	if err := e.services(rule); err != nil {
		return nil, err
	}
	for owner, b := range balances[:n] {
		if err := e.register(delegation.AccountID(owner), b); err != nil {
			return nil, err
		}
	}
	for i := range p.Delegators {
		to := e.operators[i%n].id
		if _, err := delegation.ProcessLightDelegation(ledger, delegation.LightDelegation{Owner: delegation.AccountID(n + i), Operator: to, Amount: lightStake}); err != nil {
			return nil, err
		}
	}
	for range 3 { // until everybody counts
		if _, err := rainbow.ProcessEpoch(e.state, rainbow.EpochInput{}); err != nil {
			return nil, err
		}
	}
	return e, nil
}

func (e *economy) services(rule rainbow.RewardRule) error {
	err := rainbow.AddService(e.state, rainbow.Service{ID: gasper, Class: rainbow.Heavy, LossRule: delegation.OperatorFirst,
		Weight: 1, Window: 27, MaxLoss: delegation.Off})
	if err != nil || e.state.Config.Adoption == rainbow.DelegationOnly {
		return err
	}
	return rainbow.AddService(e.state, rainbow.Service{ID: lists, Class: rainbow.LightBonded, LossRule: delegation.BondOnly,
		Weight: 1, Window: 27, MaxLoss: 1000 * eth, Rule: rule})
}

// register makes an account's owner an operator of both services: a solo with
// everything as bond, a big one with the rest delegated.
func (e *economy) register(owner delegation.AccountID, balance spec.Gwei) error {
	o := operator{group: solo}
	commission := delegation.Parts(2+owner%9) * delegation.One / 100
	bond := balance
	if balance > soloBond {
		o.group = pool
		if balance == professionalOf {
			o.group = professional
		}
		bond, commission = bigBond, delegation.Parts(5+owner%6)*delegation.One/100
	}
	r, err := delegation.ProcessRegistration(e.state.Ledger, delegation.Registration{Owner: owner, Bond: bond, Commission: commission})
	if err != nil {
		return err
	}
	o.id = r.Operators[0]
	if bond < balance {
		if _, err := delegation.ProcessDelegation(e.state.Ledger, delegation.Delegation{Owner: owner, Operator: o.id, Amount: balance - bond}); err != nil {
			return err
		}
	}
	for i := range e.state.Services {
		if err := rainbow.ProcessOptIn(e.state, rainbow.OptIn{Owner: owner, Operator: o.id, Service: e.state.Services[i].ID}); err != nil {
			return err
		}
	}
	e.place[o.id] = len(e.operators)
	e.operators = append(e.operators, o)
	return nil
}

// day files the day's faults, lets everybody else perform and ends the epoch.
func (e *economy) day() error {
	now := e.state.Ledger.Epoch()
	var in rainbow.EpochInput
	for i := range e.state.Go.Rows {
		row := &e.state.Go.Rows[i]
		if row.Heavy > 0 {
			in.Duties = append(in.Duties, rainbow.Duty{Operator: row.Operator, Service: gasper, Epoch: now, Weight: row.Heavy})
		}
		if row.Light() == 0 {
			continue
		}
		if e.rng.Float64() < e.plan.Faults/daysPerYear {
			e.evidence++
			if err := rainbow.ProcessPenalty(e.state, rainbow.Penalty{Service: lists, Evidence: e.evidence, Operator: row.Operator, Epoch: now, Amount: lightPenalty}); err != nil {
				return err
			}
			continue
		}
		in.Duties = append(in.Duties, rainbow.Duty{Operator: row.Operator, Service: lists, Epoch: now, Weight: row.Light()})
	}
	r, err := rainbow.ProcessEpoch(e.state, in)
	if err != nil {
		return err
	}
	e.count(r.EarlyRewards)
	e.count(r.Ledger.Events)
	return nil
}

// count adds up who has been given and who has lost what.
func (e *economy) count(events []delegation.Event) {
	for i := range events {
		v := &events[i]
		at, ok := e.place[v.Operator]
		if !ok {
			continue
		}
		in := &e.income[e.operators[at].group]
		switch {
		case v.Kind == delegation.Slashed:
			in.burned += v.Amount
		case v.Kind != delegation.Rewarded || v.From.Kind != delegation.PotIssuance:
		case v.To.Kind == delegation.PotBond:
			in.operators += v.Amount
		default:
			in.holders += v.Amount
			if v.To.Kind == delegation.PotLightRewards {
				in.light += v.Amount
			}
		}
	}
}

// month lets light delegators look around: one who does moves to the operator with
// the best light yield of the last month, when it beats his own by a tenth.
func (e *economy) month() error {
	for i := range e.operators {
		o := &e.operators[i]
		row, _ := e.state.Ledger.Operator(o.id)
		o.rate, o.index = float64(row.Light.Index-o.index), row.Light.Index
		if row.Light.Weight == 0 {
			o.rate = 0
		}
	}
	first := delegation.AccountID(len(e.operators))
	for i := range delegation.AccountID(e.plan.Delegators) {
		if e.rng.Float64() < e.plan.Inertia {
			continue
		}
		for id := range e.state.Ledger.LightsOf(first + i) {
			p, _ := e.state.Ledger.Light(id)
			best := e.sample(8)
			if mine := e.operators[e.place[p.Operator]].rate; best.id != p.Operator && best.rate > 1.1*mine {
				if _, err := delegation.ProcessLightRedelegation(e.state.Ledger, delegation.LightRedelegation{Owner: first + i, Position: id, To: best.id, Amount: p.Total()}); err != nil {
					return err
				}
				e.moves++
			}
			break
		}
	}
	return nil
}

// sample is the best of so many operators that a delegator happens to look at.
func (e *economy) sample(n int) *operator {
	best := &e.operators[e.rng.IntN(len(e.operators))]
	for range n - 1 {
		if o := &e.operators[e.rng.IntN(len(e.operators))]; o.rate > best.rate {
			best = o
		}
	}
	return best
}

// year runs 365 days and checks that every Gwei is where it must be.
func (e *economy) year() error {
	for day := range daysPerYear {
		if err := e.day(); err != nil {
			return fmt.Errorf("day %d: %w", day, err)
		}
		if day%30 == 29 {
			if err := e.month(); err != nil {
				return fmt.Errorf("day %d: %w", day, err)
			}
		}
	}
	return rainbow.CheckInvariants(e.state)
}

// share is the part of all operators' income that permissionless ones have had.
func (e *economy) share() float64 {
	var own, all spec.Gwei
	for g := range groups {
		all += e.income[g].operators
		if g.permissionless() {
			own += e.income[g].operators
		}
	}
	return float64(own) / float64(all)
}
