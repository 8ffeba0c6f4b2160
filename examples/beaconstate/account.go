package main

import (
	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/epoch"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/ssz"
	"github.com/stakesim/stakesim/spec/u64"
)

// account is a chain under one rule, with what every validator was paid and
// charged.
type account struct {
	rule    penalty.Rule
	reg     *spec.Registry
	memory  penalty.Memory
	summary spec.Summary
	factors []penalty.Factors
	deltas  epoch.Deltas

	rewards   []spec.Gwei // by validator, over all epochs
	penalties []spec.Gwei // what a balance could pay; slashings apart
	slashed   []spec.Gwei

	sum, most float64 // of the target factors
}

func newAccount(rule penalty.Rule, start *spec.Registry) *account {
	n := start.Len()
	return &account{
		rule: rule, reg: start.Clone(), deltas: epoch.NewDeltas(n),
		rewards: make([]spec.Gwei, n), penalties: make([]spec.Gwei, n), slashed: make([]spec.Gwei, n),
	}
}

// begin sets the memory with which the first epoch is met.
func (a *account) begin(s *ssz.State, p *spec.Params, b spec.Boundary, slots []uint8, o *options) (err error) {
	a.reg.SlotOffset = slots
	if err := spec.Summarize(&a.summary, p, a.reg, b, 1); err != nil {
		return err
	}
	a.memory, err = memoryOf(&a.rule, s, &a.summary, o)
	return err
}

// epoch is the transition at b, component by component as [epoch.ProcessEpoch]
// does, with an account of every step.
func (a *account) epoch(p *spec.Params, b spec.Boundary, slots []uint8) error {
	r := a.reg
	r.SlotOffset = slots
	if err := spec.Summarize(&a.summary, p, r, b, 1); err != nil {
		return err
	}
	s := &a.summary
	if a.factors == nil {
		a.factors = make([]penalty.Factors, len(s.Slots))
	}
	var err error
	if a.memory, err = penalty.Walk(a.factors, &a.rule, a.memory, s.Slots); err != nil {
		return err
	}
	for _, f := range a.factors {
		a.sum += f.Target.Float()
		a.most = max(a.most, f.Target.Float())
	}
	if err := epoch.ProcessInactivityUpdates(p, r, s); err != nil {
		return err
	}
	for flag := range spec.Flag(spec.FlagCount) {
		if err := epoch.FlagDeltas(a.deltas, r, s, flag, a.factors, a.rule.Scope); err != nil {
			return err
		}
		if err := a.apply(); err != nil {
			return err
		}
	}
	if err := epoch.InactivityDeltas(a.deltas, p, r, s); err != nil {
		return err
	}
	if err := a.apply(); err != nil {
		return err
	}
	if err := a.slash(p); err != nil {
		return err
	}
	a.remember()
	return epoch.ProcessEffectiveBalanceUpdates(p, r)
}

// apply pays and charges one component.
func (a *account) apply() error {
	for i, reward := range a.deltas.Rewards {
		a.rewards[i] += reward
		if full, ok := u64.Add(a.reg.Balance[i], reward); ok { // else Apply reports it
			a.penalties[i] += min(full, a.deltas.Penalties[i])
		}
	}
	return a.deltas.Apply(a.reg.Balance)
}

func (a *account) slash(p *spec.Params) error {
	before := append(a.deltas.Rewards[:0], a.reg.Balance...) // the deltas are done with
	if err := epoch.ProcessSlashings(p, a.reg, &a.summary); err != nil {
		return err
	}
	for i, b := range before {
		a.slashed[i] += b - a.reg.Balance[i]
	}
	return nil
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
