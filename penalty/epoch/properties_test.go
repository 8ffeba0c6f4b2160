package epoch_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/epoch"
	"github.com/stakesim/stakesim/penalty/internal/twin"
	"github.com/stakesim/stakesim/spec"
)

// Properties 6 to 10 and 13, of every mechanism over whole registries.

// town is a registry as a chain may hold it, with every kind of validator, in
// epoch 100 of the main network.
func town(seed uint64, n int) (spec.Params, *spec.Registry, spec.Boundary) {
	p, err := spec.ParamsFor(spec.Mainnet, spec.Electra)
	if err != nil {
		panic(err)
	}
	w := &world{Dice: twin.NewDice(seed, nil), params: p, slots: p.SlotsPerEpoch}
	b := spec.Boundary{CurrentEpoch: 100, FinalizedEpoch: 98, SlashingsSum: 70 * spec.ETH, NextBlockMissing: 0x00ff_00ff}
	r := spec.NewRegistry(n)
	for i := range n {
		w.stake(r, i)
		w.life(r, i, b)
		w.behave(r, i)
	}
	return p, r, b
}

func summarize(t testing.TB, p spec.Params, r *spec.Registry, b spec.Boundary) *spec.Summary {
	var s spec.Summary
	require.NoError(t, spec.Summarize(&s, &p, r, b, 1))
	return &s
}

// walk is the factors and the memory after the slots of a summary.
func walk(t testing.TB, rule penalty.Rule, m penalty.Memory, slots []spec.SlotObs) ([]penalty.Factors, penalty.Memory) {
	f := make([]penalty.Factors, len(slots))
	after, err := penalty.Walk(f, &rule, m, slots)
	require.NoError(t, err)
	return f, after
}

func TestProperty06EpochsAreOneChronologicalWalk(t *testing.T) {
	p, r, b := town(6, 300)
	rng := rand.New(rand.NewPCG(7716, 6))
	var epochs [][]spec.SlotObs
	var all []spec.SlotObs
	for range 4 {
		for i := range r.PreviousFlags {
			r.PreviousFlags[i], r.SlotOffset[i] = spec.Flags(rng.Uint64N(8)), uint8(rng.Uint64N(32))
		}
		slots := summarize(t, p, r, b).Slots
		epochs, all = append(epochs, slots), append(all, slots...)
	}
	for _, rule := range penalty.Rules() {
		start := twin.Remember(&rule, 5*spec.ETH, [2]uint64{3, 4})
		want, end := walk(t, rule, start, all)
		m := start
		for k, slots := range epochs {
			var got []penalty.Factors
			got, m = walk(t, rule, m, slots)
			twin.Same(t, want[k*32:(k+1)*32], got, rule.FullName(), "epoch", k)
		}
		twin.Same(t, end, m, rule.FullName())
	}
}

// deltasOf is the components source, target and head under the given factors.
func deltasOf(t testing.TB, r *spec.Registry, s *spec.Summary, f []penalty.Factors, scope penalty.Scope) (all [spec.FlagCount]epoch.Deltas) {
	for flag := range all {
		all[flag] = epoch.NewDeltas(r.Len())
		require.NoError(t, epoch.FlagDeltas(all[flag], r, s, spec.Flag(flag), f, scope))
	}
	return all
}

func TestProperty07OnlyTheDocumentedDeltasChange(t *testing.T) {
	p, r, b := town(7, 600)
	s := summarize(t, p, r, b)
	quo := deltasOf(t, r, s, nil, penalty.Scope{})
	offline := func(i int) bool {
		return !r.Slashed[i] && r.PreviousFlags[i]&3 == 0 && r.IsActive(i, 99) && r.SlotOffset[i] != spec.NoSlot
	}
	for _, rule := range penalty.Rules() {
		_, m := walk(t, rule, penalty.Memory{}, s.Slots) // an epoch to remember
		f, _ := walk(t, rule, m, s.Slots)
		got := deltasOf(t, r, s, f, rule.Scope)
		changed := 0
		for flag := range got {
			twin.Same(t, quo[flag].Rewards, got[flag].Rewards, rule.FullName(), "rewards")
			for i, ordinary := range quo[flag].Penalties {
				paid := got[flag].Penalties[i]
				if paid == ordinary {
					continue
				}
				changed++
				require.NotEqual(t, int(spec.TimelyHead), flag, "%s: the head is never penalised", rule.FullName())
				require.NotEqual(t, uint8(spec.NoSlot), r.SlotOffset[i], "%s: %d has no committee", rule.FullName(), i)
				require.True(t, r.IsActive(i, 99))
				if rule.Name == penalty.SmoothedE3.Rule().Name {
					require.Equal(t, int(spec.TimelyTarget), flag, "%s: only the target penalty", rule.FullName())
					require.True(t, offline(i), "%s: only of the offline, not %d", rule.FullName(), i)
					require.Greater(t, paid, ordinary, "%s: never less than the status quo", rule.FullName())
				}
			}
		}
		require.Equal(t, rule.Name == "status-quo", changed == 0, "%s changes %d penalties", rule.FullName(), changed)
	}
}

