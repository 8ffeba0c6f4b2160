package penalty_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/budget"
)

func ExampleRuleNamed_constants() {
	for _, name := range []string{"slot-relative/cap=8", "slot-relative/squared,sum,window=16", "smoothed-2026/cap=128,slope=381", "net-excess-2024/adjustment=4096"} {
		rule, _ := penalty.RuleNamed(name)
		fmt.Println(rule.FullName(), rule.Cap)
	}
	_, err := penalty.RuleNamed("slot-relative/window=33")
	fmt.Println(err)
	// Output:
	// slot-relative/average,cap=8 8
	// slot-relative/sum,squared,window=16 4
	// smoothed-2026/E3,slope=381,cap=128 128
	// net-excess-2024 4
	// mechanism "slot-relative/window=33": slot-relative: invalid input: window of 33 slots (1 to 32), epoch of 32, cap 4
}

func ExampleRule_Constants() {
	rule, _ := penalty.RuleNamed("smoothed-2026/E1")
	for _, c := range rule.Constants() {
		fmt.Println(c.Name, c.Value)
	}
	fmt.Println(penalty.StatusQuo().Constants())
	// Output:
	// slope 381
	// cap 128
	// window 131072
	// floor 0
	// []
}

func ExampleRule_With() {
	rule, _ := penalty.RuleNamed("smoothed-2026/E1,window=65536")
	steep, err := rule.With(map[string]uint64{"slope": 600})
	fmt.Println(steep.FullName(), err)
	_, err = rule.With(map[string]uint64{"floor_divisor": 2048})
	fmt.Println(err)
	// Output:
	// smoothed-2026/E1,slope=600,window=65536 <nil>
	// smoothed-2026/E1,window=65536: constant "floor_divisor": unknown name (one of slope, cap, window, floor; did you mean "floor"?)
}

func TestARuleOfAStructIsTunedFromItsOwnConstantsAndNamedByTheNearestPreset(t *testing.T) {
	for _, c := range []struct {
		rule penalty.Rule
		full string
	}{
		{penalty.SmoothedE1.Rule(), "smoothed-2026/E1,cap=7"},
		{penalty.SmoothedE0.Rule(), "smoothed-2026/E0,cap=7"},
		{penalty.Smoothed2026{Slope: 765, Cap: 256, Window: 9}.Rule(), "smoothed-2026/E3,cap=7,window=9"},
		{penalty.SlotRelative{Cap: 4, WindowSlots: 8, Multiplier: 322, Reading: penalty.Sum, Squared: true}.Rule(), "slot-relative/sum,squared,cap=7,window=8"},
		{penalty.NetExcess2024{Adjustment: 2, Cap: 4, Offline: true}.Rule(), "net-excess-2024/offline,adjustment=2,cap=7"},
		{penalty.NetExcessPerFlag{Adjustment: 2, Cap: 4}.Rule(), "net-excess-per-flag/adjustment=2,cap=7"},
	} {
		tuned, err := c.rule.With(map[string]uint64{"cap": 7})
		require.NoError(t, err)
		require.Equal(t, c.full, tuned.FullName())
		require.EqualValues(t, 7, tuned.Cap)
		same, err := c.rule.With(nil)
		require.NoError(t, err)
		require.Equal(t, c.rule.FullName(), same.FullName())
	}
}

// Every constant of every rule can be read, set under its name, and read again.
func TestEveryConstantIsSetByTheNameItIsListedUnder(t *testing.T) {
	set := 0
	for _, rule := range penalty.Rules() {
		for i, c := range rule.Constants() {
			value := c.Value + 1
			if c.Name == "window" && c.Value == penalty.MaxWindowSlots {
				value = 3
			}
			tuned, err := rule.With(map[string]uint64{c.Name: value})
			require.NoError(t, err, "%s %s", rule.FullName(), c.Name)
			require.Equal(t, value, tuned.Constants()[i].Value)
			require.Contains(t, tuned.FullName(), fmt.Sprintf("%s=%d", c.Name, value))
			again, err := penalty.RuleNamed(tuned.FullName())
			require.NoError(t, err)
			require.Equal(t, tuned.Constants(), again.Constants())
			set++
		}
	}
	require.Equal(t, 11*3+2*2+2+4*4, set)
}

