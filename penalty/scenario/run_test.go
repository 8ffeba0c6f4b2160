package scenario

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/epoch"
	"github.com/stakesim/stakesim/spec"
)

func named(t testing.TB, names ...string) (m []Mechanism) {
	for _, name := range names {
		rule, err := penalty.RuleNamed(name)
		require.NoError(t, err)
		m = append(m, Mechanism{name, rule})
	}
	return m
}

// trial is a small scenario with everything in it.
func trial(t testing.TB) *Scenario {
	ops, err := Preset("mainnet-like", 6400*32*spec.ETH, 32*spec.ETH, 32*spec.ETH)
	require.NoError(t, err)
	return &Scenario{
		Name: "trial", Epochs: 40, Warmup: 8, Runs: 2, Economics: DefaultEconomics, Population: ops,
		Misses: []Miss{
			{Offline: 3_000_000, Target: 1_000_000, Head: 5_000_000},
			{Group: "small", Offline: 10_000_000}, {Region: "region-4", Head: 20_000_000},
		},
		Faults: []Fault{
			{Layer: LayerMachine, PerDay: 400_000, Duration: 4, Recovery: Recovery{Linear, 4}},
			{Layer: LayerProvider, PerDay: 300_000, Duration: 3, Recovery: Recovery{Exponential, 3}},
		},
		Outages: []Outage{
			{Start: 5, Duration: 22, Share: 400_000, Recovery: Recovery{Linear, 4}},
			{Start: 3, Duration: 5, Layer: LayerRegion, Name: "region-2", LateTarget: 50_000_000, LateHead: 100_000_000, MissingBlocks: 30_000},
		},
		Mechanisms: named(t, "status-quo", "slot-relative/average", "slot-relative/misses", "net-excess-2024", "net-excess-per-flag", "smoothed-2026/E3"),
	}
}

// The accounts of a run against package penalty: the same failures as columns of
// a registry, and its deltas summed.
func TestARunChargesWhatTheTransitionCharges(t *testing.T) {
	s := trial(t)
	ops := append([]Operator(nil), s.Population...)
	// whole slots, so that committees weigh the same
	ops = append(ops, Operator{Name: "rest", Group: "big", Count: 1, Balance: 32 * spec.ETH, Sites: 1, Machines: 1, Validators: 32 - Validators(ops)%32})
	s.Population = ops
	s.Economics.TotalActive = Stake(ops)
	require.NoError(t, s.Validate())
	l, err := newLedger(s, 7, 0)
	require.NoError(t, err)
	p, err := Params()
	require.NoError(t, err)
	leakRegistry := spec.NewRegistry(int(l.w.validators))
	for i := range leakRegistry.EffectiveBalance {
		leakRegistry.EffectiveBalance[i] = 32 * spec.ETH
	}
	memories := l.memories()
	var now, next failures
	l.draw.next(&now, 0)
	var sawLeak, sawMissing bool
	for e := range s.Warmup + s.Epochs {
		l.draw.next(&next, e+1)
		paid, forgone, leak := l.totals()
		require.NoError(t, l.epoch(&now, &next))
		b := spec.Boundary{CurrentEpoch: spec.Epoch(now.epoch + finalityBase + 1), FinalizedEpoch: spec.Epoch(l.finalized), NextBlockMissing: now.missing}
		r := asRegistry(t, &now, l.w)
		var sum spec.Summary
		require.NoError(t, spec.Summarize(&sum, &p, r, b, 1))
		d := epoch.NewDeltas(r.Len())
		for i := range l.accounts {
			rule := s.Mechanisms[i].Rule
			factors := make([]penalty.Factors, SlotsPerEpoch)
			memories[i], err = penalty.Walk(factors, &rule, memories[i], sum.Slots)
			require.NoError(t, err)
			require.Equal(t, l.accounts[i].factors[:], factors, "%s, epoch %d", rule.FullName(), e)
			var want uint64
			for _, flag := range []spec.Flag{spec.TimelySource, spec.TimelyTarget} {
				require.NoError(t, epoch.FlagDeltas(d, r, &sum, flag, factors, rule.Scope))
				for _, g := range d.Penalties {
					want += uint64(g)
				}
			}
			after, _, _ := l.totals()
			require.Equal(t, want, after[i]-paid[i], "%s, epoch %d", rule.FullName(), e)
		}
		_, forgoneAfter, leakAfter := l.totals()
		if now.missing == 0 { // with missing blocks the head votes are booked by expectation
			var earned, ideal uint64
			for flag := range spec.Flag(spec.FlagCount) {
				require.NoError(t, epoch.FlagDeltas(d, r, &sum, flag, nil, penalty.Scope{}))
				var best spec.Gwei
				for _, g := range d.Rewards {
					earned += uint64(g)
					best = max(best, g)
				}
				ideal += uint64(best) * uint64(r.Len())
			}
			require.Equal(t, ideal-earned, forgoneAfter-forgone, "epoch %d", e)
		}
		for v := range leakRegistry.PreviousFlags {
			leakRegistry.PreviousFlags[v] = spec.AllFlags
			if now.failed[v/64]>>(v%64)&1 != 0 {
				leakRegistry.PreviousFlags[v] = 0
			}
		}
		var ls spec.Summary
		require.NoError(t, spec.Summarize(&ls, &p, leakRegistry, b, 1))
		require.NoError(t, epoch.ProcessInactivityUpdates(&p, leakRegistry, &ls))
		ld := epoch.NewDeltas(leakRegistry.Len())
		require.NoError(t, epoch.InactivityDeltas(ld, &p, leakRegistry, &ls))
		var want uint64
		for _, g := range ld.Penalties {
			want += uint64(g)
		}
		require.Equal(t, want, leakAfter-leak, "epoch %d", e)
		sawLeak, sawMissing = sawLeak || want > 0, sawMissing || now.missing != 0
		now, next = next, now
	}
	require.True(t, sawLeak, "the trial is to lose finality")
	require.True(t, sawMissing)
}

