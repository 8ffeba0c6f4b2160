package ssz_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/protolambda/zrnt/eth2/beacon/common"
	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/ssz"
	"github.com/stakesim/stakesim/spec/zrnt"
)

// drawn is a registry of n validators with every column that a state holds
// drawn within the caps, and a boundary that belongs to it.
func drawn(p *spec.Params, n int, epoch spec.Epoch, rng *rand.Rand) (*spec.Registry, spec.Boundary) {
	r := spec.NewRegistry(n)
	for i := range n {
		r.Compounding[i] = rng.IntN(3) == 0
		r.EffectiveBalance[i] = spec.Gwei(rng.Uint64N(uint64(p.EffectiveBalanceCap(r.Compounding[i])))) + 1
		r.Balance[i] = spec.Gwei(rng.Uint64())
		r.Slashed[i] = rng.IntN(4) == 0
		r.ActivationEpoch[i] = spec.Epoch(rng.Uint64N(uint64(epoch) + 2))
		if rng.IntN(3) == 0 {
			r.ExitEpoch[i], r.WithdrawableEpoch[i] = spec.Epoch(rng.Uint64()), spec.Epoch(rng.Uint64())
		}
		r.PreviousFlags[i], r.CurrentFlags[i] = spec.Flags(rng.IntN(8)), spec.Flags(rng.IntN(8))
		r.InactivityScore[i] = rng.Uint64()
	}
	r.ActivationEpoch[0], r.ExitEpoch[0] = 0, spec.FarFutureEpoch
	b := spec.Boundary{CurrentEpoch: epoch, SlashingsSum: spec.Gwei(rng.Uint64())}
	b.FinalizedEpoch = spec.Epoch(rng.Uint64N(uint64(b.PreviousEpoch()) + 1))
	slots := p.SlotsPerEpoch
	if epoch == 0 {
		slots--
	}
	b.NextBlockMissing = rng.Uint64() & (1<<slots - 1)
	return r, b
}

// eachBuilt calls do for states of every fork of three networks, as far as these
// have its constants, in epoch 0 and later.
func eachBuilt(t *testing.T, do func(t *testing.T, p spec.Params, r *spec.Registry, b spec.Boundary, x ssz.Extra)) {
	for _, network := range []string{"mainnet", "minimal", "gnosis"} {
		for _, fork := range spec.Forks() {
			p, err := must(spec.NetworkNamed(network)).Params(fork)
			if network == "gnosis" && fork >= spec.Gloas {
				require.ErrorIs(t, err, spec.ErrUnknown)
				continue
			}
			require.NoError(t, err)
			for _, epoch := range []spec.Epoch{0, 1, 300_000} {
				t.Run(fmt.Sprintf("%s %v epoch %d", network, fork, epoch), func(t *testing.T) {
					rng := rand.New(rand.NewPCG(uint64(epoch), uint64(fork)))
					r, b := drawn(&p, 40, epoch, rng)
					x := ssz.Extra{Seed: rng.Uint64()}
					if fork == spec.EIP7716 {
						x.Smoothed = spec.Gwei(rng.Uint64())
					}
					do(t, p, r, b, x)
				})
			}
		}
	}
}

func TestABuiltStateReadsBackAsItWasGiven(t *testing.T) {
	eachBuilt(t, func(t *testing.T, p spec.Params, r *spec.Registry, b spec.Boundary, x ssz.Extra) {
		raw, err := ssz.Build(&p, r, b, x)
		require.NoError(t, err)
		again, err := ssz.Build(&p, r, b, x)
		require.NoError(t, err)
		require.True(t, bytes.Equal(raw, again))
		s, err := ssz.Detect(ssz.Buffer(raw), int64(len(raw)))
		require.NoError(t, err)
		require.Equal(t, p, s.Params())
		var got spec.Registry
		require.NoError(t, s.ReadRegistry(&got, 1))
		want := *r
		want.FailedBefore = nil
		require.Equal(t, want, got)
		boundary, err := s.Boundary()
		require.NoError(t, err)
		require.Equal(t, b, boundary)
		slot, err := s.Slot()
		require.NoError(t, err)
		require.EqualValues(t, (uint64(b.CurrentEpoch)+1)*p.SlotsPerEpoch-1, slot)
		smoothed, _, err := s.Smoothed()
		require.NoError(t, err)
		require.Equal(t, x.Smoothed, smoothed)
	})
}

