package delegation

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stakesim/stakesim/delegation/ref"
	"github.com/stakesim/stakesim/spec"
	"github.com/stretchr/testify/require"
)

// model copies the state into the rational model.
func model(l *Ledger) *ref.Model {
	m := ref.New(l.epoch, spec.Epoch(l.config.UnbondingEpochs))
	q32 := func(v uint64) *ref.Rat { return ref.Frac(v, 1<<32) }
	pointer := func(p Pointer) *ref.Pointer {
		if !p.Set {
			return nil
		}
		return &ref.Pointer{Operator: p.Operator, Weight: ref.Int(p.Weight), Paid: q32(p.Index)}
	}
	lien := func(n Lien) *ref.Lien {
		if !n.Set {
			return nil
		}
		return &ref.Lien{First: n.ID, Source: n.Source, Initial: ref.Int(n.Initial), Start: n.Start, End: n.End}
	}
	for a := range l.accounts.all() {
		m.Accounts[a.ID] = &ref.Account{Free: ref.Int(a.Free), Pointer: pointer(a.Pointer)}
	}
	for o := range l.operators.all() {
		r := &ref.Operator{Owner: o.Owner, Bond: ref.Int(o.Bond), Tokens: ref.Int(o.PoolTokens),
			Commission: ref.Frac(uint64(o.Commission), uint64(One)), Stage: int(o.Exit),
			Light:    ref.Stream{PerGwei: q32(o.Light.Index), Reserve: ref.Int(o.Light.Reserve)},
			Pointers: ref.Stream{PerGwei: q32(o.Pointers.Index), Reserve: ref.Int(o.Pointers.Reserve)}}
		if o.CommissionPending {
			r.Next, r.NextAt = ref.Frac(uint64(o.PendingCommission), uint64(One)), o.PendingCommissionEpoch
		}
		m.Operators[o.ID] = r
	}
	for p := range l.lots.all() {
		m.Lots[p.ID] = &ref.Lot{Owner: p.Owner, Operator: p.Operator, Shares: ref.Int(p.Shares), Lien: lien(p.Lien),
			Pointer: pointer(p.Pointer), Tokenised: p.Tokenised}
	}
	for u := range l.entries.all() {
		m.Entries[u.ID] = &ref.Entry{Owner: u.Owner, Operator: u.Operator, Initial: ref.Int(u.Initial), Balance: ref.Int(u.Balance),
			Start: u.Start, Lien: lien(u.Lien), Bond: u.Bond}
	}
	for p := range l.lights.all() {
		m.Lights[p.ID] = &ref.Light{Owner: p.Owner, Operator: p.Operator, Principal: ref.Int(p.Principal), Pending: ref.Int(p.Pending),
			Paid: q32(p.Index), Accrued: ref.Int(p.Accrued)}
	}
	for u := range l.uncollected.all() {
		m.Uncollected[u.ID] = ref.Int(u.Amount)
	}
	m.Slashed = ref.Int(l.burned + l.treasury)
	m.Minted = ref.Int(l.minted)
	return m
}

