package epoch

import (
	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// The components of an epoch beside those of the three flags, which have the
// flags' names.
const (
	Inactivity = "inactivity"
	Slashings  = "slashings"
)

// Observer is told of an epoch while it runs. It must keep none of the columns and
// change nothing; a function that is nil is told nothing.
type Observer struct {
	// Slots gets the sums of the epoch and the rule's factors, a row for each slot of the
	// previous epoch, once justification has run.
	Slots func(s *spec.Summary, factors []penalty.Factors)
	// Component gets what a component pays every validator and what it takes, in the
	// order of the components, and the balances before it; [Taken] is what a penalty
	// beyond the balance takes. The components are "source", "target", "head",
	// [Inactivity] and [Slashings]; in epoch 0 the slashings alone.
	Component func(component string, d Deltas, balances []spec.Gwei)
}

// Silent reports that the observer is told nothing.
func (o Observer) Silent() bool { return o.Slots == nil && o.Component == nil }

func (o Observer) slots(s *spec.Summary, factors []penalty.Factors) {
	if o.Slots != nil {
		o.Slots(s, factors)
	}
}

// apply tells of the component and applies it.
func (o Observer) apply(component string, d Deltas, balances []spec.Gwei) error {
	if o.Component != nil {
		o.Component(component, d, balances)
	}
	return d.Apply(balances)
}

// Taken is what a penalty takes of a balance to which the reward has been added.
func Taken(balance, reward, penalty spec.Gwei) spec.Gwei {
	full, ok := u64.Add(balance, reward)
	if !ok {
		return penalty
	}
	return min(full, penalty)
}

// slash is [ProcessSlashings], told of.
func (o Observer) slash(p *spec.Params, r *spec.Registry, s *spec.Summary) error {
	if o.Component == nil {
		return ProcessSlashings(p, r, s)
	}
	before := append([]spec.Gwei(nil), r.Balance...)
	if err := ProcessSlashings(p, r, s); err != nil {
		return err
	}
	d := NewDeltas(len(before))
	for i, b := range before {
		d.Penalties[i] = b - r.Balance[i]
	}
	o.Component(Slashings, d, before)
	return nil
}
