package chain_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/chain"
	"github.com/stakesim/stakesim/penalty/epoch"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/bls"
	"github.com/stakesim/stakesim/spec/ssz"
)

// born is a state of the minimal preset with 72 validators in the last slot of epoch 9.
func born(t testing.TB, fork spec.Fork) *ssz.State {
	p, err := spec.ParamsFor(spec.Minimal, fork)
	require.NoError(t, err)
	r := spec.NewRegistry(72)
	for i := range r.Len() {
		r.EffectiveBalance[i], r.Balance[i] = 32*spec.ETH, 32*spec.ETH
		r.PreviousFlags[i], r.CurrentFlags[i] = spec.AllFlags, spec.AllFlags
	}
	b, err := ssz.Build(&p, r, spec.Boundary{CurrentEpoch: 9, FinalizedEpoch: 7}, ssz.Extra{Seed: 1})
	require.NoError(t, err)
	s, err := ssz.Open(ssz.Buffer(b), int64(len(b)), &p)
	require.NoError(t, err)
	return s
}

var crypto = epoch.Crypto{
	Verify:    bls.Verify,
	Aggregate: func(keys []spec.PublicKey) (spec.PublicKey, error) { return keys[0], nil },
}

// attend sets the participation of the current epoch.
func attend(t testing.TB, c *chain.Chain, flags func(i int) spec.Flags) {
	require.NoError(t, c.Edit(func(_ *spec.Params, s *spec.BeaconState) error {
		for i := range s.Registry.CurrentFlags {
			s.Registry.CurrentFlags[i] = flags(i)
		}
		return nil
	}))
}

func advance(t testing.TB, c *chain.Chain, epochs int, flags func(i int) spec.Flags) {
	p := c.Params()
	for range epochs {
		last := spec.Slot(uint64(c.State().Epoch(&p)+1)*p.SlotsPerEpoch - 1)
		if last > c.Slot() {
			require.NoError(t, c.ProcessSlots(last))
		}
		attend(t, c, flags)
		require.NoError(t, c.ProcessSlots(last+1))
	}
}

func everybody(int) spec.Flags { return spec.AllFlags }

// threeInFive leaves 40 % of the validators offline.
func threeInFive(i int) spec.Flags {
	if i%5 < 2 {
		return 0
	}
	return spec.AllFlags
}

func TestALeakBeginsBecauseStakeIsOfflineAndEndsBecauseItReturns(t *testing.T) {
	for _, fork := range spec.Forks() {
		t.Run(fork.String(), func(t *testing.T) {
			c, err := chain.New(born(t, fork), chain.Options{Crypto: crypto, Workers: 2})
			require.NoError(t, err)
			advance(t, c, 4, everybody)
			final := c.State().Finality.Finalized.Epoch
			require.Equal(t, spec.Epoch(11), final) // epochs 9 to 12 have ended; 12 is justified
			advance(t, c, 20, threeInFive)
			require.LessOrEqual(t, c.State().Finality.Finalized.Epoch, final+1, "no finality without two thirds")
			require.Greater(t, c.State().Registry.InactivityScore[0], uint64(40))
			require.Zero(t, c.State().Registry.InactivityScore[4])
			advance(t, c, 4, everybody)
			require.Equal(t, c.State().Epoch(ptr(c.Params()))-2, c.State().Finality.Finalized.Epoch, "finality is back")
			advance(t, c, 10, everybody)
			require.Zero(t, c.State().Registry.InactivityScore[0])
		})
	}
}

func ptr[T any](v T) *T { return &v }

func TestRootsDoNotDependOnTheNumberOfWorkers(t *testing.T) {
	roots := map[spec.Root]bool{}
	for workers := 1; workers <= 3; workers++ {
		c, err := chain.New(born(t, spec.Gloas), chain.Options{Crypto: crypto, Workers: workers, Rule: penalty.SmoothedE3.Rule()})
		require.NoError(t, err)
		advance(t, c, 12, threeInFive)
		root, err := c.Root()
		require.NoError(t, err)
		roots[root] = true
	}
	require.Len(t, roots, 1)
}

// Whatever makes an epoch abort, the root is that of before the slot.
func TestAnEpochThatAbortsLeavesTheStateAsItWas(t *testing.T) {
	for name, spoil := range map[string]func(*spec.BeaconState){
		"a consolidation of nobody":   func(s *spec.BeaconState) { s.PendingConsolidations = []spec.PendingConsolidation{{Source: 1 << 40}} },
		"a balance at its limit":      func(s *spec.BeaconState) { s.Registry.Balance[3] = 1<<64 - 1 },
		"a score at its limit":        func(s *spec.BeaconState) { s.Registry.InactivityScore[3], s.Registry.PreviousFlags[3] = 1<<64-1, 0 },
		"slashings beyond 64 bits":    func(s *spec.BeaconState) { s.Slashings[0], s.Slashings[1] = 1<<63, 1<<63 },
		"finality in the future":      func(s *spec.BeaconState) { s.Finality.Finalized.Epoch = 1 << 40 },
		"an exit at the end of time":  func(s *spec.BeaconState) { s.Registry.EffectiveBalance[3], s.Exits.EarliestEpoch = 0, 1<<64-2 },
		"a deposit of an unknown key": func(s *spec.BeaconState) { s.PendingDeposits = []spec.PendingDeposit{{Amount: 1}} },
		"nobody to draw a proposer from": func(s *spec.BeaconState) {
			for i := range s.Registry.ExitEpoch {
				s.Registry.ExitEpoch[i] = 10
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			o := chain.Options{Crypto: epoch.Crypto{Aggregate: crypto.Aggregate}}
			for _, o.Observe.Component = range []func(string, epoch.Deltas, []spec.Gwei){nil, func(string, epoch.Deltas, []spec.Gwei) {}} {
				c, err := chain.New(born(t, spec.Gloas), o)
				require.NoError(t, err)
				require.NoError(t, c.Edit(func(_ *spec.Params, s *spec.BeaconState) error { spoil(s); return nil }))
				before, err := c.Root()
				require.NoError(t, err)
				slot := c.Slot()
				err = c.ProcessSlots(slot + 1)
				require.Error(t, err)
				require.True(t, isTyped(err), err)
				after, err := c.Root()
				require.NoError(t, err)
				require.Equal(t, before, after)
				require.Equal(t, slot, c.Slot())
			}
		})
	}
}

