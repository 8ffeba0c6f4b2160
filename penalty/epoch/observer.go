package epoch

import (
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// The components of an epoch beside those of the three flags, which have the
// flags' names.
const (
	Inactivity = "inactivity"
	Slashings  = "slashings"
)

// Observer is told what each component of an epoch pays every validator and what
// it takes, in the order of the components, and the balances before it; a penalty
// beyond the balance and reward takes what there is. It must keep neither column
// and change nothing. A nil observer is told nothing.
//
// The components are "source", "target", "head", [Inactivity] and [Slashings].
type Observer func(component string, d Deltas, balances []spec.Gwei)

// apply tells of the component and applies it.
func (o Observer) apply(component string, d Deltas, balances []spec.Gwei) error {
	if o != nil {
		o(component, d, balances)
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
	if o == nil {
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
	o(Slashings, d, before)
	return nil
}