// follow applies an admitted operation to the model. before is the ledger that
// admitted it, r its receipt.
func follow(m *ref.Model, before *Ledger, op Operation, r *Receipt) {
	id := func(i int) uint64 {
		if i < len(r.Created) {
			return r.Created[i]
		}
		return 0
	}
	shares := func(lot uint64, amount spec.Gwei, shares uint64) *ref.Rat {
		switch p := before.lots.get(lot); {
		case shares > 0:
			return ref.Int(shares)
		case amount == 0 || before.operators.get(p.Operator).value(p.Shares) == amount:
			return ref.Int(p.Shares) // what is worth so much, floored, is the whole lot
		}
		exact, whole := m.SharesOf(lot, ref.Int(amount)), ref.Int(before.lots.get(lot).Shares)
		if new(big.Rat).Sub(whole, exact).Cmp(big.NewRat(1, 1)) < 0 {
			return whole // rounded up to shares, nothing is left
		}
		return exact
	}
	parts := func(p Parts) *ref.Rat { return ref.Frac(uint64(p), uint64(One)) }
	switch op := op.(type) {
	case Opening:
		m.Open(id(0), ref.Int(op.Amount))
	case Payment:
		m.Transfer(op.From, op.To, ref.Int(op.Amount))
	case Registration:
		m.Register(id(0), id(1), op.Owner, ref.Int(op.Bond), parts(op.Commission), ref.Int(before.config.MinLockedShares))
	case BondDeposit:
		m.Bond(op.Operator, 0, ref.Int(op.Amount))
	case BondWithdrawal:
		m.Bond(op.Operator, id(0), new(ref.Rat).Neg(ref.Int(op.Amount)))
	case CommissionChange:
		m.Announce(op.Operator, parts(op.Commission), before.config.CommissionDelay)
	case Delegation:
		m.Delegate(id(0), op.Owner, op.Operator, ref.Int(op.Amount))
	case Undelegation:
		m.Undelegate(id(0), op.Position, shares(op.Position, op.Amount, op.Shares))
		if len(r.Created) == 0 { // worth less than a Gwei
			delete(m.Entries, 0)
		}
	case Redelegation:
		m.Redelegate(id(0), op.Position, op.To, shares(op.Position, op.Amount, op.Shares))
	case Cancellation:
		m.Cancel(id(0), op.Unbonding, ref.Int(op.Amount))
	case LightDelegation:
		m.LightDelegate(id(0), op.Owner, op.Operator, ref.Int(op.Amount))
	case LightUndelegation:
		m.LightUndelegate(op.Position, ref.Int(op.Amount))
	case LightRedelegation:
		m.LightRedelegate(id(0), op.Position, op.To, ref.Int(op.Amount))
	case LightClaim:
		m.Claim(op.Position, op.Compound)
	case LotPointer:
		m.PointLot(op.Position, op.Operator, op.Clear)
	case WalletPointer:
		m.PointWallet(op.Owner, op.Operator, op.Clear)
	case Tokenisation:
		m.Tokenise(id(0), op.Position, shares(op.Position, op.Amount, op.Shares))
	case Redemption:
		m.Redeem(op.Position)
	case Transfer:
		m.Hand(op.Position, op.To)
	case HeavyReward:
		m.HeavyReward(op.Operator, ref.Int(op.Amount))
	case LightReward:
		m.LightReward(op.Operator, ref.Int(op.Amount))
	case PointerReward:
		m.PointerReward(op.Operator, ref.Int(op.Amount))
	case Slashing:
		m.Slash(modelDues(op.Dues, r))
	case Exit:
		m.Exit(op.Operator, exitEntries(op.Operator, r))
	case Advance:
		for range op.Epochs {
			m.EndEpoch()
		}
	case EpochInput:
		followRewards(m, op.Rewards, r)
		m.Slash(modelDues(op.Dues, r))
		m.EndEpoch()
	}
}

// modelDues are the dues that were not skipped.
func modelDues(dues []Due, r *Receipt) (list []ref.Due) {
	skipped := map[int]bool{}
	for _, s := range r.Skipped {
		skipped[s.Index] = skipped[s.Index] || s.List == "dues"
	}
	for i, d := range dues {
		if skipped[i] {
			continue
		}
		due := ref.Due{ID: d.ID, Operator: d.Operator, Epoch: d.Epoch, Amount: ref.Int(d.Amount), Rule: int(d.Rule)}
		if d.Fraction.Den > 0 {
			due.Fraction = ref.Frac(d.Fraction.Num, d.Fraction.Den)
		}
		list = append(list, due)
	}
	return list
}