// rows is the registry with its rows in another order.
func rows(r *spec.Registry, order []int) *spec.Registry {
	out := spec.NewRegistry(len(order))
	for to, from := range order {
		out.EffectiveBalance[to], out.Balance[to] = r.EffectiveBalance[from], r.Balance[from]
		out.Slashed[to], out.Compounding[to], out.FailedBefore[to] = r.Slashed[from], r.Compounding[from], r.FailedBefore[from]
		out.ActivationEpoch[to], out.ExitEpoch[to], out.WithdrawableEpoch[to] = r.ActivationEpoch[from], r.ExitEpoch[from], r.WithdrawableEpoch[from]
		out.PreviousFlags[to], out.CurrentFlags[to] = r.PreviousFlags[from], r.CurrentFlags[from]
		out.InactivityScore[to], out.SlotOffset[to] = r.InactivityScore[from], r.SlotOffset[from]
	}
	return out
}

func TestProperty08FactorsDependOnSumsOnly(t *testing.T) {
	p, r, b := town(8, 300)
	order := rand.New(rand.NewPCG(7716, 8)).Perm(r.Len())
	for _, rule := range penalty.Rules() {
		mixed := rows(r, order)
		straight := r.Clone()
		e, err := epoch.NewEngine(p, rule, 1)
		require.NoError(t, err)
		m, err := e.ProcessEpoch(straight, b, penalty.Memory{})
		require.NoError(t, err)
		factors := append([]penalty.Factors(nil), e.Factors()...)
		again, err := e.ProcessEpoch(mixed, b, penalty.Memory{})
		require.NoError(t, err)
		twin.Same(t, m, again, rule.FullName(), "memory")
		twin.Same(t, factors, append([]penalty.Factors(nil), e.Factors()...), rule.FullName(), "factors")
		twin.Same(t, rows(straight, order), mixed, rule.FullName(), "registry")
	}
}

// A validator of 64 ETH cut into 64 pieces of one ETH in its slot changes no
// factor, no memory and no balance but for a floor a piece.
func TestProperty09SplitInvarianceWithinASlot(t *testing.T) {
	p, r, b := town(9, 200)
	r.EffectiveBalance[0], r.Slashed[0], r.Compounding[0] = 64*spec.ETH, false, true
	r.ActivationEpoch[0], r.ExitEpoch[0], r.SlotOffset[0], r.PreviousFlags[0] = 0, spec.FarFutureEpoch, 5, 0
	order := make([]int, 0, 264)
	for i := range r.Len() {
		order = append(order, i)
	}
	for range 63 {
		order = append(order, 0)
	}
	cut := rows(r, order)
	pieces := append([]int{0}, seq(200, 263)...)
	for _, i := range pieces {
		cut.EffectiveBalance[i] = spec.ETH
	}
	whole, parts := summarize(t, p, r, b), summarize(t, p, cut, b)
	require.Equal(t, whole.TotalActive, parts.TotalActive)
	for _, rule := range penalty.Rules() {
		if rule.Preset == "counted" { // which counts validators, as the name says
			continue
		}
		f, m := walk(t, rule, penalty.Memory{}, whole.Slots)
		g, n := walk(t, rule, penalty.Memory{}, parts.Slots)
		twin.Same(t, f, g, rule.FullName(), "factors")
		twin.Same(t, m, n, rule.FullName(), "memory")
		one, many := deltasOf(t, r, whole, f, rule.Scope), deltasOf(t, cut, parts, g, rule.Scope)
		for flag := range one {
			var sum spec.Gwei
			for _, i := range pieces {
				sum += many[flag].Penalties[i]
			}
			paid := one[flag].Penalties[0]
			require.LessOrEqual(t, sum, paid, "%s: pieces floor down", rule.FullName())
			require.Less(t, paid-sum, spec.Gwei(len(pieces)), "%s: by less than one Gwei each", rule.FullName())
			for i := 1; i < r.Len(); i++ {
				require.Equal(t, one[flag].Penalties[i], many[flag].Penalties[i], rule.FullName())
			}
		}
	}
}

func seq(from, to int) (out []int) {
	for i := from; i < to; i++ {
		out = append(out, i)
	}
	return out
}

