package epoch_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/epoch"
	"github.com/stakesim/stakesim/penalty/internal/twin"
	"github.com/stakesim/stakesim/penalty/ref"
	"github.com/stakesim/stakesim/spec"
)

// world is a generator of states: what a chain may hold, and with wild columns
// what only a fuzzer would put there.
type world struct {
	*twin.Dice
	params spec.Params
	wild   bool
	slots  uint64 // committees sit in the slots below
}

func newWorld(t testing.TB, d *twin.Dice) *world {
	w := &world{Dice: d, params: paramsOf(t, spec.Preset(d.N(2)), twin.Pick(d, spec.Forks()...)), wild: d.One(4)}
	if d.One(4) {
		w.tweak()
	}
	w.slots = twin.Pick(d, w.params.SlotsPerEpoch, w.params.SlotsPerEpoch/2+1)
	return w
}

// tweak changes constants within what Validate lets through.
func (w *world) tweak() {
	p := &w.params
	p.SlotsPerEpoch = 1 + w.N(spec.MaxSlotsPerEpoch)
	p.BaseRewardFactor = 1 + w.N(1<<12)
	p.InactivityPenaltyQuotient = 1 + w.Wide(40)
	p.InactivityScoreBias = 1 + w.N(9)
	p.InactivityScoreRecoveryRate = twin.Pick[uint64](w.Dice, 0, 1, 16, 1<<64-1)
	p.ProportionalSlashingMultiplier = w.N(5)
	p.EpochsPerSlashingsVector = 1 + w.N(100)
	p.HysteresisQuotient = 1 + w.N(6)
	p.HysteresisDownwardMultiplier, p.HysteresisUpwardMultiplier = w.N(5), w.N(9)
	p.MaxEffectiveBalanceCompounding = (1 + spec.Gwei(w.N(5000))) * spec.ETH
}

func (w *world) boundary() spec.Boundary {
	b := spec.Boundary{CurrentEpoch: twin.Pick[spec.Epoch](w.Dice, 0, 1, 2, 6, 100, 100, 300_000, 1<<40)}
	behind := twin.Pick[spec.Epoch](w.Dice, 0, 1, 4, 5, 6, 900)
	b.FinalizedEpoch = b.PreviousEpoch() - min(behind, b.PreviousEpoch())
	b.SlashingsSum = spec.Gwei(w.Wide(45))
	if w.wild && w.One(4) {
		b.SlashingsSum = spec.Gwei(w.Wide(64))
	}
	b.NextBlockMissing = twin.Pick(w.Dice, 0, w.Bits(), 1<<64-1)
	return b
}

func (w *world) registry(n int, b spec.Boundary) *spec.Registry {
	r := spec.NewRegistry(n)
	for i := range n {
		w.stake(r, i)
		w.life(r, i, b)
		w.behave(r, i)
		r.CurrentFlags[i] = spec.Flags(w.Bits())
	}
	for _, column := range []*[]bool{&r.Compounding, &r.FailedBefore} {
		if w.One(4) {
			*column = nil
		}
	}
	if w.One(2) {
		r.CurrentFlags = nil
	}
	return r
}

// stake sets balances and score: whole increments and odd ones, and balances so
// small that a penalty empties them before a reward fills them again.
func (w *world) stake(r *spec.Registry, i int) {
	limit := w.params.MaxEffectiveBalance
	if r.Compounding[i] = w.One(3); r.Compounding[i] {
		limit = w.params.MaxEffectiveBalanceCompounding
	}
	eb := twin.Pick(w.Dice, 32*spec.ETH, limit, spec.Gwei(w.N(uint64(limit)+1)), spec.Gwei(w.Wide(31)))
	r.EffectiveBalance[i] = min(eb, limit)
	r.Balance[i] = twin.Pick(w.Dice, eb, eb+spec.Gwei(w.N(3e9))-min(eb, 1.5e9), spec.Gwei(w.Wide(28)), spec.Gwei(w.Wide(42)))
	r.InactivityScore[i] = twin.Pick(w.Dice, 0, w.N(40), w.Wide(12))
	if w.wild && w.One(6) {
		r.Balance[i] = spec.Gwei(^w.Wide(64) >> w.N(6))
	}
	if w.wild && w.One(6) {
		r.InactivityScore[i] = twin.Pick(w.Dice, 9_007_190+w.N(20), w.Wide(64), ^w.Wide(9))
	}
}

