package delegation

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/delegation/internal/sorted"
	"github.com/stakesim/stakesim/delegation/ref"
	"github.com/stakesim/stakesim/spec"
)

// near compares what both models hold. The dust is of one operation on a state
// that both had: of every slash and reward a few Gwei, of every pool the price of a
// share, rounded up, on either side.
type near struct {
	m     *ref.Ledger
	l     *Ledger
	dust  int64
	price map[OperatorID]*big.Rat // by operator, the higher of before and after
	err   error
}

func (n *near) check(what string, id uint64, have spec.Gwei, want *ref.Rat, dust *big.Rat) {
	if want == nil {
		want = new(ref.Rat)
	}
	diff := new(big.Rat).Sub(ref.Int(have), want)
	if diff.Abs(diff).Cmp(dust) > 0 && n.err == nil {
		n.err = fmt.Errorf("%s %d: %d, exactly %s, dust %s", what, id, have, want.FloatString(3), dust.FloatString(3))
	}
}

// compare checks every row of the ledger against the model, and the other way.
func compare(m *ref.Ledger, before, l *Ledger, op any) error {
	n := &near{m: m, l: l, dust: dustOf(op, before), price: map[OperatorID]*big.Rat{}}
	all := big.NewRat(n.dust, 1)
	for o := range l.operators.All() {
		p := big.NewRat(1, 1)
		for _, q := range []*Operator{o, before.operators.Get(o.ID)} {
			if q != nil && q.PoolShares > 0 {
				if v := big.NewRat(int64(ceilPrice(*q)), 1); v.Cmp(p) > 0 {
					p = v
				}
			}
		}
		n.price[o.ID] = p
	}
	withPrice := func(operator OperatorID, times int64) *big.Rat {
		d := new(big.Rat).Mul(big.NewRat(times, 1), n.price[operator])
		return d.Add(d, all)
	}
	for o := range l.operators.All() {
		r := m.Operators[uint64(o.ID)]
		n.check("bond", uint64(o.ID), o.Bond, r.Bond, n.accountDust(before))
		n.check("pool", uint64(o.ID), o.PoolTokens, r.PoolTokens, withPrice(o.ID, 1))
		n.check("light weight", uint64(o.ID), o.Light.Weight, m.Principal(uint64(o.ID)), streamDust(all, o.Light))
		n.check("light reserve", uint64(o.ID), o.Light.Reserve, r.Light.Reserve, n.lightDust(before, o.ID))
		n.check("pointer weight", uint64(o.ID), o.Pointers.Weight, m.PointerWeight(uint64(o.ID)), n.weightDust(before, o.ID))
		n.check("commission", uint64(o.ID), spec.Gwei(o.Commission), new(ref.Rat).Mul(r.Commission, ref.Int(One)), new(big.Rat))
	}
	prices := m.Prices()
	for _, id := range unionOf(m.Lots, &l.lots, func(p *Lot) LotID { return p.ID }) {
		var value spec.Gwei
		p, q := m.Lots[id], l.lots.Get(LotID(id))
		switch {
		case q == nil:
			n.check("lot", id, 0, new(big.Rat).Mul(p.Shares, prices[p.Operator]), withPrice(OperatorID(p.Operator), 2))
			continue
		case p == nil:
			n.check("lot", id, l.operators.Get(q.Operator).value(q.Shares), nil, withPrice(q.Operator, 2))
			continue
		}
		value = l.operators.Get(q.Operator).value(q.Shares)
		n.check("lot", id, value, new(big.Rat).Mul(p.Shares, prices[p.Operator]), withPrice(OperatorID(p.Operator), 2))
		if (p.Lien != nil) != q.Lien.Set || p.Owner != uint64(q.Owner) || p.Tokenised != q.Tokenised || (p.Pointer != nil) != q.Pointer.Set {
			return fmt.Errorf("lot %d: %+v and %+v", id, p, q)
		}
		if q.Lien.Set {
			n.check("lien of lot", id, q.Lien.Initial, p.Lien.Initial, n.lienDust(q.Lien.Source, q.Operator))
		}
	}
	for _, id := range unionOf(m.Unbondings, &l.unbondings, func(u *Unbonding) UnbondingID { return u.ID }) {
		p, q := m.Unbondings[id], l.unbondings.Get(UnbondingID(id))
		if p == nil || q == nil {
			return fmt.Errorf("entry %d: %+v and %+v", id, p, q)
		}
		n.check("entry", id, q.Balance, p.Balance, withPrice(q.Operator, 1))
		n.check("initial of entry", id, q.Initial, p.Initial, withPrice(q.Operator, 1))
		if (p.Lien != nil) != q.Lien.Set || p.Owner != uint64(q.Owner) || p.Bond != q.Bond || p.Start != q.Start {
			return fmt.Errorf("entry %d: %+v and %+v", id, p, q)
		}
		if q.Lien.Set {
			n.check("lien of entry", id, q.Lien.Initial, p.Lien.Initial, n.lienDust(q.Lien.Source, q.Operator))
		}
	}
	for _, id := range unionOf(m.Lights, &l.lights, func(p *LightPosition) PositionID { return p.ID }) {
		p, q := m.Lights[id], l.lights.Get(PositionID(id))
		if p == nil || q == nil {
			return fmt.Errorf("light position %d: %+v and %+v", id, p, q)
		}
		n.check("principal", id, q.Principal, p.Principal, all)
		n.check("pending", id, q.Pending, p.Pending, all)
		s := m.Operators[p.Operator].Light
		balance, _ := LightETHBalance(l, PositionID(id))
		exact := new(big.Rat).Sub(s.Index, p.Index)
		exact.Mul(exact, p.Principal).Add(exact, p.Accrued).Add(exact, p.Principal).Add(exact, p.Pending)
		n.check("LightETH", id, balance, exact, n.lightDust(before, q.Operator))
	}
	for a := range l.accounts.All() {
		holds := a.Free
		if a.Pointer.Set {
			holds += l.operators.Get(a.Pointer.Operator).Pointers.earned(a.Pointer.Index, a.counted())
		}
		for id := range l.LotsOf(a.ID) {
			if p := l.lots.Get(LotID(id)).Pointer; p.Set {
				holds += l.operators.Get(p.Operator).Pointers.earned(p.Index, p.Weight)
			}
		}
		n.check("account", uint64(a.ID), holds, m.Holds(uint64(a.ID)), n.accountDust(before))
	}
	for u := range l.uncollected.All() {
		n.check("uncollected", uint64(u.ID), u.Amount, m.Uncollected[uint64(u.ID)], n.slashDust(before))
	}
	n.check("slashed", 0, l.burned+l.treasury, m.Slashed, n.slashDust(before))
	n.check("minted", 0, l.minted, m.Minted, new(big.Rat))
	return n.err
}