// followRewards pays the rewards that were not skipped.
func followRewards(m *ref.Model, rewards []EpochReward, r *Receipt) {
	skipped := map[int]bool{}
	for _, s := range r.Skipped {
		skipped[s.Index] = skipped[s.Index] || s.List == "rewards"
	}
	for i, w := range rewards {
		if skipped[i] {
			continue
		}
		if w.Heavy > 0 {
			m.HeavyReward(w.Operator, ref.Int(w.Heavy))
		}
		if w.Light > 0 {
			m.LightReward(w.Operator, ref.Int(w.Light))
		}
		if w.Pointers > 0 {
			m.PointerReward(w.Operator, ref.Int(w.Pointers))
		}
	}
}

// partlySkipped says that an epoch reward of several was paid in part, which the
// receipt does not tell apart.
func partlySkipped(op Operation, r *Receipt) bool {
	in, ok := op.(EpochInput)
	if !ok {
		return false
	}
	for _, s := range r.Skipped {
		if s.List == "rewards" {
			w := in.Rewards[s.Index]
			n := 0
			for _, v := range []spec.Gwei{w.Heavy, w.Light, w.Pointers} {
				if v > 0 {
					n++
				}
			}
			if n > 1 {
				return true
			}
		}
	}
	return false
}

func exitEntries(operator uint64, r *Receipt) map[uint64]uint64 {
	entries := map[uint64]uint64{}
	for _, e := range r.Events {
		if e.Kind == Moved && e.To.Kind == Queue {
			if e.From.Kind == Bond {
				entries[operator] = e.To.ID
			} else {
				entries[e.Lot] = e.To.ID
			}
		}
	}
	return entries
}

// near compares what both models hold. The dust is of one operation on a state
// that both had: of every due and reward a few Gwei, of every pool the price of a
// share, rounded up, on either side.
type near struct {
	m     *ref.Model
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
func compare(m *ref.Model, before, l *Ledger, op Operation) error {
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
		n.check("pool", o.ID, o.PoolTokens, r.Tokens, withPrice(o.ID, 1))
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
	for _, id := range unionOf(m.Entries, &l.entries) {
		p, q := m.Entries[id], l.entries.get(id)
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
		exact := new(big.Rat).Sub(s.PerGwei, p.Paid)
		exact.Mul(exact, p.Principal).Add(exact, p.Accrued).Add(exact, p.Principal).Add(exact, p.Pending)
		n.check("LightETH", id, balance, exact, n.lightDust(before, q.Operator))
	}
	for a := range l.accounts.all() {
		holds := a.Free
		if a.Pointer.Set {
			holds += l.operators.get(a.Pointer.Operator).Pointers.earned(a.Pointer.Index, a.counted())
		}
		for id := range l.PositionsOf(a.ID) {
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

// dustOf is 2 Gwei, and for every due and reward 2 more; for an epoch as many as
// may be settled.
func dustOf(op Operation, before *Ledger) int64 {
	switch op := op.(type) {
	case Slashing:
		return 2 + 2*int64(len(op.Dues))
	case EpochInput:
		return 2 + 2*int64(len(op.Dues)+3*len(op.Rewards))
	case Redelegation: // of the other pool: an amount is rounded up to shares
		p := before.lots.get(op.Position)
		return 2 + int64(ceilPrice(*before.operators.get(p.Operator)))
	case Exit:
		return 2 + int64(before.lots.n)
	}
	return 2
}

// streamDust is what an index of so much weight leaves undivided, and one Gwei for
// every holder that an epoch settles.
func streamDust(base *big.Rat, streams ...Stream) *big.Rat {
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
	d := big.NewRat(n.dust+int64(before.entries.n+before.lights.n), 1)
	for o := range n.l.operators.all() {
		d = streamDust(d, o.Pointers, o.Light)
	}
	for o := range before.operators.all() {
		d = streamDust(d, o.Pointers, o.Light)
	}
	return d
}

// slashDust is one Gwei for every pot of every due, and a share of every pool.
func (n *near) slashDust(before *Ledger) *big.Rat {
	d := big.NewRat(n.dust*int64(2+before.entries.n+before.lots.n), 1)
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
