package delegation

import (
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// ask is what one slash asks of the pots of its operator.
type ask struct {
	slash  *Slash
	index  int // in the plan
	wanted spec.Gwei
	own    []spec.Gwei // of each pot of the operator's; not used by operator first
	others []spec.Gwei // of pool, entries and liens
	rest   spec.Gwei   // operator first: what nobody has paid yet
}

// liable reports whether a pot answers for the slash.
func (a *ask) liable(p *payer) bool { return p.start >= a.slash.Epoch }

// newAsk computes the pro-rata parts of a slash.
func newAsk(d *Slash, index int, own, others []payer) *ask {
	a := &ask{slash: d, index: index, own: make([]spec.Gwei, len(own)), others: make([]spec.Gwei, len(others))}
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

func (a *ask) askFraction(own, others []payer) {
	for i := range own {
		if a.liable(&own[i]) {
			a.own[i] = a.slash.Fraction.shareCeil(own[i].base)
			a.wanted = addSat(a.wanted, a.own[i])
		}
	}
	for i := range others {
		if a.slash.Rule != BondOnly && a.liable(&others[i]) {
			a.others[i] = a.slash.Fraction.shareCeil(others[i].base)
			a.wanted = addSat(a.wanted, a.others[i])
		}
	}
}

// askAmount spreads an amount over what is there, by largest remainder. More
// than is there asks more than there is of every pot, so that slashes compete for
// a pot with what they are, not with what they could get alone.
func (a *ask) askAmount(own, others []payer) {
	a.wanted = a.slash.Amount
	there := a.there(own, others)
	parts := make([]spec.Gwei, len(there))
	u64.Apportion(parts, a.slash.Amount, there)
	copy(a.own, parts)
	copy(a.others, parts[len(own):])
}

// there lists what liable pots hold; the others are 0, and so are the delegators'
// under bond only.
func (a *ask) there(own, others []payer) (list []spec.Gwei) {
	for i := range own {
		list = append(list, a.held(&own[i]))
	}
	for i := range others {
		v := a.held(&others[i])
		if a.slash.Rule == BondOnly {
			v = 0
		}
		list = append(list, v)
	}
	return list
}

func (a *ask) held(p *payer) spec.Gwei {
	if !a.liable(p) {
		return 0
	}
	return p.there
}

// passOn spreads what the operator has not paid of an operator-first slash over
// pool, entries and liens: by their pro-rata parts, exact for an amount, rounded
// up for a fraction.
func (a *ask) passOn(others []payer) {
	if a.slash.Rule != OperatorFirst {
		return
	}
	weights := a.others
	if a.slash.Fraction.Den == 0 {
		weights = a.there(nil, others)
	}
	parts := make([]spec.Gwei, len(others))
	u64.Apportion(parts, a.rest, weights)
	a.others = parts
	a.rest = 0
}
