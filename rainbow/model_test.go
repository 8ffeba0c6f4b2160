package rainbow_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

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
	evidence uint64
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
	lc.MinBond, lc.MinPosition, lc.MinLockedShares = 0, 1, pick(e, uint64(0), 1_000_000)
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
	v := rainbow.Service{ID: pick(e, e.Uint64N(12), e.Uint64N(12), e.Uint64N(12), 1<<64-1), Class: rainbow.Class(e.IntN(3)), LossRule: delegation.BondOnly, Weight: 1 + e.Uint64N(9),
		MinBond: pick(e, 0, 0, e.amount()), Window: e.Uint64N(5), MaxLoss: delegation.Off, CommitteeSize: e.Uint64N(20), ProposerShare: e.parts(),
		Sole: delegation.Ratio{Num: 1, Den: 1 + e.Uint64N(3)}}
	if v.Class == rainbow.Heavy {
		v.LossRule = delegation.LossRule(e.IntN(3))
	} else {
		v.Rule, v.Coupling = rainbow.RewardRule(e.IntN(5)), rainbow.Coupling(e.IntN(3))
	}
	if v.Coupling != rainbow.Uncoupled {
		v.Quorum, v.Inclusion = e.ratio(), e.parts()/4
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
			return m.Charge(ref.Price{Service: p.Service, Floor: uint64(p.Floor), Price: uint64(p.Price), Sensitivity: ref.Ratio(p.Sensitivity), Target: ref.Ratio(p.Target)})
		})
	case 1, 2, 3:
		in := rainbow.Entry{Owner: owner, Operator: o.ID, Service: v.ID}
		if e.one(3) {
			in.Allocation = spec.Gwei(e.Uint64N(uint64(o.Bond)+1)) / 2
		}
		return e.both("entry", func() error { return rainbow.ProcessEntry(s, in) }, func(m *ref.State) []ref.Refusal {
			return m.Enter(in.Owner, in.Operator, in.Service, uint64(in.Allocation))
		})
	case 4:
		if e.one(3) {
			out := rainbow.Departure{Owner: owner, Operator: o.ID, Service: v.ID}
			return e.both("departure", func() error { return rainbow.ProcessDeparture(s, out) }, func(m *ref.State) []ref.Refusal {
				return m.Depart(out.Owner, out.Operator, out.Service)
			})
		}
	case 5:
		p := e.penalty(v.ID, o.ID)
		return e.both("penalty", func() error { return rainbow.ProcessPenalty(s, p) }, func(m *ref.State) []ref.Refusal {
			return m.Accuse(ref.Penalty{Service: p.Service, Evidence: p.Evidence, Operator: p.Operator, Epoch: uint64(p.Epoch),
				Fraction: ref.Ratio(p.Fraction), Amount: uint64(p.Amount), Tombstone: p.Tombstone})
		})
	case 6:
		c := rainbow.Certificate{Service: v.ID, Slot: e.Uint64N(s.Config.SlotsPerEpoch), Present: e.Uint64N(v.CommitteeSize + 2)}
		epoch := l.Epoch + pick(e, 0, 0, 0, 0, 0, 0, 0, spec.Epoch(1))
		return e.both("certificate", func() error { return rainbow.ProcessCertificate(s, epoch, c) }, func(m *ref.State) []ref.Refusal {
			return m.Certify(uint64(epoch), ref.Certificate(c))
		})
	}
	return nil
}