// dustOf is 2 Gwei, and for every slash and reward 2 more; for an epoch as many as
// may be settled.
func dustOf(op any, before *Ledger) int64 {
	switch op := op.(type) {
	case Slashing:
		return 2 + 2*int64(len(op.Slashes))
	case EpochInput:
		return 2 + 2*int64(len(op.Slashes)+3*len(op.Rewards))
	case Redelegation: // of the other pool: an amount is rounded up to shares
		p := before.lots.Get(op.Lot)
		return 2 + int64(ceilPrice(*before.operators.Get(p.Operator)))
	case Exit:
		return 2 + int64(before.lots.Len())
	}
	return 2
}

// streamDust is what an index of so much weight leaves undivided, and one Gwei for
// every holder that an epoch settles.
func streamDust(base *big.Rat, streams ...RewardIndex) *big.Rat {
	d := new(big.Rat).Set(base)
	for _, s := range streams {
		d.Add(d, ref.Frac(uint64(s.Weight)+s.Carry, 1<<32))
		d.Add(d, big.NewRat(20, 1))
	}
	return d
}

// lightDust counts what the index had not divided before as well.
func (n *near) lightDust(before *Ledger, operator OperatorID) *big.Rat {
	d := streamDust(big.NewRat(n.dust, 1), n.l.operators.Get(operator).Light)
	if o := before.operators.Get(operator); o != nil {
		d = streamDust(d, o.Light)
	}
	return d
}

func (n *near) accountDust(before *Ledger) *big.Rat {
	d := big.NewRat(n.dust+int64(before.unbondings.Len()+before.lights.Len()), 1)
	for o := range n.l.operators.All() {
		d = streamDust(d, o.Pointers, o.Light)
	}
	for o := range before.operators.All() {
		d = streamDust(d, o.Pointers, o.Light)
	}
	return d
}

// slashDust is one Gwei for every pot of every slash, and a share of every pool.
func (n *near) slashDust(before *Ledger) *big.Rat {
	d := big.NewRat(n.dust*int64(2+before.unbondings.Len()+before.lots.Len()), 1)
	for _, p := range n.price {
		d.Add(d, p)
	}
	return d
}

func (n *near) weightDust(before *Ledger, operator OperatorID) *big.Rat {
	d := big.NewRat(n.dust, 1)
	for k := range n.l.index.lotPointers.With(uint64(operator)) {
		p := n.l.lots.Get(LotID(k[1]))
		d.Add(d, n.price[p.Operator])
		d.Add(d, big.NewRat(1, 1))
	}
	for range n.l.index.walletPointers.With(uint64(operator)) {
		d.Add(d, n.accountDust(before))
	}
	return d
}

func (n *near) lienDust(source, operator OperatorID) *big.Rat {
	d := big.NewRat(n.dust, 1)
	for _, id := range []OperatorID{source, operator} {
		if p := n.price[id]; p != nil {
			d.Add(d, p).Add(d, p)
		}
	}
	return d
}

func unionOf[A any, ID ~uint64, B any](m map[uint64]A, rows *sorted.Table[ID, B], id func(*B) ID) (list []uint64) {
	for id := range m {
		list = append(list, id)
	}
	for row := range rows.All() {
		if _, ok := m[uint64(id(row))]; !ok {
			list = append(list, uint64(id(row)))
		}
	}
	return list
}

// TestAgreesWithRationals compares every transition of random walks with the
// rational model, from the state before it.
func TestAgreesWithRationals(t *testing.T) {
	compareWalks(t, 0, 12, 300)
	if longForm(t, "200 seeds x 300 and 10 seeds x 2000 operations against rationals") {
		compareWalks(t, 12, 200, 300)
		compareWalks(t, 200, 210, 2000)
	}
}

func compareWalks(t *testing.T, from, to uint64, steps int) {
	compared := 0
	for seed := from; seed < to; seed++ {
		w := newWalker(dice{rand.New(rand.NewPCG(seed, 99))})
		for i := range steps {
			op := w.next()
			before := w.l.Clone()
			r, err := Process(w.l, op)
			if err != nil || partlySkipped(op, &r) {
				continue
			}
			m := model(before)
			follow(m, before, op, &r)
			require.NoError(t, compare(m, before, w.l, op), "seed %d, step %d: %T%+v", seed, i, op, op)
			compared++
		}
	}
	t.Logf("%d transitions compared", compared)
}