func isTyped(err error) bool {
	for _, kind := range []error{spec.ErrInput, spec.ErrOverflow} {
		if is(err, kind) {
			return true
		}
	}
	return false
}

func TestInputThatDoesNotFitIsAnError(t *testing.T) {
	for name, text := range map[string]string{
		"an exit of nobody":            `{"exits": [99]}`,
		"a validator that is not":      `{"validators": [{"index": 72}]}`,
		"a balance of nobody":          `{"balances": [[72, 1]]}`,
		"too little participation":     `{"current_epoch_participation": "0707"}`,
		"a short key":                  `{"pending_deposits": [{"pubkey": "00"}]}`,
		"a consolidation of nobody":    `{"consolidations_with_churn": [[1, 72]]}`,
		"a payment outside":            `{"builder_pending_payments": [[16, 1, "0000000000000000000000000000000000000000", 1, 1]]}`,
		"a vote of another length":     `{"eth1_data_votes": ["00"]}`,
		"a mix of another length":      `{"randao_mix": "00"}`,
		"a bit outside":                `{"execution_payload_availability": [64]}`,
		"a header of another length":   `{"latest_block_header": {"parent_root": "00"}}`,
		"credentials that are too few": `{"validators": [{"index": 1, "withdrawal_credentials": "02"}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			c, err := chain.New(born(t, spec.Gloas), chain.Options{})
			require.NoError(t, err)
			var in chain.Input
			require.NoError(t, json.Unmarshal([]byte(text), &in))
			require.True(t, isTyped(c.Apply(&in)), name)
		})
	}
	for _, text := range []string{`{"randao_mix": "0g"}`, `{"builder_pending_payments": [[1]]}`, `{"builder_pending_payments": [[1, 2, 3, 4, 5]]}`} {
		require.Error(t, json.Unmarshal([]byte(text), new(chain.Input)), text)
	}
}

func TestATargetThatIsNotLaterIsRefused(t *testing.T) {
	c, err := chain.New(born(t, spec.Electra), chain.Options{})
	require.NoError(t, err)
	require.ErrorIs(t, c.ProcessSlots(c.Slot()), spec.ErrInput)
}

func ExampleChain() {
	t := new(testing.T)
	c, err := chain.New(born(t, spec.Fulu), chain.Options{Crypto: crypto})
	if err != nil {
		panic(err)
	}
	err = c.ProcessSlots(c.Slot() + 1) // into epoch 10
	fmt.Println(c.Slot(), c.State().Finality.Finalized.Epoch, err)
	var in chain.Input
	if err := json.Unmarshal([]byte(`{"exits": [5], "balances": [[6, 31000000000]]}`), &in); err != nil {
		panic(err)
	}
	fmt.Println(c.Apply(&in), c.State().Registry.ExitEpoch[5], c.State().Registry.Balance[6])
	var b bytes.Buffer
	n, err := c.WriteTo(&b)
	fmt.Println(n == int64(b.Len()), err)
	// Output:
	// 80 7 <nil>
	// <nil> 15 31000000000
	// true <nil>
}

// Genesis states of public networks run for 1,000 epochs in the long form.
func TestGenesisStatesOfPublicNetworksRun(t *testing.T) {
	dir := os.Getenv("STAKESIM_STATES")
	if dir == "" {
		t.Log("not run: STAKESIM_STATES names no folder of states")
		return
	}
	epochs := 60
	if os.Getenv("STAKESIM_LONG") != "" {
		epochs = 1000
	}
	for name, fork := range map[string]spec.Fork{"fusaka-devnet-0-genesis": spec.Electra, "glamsterdam-devnet-2-genesis": spec.Fulu} {
		t.Run(name, func(t *testing.T) {
			var roots []spec.Root
			for workers := 1; workers <= 2; workers++ {
				c, err := chain.New(genesis(t, dir, name, fork), chain.Options{Crypto: epoch.Crypto{Verify: bls.Verify, Aggregate: bls.Aggregate}, Workers: workers})
				require.NoError(t, err)
				advance(t, c, epochs/5, everybody)
				advance(t, c, epochs/5, threeInFive)
				require.Greater(t, c.State().Registry.InactivityScore[0], uint64(4*(epochs/5-6)), "in a leak")
				advance(t, c, epochs-2*(epochs/5), everybody)
				require.Equal(t, c.State().Epoch(ptr(c.Params()))-2, c.State().Finality.Finalized.Epoch)
				require.Zero(t, c.State().Registry.InactivityScore[0])
				root, err := c.Root()
				require.NoError(t, err)
				roots = append(roots, root)
			}
			t.Logf("%s: %d epochs, root %x", name, epochs, roots[0])
			require.Equal(t, roots[0], roots[1])
		})
	}
}