func TestZrntReadsTheSameFromABuiltState(t *testing.T) {
	eachBuilt(t, func(t *testing.T, p spec.Params, r *spec.Registry, b spec.Boundary, x ssz.Extra) {
		if p.Fork > spec.Deneb {
			t.Log("not run: zrnt v0.34.1 has no committees of", p.Fork)
			return
		}
		raw, err := ssz.Build(&p, r, b, x)
		require.NoError(t, err)
		c, err := zrnt.Config(must(spec.NetworkNamed(p.Network)))
		require.NoError(t, err)
		state, err := zrnt.Open(c, p.Fork, raw)
		require.NoError(t, err)
		encoded, err := zrnt.Bytes(state)
		require.NoError(t, err)
		require.True(t, bytes.Equal(raw, encoded))
		boundary, err := zrnt.Boundary(c, state)
		require.NoError(t, err)
		require.Equal(t, b, boundary)

		epc, err := common.NewEpochsContext(c, state)
		require.NoError(t, err)
		var got spec.Registry
		require.NoError(t, zrnt.ReadRegistry(&got, state, epc))
		s, err := ssz.Open(ssz.Buffer(raw), int64(len(raw)), &p)
		require.NoError(t, err)
		var want spec.Registry
		require.NoError(t, s.ReadRegistry(&want, 1))
		require.NoError(t, s.AssignSlots(&want, new(spec.Committees), 1))
		require.Equal(t, want, got, "columns and committees")
	})
}

func TestWhatNoStateCanHoldIsNotBuilt(t *testing.T) {
	p, err := spec.ParamsFor(spec.Minimal, spec.Electra)
	require.NoError(t, err)
	for name, c := range map[string]struct {
		change func(r *spec.Registry, b *spec.Boundary, x *ssz.Extra)
		want   string
	}{
		"no validators":             {func(r *spec.Registry, _ *spec.Boundary, _ *ssz.Extra) { *r = spec.Registry{} }, "validators"},
		"a short column":            {func(r *spec.Registry, _ *spec.Boundary, _ *ssz.Extra) { r.Balance = r.Balance[1:] }, "balance"},
		"a balance above the cap":   {func(r *spec.Registry, _ *spec.Boundary, _ *ssz.Extra) { r.EffectiveBalance[3] = 1 << 50 }, "effective_balance[3]"},
		"finality ahead":            {func(_ *spec.Registry, b *spec.Boundary, _ *ssz.Extra) { b.FinalizedEpoch = 9 }, "finalized_checkpoint.epoch"},
		"an epoch beyond the slots": {func(_ *spec.Registry, b *spec.Boundary, _ *ssz.Extra) { b.CurrentEpoch = 1 << 61 }, "slot"},
		"the last epoch of all":     {func(_ *spec.Registry, b *spec.Boundary, _ *ssz.Extra) { b.CurrentEpoch = 1<<64 - 1 }, "slot"},
		"a missing block too late":  {func(_ *spec.Registry, b *spec.Boundary, _ *ssz.Extra) { b.NextBlockMissing = 1 << 8 }, "block_roots"},
		"an average before eip7716": {func(_ *spec.Registry, _ *spec.Boundary, x *ssz.Extra) { x.Smoothed = 1 }, "smoothed_offline_balance"},
	} {
		t.Run(name, func(t *testing.T) {
			r, b := drawn(&p, 8, 9, rand.New(rand.NewPCG(1, 1)))
			var x ssz.Extra
			c.change(r, &b, &x)
			_, err := ssz.Build(&p, r, b, x)
			require.ErrorContains(t, err, c.want)
			require.True(t, errors.Is(err, spec.ErrInput) || errors.Is(err, spec.ErrOverflow))
		})
	}
	unnamed := p
	unnamed.ForkVersion = spec.ForkVersion{}
	r, b := drawn(&p, 8, 9, rand.New(rand.NewPCG(1, 1)))
	_, err = ssz.Build(&unnamed, r, b, ssz.Extra{})
	require.ErrorIs(t, err, spec.ErrUnknown, "a fork without a version, which nobody could recognise")
	_, err = ssz.Build(nil, r, b, ssz.Extra{})
	require.ErrorIs(t, err, spec.ErrInput)
	_, err = ssz.Build(paramsOf(spec.Minimal, spec.Altair), nil, spec.Boundary{}, ssz.Extra{})
	require.ErrorIs(t, err, spec.ErrInput)
}

