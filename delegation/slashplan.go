package delegation

import (
	"cmp"
	"math"
	"slices"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// plan is a batch of slashes that has been computed and not applied.
type plan struct {
	l          *Ledger
	slashes    []Slash // by ascending id
	owed       []spec.Gwei
	collected  []spec.Gwei
	shares     []SlashShare
	lienShares []lienShare
	// what pools and unbonding entries pay, before the liens
	pools      map[OperatorID]spec.Gwei
	unbondings map[UnbondingID]spec.Gwei
}

// lienShare is what the slashes of one operator charge to one lien.
type lienShare struct {
	pieces  []piece
	slashes []int // indexes in plan.slashes
	charged []spec.Gwei
}

// planSlashes computes a batch of valid slashes from the state before it.
func planSlashes(l *Ledger, slashes []Slash) *plan {
	p := &plan{
		l: l, slashes: slashes, owed: make([]spec.Gwei, len(slashes)), collected: make([]spec.Gwei, len(slashes)),
		pools: map[OperatorID]spec.Gwei{}, unbondings: map[UnbondingID]spec.Gwei{},
	}
	order := make([]int, len(slashes))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(slashes[a].Operator, slashes[b].Operator) })
	for len(order) > 0 {
		n, operator := 1, slashes[order[0]].Operator
		for n < len(order) && slashes[order[n]].Operator == operator {
			n++
		}
		p.operator(l.operators.Get(operator), order[:n])
		order = order[n:]
	}
	p.liens()
	return p
}

// payers lists what may pay for the operator's slashes since the oldest infraction:
// its own bond and withdrawal entries, then the pool, delegators' entries and liens,
// each by id.
func (p *plan) payers(o *Operator, oldest spec.Epoch) (own, others []payer) {
	l := p.l
	own = append(own, payer{pot: bondOf(o.ID), start: math.MaxUint64, balance: o.Bond, base: o.Bond})
	others = append(others, payer{pot: poolOf(o.ID), start: math.MaxUint64, balance: o.PoolTokens, base: o.PoolTokens})
	for k := range l.index.unbondingsAt.With(uint64(o.ID)) {
		u := l.unbondings.Get(UnbondingID(k[1]))
		if u.Start < oldest || u.Complete <= l.epoch {
			continue
		}
		e := payer{pot: unbondingOf(u.ID), start: u.Start, balance: u.Balance, base: u.Initial}
		if u.Bond {
			own = append(own, e)
		} else {
			others = append(others, e)
		}
	}
	last := LotID(0)
	open := false
	for k := range l.index.liens.With(uint64(o.ID)) {
		pc, lien, value := l.piece(k[2])
		if lien.Start < oldest || lien.End <= l.epoch {
			continue
		}
		if !open || lien.ID != last {
			open, last = true, lien.ID
			others = append(others, payer{start: lien.Start})
		}
		e := &others[len(others)-1]
		e.balance += value
		e.base += lien.Initial
		e.pieces = append(e.pieces, pc)
	}
	return own, others
}

// piece reads the lot or unbonding entry of an id, which carries a lien, and what it is
// worth now.
func (l *Ledger) piece(id uint64) (piece, *Lien, spec.Gwei) {
	if p := l.lots.Get(LotID(id)); p != nil {
		o := l.operators.Get(p.Operator)
		return piece{lot: p.ID, isLot: true, operator: p.Operator, shares: p.Shares, initial: p.Lien.Initial}, &p.Lien, o.Price().value(p.Shares)
	}
	u := l.unbondings.Get(UnbondingID(id))
	return piece{unbonding: u.ID, operator: u.Operator, initial: u.Lien.Initial}, &u.Lien, u.Balance
}

// operator plans the slashes, given by index, of one operator.
func (p *plan) operator(o *Operator, slashes []int) {
	oldest := p.slashes[slashes[0]].Epoch
	for _, i := range slashes {
		oldest = min(oldest, p.slashes[i].Epoch)
	}
	own, others := p.payers(o, oldest)
	charges := make([]*charge, 0, len(slashes))
	for _, i := range slashes {
		charges = append(charges, newCharge(&p.slashes[i], i, own, others))
	}
	for b := range own {
		left := own[b].balance
		for _, rule := range [...]LossRule{BondOnly, ProRata, OperatorFirst} {
			left -= p.payOwn(&own[b], b, left, rule, charges)
		}
		p.take(&own[b], o.ID, own[b].balance-left)
	}
	for _, c := range charges {
		c.passOn(others)
		p.owed[c.index] = c.owed
	}
	p.payOthers(o, others, charges)
}

