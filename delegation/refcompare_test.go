package delegation

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

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
	price map[uint64]*big.Rat // by operator, the higher of before and after
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
func compare(m *ref.Ledger, before, l *Ledger, op Operation) error {
	n := &near{m: m, l: l, dust: dustOf(op, before), price: map[uint64]*big.Rat{}}
	all := big.NewRat(n.dust, 1)
	for o := range l.operators.all() {
		p := big.NewRat(1, 1)
		for _, q := range []*Operator{o, before.operators.get(o.ID)} {
			if q != nil && q.PoolShares > 0 {
				if v := big.NewRat(int64(ceilPrice(*q)), 1); v.Cmp(p) > 0 {
					p = v
				}
			}
		}
		n.price[o.ID] = p
	}
	withPrice := func(operator uint64, times int64) *big.Rat {
		d := new(big.Rat).Mul(big.NewRat(times, 1), n.price[operator])
		return d.Add(d, all)
	}
	for o := range l.operators.all() {
		r := m.Operators[o.ID]
		n.check("bond", o.ID, o.Bond, r.Bond, n.accountDust(before))
		n.check("pool", o.ID, o.PoolTokens, r.PoolTokens, withPrice(o.ID, 1))
		n.check("light weight", o.ID, o.Light.Weight, m.Principal(o.ID), streamDust(all, o.Light))
		n.check("light reserve", o.ID, o.Light.Reserve, r.Light.Reserve, n.lightDust(before, o.ID))
		n.check("pointer weight", o.ID, o.Pointers.Weight, m.PointerWeight(o.ID), n.weightDust(before, o.ID))
		n.check("commission", o.ID, spec.Gwei(o.Commission), new(ref.Rat).Mul(r.Commission, ref.Int(One)), new(big.Rat))
	}
	prices := m.Prices()
	for _, id := range unionOf(m.Lots, &l.lots) {
		var value spec.Gwei
		p, q := m.Lots[id], l.lots.get(id)
		switch {
		case q == nil:
			n.check("lot", id, 0, new(big.Rat).Mul(p.Shares, prices[p.Operator]), withPrice(p.Operator, 2))
			continue
		case p == nil:
			n.check("lot", id, l.operators.get(q.Operator).value(q.Shares), nil, withPrice(q.Operator, 2))
			continue
		}
		value = l.operators.get(q.Operator).value(q.Shares)
		n.check("lot", id, value, new(big.Rat).Mul(p.Shares, prices[p.Operator]), withPrice(p.Operator, 2))
		if (p.Lien != nil) != q.Lien.Set || p.Owner != q.Owner || p.Tokenised != q.Tokenised || (p.Pointer != nil) != q.Pointer.Set {
			return fmt.Errorf("lot %d: %+v and %+v", id, p, q)
		}
		if q.Lien.Set {
			n.check("lien of lot", id, q.Lien.Initial, p.Lien.Initial, n.lienDust(q.Lien.Source, q.Operator))
		}
	}
	for _, id := range unionOf(m.Unbondings, &l.unbondings) {
		p, q := m.Unbondings[id], l.unbondings.get(id)
		if p == nil || q == nil {
			return fmt.Errorf("entry %d: %+v and %+v", id, p, q)
		}
		n.check("entry", id, q.Balance, p.Balance, withPrice(q.Operator, 1))
		n.check("initial of entry", id, q.Initial, p.Initial, withPrice(q.Operator, 1))
		if (p.Lien != nil) != q.Lien.Set || p.Owner != q.Owner || p.Bond != q.Bond || p.Start != q.Start {
			return fmt.Errorf("entry %d: %+v and %+v", id, p, q)
		}
		if q.Lien.Set {
			n.check("lien of entry", id, q.Lien.Initial, p.Lien.Initial, n.lienDust(q.Lien.Source, q.Operator))
		}
	}
	for _, id := range unionOf(m.Lights, &l.lights) {
		p, q := m.Lights[id], l.lights.get(id)
		if p == nil || q == nil {
			return fmt.Errorf("light position %d: %+v and %+v", id, p, q)
		}
		n.check("principal", id, q.Principal, p.Principal, all)
		n.check("pending", id, q.Pending, p.Pending, all)
		s := m.Operators[p.Operator].Light
		balance, _ := LightETHBalance(l, id)
		exact := new(big.Rat).Sub(s.Index, p.Index)
		exact.Mul(exact, p.Principal).Add(exact, p.Accrued).Add(exact, p.Principal).Add(exact, p.Pending)
		n.check("LightETH", id, balance, exact, n.lightDust(before, q.Operator))
	}
	for a := range l.accounts.all() {
		holds := a.Free
		if a.Pointer.Set {
			holds += l.operators.get(a.Pointer.Operator).Pointers.earned(a.Pointer.Index, a.counted())
		}
		for id := range l.LotsOf(a.ID) {
			if p := l.lots.get(id).Pointer; p.Set {
				holds += l.operators.get(p.Operator).Pointers.earned(p.Index, p.Weight)
			}
		}
		n.check("account", a.ID, holds, m.Holds(a.ID), n.accountDust(before))
	}
	for u := range l.uncollected.all() {
		n.check("uncollected", u.ID, u.Amount, m.Uncollected[u.ID], n.slashDust(before))
	}
	n.check("slashed", 0, l.burned+l.treasury, m.Slashed, n.slashDust(before))
	n.check("minted", 0, l.minted, m.Minted, new(big.Rat))
	return n.err
}

