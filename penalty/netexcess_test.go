package penalty_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/internal/twin"
	"github.com/stakesim/stakesim/penalty/ref"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/budget"
)

// netExcessCases are steps of the counter rule worked out by hand, with the
// draft's 4096 and 4.
var netExcessCases = []struct {
	does            string
	excess          uint64
	missed, total   spec.Gwei
	factor, excess2 uint64
}{
	{"nobody missed at rest costs nothing", 0, 0, 3200, 0, 0},
	{"anybody missed at rest costs the cap", 0, 1, 3200, 4, 3},
	{"nobody missed lets the counter fall", 5, 0, 3200, 0, 4},
	{"one in 4096 of the total falls short at one", 1, 1, 4096, 0, 0},
	{"a Gwei more holds the counter", 1, 2, 8191, 1, 1},
	{"ten percent of a slot at one costs the cap", 1, 10, 3200, 4, 4},
	{"ten percent of a slot at four costs three", 4, 10, 3200, 3, 6},
	{"ten percent of a slot at six costs two", 6, 10, 3200, 2, 7},
	{"ten percent of a slot at seven costs one and rests", 7, 10, 3200, 1, 7},
	// 31 * 1190112520884487201 + 1 is 2^65
	{"an exact multiple of a divisor above 64 bits", 31, 3 << 53, 1190112520884487201, 3, 33},
	{"a Gwei less than a multiple of it", 31, 3<<53 - 1, 1190112520884487201, 2, 32},
	{"a huge counter forgives", 1 << 63, 1 << 63, 1 << 63, 0, 1<<63 - 1},
}

func TestTheNetExcessRuleStepsAsWorkedOutByHand(t *testing.T) {
	for _, c := range netExcessCases {
		t.Run(c.does, func(t *testing.T) {
			o := &spec.SlotObs{Total: c.total}
			o.Tally.Add(0, c.missed)
			f, after, err := penalty.DefaultNetExcess2024.Step(c.excess, o)
			require.NoError(t, err)
			require.Equal(t, penalty.Integer(c.factor), f)
			require.Equal(t, c.excess2, after)
		})
	}
}

func TestWhoCountsAsNotAttestingIsAnOption(t *testing.T) {
	o := &spec.SlotObs{Total: 1 << 40}
	o.Tally.Add(0, 1)                          // offline
	o.Tally.Add(1, 1<<30)                      // source only
	o.Tally.Add(2, 1<<31)                      // target only: attests
	o.Tally.Add(spec.SlashedBit|7, 1<<32)      // slashed
	o.Tally.Add(7|spec.FailedBeforeBit, 1<<33) // attests
	lacks, offline := uint64(1+1<<30+1<<32), uint64(1)
	n := uint64(1)
	f, _, err := penalty.NetExcess2024{Adjustment: 1 << 20, Cap: 1 << 60}.Step(n, o)
	require.NoError(t, err)
	require.Equal(t, penalty.Integer(lacks<<20/(1<<40+1)), f)
	f, _, err = penalty.NetExcess2024{Adjustment: 1 << 45, Cap: 1 << 60, Offline: true}.Step(n, o)
	require.NoError(t, err)
	require.Equal(t, penalty.Integer(offline<<45/(1<<40+1)), f)
}

func TestEachFlagHasACounterAndTheCommitteeAsItsMeasure(t *testing.T) {
	o := &spec.SlotObs{Total: 1 << 50}
	o.Tally.Add(7, 80)
	o.Tally.Add(1, 10) // lacks the target
	o.Tally.Add(2, 5)  // lacks the source
	o.Tally.Add(0, 5)  // lacks both
	// source: 10 of 100 missed, 40960/(200*100+1) = 2; target: 15 of 100 missed
	// at 100: 61440/10001 = 6, capped.
	f, after, err := penalty.DefaultNetExcessPerFlag.Step([2]uint64{200, 100}, o)
	require.NoError(t, err)
	require.Equal(t, penalty.Factors{Source: penalty.Integer(2), Target: penalty.Integer(4)}, f)
	require.Equal(t, [2]uint64{201, 103}, after)

	f, after, err = penalty.DefaultNetExcessPerFlag.Step([2]uint64{2, 0}, &spec.SlotObs{})
	require.NoError(t, err, "a slot without a committee")
	require.Equal(t, penalty.Factors{Source: penalty.Integer(0), Target: penalty.Integer(0)}, f)
	require.Equal(t, [2]uint64{1, 0}, after)
}