func TestUnusableAndUnknownConstantsAreErrors(t *testing.T) {
	own := penalty.Rule{Name: "own", Step: penalty.StatusQuo().Step}
	for name, c := range map[string]struct {
		rule      penalty.Rule
		constants map[string]uint64
		kind      error
		says      string
	}{
		"a window of zero":             {penalty.SmoothedE3.Rule(), map[string]uint64{"window": 0}, spec.ErrInput, "window 0"},
		"a window that is too long":    {penalty.DefaultSlotRelative.Rule(), map[string]uint64{"window": 33}, spec.ErrInput, "33"},
		"a slope above 64 bits":        {penalty.SmoothedE3.Rule(), map[string]uint64{"slope": 1<<64 - 1, "floor": 1 << 40}, spec.ErrOverflow, "slope"},
		"a letter is missing":          {penalty.DefaultSlotRelative.Rule(), map[string]uint64{"multipler": 4}, spec.ErrUnknown, `did you mean "multiplier"?`},
		"a constant of another family": {penalty.DefaultNetExcess2024.Rule(), map[string]uint64{"slope": 4}, spec.ErrUnknown, "one of adjustment, cap"},
		"the status quo has none":      {penalty.StatusQuo(), map[string]uint64{"cap": 4}, spec.ErrUnknown, "there is none"},
		"a caller's own rule has none": {own, map[string]uint64{"cap": 4}, spec.ErrUnknown, "own: constant"},
	} {
		got, err := c.rule.With(c.constants)
		require.ErrorIs(t, err, c.kind, name)
		require.ErrorContains(t, err, c.says, name)
		require.Empty(t, got.FullName(), name)
	}
	_, err := penalty.RuleNamed("smoothed-2026/E1,windw=65536")
	require.ErrorContains(t, err, `did you mean "window"?`)
	_, err = penalty.RuleNamed("slot-relative/averge")
	require.ErrorContains(t, err, `did you mean "slot-relative/average"?`)
	_, err = penalty.RuleNamed("smothed-2026")
	require.ErrorContains(t, err, "smoothed-2026/E3")
}

// slotsAtRandom are slots in which up to a tenth fails in every way.
func slotsAtRandom(seed uint64, n int) []spec.SlotObs {
	rng := rand.New(rand.NewPCG(seed, 7716))
	slots := make([]spec.SlotObs, n)
	for i := range slots {
		s := &slots[i]
		*s = spec.SlotObs{Total: 1 << 55, Reference: 1 << 50, SlotsPerEpoch: 32, NextBlockMissing: rng.IntN(5) == 0}
		for c := range s.Tally {
			count := rng.Uint64N(50)
			s.Tally[c] = spec.Bin{Count: count, Balance: spec.Gwei(count * rng.Uint64N(1<<40))}
		}
	}
	return slots
}

func TestANamesConstantsAreThoseOfTheRule(t *testing.T) {
	slots := slotsAtRandom(1, 320)
	for name, want := range map[string]penalty.Rule{
		"slot-relative/cap=8":                       penalty.SlotRelative{Cap: 8, WindowSlots: 32, Multiplier: 322}.Rule(),
		"slot-relative/sum,window=5,cap=9":          penalty.SlotRelative{Cap: 9, WindowSlots: 5, Reading: penalty.Sum}.Rule(),
		"slot-relative/as-run,multiplier=32":        penalty.SlotRelative{Cap: 4, WindowSlots: 32, Reading: penalty.AsRun, Multiplier: 32}.Rule(),
		"slot-relative/squared,counted,offline":     penalty.SlotRelative{Cap: 4, WindowSlots: 32, Squared: true, Counted: true, Offline: true}.Rule(),
		"slot-relative/excess,misses":               penalty.SlotRelative{Cap: 4, WindowSlots: 32, Reading: penalty.Excess, Of: penalty.Misses}.Rule(),
		"slot-relative/skip-missing-blocks,fumbles": penalty.SlotRelative{Cap: 4, WindowSlots: 32, SkipMissingBlocks: true, Of: penalty.Fumbles}.Rule(),
		"slot-relative/previous-epoch,cap=2":        penalty.SlotRelative{Cap: 2, WindowSlots: 32, PreviousEpoch: true}.Rule(),
		"net-excess-2024/adjustment=64,cap=16":      penalty.NetExcess2024{Adjustment: 64, Cap: 16}.Rule(),
		"net-excess-2024/offline,cap=3":             penalty.NetExcess2024{Adjustment: 4096, Cap: 3, Offline: true}.Rule(),
		"net-excess-per-flag/cap=5,adjustment=7":    penalty.NetExcessPerFlag{Adjustment: 7, Cap: 5}.Rule(),
		"smoothed-2026/slope=9":                     penalty.Smoothed2026{Slope: 9, Cap: 256, Window: 1 << 16}.Rule(),
		"smoothed-2026/E0,floor=100,window=64":      penalty.Smoothed2026{Slope: 6, Cap: 64, Window: 64, FloorDivisor: 100}.Rule(),
		"smoothed-2026/E1,floor=7":                  penalty.Smoothed2026{Slope: 381, Cap: 128, Window: 1 << 17, FloorDivisor: 7}.Rule(),
	} {
		rule, err := penalty.RuleNamed(name)
		require.NoError(t, err, name)
		require.Equal(t, want.Cap, rule.Cap, name)
		require.Equal(t, want.Scope, rule.Scope, name)
		got, expected := make([]penalty.Factors, len(slots)), make([]penalty.Factors, len(slots))
		a, err := penalty.Walk(got, &rule, penalty.Memory{}, slots)
		require.NoError(t, err, name)
		b, err := penalty.Walk(expected, &want, penalty.Memory{}, slots)
		require.NoError(t, err, name)
		require.Equal(t, expected, got, name)
		require.Equal(t, b, a, name)
	}
}