func (l *ledger) totals() (paid []uint64, forgone, leak uint64) {
	for i := range l.accounts {
		sum := uint64(0)
		for _, g := range l.accounts[i].paid {
			sum += g
		}
		paid = append(paid, sum)
	}
	for i := range l.forgone {
		forgone += l.forgone[i]
		leak += l.leak[i]
	}
	return paid, forgone, leak
}

// asRegistry spreads an epoch's cells into validators and fills every slot up.
func asRegistry(t *testing.T, f *failures, w *world) *spec.Registry {
	r := spec.NewRegistry(int(w.validators))
	room := [SlotsPerEpoch]uint32{}
	at := 0
	put := func(slot int, flags spec.Flags, before bool) {
		r.EffectiveBalance[at], r.Balance[at] = 32*spec.ETH, 64*spec.ETH
		r.PreviousFlags[at], r.SlotOffset[at], r.FailedBefore[at] = flags, uint8(slot), before
		room[slot]++
		at++
	}
	for _, c := range append(append([]cell(nil), f.cells...), f.heads...) {
		for range c.count {
			put(int(c.slot), lapseFlags[c.lapse], c.before)
		}
	}
	for slot := range room {
		require.LessOrEqual(t, uint64(room[slot]), w.validators/SlotsPerEpoch)
		for uint64(room[slot]) < w.validators/SlotsPerEpoch {
			flags := spec.AllFlags
			if f.missing>>slot&1 != 0 {
				flags = lapseFlags[lapseHead]
			}
			put(slot, flags, false)
		}
	}
	require.Equal(t, int(w.validators), at)
	return r
}

func TestTheSameSeedGivesTheSameRun(t *testing.T) {
	s := trial(t)
	a, err := Run(s, 3, 1)
	require.NoError(t, err)
	b, err := Run(s, 3, 1)
	require.NoError(t, err)
	require.Equal(t, a, b)
	c, err := Run(s, 4, 1)
	require.NoError(t, err)
	require.NotEqual(t, a.Operators, c.Operators)
}

// All mechanisms see the same failures: what is forgone and leaked does not
// depend on which run beside each other.
func TestAMechanismDoesNotMoveTheOthers(t *testing.T) {
	s := trial(t)
	a, err := Run(s, 3, 0)
	require.NoError(t, err)
	s.Mechanisms = s.Mechanisms[5:]
	b, err := Run(s, 3, 0)
	require.NoError(t, err)
	require.Equal(t, a.Operators, b.Operators)
	require.Equal(t, a.Mechanisms[5], b.Mechanisms[0])
}

func bench(b *testing.B, down PPM) {
	ops, err := Preset("mainnet-like", 1_000_000*32*spec.ETH, 32*spec.ETH, 32*spec.ETH)
	require.NoError(b, err)
	s := &Scenario{
		Epochs: 1000, Runs: 1, Economics: DefaultEconomics, Population: ops,
		Misses:     []Miss{{Offline: 3_000_000, Target: 1_000_000, Head: 5_000_000}, {Group: "small", Offline: 5_000_000}},
		Faults:     []Fault{{Layer: LayerSite, Group: "small", PerDay: 20_000, Duration: 20}, {Layer: LayerMachine, PerDay: 10_000, Duration: 5}},
		Mechanisms: named(b, "status-quo", "slot-relative/average", "net-excess-2024", "smoothed-2026/E3"),
	}
	if down > 0 {
		s.Outages = []Outage{{Duration: 1000, Share: down}}
	}
	require.NoError(b, s.Validate())
	l, err := newLedger(s, 1, 0)
	require.NoError(b, err)
	var now, next failures
	l.draw.next(&now, 0)
	b.ReportAllocs()
	b.ResetTimer()
	for e := range b.N {
		l.draw.next(&next, uint64(e)%900+1)
		if err := l.epoch(&now, &next); err != nil {
			b.Fatal(err)
		}
		now, next = next, now
	}
}

// BenchmarkEpoch draws and accounts an epoch of 1,000,000 validators under four
// mechanisms on one core.
func BenchmarkEpoch(b *testing.B) {
	for name, down := range map[string]PPM{"calm": 0, "outage=10%": 100_000, "outage=40%-leak": 400_000} {
		b.Run("validators=1000000/mechanisms=4/"+name, func(b *testing.B) { bench(b, down) })
	}
}
