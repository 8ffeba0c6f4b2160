package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/examples/internal/cli"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/ssz"
)

// everySeventh writes a state of 4096 validators of 32 units of which every seventh
// did not attest in the previous epoch: 585.
func everySeventh(t *testing.T, p *spec.Params) string {
	r := spec.NewRegistry(4096)
	for i := range r.Len() {
		r.EffectiveBalance[i], r.Balance[i] = 32*spec.ETH, 32*spec.ETH
		if i%7 != 3 {
			r.PreviousFlags[i], r.CurrentFlags[i] = spec.AllFlags, spec.AllFlags
		}
	}
	raw, err := ssz.Build(p, r, spec.Boundary{CurrentEpoch: 1000, FinalizedEpoch: 998}, ssz.Extra{Seed: 1})
	require.NoError(t, err)
	name := filepath.Join(t.TempDir(), "state.ssz")
	require.NoError(t, os.WriteFile(name, raw, 0o600))
	return name
}

func textFile(t *testing.T, name, text string) string {
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// sums are what the status quo pays and takes in the last row.
func sums(t *testing.T, args ...string) [2]float64 {
	out, err := execute(append([]string{"-format", "json"}, args...)...)
	require.NoError(t, err)
	var rows []map[string]any
	require.NoError(t, json.Unmarshal([]byte(out), &rows))
	total := rows[len(rows)-1]
	return [2]float64{total["status_quo_rewards_gwei"].(float64), total["status_quo_penalties_gwei"].(float64)}
}

// The figures follow from the specification in plain integers: the base reward of an
// increment is 10^9*factor/isqrt(4096*32*10^9), so 2183 Gwei on Gnosis (factor 25)
// and 5590 on the main network.
func TestAStateIsAccountedByItsOwnNetwork(t *testing.T) {
	gnosis, mainnet := [2]float64{177_379_231, 25_541_100}, [2]float64{454_228_603, 65_403_000}
	for _, fork := range []spec.Fork{spec.Altair, spec.Deneb, spec.Electra, spec.Fulu} {
		for network, want := range map[string][2]float64{"gnosis": gnosis, "chiado": gnosis, "mainnet": mainnet, "hoodi": mainnet, "minimal": mainnet} {
			n, err := spec.NetworkNamed(network)
			require.NoError(t, err)
			p, err := n.Params(fork)
			require.NoError(t, err)
			name := everySeventh(t, &p)
			require.Equal(t, want, sums(t, name), "%s %v", network, fork)
			require.Equal(t, want, sums(t, "-network", network, name), "%s %v", network, fork)
		}
	}
}

func TestAVersionOfNoNetworkNeedsAWordOfTheCaller(t *testing.T) {
	devnet, err := spec.NewNetwork("devnet", "mainnet")
	require.NoError(t, err)
	_, err = devnet.Set("ELECTRA_FORK_VERSION", "0x60355025")
	require.NoError(t, err)
	p, err := devnet.Params(spec.Electra)
	require.NoError(t, err)
	name := everySeventh(t, &p)
	out, err := execute(name)
	require.ErrorContains(t, err, "0x60355025 is of none of the networks")
	require.ErrorContains(t, err, "-config FILE")
	require.ErrorContains(t, err, "-network NAME")
	require.NotErrorIs(t, err, cli.ErrUsage)
	require.Empty(t, out)

	mainnet := [2]float64{454_228_603, 65_403_000}
	require.Equal(t, mainnet, sums(t, "-network", "mainnet", name))
	require.Equal(t, mainnet, sums(t, "-preset", "mainnet", name))
	config := textFile(t, "config.yaml", "PRESET_BASE: mainnet\nCONFIG_NAME: devnet\nELECTRA_FORK_VERSION: 0x60355025\n")
	require.Equal(t, mainnet, sums(t, "-config", config, name))
	// Two slots of sixteen in place of one epoch of thirty-two, and Gnosis' factor.
	constants := textFile(t, "preset.yaml", "SLOTS_PER_EPOCH: 16\nBASE_REWARD_FACTOR: 25\n")
	require.Equal(t, [2]float64{177_379_231, 25_541_100}, sums(t, "-config", config, "-config", constants, name))

	text, err := execute("-network", "mainnet", name)
	require.NoError(t, err)
	require.Contains(t, text, "state.ssz: mainnet electra")
	require.Contains(t, text, "fork version 0x60355025 is none of mainnet's")
}

func TestAStateOfAnotherNetworkThanStatedIsRefused(t *testing.T) {
	n, err := spec.NetworkNamed("gnosis")
	require.NoError(t, err)
	p, err := n.Params(spec.Electra)
	require.NoError(t, err)
	name := everySeventh(t, &p)
	for _, args := range [][]string{{"-network", "mainnet"}, {"-preset", "mainnet"}, {"-network", "chiado"}} {
		out, err := execute(append(args, name)...)
		require.ErrorIs(t, err, spec.ErrInput)
		require.ErrorContains(t, err, "0x05000064 is of gnosis, not of "+args[1])
		require.Empty(t, out)
	}
	for _, args := range [][]string{{"-network", "gnosys"}, {"-network", "gnosis", "-preset", "mainnet"}, {"-network", "gnosis", "-config", "x"}} {
		_, err := execute(append(args, name)...)
		require.ErrorIs(t, err, cli.ErrUsage)
	}
	_, err = execute("-config", filepath.Join(t.TempDir(), "none.yaml"), name)
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestABuiltStateIsOfTheNetworkAskedFor(t *testing.T) {
	text, err := execute("-network", "gnosis", "-fork", "deneb")
	require.NoError(t, err)
	require.Contains(t, text, "a state built here: gnosis deneb")
	_, err = execute("-network", "gnosis", "-fork", "eip7716")
	require.ErrorIs(t, err, spec.ErrUnknown)
	require.ErrorContains(t, err, "gnosis has not all constants of eip7716")
}

func TestRealDevelopmentNetworksAreRefusedUnlessStated(t *testing.T) {
	dir := os.Getenv("STAKESIM_STATES")
	if dir == "" {
		t.Log("STAKESIM_STATES is unset: did not run on the genesis states of two development networks")
		return
	}
	for file, title := range map[string]string{"fusaka-devnet-0-genesis.ssz.gz": "mainnet electra", "glamsterdam-devnet-2-genesis.ssz.gz": "mainnet fulu"} {
		name := filepath.Join(dir, file)
		_, err := execute(name)
		require.ErrorContains(t, err, "is of none of the networks")
		text, err := execute("-network", "mainnet", name)
		require.NoError(t, err)
		require.Contains(t, text, title)
		require.Contains(t, text, "whose constants were asked for")
	}
	text, err := execute(filepath.Join(dir, "sepolia-genesis.ssz.gz"))
	require.NoError(t, err)
	require.Contains(t, text, "sepolia altair")
	require.NotContains(t, text, "network:")
}
