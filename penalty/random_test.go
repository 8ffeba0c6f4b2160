package penalty_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/ref"
	"github.com/stakesim/stakesim/spec"
)

// dice draws numbers from given bytes and, when those are used up, from a
// seeded generator: one source for random tests and for fuzzing.
type dice struct {
	bytes []byte
	rng   *rand.Rand
}

func newDice(seed uint64, bytes []byte) *dice {
	return &dice{bytes, rand.New(rand.NewPCG(seed, 7716))}
}

func (d *dice) bits() uint64 {
	if len(d.bytes) < 2 {
		return d.rng.Uint64()
	}
	v := uint64(d.bytes[0]) | uint64(d.bytes[1])<<8
	d.bytes = d.bytes[2:]
	return v * 0x9e3779b97f4a7c15 // spread over all 64 bits
}

// n is a number below k, one in about k.
func (d *dice) n(k uint64) uint64 { return d.bits() >> 11 % k }

// one reports true once in k times.
func (d *dice) one(k uint64) bool { return d.n(k) == 0 }

// wide is a number of any size up to 64 bits, small ones as likely as large.
func (d *dice) wide(maxBits uint64) uint64 { return d.bits() >> (64 - 1 - d.n(maxBits)) }

func pick[T any](d *dice, options ...T) T { return options[d.n(uint64(len(options)))] }

// world is a generator of states: what a chain may hold, and with wild columns
// what only a fuzzer would put there.
type world struct {
	*dice
	params spec.Params
	wild   bool
	slots  uint64 // committees sit in the slots below
}

func newWorld(t testing.TB, d *dice) *world {
	w := &world{dice: d, params: paramsOf(t, spec.Preset(d.n(2)), pick(d, spec.Forks()...)), wild: d.one(4)}
	if d.one(4) {
		w.tweak()
	}
	w.slots = pick(d, w.params.SlotsPerEpoch, w.params.SlotsPerEpoch/2+1)
	return w
}

// tweak changes constants within what Validate lets through.
func (w *world) tweak() {
	p := &w.params
	p.SlotsPerEpoch = 1 + w.n(spec.MaxSlotsPerEpoch)
	p.BaseRewardFactor = 1 + w.n(1<<12)
	p.InactivityPenaltyQuotient = 1 + w.wide(40)
	p.InactivityScoreBias = 1 + w.n(9)
	p.InactivityScoreRecoveryRate = pick[uint64](w.dice, 0, 1, 16, 1<<64-1)
	p.ProportionalSlashingMultiplier = w.n(5)
	p.EpochsPerSlashingsVector = 1 + w.n(100)
	p.HysteresisQuotient = 1 + w.n(6)
	p.HysteresisDownwardMultiplier, p.HysteresisUpwardMultiplier = w.n(5), w.n(9)
	p.MaxEffectiveBalanceCompounding = (1 + spec.Gwei(w.n(5000))) * spec.ETH
}

func (w *world) boundary() spec.Boundary {
	b := spec.Boundary{CurrentEpoch: pick[spec.Epoch](w.dice, 0, 1, 2, 6, 100, 100, 300_000, 1<<40)}
	behind := pick[spec.Epoch](w.dice, 0, 1, 4, 5, 6, 900)
	b.FinalizedEpoch = b.PreviousEpoch() - min(behind, b.PreviousEpoch())
	b.SlashingsSum = spec.Gwei(w.wide(45))
	if w.wild && w.one(4) {
		b.SlashingsSum = spec.Gwei(w.wide(64))
	}
	b.NextBlockMissing = pick(w.dice, 0, w.bits(), 1<<64-1)
	return b
}

func (w *world) registry(n int, b spec.Boundary) *spec.Registry {
	r := spec.NewRegistry(n)
	for i := range n {
		w.stake(r, i)
		w.life(r, i, b)
		w.behave(r, i)
		r.CurrentFlags[i] = spec.Flags(w.bits())
	}
	for _, column := range []*[]bool{&r.Compounding, &r.FailedBefore} {
		if w.one(4) {
			*column = nil
		}
	}
	if w.one(2) {
		r.CurrentFlags = nil
	}
	return r
}

