package whole

import (
	"cmp"
	"maps"
	"math/big"
	"slices"
)

// The loss rules.
const (
	ProRata = iota
	OperatorFirst
	BondOnly
)

// Slash is what an operator owes: a fraction, or with Den 0 an amount.
type Slash struct {
	ID, Operator, Epoch uint64
	Num, Den, Amount    uint64
	Rule                uint64
	Tombstone           bool
	Closes              bool // answers Evidence
	Evidence            uint64
}

// SlashResult is what a slash asked for and got.
type SlashResult struct{ Owed, Collected uint64 }

// payer is something that pays for an operator's slashes.
type payer struct {
	bond, pool  *Operator
	entry       *Unbonding
	lots        []*Lot // of a lien, with entries
	entries     []*Unbonding
	start       uint64 // liable for infractions at or before it
	there, base uint64
}

func (p *payer) own() bool { return p.bond != nil || (p.entry != nil && p.entry.Bond) }

func (p *payer) lien() bool { return p.lots != nil || p.entries != nil }

// pots lists bond, own entries, pool, delegators' entries and liens.
func (l *Ledger) pots(operator uint64) (list []*payer) {
	o := l.Operators[operator]
	list = append(list, &payer{bond: o, start: Off, there: o.Bond, base: o.Bond})
	for _, own := range []bool{true, false} {
		if !own {
			list = append(list, &payer{pool: o, start: Off, there: o.PoolTokens, base: o.PoolTokens})
		}
		for _, id := range IDs(l.Unbondings) {
			if u := l.Unbondings[id]; u.Operator == operator && u.Bond == own && l.Epoch < u.Complete {
				list = append(list, &payer{entry: u, start: u.Start, there: u.Balance, base: u.Initial})
			}
		}
	}
	liens := map[uint64]*payer{}
	lien := func(n *Lien, value uint64) *payer {
		if !n.Set || n.Source != operator || l.Epoch >= n.End {
			return nil
		}
		if liens[n.ID] == nil {
			liens[n.ID] = &payer{start: n.Start}
		}
		g := liens[n.ID]
		g.there, g.base = g.there+value, g.base+n.Initial
		return g
	}
	for _, id := range IDs(l.Lots) {
		p := l.Lots[id]
		if g := lien(&p.Lien, l.Operators[p.Operator].Value(p.Shares)); g != nil {
			g.lots = append(g.lots, p)
		}
	}
	for _, id := range IDs(l.Unbondings) {
		u := l.Unbondings[id]
		if g := lien(&u.Lien, u.Balance); g != nil {
			g.entries = append(g.entries, u)
		}
	}
	for _, id := range IDs(liens) {
		list = append(list, liens[id])
	}
	return list
}

// asks is what a slash asks of each pot, and in all: of a fraction each part rounded
// up, of an amount by largest remainder of what is there.
func (d *Slash) asks(pots []*payer) (parts []uint64, total uint64) {
	if d.Den == 0 {
		return Apportion(d.Amount, d.there(pots)), d.Amount
	}
	parts = make([]uint64, len(pots))
	for i, p := range pots {
		if p.start >= d.Epoch && (d.Rule != BondOnly || p.own()) {
			parts[i] = Ceil(p.base, d.Num, d.Den)
			total += parts[i]
		}
	}
	return parts, total
}

// there is what liable pots hold.
func (d *Slash) there(pots []*payer) []uint64 {
	list := make([]uint64, len(pots))
	for i, p := range pots {
		if p.start >= d.Epoch && (d.Rule != BondOnly || p.own()) {
			list[i] = p.there
		}
	}
	return list
}

// CheckSlash says whether the ledger takes a slash at all.
func (l *Ledger) CheckSlash(d *Slash) bool {
	if l == nil || d == nil {
		return false
	}
	switch {
	case l.Operators[d.Operator] == nil, !l.punishable(d.Epoch), l.Uncollected[d.ID] != nil, d.Rule > BondOnly,
		d.Den == 0 && (d.Num != 0 || d.Amount == 0 || d.Amount >= MaxSupply),
		d.Den != 0 && (d.Amount != 0 || d.Num == 0 || d.Num > d.Den):
		return false
	case !d.Closes:
		return true
	}
	e := l.Evidence[d.Evidence]
	return e != nil && e.Operator == d.Operator && e.Epoch == d.Epoch
}

// Owed is what a slash comes to.
func (l *Ledger) Owed(d *Slash) uint64 {
	if l == nil || d == nil || l.Operators[d.Operator] == nil {
		return 0
	}
	_, total := d.asks(l.pots(d.Operator))
	return total
}

