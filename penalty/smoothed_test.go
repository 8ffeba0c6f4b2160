package penalty_test

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/internal/twin"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/budget"
)

// smoothedCases are steps of the 2026 rule worked out by hand.
var smoothedCases = []struct {
	does                        string
	rule                        penalty.Smoothed2026
	average, offline, reference spec.Gwei
	factor                      uint64
	after                       spec.Gwei
}{
	{"nobody offline leaves everything", penalty.SmoothedE3, 0, 0, 7650, 1, 0},
	{"below a step of R over SLOPE the factor is one", penalty.SmoothedE3, 0, 9, 7650, 1, 0},
	{"a whole step is factor two", penalty.SmoothedE3, 0, 10, 7650, 2, 0},
	{"the average counts as expected", penalty.SmoothedE3, 100, 119, 7650, 2, 100},
	{"two steps above the average are factor three", penalty.SmoothedE3, 100, 120, 7650, 3, 100},
	{"less than the average is factor one", penalty.SmoothedE3, 100, 99, 7650, 1, 100},
	{"just below a third of R the factor is one short of the cap", penalty.SmoothedE3, 0, 999, 3000, 255, 0},
	{"a third of R is the cap", penalty.SmoothedE3, 0, 1000, 3000, 256, 0},
	{"all of R is the cap", penalty.SmoothedE3, 0, 3000, 3000, 256, 0},
	{"E1 has half the slope", penalty.SmoothedE1, 0, 1000, 3000, 128, 0},
	{"E1 reaches its own cap", penalty.SmoothedE1, 0, 2000, 3000, 128, 0},
	{"E2 has E3's factor", penalty.SmoothedE2, 0, 999, 3000, 255, 0},
	{"the average rises by a window-th", penalty.SmoothedE3, 10, 10 + 3<<16, 1 << 40, 1, 13},
	{"the average rises by nothing below a window", penalty.SmoothedE3, 10, 10 + 1<<16 - 1, 1 << 40, 1, 10},
	{"the average falls by a window-th", penalty.SmoothedE3, 3 << 16, 1 << 16, 1 << 40, 1, 3<<16 - 2},
	{"the average falls by nothing below a window", penalty.SmoothedE3, 1<<16 - 1, 0, 1 << 40, 1, 1<<16 - 1},
	{"E2 moves half as fast as E3", penalty.SmoothedE2, 0, 1 << 17, 1 << 40, 1, 1},
	{"E0 measures by the average", penalty.SmoothedE0, 5000, 10_000, 2048 * 1000, 7, 5000},
	{"E0 measures by its floor when the average is low", penalty.SmoothedE0, 0, 167, 2048 * 1000, 2, 0},
	{"E0 below a step of its floor is factor one", penalty.SmoothedE0, 0, 166, 2048 * 1000, 1, 0},
	{"E0 reaches its cap", penalty.SmoothedE0, 5000, 5000 + 63*5000/6, 2048 * 1000, 64, 5000},
}

func TestTheSmoothedRuleStepsAsWorkedOutByHand(t *testing.T) {
	for _, c := range smoothedCases {
		t.Run(c.does, func(t *testing.T) {
			f, after, err := c.rule.Step(c.average, twin.SmoothedObs(c.offline, c.reference))
			require.NoError(t, err)
			require.Equal(t, penalty.Integer(c.factor), f)
			require.Equal(t, c.after, after)
		})
	}
}

func TestTheSmoothedRuleRefusesWhatItCannotStep(t *testing.T) {
	const most = 1<<64 - 1
	for name, c := range map[string]struct {
		rule               penalty.Smoothed2026
		offline, reference spec.Gwei
		kind               error
	}{
		"no reference balance":        {penalty.SmoothedE3, 0, 0, spec.ErrInput},
		"no window":                   {penalty.Smoothed2026{Slope: most, Cap: 1}, 2, 1, spec.ErrInput},
		"no cap":                      {penalty.Smoothed2026{Slope: most, Window: 1}, 2, 1, spec.ErrInput},
		"a floor of zero":             {penalty.SmoothedE0, 0, 2047, spec.ErrInput},
		"slope times excess":          {penalty.SmoothedE3, most/765 + 1, 1, spec.ErrOverflow},
		"one more than 64 bits hold":  {penalty.Smoothed2026{Slope: most, Cap: 9, Window: 1}, 1, 1, spec.ErrOverflow},
		"nothing: the largest excess": {penalty.SmoothedE3, most / 765, 1, nil},
	} {
		t.Run(name, func(t *testing.T) {
			_, after, err := c.rule.Step(0, twin.SmoothedObs(c.offline, c.reference))
			require.ErrorIs(t, err, c.kind)
			if err != nil {
				require.Zero(t, after, "the average is the one given")
			}
		})
	}
}

