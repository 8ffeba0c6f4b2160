package epoch_test

import (
	"errors"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/epoch"
	"github.com/stakesim/stakesim/penalty/internal/twin"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/budget"
)

// bornState is a state of the minimal preset with everything that a whole epoch
// reads, as a chain may hold it or, where the dice say so, as none does.
func bornState(t testing.TB, d *twin.Dice, fork spec.Fork, n int) (spec.Params, *spec.BeaconState) {
	p := paramsOf(t, spec.Minimal, fork)
	w := &world{Dice: d, params: p, slots: p.SlotsPerEpoch, wild: d.One(6)}
	b := w.boundary()
	b.CurrentEpoch = twin.Pick(d, b.CurrentEpoch%1000, 6, 7, 8, spec.Epoch(d.N(3)))
	r := w.registry(n, b)
	if r.CurrentFlags == nil {
		r.CurrentFlags = make([]spec.Flags, n)
	}
	if r.Compounding == nil {
		r.Compounding = make([]bool, n)
	}
	s := &spec.BeaconState{
		Slot: spec.Slot(uint64(b.CurrentEpoch)*p.SlotsPerEpoch + p.SlotsPerEpoch - 1), Registry: r,
		PublicKeys: make([]spec.PublicKey, n), WithdrawalCredentials: make([]spec.Root, n),
		BlockRoots: make([]spec.Root, p.SlotsPerHistoricalRoot), StateRoots: make([]spec.Root, p.SlotsPerHistoricalRoot),
		RandaoMixes: make([]spec.Root, p.EpochsPerHistoricalVector), Slashings: make([]spec.Gwei, p.EpochsPerSlashingsVector),
		ProposerLookahead:         make([]spec.ValidatorIndex, 2*p.SlotsPerEpoch),
		BuilderPendingPayments:    make([]spec.BuilderPendingPayment, 2*p.SlotsPerEpoch),
		PTCWindow:                 make([]spec.ValidatorIndex, 3*p.SlotsPerEpoch*p.PTCSize),
		DepositRequestsStartIndex: twin.Pick[uint64](d, 0, 1<<64-1), SmoothedOfflineBalance: spec.Gwei(d.Wide(40)),
		DepositBalanceToConsume: spec.Gwei(d.Wide(40)),
		Exits:                   spec.ExitQueue{BalanceToConsume: spec.Gwei(d.Wide(40)), EarliestEpoch: spec.Epoch(d.Wide(12))},
	}
	r.ActivationEligibilityEpoch = make([]spec.Epoch, n)
	for i := range n {
		s.PublicKeys[i] = spec.PublicKey{byte(i), byte(i >> 8), 1}
		s.WithdrawalCredentials[i][0] = byte(twin.Pick(d, 0, 1, 2))
		r.ActivationEligibilityEpoch[i] = twin.Pick(d, 0, spec.FarFutureEpoch, b.CurrentEpoch)
		if d.One(9) {
			r.ActivationEpoch[i] = spec.FarFutureEpoch
		}
		if d.One(5) {
			r.EffectiveBalance[i] = min(r.EffectiveBalance[i], spec.Gwei(14+d.N(4))*spec.ETH)
		}
	}
	finality(d, s, b)
	queues(d, s, n)
	return p, s
}

func finality(d *twin.Dice, s *spec.BeaconState, b spec.Boundary) {
	back := func() spec.Checkpoint {
		return spec.Checkpoint{Epoch: b.CurrentEpoch - min(b.CurrentEpoch, spec.Epoch(1+d.N(6))), Root: spec.Root{byte(d.N(256))}}
	}
	s.Finality = spec.Finality{Bits: uint8(d.N(16)), PreviousJustified: back(), CurrentJustified: back(), Finalized: back()}
	if d.One(40) {
		s.Finality.Finalized.Epoch = b.CurrentEpoch + 3
	}
	for i := range s.BlockRoots {
		s.BlockRoots[i], s.RandaoMixes[i] = spec.Root{byte(i), 1}, spec.Root{byte(d.N(256)), byte(i)}
	}
	s.Slashings[d.N(uint64(len(s.Slashings)))] = spec.Gwei(d.Wide(45))
}

func queues(d *twin.Dice, s *spec.BeaconState, n int) {
	for range d.N(20) {
		deposit := spec.PendingDeposit{Amount: spec.Gwei(d.Wide(42)), Slot: spec.Slot(d.Wide(13))}
		deposit.WithdrawalCredentials[0] = byte(twin.Pick(d, 1, 2))
		if n > 0 && !d.One(3) {
			deposit.PublicKey = s.PublicKeys[d.N(uint64(n))]
		} else {
			deposit.PublicKey = spec.PublicKey{byte(d.N(4)), 9, 9}
		}
		if d.One(60) {
			deposit.Amount = spec.Gwei(d.Wide(64))
		}
		s.PendingDeposits = append(s.PendingDeposits, deposit)
	}
	for range d.N(5) {
		index := func() spec.ValidatorIndex { return spec.ValidatorIndex(d.N(uint64(max(n, 1)))) }
		c := spec.PendingConsolidation{Source: index(), Target: index()}
		if d.One(30) {
			c.Target = spec.ValidatorIndex(d.Wide(64))
		}
		s.PendingConsolidations = append(s.PendingConsolidations, c)
		if n > 0 && d.One(2) && c.Source < spec.ValidatorIndex(n) {
			s.Registry.WithdrawableEpoch[c.Source] = spec.Epoch(d.N(9))
		}
	}
	for i := range s.BuilderPendingPayments {
		s.BuilderPendingPayments[i].Weight = spec.Gwei(d.Wide(44))
	}
}