// batch is a batch of slashes, worked out on the state before it.
type batch struct {
	l       *Ledger
	results map[uint64]*SlashResult
	cuts    []cut
	liens   []lienAsk
}

// cut is what a pot loses; of a lot its shares as well.
type cut struct {
	bond, pool     *Operator
	entry          *Unbonding
	lot            *Lot
	amount, shares uint64
}

type lienAsk struct {
	*payer
	slashes []*Slash
	wants   []uint64
}

// ProcessSlashing collects a batch, and returns what each slash came to; what the ledger does
// not take is left out, as are two slashes of one id.
func (l *Ledger) ProcessSlashing(slashes []Slash) map[uint64]*SlashResult {
	if l == nil {
		return nil
	}
	times := map[uint64]int{}
	for i := range slashes {
		times[slashes[i].ID]++
	}
	byOperator := map[uint64][]*Slash{}
	b := &batch{l: l, results: map[uint64]*SlashResult{}}
	for i := range slashes {
		if d := &slashes[i]; times[d.ID] == 1 && l.CheckSlash(d) {
			byOperator[d.Operator] = append(byOperator[d.Operator], d)
		}
	}
	for _, id := range IDs(byOperator) {
		slices.SortFunc(byOperator[id], func(a, b *Slash) int { return cmp.Compare(a.ID, b.ID) })
		b.operator(id, byOperator[id])
	}
	b.settleLiens()
	b.keepAShare()
	for _, c := range b.cuts {
		l.apply(c)
	}
	for _, id := range IDs(l.Operators) {
		if o := l.Operators[id]; o.PoolTokens == 0 && o.PoolShares > 0 {
			l.wipe(o)
		}
	}
	for _, list := range byOperator {
		for _, d := range list {
			l.close(d, b.results[d.ID])
		}
	}
	l.recount()
	return b.results
}

// pay lets something pay what slashes want of it, up to a limit.
func (b *batch) pay(limit uint64, slashes []*Slash, wants []uint64) uint64 {
	paid := AtMost(limit, Sum(wants...))
	for i, part := range Apportion(paid, wants) {
		b.results[slashes[i].ID].Collected += part
	}
	return paid
}

// operator lets what is the operator's own pay first: bond-only slashes, pro rata,
// operator first, pot by pot; then pool and delegators' entries.
func (b *batch) operator(id uint64, slashes []*Slash) {
	pots := b.l.pots(id)
	parts := map[*Slash][]uint64{}
	for _, d := range slashes {
		b.results[d.ID] = &SlashResult{}
		parts[d], b.results[d.ID].Owed = d.asks(pots)
	}
	rest := func(d *Slash) uint64 { return b.results[d.ID].Owed - b.results[d.ID].Collected }
	for i, p := range pots {
		if !p.own() {
			continue
		}
		left := p.there
		for _, rule := range []uint64{BondOnly, ProRata, OperatorFirst} {
			var of []*Slash
			var wants []uint64
			for _, d := range slashes {
				if d.Rule != rule || p.start < d.Epoch {
					continue
				}
				want := parts[d][i]
				if rule == OperatorFirst {
					want = rest(d)
				}
				of, wants = append(of, d), append(wants, want)
			}
			left -= b.pay(left, of, wants)
		}
		b.cuts = append(b.cuts, cut{bond: p.bond, entry: p.entry, amount: p.there - left})
	}
	for _, d := range slashes {
		if d.Rule == OperatorFirst {
			weights := parts[d]
			if d.Den == 0 {
				weights = d.there(pots)
			}
			for i, p := range pots {
				if p.own() {
					weights[i] = 0
				}
			}
			parts[d] = Apportion(rest(d), weights)
		}
	}
	for i, p := range pots {
		if p.own() {
			continue
		}
		wants := make([]uint64, len(slashes))
		for j, d := range slashes {
			wants[j] = parts[d][i]
		}
		if p.lien() {
			b.liens = append(b.liens, lienAsk{p, slashes, wants})
		} else {
			b.cuts = append(b.cuts, cut{pool: p.pool, entry: p.entry, amount: b.pay(p.there, slashes, wants)})
		}
	}
}

