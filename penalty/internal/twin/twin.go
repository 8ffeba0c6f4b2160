// Package twin puts every rule of package penalty beside the mechanism of
// penalty/ref that it must equal, for tests of both.
package twin

import (
	"errors"
	"math/big"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/internal/oracle"
	"github.com/stakesim/stakesim/penalty/ref"
	"github.com/stakesim/stakesim/spec"
)

// Subject is a rule beside the mechanism of penalty/ref that it must equal.
type Subject struct {
	Rule   penalty.Rule
	Oracle ref.Mechanism
}

// SubjectOf finds the oracle of a catalogued rule in the table of pairs.
func SubjectOf(t testing.TB, rule penalty.Rule) Subject {
	t.Helper()
	pair, ok := oracle.Of(rule.Name)
	require.True(t, ok, "no pair for %s", rule.FullName())
	return Subject{rule, pair.Mechanism(rule.Values())}
}

// Subjects are all named rules.
func Subjects(t testing.TB) (all []Subject) {
	t.Helper()
	for _, rule := range penalty.Rules() {
		all = append(all, SubjectOf(t, rule))
	}
	require.Len(t, oracle.Pairs, len(penalty.Families()), "a row for each mechanism, and no other")
	return all
}

// SlotRelative is the same configuration for penalty/ref.
func SlotRelative(r penalty.SlotRelative) ref.SlotRelative {
	c := ref.SlotRelative{
		WindowSlots: r.WindowSlots, Form: ref.Form(r.Reading), Counted: r.Counted, Cap: r.Cap, Scope: ref.Scope(r.Of),
		SkipMissing: r.SkipMissingBlocks, Exponent: 1, Multiplier: r.Multiplier, Offline: r.Offline,
	}
	if r.PreviousEpoch {
		c.Window = ref.PreviousEpoch
	}
	if r.Squared {
		c.Exponent = 2
	}
	return c
}

func Smoothed(r penalty.Smoothed2026) ref.Smoothed {
	return ref.Smoothed{Slope: r.Slope, Cap: r.Cap, Window: r.Window, FloorDivisor: r.FloorDivisor}
}

func NetExcess(r penalty.NetExcess2024) ref.NetExcess {
	return ref.NetExcess{Adjustment: r.Adjustment, Cap: r.Cap, Offline: r.Offline}
}

// SameKind wants both errors nil, or both of the same kind.
func SameKind(t testing.TB, want, got error, about ...any) {
	t.Helper()
	if KindOf(want) != KindOf(got) {
		require.FailNow(t, "different errors", "%v: penalty/ref %v, got %v", about, want, got)
	}
}

func KindOf(err error) string {
	switch {
	case err == nil:
		return "none"
	case errors.Is(err, spec.ErrOverflow):
		return "overflow"
	case errors.Is(err, spec.ErrInput):
		return "input"
	}
	return "unknown: " + err.Error()
}

func BigOf[T ~uint64](v T) *big.Int { return new(big.Int).SetUint64(uint64(v)) }

func GweiOf(v *big.Int) spec.Gwei {
	if v == nil {
		return 0
	}
	return spec.Gwei(v.Uint64())
}

// Rat is a factor as an exact fraction.
func Rat(f penalty.Factor) *big.Rat {
	p := new(big.Rat).SetFrac(BigOf(f.Num), BigOf(f.Den))
	if f.Squared {
		p.Mul(p, p)
	}
	return p
}

// IdleTown is a registry of which validator 0 is offline and the others are not.
func IdleTown() (spec.Params, *spec.Registry, spec.Boundary) {
	p, err := spec.ParamsFor(spec.Mainnet, spec.Electra)
	if err != nil {
		panic(err)
	}
	r := spec.NewRegistry(64)
	for i := range r.Len() {
		r.EffectiveBalance[i], r.Balance[i], r.SlotOffset[i] = 32*spec.ETH, 32*spec.ETH, uint8(i%32)
		r.PreviousFlags[i] = spec.AllFlags
	}
	r.PreviousFlags[0] = 0
	return p, r, spec.Boundary{CurrentEpoch: 100, FinalizedEpoch: 98}
}

// Village is 64 validators of 32 ETH in epoch 100 of the main network, two to
// each slot. Both of slot 0 were offline, the others did everything in time.
func Village() (spec.Params, *spec.Registry, spec.Boundary) {
	p, r, b := IdleTown()
	r.PreviousFlags[32] = 0
	return p, r, b
}

// SmoothedObs is a slot with offline Gwei offline, and others that the rule must
// not count: a member with only the source, one with only the target, one that
// is slashed.
func SmoothedObs(offline, reference spec.Gwei) *spec.SlotObs {
	o := &spec.SlotObs{Reference: reference}
	o.Tally.Add(0, offline)
	o.Tally.Add(1<<spec.Conduct(spec.TimelySource), 1<<40)
	o.Tally.Add(1<<spec.Conduct(spec.TimelyTarget), 1<<40)
	o.Tally.Add(spec.SlashedBit, 1<<40)
	return o
}

// Stake407 is the total active balance of the published figures.
const Stake407 = 40_700_000 * spec.ETH

// Same is require.Equal without the cost of its message when both are equal.
func Same(t testing.TB, want, got any, about ...any) {
	t.Helper()
	if !reflect.DeepEqual(want, got) {
		require.Equal(t, want, got, about)
		require.FailNow(t, "differ", about...)
	}
}

// Remember is the memory of a rule that starts with an average and with counters, in
// so far as it has them.
func Remember(rule *penalty.Rule, smoothed spec.Gwei, excess [2]uint64) (m penalty.Memory) {
	rule.SetWord(&m, penalty.SmoothedOfflineBalance, uint64(smoothed))
	rule.SetWord(&m, "excess_penalties", excess[0])
	rule.SetWord(&m, "excess_penalties_source", excess[0])
	rule.SetWord(&m, "excess_penalties_target", excess[1])
	return m
}

// MemoryOf is the memory of a catalogued rule that penalty/ref's equals.
func MemoryOf(t testing.TB, rule *penalty.Rule, m ref.Memory, slotsPerEpoch uint64) penalty.Memory {
	t.Helper()
	pair, ok := oracle.Of(rule.Name)
	require.True(t, ok, "no pair for %s", rule.FullName())
	if pair.Words == nil {
		return penalty.Memory{}
	}
	return pair.Words(m, rule.Values(), slotsPerEpoch)
}
