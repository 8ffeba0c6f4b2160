package ref

import (
	"cmp"
	"slices"

	"github.com/stakesim/stakesim/spec"
)

// The loss rules.
const (
	ProRata = iota
	OperatorFirst
	BondOnly
)

// Slash is what an operator owes: a fraction, or where that is nil an amount.
type Slash struct {
	ID, Operator     uint64
	Epoch            spec.Epoch
	Fraction, Amount *Rat
	Rule             int
}

// payer is something that pays, and what each slash wants of it.
type payer struct {
	start  spec.Epoch
	always bool // liable for every infraction
	own    bool
	there  *Rat
	base   *Rat
	cut    *Rat
	entry  *Unbonding
	lien   []uint64 // ids of lots and entries
}

func (p *payer) liable(h spec.Epoch) bool { return p.always || p.start >= h }

// slash is a slash at work.
type slash struct {
	Slash
	wants     []*Rat // by pot
	rest      *Rat   // operator first: not yet paid
	collected *Rat
	total     *Rat
}

// ProcessSlashing applies a batch to the state before it.
func (m *Ledger) ProcessSlashing(slashes []Slash) {
	if !m.made() {
		return
	}
	slashes = slices.Clone(slashes)
	slashes = slices.DeleteFunc(slashes, func(d Slash) bool { return d.Fraction == nil && d.Amount == nil })
	slices.SortFunc(slashes, func(a, b Slash) int { return cmp.Compare(a.ID, b.ID) })
	var liens []lienShare
	tokens := map[uint64]*Rat{}
	shares := map[uint64]*Rat{}
	var claims []*slash
	for id := range m.Operators {
		shares[id] = m.Shares(id)
	}
	for _, id := range ids(m.Operators) {
		if !slices.ContainsFunc(slashes, func(d Slash) bool { return d.Operator == id }) {
			continue
		}
		pots := m.pots(id)
		var mine []*slash
		for _, d := range slashes {
			if d.Operator == id {
				mine = append(mine, newSlash(d, pots))
			}
		}
		claims = append(claims, mine...)
		payOwn(pots, mine)
		for i := range pots {
			p := &pots[i]
			if p.lien != nil {
				liens = append(liens, lienShare{p.lien, mine, i})
			} else if !p.own {
				p.cut = settlePot(least(p.there, wanted(mine, i)), mine, i)
			}
		}
		tokens[id] = pots[1].cut
		m.Operators[id].Bond = sub(m.Operators[id].Bond, pots[0].cut)
		for _, p := range pots {
			if p.entry != nil {
				p.entry.Balance = sub(p.entry.Balance, p.cut)
			}
			m.Slashed = add(m.Slashed, p.cut)
		}
	}
	for id, cut := range tokens {
		m.Operators[id].PoolTokens = sub(m.Operators[id].PoolTokens, cut)
	}
	m.cutLiens(liens, shares)
	for id, o := range m.Operators {
		if o.PoolTokens.Sign() == 0 {
			m.wipe(id)
		}
	}
	for _, c := range claims {
		if left := sub(c.total, c.collected); left.Sign() > 0 {
			m.Uncollected[c.ID] = left
		}
	}
	m.sweep()
}

// wipe burns the lots of a pool without tokens.
func (m *Ledger) wipe(operator uint64) {
	for _, lot := range ids(m.Lots) {
		if p := m.Lots[lot]; p.Operator == operator {
			m.settleLot(p)
			delete(m.Lots, lot)
		}
	}
}

// pots lists bond, pool, entries and liens of an operator, in this order.
func (m *Ledger) pots(id uint64) []payer {
	o := m.Operators[id]
	list := []payer{
		{always: true, own: true, there: o.Bond, base: o.Bond},
		{always: true, there: o.PoolTokens, base: o.PoolTokens},
	}
	for _, e := range ids(m.Unbondings) {
		if u := m.Unbondings[e]; u.Operator == id && m.Epoch < u.Start+m.Unbonding {
			list = append(list, payer{start: u.Start, own: u.Bond, there: u.Balance, base: u.Initial, entry: u})
		}
	}
	groups := map[uint64]*payer{}
	prices := m.Prices()
	join := func(piece uint64, l *Lien, value *Rat) {
		if l == nil || l.Source != id || l.End <= m.Epoch {
			return
		}
		g := groups[l.ID]
		if g == nil {
			g = &payer{start: l.Start, there: new(Rat), base: new(Rat)}
			groups[l.ID] = g
		}
		g.there, g.base, g.lien = add(g.there, value), add(g.base, l.Initial), append(g.lien, piece)
	}
	for _, e := range ids(m.Unbondings) {
		join(e, m.Unbondings[e].Lien, m.Unbondings[e].Balance)
	}
	for _, lot := range ids(m.Lots) {
		p := m.Lots[lot]
		join(lot, p.Lien, mul(p.Shares, prices[p.Operator]))
	}
	for _, g := range ids(groups) {
		slices.Sort(groups[g].lien)
		list = append(list, *groups[g])
	}
	for i := range list {
		list[i].cut = new(Rat)
	}
	return list
}

