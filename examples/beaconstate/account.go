package main

import (
	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/epoch"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/ssz"
)

// account is a chain under one rule, with what every validator was paid and
// charged.
type account struct {
	rule   penalty.Rule
	reg    *spec.Registry
	memory penalty.Memory

	rewards   []spec.Gwei // by validator, over all epochs
	penalties []spec.Gwei // what a balance could pay; slashings apart
	slashed   []spec.Gwei

	sum, most float64 // of the target factors
}

func newAccount(rule penalty.Rule, start *spec.Registry) *account {
	n := start.Len()
	return &account{
		rule: rule, reg: start.Clone(),
		rewards: make([]spec.Gwei, n), penalties: make([]spec.Gwei, n), slashed: make([]spec.Gwei, n),
	}
}

// begin sets the memory with which the first epoch is met.
func (a *account) begin(s *ssz.State, p *spec.Params, b spec.Boundary, slots []uint8, o *options) (err error) {
	a.reg.SlotOffset = slots
	var sums spec.Summary
	if err := spec.Summarize(&sums, p, a.reg, b, 1); err != nil {
		return err
	}
	a.memory, err = memoryOf(&a.rule, s, &sums, o)
	return err
}

// epoch is the transition at b, with an account of every component.
func (a *account) epoch(p *spec.Params, b spec.Boundary, slots []uint8) (err error) {
	a.reg.SlotOffset = slots
	if a.memory, err = epoch.ObserveEpoch(p, &a.rule, a.reg, b, a.memory, a.observer()); err != nil {
		return err
	}
	a.remember()
	return nil
}

// observer books what every component pays and takes.
func (a *account) observer() epoch.Observer {
	return epoch.Observer{
		Slots: func(_ *spec.Summary, factors []penalty.Factors) {
			for _, f := range factors {
				a.sum += f.Target.Float()
				a.most = max(a.most, f.Target.Float())
			}
		},
		Component: func(component string, d epoch.Deltas, balances []spec.Gwei) {
			taken := a.penalties
			if component == epoch.Slashings {
				taken = a.slashed
			}
			for i, reward := range d.Rewards {
				a.rewards[i] += reward
				taken[i] += epoch.Taken(balances[i], reward, d.Penalties[i])
			}
		},
	}
}

// remember keeps who failed, for the rules that ask in the next epoch.
func (a *account) remember() {
	if a.reg.FailedBefore == nil {
		a.reg.FailedBefore = make([]bool, a.reg.Len())
	}
	for i, flags := range a.reg.PreviousFlags {
		a.reg.FailedBefore[i] = !spec.ConductOf(flags, a.reg.Slashed[i], false).Participates(spec.TimelyTarget)
	}
}