func TestEveryByteOfABuiltStateBelongsToAField(t *testing.T) {
	eachBuilt(t, func(t *testing.T, p spec.Params, r *spec.Registry, b spec.Boundary, x ssz.Extra) {
		if p.SlotsPerHistoricalRoot > 64 {
			return // two megabytes of the same
		}
		raw, err := ssz.Build(&p, r, b, x)
		require.NoError(t, err)
		s, err := ssz.Open(ssz.Buffer(raw), int64(len(raw)), &p)
		require.NoError(t, err)
		fields := map[string]int{}
		for at := range raw {
			field, row := s.FieldAt(int64(at))
			require.NotEmpty(t, field, "byte %d", at)
			fields[field]++
			if field == "balances" && row >= 0 {
				require.Less(t, row, r.Len())
			}
		}
		require.Equal(t, 4+8*r.Len(), fields["balances"])
		require.Equal(t, 4+121*r.Len(), fields["validators"])
		field, _ := s.FieldAt(int64(len(raw)))
		require.Empty(t, field)
	})
}

func ExampleBuild() {
	r := spec.NewRegistry(1)
	r.EffectiveBalance[0], r.Balance[0] = 32*spec.ETH, 33*spec.ETH
	p := must(spec.ParamsFor(spec.Minimal, spec.Electra))
	raw, err := ssz.Build(&p, r, spec.Boundary{CurrentEpoch: 5, FinalizedEpoch: 3}, ssz.Extra{})
	if err != nil {
		fmt.Println(err)
		return
	}
	s, err := ssz.Detect(ssz.Buffer(raw), int64(len(raw)))
	if err != nil {
		fmt.Println(err)
		return
	}
	b, err := s.Boundary()
	fmt.Println(s.Params().Network, s.Params().Fork, s.Len(), b.CurrentEpoch, b.FinalizedEpoch, err)
	// Output: minimal electra 1 5 3 <nil>
}

func ExampleState_FieldAt() {
	r := spec.NewRegistry(2)
	p := must(spec.ParamsFor(spec.Minimal, spec.Altair))
	raw, err := ssz.Build(&p, r, spec.Boundary{}, ssz.Extra{})
	if err != nil {
		fmt.Println(err)
		return
	}
	s, err := ssz.Open(ssz.Buffer(raw), int64(len(raw)), &p)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(s.FieldAt(int64(len(raw)) - 1))
	// Output: inactivity_scores 1
}

func TestTheClockIsWrittenInPlaceAndNothingElse(t *testing.T) {
	eachBuilt(t, func(t *testing.T, p spec.Params, r *spec.Registry, b spec.Boundary, x ssz.Extra) {
		raw, err := ssz.Build(&p, r, b, x)
		require.NoError(t, err)
		got := ssz.Buffer(bytes.Clone(raw))
		s, err := ssz.Open(got, int64(len(got)), &p)
		require.NoError(t, err)
		require.NoError(t, s.WriteClock(got, 0x0102030405060708, 0x1112131415161718))
		slot, err := s.Slot()
		require.NoError(t, err)
		require.Equal(t, spec.Slot(0x0102030405060708), slot)
		after, err := s.Boundary()
		require.NoError(t, err)
		require.Equal(t, spec.Epoch(0x1112131415161718), after.FinalizedEpoch)
		slot, finalized := spec.Slot((uint64(b.CurrentEpoch)+1)*p.SlotsPerEpoch-1), b.FinalizedEpoch
		require.NoError(t, s.WriteClock(got, slot, finalized))
		require.True(t, bytes.Equal(raw, got))
	})
}

func ExampleState_WriteClock() {
	p := must(spec.ParamsFor(spec.Minimal, spec.Altair))
	raw, err := ssz.Build(&p, spec.NewRegistry(1), spec.Boundary{}, ssz.Extra{})
	if err != nil {
		fmt.Println(err)
		return
	}
	buf := ssz.Buffer(raw)
	s, err := ssz.Open(buf, int64(len(buf)), &p)
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := s.WriteClock(buf, 40, 3); err != nil {
		fmt.Println(err)
	}
	fmt.Println(s.Slot())
	// Output: 40 <nil>
}
