package penalty_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/spec"
)

func TestEveryFamilyExplainsItselfAndItsOptionsAndConstants(t *testing.T) {
	for _, f := range penalty.Families() {
		require.NotEmpty(t, f.Explain, f.Name)
		require.NotEmpty(t, f.Source, f.Name)
		for _, o := range f.Options {
			require.NotEmpty(t, o.Explain, f.Name+"/"+o.Name)
		}
		for _, c := range f.Constants {
			require.NotEmpty(t, c.Explain, f.Name+", "+c.Name)
		}
		for _, r := range f.Rules() {
			require.NoError(t, r.Validate(), r.FullName())
			require.Equal(t, f.Memory, r.Memory, r.FullName())
			require.Equal(t, len(f.Memory) > 0, r.Figure != nil, r.FullName())
		}
	}
}

func TestARuleUsesOnlyTheWordsThatItNames(t *testing.T) {
	o, err := spec.ObsOfOffline(spec.ETH<<15, spec.ETH<<25, 32)
	require.NoError(t, err)
	for _, r := range penalty.Rules() {
		var m penalty.Memory
		for range 100 {
			_, next, err := r.Step(m, &o)
			require.NoError(t, err)
			m = next
		}
		for k := len(r.Memory); k < penalty.MemoryWords; k++ {
			require.Zero(t, m[k], "%s, word %d", r.FullName(), k)
		}
	}
}

func TestNamesAreFoundInAnyCase(t *testing.T) {
	for name, full := range map[string]string{
		"Smoothed-2026/e1": "smoothed-2026/E1", "STATUS-QUO": "status-quo", "slot-relative/SUM,Squared,CAP=8": "slot-relative/sum,squared,cap=8",
	} {
		r, err := penalty.RuleNamed(name)
		require.NoError(t, err)
		require.Equal(t, full, r.FullName())
	}
}

func TestAFactorOutsideWhatTheRuleDeclaredIsAnError(t *testing.T) {
	o, err := spec.ObsOfOffline(1, 64, 32)
	require.NoError(t, err)
	for name, c := range map[string]struct {
		f  penalty.Factor
		ok bool
	}{
		"zero":                       {penalty.Integer(0), true},
		"the cap":                    {penalty.Integer(4), true},
		"a square at the cap":        {penalty.Factor{Num: 2, Den: 1, Squared: true}, true},
		"above the cap":              {penalty.Factor{Num: 17, Den: 4}, false},
		"a square above the cap":     {penalty.Factor{Num: 9, Den: 4, Squared: true}, false},
		"no denominator":             {penalty.Factor{Num: 1}, false},
		"a square without a divisor": {penalty.Factor{Squared: true}, false},
	} {
		rule := penalty.Rule{Name: "mine", Cap: 4, Scope: penalty.Scope{Target: spec.Offline},
			Step: func(m penalty.Memory, _ *spec.SlotObs) (penalty.Factors, penalty.Memory, error) {
				m[0]++
				return penalty.Factors{Source: penalty.One, Target: c.f}, m, nil
			}}
		m, err := penalty.Walk(make([]penalty.Factors, 1), &rule, penalty.Memory{5}, []spec.SlotObs{o})
		if c.ok {
			require.NoError(t, err, name)
			require.Equal(t, penalty.Memory{6}, m, name)
			continue
		}
		require.ErrorIs(t, err, spec.ErrInput, name)
		require.Equal(t, penalty.Memory{5}, m, name)
	}
}

func TestARuleWithoutACapRaisesNoPenalty(t *testing.T) {
	rule := penalty.StatusQuo()
	rule.Step = func(m penalty.Memory, _ *spec.SlotObs) (penalty.Factors, penalty.Memory, error) {
		return penalty.Factors{Source: penalty.One, Target: penalty.Factor{Num: 3, Den: 2}}, m, nil
	}
	_, err := penalty.Walk(make([]penalty.Factors, 1), &rule, penalty.Memory{}, make([]spec.SlotObs, 1))
	require.ErrorIs(t, err, spec.ErrInput)
}

func TestWordsOfMemoryThatCannotBeToldApartAreRefused(t *testing.T) {
	for _, words := range [][]string{{"a", "a"}, {""}, make([]string, penalty.MemoryWords+1)} {
		rule := penalty.StatusQuo()
		rule.Memory = words
		require.ErrorIs(t, rule.Validate(), spec.ErrInput)
	}
}