// stake sets balances and score: whole increments and odd ones, and balances so
// small that a penalty empties them before a reward fills them again.
func (w *world) stake(r *spec.Registry, i int) {
	limit := w.params.MaxEffectiveBalance
	if r.Compounding[i] = w.one(3); r.Compounding[i] {
		limit = w.params.MaxEffectiveBalanceCompounding
	}
	eb := pick(w.dice, 32*spec.ETH, limit, spec.Gwei(w.n(uint64(limit)+1)), spec.Gwei(w.wide(31)))
	r.EffectiveBalance[i] = min(eb, limit)
	r.Balance[i] = pick(w.dice, eb, eb+spec.Gwei(w.n(3e9))-min(eb, 1.5e9), spec.Gwei(w.wide(28)), spec.Gwei(w.wide(42)))
	r.InactivityScore[i] = pick(w.dice, 0, w.n(40), w.wide(12))
	if w.wild && w.one(6) {
		r.Balance[i] = spec.Gwei(^w.wide(64) >> w.n(6))
	}
	if w.wild && w.one(6) {
		r.InactivityScore[i] = pick(w.dice, 9_007_190+w.n(20), w.wide(64), ^w.wide(9))
	}
}

// life sets when the validator came, goes and was slashed.
func (w *world) life(r *spec.Registry, i int, b spec.Boundary) {
	now := b.CurrentEpoch
	if w.one(4) {
		r.ActivationEpoch[i] = now + spec.Epoch(w.n(4)) - min(now, 2)
	}
	if w.one(4) {
		r.ExitEpoch[i] = now + spec.Epoch(w.n(4)) - min(now, 2)
	}
	if r.Slashed[i] = w.one(6); r.Slashed[i] || w.one(4) {
		half := spec.Epoch(w.params.EpochsPerSlashingsVector / 2)
		r.WithdrawableEpoch[i] = pick(w.dice, now+half, now+half, now+half+1, now, now+1, spec.FarFutureEpoch)
	}
}

// behave sets what changes every epoch.
func (w *world) behave(r *spec.Registry, i int) {
	r.PreviousFlags[i] = pick(w.dice, spec.AllFlags, spec.Flags(w.bits()), 0)
	r.SlotOffset[i] = spec.NoSlot
	if !w.one(6) {
		r.SlotOffset[i] = uint8(w.n(w.slots))
	}
	if r.FailedBefore != nil {
		r.FailedBefore[i] = w.one(2)
	}
}

// next moves the boundary by one epoch and deals conduct and slots anew.
func (w *world) next(r *spec.Registry, b *spec.Boundary) {
	b.CurrentEpoch++
	b.NextBlockMissing = w.bits()
	if w.one(2) {
		b.FinalizedEpoch = b.PreviousEpoch()
	}
	for i := range r.Len() {
		w.behave(r, i)
	}
}

// randomSubject is a rule with constants and options of its own.
func (w *world) randomSubject() subject {
	switch w.n(4) {
	case 0:
		r := penalty.NetExcess2024{Adjustment: 1 + w.wide(64), Cap: w.wide(20), Offline: w.one(2)}
		return subject{r.Rule(), refNetExcess(r).Walk, 32}
	case 1:
		r := penalty.NetExcessPerFlag{Adjustment: 1 + w.wide(64), Cap: w.wide(20)}
		return subject{r.Rule(), ref.NetExcessPerFlag(r).Walk, 32}
	case 2:
		r := penalty.Smoothed2026{Slope: w.wide(20), Cap: 1 + w.wide(20), Window: 1 + w.wide(18), FloorDivisor: pick(w.dice, 0, 1+w.wide(12))}
		return subject{r.Rule(), refSmoothed(r).Walk, 32}
	default:
		r := w.slotRelative()
		return subject{r.Rule(), refSlotRelative(r).Walk, r.WindowSlots}
	}
}

// slotRelative draws any combination of options that belongs together.
func (w *world) slotRelative() penalty.SlotRelative {
	r := penalty.SlotRelative{
		Cap: 1 + w.wide(10), Reading: penalty.Reading(w.n(4)), PreviousEpoch: w.one(2),
		WindowSlots: pick(w.dice, 32, 1+w.n(32)), Multiplier: pick(w.dice, 322, w.wide(64)),
		Counted: w.one(2), Offline: w.one(2), Of: penalty.Repeat(w.n(3)), SkipMissingBlocks: w.one(2),
	}
	r.Squared = (r.Reading == penalty.Average || r.Reading == penalty.Sum) && w.one(2)
	return r
}

