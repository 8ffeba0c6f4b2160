package epoch_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/diversity"
	"github.com/stakesim/stakesim/penalty/epoch"
	"github.com/stakesim/stakesim/penalty/internal/twin"
	"github.com/stakesim/stakesim/penalty/ref"
	"github.com/stakesim/stakesim/spec"
)

const most = 1<<64 - 1

// TestProperty14NoPanic gives every form what no chain holds: an error that
// names the place, and arguments as they were.
func TestProperty14NoPanic(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*spec.Params, *spec.Registry, *spec.Boundary)
		field  string
		row    int
		kind   error
	}{
		"a short balance column":    {func(_ *spec.Params, r *spec.Registry, _ *spec.Boundary) { r.Balance = r.Balance[1:] }, "balance", -1, spec.ErrInput},
		"a long score column":       {func(_ *spec.Params, r *spec.Registry, _ *spec.Boundary) { r.InactivityScore = make([]uint64, 99) }, "inactivity_scores", -1, spec.ErrInput},
		"no slots column":           {func(_ *spec.Params, r *spec.Registry, _ *spec.Boundary) { r.SlotOffset = nil }, "slot_offset", -1, spec.ErrInput},
		"a slot outside the epoch":  {func(_ *spec.Params, r *spec.Registry, _ *spec.Boundary) { r.SlotOffset[3] = 32 }, "slot_offset", 3, spec.ErrInput},
		"a balance above the cap":   {func(_ *spec.Params, r *spec.Registry, _ *spec.Boundary) { r.EffectiveBalance[4] = 2048*spec.ETH + 1 }, "effective_balance", 4, spec.ErrInput},
		"a finalized epoch to come": {func(_ *spec.Params, _ *spec.Registry, b *spec.Boundary) { b.FinalizedEpoch = 100 }, "finalized_checkpoint.epoch", -1, spec.ErrInput},
		"an epoch after all slots":  {func(_ *spec.Params, _ *spec.Registry, b *spec.Boundary) { b.CurrentEpoch = most }, "slot", -1, spec.ErrOverflow},
		"slashings beyond 64 bits":  {func(_ *spec.Params, _ *spec.Registry, b *spec.Boundary) { b.SlashingsSum = most }, "slashings", -1, spec.ErrOverflow},
		"a balance at its limit":    {func(_ *spec.Params, r *spec.Registry, _ *spec.Boundary) { r.Balance[5] = most }, "balance", 5, spec.ErrOverflow},
		"a score at its limit":      {func(_ *spec.Params, r *spec.Registry, _ *spec.Boundary) { r.InactivityScore[0] = most - 3 }, "inactivity_scores", 0, spec.ErrOverflow},
		"a score times a balance":   {func(_ *spec.Params, r *spec.Registry, _ *spec.Boundary) { r.InactivityScore[0] = 1 << 60 }, "inactivity_scores", 0, spec.ErrOverflow},
		"a score that a leak lifts": {func(_ *spec.Params, r *spec.Registry, b *spec.Boundary) { // 2048 ETH times 9,007,199 fits
			r.EffectiveBalance[0], r.InactivityScore[0], b.FinalizedEpoch = 2048*spec.ETH, 9_007_196, 90
		}, "inactivity_scores", 0, spec.ErrOverflow},
		"an epoch of no slots":       {func(p *spec.Params, _ *spec.Registry, _ *spec.Boundary) { p.SlotsPerEpoch = 0 }, "SLOTS_PER_EPOCH", -1, spec.ErrInput},
		"hysteresis divided by zero": {func(p *spec.Params, _ *spec.Registry, _ *spec.Boundary) { p.HysteresisQuotient = 0 }, "HYSTERESIS_QUOTIENT", -1, spec.ErrInput},
	} {
		t.Run(name+" is an error where it lies", func(t *testing.T) {
			for _, s := range twin.Subjects(t) {
				p, r, b := twin.IdleTown()
				c.change(&p, r, &b)
				before, m := r.Clone(), twin.Remember(&s.Rule, 3, [2]uint64{1, 2})
				_, _, err := ref.ProcessEpoch(ref.State{Params: p, Boundary: b, Registry: r}, s.Oracle, ref.Memory{})
				require.ErrorIs(t, err, c.kind, "penalty/ref")
				after, err := epoch.ProcessEpoch(&p, &s.Rule, r, b, m)
				requirePlace(t, err, c.kind, c.field, c.row)
				require.Equal(t, m, after)
				e, err := epoch.NewEngine(p, s.Rule, 2)
				if err == nil {
					after, err = e.ProcessEpoch(r, b, m)
					require.Equal(t, m, after)
				}
				requirePlace(t, err, c.kind, c.field, c.row)
				require.Equal(t, before, r)
			}
		})
	}
}

func requirePlace(t testing.TB, err, kind error, field string, row int) {
	t.Helper()
	require.ErrorIs(t, err, kind)
	var at *spec.FieldError
	require.ErrorAs(t, err, &at)
	require.Equal(t, field, at.Field)
	require.Equal(t, row, at.Row)
}