// life sets when the validator came, goes and was slashed.
func (w *world) life(r *spec.Registry, i int, b spec.Boundary) {
	now := b.CurrentEpoch
	if w.One(4) {
		r.ActivationEpoch[i] = now + spec.Epoch(w.N(4)) - min(now, 2)
	}
	if w.One(4) {
		r.ExitEpoch[i] = now + spec.Epoch(w.N(4)) - min(now, 2)
	}
	if r.Slashed[i] = w.One(6); r.Slashed[i] || w.One(4) {
		half := spec.Epoch(w.params.EpochsPerSlashingsVector / 2)
		r.WithdrawableEpoch[i] = twin.Pick(w.Dice, now+half, now+half, now+half+1, now, now+1, spec.FarFutureEpoch)
	}
}

// behave sets what changes every epoch.
func (w *world) behave(r *spec.Registry, i int) {
	r.PreviousFlags[i] = twin.Pick(w.Dice, spec.AllFlags, spec.Flags(w.Bits()), 0)
	r.SlotOffset[i] = spec.NoSlot
	if !w.One(6) {
		r.SlotOffset[i] = uint8(w.N(w.slots))
	}
	if r.FailedBefore != nil {
		r.FailedBefore[i] = w.One(2)
	}
}

// next moves the boundary by one epoch and deals conduct and slots anew.
func (w *world) next(r *spec.Registry, b *spec.Boundary) {
	b.CurrentEpoch++
	b.NextBlockMissing = w.Bits()
	if w.One(2) {
		b.FinalizedEpoch = b.PreviousEpoch()
	}
	for i := range r.Len() {
		w.behave(r, i)
	}
}

// randomSubject is a rule with constants and options of its own.
func (w *world) randomSubject(t testing.TB) twin.Subject {
	switch w.N(4) {
	case 0:
		r := penalty.NetExcess2024{Adjustment: 1 + w.Wide(64), Cap: w.Wide(20), Offline: w.One(2)}
		return twin.SubjectOf(t, r.Rule())
	case 1:
		r := penalty.NetExcessPerFlag{Adjustment: 1 + w.Wide(64), Cap: w.Wide(20)}
		return twin.SubjectOf(t, r.Rule())
	case 2:
		r := penalty.Smoothed2026{Slope: w.Wide(20), Cap: 1 + w.Wide(20), Window: 1 + w.Wide(18), FloorDivisor: twin.Pick(w.Dice, 0, 1+w.Wide(12))}
		return twin.SubjectOf(t, r.Rule())
	default:
		r := w.slotRelative()
		return twin.SubjectOf(t, r.Rule())
	}
}

// slotRelative draws any combination of options that belongs together.
func (w *world) slotRelative() penalty.SlotRelative {
	r := penalty.SlotRelative{
		Cap: 1 + w.Wide(10), Reading: penalty.Reading(w.N(4)), PreviousEpoch: w.One(2),
		WindowSlots: twin.Pick(w.Dice, 32, 1+w.N(32)), Multiplier: twin.Pick(w.Dice, 322, w.Wide(64)),
		Counted: w.One(2), Offline: w.One(2), Of: penalty.Repeat(w.N(3)), SkipMissingBlocks: w.One(2),
	}
	r.Squared = (r.Reading == penalty.Average || r.Reading == penalty.Sum) && w.One(2)
	return r
}

