package rainbow_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/stakesim/stakesim/delegation"
	"github.com/stakesim/stakesim/delegation/ref/whole"
	"github.com/stakesim/stakesim/rainbow"
	"github.com/stakesim/stakesim/rainbow/ref"
	"github.com/stakesim/stakesim/spec"
)

// economy is a random one: what its epochs do is compared with rainbow/ref, whole,
// field by field.
type economy struct {
	*rand.Rand
	s        *rainbow.State
	evidence rainbow.EvidenceID
	always   bool // compare every operation
	seen     map[string]int
}

func (e *economy) one(n uint64) bool { return e.Uint64N(n) == 0 }

func (e *economy) amount() spec.Gwei { return 1 + spec.Gwei(e.Uint64N(1<<e.IntN(42))) }

func (e *economy) ratio() delegation.Ratio {
	den := 1 + e.Uint64N(20)
	return delegation.Ratio{Num: e.Uint64N(den + 1), Den: den}
}

func (e *economy) parts() delegation.Parts {
	return delegation.Parts(e.Uint64N(uint64(delegation.One) + 1))
}

// pick returns one of a list, and the zero value of an empty one.
func pick[T any](e *economy, list ...T) (v T) {
	if len(list) == 0 {
		return v
	}
	return list[e.IntN(len(list))]
}

func newEconomy(rng *rand.Rand, seen map[string]int) (*economy, error) {
	e := &economy{Rand: rng, seen: seen}
	lc := delegation.DefaultConfig()
	lc.UnbondingEpochs = 1 + e.Uint64N(6)
	lc.CommissionDelay, lc.CommissionMax, lc.JailTerm = lc.UnbondingEpochs, delegation.One, e.Uint64N(3)
	lc.MinBond, lc.MinDelegation, lc.MinLockedShares = 0, 1, pick(e, uint64(0), 1_000_000)
	lc.LeverageMode, lc.LeverageCap = pick(e, delegation.Reject, delegation.Clip), pick(e, delegation.Off, delegation.One, 9*delegation.One)
	lc.LiquidCap, lc.SlashedToTreasury = delegation.Off, e.one(2)
	balances := make([]spec.Gwei, 6)
	for i := range balances {
		balances[i] = spec.Gwei(1+e.Uint64N(1<<16)) * eth / 8
	}
	if e.one(4) {
		balances[5] = delegation.MaxSupply - 1<<18*eth
	}
	l, err := delegation.New(lc, balances...)
	if err != nil {
		return nil, err
	}
	c := rainbow.Config{SlotsPerEpoch: 1 + e.Uint64N(4), Adoption: rainbow.Adoption(e.IntN(3))}
	c.Issuance = rainbow.Issuance{Convention: rainbow.Convention(e.IntN(2)), Alpha: e.ratio(), Curve: pick(e,
		rainbow.Sqrt(), rainbow.Halved(), rainbow.Tempered(2000*eth), rainbow.Generalised(1500*eth, 1+e.Uint64N(4)), rainbow.Cubed(100*eth),
		rainbow.Capped(500*eth), rainbow.RateCap(1<<16*eth, 50_000_000), rainbow.SigmoidFloor(2000*eth, 700*eth, 80*eth),
		rainbow.HillFloor(1000*eth, 3, 70*eth), rainbow.EconomicCap(1<<25*eth))}
	c.Issuance.Curve.EpochsPerYear = 100 + e.Uint64N(3000) // so that rewards weigh
	e.seen[c.Issuance.Curve.Kind.String()]++
	e.s, err = rainbow.New(c, l)
	for range 3 + e.IntN(4) {
		e.addService()
	}
	return e, err
}

// try counts an operation by whether it is admitted.
func (e *economy) try(name string, err error) {
	if err == nil {
		e.seen[name]++
	}
}

func (e *economy) addService() {
	v := rainbow.Service{ID: rainbow.ServiceID(pick(e, e.Uint64N(12), e.Uint64N(12), e.Uint64N(12), 1<<64-1)), Class: rainbow.Class(e.IntN(3)), LossRule: delegation.BondOnly, Weight: 1 + e.Uint64N(9),
		MinBond: pick(e, 0, 0, e.amount()), Window: e.Uint64N(5), MaxLoss: delegation.Off, CommitteeSize: e.Uint64N(20), ProposerShare: e.parts(),
		SoleShare: delegation.Ratio{Num: 1, Den: 1 + e.Uint64N(3)}}
	if v.Class == rainbow.Heavy {
		v.LossRule = delegation.LossRule(e.IntN(3))
	} else {
		v.Rule, v.Coupling = rainbow.RewardRule(e.IntN(5)), rainbow.Coupling(e.IntN(3))
	}
	if v.Coupling != rainbow.Uncoupled {
		v.Quorum, v.InclusionShare = e.ratio(), e.parts()/4
	}
	if e.one(3) {
		v.MaxLoss = e.amount()
	}
	e.try("service", rainbow.AddService(e.s, v))
}

func (e *economy) service() rainbow.Service { return pick(e, e.s.Services...) }

// step does something between two epochs: most of it is admitted.
func (e *economy) step() error {
	if e.IntN(12) < 7 {
		return e.serve()
	}
	l := e.s.Ledger.State()
	e.operate(l, pick(e, l.Operators...))
	return nil
}