func TestOneSetOfConstantsOfAPresetHasOneName(t *testing.T) {
	for name, full := range map[string]string{
		"slot-relative/average,cap=4":        "slot-relative/average",
		"slot-relative/cap=5,window=6":       "slot-relative/average,cap=5,window=6",
		"slot-relative/window=6,cap=5":       "slot-relative/average,cap=5,window=6",
		"slot-relative/squared,offline,sum":  "slot-relative/sum,offline,squared",
		"slot-relative/average,squared":      "slot-relative/squared",
		"net-excess-2024/cap=8":              "net-excess-2024/cap=8",
		"net-excess-2024/cap=8,offline":      "net-excess-2024/offline,cap=8",
		"net-excess-per-flag/cap=4":          "net-excess-per-flag",
		"smoothed-2026/floor=0":              "smoothed-2026/E3",
		"smoothed-2026/E0,E0":                "smoothed-2026/E0",
		"smoothed-2026/window=3,E2,slope=12": "smoothed-2026/E2,slope=12,window=3",
	} {
		rule, err := penalty.RuleNamed(name)
		require.NoError(t, err, name)
		require.Equal(t, full, rule.FullName())
	}
}

func TestNamesThatMeanNoRuleAreErrors(t *testing.T) {
	for name, kind := range map[string]error{
		"status-quo/cap=4": spec.ErrUnknown, "slot-relative/": spec.ErrUnknown, "slot-relative/slope=1": spec.ErrUnknown,
		"slot-relative/cap=1,": spec.ErrUnknown, "slot-relative/,": spec.ErrUnknown, "net-excess-2024/sum": spec.ErrUnknown, "x/cap=1": spec.ErrUnknown,
		"slot-relative/cap=": spec.ErrInput, "slot-relative/cap=-1": spec.ErrInput, "slot-relative/cap=18446744073709551616": spec.ErrInput,
		"slot-relative/cap=3,cap=3": spec.ErrInput, "slot-relative/cap=0": spec.ErrInput, "slot-relative/window=0": spec.ErrInput,
		"slot-relative/sum,excess": spec.ErrInput, "slot-relative/average,sum": spec.ErrInput, "slot-relative/misses,fumbles": spec.ErrInput,
		"slot-relative/as-run,squared": spec.ErrInput, "smoothed-2026/E1,E2": spec.ErrInput, "smoothed-2026/window=0": spec.ErrInput,
	} {
		rule, err := penalty.RuleNamed(name)
		require.ErrorIs(t, err, kind, name)
		require.Empty(t, rule.FullName())
	}
}

func FuzzRuleNamed(f *testing.F) {
	for _, name := range []string{"slot-relative/sum,squared,cap=8", "smoothed-2026/E0,slope=3,floor=9", "net-excess-2024/offline,cap=2", "status-quo", "net-excess-per-flag/adjustment=1", "smoothed-2026/"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		budget.Run(t, budget.Limit{}, func() {
			rule, err := penalty.RuleNamed(name)
			if err != nil {
				known := errors.Is(err, spec.ErrUnknown) || errors.Is(err, spec.ErrInput) || errors.Is(err, spec.ErrOverflow)
				require.True(t, known, "%v", err)
				return
			}
			again, err := penalty.RuleNamed(rule.FullName())
			require.NoError(t, err)
			require.Equal(t, rule.FullName(), again.FullName(), "a rule's own name finds it")
			require.Equal(t, rule.Cap, again.Cap)
			require.Equal(t, rule.Scope, again.Scope)
		})
	})
}