// The published answer claims that splitting never matters. Across slots it
// does: R is 1,271,875 ETH at 40.7M ETH, so that 765 * 2048 // 1,271,875 = 1 and
// 765 * 64 // 1,271,875 = 0.
func TestProperty09NoSplitInvarianceAcrossSlots(t *testing.T) {
	for _, rule := range []penalty.Smoothed2026{penalty.SmoothedE2, penalty.SmoothedE3} {
		others := 3000 * spec.ETH
		for name, c := range map[string]struct{ inSlot, factor uint64 }{
			"a lone validator of 2048 ETH":            {2048, 2},
			"64 validators of 32 ETH over 32 slots":   {64, 1},
			"64 validators of 32 ETH in the one slot": {64 * 32, 2},
		} {
			obs, err := spec.ObsOfOffline(others+spec.Gwei(c.inSlot)*spec.ETH, twin.Stake407, 32)
			require.NoError(t, err)
			f, _, err := rule.Step(others, &obs)
			require.NoError(t, err)
			require.Equal(t, penalty.Integer(c.factor), f, name)
		}
	}
}

// Slots at the threshold of ceil(R/SLOPE) less one Gwei leave the epoch as it is
// today, bit for bit; one Gwei more does not.
func TestProperty10StatusQuoBelowTheThreshold(t *testing.T) {
	p := paramsOf(t, spec.Mainnet, spec.Electra)
	b := spec.Boundary{CurrentEpoch: 100, FinalizedEpoch: 98}
	const n = 8 * 32
	r := spec.NewRegistry(n)
	for i := range n {
		r.EffectiveBalance[i], r.Balance[i] = 2000*spec.ETH, 2000*spec.ETH
		r.SlotOffset[i], r.PreviousFlags[i], r.Compounding[i] = uint8(i%32), spec.AllFlags, true
	}
	for i := range 32 {
		r.PreviousFlags[i] = 0 // one in each slot
	}
	s := summarize(t, p, r, b)
	for _, rule := range []penalty.Smoothed2026{penalty.SmoothedE1, penalty.SmoothedE2, penalty.SmoothedE3} {
		reference := uint64(s.Slots[0].Reference)
		threshold := spec.Gwei((reference + rule.Slope - 1) / rule.Slope)
		for excess, differs := range map[spec.Gwei]bool{threshold - 1: false, threshold: true} {
			// a window of 2^64-1 slots holds the average where it starts
			still := rule
			still.Window = 1<<64 - 1
			memory := penalty.Memory{uint64(2000*spec.ETH - excess)}
			quo, got := r.Clone(), r.Clone()
			statusQuo, mechanism := penalty.StatusQuo(), still.Rule()
			_, err := epoch.ProcessEpoch(&p, &statusQuo, quo, b, penalty.Memory{})
			require.NoError(t, err)
			_, err = epoch.ProcessEpoch(&p, &mechanism, got, b, memory)
			require.NoError(t, err)
			if differs {
				require.NotEqual(t, quo.Balance, got.Balance, "%v", rule)
			} else {
				require.Equal(t, quo, got, "%v", rule)
			}
		}
	}
}

// The sums of the slots and every penalty add up over any partition of the
// validators: nothing but the factor joins them.
func TestProperty13Linear(t *testing.T) {
	p, r, b := town(13, 400)
	rng := rand.New(rand.NewPCG(7716, 13))
	groups := make([][]int, 3)
	for i := range r.Len() {
		k := rng.IntN(len(groups))
		groups[k] = append(groups[k], i)
	}
	whole := summarize(t, p, r, b)
	sums := make([]spec.Tally, len(whole.Slots))
	for _, members := range groups {
		for i, slot := range summarize(t, p, rows(r, members), b).Slots {
			for c := range slot.Tally {
				sums[i][c].Balance += slot.Tally[c].Balance
				sums[i][c].Count += slot.Tally[c].Count
			}
		}
	}
	for i := range sums {
		twin.Same(t, whole.Slots[i].Tally, sums[i], "slot", i)
	}
	for _, rule := range penalty.Rules() {
		f, _ := walk(t, rule, penalty.Memory{}, whole.Slots)
		all := deltasOf(t, r, whole, f, rule.Scope)
		for flag := range all {
			var total, parts spec.Gwei
			for _, v := range all[flag].Penalties {
				total += v
			}
			for _, members := range groups {
				group := rows(r, members)
				s := *summarize(t, p, group, b) // its own standings, everybody's totals
				s.TotalActive, s.BaseRewardPerIncrement, s.Participating = whole.TotalActive, whole.BaseRewardPerIncrement, whole.Participating
				for _, v := range deltasOf(t, group, &s, f, rule.Scope)[flag].Penalties {
					parts += v
				}
			}
			require.Equal(t, total, parts, rule.FullName())
		}
	}
}