// FuzzSmoothed holds a step to penalty/ref and to what the rule promises of it.
func FuzzSmoothed(f *testing.F) {
	for _, c := range smoothedCases {
		f.Add(uint64(c.average), uint64(c.offline), uint64(c.reference), c.rule.Slope, c.rule.Cap, c.rule.Window, c.rule.FloorDivisor)
	}
	f.Add(uint64(1), uint64(1<<63), uint64(1), uint64(765), uint64(256), uint64(0), uint64(0))
	f.Fuzz(func(t *testing.T, average, offline, reference, slope, limit, window, floor uint64) {
		budget.Run(t, budget.Limit{}, func() {
			rule := penalty.Smoothed2026{Slope: slope, Cap: limit, Window: window, FloorDivisor: floor}
			want, wantAfter, wantErr := twin.Smoothed(rule).Step(twin.BigOf(average), twin.BigOf(offline), twin.BigOf(reference))
			got, after, err := rule.Step(spec.Gwei(average), twin.SmoothedObs(spec.Gwei(offline), spec.Gwei(reference)))
			twin.SameKind(t, wantErr, err, rule)
			if err != nil {
				require.EqualValues(t, average, after, "an error moved the average")
				return
			}
			require.Equal(t, want.RatString(), twin.Rat(got).RatString())
			require.Equal(t, twin.GweiOf(wantAfter), after)
			require.True(t, 1 <= got.Num && got.Num <= limit && got.Den == 1, "factor %v", got)
			require.True(t, min(average, offline) <= uint64(after) && uint64(after) <= max(average, offline), "overshoots")
		})
	})
}

// The last committee has members online, and one that is slashed, whom a fork
// that sees no flags of it counts and does not count.
func TestSeedsAreMeansOfOfflineBalances(t *testing.T) {
	slots := make([]spec.SlotObs, 4)
	for i, offline := range []spec.Gwei{10, 0, 7, 2} {
		slots[i].Tally.Add(0, offline)
		slots[i].Tally.Add(spec.Conduct(spec.AllFlags), 100)
		slots[i].Tally.Add(1, 10)                 // source only: online
		slots[i].Tally.Add(spec.SlashedBit, 1000) // neither
	}
	seed, err := penalty.ForkSeed(slots)
	require.NoError(t, err)
	require.EqualValues(t, 19/4, seed)
	seed, err = penalty.ForkSeedUnflagged(slots)
	require.NoError(t, err)
	require.EqualValues(t, (10+0+7+2+110)/4, seed)
	seed, err = penalty.MeanOffline(3, func(i int) spec.Gwei { return spec.Gwei(i) + 4 })
	require.NoError(t, err)
	require.EqualValues(t, 5, seed)

	require.EqualValues(t, 1000, penalty.SmoothedE0.SeedFloor(3, 2048*1000))
	require.EqualValues(t, 1001, penalty.SmoothedE0.SeedFloor(1001, 2048*1000))
	require.EqualValues(t, 3, penalty.SmoothedE3.SeedFloor(3, 2048*1000))

	_, err = penalty.ForkSeed(nil)
	require.ErrorIs(t, err, spec.ErrInput)
	_, err = penalty.ForkSeedUnflagged(nil)
	require.ErrorIs(t, err, spec.ErrInput)
	_, err = penalty.MeanOffline(2, func(int) spec.Gwei { return 1 << 63 })
	require.ErrorIs(t, err, spec.ErrOverflow)
}

// ratOf reads "3/2" or "4".
func ratOf(t testing.TB, s string) *big.Rat {
	p, ok := new(big.Rat).SetString(s)
	require.True(t, ok, s)
	return p
}