// serve does something of this package's.
func (e *economy) serve() error {
	s, l, v, o := e.s, e.s.Ledger.State(), e.service(), delegation.Operator{}
	o = pick(e, l.Operators...)
	owner := o.Owner
	if e.one(30) {
		owner++
	}
	switch e.IntN(7) {
	case 0:
		p := rainbow.RolePrice{Service: v.ID, Floor: e.amount(), Sensitivity: e.ratio(), Target: e.ratio()}
		p.Price = p.Floor + e.amount() - 1
		return e.both("price", func() error { return rainbow.AddRolePrice(s, p) }, func(m *ref.State) []ref.Refusal {
			return m.AddRolePrice(ref.RolePrice{Service: uint64(p.Service), Floor: uint64(p.Floor), Price: uint64(p.Price), Sensitivity: ref.Ratio(p.Sensitivity), Target: ref.Ratio(p.Target)})
		})
	case 1, 2, 3:
		in := rainbow.OptIn{Owner: owner, Operator: o.ID, Service: v.ID}
		if e.one(3) {
			in.Allocation = spec.Gwei(e.Uint64N(uint64(o.Bond)+1)) / 2
		}
		return e.both("entry", func() error { return rainbow.ProcessOptIn(s, in) }, func(m *ref.State) []ref.Refusal {
			return m.ProcessOptIn(uint64(in.Owner), uint64(in.Operator), uint64(in.Service), uint64(in.Allocation))
		})
	case 4:
		if e.one(3) {
			out := rainbow.OptOut{Owner: owner, Operator: o.ID, Service: v.ID}
			return e.both("departure", func() error { return rainbow.ProcessOptOut(s, out) }, func(m *ref.State) []ref.Refusal {
				return m.ProcessOptOut(uint64(out.Owner), uint64(out.Operator), uint64(out.Service))
			})
		}
	case 5:
		p := e.penalty(v.ID, o.ID)
		return e.both("penalty", func() error { return rainbow.ProcessPenalty(s, p) }, func(m *ref.State) []ref.Refusal {
			return m.ProcessPenalty(ref.Penalty{Service: uint64(p.Service), Evidence: uint64(p.Evidence), Operator: uint64(p.Operator), Epoch: uint64(p.Epoch),
				Fraction: ref.Ratio(p.Fraction), Amount: uint64(p.Amount), Tombstone: p.Tombstone})
		})
	case 6:
		c := rainbow.Certificate{Service: v.ID, Slot: e.Uint64N(s.Config.SlotsPerEpoch), Present: e.Uint64N(v.CommitteeSize + 2)}
		epoch := l.Epoch + pick(e, 0, 0, 0, 0, 0, 0, 0, spec.Epoch(1))
		return e.both("certificate", func() error { return rainbow.ProcessCertificate(s, epoch, c) }, func(m *ref.State) []ref.Refusal {
			return m.ProcessCertificate(uint64(epoch), ref.Certificate{Service: uint64(c.Service), Slot: c.Slot, Present: c.Present})
		})
	}
	return nil
}

// penalty is against an operator of a service; where it has registered, for
// something since about then.
func (e *economy) penalty(service rainbow.ServiceID, operator delegation.OperatorID) rainbow.Penalty {
	now := e.s.Ledger.Epoch()
	e.evidence++
	p := rainbow.Penalty{Service: service, Evidence: e.evidence % 50, Operator: operator, Epoch: now - min(now, spec.Epoch(e.IntN(3))), Tombstone: e.one(15)}
	if r, ok := e.s.Registration(operator, service); ok && e.one(2) {
		p.Epoch = pick(e, r.Start, r.Left, r.Start-1, r.Left+1)
	}
	if e.one(2) {
		p.Amount = e.amount()
	} else {
		p.Fraction = e.ratio()
	}
	return p
}

// both applies an operation to the economy and to the model: they must refuse it for
// the same reasons, or come to the same. Unless it is always so, two of three go to the economy alone.
func (e *economy) both(name string, apply func() error, model func(m *ref.State) []ref.Refusal) error {
	if !e.always && !e.one(3) {
		e.try(name, apply())
		return nil
	}
	m, err := ref.Load(e.s, e.s.Ledger.State())
	if err != nil {
		return err
	}
	wanted := model(m)
	err = apply()
	e.try(name, err)
	if err := same(err, wanted); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return e.compare(m)
}

// same says whether an operation is refused for a reason of the model's, or admitted
// as there.
func same(err error, wanted []ref.Refusal) error {
	switch {
	case err == nil && len(wanted) > 0:
		return fmt.Errorf("admitted, by the model %v", wanted)
	case err != nil && !slices.ContainsFunc(wanted, func(r ref.Refusal) bool { return errors.Is(err, names[r]) }):
		return fmt.Errorf("refused for another reason than %v: %w", wanted, err)
	}
	return nil
}

// compare compares the economy with the model, every field.
func (e *economy) compare(model *ref.State) error {
	got, err := ref.Load(e.s, e.s.Ledger.State())
	if err != nil {
		return err
	}
	if d := whole.Compare(model, got); d != nil {
		return d
	}
	return nil
}
