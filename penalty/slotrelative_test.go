package penalty_test

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/internal/oracle"
	"github.com/stakesim/stakesim/penalty/internal/twin"
	"github.com/stakesim/stakesim/penalty/ref"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/budget"
)

// slotRelativeCases are steps of every reading and option worked out by hand:
// the misses of past slots, oldest first, in epochs of 32, and of this one.
var slotRelativeCases = []struct {
	does    string
	change  func(*penalty.SlotRelative)
	past    []uint64
	m       uint64
	missing bool
	want    string
}{
	{"the average is over the slots seen", asIs, []uint64{10, 20}, 20, false, "4/3"},
	{"the average is over the last 32", asIs, concat(repeated(1000, 9), repeated(10, 32)), 15, false, "3/2"},
	{"the slot itself is not in its window", asIs, repeated(1, 32), 3, false, "3"},
	{"the cap is four", asIs, []uint64{10}, 99, false, "4"},
	{"exactly the cap is the cap", asIs, []uint64{10}, 40, false, "4"},
	{"another cap is another cap", func(r *penalty.SlotRelative) { r.Cap = 7 }, []uint64{1}, 99, false, "7"},
	{"none seen is one", asIs, nil, 7, false, "1"},
	{"none failed before and some now is the cap", asIs, []uint64{0, 0}, 1, false, "4"},
	{"none failed before nor now is zero", asIs, []uint64{0, 0}, 0, false, "0"},
	{"none failed now is zero", asIs, []uint64{5, 3}, 0, false, "0"},
	{"a window of three forgets the fourth", func(r *penalty.SlotRelative) { r.WindowSlots = 3 }, []uint64{900, 1, 2, 3}, 4, false, "2"},
	{"the printed sum is 32 times smaller", reading(penalty.Sum), repeated(10, 32), 40, false, "1/8"},
	{"the sum with none seen is one", reading(penalty.Sum), nil, 0, false, "1"},
	{"the sum reaches the cap too", reading(penalty.Sum), []uint64{1}, 5, false, "4"},
	{"as run floors", reading(penalty.AsRun), repeated(10, 32), 2, false, "2"},
	{"as run is zero in the first epoch", reading(penalty.AsRun), repeated(10, 31), 9, false, "0"},
	{"as run is zero after a clean epoch", reading(penalty.AsRun), repeated(0, 32), 9, false, "0"},
	{"as run reads the complete epoch, not the window", reading(penalty.AsRun), concat(repeated(10, 32), repeated(1000, 31)), 2, false, "2"},
	{"as run is capped", reading(penalty.AsRun), repeated(10, 32), 5, false, "4"},
	{"as run takes another multiplier", func(r *penalty.SlotRelative) { r.Reading, r.Multiplier = penalty.AsRun, 32 }, repeated(10, 32), 20, false, "2"},
	{"excess is over the average, one added to the sum", reading(penalty.Excess), repeated(10, 32), 20, false, "319/321"},
	{"no excess below the average", reading(penalty.Excess), repeated(10, 32), 10, false, "0"},
	{"excess divides by 32 slots from the start", reading(penalty.Excess), []uint64{31}, 2, false, "1"},
	{"excess is capped", reading(penalty.Excess), []uint64{0}, 9, false, "4"},
	{"excess with none seen is one", reading(penalty.Excess), nil, 9, false, "1"},
	{"excess keeps the last slots whatever the window", func(r *penalty.SlotRelative) { r.Reading, r.PreviousEpoch = penalty.Excess, true }, []uint64{31}, 2, false, "1"},
	{"the square of the ratio", squared, []uint64{10}, 15, false, "9/4"},
	{"the square is capped", squared, []uint64{10}, 20, false, "4"},
	{"the square below one is smaller", squared, []uint64{10}, 5, false, "1/4"},
	{"the square of the sum", func(r *penalty.SlotRelative) { r.Reading, r.Squared = penalty.Sum, true }, []uint64{10, 10}, 30, false, "9/4"},
	{"the previous epoch alone", previousEpoch, concat(repeated(10, 32), repeated(99, 5)), 15, false, "3/2"},
	{"the previous epoch's sum", func(r *penalty.SlotRelative) { r.PreviousEpoch, r.Reading = true, penalty.Sum }, repeated(10, 32), 160, false, "1/2"},
	{"no epoch complete is one", previousEpoch, repeated(10, 31), 15, false, "1"},
	{"a missing next block counts by default", asIs, []uint64{10}, 15, true, "3/2"},
	{"or its slot is skipped", skip, []uint64{10}, 15, true, "0"},
	{"skipped even when none was seen", skip, nil, 15, true, "0"},
	{"and not without a missing block", skip, []uint64{10}, 15, false, "3/2"},
}

