package epoch_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/chain"
	"github.com/stakesim/stakesim/penalty/epoch"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/bls"
	"github.com/stakesim/stakesim/spec/ssz"
	"github.com/stakesim/stakesim/spec/vector"
)

// recorded is a chain of the executable specification: what was put into the state in
// every epoch, and what it was after.
type recorded struct {
	Name      string
	Preset    string
	Fork      string
	Constants map[string]uint64
	Pre       digest
	Epochs    []struct {
		Epoch spec.Epoch
		Write chain.Input
		After digest
	}
}

type digest struct {
	Slot           spec.Slot
	Root           string
	SHA256         string
	FinalizedEpoch spec.Epoch `json:"finalized_epoch"`
	Validators     int
}

// TestChains runs the chains of testdata, or of the folder STAKESIM_CHAINS, root for
// root, deposits with real signatures and sync committees of real keys included.
func TestChains(t *testing.T) {
	dir := "testdata/chains"
	if given := os.Getenv("STAKESIM_CHAINS"); given != "" {
		dir = given
	}
	files, err := filepath.Glob(filepath.Join(dir, "*", "chain.json.gz"))
	require.NoError(t, err)
	epochs := 0
	for _, file := range files {
		r := readRecorded(t, file)
		t.Run(r.Name, func(t *testing.T) { epochs += r.run(t, filepath.Dir(file)) })
	}
	t.Logf("chains: %d chains, %d epochs", len(files), epochs)
	require.NotZero(t, epochs, "no chain in %s", dir)
}

func readRecorded(t *testing.T, file string) *recorded {
	f, err := os.Open(file)
	require.NoError(t, err)
	defer f.Close()
	z, err := gzip.NewReader(f)
	require.NoError(t, err)
	r := new(recorded)
	d := json.NewDecoder(z)
	require.NoError(t, d.Decode(r))
	return r
}

func (r *recorded) run(t *testing.T, dir string) (epochs int) {
	compressed, err := os.ReadFile(filepath.Join(dir, "pre.ssz_snappy"))
	require.NoError(t, err)
	b, err := vector.DecodeSnappy(compressed, vector.DefaultLimit)
	require.NoError(t, err)
	preset, err := spec.ParsePreset(r.Preset)
	require.NoError(t, err)
	fork, err := spec.ParseFork(r.Fork)
	require.NoError(t, err)
	p := paramsOf(t, preset, fork)
	s, err := ssz.Open(ssz.Buffer(b), int64(len(b)), &p)
	require.NoError(t, err)
	o := chain.Options{Crypto: epoch.Crypto{Verify: bls.Verify, Aggregate: bls.Aggregate}}
	if fork == spec.EIP7716 {
		o.Rule = penalty.Smoothed2026{
			Slope: r.Constants["PENALTY_SLOPE"], Cap: r.Constants["MAX_PENALTY_FACTOR"], Window: r.Constants["OFFLINE_BALANCE_SMOOTHING_FACTOR"],
		}.Rule()
	}
	c, err := chain.New(s, o)
	require.NoError(t, err)
	observed := o
	observed.Observe.Component = func(string, epoch.Deltas, []spec.Gwei) {} // step by step
	slow, err := chain.New(s, observed)
	require.NoError(t, err)
	r.Pre.require(t, c)
	p = c.Params()
	for i := range r.Epochs {
		e := &r.Epochs[i]
		for _, c := range []*chain.Chain{c, slow} {
			last := spec.Slot(uint64(e.Epoch)*p.SlotsPerEpoch + p.SlotsPerEpoch - 1)
			if last > c.Slot() {
				require.NoError(t, c.ProcessSlots(last))
			}
			require.NoError(t, c.Apply(&e.Write))
			require.NoError(t, c.ProcessSlots(last+1))
			e.After.require(t, c)
		}
		epochs++
	}
	return epochs
}

func (d *digest) require(t *testing.T, c *chain.Chain) {
	t.Helper()
	require.Equal(t, d.Slot, c.Slot())
	root, err := c.Root()
	require.NoError(t, err)
	var b bytes.Buffer
	_, err = c.WriteTo(&b)
	require.NoError(t, err)
	sum := sha256.Sum256(b.Bytes())
	require.Equal(t, d.FinalizedEpoch, c.State().Finality.Finalized.Epoch)
	require.Equal(t, d.Validators, c.State().Registry.Len())
	require.Equal(t, d.SHA256, hex.EncodeToString(sum[:]), "slot %d: the state", d.Slot)
	require.Equal(t, d.Root, hex.EncodeToString(root[:]), "slot %d: the root", d.Slot)
}