// settleLiens values the pieces of each lien after all other cuts and cuts them by
// their initial amounts, what one lacks passing to the next.
func (b *batch) settleLiens() {
	pools, entries := map[*Operator]uint64{}, map[*Unbonding]uint64{}
	for _, c := range b.cuts {
		if c.pool != nil {
			pools[c.pool] = c.amount
		} else if c.entry != nil {
			entries[c.entry] = c.amount
		}
	}
	for _, a := range b.liens {
		pieces, values, initials := map[uint64]cut{}, map[uint64]uint64{}, map[uint64]uint64{}
		for _, p := range a.lots {
			o := b.l.Operators[p.Operator]
			pieces[p.ID], initials[p.ID] = cut{pool: o, lot: p}, p.Lien.Initial
			values[p.ID] = Floor(p.Shares, o.PoolTokens-pools[o], o.PoolShares)
		}
		for _, u := range a.entries {
			pieces[u.ID], initials[u.ID], values[u.ID] = cut{entry: u}, u.Lien.Initial, u.Balance-entries[u]
		}
		there := Sum(slices.Collect(maps.Values(values))...)
		parts := passOn(b.pay(there.Uint64(), a.slashes, a.wants), IDs(pieces), initials, values)
		for _, id := range IDs(pieces) {
			c := pieces[id]
			if c.amount = parts[id]; c.amount == 0 {
				continue
			}
			if c.lot != nil {
				c.shares = Ceil(c.amount, c.pool.PoolShares, c.pool.PoolTokens-pools[c.pool])
			}
			b.cuts = append(b.cuts, c)
		}
	}
}

// passOn splits a payment over pieces.
func passOn(paid uint64, ids []uint64, initials, values map[uint64]uint64) map[uint64]uint64 {
	weights, parts, left := make([]uint64, len(ids)), map[uint64]uint64{}, paid
	for i, id := range ids {
		weights[i] = initials[id]
	}
	for i, part := range Apportion(paid, weights) {
		parts[ids[i]] = part
		left -= part
	}
	for _, id := range append(slices.Clone(ids), ids...) {
		parts[id] += left
		left = 0
		if parts[id] > values[id] {
			parts[id], left = values[id], parts[id]-values[id]
		}
	}
	return parts
}

// keepAShare gives one burned share back where a pool would keep tokens and no
// share.
func (b *batch) keepAShare() {
	tokens, shares, last := map[*Operator]*big.Int{}, map[*Operator]uint64{}, map[*Operator]int{}
	for i, c := range b.cuts {
		if c.pool != nil && c.amount > 0 {
			tokens[c.pool] = new(big.Int).Add(Int(c.amount), cmp.Or(tokens[c.pool], new(big.Int)))
			shares[c.pool] += c.shares
			last[c.pool] = i
		}
	}
	for o, i := range last {
		if shares[o] > 0 && shares[o] == o.PoolShares && tokens[o].Cmp(Int(o.PoolTokens)) < 0 {
			b.cuts[i].shares--
		}
	}
}

func (l *Ledger) apply(c cut) {
	switch {
	case c.bond != nil:
		c.bond.Bond -= c.amount
	case c.entry != nil:
		c.entry.Balance -= c.amount
	default:
		c.pool.PoolTokens -= c.amount
		if c.shares > 0 {
			c.pool.PoolShares -= c.shares
			l.burn(c.lot, c.shares)
		}
	}
	if l.Config.SlashedToTreasury {
		l.Treasury += c.amount
	} else {
		l.Burned += c.amount
	}
}

func (l *Ledger) burn(p *Lot, shares uint64) {
	l.weighLot(p, p.Pointer.Weight-Floor(p.Pointer.Weight, shares, p.Shares))
	if p.Shares -= shares; p.Shares == 0 {
		delete(l.Lots, p.ID)
	}
}

// wipe burns the lots of a pool without tokens.
func (l *Ledger) wipe(o *Operator) {
	for _, id := range IDs(l.Lots) {
		if p := l.Lots[id]; p.Operator == o.ID {
			l.burn(p, p.Shares)
		}
	}
	o.PoolShares, o.LiquidShares = 0, 0
}

// close records what is left of a slash and does what it says.
func (l *Ledger) close(d *Slash, c *SlashResult) {
	if c.Owed > c.Collected {
		if l.Uncollected == nil {
			l.Uncollected = map[uint64]*Uncollected{}
		}
		l.Uncollected[d.ID] = &Uncollected{d.ID, d.Operator, d.Epoch, c.Owed - c.Collected}
	}
	if d.Closes {
		delete(l.Evidence, d.Evidence)
	}
	if d.Tombstone {
		l.Operators[d.Operator].Tombstoned = true
	}
}
