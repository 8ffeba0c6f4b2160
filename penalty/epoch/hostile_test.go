package epoch_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/epoch"
	"github.com/stakesim/stakesim/penalty/internal/twin"
	"github.com/stakesim/stakesim/penalty/ref"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/budget"
)

// components are the exported steps that take a registry.
var components = map[string]func(*spec.Params, *spec.Registry, *spec.Summary) error{
	"ProcessInactivityUpdates": epoch.ProcessInactivityUpdates,
	"FlagDeltas": func(_ *spec.Params, r *spec.Registry, s *spec.Summary) error {
		return epoch.FlagDeltas(epoch.NewDeltas(r.Len()), r, s, spec.TimelyTarget, nil, penalty.Scope{})
	},
	"InactivityDeltas": func(p *spec.Params, r *spec.Registry, s *spec.Summary) error {
		return epoch.InactivityDeltas(epoch.NewDeltas(r.Len()), p, r, s)
	},
	"ProcessRewardsAndPenalties": func(p *spec.Params, r *spec.Registry, s *spec.Summary) error {
		return epoch.ProcessRewardsAndPenalties(p, r, s, nil, penalty.Scope{})
	},
	"ProcessSlashings": epoch.ProcessSlashings,
	"ProcessEffectiveBalanceUpdates": func(p *spec.Params, r *spec.Registry, _ *spec.Summary) error {
		return epoch.ProcessEffectiveBalanceUpdates(p, r)
	},
	"ProcessEpoch": func(p *spec.Params, r *spec.Registry, _ *spec.Summary) error {
		rule := penalty.SmoothedE3.Rule()
		return second(epoch.ProcessEpoch(p, &rule, r, spec.Boundary{CurrentEpoch: 100, FinalizedEpoch: 98}, penalty.Memory{}))
	},
	"Engine": func(p *spec.Params, r *spec.Registry, _ *spec.Summary) error {
		if p == nil {
			return p.Validate() // an engine has its constants by value
		}
		e, err := epoch.NewEngine(*p, penalty.SmoothedE3.Rule(), 1)
		if err != nil {
			return err
		}
		return second(e.ProcessEpoch(r, spec.Boundary{CurrentEpoch: 100, FinalizedEpoch: 98}, penalty.Memory{}))
	},
}

// A column that is short, long or not there is an error of every component, even
// one that does not read it, and nothing is written.
func TestEveryComponentChecksEveryColumn(t *testing.T) {
	for name, run := range components {
		for column := range columns {
			for _, n := range []int{0, 1, 63, 65} {
				p, r, b := twin.IdleTown()
				s := summarize(t, p, r, b)
				require.NoError(t, run(&p, r.Clone(), s), name)
				shorten(r, column, n)
				before := r.Clone()
				require.ErrorIs(t, run(&p, r, s), spec.ErrInput, "%s, column %d of %d rows", name, column, n)
				require.Equal(t, before, r)
			}
		}
	}
}

func TestEveryComponentChecksItsPointers(t *testing.T) {
	for name, run := range components {
		p, r, b := twin.IdleTown()
		s := summarize(t, p, r, b)
		require.ErrorIs(t, run(&p, nil, s), spec.ErrInput, name)
		if name != "FlagDeltas" {
			require.ErrorIs(t, run(nil, r, s), spec.ErrInput, name)
		}
		if name != "ProcessEffectiveBalanceUpdates" && name != "ProcessEpoch" && name != "Engine" {
			require.ErrorIs(t, run(&p, r, nil), spec.ErrInput, name)
			require.ErrorIs(t, run(&p, r, new(spec.Summary)), spec.ErrInput, name)
		}
	}
	p, r, b := twin.IdleTown()
	require.ErrorIs(t, second(epoch.ProcessEpoch(&p, nil, r, b, penalty.Memory{})), spec.ErrInput)
	require.ErrorIs(t, second(penalty.Walk(nil, nil, penalty.Memory{}, nil)), spec.ErrInput)
	for _, rule := range penalty.Rules()[1:] {
		require.ErrorIs(t, third(rule.Step(penalty.Memory{}, nil)), spec.ErrInput, rule.FullName())
	}
}

