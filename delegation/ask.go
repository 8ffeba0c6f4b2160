package delegation

import (
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// ask is what one due asks of the pots of its operator.
type ask struct {
	due    *Due
	index  int // in the plan
	wanted spec.Gwei
	own    []spec.Gwei // of each pot of the operator's; not used by operator first
	others []spec.Gwei // of pool, entries and liens
	rest   spec.Gwei   // operator first: what nobody has paid yet
}

// liable reports whether a pot answers for the due.
func (a *ask) liable(p *pot) bool { return p.start >= a.due.Epoch }

// newAsk computes the pro-rata parts of a due.
func newAsk(d *Due, index int, own, others []pot) *ask {
	a := &ask{due: d, index: index, own: make([]spec.Gwei, len(own)), others: make([]spec.Gwei, len(others))}
	if d.Fraction.Den == 0 {
		a.askAmount(own, others)
	} else {
		a.askFraction(own, others)
	}
	if d.Rule == OperatorFirst {
		a.rest = a.wanted
	}
	return a
}

func (a *ask) askFraction(own, others []pot) {
	for i := range own {
		if a.liable(&own[i]) {
			a.own[i] = a.due.Fraction.shareCeil(own[i].base)
			a.wanted = addSat(a.wanted, a.own[i])
		}
	}
	for i := range others {
		if a.due.Rule != BondOnly && a.liable(&others[i]) {
			a.others[i] = a.due.Fraction.shareCeil(others[i].base)
			a.wanted = addSat(a.wanted, a.others[i])
		}
	}
}

// askAmount spreads an amount over what is there, by largest remainder. More
// than is there asks more than there is of every pot, so that dues compete for
// a pot with what they are, not with what they could get alone.
func (a *ask) askAmount(own, others []pot) {
	a.wanted = a.due.Amount
	there := a.there(own, others)
	parts := make([]spec.Gwei, len(there))
	u64.Apportion(parts, a.due.Amount, there)
	copy(a.own, parts)
	copy(a.others, parts[len(own):])
}

// there lists what liable pots hold; the others are 0, and so are the delegators'
// under bond only.
func (a *ask) there(own, others []pot) (list []spec.Gwei) {
	for i := range own {
		list = append(list, a.held(&own[i]))
	}
	for i := range others {
		v := a.held(&others[i])
		if a.due.Rule == BondOnly {
			v = 0
		}
		list = append(list, v)
	}
	return list
}

func (a *ask) held(p *pot) spec.Gwei {
	if !a.liable(p) {
		return 0
	}
	return p.there
}

// passOn spreads what the operator has not paid of an operator-first due over
// pool, entries and liens: by their pro-rata parts, exact for an amount, rounded
// up for a fraction.
func (a *ask) passOn(others []pot) {
	if a.due.Rule != OperatorFirst {
		return
	}
	weights := a.others
	if a.due.Fraction.Den == 0 {
		weights = a.there(nil, others)
	}
	parts := make([]spec.Gwei, len(others))
	u64.Apportion(parts, a.rest, weights)
	a.others = parts
	a.rest = 0
}
