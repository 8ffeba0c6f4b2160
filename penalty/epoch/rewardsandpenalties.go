package epoch

import (
	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/spec"
)

// ProcessRewardsAndPenalties applies the four components of an epoch in order
// (source, target, head, inactivity), each decrease stopping at zero (altair
// process_rewards_and_penalties). factors and scope are a mechanism's, nil for
// the status quo. Nothing is paid in epoch 0. On an error no balance has changed.
// It allocates working columns: [Engine] does not.
func ProcessRewardsAndPenalties(p *spec.Params, r *spec.Registry, s *spec.Summary, factors []penalty.Factors, scope penalty.Scope) error {
	return rewardsAndPenalties(p, r, s, factors, scope, Observer{})
}

// rewardsAndPenalties tells every component to the observer before it is applied.
func rewardsAndPenalties(p *spec.Params, r *spec.Registry, s *spec.Summary, factors []penalty.Factors, scope penalty.Scope, observe Observer) error {
	if err := given(p); err != nil {
		return err
	}
	if err := belongs(r, s); err != nil {
		return err
	}
	if s.CurrentEpoch == spec.GenesisEpoch {
		return nil
	}
	d := NewDeltas(r.Len())
	balance := append([]spec.Gwei(nil), r.Balance...)
	for flag := range spec.Flag(spec.FlagCount) {
		if err := FlagDeltas(d, r, s, flag, factors, scope); err != nil {
			return err
		}
		if err := observe.apply(flag.String(), d, balance); err != nil {
			return err
		}
	}
	if err := InactivityDeltas(d, p, r, s); err != nil {
		return err
	}
	if err := observe.apply(Inactivity, d, balance); err != nil {
		return err
	}
	copy(r.Balance, balance)
	return nil
}
