package penalty_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/spec"
)

func ExampleRule_Values() {
	rule, err := penalty.RuleNamed("net-excess-2024/offline,cap=2")
	fmt.Println(rule.Values(), err)
	// Output: map[MAX_PENALTY_FACTOR:2 OFFLINE:1 PENALTY_ADJUSTMENT_FACTOR:4096] <nil>
}

func ExampleRuleOf() {
	rule, err := penalty.RuleOf("smoothed-2026", map[string]uint64{
		"PENALTY_SLOPE": 381, "MAX_PENALTY_FACTOR": 256, "OFFLINE_BALANCE_SMOOTHING_FACTOR": 65536,
	})
	fmt.Println(rule.FullName(), err)
	_, err = penalty.RuleOf("smoothed-2026", nil)
	fmt.Println(err)
	// Output:
	// smoothed-2026/E3,slope=381 <nil>
	// constants.PENALTY_SLOPE: invalid input: smoothed-2026 needs it
}

func ExampleConstant_Key() {
	for _, c := range penalty.SmoothedE3.Rule().Constants() {
		fmt.Println(c.Name, c.Key())
	}
	// Output:
	// slope PENALTY_SLOPE
	// cap MAX_PENALTY_FACTOR
	// window OFFLINE_BALANCE_SMOOTHING_FACTOR
	// floor FLOOR
}

func ExampleOption_Key() {
	fmt.Println(penalty.Option{Name: "skip-missing-blocks"}.Key())
	// Output: SKIP_MISSING_BLOCKS
}

func TestTheValuesOfEveryRuleMakeItAgain(t *testing.T) {
	for _, f := range penalty.Families() {
		keys := map[string]bool{}
		for _, c := range f.Constants {
			require.False(t, keys[c.Key()], "%s has two of %s", f.Name, c.Key())
			keys[c.Key()] = true
		}
		for _, o := range f.Options {
			require.False(t, keys[o.Key()], "%s has two of %s", f.Name, o.Key())
			keys[o.Key()] = true
		}
		for _, rule := range f.Rules() {
			again, err := penalty.RuleOf(f.Name, rule.Values())
			require.NoError(t, err, rule.FullName())
			require.Equal(t, rule.Values(), again.Values(), rule.FullName())
			require.Equal(t, rule.Scope, again.Scope, rule.FullName())
			for name := range rule.Values() {
				v := rule.Values()
				v[name+"X"] = 1
				_, err := penalty.RuleOf(f.Name, v)
				require.ErrorIs(t, err, spec.ErrUnknown, name)
			}
		}
	}
	_, err := penalty.RuleOf("smoothed-2027", nil)
	require.ErrorIs(t, err, spec.ErrUnknown)
	require.ErrorContains(t, err, `did you mean "smoothed-2026"?`)
	require.Nil(t, penalty.Rule{Name: "smoothed-2026"}.Values(), "a caller's own rule has none, whatever its name")
}

func TestValuesThatNoRuleHasAreRefused(t *testing.T) {
	relative := func(name string, v uint64) map[string]uint64 {
		rule, err := penalty.RuleNamed("slot-relative")
		require.NoError(t, err)
		values := rule.Values()
		values[name] = v
		return values
	}
	for name, values := range map[string]map[string]uint64{
		"an option of 2":                   relative("COUNTED", 2),
		"a window of nothing":              relative("WINDOW", 0),
		"a window above the most":          relative("WINDOW", 33),
		"a cap of zero":                    relative("MAX_PENALTY_FACTOR", 0),
		"a constant that is missing":       {"PENALTY_SLOPE": 1},
		"a smoothing over zero slots":      {"PENALTY_SLOPE": 1, "MAX_PENALTY_FACTOR": 2, "OFFLINE_BALANCE_SMOOTHING_FACTOR": 0},
		"a name that there is not":         relative("READING", 1),
		"options that contradict, of two":  func() map[string]uint64 { v := relative("SUM", 1); v["EXCESS"] = 1; return v }(),
		"a square of what is no mere mean": func() map[string]uint64 { v := relative("SQUARED", 1); v["AS_RUN"] = 1; return v }(),
	} {
		mechanism := "slot-relative"
		if _, ok := values["PENALTY_SLOPE"]; ok {
			mechanism = "smoothed-2026"
		}
		_, err := penalty.RuleOf(mechanism, values)
		want := spec.ErrInput
		if name == "a name that there is not" {
			want = spec.ErrUnknown
		}
		require.ErrorIs(t, err, want, name)
	}
}

// A rule that was made from a struct has no preset's name, but the same values.
func TestValuesOfARuleWithoutANameAreThoseOfItsOptions(t *testing.T) {
	r := penalty.SlotRelative{Cap: 8, WindowSlots: 16, Multiplier: 1, Reading: penalty.Sum, Squared: true, Of: penalty.Fumbles}.Rule()
	require.Equal(t, map[string]uint64{
		"MAX_PENALTY_FACTOR": 8, "WINDOW": 16, "MULTIPLIER": 1, "SUM": 1, "SQUARED": 1, "FUMBLES": 1, "AS_RUN": 0, "EXCESS": 0,
		"PREVIOUS_EPOCH": 0, "COUNTED": 0, "OFFLINE": 0, "MISSES": 0, "SKIP_MISSING_BLOCKS": 0,
	}, r.Values())
}