// TestEveryFormAgreesOnRandomChains runs every rule, and rules with random
// constants, over consecutive epochs of random registries.
func TestEveryFormAgreesOnRandomChains(t *testing.T) {
	named := twin.Subjects(t)
	count := map[string]int{}
	seeds := 60
	if testing.Short() {
		seeds = 12
	}
	for seed := range uint64(seeds) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			w := newWorld(t, twin.NewDice(seed, nil))
			b := w.boundary()
			r := w.registry(int(twin.Pick(w.Dice, 0, 1, 3, 12, 40)), b)
			for _, s := range append([]twin.Subject{w.randomSubject(t), w.randomSubject(t)}, named...) {
				c := newChain(t, w.params, s)
				c.start(spec.Gwei(w.Wide(40)), [2]uint64{w.Wide(5), w.Wide(5)})
				for _, outcome := range w.run(t, c, r.Clone(), b, 3) {
					count[outcome]++
				}
			}
		})
	}
	t.Logf("epochs: %v", count)
	require.Greater(t, count["fused"], 30*seeds)
	if !testing.Short() {
		require.Greater(t, count["by components"], seeds)
		require.Greater(t, count["overflow"], seeds)
	}
}

// Valid registries of which no bound proves it: the engine must go the
// components' way, and does.
func TestEveryFormAgreesWhereTheBoundsProveNothing(t *testing.T) {
	for name, change := range map[string]func(p *spec.Params, r *spec.Registry, b *spec.Boundary){
		"a balance above 2^60":                       func(_ *spec.Params, r *spec.Registry, _ *spec.Boundary) { r.Balance[7] = 1 << 62 },
		"a score just below the limit of a penalty":  func(_ *spec.Params, r *spec.Registry, _ *spec.Boundary) { r.InactivityScore[7] = 9_007_198 },
		"a huge score of one who reached the target": func(_ *spec.Params, r *spec.Registry, _ *spec.Boundary) { r.InactivityScore[8] = 1 << 62 },
		"a quotient that leaves penalties above 2^60": func(p *spec.Params, r *spec.Registry, _ *spec.Boundary) {
			p.InactivityPenaltyQuotient, p.InactivityScoreBias = 1, 1
			r.InactivityScore[7] = 9_000_000
		},
		// 32 * 1.13e13 * 26 * 1891 fits 64 bits, and would not with the 34
		// increments that bound 3 and 32 ETH by their bits.
		"a reward just below the limit": func(p *spec.Params, r *spec.Registry, _ *spec.Boundary) {
			p.BaseRewardFactor = 15_520_000_000
			for i := range r.Len() {
				r.EffectiveBalance[i], r.PreviousFlags[i], r.InactivityScore[i] = 32*spec.ETH, spec.AllFlags, 0
				r.ActivationEpoch[i], r.ExitEpoch[i] = 0, spec.FarFutureEpoch
			}
			r.EffectiveBalance[9] = 3 * spec.ETH
		},
	} {
		t.Run(name, func(t *testing.T) {
			for _, s := range twin.Subjects(t) {
				p, r, b := town(15, 60)
				for i := range 60 { // nothing else may stand in the way
					r.Slashed[i] = false
				}
				r.EffectiveBalance[7], r.PreviousFlags[7], r.ActivationEpoch[7], r.ExitEpoch[7] = 2048*spec.ETH, 0, 0, spec.FarFutureEpoch
				r.PreviousFlags[8], r.ActivationEpoch[8], r.ExitEpoch[8] = spec.AllFlags, 0, spec.FarFutureEpoch
				change(&p, r, &b)
				c := newChain(t, p, s)
				require.NoError(t, c.epoch(t, r, b), s.Rule.FullName())
				require.False(t, c.fused, s.Rule.FullName())
			}
		})
	}
}

