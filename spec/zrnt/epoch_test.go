package zrnt_test

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"github.com/protolambda/zrnt/eth2/beacon"
	"github.com/protolambda/zrnt/eth2/beacon/common"
	"github.com/protolambda/ztyp/tree"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/epoch"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/vector"
	"github.com/stakesim/stakesim/spec/zrnt"
)

// statusQuo is the rewards and penalties of the chain today.
func statusQuo(p spec.Params) zrnt.Rewards {
	return func(r *spec.Registry, b spec.Boundary) error {
		var s spec.Summary
		if err := spec.Summarize(&s, &p, r, b, 1); err != nil {
			return err
		}
		return epoch.ProcessRewardsAndPenalties(&p, r, &s, nil, penalty.Scope{})
	}
}

func params(t testing.TB, preset spec.Preset, fork spec.Fork) spec.Params {
	return must[spec.Params](t)(spec.ParamsFor(preset, fork))
}

func epochs(t testing.TB, c *common.Spec, s common.BeaconState) *common.EpochsContext {
	return must[*common.EpochsContext](t)(common.NewEpochsContext(c, s))
}

func TestStatusQuoGivesZrntsOwnPostStateRoot(t *testing.T) {
	ctx := context.Background()
	for _, s := range samples(t) {
		if s.fork > spec.Deneb {
			continue
		}
		c := config(t, s.preset)
		theirs := must[common.BeaconState](t)(zrnt.Open(c, s.fork, s.bytes))
		ours := must[common.BeaconState](t)(theirs.CopyState())
		if err := theirs.ProcessEpoch(ctx, c, epochs(t, c, theirs)); err != nil {
			t.Fatal(err)
		}
		if err := zrnt.ProcessEpoch(ctx, c, epochs(t, c, ours), ours, statusQuo(params(t, s.preset, s.fork))); err != nil {
			t.Fatalf("%s %v: %v", s.name, s.fork, err)
		}
		if got, want := ours.HashTreeRoot(tree.GetHashFn()), theirs.HashTreeRoot(tree.GetHashFn()); got != want {
			t.Errorf("%s %v: post state root %v, zrnt has %v", s.name, s.fork, got, want)
		}
	}
}

// The fixtures hold the whole transition as well: pre_epoch and post_epoch.
func TestStatusQuoGivesTheFixturesPostEpoch(t *testing.T) {
	ran := 0
	for _, tree := range trees(t) {
		for _, c := range must[[]*vector.Case](t)(tree.Cases(vector.Path{Fork: "altair", Runner: "epoch_processing"})) {
			if c.Has("pre_epoch.ssz_snappy") && c.Has("post_epoch.ssz_snappy") {
				ran++
				checkEpoch(t, c)
			}
		}
	}
	t.Logf("%d cases", ran)
	if ran == 0 {
		t.Error("no case with a whole epoch")
	}
}

func checkEpoch(t *testing.T, c *vector.Case) {
	p := must[spec.Params](t)(c.Params())
	cfg := must[*common.Spec](t)(zrnt.Config(must[*spec.Network](t)(spec.NetworkNamed(p.Network))))
	state := must[common.BeaconState](t)(zrnt.Open(cfg, p.Fork, must[[]byte](t)(c.SSZ("pre_epoch"))))
	if err := zrnt.ProcessEpoch(context.Background(), cfg, epochs(t, cfg, state), state, statusQuo(p)); err != nil {
		t.Fatalf("%v: %v", c, err)
	}
	if !bytes.Equal(must[[]byte](t)(zrnt.Bytes(state)), must[[]byte](t)(c.SSZ("post_epoch"))) {
		t.Errorf("%v: post state differs", c)
	}
}

func TestTheHookSeesZrntsValuesAndOnlyItsBalancesCount(t *testing.T) {
	c, p := config(t, spec.Mainnet), params(t, spec.Mainnet, spec.Altair)
	state := must[common.BeaconState](t)(zrnt.UpgradePhase0(c, sepolia(t)))
	epc := epochs(t, c, state)
	calls := 0
	err := zrnt.ProcessEpoch(context.Background(), c, epc, state, func(r *spec.Registry, b spec.Boundary) error {
		calls++
		if err := r.Validate(&p); err != nil {
			t.Error(err)
		}
		for i := range r.Balance {
			if r.SlotOffset[i] >= 32 {
				t.Fatalf("validator %d has slot offset %d", i, r.SlotOffset[i])
			}
			r.Balance[i], r.EffectiveBalance[i], r.InactivityScore[i] = r.Balance[i]+7, 0, 9
		}
		return nil
	})
	if err != nil || calls != 1 {
		t.Fatal(err, calls)
	}
	var r spec.Registry
	if err := zrnt.ReadRegistry(&r, state, epc); err != nil {
		t.Fatal(err)
	}
	if r.Balance[0]%10 != 7 || r.EffectiveBalance[0] != 32*spec.ETH || r.InactivityScore[0] != 0 {
		t.Errorf("balance %d, effective %d, score %d", r.Balance[0], r.EffectiveBalance[0], r.InactivityScore[0])
	}
}

func TestWhatZrntCannotDoIsATypedErrorThatNamesTheRawPath(t *testing.T) {
	ctx := context.Background()
	var electra sample
	for _, s := range samples(t) {
		if s.fork == spec.Electra {
			electra = s
			break
		}
	}
	c := config(t, electra.preset)
	state := must[common.BeaconState](t)(zrnt.Open(c, spec.Electra, electra.bytes))
	wrapped := &beacon.StandardUpgradeableBeaconState{BeaconState: state}
	var unsupported *zrnt.UnsupportedError
	for _, s := range []common.BeaconState{state, wrapped} {
		err := zrnt.ProcessEpoch(ctx, c, nil, s, nil)
		if !errors.As(err, &unsupported) || unsupported.Fork != "electra" || !errors.Is(err, spec.ErrUnknown) {
			t.Errorf("electra epoch: %v", err)
		}
	}
	if _, err := zrnt.Open(c, spec.EIP7716, nil); !errors.As(err, &unsupported) {
		t.Errorf("eip7716 state: %v", err)
	}
	if _, err := zrnt.Config(nil); !errors.Is(err, spec.ErrInput) {
		t.Errorf("unknown preset: %v", err)
	}
}

func TestBadInputIsAnErrorAndNoPanic(t *testing.T) {
	c := config(t, spec.Mainnet)
	for name, b := range map[string][]byte{"nothing": nil, "noise": bytes.Repeat([]byte{7}, 3_000_000), "zeros": make([]byte, 3_000_000)} {
		for fork := spec.Altair; fork <= spec.Electra; fork++ {
			if _, err := zrnt.Open(c, fork, b); !errors.Is(err, spec.ErrInput) {
				t.Errorf("%s as %v: %v", name, fork, err)
			}
		}
		if _, err := zrnt.UpgradePhase0(c, b); !errors.Is(err, spec.ErrInput) {
			t.Errorf("%s as phase0: %v", name, err)
		}
	}
	state := must[common.BeaconState](t)(zrnt.UpgradePhase0(c, sepolia(t)))
	if err := zrnt.WriteBack(state, spec.NewRegistry(3)); !errors.Is(err, spec.ErrInput) {
		t.Errorf("three rows: %v", err)
	}
	boom := errors.New("boom")
	if err := zrnt.ProcessEpoch(context.Background(), c, epochs(t, c, state), state,
		func(*spec.Registry, spec.Boundary) error { return boom }); !errors.Is(err, boom) {
		t.Errorf("a failing hook: %v", err)
	}
}
