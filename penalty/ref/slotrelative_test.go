package ref_test

import (
	"math/big"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/penalty/ref"
	"github.com/stakesim/stakesim/spec"
)

func TestAsRunReproducesThePublishedScript(t *testing.T) {
	var f struct {
		Series []struct{ Failures, Factors [][]uint64 } // by slot and epoch
	}
	decode(t, filepath.Join("testdata", "slot-relative-as-run.json"), &f)
	require.Len(t, f.Series, 2)
	rule := ref.DefaultSlotRelative()
	rule.Form, rule.Counted = ref.AsRun, true
	for _, series := range f.Series {
		var m ref.Memory
		for epoch := range series.Failures[0] {
			for slot := range 32 {
				var p *big.Rat
				var err error
				p, m, err = rule.Step(m, gwei(series.Failures[slot][epoch]), false, 32)
				require.NoError(t, err)
				requireFactor(t, series.Factors[slot][epoch], p)
			}
		}
	}
}

func TestAsRunPaysTheCapFrom3975PercentOfTheMean(t *testing.T) {
	rule := ref.DefaultSlotRelative()
	rule.Form = ref.AsRun
	m := pasts(repeat(10_000, 32)...)
	requireFactor(t, 3, first(rule.Step(m, gwei(3975), false, 32))(t))
	requireFactor(t, 4, first(rule.Step(m, gwei(3976), false, 32))(t))
	for _, row := range [][2]float64{{.69, 2.73}, {.61, 2.42}, {.98, 3.81}, {.90, 3.54}} {
		require.InDelta(t, 3.93, row[1]/row[0], 0.045)
	}
	for _, row := range [][2]float64{{2.06, 7.96}, {3.00, 11.54}, {2.41, 8.77}, {2.44, 9.30}} {
		require.InDelta(t, 3.75, row[1]/row[0], 0.115)
	}
	require.InDelta(t, 1.420, .98/.69, 0.0005)
	require.InDelta(t, 1.396, 3.81/2.73, 0.0005)
	require.InDelta(t, 1.170, 2.41/2.06, 0.0005)
	require.InDelta(t, 1.102, 8.77/7.96, 0.0005)
}

func TestEveryOptionOfTheSlotRelativeStep(t *testing.T) {
	for name, c := range map[string]struct {
		change  func(*ref.SlotRelative)
		past    []uint64
		m       uint64
		missing bool
		want    string
	}{
		"the average of the slots seen":             {nil, []uint64{10, 20}, 20, false, "4/3"},
		"the average of the last 32":                {nil, append(repeat(1000, 9), repeat(10, 32)...), 15, false, "3/2"},
		"capped at four":                            {nil, []uint64{10}, 99, false, "4"},
		"none seen gives one":                       {nil, nil, 7, false, "1"},
		"none failed and now some gives the cap":    {nil, []uint64{0, 0}, 1, false, "4"},
		"none failed and none now gives zero":       {nil, []uint64{0, 0}, 0, false, "0"},
		"the printed sum is 32 times smaller":       {form(ref.Sum), repeat(10, 32), 40, false, "1/8"},
		"the sum with none seen gives one":          {form(ref.Sum), nil, 0, false, "1"},
		"as run floors":                             {form(ref.AsRun), repeat(10, 32), 2, false, "2"},
		"as run gives zero in the first epoch":      {form(ref.AsRun), repeat(10, 31), 9, false, "0"},
		"as run gives zero after a clean epoch":     {form(ref.AsRun), repeat(0, 32), 9, false, "0"},
		"as run looks at the epoch before":          {form(ref.AsRun), append(repeat(10, 32), repeat(1000, 31)...), 2, false, "2"},
		"excess over the average":                   {form(ref.Excess), repeat(10, 32), 20, false, "319/321"},
		"no excess below the average":               {form(ref.Excess), repeat(10, 32), 10, false, "0"},
		"excess divides by 32 slots from the start": {form(ref.Excess), []uint64{31}, 2, false, "1"},
		"excess is capped":                          {form(ref.Excess), []uint64{0}, 9, false, "4"},
		"excess with none seen gives one":           {form(ref.Excess), nil, 9, false, "1"},
		"the square of the ratio":                   {func(c *ref.SlotRelative) { c.Exponent = 2 }, []uint64{10}, 15, false, "9/4"},
		"the square is capped":                      {func(c *ref.SlotRelative) { c.Exponent = 2 }, []uint64{10}, 25, false, "4"},
		"another cap":                               {func(c *ref.SlotRelative) { c.Cap = 7 }, []uint64{1}, 99, false, "7"},
		"the previous epoch":                        {window, append(repeat(10, 32), repeat(99, 5)...), 15, false, "3/2"},
		"no epoch completed gives one":              {window, repeat(10, 31), 15, false, "1"},
		"a missing block counts by default":         {nil, []uint64{10}, 15, true, "3/2"},
		"or its slot is skipped":                    {skip, []uint64{10}, 15, true, "0"},
		"skipped even when none seen":               {skip, nil, 15, true, "0"},
	} {
		t.Run(name, func(t *testing.T) {
			rule := ref.DefaultSlotRelative()
			if c.change != nil {
				c.change(&rule)
			}
			before := pasts(c.past...)
			p, after, err := rule.Step(before, gwei(c.m), c.missing, 32)
			require.NoError(t, err)
			require.Equal(t, c.want, p.RatString())
			require.Equal(t, pasts(c.past...), before)
			m := c.m
			if rule.SkipMissing && c.missing {
				m = 0
			}
			require.Len(t, after.Past, len(c.past)+1)
			requireNumber(t, m, after.Past[len(c.past)])
		})
	}
}