// penalty is against an operator of a service; where it has registered, for
// something since about then.
func (e *economy) penalty(service, operator uint64) rainbow.Penalty {
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

// operate does something to the ledger.
func (e *economy) operate(l *delegation.State, o delegation.Operator) {
	a, p, u, q := pick(e, l.Accounts...), pick(e, l.Positions...), pick(e, l.Unbondings...), pick(e, l.Lights...)
	part := func(of spec.Gwei) spec.Gwei { return spec.Gwei(e.Uint64N(uint64(of)/2+1)) >> e.IntN(3) }
	var op delegation.Operation
	switch n := e.IntN(24); {
	case len(l.Operators) < 3 || (n == 0 && len(l.Operators) < 7):
		op = delegation.Registration{Owner: a.ID, Bond: part(a.Free / 4), Commission: e.parts()}
	case n < 4:
		owner, _ := e.s.Ledger.Account(pick(e, a.ID, o.Owner))
		op = delegation.Delegation{Owner: owner.ID, Operator: o.ID, Amount: part(owner.Free)}
	case n < 7:
		op = delegation.LightDelegation{Owner: a.ID, Operator: o.ID, Amount: part(a.Free)}
	case n < 10:
		op = delegation.Redelegation{Owner: p.Owner, Position: p.ID, To: o.ID, Shares: 1 + e.Uint64N(p.Shares+1)}
	case n < 12:
		op = delegation.LotPointer{Owner: p.Owner, Position: p.ID, Operator: o.ID, Clear: e.one(6)}
	case n < 14:
		op = delegation.WalletPointer{Owner: a.ID, Operator: o.ID, Clear: e.one(6)}
	case n < 15:
		op = delegation.Undelegation{Owner: p.Owner, Position: p.ID, Shares: 1 + e.Uint64N(p.Shares+1)}
	case n < 16:
		op = delegation.BondWithdrawal{Owner: o.Owner, Operator: o.ID, Amount: part(o.Bond)}
	case n < 17:
		op = delegation.BondDeposit{Owner: o.Owner, Operator: o.ID, Amount: part(10 * eth)}
	case n < 18:
		op = delegation.Tokenisation{Owner: p.Owner, Position: p.ID, Shares: 1 + e.Uint64N(p.Shares+1)}
	case n < 19:
		op = delegation.CommissionChange{Owner: o.Owner, Operator: o.ID, Commission: e.parts()}
	case n < 20:
		op = delegation.LightUndelegation{Owner: q.Owner, Position: q.ID, Amount: part(2 * q.Total())}
	case n < 21:
		op = delegation.Payment{From: a.ID, To: pick(e, l.Accounts...).ID, Amount: part(a.Free)}
	case n < 22:
		op = delegation.Cancellation{Owner: u.Owner, Unbonding: u.ID, Amount: u.Balance}
	default:
		for _, j := range l.Operators {
			if j.Jailed && op == nil {
				op = delegation.Unjail{Owner: j.Owner, Operator: j.ID}
			}
		}
		if op == nil || e.one(3) {
			op = pick[delegation.Operation](e, delegation.Accusation{Operator: o.ID, Epoch: l.Epoch}, delegation.Exit{Owner: o.Owner, Operator: o.ID})
		}
	}
	if op == nil {
		return
	}
	_, err := op.Apply(e.s.Ledger)
	e.try(fmt.Sprintf("%T", op), err)
}

// input reports duties of most who could perform, and items and blocks for them.
func (e *economy) input() (in rainbow.EpochInput) {
	s, performers, heavy := e.s, map[uint64][]uint64{}, []uint64{}
	for _, row := range s.Go.Rows {
		if row.Heavy > 0 {
			heavy = append(heavy, row.Operator)
		}
		for i := range s.Services {
			v, weight := &s.Services[i], row.Light()
			if v.Class == rainbow.Heavy {
				weight = row.Heavy
			}
			r, ok := s.Registration(row.Operator, v.ID)
			if !ok || !r.Active || r.Start >= s.Go.Epoch || weight == 0 || e.one(5) {
				continue
			}
			if e.one(3) {
				weight = 1 + spec.Gwei(e.Uint64N(uint64(weight)))
			}
			in.Duties = append(in.Duties, rainbow.Duty{Operator: row.Operator, Service: v.ID, Epoch: s.Ledger.Epoch(), Weight: weight})
			performers[v.ID] = append(performers[v.ID], row.Operator)
		}
	}
	for i := range s.Services {
		v := &s.Services[i]
		for id := range e.Uint64N(4) {
			if v.Rule < rainbow.Uniqueness {
				break
			}
			it := rainbow.Item{Service: v.ID, ID: id, Value: e.amount(), Listers: performers[v.ID][:e.IntN(len(performers[v.ID])+1)]}
			it.Low = spec.Gwei(e.Uint64N(uint64(it.Value) + 1))
			if v.Rule == rainbow.FOCILR {
				it.Listers = it.Listers[:min(len(it.Listers), int(v.CommitteeSize))]
				if it.HasProposer = len(heavy) > 0 && e.one(2); it.HasProposer {
					it.Proposer = pick(e, heavy...)
				}
			}
			in.Items = append(in.Items, it)
		}
	}
	for slot := range s.Config.SlotsPerEpoch {
		if len(heavy) == 0 || rainbow.Admissible(s, slot) != nil || e.one(4) {
			continue
		}
		b := rainbow.Block{Slot: slot, Proposer: pick(e, heavy...)}
		for _, c := range s.Certificates {
			if c.Slot == slot && e.one(2) {
				b.Included = append(b.Included, c.Service)
			}
		}
		in.Blocks = append(in.Blocks, b)
	}
	e.Shuffle(len(in.Duties), func(i, j int) { in.Duties[i], in.Duties[j] = in.Duties[j], in.Duties[i] })
	e.Shuffle(len(in.Items), func(i, j int) { in.Items[i], in.Items[j] = in.Items[j], in.Items[i] })
	return in
}

// spoil changes one thing of an input, mostly for the worse.
func (e *economy) spoil(in rainbow.EpochInput) rainbow.EpochInput {
	in.Duties, in.Items, in.Blocks = slices.Clone(in.Duties), slices.Clone(in.Items), slices.Clone(in.Blocks)
	number := func() uint64 { return pick(e, 0, 1, e.Uint64N(14), 1<<57, 1<<64-1) }
	if n := len(in.Duties); n > 0 && e.one(2) {
		d := &in.Duties[e.IntN(n)]
		switch e.IntN(5) {
		case 0:
			d.Operator = number()
		case 1:
			d.Service = number()
		case 2:
			d.Epoch += pick(e, 1, spec.FarFutureEpoch)
		case 3:
			d.Weight = pick(e, 0, d.Weight+1, spec.Gwei(number()))
		case 4:
			in.Duties = append(in.Duties, *d)
		}
	} else if n := len(in.Items); n > 0 && e.one(2) {
		it := &in.Items[e.IntN(n)]
		switch e.IntN(6) {
		case 0:
			it.Service = number()
		case 1:
			it.Value = spec.Gwei(number())
		case 2:
			it.Low = it.Value + 1
		case 3:
			it.HasProposer, it.Proposer = true, pick(e, number(), pick(e, e.s.Go.Rows...).Operator)
		case 4:
			it.Listers = append(slices.Clone(it.Listers), number())
		case 5:
			in.Items = append(in.Items, *it)
		}
	} else {
		in.Blocks = append(in.Blocks, rainbow.Block{Slot: number() % 8, Proposer: pick(e, e.s.Go.Rows...).Operator})
		if e.one(2) {
			b := &in.Blocks[e.IntN(len(in.Blocks))]
			b.Included = append(slices.Clone(b.Included), pick(e, number(), e.service().ID))
		}
	}
	return in
}

// names are the errors that the model knows, as it calls them.
var names = map[ref.Refusal]error{
	ref.Bound: delegation.ErrBound, ref.Class: rainbow.ErrClass, ref.Domain: rainbow.ErrDomain, ref.Duplicate: rainbow.ErrDuplicate,
	ref.Inadmissible: rainbow.ErrInadmissible, ref.Malformed: spec.ErrInput, ref.NotRegistered: rainbow.ErrNotRegistered,
	ref.OtherEpoch: rainbow.ErrEpoch, ref.Overflow: spec.ErrOverflow, ref.Quorum: rainbow.ErrQuorum, ref.UnknownID: rainbow.ErrUnknownID,
	ref.Weighted: rainbow.ErrWeight, ref.Weights: rainbow.ErrWeights, ref.Adoption: rainbow.ErrAdoption, ref.Amount: delegation.ErrAmount,
	ref.Bond: rainbow.ErrBond, ref.Exiting: delegation.ErrExiting, ref.Jailed: delegation.ErrJailed, ref.Owner: delegation.ErrOwner,
	ref.Tombstoned: delegation.ErrTombstoned,
}

// process ends an epoch in both implementations. What is refused must be refused
// for one of the model's reasons, and change nothing.
func (e *economy) process(in rainbow.EpochInput) error {
	model, err := ref.Load(e.s, e.s.Ledger.State())
	if err != nil {
		return err
	}
	input, err := ref.LoadInput(in.Duties, in.Items, in.Blocks)
	if err != nil {
		return err
	}
	reasons := model.Refusals(input)
	_, refusal := rainbow.ProcessEpoch(e.s, in)
	if err := same(refusal, reasons); err != nil {
		return err
	}
	if refusal == nil {
		model.EndEpoch(input)
	} else {
		e.seen["refused"]++
	}
	if err := e.compare(model); err != nil {
		return err
	}
	return rainbow.CheckInvariants(e.s)
}

func (e *economy) run(epochs int) error {
	for range epochs {
		for range e.IntN(40) {
			if err := e.step(); err != nil {
				return fmt.Errorf("epoch %d: %w", e.s.Ledger.Epoch(), err)
			}
		}
		in := e.input()
		if e.one(3) {
			if err := e.process(e.spoil(in)); err != nil {
				return fmt.Errorf("epoch %d, spoilt: %w", e.s.Ledger.Epoch(), err)
			}
			in = e.input()
		}
		if err := e.process(in); err != nil {
			return fmt.Errorf("epoch %d: %w", e.s.Ledger.Epoch(), err)
		}
		e.seen["epoch"]++
		e.seen["item"] += len(in.Items)
		e.seen["block"] += len(in.Blocks)
	}
	return nil
}

// Every field of the state of random economies is, epoch by epoch, what the model
// of a whole epoch says.
func TestRandomEconomiesAreAsTheModelHasThem(t *testing.T) {
	seeds, epochs := uint64(40), 25
	if os.Getenv("STAKESIM_LONG") == "1" {
		seeds, epochs = 400, 60
	} else {
		t.Logf("short form: %d seeds x %d epochs; STAKESIM_LONG=1 runs 400 x 60", seeds, epochs)
	}
	seen := map[string]int{}
	for seed := range seeds {
		e, err := newEconomy(rand.New(rand.NewPCG(seed, 0x6d6f64656c)), seen)
		if err == nil {
			err = e.run(epochs)
		}
		if err != nil {
			t.Errorf("seed %d: %v", seed, err)
		}
	}
	t.Log(seen)
}

// Entries, departures, penalties, certificates and prices of small economies are
// admitted and refused as the model does, every one.
func TestRandomRegistrationsAreAsTheModelHasThem(t *testing.T) {
	seeds := uint64(60)
	if os.Getenv("STAKESIM_LONG") == "1" {
		seeds = 1000
	} else {
		t.Logf("short form: %d seeds; STAKESIM_LONG=1 runs 1000", seeds)
	}
	seen := map[string]int{}
	for seed := range seeds {
		e, err := newEconomy(rand.New(rand.NewPCG(seed, 0x726567)), seen)
		if err != nil {
			t.Fatal(err)
		}
		e.always = true
		for range 4 {
			e.operate(e.s.Ledger.State(), delegation.Operator{})
		}
		for i := range 100 {
			if err := e.serve(); err != nil {
				t.Fatalf("seed %d, step %d: %v", seed, i, err)
			}
			if i%15 == 14 {
				if err := e.process(e.input()); err != nil {
					t.Fatalf("seed %d, step %d: %v", seed, i, err)
				}
				l := e.s.Ledger.State()
				e.operate(l, pick(e, l.Operators...))
			}
		}
	}
	for _, name := range []string{"price", "entry", "departure", "penalty", "certificate"} {
		if seen[name] < 50 {
			t.Errorf("only %d times: %s", seen[name], name)
		}
	}
}
