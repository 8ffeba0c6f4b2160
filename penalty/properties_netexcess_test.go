package penalty_test

import (
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/internal/twin"
	"github.com/stakesim/stakesim/spec"
)

// Properties 11 and 12, of the mechanisms of 2024.

func TestProperty11SlotRelativeFactorsAreFreeOfScale(t *testing.T) {
	rng := rand.New(rand.NewPCG(7716, 11))
	for range 200 {
		for _, as := range []penalty.Reading{penalty.Average, penalty.Sum, penalty.AsRun} {
			rule := penalty.DefaultSlotRelative
			rule.Reading, rule.PreviousEpoch = as, rng.Uint64N(2) == 0
			rule.Squared = as != penalty.AsRun && rng.Uint64N(2) == 0
			scale := 1 + rng.Uint64N(1<<30)
			var w, scaled penalty.Window
			for slot := range 70 {
				m := rng.Uint64N(5) * rng.Uint64N(60)
				f, next, err := rule.Step(w, missed(m))
				require.NoError(t, err)
				g, nextScaled, err := rule.Step(scaled, missed(m*scale))
				require.NoError(t, err)
				require.Zero(t, twin.Rat(f).Cmp(twin.Rat(g)), "slot %d: %v, scaled by %d %v", slot, f, scale, g)
				w, scaled = next, nextScaled
			}
		}
	}
}

func TestProperty11OwnMissesNeverLowerTheSlotsFactor(t *testing.T) {
	rng := rand.New(rand.NewPCG(7716, 12))
	for range 300 {
		rule := penalty.DefaultSlotRelative
		rule.Reading, rule.PreviousEpoch = penalty.Reading(rng.IntN(2)), rng.Uint64N(2) == 0
		rule.Squared = rng.Uint64N(2) == 0
		past := make([]uint64, rng.IntN(70))
		for i := range past {
			past[i] = rng.Uint64N(50)
		}
		w := windowAfter(t, rule, past)
		last := new(big.Rat)
		for m := range uint64(250) {
			f, _, err := rule.Step(w, missed(m))
			require.NoError(t, err)
			require.True(t, twin.Rat(f).Cmp(last) >= 0, "%d misses pay %v after %s", m, f, last)
			last = twin.Rat(f)
		}
	}
}

// counter is a rule with one counter, fed with the balance that missed.
type counter struct {
	name string
	step func(n, missed, measure uint64) (factor, after uint64)
}

// counters are the two rules of 2024, the second with the committee as measure.
func counters(t testing.TB, limit uint64) []counter {
	whole := penalty.NetExcess2024{Adjustment: 4096, Cap: limit}
	offline := penalty.NetExcess2024{Adjustment: 4096, Cap: limit, Offline: true}
	perFlag := penalty.NetExcessPerFlag{Adjustment: 4096, Cap: limit}
	ofTotal := func(r penalty.NetExcess2024) func(n, missed, total uint64) (uint64, uint64) {
		return func(n, missed, total uint64) (uint64, uint64) {
			o := &spec.SlotObs{Total: spec.Gwei(total)}
			o.Tally.Add(0, spec.Gwei(missed))
			f, after, err := r.Step(n, o)
			require.NoError(t, err)
			return f.Num, after
		}
	}
	return []counter{
		{"net-excess-2024", ofTotal(whole)},
		{"net-excess-2024/offline", ofTotal(offline)},
		{"net-excess-per-flag", func(n, missed, committee uint64) (uint64, uint64) {
			var o spec.SlotObs
			o.Tally.Add(0, spec.Gwei(missed))
			o.Tally.Add(7, spec.Gwei(committee-missed))
			f, after, err := perFlag.Step([2]uint64{n, n}, &o)
			require.NoError(t, err)
			require.Equal(t, f.Source, f.Target)
			require.Equal(t, after[0], after[1])
			return f.Target.Num, after[1]
		}},
	}
}

func TestProperty12ExcessPenaltiesEqualTheMoveOfTheCounter(t *testing.T) {
	rng := rand.New(rand.NewPCG(7716, 13))
	for _, c := range counters(t, 4) {
		const total = 1_000_000_000
		n, start, excess, idle := uint64(9), int64(9), int64(0), int64(0)
		for slot := range 5000 {
			m := rng.Uint64N(4) * rng.Uint64N(3_000_000)
			if slot/500%2 != 0 {
				m = rng.Uint64N(9) / 8 // calm enough for the counter to fall to rest
			}
			if m == 0 && n == 0 {
				idle++
			}
			f, after := c.step(n, m, total)
			if n == 0 && m > 0 {
				require.EqualValues(t, 4, f, "%s: at rest the first to miss pay the cap", c.name)
			}
			n, excess = after, excess+int64(f)-1
		}
		require.NotZero(t, idle)
		require.Equal(t, int64(n)-start-idle, excess, c.name)
	}
}

func TestProperty12FixedPointsLieExactlyWhereStated(t *testing.T) {
	rng := rand.New(rand.NewPCG(7716, 14))
	for _, c := range counters(t, 4) {
		rests := 0
		for range 20_000 {
			n, total := rng.Uint64N(40), 10_000+rng.Uint64N(1_000_000)
			m := rng.Uint64N(10_000)
			if n == 0 && m == 0 {
				continue
			}
			_, after := c.step(n, m, total)
			d := n*total + 1
			stated := d <= 4096*m && 4096*m < 2*d
			require.Equal(t, stated, after == n, "%s: counter %d, missed %d of %d", c.name, n, m, total)
			if stated {
				rests++
			}
		}
		require.Greater(t, rests, 100)
		for _, total := range []uint64{4096, 4096 * 1_000_000, 4096*1_000_000 + 5} {
			for n := range uint64(100) {
				_, after := c.step(n, total/4096, total)
				require.NotEqual(t, n, after, "%s rests at %d with 1/4096 of %d", c.name, n, total)
			}
		}
	}
}

func TestProperty12UpToOneIn4096AConstantInputCycles(t *testing.T) {
	const total = 4096 * 1_000_000
	for _, c := range counters(t, 4) {
		for _, m := range []uint64{1_000_000, 999_999, 500_000, 1} { // 1/4096 inclusive
			n := uint64(0)
			for slot := range 12 {
				var f uint64
				f, n = c.step(n, m, total)
				require.Equal(t, [4]uint64{4, 0, 0, 0}[slot%4], f, "%s: slot %d, %d missed", c.name, slot, m)
			}
		}
		n := uint64(1)
		for range 12 {
			var f uint64
			f, n = c.step(n, 1_000_001, total)
			require.EqualValues(t, 1, f, "%s: just above, the counter rests at one", c.name)
		}
	}
	require.InDelta(t, 0.78125, 100*32/4096., 0, "percent of an average slot")
}

func TestProperty12TheBudgetOfAStepDoesNotDependOnItsDuration(t *testing.T) {
	const reference = 1_000_000_000
	for limit, budget := range map[uint64]uint64{2: 6, 4: 6, 8: 7, 16: 11} {
		rule := counters(t, limit)[0] // 1 % and 10 % of an average slot: R is a 32nd of T
		n := uint64(1)
		for range 10 {
			_, n = rule.step(n, reference/100, 32*reference)
		}
		require.EqualValues(t, 1, n, "one percent rests at one")
		for _, slots := range []uint64{32, 320, 3200} {
			n, paid := uint64(1), uint64(0)
			for range slots {
				var f uint64
				f, n = rule.step(n, reference/10, 32*reference)
				paid += f
			}
			require.Equal(t, budget, paid-slots, "cap %d, %d slots", limit, slots)
			require.Equal(t, budget, n-1)
		}
	}
}
