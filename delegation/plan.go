package delegation

import (
	"math"
	"slices"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// payer is something that pays for one operator's slashes.
type payer struct {
	pot    Pot
	start  spec.Epoch // liable for infractions up to it
	there  spec.Gwei  // what can be taken
	base   spec.Gwei  // what fractions are of
	bond   bool       // the operator's own: bond or withdrawal entry
	pieces []piece    // of a lien
}

// piece is a lot or an entry that carries a part of a lien.
type piece struct {
	id       uint64
	entry    bool
	operator uint64 // whose pool or entry
	shares   uint64 // of a lot
	initial  spec.Gwei
}

// plan is a batch, computed and not applied.
type plan struct {
	l           *Ledger
	slashes     []Slash // by ascending id
	wanted      []spec.Gwei
	collected   []spec.Gwei
	cuts        []SlashShare
	lienSlashes []lienSlash
	// what bonds, pools and entries are cut by, before the liens
	pools, entries map[uint64]spec.Gwei
}

// lienSlash is what the slashes of one operator ask of one lien.
type lienSlash struct {
	pieces  []piece
	slashes []int // indexes in plan.slashes
	wants   []spec.Gwei
}

// planSlash computes a batch of valid slashes from the state before it.
func planSlash(l *Ledger, slashes []Slash) *plan {
	p := &plan{
		l: l, slashes: slashes, wanted: make([]spec.Gwei, len(slashes)), collected: make([]spec.Gwei, len(slashes)),
		pools: map[uint64]spec.Gwei{}, entries: map[uint64]spec.Gwei{},
	}
	order := make([]int, len(slashes))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return key{slashes[a].Operator}.compare(key{slashes[b].Operator})
	})
	for len(order) > 0 {
		n, operator := 1, slashes[order[0]].Operator
		for n < len(order) && slashes[order[n]].Operator == operator {
			n++
		}
		p.operator(l.operators.get(operator), order[:n])
		order = order[n:]
	}
	p.liens()
	return p
}

// pots lists what may pay for the operator's slashes since the oldest infraction:
// bond, withdrawal entries, pool, delegators' entries, liens, each by id.
func (p *plan) pots(o *Operator, oldest spec.Epoch) (own, others []payer) {
	l := p.l
	own = append(own, payer{pot: Pot{PotBond, o.ID}, start: math.MaxUint64, there: o.Bond, base: o.Bond, bond: true})
	others = append(others, payer{pot: Pot{PotPool, o.ID}, start: math.MaxUint64, there: o.PoolTokens, base: o.PoolTokens})
	for k := range l.index.entriesAt.with(o.ID) {
		u := l.unbondings.get(k[1])
		if u.Start < oldest || u.Complete <= l.epoch {
			continue
		}
		e := payer{pot: Pot{PotUnbonding, u.ID}, start: u.Start, there: u.Balance, base: u.Initial, bond: u.Bond}
		if u.Bond {
			own = append(own, e)
		} else {
			others = append(others, e)
		}
	}
	last := uint64(0)
	open := false
	for k := range l.index.liens.with(o.ID) {
		pc, lien, value := l.piece(k[2])
		if lien.Start < oldest || lien.End <= l.epoch {
			continue
		}
		if !open || lien.ID != last {
			open, last = true, lien.ID
			others = append(others, payer{start: lien.Start})
		}
		e := &others[len(others)-1]
		e.there += value
		e.base += lien.Initial
		e.pieces = append(e.pieces, pc)
	}
	return own, others
}

// piece reads what carries a lien, and what it is worth now.
func (l *Ledger) piece(id uint64) (piece, *Lien, spec.Gwei) {
	if p := l.lots.get(id); p != nil {
		o := l.operators.get(p.Operator)
		return piece{id: id, operator: p.Operator, shares: p.Shares, initial: p.Lien.Initial}, &p.Lien, o.value(p.Shares)
	}
	u := l.unbondings.get(id)
	return piece{id: id, entry: true, operator: u.Operator, initial: u.Lien.Initial}, &u.Lien, u.Balance
}

// operator plans the slashes, given by index, of one operator.
func (p *plan) operator(o *Operator, slashes []int) {
	oldest := p.slashes[slashes[0]].Epoch
	for _, i := range slashes {
		oldest = min(oldest, p.slashes[i].Epoch)
	}
	own, others := p.pots(o, oldest)
	asks := make([]*ask, 0, len(slashes))
	for _, i := range slashes {
		asks = append(asks, newAsk(&p.slashes[i], i, own, others))
	}
	for b := range own {
		left := own[b].there
		for _, rule := range [...]LossRule{BondOnly, ProRata, OperatorFirst} {
			left -= p.payOwn(&own[b], b, left, rule, asks)
		}
		p.take(&own[b], o.ID, own[b].there-left)
	}
	for _, a := range asks {
		a.passOn(others)
		p.wanted[a.index] = a.wanted
	}
	p.payOthers(o, others, asks)
}

// payOwn lets one pot of the operator's pay the slashes of one rule, and returns how
// much it pays.
func (p *plan) payOwn(pt *payer, b int, left spec.Gwei, rule LossRule, asks []*ask) spec.Gwei {
	wants := make([]spec.Gwei, len(asks))
	sum := spec.Gwei(0)
	for i, a := range asks {
		if a.slash.Rule != rule || !a.liable(pt) {
			continue
		}
		if rule == OperatorFirst {
			wants[i] = a.rest
		} else {
			wants[i] = a.own[b]
		}
		sum = addSat(sum, wants[i])
	}
	paid := min(left, sum)
	parts := make([]spec.Gwei, len(asks))
	u64.Apportion(parts, paid, wants)
	for i, a := range asks {
		p.collected[a.index] += parts[i]
		a.rest -= min(a.rest, parts[i])
	}
	return paid
}

