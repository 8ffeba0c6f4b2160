package ssz_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/ssz"
)

// built is a state of a few validators.
func built(t testing.TB, network string, fork spec.Fork) ssz.Buffer {
	p, err := must(spec.NetworkNamed(network)).Params(fork)
	require.NoError(t, err)
	r, b := drawn(&p, 12, 300_000, rand.New(rand.NewPCG(1, 2)))
	raw, err := ssz.Build(&p, r, b, ssz.Extra{})
	require.NoError(t, err)
	return raw
}

// withVersion is a state that says to be of another fork version.
func withVersion(state ssz.Buffer, version ...byte) ssz.Buffer {
	other := bytes.Clone(state)
	copy(other[52:], version)
	return other
}

func TestANetworkIsRecognisedByTheVersionOfItsStates(t *testing.T) {
	for _, network := range spec.NetworkNames() {
		n := must(spec.NetworkNamed(network))
		for _, fork := range spec.Forks() {
			if _, ok := n.ForkVersion(fork); !ok || fork >= spec.Gloas && n.Preset == "gnosis" {
				continue
			}
			state := built(t, network, fork)
			s, err := ssz.Detect(state, int64(len(state)))
			require.NoError(t, err)
			require.Equal(t, must(n.Params(fork)), s.Params())
			s, err = ssz.DetectIn(state, int64(len(state)), n)
			require.NoError(t, err)
			require.Equal(t, must(n.Params(fork)), s.Params())
			if network != "mainnet" {
				_, err = ssz.DetectIn(state, int64(len(state)), must(spec.NetworkNamed("mainnet")))
				require.ErrorIs(t, err, spec.ErrInput)
				require.ErrorContains(t, err, "is of "+network+", not of mainnet")
			}
		}
	}
}

func TestAnUnknownVersionNeedsAStatedNetwork(t *testing.T) {
	state := withVersion(built(t, "mainnet", spec.Fulu), 0x70, 0x35, 0x50, 0x25)
	_, err := ssz.Detect(state, int64(len(state)))
	require.ErrorIs(t, err, spec.ErrUnknown)
	require.ErrorContains(t, err, "fork.current_version: unknown name: 0x70355025 is of none of the networks mainnet, sepolia")
	s, err := ssz.DetectIn(state, int64(len(state)), must(spec.NetworkNamed("mainnet")))
	require.NoError(t, err, "the layout tells the fork")
	require.Equal(t, "mainnet fulu", s.Params().Network+" "+s.Params().Fork.String())
	_, err = ssz.DetectIn(state, int64(len(state)), must(spec.NetworkNamed("gnosis")))
	require.ErrorIs(t, err, spec.ErrInput, "a fulu state of Gnosis is shorter")

	devnet := must(spec.NewNetwork("devnet", "mainnet"))
	_, err = devnet.Set("FULU_FORK_VERSION", "0x70355025")
	require.NoError(t, err)
	_, err = devnet.Set("BASE_REWARD_FACTOR", "25")
	require.NoError(t, err)
	s, err = ssz.DetectIn(state, int64(len(state)), devnet)
	require.NoError(t, err)
	require.EqualValues(t, 25, s.Params().BaseRewardFactor)

	constants := must(spec.NewNetwork("constants", "mainnet"))
	gnosis := built(t, "gnosis", spec.Altair)
	_, err = ssz.DetectIn(gnosis, int64(len(gnosis)), constants)
	require.NoError(t, err, "it has no versions that could disagree")
}

func TestTheVersionAndTheLayoutMustAgree(t *testing.T) {
	state := withVersion(built(t, "mainnet", spec.Altair), 5, 0, 0, 0)
	_, err := ssz.Detect(state, int64(len(state)))
	require.ErrorIs(t, err, spec.ErrInput)
	require.ErrorContains(t, err, "mainnet electra")
	zero := withVersion(built(t, "minimal", spec.Electra), 0, 0, 0, 0)
	s, err := ssz.DetectIn(zero, int64(len(zero)), must(spec.NetworkNamed("minimal")))
	require.NoError(t, err, "a state that no client made")
	require.Equal(t, spec.Electra, s.Params().Fork)
	_, err = ssz.Detect(zero, int64(len(zero)))
	require.ErrorIs(t, err, ssz.ErrPhase0)
	_, err = ssz.DetectIn(zero, int64(len(zero)), nil)
	require.ErrorIs(t, err, spec.ErrInput)
	_, err = ssz.Detect(zero[:55], 55)
	require.ErrorIs(t, err, spec.ErrInput)
}

func TestRealGenesisStatesAreRecognisedOrRefused(t *testing.T) {
	dir := os.Getenv("STAKESIM_STATES")
	if dir == "" {
		t.Log("STAKESIM_STATES is unset: did not run on the genesis states of three networks")
		return
	}
	for name, want := range map[string]string{
		"sepolia-genesis.ssz.gz":              "sepolia state: phase0",
		"fusaka-devnet-0-genesis.ssz.gz":      "0x60355025 is of none of the networks",
		"glamsterdam-devnet-2-genesis.ssz.gz": "0x70467850 is of none of the networks",
	} {
		f, err := os.Open(filepath.Join(dir, name))
		require.NoError(t, err)
		defer f.Close()
		state := ssz.Buffer(must(io.ReadAll(must(gzip.NewReader(f)))))
		_, err = ssz.Detect(state, int64(len(state)))
		require.ErrorContains(t, err, want)
		require.ErrorIs(t, err, spec.ErrUnknown)
		if name == "sepolia-genesis.ssz.gz" {
			continue
		}
		s, err := ssz.DetectIn(state, int64(len(state)), must(spec.NetworkNamed("mainnet")))
		require.NoError(t, err)
		require.Equal(t, map[byte]spec.Fork{'f': spec.Electra, 'g': spec.Fulu}[name[0]], s.Params().Fork)
	}
}

func ExampleDetectIn() {
	devnet, err := spec.NewNetwork("devnet", "minimal")
	if err != nil {
		fmt.Println(err)
		return
	}
	b, _ := exampleState()
	copy(b[52:], []byte{0x10, 0, 0, 0x38}) // a version of its own
	_, err = ssz.Detect(b, int64(len(b)))
	fmt.Println(err)
	s, err := ssz.DetectIn(b, int64(len(b)), devnet)
	fmt.Println(s.Params().Network, s.Params().Fork, err)
	// Output:
	// fork.current_version: unknown name: 0x10000038 is of none of the networks mainnet, sepolia, holesky, hoodi, gnosis, chiado, minimal
	// devnet eip7716 <nil>
}

func ExampleReadIdentity() {
	b, _ := exampleState()
	id, err := ssz.ReadIdentity(b)
	fmt.Println(id.ForkVersion, err)
	// Output: 0x77160001 <nil>
}