// everyOther takes signatures whose key's first byte is even.
func everyOther(key spec.PublicKey, _ spec.Root, _ spec.Signature) bool { return key[0]%2 == 0 }

func firstKey(keys []spec.PublicKey) (spec.PublicKey, error) {
	if keys[0][0] == 13 {
		return spec.PublicKey{}, errors.New("a key that is no point")
	}
	return keys[0], nil
}

// wholeAgrees runs the epoch step by step and by engines: the same state and memory, or
// the same kind of error and everything as it was.
func wholeAgrees(t testing.TB, p spec.Params, rule penalty.Rule, s *spec.BeaconState, m penalty.Memory, c epoch.Crypto) error {
	want := s.Clone()
	after, wantErr := epoch.ProcessState(&p, &rule, want, m, c, epoch.Observer{})
	if wantErr != nil {
		require.Contains(t, []string{"overflow", "input", "unknown: next_sync_committee: a key that is no point"}, twin.KindOf(wantErr))
		sameState(t, withoutSlots(s.Clone()), withoutSlots(want), "an error changed the state", wantErr)
		twin.Same(t, m, after, "an error changed the memory")
	}
	for workers := 1; workers <= 2; workers++ {
		e, err := epoch.NewEngine(p, rule, workers)
		require.NoError(t, err)
		got := s.Clone()
		gotAfter, err := e.ProcessState(got, m, c)
		twin.SameKind(t, wantErr, err, rule.FullName(), p.Fork)
		sameState(t, withoutSlots(want), withoutSlots(got), "the state", p.Fork, rule.FullName(), wantErr)
		twin.Same(t, after, gotAfter, "the memory", p.Fork, rule.FullName())
	}
	return wantErr
}

// sameState names the first field that differs: whole states fill pages.
func sameState(t testing.TB, want, got *spec.BeaconState, about ...any) {
	t.Helper()
	if reflect.DeepEqual(want, got) {
		return
	}
	for _, pair := range [][2]reflect.Value{
		{reflect.ValueOf(*want), reflect.ValueOf(*got)}, {reflect.ValueOf(*want.Registry), reflect.ValueOf(*got.Registry)},
	} {
		for i := range pair[0].NumField() {
			w, g := pair[0].Field(i), pair[1].Field(i)
			if w.Kind() == reflect.Pointer || reflect.DeepEqual(w.Interface(), g.Interface()) {
				continue
			}
			row := 0
			for w.Kind() == reflect.Slice && row < min(w.Len(), g.Len()) && reflect.DeepEqual(w.Index(row).Interface(), g.Index(row).Interface()) {
				row++
			}
			if w.Kind() == reflect.Slice && row < min(w.Len(), g.Len()) {
				w, g = w.Index(row), g.Index(row)
			}
			require.FailNow(t, "states differ", "%v: %s, row %d: want %.200v, got %.200v", about, pair[0].Type().Field(i).Name, row, w, g)
		}
	}
}

// withoutSlots leaves out the committees, which no state holds.
func withoutSlots(s *spec.BeaconState) *spec.BeaconState {
	s.Registry.SlotOffset = nil
	return comparable(s)
}

func wholeOf(t testing.TB, seed uint64, bytes []byte) error {
	d := twin.NewDice(seed, bytes)
	fork := twin.Pick(d, spec.Forks()...)
	p, s := bornState(t, d, fork, int(twin.Pick(d, d.N(4), 40, 40+d.N(60), 70)))
	rules := penalty.Rules()
	rule := rules[d.N(uint64(len(rules)))]
	c := epoch.Crypto{Verify: everyOther, Aggregate: firstKey}
	if d.One(8) {
		c.Verify = nil
	}
	if d.One(8) {
		c.Aggregate = nil
	}
	return wholeAgrees(t, p, rule, s, penalty.Memory{}, c)
}

func TestBothFormsOfTheWholeEpochAgreeOnRandomStates(t *testing.T) {
	seen := map[string]int{}
	seeds := 300
	if testing.Short() {
		seeds = 60
	}
	for seed := range seeds {
		seen[twin.KindOf(wholeOf(t, uint64(seed), nil))]++
	}
	t.Logf("states: %v", seen)
	require.Greater(t, seen["none"], seeds/4)
	require.NotZero(t, seen["overflow"])
	require.NotZero(t, seen["input"])
}

// FuzzWholeEpoch makes a state of the bytes and takes it through the whole epoch in both
// forms.
func FuzzWholeEpoch(f *testing.F) {
	for seed := range uint64(16) {
		f.Add(seed, []byte{byte(seed), 1, 2, 3})
	}
	f.Fuzz(func(t *testing.T, seed uint64, bytes []byte) {
		budget.Run(t, budget.Limit{}, func() { _ = wholeOf(t, seed, bytes) })
	})
}