// dustOf is 2 Gwei, and for every slash and reward 2 more; for an epoch as many as
// may be settled.
func dustOf(op Operation, before *Ledger) int64 {
	switch op := op.(type) {
	case Slashing:
		return 2 + 2*int64(len(op.Slashes))
	case EpochInput:
		return 2 + 2*int64(len(op.Slashes)+3*len(op.Rewards))
	case Redelegation: // of the other pool: an amount is rounded up to shares
		p := before.lots.get(op.Lot)
		return 2 + int64(ceilPrice(*before.operators.get(p.Operator)))
	case Exit:
		return 2 + int64(before.lots.n)
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
func (n *near) lightDust(before *Ledger, operator uint64) *big.Rat {
	d := streamDust(big.NewRat(n.dust, 1), n.l.operators.get(operator).Light)
	if o := before.operators.get(operator); o != nil {
		d = streamDust(d, o.Light)
	}
	return d
}

func (n *near) accountDust(before *Ledger) *big.Rat {
	d := big.NewRat(n.dust+int64(before.unbondings.n+before.lights.n), 1)
	for o := range n.l.operators.all() {
		d = streamDust(d, o.Pointers, o.Light)
	}
	for o := range before.operators.all() {
		d = streamDust(d, o.Pointers, o.Light)
	}
	return d
}

// slashDust is one Gwei for every pot of every slash, and a share of every pool.
func (n *near) slashDust(before *Ledger) *big.Rat {
	d := big.NewRat(n.dust*int64(2+before.unbondings.n+before.lots.n), 1)
	for _, p := range n.price {
		d.Add(d, p)
	}
	return d
}

func (n *near) weightDust(before *Ledger, operator uint64) *big.Rat {
	d := big.NewRat(n.dust, 1)
	for k := range n.l.index.lotPointers.with(operator) {
		p := n.l.lots.get(k[1])
		d.Add(d, n.price[p.Operator])
		d.Add(d, big.NewRat(1, 1))
	}
	for range n.l.index.walletPointers.with(operator) {
		d.Add(d, n.accountDust(before))
	}
	return d
}

func (n *near) lienDust(source, operator uint64) *big.Rat {
	d := big.NewRat(n.dust, 1)
	for _, id := range []uint64{source, operator} {
		if p := n.price[id]; p != nil {
			d.Add(d, p).Add(d, p)
		}
	}
	return d
}

func unionOf[A, B any](m map[uint64]A, rows *table[B]) (list []uint64) {
	for id := range m {
		list = append(list, id)
	}
	for _, c := range rows.chunks {
		for _, r := range c {
			if _, ok := m[r.id]; !ok {
				list = append(list, r.id)
			}
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
			r, err := op.Apply(w.l)
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
