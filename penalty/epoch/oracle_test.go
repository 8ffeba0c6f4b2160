package epoch_test

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/epoch"
	"github.com/stakesim/stakesim/penalty/internal/twin"
	"github.com/stakesim/stakesim/penalty/ref"
	"github.com/stakesim/stakesim/spec"
)

// forms is one chain under one rule, taken from epoch to epoch in all forms at
// once: penalty/ref, the components, and engines of one to three workers.
type forms struct {
	twin.Subject
	params  spec.Params
	memory  penalty.Memory
	oracled ref.Memory
	engines []*epoch.Engine
	fused   bool // the last epoch went through the single pass
}

func newChain(t testing.TB, p spec.Params, s twin.Subject) *forms {
	c := &forms{Subject: s, params: p}
	for workers := 1; workers <= 3; workers++ {
		e, err := epoch.NewEngine(p, s.Rule, workers)
		require.NoError(t, err)
		c.engines = append(c.engines, e)
	}
	return c
}

// start sets the counters of both memories.
func (c *forms) start(smoothed spec.Gwei, excess [2]uint64) {
	c.memory = twin.Remember(&c.Rule, smoothed, excess)
	c.oracled = ref.Memory{Smoothed: twin.BigOf(smoothed), Excess: [2]*big.Int{twin.BigOf(excess[0]), twin.BigOf(excess[1])}}
}

// epoch takes r through the transition at b and fails the test unless all forms
// agree, on the registry, the factors and the memory or on the kind of error. On
// an error r and the memory are as they were.
func (c *forms) epoch(t testing.TB, r *spec.Registry, b spec.Boundary) error {
	t.Helper()
	name := c.Rule.FullName()
	before, start := r.Clone(), c.memory
	state := ref.State{Params: c.params, Boundary: b, Registry: r}
	want, oracled, wantErr := ref.ProcessEpoch(state, c.Oracle, c.oracled)
	twin.Same(t, before, r, name, "penalty/ref changed its argument")

	forms := []func(*spec.Registry) (penalty.Memory, error){func(r *spec.Registry) (penalty.Memory, error) {
		return epoch.ProcessEpoch(&c.params, &c.Rule, r, b, c.memory)
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
		twin.SameKind(t, wantErr, err, name, form)
		if err != nil {
			twin.Same(t, before, after, name, "form", form, "changed the registry")
			twin.Same(t, start, memory, name, "form", form, "changed the memory")
			continue
		}
		twin.Same(t, want.Registry, after, name, "registry of form", form)
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
func (c *forms) requireFactors(t testing.TB, s ref.State) {
	t.Helper()
	want, _, err := c.Oracle(s, c.oracled)
	require.NoError(t, err)
	for _, e := range c.engines {
		require.Len(t, e.Factors(), int(c.params.SlotsPerEpoch))
		for i, f := range e.Factors() {
			for _, flag := range []spec.Flag{spec.TimelySource, spec.TimelyTarget} {
				expected := big.NewRat(1, 1)
				if want.Slots[flag] != nil {
					expected = want.Slots[flag][i]
				}
				if twin.Rat(f.Of(flag)).Cmp(expected) != 0 {
					require.FailNow(t, "factors differ", "%s, slot %d, %v: want %s, got %v", c.Rule.FullName(), i, flag, expected, f.Of(flag))
				}
			}
		}
	}
}

// requireMemory compares the memory with penalty/ref's, which keeps every slot.
func requireMemory(t testing.TB, c *forms, want ref.Memory, got penalty.Memory) {
	t.Helper()
	expected := twin.MemoryOf(t, &c.Rule, want, c.params.SlotsPerEpoch)
	twin.Same(t, expected, got, c.Rule.FullName(), "memory")
}

func paramsOf(t testing.TB, preset spec.Preset, fork spec.Fork) spec.Params {
	p, err := spec.ParamsFor(preset, fork)
	require.NoError(t, err)
	return p
}