// FuzzNetExcess2024 holds a step to penalty/ref and to the budget: what is paid
// in excess of the ordinary is how far the counter moved.
func FuzzNetExcess2024(f *testing.F) {
	for _, c := range netExcessCases {
		f.Add(c.excess, uint64(c.missed), uint64(c.total), uint64(4096), uint64(4), false)
		f.Add(c.excess, uint64(c.missed), uint64(c.total), uint64(1<<63), uint64(1<<62), true)
	}
	f.Add(uint64(1<<64-1), uint64(1<<64-1), uint64(0), uint64(1), uint64(4), false)
	f.Fuzz(func(t *testing.T, excess, missed, total, adjustment, limit uint64, offline bool) {
		budget.Run(t, budget.Limit{}, func() {
			rule := penalty.NetExcess2024{Adjustment: adjustment, Cap: limit, Offline: offline}
			o := &spec.SlotObs{Total: spec.Gwei(total)}
			o.Tally.Add(0, spec.Gwei(missed))
			want, wantAfter, wantErr := twin.NetExcess(rule).Step(twin.BigOf(excess), twin.BigOf(missed), twin.BigOf(total))
			got, after, err := rule.Step(excess, o)
			twin.SameKind(t, wantErr, err, rule)
			if err != nil {
				require.Equal(t, excess, after, "an error moved the counter")
				return
			}
			require.Equal(t, want.RatString(), twin.Rat(got).RatString())
			require.Equal(t, wantAfter.Uint64(), after)
			requireBudget(t, excess, got.Num, after)
		})
	})
}

// requireBudget wants factor - 1 to be the move of the counter, but for a
// counter at rest that has nothing to lose.
func requireBudget(t testing.TB, before, factor, after uint64) {
	if before == 0 && factor == 0 {
		require.Zero(t, after)
		return
	}
	require.Equal(t, factor-1, after-before)
}

// FuzzNetExcessPerFlag holds a step to penalty/ref, flag by flag.
func FuzzNetExcessPerFlag(f *testing.F) {
	for _, c := range netExcessCases {
		f.Add(c.excess, c.excess2, uint64(c.missed)/2, uint64(c.missed)/4, uint64(c.missed)/4, uint64(0), uint64(c.total)/2, uint64(4096), uint64(4))
	}
	f.Add(uint64(200), uint64(100), uint64(5), uint64(10), uint64(5), uint64(0), uint64(80), uint64(4096), uint64(4))
	f.Fuzz(func(t *testing.T, n0, n1, neither, source, target, slashed, both, adjustment, limit uint64) {
		budget.Run(t, budget.Limit{}, func() {
			parts := [...]uint64{neither >> 3, source >> 3, target >> 3, slashed >> 3, both >> 3}
			var o spec.SlotObs
			for k, c := range [...]spec.Conduct{0, 1, 2, spec.SlashedBit | 3, 7} {
				o.Tally.Add(c, spec.Gwei(parts[k]))
			}
			committee := parts[0] + parts[1] + parts[2] + parts[3] + parts[4]
			reached := [2]uint64{parts[1] + parts[4], parts[2] + parts[4]}
			rule := penalty.NetExcessPerFlag{Adjustment: adjustment, Cap: limit}
			before := [2]uint64{n0, n1}
			got, after, err := rule.Step(before, &o)
			for k, factor := range [2]penalty.Factor{got.Source, got.Target} {
				want, wantAfter, wantErr := ref.NetExcessPerFlag(rule).Step(twin.BigOf(before[k]), twin.BigOf(committee), twin.BigOf(reached[k]))
				require.NoError(t, wantErr, "the counter cannot leave 64 bits when the missed are part of the committee")
				require.NoError(t, err)
				require.Equal(t, want.RatString(), twin.Rat(factor).RatString())
				require.Equal(t, wantAfter.Uint64(), after[k])
				requireBudget(t, before[k], factor.Num, after[k])
			}
		})
	})
}