// newSlash computes the pro-rata parts of a slash.
func newSlash(d Slash, pots []payer) *slash {
	c := &slash{Slash: d, wants: make([]*Rat, len(pots)), collected: new(Rat)}
	all := new(Rat)
	for i := range pots {
		c.wants[i] = new(Rat)
		if pots[i].liable(d.Epoch) && (d.Rule != BondOnly || pots[i].own) {
			if d.Fraction != nil {
				c.wants[i] = mul(d.Fraction, pots[i].base)
			} else {
				c.wants[i] = pots[i].there
			}
			all = add(all, c.wants[i])
		}
	}
	c.total = all
	if d.Fraction == nil {
		c.total = d.Amount
		for i := range c.wants {
			c.wants[i] = over(mul(d.Amount, c.wants[i]), all)
		}
	}
	c.rest = c.total
	return c
}

func wanted(claims []*slash, i int) *Rat {
	s := new(Rat)
	for _, c := range claims {
		s.Add(s, c.wants[i])
	}
	return s
}

// settlePot splits what a pot pays over the slashes by what they want of it.
func settlePot(paid *Rat, claims []*slash, i int) *Rat {
	all := wanted(claims, i)
	for _, c := range claims {
		c.collected = add(c.collected, over(mul(paid, c.wants[i]), all))
	}
	return paid
}

// payOwn lets bond and withdrawals pay bond-only slashes, then pro rata, then operator
// first, and turns what is left of the last into wants of the delegators' pots.
func payOwn(pots []payer, claims []*slash) {
	for i := range pots {
		if !pots[i].own {
			continue
		}
		for _, rule := range []int{BondOnly, ProRata, OperatorFirst} {
			var of []*slash
			for _, c := range claims {
				if c.Rule == rule && pots[i].liable(c.Epoch) {
					of = append(of, c)
				}
				if rule == OperatorFirst && c.Rule == rule {
					c.wants[i] = new(Rat)
					if pots[i].liable(c.Epoch) {
						c.wants[i] = c.rest
					}
				}
			}
			before := make([]*Rat, len(of))
			for j, c := range of {
				before[j] = c.collected
			}
			paid := settlePot(least(sub(pots[i].there, pots[i].cut), wanted(of, i)), of, i)
			pots[i].cut = add(pots[i].cut, paid)
			for j, c := range of {
				c.rest = sub(c.rest, sub(c.collected, before[j]))
			}
		}
	}
	for _, c := range claims {
		if c.Rule != OperatorFirst {
			continue
		}
		all := new(Rat)
		for i := range pots {
			if !pots[i].own {
				all.Add(all, c.wants[i])
			}
		}
		for i := range pots {
			if !pots[i].own {
				c.wants[i] = over(mul(c.rest, c.wants[i]), all)
			}
		}
	}
}

// lienShare is what the slashes of an operator ask of one lien.
type lienShare struct {
	pieces  []uint64
	slashes []*slash
	pot     int
}

// cutLiens values the pieces after all other cuts and takes what is asked: by
// initial, and what one piece lacks from the next.
func (m *Ledger) cutLiens(liens []lienShare, shares map[uint64]*Rat) {
	price := map[uint64]*Rat{} // fixed: liens do not change each other's
	for id, o := range m.Operators {
		price[id] = over(o.PoolTokens, shares[id])
	}
	for _, l := range liens {
		values, initials := make([]*Rat, len(l.pieces)), make([]*Rat, len(l.pieces))
		for i, id := range l.pieces {
			if p, ok := m.Lots[id]; ok {
				values[i], initials[i] = mul(p.Shares, price[p.Operator]), p.Lien.Initial
			} else {
				values[i], initials[i] = m.Unbondings[id].Balance, m.Unbondings[id].Lien.Initial
			}
		}
		paid := settlePot(least(sum(values), wanted(l.slashes, l.pot)), l.slashes, l.pot)
		for i, amount := range passing(paid, initials, values) {
			m.cutPiece(l.pieces[i], amount, price)
		}
	}
}

func passing(paid *Rat, initials, values []*Rat) []*Rat {
	parts := make([]*Rat, len(values))
	all, lack := sum(initials), new(Rat)
	for i := range parts {
		parts[i] = over(mul(paid, initials[i]), all)
	}
	if all.Sign() == 0 {
		lack = paid
	}
	for range 2 {
		for i := range parts {
			parts[i] = add(parts[i], lack)
			lack = sub(parts[i], least(parts[i], values[i]))
			parts[i] = least(parts[i], values[i])
		}
	}
	return parts
}

func (m *Ledger) cutPiece(id uint64, amount *Rat, price map[uint64]*Rat) {
	if amount.Sign() == 0 {
		return
	}
	m.Slashed = add(m.Slashed, amount)
	p, ok := m.Lots[id]
	if !ok {
		m.Unbondings[id].Balance = sub(m.Unbondings[id].Balance, amount)
		return
	}
	m.settleLot(p)
	gone := over(amount, price[p.Operator])
	part := over(gone, p.Shares)
	o := m.Operators[p.Operator]
	o.PoolTokens = sub(o.PoolTokens, amount)
	p.Shares = sub(p.Shares, gone)
	if p.Pointer != nil {
		w := *p.Pointer
		w.Weight = sub(w.Weight, mul(w.Weight, part))
		p.Pointer = &w
	}
	if p.Shares.Sign() == 0 {
		delete(m.Lots, id)
	}
}
