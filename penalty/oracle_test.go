package penalty_test

import (
	"errors"
	"math/big"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/ref"
	"github.com/stakesim/stakesim/spec"
)

// subject is a rule beside the mechanism of penalty/ref that it must equal.
type subject struct {
	rule        penalty.Rule
	oracle      ref.Mechanism
	windowSlots uint64
}

// subjects are all named rules; the oracle is found by the rule's name.
func subjects(t testing.TB) (all []subject) {
	oracles := oraclesByName()
	for _, rule := range penalty.Rules() {
		oracle, ok := oracles[rule.FullName()]
		require.True(t, ok, "penalty/ref has no %s", rule.FullName())
		delete(oracles, rule.FullName())
		all = append(all, subject{rule, oracle, 32})
	}
	require.Empty(t, oracles, "rules that are gone")
	return all
}

func oraclesByName() map[string]ref.Mechanism {
	relative := func(change func(*ref.SlotRelative)) ref.Mechanism {
		r := ref.DefaultSlotRelative()
		change(&r)
		return r.Walk
	}
	offline := ref.DefaultNetExcess()
	offline.Offline = true
	return map[string]ref.Mechanism{
		"status-quo":                        ref.StatusQuo,
		"slot-relative/average":             relative(func(*ref.SlotRelative) {}),
		"slot-relative/sum":                 relative(func(r *ref.SlotRelative) { r.Form = ref.Sum }),
		"slot-relative/as-run":              relative(func(r *ref.SlotRelative) { r.Form = ref.AsRun }),
		"slot-relative/excess":              relative(func(r *ref.SlotRelative) { r.Form = ref.Excess }),
		"slot-relative/previous-epoch":      relative(func(r *ref.SlotRelative) { r.Window = ref.PreviousEpoch }),
		"slot-relative/counted":             relative(func(r *ref.SlotRelative) { r.Counted = true }),
		"slot-relative/offline":             relative(func(r *ref.SlotRelative) { r.Offline = true }),
		"slot-relative/misses":              relative(func(r *ref.SlotRelative) { r.Scope = ref.MissesOnly }),
		"slot-relative/fumbles":             relative(func(r *ref.SlotRelative) { r.Scope = ref.FumblesOnly }),
		"slot-relative/skip-missing-blocks": relative(func(r *ref.SlotRelative) { r.SkipMissing = true }),
		"slot-relative/squared":             relative(func(r *ref.SlotRelative) { r.Exponent = 2 }),
		"net-excess-2024":                   ref.DefaultNetExcess().Walk,
		"net-excess-2024/offline":           offline.Walk,
		"net-excess-per-flag":               ref.DefaultNetExcessPerFlag().Walk,
		"smoothed-2026/E0":                  ref.E0().Walk,
		"smoothed-2026/E1":                  ref.E1().Walk,
		"smoothed-2026/E2":                  ref.E2().Walk,
		"smoothed-2026/E3":                  ref.E3().Walk,
	}
}