func TestProperty14WhatDoesNotBelongTogetherIsRefused(t *testing.T) {
	p, r, b := twin.IdleTown()
	s, d := summarize(t, p, r, b), epoch.NewDeltas(64)
	rule, none := penalty.SmoothedE3.Rule(), penalty.Rule{Name: "nothing"}
	other, short := spec.NewRegistry(3), epoch.Deltas{Rewards: make([]spec.Gwei, 64)}
	var empty spec.Summary
	broken := p
	broken.InactivityPenaltyQuotient, broken.HysteresisQuotient = 0, 0
	before := r.Clone()
	for name, err := range map[string]error{
		"flag deltas of another registry":    epoch.FlagDeltas(epoch.NewDeltas(3), other, s, spec.TimelySource, nil, penalty.Scope{}),
		"flag deltas of no registry":         epoch.FlagDeltas(d, nil, s, spec.TimelySource, nil, penalty.Scope{}),
		"flag deltas of an empty summary":    epoch.FlagDeltas(epoch.NewDeltas(0), new(spec.Registry), &empty, spec.TimelySource, nil, penalty.Scope{}),
		"flag deltas of no summary":          epoch.FlagDeltas(d, r, nil, spec.TimelySource, nil, penalty.Scope{}),
		"flag deltas to a short column":      epoch.FlagDeltas(short, r, s, spec.TimelySource, nil, penalty.Scope{}),
		"flag deltas of an unknown flag":     epoch.FlagDeltas(d, r, s, 3, nil, penalty.Scope{}),
		"flag deltas with too few factors":   epoch.FlagDeltas(d, r, s, spec.TimelySource, make([]penalty.Factors, 8), penalty.Scope{}),
		"inactivity of another registry":     epoch.InactivityDeltas(epoch.NewDeltas(3), &p, other, s),
		"inactivity to a short column":       epoch.InactivityDeltas(short, &p, r, s),
		"inactivity over a zero quotient":    epoch.InactivityDeltas(d, &broken, r, s),
		"scores of another registry":         epoch.ProcessInactivityUpdates(&p, other, s),
		"rewards of another registry":        epoch.ProcessRewardsAndPenalties(&p, other, s, nil, penalty.Scope{}),
		"rewards with too few factors":       epoch.ProcessRewardsAndPenalties(&p, r, s, make([]penalty.Factors, 8), penalty.Scope{}),
		"slashings of another registry":      epoch.ProcessSlashings(&p, other, s),
		"a short delta applied":              short.Apply(r.Balance),
		"a walk to too few factors":          second(penalty.Walk(nil, &rule, penalty.Memory{}, s.Slots)),
		"a walk without a step":              second(penalty.Walk(make([]penalty.Factors, 32), &none, penalty.Memory{}, s.Slots)),
		"an engine without a step":           second(epoch.NewEngine(p, none, 1)),
		"an engine with broken constants":    second(epoch.NewEngine(broken, rule, 1)),
		"an engine that was never made":      second(new(epoch.Engine).ProcessEpoch(r, b, penalty.Memory{})),
		"an engine without a registry":       second(mustEngine(t, p, rule).ProcessEpoch(nil, b, penalty.Memory{})),
		"an epoch without a registry":        second(epoch.ProcessEpoch(&p, &rule, nil, b, penalty.Memory{})),
		"an epoch under a rule without step": second(epoch.ProcessEpoch(&p, &none, r, b, penalty.Memory{})),
		"settling without a step":            second(none.Settled(&spec.SlotObs{})),
	} {
		require.ErrorIs(t, err, spec.ErrInput, name)
	}
	require.Equal(t, before, r)
	_, ok := epoch.SlashingPenalty(1, 1, &p, &empty)
	require.False(t, ok)
	_, ok = epoch.EffectiveBalance(1, 1, false, &broken)
	require.False(t, ok)
	_, ok = penalty.Factor{}.Penalty(1, 1)
	require.False(t, ok, "a factor without a denominator")
	require.Equal(t, penalty.One, penalty.Factors{}.Of(9))
	require.Zero(t, rule.Scope.Of(9))
	require.Equal(t, diversity.Inverse.String(), diversity.Shape(4).String())
}

// second drops the first result.
func second[T any](_ T, err error) error { return err }

func mustEngine(t testing.TB, p spec.Params, rule penalty.Rule) *epoch.Engine {
	e, err := epoch.NewEngine(p, rule, 1)
	require.NoError(t, err)
	return e
}

// Deltas that overflow half way leave the balances as they were.
func TestProperty14DeltasApplyAllOrNothing(t *testing.T) {
	d := epoch.NewDeltas(2)
	d.Rewards[0], d.Penalties[0], d.Rewards[1] = 5, 9, 1
	balances := []spec.Gwei{1, most}
	requirePlace(t, d.Apply(balances), spec.ErrOverflow, "balance", 1)
	require.Equal(t, []spec.Gwei{1, most}, balances)
	balances[1] = most - 1
	require.NoError(t, d.Apply(balances))
	require.Equal(t, []spec.Gwei{0, most}, balances, "the reward first, then down to zero")
}

// Steps take any memory and any slot.
func TestProperty14StepsTakeAnything(t *testing.T) {
	d := twin.NewDice(14, nil)
	rules := penalty.Rules()
	for range 20_000 {
		rule := rules[d.N(uint64(len(rules)))]
		var m penalty.Memory
		for k := range rule.Memory {
			m[k] = d.Wide(64)
		}
		o := &spec.SlotObs{
			Total: spec.Gwei(d.Wide(64)), Reference: spec.Gwei(d.Wide(64)),
			SlotsPerEpoch: twin.Pick(d, 0, 1, 32, d.Wide(64)), NextBlockMissing: d.One(2),
		}
		for c := range o.Tally {
			o.Tally[c] = spec.Bin{Balance: spec.Gwei(d.Wide(64)), Count: d.Wide(64)}
		}
		before := *o
		f, after, err := rule.Step(m, o)
		require.Equal(t, before, *o)
		if err != nil {
			require.Contains(t, []string{"overflow", "input"}, twin.KindOf(err))
			twin.Same(t, m, after, rule.FullName(), "memory")
			continue
		}
		require.NotZero(t, f.Source.Den)
		require.NotZero(t, f.Target.Den)
	}
}