// run takes a chain through so many epochs, up to the first error, and says of
// each how it went.
func (w *world) run(t testing.TB, c *forms, r *spec.Registry, b spec.Boundary, epochs int) (outcomes []string) {
	for range epochs {
		err := c.epoch(t, r, b)
		switch {
		case err != nil:
			return append(outcomes, twin.KindOf(err))
		case c.fused:
			outcomes = append(outcomes, "fused")
		default:
			outcomes = append(outcomes, "by components")
		}
		w.next(r, &b)
	}
	return outcomes
}

// TestEachComponentAgreesOnRandomRegistries compares the components by
// themselves, in epoch 0 too, where a transition does not pay them.
func TestEachComponentAgreesOnRandomRegistries(t *testing.T) {
	named := twin.Subjects(t)
	for seed := range uint64(150) {
		w := newWorld(t, twin.NewDice(seed, nil))
		b := w.boundary()
		if seed%3 == 0 {
			b = spec.Boundary{}
		}
		r := w.registry(int(w.N(40)), b)
		s, state := summarize(t, w.params, r, b), ref.State{Params: w.params, Boundary: b, Registry: r}
		reference, err := ref.GetSlotReferenceBalance(state)
		require.NoError(t, err)
		require.Equal(t, twin.GweiOf(reference), s.Slots[0].Reference)
		about := named[int(seed)%len(named)]
		factors, _ := walk(t, about.Rule, penalty.Memory{}, s.Slots)
		oracled, _, err := about.Oracle(state, ref.Memory{})
		require.NoError(t, err)
		d := epoch.NewDeltas(r.Len())
		for flag := range spec.Flag(spec.FlagCount) {
			want, wantErr := ref.GetFlagIndexDeltas(state, flag, oracled)
			twin.SameKind(t, wantErr, epoch.FlagDeltas(d, r, s, flag, factors, about.Rule.Scope), seed, flag)
			requireDeltas(t, want, wantErr, d)
		}
		want, wantErr := ref.GetInactivityPenaltyDeltas(state)
		twin.SameKind(t, wantErr, epoch.InactivityDeltas(d, &w.params, r, s), seed)
		requireDeltas(t, want, wantErr, d)
	}
}

func requireDeltas(t testing.TB, want ref.Deltas, wantErr error, got epoch.Deltas) {
	t.Helper()
	if wantErr == nil {
		twin.Same(t, gweiColumn(want.Rewards), got.Rewards, "rewards")
		twin.Same(t, gweiColumn(want.Penalties), got.Penalties, "penalties")
	}
}

// A value in any row of a long registry is seen by what proves the fused pass
// safe, with any number of workers.
func TestTheBoundsSeeEveryRow(t *testing.T) {
	p, r, b := town(16, 9000)
	rule := penalty.SmoothedE3.Rule()
	for _, workers := range []int{1, 2} {
		e, err := epoch.NewEngine(p, rule, workers)
		require.NoError(t, err)
		for _, row := range []int{0, 5, 1023, 1024, 4500, 8999} {
			for name, change := range map[string]func(*spec.Registry){
				"balance": func(r *spec.Registry) { r.Balance[row] = 1<<64 - 1 },
				"inactivity_scores": func(r *spec.Registry) {
					r.EffectiveBalance[row], r.InactivityScore[row] = 32*spec.ETH, 1<<63
					r.PreviousFlags[row], r.ActivationEpoch[row], r.ExitEpoch[row] = 0, 0, spec.FarFutureEpoch
				},
				"effective_balance": func(r *spec.Registry) { r.EffectiveBalance[row] = 2048*spec.ETH + 1 },
			} {
				changed := r.Clone()
				change(changed)
				_, err := e.ProcessEpoch(changed, b, penalty.Memory{})
				var at *spec.FieldError
				require.ErrorAs(t, err, &at, "%s in row %d", name, row)
				require.Equal(t, row, at.Row)
				require.Equal(t, name, at.Field)
			}
		}
	}
}