func asIs(*penalty.SlotRelative)            {}
func skip(r *penalty.SlotRelative)          { r.SkipMissingBlocks = true }
func squared(r *penalty.SlotRelative)       { r.Squared = true }
func previousEpoch(r *penalty.SlotRelative) { r.PreviousEpoch = true }
func reading(as penalty.Reading) func(*penalty.SlotRelative) {
	return func(r *penalty.SlotRelative) { r.Reading = as }
}

func repeated(v uint64, n int) []uint64 {
	values := make([]uint64, n)
	for i := range values {
		values[i] = v
	}
	return values
}

func concat(parts ...[]uint64) (all []uint64) {
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

// missed is a slot in which m Gwei lacked the target, in an epoch of 32.
func missed(m uint64) *spec.SlotObs {
	o := &spec.SlotObs{SlotsPerEpoch: 32}
	o.Tally.Add(0, spec.Gwei(m))
	o.Tally.Add(7, 1<<40)
	return o
}

// windowAfter steps a rule over past slots.
func windowAfter(t testing.TB, r penalty.SlotRelative, past []uint64) (w penalty.Window) {
	for _, m := range past {
		var err error
		_, w, err = r.Step(w, missed(m))
		require.NoError(t, err)
	}
	return w
}

func TestEveryReadingAndOptionAsWorkedOutByHand(t *testing.T) {
	for _, c := range slotRelativeCases {
		t.Run(c.does, func(t *testing.T) {
			r := penalty.DefaultSlotRelative
			c.change(&r)
			w := windowAfter(t, r, c.past)
			before := w
			o := missed(c.m)
			o.NextBlockMissing = c.missing
			f, after, err := r.Step(w, o)
			require.NoError(t, err)
			require.Equal(t, ratOf(t, c.want).RatString(), twin.Rat(f).RatString())
			require.Equal(t, before, w)
			entered := c.m
			if r.SkipMissingBlocks && c.missing {
				entered = 0
			}
			require.Equal(t, entered, after.Slots[w.Next], "what enters the window")
		})
	}
}

// The slot holds one validator of each kind, of distinct balance.
func TestTheOptionsSayWhoseFailuresCountAndWhosePenaltyScales(t *testing.T) {
	const (
		fumble  = spec.Conduct(0)      // offline, attested before
		miss    = spec.FailedBeforeBit // offline, and before
		late    = spec.Conduct(1)      // source only
		slashed = spec.SlashedBit | 7  // never counts as attesting
		lately  = spec.FailedBeforeBit | 1
		good    = spec.Conduct(7)
		before  = spec.FailedBeforeBit | 7
	)
	o := &spec.SlotObs{SlotsPerEpoch: 32}
	for k, c := range []spec.Conduct{fumble, miss, late, slashed, lately, good, before} {
		o.Tally.Add(c, 1<<k)
	}
	for name, c := range map[string]struct {
		change         func(*penalty.SlotRelative)
		weighed, count uint64
		scaled         []spec.Conduct
		unscaled       []spec.Conduct
	}{
		"all failures": {asIs, 1 + 2 + 4 + 8 + 16, 5, []spec.Conduct{fumble, miss, late, slashed, lately}, nil},
		"misses only": {func(r *penalty.SlotRelative) { r.Of = penalty.Misses }, 2 + 16, 2,
			[]spec.Conduct{miss, lately}, []spec.Conduct{fumble, late, slashed, good}},
		"fumbles only": {func(r *penalty.SlotRelative) { r.Of = penalty.Fumbles }, 1 + 4 + 8, 3,
			[]spec.Conduct{fumble, late, slashed}, []spec.Conduct{miss, lately, before}},
		"offline only": {func(r *penalty.SlotRelative) { r.Offline = true }, 1 + 2, 2,
			[]spec.Conduct{fumble, miss}, []spec.Conduct{late, slashed, lately, good}},
		"offline misses": {func(r *penalty.SlotRelative) { r.Offline, r.Of = true, penalty.Misses }, 2, 1,
			[]spec.Conduct{miss}, []spec.Conduct{fumble, late, slashed, lately}},
	} {
		t.Run(name, func(t *testing.T) {
			for counted, want := range map[bool]uint64{false: c.weighed, true: c.count} {
				r := penalty.DefaultSlotRelative
				c.change(&r)
				r.Counted = counted
				_, after, err := r.Step(penalty.Window{}, o)
				require.NoError(t, err)
				require.Equal(t, want, after.Slots[0])
				scope := r.Rule().Scope
				require.Equal(t, scope.Source, scope.Target)
				for _, conduct := range c.scaled {
					require.True(t, scope.Target.Has(conduct), "%d", conduct)
				}
				for _, conduct := range c.unscaled {
					require.False(t, scope.Target.Has(conduct), "%d", conduct)
				}
			}
		})
	}
}

func TestTheSlotRelativeRuleRefusesWhatItCannotStep(t *testing.T) {
	const most = 1<<64 - 1
	for name, c := range map[string]struct {
		change func(*penalty.SlotRelative)
		past   []uint64
		m      uint64
		kind   error
	}{
		"no window":                      {func(r *penalty.SlotRelative) { r.WindowSlots = 0 }, nil, 0, spec.ErrInput},
		"a window that it cannot hold":   {func(r *penalty.SlotRelative) { r.WindowSlots = 33 }, nil, 0, spec.ErrInput},
		"no cap":                         {func(r *penalty.SlotRelative) { r.Cap = 0 }, nil, 0, spec.ErrInput},
		"a reading that is none":         {reading(9), nil, 0, spec.ErrInput},
		"failures that are none":         {func(r *penalty.SlotRelative) { r.Of = 9 }, nil, 0, spec.ErrInput},
		"the square of as run":           {func(r *penalty.SlotRelative) { r.Squared, r.Reading = true, penalty.AsRun }, nil, 0, spec.ErrInput},
		"the square of excess":           {func(r *penalty.SlotRelative) { r.Squared, r.Reading = true, penalty.Excess }, nil, 0, spec.ErrInput},
		"misses times slots":             {asIs, []uint64{0, 0}, most, spec.ErrOverflow},
		"misses times the window":        {reading(penalty.Excess), []uint64{0}, most, spec.ErrOverflow},
		"the window's sum and one":       {reading(penalty.Excess), []uint64{most}, 0, spec.ErrOverflow},
		"the epoch's sum":                {reading(penalty.AsRun), []uint64{most - 1<<40}, 1 << 41, spec.ErrOverflow},
		"nothing: as run has 128 bits":   {reading(penalty.AsRun), concat([]uint64{1}, repeated(0, 31)), most, nil},
		"nothing: one slot is not a sum": {reading(penalty.Sum), []uint64{most - 1<<40}, 1, nil},
	} {
		t.Run(name, func(t *testing.T) {
			r := penalty.DefaultSlotRelative
			c.change(&r)
			w := oracle.WindowOf(bigs(c.past), 32, 32)
			_, after, err := r.Step(w, missed(c.m))
			require.ErrorIs(t, err, c.kind)
			if err != nil {
				require.Equal(t, w, after, "the window is the one given")
			}
		})
	}
	_, _, err := penalty.DefaultSlotRelative.Step(penalty.Window{}, &spec.SlotObs{})
	require.ErrorIs(t, err, spec.ErrInput, "an epoch of no slots")
	w := oracle.WindowOf(bigs([]uint64{most}), 32, 32)
	_, _, err = penalty.DefaultSlotRelative.Step(w, missed(0))
	require.NoError(t, err)
	w.Slots[1], w.Seen = 1, 2
	_, _, err = penalty.DefaultSlotRelative.Step(w, missed(0))
	require.ErrorIs(t, err, spec.ErrOverflow, "the sum of the window")
}

func bigs(values []uint64) (out []*big.Int) {
	for _, v := range values {
		out = append(out, twin.BigOf(v))
	}
	return out
}

// FuzzSlotRelative walks any reading and options over a series of slots, and
// holds every step and window to penalty/ref. One slot has a validator in each
// of two conducts.
func FuzzSlotRelative(f *testing.F) {
	for k, c := range slotRelativeCases {
		r := penalty.DefaultSlotRelative
		c.change(&r)
		series := make([]byte, 0, 2*len(c.past))
		for _, m := range append(c.past, c.m) {
			series = append(series, byte(m), byte(k))
		}
		f.Add(uint8(r.Reading), uint16(k*37), r.WindowSlots, r.Cap, r.Multiplier, uint64(32), uint8(0), series)
	}
	f.Add(uint8(0), uint16(0), uint64(3), uint64(1), uint64(1)<<63, uint64(1), uint8(60), []byte{255, 0, 255, 1, 255, 2, 0, 3})
	f.Fuzz(func(t *testing.T, as uint8, options uint16, window, limit, multiplier, slotsPerEpoch uint64, shift uint8, series []byte) {
		budget.Run(t, budget.Limit{}, func() {
			option := func(bit int) bool { return options>>bit&1 != 0 }
			rule := penalty.SlotRelative{
				Reading: penalty.Reading(as % 5), WindowSlots: window % 34, Cap: limit, Multiplier: multiplier,
				PreviousEpoch: option(0), Counted: option(1), Offline: option(2), SkipMissingBlocks: option(3), Squared: option(4),
				Of: penalty.Repeat(options >> 5 & 3),
			}
			slow, slotsPerEpoch := twin.SlotRelative(rule), slotsPerEpoch%65
			var w penalty.Window
			var m ref.Memory
			for k := 0; k+1 < len(series) && k < 400; k += 2 {
				o := &spec.SlotObs{SlotsPerEpoch: slotsPerEpoch, NextBlockMissing: series[k+1]>>7 != 0}
				o.Tally.Add(spec.Conduct(series[k+1]%spec.ConductCount), spec.Gwei(uint64(series[k])<<(shift%64)>>1))
				o.Tally.Add(0, spec.Gwei(series[k]))
				want, next, wantErr := slow.Step(m, twin.BigOf(failures(rule, o)), o.NextBlockMissing, slotsPerEpoch)
				got, after, err := rule.Step(w, o)
				if rule.WindowSlots > penalty.MaxWindowSlots { // only penalty/ref has them
					require.ErrorIs(t, err, spec.ErrInput)
					return
				}
				twin.SameKind(t, wantErr, err, rule)
				if err != nil {
					require.Equal(t, w, after, "an error moved the window")
					return
				}
				if want.Cmp(twin.Rat(got)) != 0 {
					require.FailNow(t, "factors differ", "slot %d: want %s, got %v", k/2, want, got)
				}
				require.True(t, twin.Rat(got).Cmp(new(big.Rat).SetInt(twin.BigOf(max(limit, 1)))) <= 0, "above the cap")
				twin.Same(t, oracle.WindowOf(next.Past, rule.WindowSlots, slotsPerEpoch), after, "window")
				w, m = after, next
			}
		})
	})
}

// failures is what a slot's misses are by the definitions.
func failures(r penalty.SlotRelative, o *spec.SlotObs) (m uint64) {
	for c := range o.Tally {
		source, target, slashed, before := c&1 != 0, c&2 != 0, c&8 != 0, c&16 != 0
		failed := slashed || !target
		if r.Offline {
			failed = !slashed && !source && !target
		}
		switch {
		case !failed, r.Of == penalty.Misses && !before, r.Of == penalty.Fumbles && before:
		case r.Counted:
			m += o.Tally[c].Count
		default:
			m += uint64(o.Tally[c].Balance)
		}
	}
	return m
}
