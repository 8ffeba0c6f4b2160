package delegation

import (
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// LossRule says whose pots pay a slash.
type LossRule uint8

// The three rules.
const (
	// ProRata: bond, pool, and the unbonding entries and liens that are liable, each
	// its part.
	ProRata LossRule = iota
	// OperatorFirst: the operator's bond, then its withdrawal entries, then the
	// delegators by their pro-rata parts.
	OperatorFirst
	// BondOnly: the operator's bond and its withdrawal entries, nobody else. It is
	// the rule of light stake.
	BondOnly
	lossRules
)

// Slash is what an operator is slashed for an infraction: a fraction of every pot that
// answers for it, each part rounded up, or an amount that is spread over them.
type Slash struct {
	ID        SlashID    `json:"id"` // the caller's own; not to be used again while something of it is uncollected
	Operator  OperatorID `json:"operator"`
	Epoch     spec.Epoch `json:"epoch"`    // of the infraction
	Fraction  Ratio      `json:"fraction"` // above 0 and at most 1; a Den of 0 means Amount
	Amount    spec.Gwei  `json:"amount"`
	Rule      LossRule   `json:"rule"`
	Tombstone bool       `json:"tombstone"`
	// Closes says that the slash answers the evidence with the id Evidence.
	Closes   bool       `json:"closes"`
	Evidence EvidenceID `json:"evidence"`
}

// SlashShare is what a batch of slashes takes from one pot.
type SlashShare struct {
	Pot      Pot
	Operator OperatorID // whose pot it is; of an unbonding entry the one that it left
	Lot      LotID      // in a pool, where one lot pays for its lien: that lot
	Amount   spec.Gwei
	Shares   uint64 // what Lot loses; 0 where the whole pool pays
}

// SlashResult is what becomes of one slash.
type SlashResult struct {
	Slash     Slash
	Owed      spec.Gwei // the sum of its slash shares before they meet a pot's limit
	Collected spec.Gwei // at most Owed; the rest is recorded as uncollected
}

// SlashOutcome is what a batch of slashes does: what is collected for each of them, by
// ascending id, and what every pot pays.
type SlashOutcome struct {
	Results []SlashResult
	Shares  []SlashShare
	Skipped []ItemError
}

// payer is a pot that pays for an operator's slashes, or all pieces of one lien.
type payer struct {
	pot     Pot
	start   spec.Epoch // it answers for infractions up to this one
	balance spec.Gwei  // what can be taken
	base    spec.Gwei  // what fractions are of
	pieces  []piece    // of a lien
}

// piece is a lot or an unbonding entry that carries a part of a lien.
type piece struct {
	lot       LotID
	unbonding UnbondingID
	isLot     bool
	operator  OperatorID // whose pool or entry it is
	shares    uint64     // of a lot
	initial   spec.Gwei
}

// charge is a slash at work: its slash share of every payer.
type charge struct {
	slash  *Slash
	index  int // in the batch
	owed   spec.Gwei
	own    []spec.Gwei // of the operator's own pots; operator first does not use it
	others []spec.Gwei // of pool, unbonding entries and liens
	rest   spec.Gwei   // operator first: what nobody has paid yet
}

// newCharge computes the pro-rata parts of a slash.
func newCharge(s *Slash, index int, own, others []payer) *charge {
	c := &charge{slash: s, index: index, own: make([]spec.Gwei, len(own)), others: make([]spec.Gwei, len(others))}
	if s.Fraction.Den == 0 {
		c.chargeAmount(own, others)
	} else {
		c.chargeFraction(own, others)
	}
	if s.Rule == OperatorFirst {
		c.rest = c.owed
	}
	return c
}

// liable reports whether a payer answers for the infraction.
func (c *charge) liable(p *payer) bool { return p.start >= c.slash.Epoch }

func (c *charge) chargeFraction(own, others []payer) {
	for i := range own {
		if c.liable(&own[i]) {
			c.own[i] = c.slash.Fraction.shareCeil(own[i].base)
			c.owed = addSat(c.owed, c.own[i])
		}
	}
	for i := range others {
		if c.slash.Rule != BondOnly && c.liable(&others[i]) {
			c.others[i] = c.slash.Fraction.shareCeil(others[i].base)
			c.owed = addSat(c.owed, c.others[i])
		}
	}
}

// chargeAmount spreads an amount over what the payers hold, by largest remainder.
// More than there is charges every payer more than it holds, so that slashes compete
// for a pot with what they are, not with what they could get alone.
func (c *charge) chargeAmount(own, others []payer) {
	c.owed = c.slash.Amount
	balances := c.balances(own, others)
	parts := make([]spec.Gwei, len(balances))
	u64.Apportion(parts, c.slash.Amount, balances)
	copy(c.own, parts)
	copy(c.others, parts[len(own):])
}

// balances lists what the payers that are liable hold. It is 0 for the others, and
// under bond only for the delegators.
func (c *charge) balances(own, others []payer) (list []spec.Gwei) {
	for i := range own {
		list = append(list, c.balance(&own[i]))
	}
	for i := range others {
		v := c.balance(&others[i])
		if c.slash.Rule == BondOnly {
			v = 0
		}
		list = append(list, v)
	}
	return list
}

func (c *charge) balance(p *payer) spec.Gwei {
	if !c.liable(p) {
		return 0
	}
	return p.balance
}

// passOn spreads what the operator has not paid of an operator-first slash over pool,
// unbonding entries and liens: by their pro-rata parts, which are exact for an amount
// and rounded up for a fraction.
func (c *charge) passOn(others []payer) {
	if c.slash.Rule != OperatorFirst {
		return
	}
	weights := c.others
	if c.slash.Fraction.Den == 0 {
		weights = c.balances(nil, others)
	}
	parts := make([]spec.Gwei, len(others))
	u64.Apportion(parts, c.rest, weights)
	c.others = parts
	c.rest = 0
}

// spread splits total, which is at most the sum of the values, over the pieces of a
// lien by largest remainder of their initials. What one piece lacks passes to the next
// one that has it.
func spread(total spec.Gwei, initials, values []spec.Gwei) []spec.Gwei {
	parts := make([]spec.Gwei, len(values))
	lacking := u64.Apportion(parts, total, initials)
	for range 2 { // the second round brings what is left to the first pieces
		for i := range parts {
			parts[i], lacking = parts[i]+lacking, 0
			if parts[i] > values[i] {
				parts[i], lacking = values[i], parts[i]-values[i]
			}
		}
	}
	return parts
}