func TestTheScopeSaysWhoseFailuresCountAndWhosePenaltiesScale(t *testing.T) {
	s := newState(128)
	r := s.Registry
	r.PreviousFlags[0], r.FailedBefore[0] = 0, true // slot 0: a miss
	r.PreviousFlags[32] = 0                         // a fumble
	r.PreviousFlags[64] = 1                         // a fumble that reached the source
	r.Slashed[96] = true                            // a fumble, not offline
	for name, c := range map[string]struct {
		change func(*ref.SlotRelative)
		m      uint64 // validators in slot 0
		scaled []bool // validators 0, 32, 64, 96
	}{
		"all":             {func(*ref.SlotRelative) {}, 4, []bool{true, true, true, true}},
		"misses":          {func(c *ref.SlotRelative) { c.Scope = ref.MissesOnly }, 1, []bool{true, false, false, false}},
		"fumbles":         {func(c *ref.SlotRelative) { c.Scope = ref.FumblesOnly }, 3, []bool{false, true, true, true}},
		"offline":         {func(c *ref.SlotRelative) { c.Offline = true }, 2, []bool{true, true, false, false}},
		"offline fumbles": {func(c *ref.SlotRelative) { c.Offline, c.Scope = true, ref.FumblesOnly }, 1, []bool{false, true, false, false}},
	} {
		t.Run(name, func(t *testing.T) {
			rule := ref.DefaultSlotRelative()
			c.change(&rule)
			requireNumber(t, c.m*uint64(32*spec.ETH), must(rule.GetSlotFailures(s, 0))(t))
			rule.Counted = true
			requireNumber(t, c.m, must(rule.GetSlotFailures(s, 0))(t))
			factors, after, err := rule.Walk(s, ref.Memory{})
			require.NoError(t, err)
			require.Len(t, after.Past, 32)
			for k, want := range c.scaled {
				_, got := factors.Of(s, spec.TimelySource, spec.ValidatorIndex(32*k))
				require.Equal(t, want, got, "validator %d", 32*k)
			}
		})
	}
}

func TestASkippedSlotOfTheStateHasFactorZero(t *testing.T) {
	s := newState(64)
	s.Registry.PreviousFlags[3] = 0
	s.Boundary.NextBlockMissing = 1 << 3
	rule := ref.DefaultSlotRelative()
	skip(&rule)
	factors, after, err := rule.Walk(s, pasts(5))
	require.NoError(t, err)
	requireFactor(t, 0, factors.Slots[spec.TimelyTarget][3])
	requireNumber(t, 0, after.Past[4])
	d := must(ref.GetFlagIndexDeltas(s, spec.TimelyTarget, factors))(t)
	requireNumber(t, 0, d.Penalties[3])
}

func TestRationalFactorsFloorOnce(t *testing.T) {
	p, err := ref.GetFlagPenalty(gwei(1001), spec.TimelyTarget, big.NewRat(4, 3), true)
	require.NoError(t, err)
	requireNumber(t, 542, p) // 1001*26*4 / 192 = 542.2, where 406*4/3 = 541
}

func form(f ref.Form) func(*ref.SlotRelative) { return func(c *ref.SlotRelative) { c.Form = f } }
func window(c *ref.SlotRelative)              { c.Window = ref.PreviousEpoch }
func skip(c *ref.SlotRelative)                { c.SkipMissing = true }

func repeat(v uint64, n int) (values []uint64) {
	for range n {
		values = append(values, v)
	}
	return values
}

func pasts(values ...uint64) (m ref.Memory) {
	for _, v := range values {
		m.Past = append(m.Past, gwei(v))
	}
	return m
}

// first takes the first of two results and the error.
func first[T, U any](v T, _ U, err error) func(*testing.T) T { return must(v, err) }