func third[A, B any](_ A, _ B, err error) error { return err }

// An overflow that constants alone bring is found by the component as by the rest.
func TestHysteresisOfConstantsThatNobodyCheckedDoesNotWrap(t *testing.T) {
	p, r, _ := twin.IdleTown()
	p.HysteresisUpwardMultiplier = most
	before := r.Clone()
	require.ErrorIs(t, epoch.ProcessEffectiveBalanceUpdates(&p, r), spec.ErrOverflow)
	require.Equal(t, before, r)
	p.HysteresisQuotient = 0
	require.ErrorIs(t, epoch.ProcessEffectiveBalanceUpdates(&p, r), spec.ErrInput)
}

// At the end of time a slashed validator's epoch of the correlated penalty exceeds
// 64 bits, which the specification makes an invalid transition.
func TestSlashingAtTheEndOfTimeIsAnOverflow(t *testing.T) {
	p, r, _ := twin.IdleTown()
	p.SlotsPerEpoch = 1
	clear(r.SlotOffset)
	b := spec.Boundary{CurrentEpoch: most, FinalizedEpoch: most - 1}
	rule := penalty.StatusQuo()
	require.NoError(t, second(epoch.ProcessEpoch(&p, &rule, r.Clone(), b, penalty.Memory{})))
	r.Slashed[3] = true
	before := r.Clone()
	requirePlace(t, second(epoch.ProcessEpoch(&p, &rule, r, b, penalty.Memory{})), spec.ErrOverflow, "slashings", 3)
	requirePlace(t, second(mustEngine(t, p, rule).ProcessEpoch(r, b, penalty.Memory{})), spec.ErrOverflow, "slashings", 3)
	require.ErrorIs(t, third(ref.ProcessEpoch(ref.State{Params: p, Boundary: b, Registry: r}, ref.StatusQuo, ref.Memory{})), spec.ErrOverflow)
	require.Equal(t, before, r)
}

// FuzzHostileRegistry gives columns of any lengths and any numbers to components,
// engines and penalty/ref: the same result or an error of each, the registry as it
// was after an error, all within the budget.
func FuzzHostileRegistry(f *testing.F) {
	for seed := range uint64(40) {
		f.Add(seed, uint8(seed), []byte(nil))
	}
	f.Add(uint64(1), uint8(3), []byte("\x00\x00\xff\xff\x00\x00\xff\xff\x00\x00"))
	f.Fuzz(func(t *testing.T, seed uint64, validators uint8, bytes []byte) {
		d := twin.NewDice(seed, bytes)
		p, r, b := hostile(t, d, int(validators%40))
		s := twin.Subjects(t)[d.N(uint64(len(twin.Subjects(t))))]
		var m penalty.Memory
		if d.One(2) {
			m = twin.Remember(&s.Rule, spec.Gwei(d.Wide(64)), [2]uint64{d.Wide(64), d.Wide(64)})
		}
		budget.Run(t, budget.Limit{}, func() {
			epochOfAll(t, s, p, r, b, m)
			for name, run := range components {
				stepOf(t, name, run, p, r, b)
			}
		})
	})
}