// TestEveryFormAgreesOnRandomChains runs every rule, and rules with random
// constants, over consecutive epochs of random registries.
func TestEveryFormAgreesOnRandomChains(t *testing.T) {
	named := subjects(t)
	count := map[string]int{}
	seeds := 60
	if testing.Short() {
		seeds = 12
	}
	for seed := range uint64(seeds) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			w := newWorld(t, newDice(seed, nil))
			b := w.boundary()
			r := w.registry(int(pick(w.dice, 0, 1, 3, 12, 40)), b)
			for _, s := range append([]subject{w.randomSubject(), w.randomSubject()}, named...) {
				c := newChain(t, w.params, s)
				c.start(spec.Gwei(w.wide(40)), [2]uint64{w.wide(5), w.wide(5)})
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
			for _, s := range subjects(t) {
				p, r, b := town(15, 60)
				for i := range 60 { // nothing else may stand in the way
					r.Slashed[i] = false
				}
				r.EffectiveBalance[7], r.PreviousFlags[7], r.ActivationEpoch[7], r.ExitEpoch[7] = 2048*spec.ETH, 0, 0, spec.FarFutureEpoch
				r.PreviousFlags[8], r.ActivationEpoch[8], r.ExitEpoch[8] = spec.AllFlags, 0, spec.FarFutureEpoch
				change(&p, r, &b)
				c := newChain(t, p, s)
				require.NoError(t, c.epoch(t, r, b), s.rule.FullName())
				require.False(t, c.fused, s.rule.FullName())
			}
		})
	}
}

// run takes a chain through so many epochs, up to the first error, and says of
// each how it went.
func (w *world) run(t testing.TB, c *chain, r *spec.Registry, b spec.Boundary, epochs int) (outcomes []string) {
	for range epochs {
		err := c.epoch(t, r, b)
		switch {
		case err != nil:
			return append(outcomes, kindOf(err))
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
	named := subjects(t)
	for seed := range uint64(150) {
		w := newWorld(t, newDice(seed, nil))
		b := w.boundary()
		if seed%3 == 0 {
			b = spec.Boundary{}
		}
		r := w.registry(int(w.n(40)), b)
		s, state := summarize(t, w.params, r, b), ref.State{Params: w.params, Boundary: b, Registry: r}
		reference, err := ref.GetSlotReferenceBalance(state)
		require.NoError(t, err)
		require.Equal(t, gweiOf(reference), s.Slots[0].Reference)
		about := named[int(seed)%len(named)]
		factors, _ := walk(t, about.rule, penalty.Memory{}, s.Slots)
		oracled, _, err := about.oracle(state, ref.Memory{})
		require.NoError(t, err)
		d := penalty.NewDeltas(r.Len())
		for flag := range spec.Flag(spec.FlagCount) {
			want, wantErr := ref.GetFlagIndexDeltas(state, flag, oracled)
			sameKind(t, wantErr, penalty.FlagDeltas(d, r, s, flag, factors, about.rule.Scope), seed, flag)
			requireDeltas(t, want, wantErr, d)
		}
		want, wantErr := ref.GetInactivityPenaltyDeltas(state)
		sameKind(t, wantErr, penalty.InactivityDeltas(d, &w.params, r, s), seed)
		requireDeltas(t, want, wantErr, d)
	}
}

func requireDeltas(t testing.TB, want ref.Deltas, wantErr error, got penalty.Deltas) {
	t.Helper()
	if wantErr == nil {
		same(t, gweiColumn(want.Rewards), got.Rewards, "rewards")
		same(t, gweiColumn(want.Penalties), got.Penalties, "penalties")
	}
}

// A value in any row of a long registry is seen by what proves the fused pass
// safe, with any number of workers.
func TestTheBoundsSeeEveryRow(t *testing.T) {
	p, r, b := town(16, 9000)
	rule := penalty.SmoothedE3.Rule()
	for _, workers := range []int{1, 2} {
		e, err := penalty.NewEngine(p, rule, workers)
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
