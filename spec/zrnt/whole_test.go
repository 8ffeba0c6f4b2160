package zrnt_test

import (
	"bytes"
	"context"
	"math/rand/v2"
	"testing"

	"github.com/protolambda/zrnt/eth2/beacon/altair"
	"github.com/protolambda/zrnt/eth2/beacon/bellatrix"
	"github.com/protolambda/zrnt/eth2/beacon/capella"
	"github.com/protolambda/zrnt/eth2/beacon/common"
	"github.com/protolambda/zrnt/eth2/beacon/deneb"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/epoch"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/ssz"
	"github.com/stakesim/stakesim/spec/zrnt"
)

// epochProcessor is a state that zrnt takes through the whole of process_epoch.
type epochProcessor interface {
	ProcessEpoch(ctx context.Context, c *common.Spec, epc *common.EpochsContext) error
}

var (
	_ epochProcessor = (*altair.BeaconStateView)(nil)
	_ epochProcessor = (*bellatrix.BeaconStateView)(nil)
	_ epochProcessor = (*capella.BeaconStateView)(nil)
	_ epochProcessor = (*deneb.BeaconStateView)(nil)
)

// randomState is a state in the last slot of an epoch in which validators come, go, are
// queued, ejected and slashed. Balances are far from zero: zrnt sums the deltas of an
// epoch before it applies them, which differs where one component empties a balance. And
// it takes the current epoch's target votes from the validators that were active in the
// previous one, which differs where one of them comes or goes between the two: those
// have not voted here.
func randomState(t *testing.T, rng *rand.Rand, fork spec.Fork) ([]byte, spec.Params) {
	p := params(t, spec.Minimal, fork)
	now := spec.Epoch(20 + rng.IntN(7)) // no sync committee's period ends: the keys are no points
	if (now+1)%8 == 0 {
		now++
	}
	r := spec.NewRegistry(40 + rng.IntN(60))
	for i := range r.Len() {
		r.EffectiveBalance[i] = 32 * spec.ETH
		if rng.IntN(6) == 0 {
			r.EffectiveBalance[i] = spec.Gwei(14+rng.IntN(19)) * spec.ETH
		}
		r.Balance[i] = r.EffectiveBalance[i] + spec.Gwei(rng.IntN(2_000_000_000)) - 500_000_000
		r.PreviousFlags[i], r.CurrentFlags[i] = spec.Flags(rng.IntN(8)), spec.Flags(rng.IntN(8))
		if rng.IntN(3) > 0 {
			r.PreviousFlags[i], r.CurrentFlags[i] = spec.AllFlags, spec.AllFlags
		}
		r.InactivityScore[i] = rng.Uint64N(60)
		switch rng.IntN(12) {
		case 0:
			r.ActivationEpoch[i] = []spec.Epoch{now - 1, now, now + 1, now + 3}[rng.IntN(4)]
		case 1:
			r.ExitEpoch[i] = now - 1 + spec.Epoch(rng.IntN(7))
			r.WithdrawableEpoch[i] = r.ExitEpoch[i] + 256
		case 2:
			r.Slashed[i], r.ExitEpoch[i] = true, now+spec.Epoch(rng.IntN(5))
			r.WithdrawableEpoch[i] = now + spec.Epoch(p.EpochsPerSlashingsVector/2)
		case 3:
			r.ActivationEpoch[i] = spec.FarFutureEpoch
		}
		if r.IsActive(i, now-1) != r.IsActive(i, now) {
			r.CurrentFlags[i] = 0
		}
	}
	b := spec.Boundary{CurrentEpoch: now, FinalizedEpoch: now - 2 - spec.Epoch(rng.IntN(8)), SlashingsSum: spec.Gwei(rng.IntN(90)) * spec.ETH}
	raw, err := ssz.Build(&p, r, b, ssz.Extra{Seed: rng.Uint64()})
	if err != nil {
		t.Fatal(err)
	}
	return raw, p
}

// oursAfter is the state after the whole epoch, step by step or in one pass.
func oursAfter(t *testing.T, raw []byte, p *spec.Params, fused bool) []byte {
	s := must[*ssz.State](t)(ssz.Open(ssz.Buffer(raw), int64(len(raw)), p))
	state := new(spec.BeaconState)
	if err := s.ReadBeaconState(state, 1); err != nil {
		t.Fatal(err)
	}
	rule := penalty.StatusQuo()
	var err error
	if fused {
		e := must[*epoch.Engine](t)(epoch.NewEngine(*p, rule, 1))
		_, err = e.ProcessState(state, penalty.Memory{}, epoch.Crypto{})
	} else {
		_, err = epoch.ProcessState(p, &rule, state, penalty.Memory{}, epoch.Crypto{}, epoch.Observer{})
	}
	if err != nil {
		t.Fatal(err)
	}
	pieces := must[*ssz.Pieces](t)(s.Pieces())
	if err := pieces.WriteBeaconState(state, nil, 1); err != nil {
		t.Fatal(err)
	}
	return must[[]byte](t)(pieces.Bytes())
}

func TestWholeEpochsAreThoseOfZrnt(t *testing.T) {
	rng := rand.New(rand.NewPCG(7716, 14))
	states := 400
	if testing.Short() {
		states = 80
	}
	leaks, exits := 0, 0
	for k := range states {
		fork := []spec.Fork{spec.Altair, spec.Bellatrix, spec.Capella, spec.Deneb}[k%4]
		raw, p := randomState(t, rng, fork)
		c := config(t, spec.Minimal)
		state := must[common.BeaconState](t)(zrnt.Open(c, fork, raw))
		if err := state.(epochProcessor).ProcessEpoch(t.Context(), c, epochs(t, c, state)); err != nil {
			t.Fatalf("zrnt, state %d: %v", k, err)
		}
		want := must[[]byte](t)(zrnt.Bytes(state))
		for _, fused := range []bool{false, true} {
			if got := oursAfter(t, raw, &p, fused); !bytes.Equal(want, got) {
				w := must[*ssz.State](t)(ssz.Open(ssz.Buffer(want), int64(len(want)), &p))
				at := int64(0)
				for at < int64(min(len(want), len(got)))-1 && want[at] == got[at] {
					at++
				}
				field, row := w.FieldAt(at)
				t.Fatalf("state %d, %v, fused %t: %s, row %d differs", k, fork, fused, field, row)
			}
		}
		var before, after spec.Registry
		if err := zrnt.ReadRegistry(&after, state, nil); err != nil {
			t.Fatal(err)
		}
		s := must[*ssz.State](t)(ssz.Open(ssz.Buffer(raw), int64(len(raw)), &p))
		if err := s.ReadRegistry(&before, 1); err != nil {
			t.Fatal(err)
		}
		for i := range before.Len() {
			if before.ExitEpoch[i] != after.ExitEpoch[i] {
				exits++
			}
		}
		if b := must[spec.Boundary](t)(s.Boundary()); b.PreviousEpoch()-b.FinalizedEpoch > 4 {
			leaks++
		}
	}
	t.Logf("whole epochs: %d, %d of them in a leak before justification, %d exits begun", states, leaks, exits)
	if leaks == 0 || exits == 0 {
		t.Error("the states were too calm")
	}
}
