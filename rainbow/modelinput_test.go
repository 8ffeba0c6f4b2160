package rainbow_test

import (
	"fmt"
	"slices"

	"github.com/stakesim/stakesim/delegation"
	"github.com/stakesim/stakesim/rainbow"
	"github.com/stakesim/stakesim/rainbow/ref"
	"github.com/stakesim/stakesim/spec"
)

// operate does something to the ledger.
func (e *economy) operate(l *delegation.State, o delegation.Operator) {
	a, p, u, q := pick(e, l.Accounts...), pick(e, l.Lots...), pick(e, l.Unbondings...), pick(e, l.Lights...)
	part := func(of spec.Gwei) spec.Gwei { return spec.Gwei(e.Uint64N(uint64(of)/2+1)) >> e.IntN(3) }
	var op any
	switch n := e.IntN(24); {
	case len(l.Operators) < 3 || (n == 0 && len(l.Operators) < 7):
		op = delegation.Registration{Owner: a.ID, Bond: part(a.Free / 4), Commission: e.parts()}
	case n < 4:
		owner, _ := e.s.Ledger.Account(pick(e, a.ID, o.Owner))
		op = delegation.Delegation{Owner: owner.ID, Operator: o.ID, Amount: part(owner.Free)}
	case n < 7:
		op = delegation.LightDelegation{Owner: a.ID, Operator: o.ID, Amount: part(a.Free)}
	case n < 10:
		op = delegation.Redelegation{Owner: p.Owner, Lot: p.ID, To: o.ID, Shares: 1 + e.Uint64N(p.Shares+1)}
	case n < 12:
		op = delegation.LotPointer{Owner: p.Owner, Lot: p.ID, Operator: o.ID, Clear: e.one(6)}
	case n < 14:
		op = delegation.WalletPointer{Owner: a.ID, Operator: o.ID, Clear: e.one(6)}
	case n < 15:
		op = delegation.Undelegation{Owner: p.Owner, Lot: p.ID, Shares: 1 + e.Uint64N(p.Shares+1)}
	case n < 16:
		op = delegation.BondWithdrawal{Owner: o.Owner, Operator: o.ID, Amount: part(o.Bond)}
	case n < 17:
		op = delegation.BondDeposit{Owner: o.Owner, Operator: o.ID, Amount: part(10 * eth)}
	case n < 18:
		op = delegation.Tokenisation{Owner: p.Owner, Lot: p.ID, Shares: 1 + e.Uint64N(p.Shares+1)}
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
			op = pick[any](e, delegation.EvidenceSubmission{Operator: o.ID, Epoch: l.Epoch}, delegation.Exit{Owner: o.Owner, Operator: o.ID})
		}
	}
	if op == nil {
		return
	}
	_, err := delegation.Process(e.s.Ledger, op)
	e.try(fmt.Sprintf("%T", op), err)
}

// input reports duties of most who could perform, and items and blocks for them.
func (e *economy) input() (in rainbow.EpochInput) {
	s, performers, heavy := e.s, map[rainbow.ServiceID][]delegation.OperatorID{}, []delegation.OperatorID{}
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
		for id := range rainbow.ItemID(e.Uint64N(4)) {
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
			d.Operator = delegation.OperatorID(number())
		case 1:
			d.Service = rainbow.ServiceID(number())
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
			it.Service = rainbow.ServiceID(number())
		case 1:
			it.Value = spec.Gwei(number())
		case 2:
			it.Low = it.Value + 1
		case 3:
			it.HasProposer, it.Proposer = true, pick(e, delegation.OperatorID(number()), pick(e, e.s.Go.Rows...).Operator)
		case 4:
			it.Listers = append(slices.Clone(it.Listers), delegation.OperatorID(number()))
		case 5:
			in.Items = append(in.Items, *it)
		}
	} else {
		in.Blocks = append(in.Blocks, rainbow.Block{Slot: number() % 8, Proposer: pick(e, e.s.Go.Rows...).Operator})
		if e.one(2) {
			b := &in.Blocks[e.IntN(len(in.Blocks))]
			b.Included = append(slices.Clone(b.Included), pick(e, rainbow.ServiceID(number()), e.service().ID))
		}
	}
	return in
}

// names are the errors that the model knows, as it calls them.
var names = map[ref.Refusal]error{
	ref.Bound: delegation.ErrBound, ref.Class: rainbow.ErrClass, ref.Domain: rainbow.ErrDomain, ref.Duplicate: delegation.ErrDuplicate,
	ref.Inadmissible: rainbow.ErrInadmissible, ref.Malformed: spec.ErrInput, ref.NotRegistered: rainbow.ErrNotRegistered,
	ref.OtherEpoch: delegation.ErrEpoch, ref.Overflow: spec.ErrOverflow, ref.Quorum: rainbow.ErrQuorum, ref.UnknownID: delegation.ErrUnknownID,
	ref.Weighted: rainbow.ErrWeight, ref.Weights: rainbow.ErrWeights, ref.Adoption: rainbow.ErrAdoption, ref.Amount: delegation.ErrAmount,
	ref.Bond: rainbow.ErrBond, ref.Exiting: delegation.ErrExiting, ref.Jailed: delegation.ErrJailed, ref.Owner: delegation.ErrOwner,
	ref.Tombstoned: delegation.ErrTombstoned,
}