// payOwn lets one pot of the operator's own pay the slashes of one rule, and returns
// how much it pays.
func (p *plan) payOwn(pt *payer, b int, left spec.Gwei, rule LossRule, charges []*charge) spec.Gwei {
	charged := make([]spec.Gwei, len(charges))
	sum := spec.Gwei(0)
	for i, c := range charges {
		if c.slash.Rule != rule || !c.liable(pt) {
			continue
		}
		if rule == OperatorFirst {
			charged[i] = c.rest
		} else {
			charged[i] = c.own[b]
		}
		sum = addSat(sum, charged[i])
	}
	paid := min(left, sum)
	parts := make([]spec.Gwei, len(charges))
	u64.Apportion(parts, paid, charged)
	for i, c := range charges {
		p.collected[c.index] += parts[i]
		c.rest -= min(c.rest, parts[i])
	}
	return paid
}

// payOthers lets the pool and the delegators' entries pay, and leaves the liens for
// later.
func (p *plan) payOthers(o *Operator, others []payer, charges []*charge) {
	for i := range others {
		pt := &others[i]
		charged := make([]spec.Gwei, len(charges))
		indexes := make([]int, len(charges))
		sum := spec.Gwei(0)
		for j, c := range charges {
			charged[j], indexes[j] = c.others[i], c.index
			sum = addSat(sum, charged[j])
		}
		if pt.pieces != nil {
			p.lienShares = append(p.lienShares, lienShare{pt.pieces, indexes, charged})
			continue
		}
		paid := min(pt.balance, sum)
		p.attribute(paid, indexes, charged)
		p.take(pt, o.ID, paid)
	}
}

// attribute says which slashes a payment is for.
func (p *plan) attribute(paid spec.Gwei, slashes []int, charged []spec.Gwei) {
	parts := make([]spec.Gwei, len(slashes))
	u64.Apportion(parts, paid, charged)
	for j, i := range slashes {
		p.collected[i] += parts[j]
	}
}

// take records the slash share of a bond, a pool or an unbonding entry.
func (p *plan) take(pt *payer, operator OperatorID, amount spec.Gwei) {
	if amount == 0 {
		return
	}
	switch pt.pot.Kind {
	case PotPool:
		p.pools[operator] = amount
	case PotUnbonding:
		p.unbondings[UnbondingID(pt.pot.ID)] = amount
	}
	p.shares = append(p.shares, SlashShare{Pot: pt.pot, Operator: operator, Amount: amount})
}

// liens plans what liened lots and entries pay, valued after all other slash shares.
func (p *plan) liens() {
	for _, d := range p.lienShares {
		sum, there := spec.Gwei(0), spec.Gwei(0)
		for _, w := range d.charged {
			sum = addSat(sum, w)
		}
		values, initials := make([]spec.Gwei, len(d.pieces)), make([]spec.Gwei, len(d.pieces))
		for i := range d.pieces {
			values[i], initials[i] = p.valueAfter(&d.pieces[i]), d.pieces[i].initial
			there += values[i]
		}
		paid := min(there, sum)
		p.attribute(paid, d.slashes, d.charged)
		for i, amount := range spread(paid, initials, values) {
			p.takePiece(&d.pieces[i], amount)
		}
	}
	p.leaveShare()
}

// leaveShare takes back one burned share of a pool that would keep tokens and lose its
// last share to rounding.
func (p *plan) leaveShare() {
	tokens, shares, last := map[OperatorID]spec.Gwei{}, map[OperatorID]uint64{}, map[OperatorID]int{}
	for i, c := range p.shares {
		if c.Pot.Kind == PotPool {
			tokens[c.Operator] += c.Amount
			shares[c.Operator] += c.Shares
			last[c.Operator] = i
		}
	}
	for id, i := range last {
		o := p.l.operators.Get(id)
		if shares[id] > 0 && shares[id] == o.PoolShares && tokens[id] < o.PoolTokens {
			p.shares[i].Shares--
		}
	}
}

// priceAfter is the price of an operator's pool after what the pools pay.
func (p *plan) priceAfter(id OperatorID) Price {
	o := p.l.operators.Get(id)
	return Price{o.PoolTokens - p.pools[id], o.PoolShares}
}

func (p *plan) valueAfter(pc *piece) spec.Gwei {
	if pc.isLot {
		return p.priceAfter(pc.operator).value(pc.shares)
	}
	return p.l.unbondings.Get(pc.unbonding).Balance - p.unbondings[pc.unbonding]
}

func (p *plan) takePiece(pc *piece, amount spec.Gwei) {
	if amount == 0 {
		return
	}
	share := SlashShare{Pot: unbondingOf(pc.unbonding), Operator: pc.operator, Amount: amount}
	if pc.isLot {
		share.Pot, share.Lot, share.Shares = poolOf(pc.operator), pc.lot, p.priceAfter(pc.operator).worth(amount)
	}
	p.shares = append(p.shares, share)
}

// touched lists the operators whose pools pay, ascending.
func (p *plan) touched() (list []OperatorID) {
	for _, c := range p.shares {
		if c.Pot.Kind == PotPool {
			list = append(list, c.Operator)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

func (p *plan) outcome() SlashOutcome {
	out := SlashOutcome{Shares: p.shares}
	for i, s := range p.slashes {
		out.Results = append(out.Results, SlashResult{s, p.owed[i], p.collected[i]})
	}
	return out
}