// refSlotRelative is the same configuration for penalty/ref.
func refSlotRelative(r penalty.SlotRelative) ref.SlotRelative {
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

func refSmoothed(r penalty.Smoothed2026) ref.Smoothed {
	return ref.Smoothed{Slope: r.Slope, Cap: r.Cap, Window: r.Window, FloorDivisor: r.FloorDivisor}
}

func refNetExcess(r penalty.NetExcess2024) ref.NetExcess {
	return ref.NetExcess{Adjustment: r.Adjustment, Cap: r.Cap, Offline: r.Offline}
}

// chain is one chain under one rule, taken from epoch to epoch in all forms at
// once: penalty/ref, the components, and engines of one to three workers.
type chain struct {
	subject
	params  spec.Params
	memory  penalty.Memory
	oracled ref.Memory
	engines []*penalty.Engine
	fused   bool // the last epoch went through the single pass
}

func newChain(t testing.TB, p spec.Params, s subject) *chain {
	c := &chain{subject: s, params: p}
	for workers := 1; workers <= 3; workers++ {
		e, err := penalty.NewEngine(p, s.rule, workers)
		require.NoError(t, err)
		c.engines = append(c.engines, e)
	}
	return c
}

// start sets the counters of both memories.
func (c *chain) start(smoothed spec.Gwei, excess [2]uint64) {
	c.memory = penalty.Memory{Smoothed: smoothed, Excess: excess}
	c.oracled = ref.Memory{Smoothed: bigOf(smoothed), Excess: [2]*big.Int{bigOf(excess[0]), bigOf(excess[1])}}
}

// epoch takes r through the transition at b and fails the test unless all forms
// agree, on the registry, the factors and the memory or on the kind of error. On
// an error r and the memory are as they were.
func (c *chain) epoch(t testing.TB, r *spec.Registry, b spec.Boundary) error {
	t.Helper()
	name := c.rule.FullName()
	before, start := r.Clone(), c.memory
	state := ref.State{Params: c.params, Boundary: b, Registry: r}
	want, oracled, wantErr := ref.ProcessEpoch(state, c.oracle, c.oracled)
	same(t, before, r, name, "penalty/ref changed its argument")

	forms := []func(*spec.Registry) (penalty.Memory, error){func(r *spec.Registry) (penalty.Memory, error) {
		return penalty.ProcessEpoch(&c.params, &c.rule, r, b, c.memory)
	}}
	for _, e := range c.engines {
		forms = append(forms, func(r *spec.Registry) (penalty.Memory, error) { return e.ProcessEpoch(r, b, c.memory) })
	}
	var after *spec.Registry
	var memory penalty.Memory
	for form, process := range forms {
		after = before.Clone()
		var err error
		memory, err = process(after)
		sameKind(t, wantErr, err, name, form)
		if err != nil {
			same(t, before, after, name, "form", form, "changed the registry")
			same(t, start, memory, name, "form", form, "changed the memory")
			continue
		}
		same(t, want.Registry, after, name, "registry of form", form)
		requireMemory(t, c, oracled, memory)
	}
	if wantErr != nil {
		return wantErr
	}
	c.requireFactors(t, state)
	c.fused = c.engines[0].Fused()
	c.memory, c.oracled = memory, oracled
	*r = *after
	return nil
}

// requireFactors compares every engine's factors with penalty/ref's.
func (c *chain) requireFactors(t testing.TB, s ref.State) {
	t.Helper()
	want, _, err := c.oracle(s, c.oracled)
	require.NoError(t, err)
	for _, e := range c.engines {
		require.Len(t, e.Factors(), int(c.params.SlotsPerEpoch))
		for i, f := range e.Factors() {
			for _, flag := range []spec.Flag{spec.TimelySource, spec.TimelyTarget} {
				expected := big.NewRat(1, 1)
				if want.Slots[flag] != nil {
					expected = want.Slots[flag][i]
				}
				if rat(f.Of(flag)).Cmp(expected) != 0 {
					require.FailNow(t, "factors differ", "%s, slot %d, %v: want %s, got %v", c.rule.FullName(), i, flag, expected, f.Of(flag))
				}
			}
		}
	}
}

// requireMemory compares the memory with penalty/ref's, which keeps every slot.
func requireMemory(t testing.TB, c *chain, want ref.Memory, got penalty.Memory) {
	t.Helper()
	expected := penalty.Memory{Smoothed: gweiOf(want.Smoothed), Window: windowOf(want.Past, c.windowSlots, c.params.SlotsPerEpoch)}
	for k, n := range want.Excess {
		expected.Excess[k] = uint64(gweiOf(n))
	}
	same(t, expected, got, c.rule.FullName(), "memory")
}

// windowOf is the window after the given slots.
func windowOf(past []*big.Int, windowSlots, slotsPerEpoch uint64) (w penalty.Window) {
	n := uint64(len(past))
	for i, m := range past {
		w.Slots[uint64(i)%windowSlots] = m.Uint64()
	}
	w.Next, w.Seen = n%windowSlots, min(n, windowSlots)
	complete := n - n%slotsPerEpoch
	for i, m := range past {
		switch at := uint64(i); {
		case at >= complete:
			w.EpochSum += m.Uint64()
			w.EpochSeen++
		case at >= complete-slotsPerEpoch:
			w.PreviousSum += m.Uint64()
			w.PreviousLen++
		}
	}
	return w
}

// same is require.Equal without the cost of its message when both are equal.
func same(t testing.TB, want, got any, about ...any) {
	t.Helper()
	if !reflect.DeepEqual(want, got) {
		require.Equal(t, want, got, about)
		require.FailNow(t, "differ", about...)
	}
}

// sameKind wants both errors nil, or both of the same kind.
func sameKind(t testing.TB, want, got error, about ...any) {
	t.Helper()
	if kindOf(want) != kindOf(got) {
		require.FailNow(t, "different errors", "%v: penalty/ref %v, got %v", about, want, got)
	}
}

func kindOf(err error) string {
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

func bigOf[T ~uint64](v T) *big.Int { return new(big.Int).SetUint64(uint64(v)) }

func gweiOf(v *big.Int) spec.Gwei {
	if v == nil {
		return 0
	}
	return spec.Gwei(v.Uint64())
}

// rat is a factor as an exact fraction.
func rat(f penalty.Factor) *big.Rat {
	p := new(big.Rat).SetFrac(bigOf(f.Num), bigOf(f.Den))
	if f.Squared {
		p.Mul(p, p)
	}
	return p
}

func paramsOf(t testing.TB, preset spec.Preset, fork spec.Fork) spec.Params {
	p, err := spec.ParamsFor(preset, fork)
	require.NoError(t, err)
	return p
}
