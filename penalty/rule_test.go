package penalty_test

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/internal/twin"
	"github.com/stakesim/stakesim/penalty/ref"
	"github.com/stakesim/stakesim/spec"
)

// A chain whose slots have been alike for long pays what it pays today, but for
// the readings whose formula says otherwise.
func TestASettledChainPaysTheStatusQuo(t *testing.T) {
	differs := map[string]string{
		"slot-relative/sum":                 "1/32",
		"slot-relative/as-run":              "4", // 322 / 32, capped
		"slot-relative/excess":              "0", // none
		"slot-relative/misses":              "0", // nobody failed before
		"slot-relative/fumbles":             "1",
		"slot-relative/skip-missing-blocks": "1",
	}
	calm, err := spec.ObsOfOffline(twin.Stake407/32/2, twin.Stake407, 32) // half of each slot: the counter settles at 64
	require.NoError(t, err)
	for _, rule := range penalty.Rules() {
		m, err := rule.Settled(&calm)
		require.NoError(t, err)
		want := "1"
		if w, ok := differs[rule.FullName()]; ok {
			want = w
		}
		for range 40 {
			f, next, err := rule.Step(m, &calm)
			require.NoError(t, err)
			require.Equal(t, want, twin.Rat(f.Target).RatString(), rule.FullName())
			m = next
		}
	}
	seeded := penalty.SmoothedE0.Rule()
	m, err := seeded.Settled(&spec.SlotObs{Reference: 20480})
	require.NoError(t, err)
	require.EqualValues(t, 10, spec.Gwei(m[0]), "E0 starts at its floor")
}

func TestRulesAreFoundByName(t *testing.T) {
	for _, rule := range penalty.Rules() {
		found, err := penalty.RuleNamed(rule.FullName())
		require.NoError(t, err)
		require.Equal(t, rule.FullName(), found.FullName())
		require.Equal(t, rule.Cap, found.Cap)
		require.Equal(t, rule.Scope, found.Scope)
	}
	for name, full := range map[string]string{
		"status-quo": "status-quo", "slot-relative": "slot-relative/average", "net-excess-2024": "net-excess-2024",
		"net-excess-per-flag": "net-excess-per-flag", "smoothed-2026": "smoothed-2026/E3",
	} {
		rule, err := penalty.RuleNamed(name)
		require.NoError(t, err)
		require.Equal(t, full, rule.FullName())
	}
	for _, name := range []string{"", "smoothed-2026/E4", "smoothed-2026/", "E3"} {
		_, err := penalty.RuleNamed(name)
		require.ErrorIs(t, err, spec.ErrUnknown, name)
		require.ErrorContains(t, err, "smoothed-2026/E1", "lists what there is")
	}
}

// Penalties of any factor are the exact product, floored once.
func TestPenaltiesFloorOnce(t *testing.T) {
	d := twin.NewDice(17, nil)
	refused := 0
	for range 40_000 {
		base, weight := d.Wide(64), twin.Pick(d, 14, 26, d.Wide(64))
		f := penalty.Factor{Num: d.Wide(64), Den: d.Wide(64), Squared: d.One(2)}
		got, ok := f.Penalty(spec.Gwei(base), weight)
		if f.Den == 0 {
			require.False(t, ok)
			continue
		}
		p := new(big.Rat).SetInt(new(big.Int).Mul(twin.BigOf(base), twin.BigOf(weight)))
		p.Mul(p, twin.Rat(f)).Mul(p, big.NewRat(1, 64))
		want := new(big.Int).Div(p.Num(), p.Denom())
		if f.Den == 1 && !f.Squared { // as the specification computes, in 64 bits
			product := new(big.Int).Mul(twin.BigOf(f.Num), twin.BigOf(base))
			fits := product.IsUint64() && product.Mul(product, twin.BigOf(weight)).IsUint64()
			require.Equal(t, fits, ok, "%v of %d times %d", f, base, weight)
		} else {
			require.Equal(t, want.IsUint64(), ok, "%v of %d times %d", f, base, weight)
		}
		if !ok {
			refused++
			continue
		}
		require.Equal(t, want.Uint64(), uint64(got), "%v of %d times %d", f, base, weight)
		if weight == spec.TimelyTarget.Weight() {
			oracled, err := ref.GetFlagPenalty(twin.BigOf(base), spec.TimelyTarget, twin.Rat(f), true)
			require.NoError(t, err)
			require.Equal(t, twin.GweiOf(oracled), got)
		}
	}
	require.Greater(t, refused, 1000)
}