// payOthers lets the pool and the delegators' entries pay, and leaves the liens
// for later.
func (p *plan) payOthers(o *Operator, others []payer, asks []*ask) {
	for i := range others {
		pt := &others[i]
		wants := make([]spec.Gwei, len(asks))
		indexes := make([]int, len(asks))
		sum := spec.Gwei(0)
		for j, a := range asks {
			wants[j], indexes[j] = a.others[i], a.index
			sum = addSat(sum, wants[j])
		}
		if pt.pieces != nil {
			p.lienSlashes = append(p.lienSlashes, lienSlash{pt.pieces, indexes, wants})
			continue
		}
		paid := min(pt.there, sum)
		p.attribute(paid, indexes, wants)
		p.take(pt, o.ID, paid)
	}
}

// attribute says which slashes a payment is for.
func (p *plan) attribute(paid spec.Gwei, slashes []int, wants []spec.Gwei) {
	parts := make([]spec.Gwei, len(slashes))
	u64.Apportion(parts, paid, wants)
	for j, i := range slashes {
		p.collected[i] += parts[j]
	}
}

// take records a cut of a bond, a pool or an entry.
func (p *plan) take(pt *payer, operator uint64, amount spec.Gwei) {
	if amount == 0 {
		return
	}
	switch pt.pot.Kind {
	case PotPool:
		p.pools[operator] = amount
	case PotUnbonding:
		p.entries[pt.pot.ID] = amount
	}
	p.cuts = append(p.cuts, SlashShare{Pot: pt.pot, Operator: operator, Amount: amount})
}

// liens plans what liened lots and entries pay, valued after all other cuts.
func (p *plan) liens() {
	for _, d := range p.lienSlashes {
		sum, there := spec.Gwei(0), spec.Gwei(0)
		for _, w := range d.wants {
			sum = addSat(sum, w)
		}
		values, initials := make([]spec.Gwei, len(d.pieces)), make([]spec.Gwei, len(d.pieces))
		for i, pc := range d.pieces {
			values[i], initials[i] = p.valueAfter(pc), pc.initial
			there += values[i]
		}
		paid := min(there, sum)
		p.attribute(paid, d.slashes, d.wants)
		for i, amount := range spread(paid, initials, values) {
			p.takePiece(d.pieces[i], amount)
		}
	}
	p.leaveShare()
}

// leaveShare takes back one burned share of a pool that would keep tokens and
// lose its last share to rounding.
func (p *plan) leaveShare() {
	tokens, shares, last := map[uint64]spec.Gwei{}, map[uint64]uint64{}, map[uint64]int{}
	for i, c := range p.cuts {
		if c.Pot.Kind == PotPool {
			tokens[c.Operator] += c.Amount
			shares[c.Operator] += c.Shares
			last[c.Operator] = i
		}
	}
	for id, i := range last {
		o := p.l.operators.get(id)
		if shares[id] > 0 && shares[id] == o.PoolShares && tokens[id] < o.PoolTokens {
			p.cuts[i].Shares--
		}
	}
}

// spread splits total, at most the sum of the values, by largest remainder of the
// initials; what one piece lacks passes to the next that has it.
func spread(total spec.Gwei, initials, values []spec.Gwei) []spec.Gwei {
	parts := make([]spec.Gwei, len(values))
	lacking := u64.Apportion(parts, total, initials)
	for range 2 { // the second round brings what is left to the first ones
		for i := range parts {
			parts[i], lacking = parts[i]+lacking, 0
			if parts[i] > values[i] {
				parts[i], lacking = values[i], parts[i]-values[i]
			}
		}
	}
	return parts
}

// priceAfter is the price of an operator's pool after the cuts of the pools.
func (p *plan) priceAfter(o *Operator) Price {
	return Price{o.PoolTokens - p.pools[o.ID], o.PoolShares}
}

func (p *plan) valueAfter(pc piece) spec.Gwei {
	if pc.entry {
		return p.l.unbondings.get(pc.id).Balance - p.entries[pc.id]
	}
	price := p.priceAfter(p.l.operators.get(pc.operator))
	v, _ := u64.MulDiv(pc.shares, uint64(price.Tokens), price.Shares)
	return spec.Gwei(v)
}

func (p *plan) takePiece(pc piece, amount spec.Gwei) {
	if amount == 0 {
		return
	}
	if pc.entry {
		p.cuts = append(p.cuts, SlashShare{Pot: Pot{PotUnbonding, pc.id}, Operator: pc.operator, Amount: amount})
		return
	}
	price := p.priceAfter(p.l.operators.get(pc.operator))
	shares, _ := u64.MulDivCeil(uint64(amount), price.Shares, uint64(price.Tokens))
	p.cuts = append(p.cuts, SlashShare{Pot: Pot{PotPool, pc.operator}, Operator: pc.operator, Lot: pc.id, Amount: amount, Shares: shares})
}

// touched lists the operators whose pools are cut, ascending.
func (p *plan) touched() (list []uint64) {
	for _, c := range p.cuts {
		if c.Pot.Kind == PotPool {
			list = append(list, c.Operator)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

func (p *plan) outcome() SlashOutcome {
	out := SlashOutcome{Shares: p.cuts}
	for i, d := range p.slashes {
		out.Results = append(out.Results, SlashResult{d, p.wanted[i], p.collected[i]})
	}
	return out
}

// addSat adds without exceeding 2^64-1: a sum of slashes above everything there is.
func addSat(a, b spec.Gwei) spec.Gwei {
	s, ok := u64.Add(a, b)
	if !ok {
		return math.MaxUint64
	}
	return s
}