// hostile is constants, a registry and a boundary that nobody checked.
func hostile(t testing.TB, d *twin.Dice, n int) (spec.Params, *spec.Registry, spec.Boundary) {
	w := newWorld(t, d)
	b := w.boundary()
	r := w.registry(n, b)
	any := func() uint64 { return twin.Pick(d, 0, 1, d.Wide(64), most, 32_000_000_000, d.N(9)) }
	for range d.N(8) {
		if n == 0 {
			break
		}
		i := int(d.N(uint64(n)))
		switch d.N(7) {
		case 0:
			r.EffectiveBalance[i] = spec.Gwei(any())
		case 1:
			r.Balance[i] = spec.Gwei(any())
		case 2:
			r.InactivityScore[i] = any()
		case 3:
			r.ActivationEpoch[i], r.ExitEpoch[i] = spec.Epoch(any()), spec.Epoch(any())
		case 4:
			r.WithdrawableEpoch[i], r.Slashed[i] = spec.Epoch(any()), true
		case 5:
			r.SlotOffset[i] = uint8(any())
		case 6:
			r.PreviousFlags[i] = spec.Flags(any())
		}
	}
	if d.One(3) {
		shorten(r, int(d.N(columns)), int(d.N(uint64(n)+3)))
	}
	if d.One(4) {
		b = spec.Boundary{CurrentEpoch: spec.Epoch(any()), FinalizedEpoch: spec.Epoch(any()), SlashingsSum: spec.Gwei(any())}
	}
	if d.One(4) {
		spoil(d, &w.params, any())
	}
	return w.params, r, b
}

// spoil sets one constant to any value.
func spoil(d *twin.Dice, p *spec.Params, v uint64) {
	*twin.Pick(d, &p.SlotsPerEpoch, &p.BaseRewardFactor, &p.InactivityScoreBias, &p.InactivityScoreRecoveryRate,
		&p.InactivityPenaltyQuotient, &p.MinEpochsToInactivityPenalty, &p.ProportionalSlashingMultiplier,
		&p.EpochsPerSlashingsVector, &p.HysteresisQuotient, &p.HysteresisDownwardMultiplier, &p.HysteresisUpwardMultiplier,
		(*uint64)(&p.MaxEffectiveBalance), (*uint64)(&p.MaxEffectiveBalanceCompounding)) = v
}

// epochOfAll takes a registry through one epoch by every form.
func epochOfAll(t *testing.T, s twin.Subject, p spec.Params, r *spec.Registry, b spec.Boundary, m penalty.Memory) {
	components := r.Clone()
	after, err := epoch.ProcessEpoch(&p, &s.Rule, components, b, m)
	if err != nil {
		require.Equal(t, r, components, "components wrote")
		require.Equal(t, m, after)
	}
	for _, workers := range []int{0, 2} {
		fused := r.Clone()
		var next penalty.Memory
		e, fusedErr := epoch.NewEngine(p, s.Rule, workers)
		if next = m; fusedErr == nil {
			next, fusedErr = e.ProcessEpoch(fused, b, m)
		}
		twin.SameKind(t, err, fusedErr, s.Rule.FullName())
		require.Equal(t, components, fused)
		require.Equal(t, after, next)
	}
	if m != (penalty.Memory{}) {
		return
	}
	before := r.Clone()
	slow, _, refErr := ref.ProcessEpoch(ref.State{Params: p, Boundary: b, Registry: r}, s.Oracle, ref.Memory{})
	require.Equal(t, before, r, "penalty/ref wrote")
	// Of two faults penalty/ref may name the other one.
	require.Equal(t, refErr == nil, err == nil, "%s: penalty/ref %v, got %v", s.Rule.FullName(), refErr, err)
	if err == nil {
		twin.Same(t, slow.Registry, components, s.Rule.FullName())
	}
}

// stepOf runs one component; on an error nothing is written.
func stepOf(t *testing.T, name string, run func(*spec.Params, *spec.Registry, *spec.Summary) error, p spec.Params, r *spec.Registry, b spec.Boundary) {
	var s spec.Summary
	_ = spec.Summarize(&s, &p, r, b, 1) // an error leaves a summary of nobody
	own := r.Clone()
	if err := run(&p, own, &s); err != nil {
		require.Contains(t, []string{"overflow", "input"}, twin.KindOf(err), "%s: %v", name, err)
		require.Equal(t, r, own, name)
	}
}
