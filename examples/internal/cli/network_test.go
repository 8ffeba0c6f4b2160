package cli

import (
	"flag"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/spec"
)

func TestANetworkIsStatedByNameOrByFile(t *testing.T) {
	dir := t.TempDir()
	put := func(name, text string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	good := put("config.yaml", "PRESET_BASE: gnosis\nCONFIG_NAME: devnet-1\n")
	more := put("phase0.yaml", "SLOTS_PER_EPOCH: 4\n")
	bad := put("bad.yaml", "PRESET_BASE: gnosis\nSLOTS_PER_EPOCH: four\n")
	for _, c := range []struct {
		args  []string
		name  string
		slots uint64
		says  string
		usage bool
	}{
		{args: nil, name: "mainnet", slots: 32},
		{args: []string{"-network", "gnosis"}, name: "gnosis", slots: 16},
		{args: []string{"-config", good}, name: "devnet-1", slots: 16},
		{args: []string{"-config", good, "-config", more}, name: "devnet-1", slots: 4},
		{args: []string{"-network", "gnosys"}, says: `did you mean "gnosis"?`, usage: true},
		{args: []string{"-network", "gnosis", "-config", good}, says: "exclude each other", usage: true},
		{args: []string{"-config", bad}, says: "bad.yaml:2: SLOTS_PER_EPOCH: invalid input"},
		{args: []string{"-config", filepath.Join(dir, "none")}, says: "none"},
	} {
		var n NetworkFlags
		flags := flag.NewFlagSet("x", flag.ContinueOnError)
		n.Add(flags, "mainnet")
		_, err := Parse(flags, c.args, "", io.Discard)
		require.NoError(t, err)
		network, err := n.Or("mainnet")
		if c.says != "" {
			require.ErrorContains(t, err, c.says)
			require.Equal(t, c.usage, isUsage(err), c.args)
			require.Nil(t, network)
			continue
		}
		require.NoError(t, err)
		p, err := network.Params(spec.Deneb)
		require.NoError(t, err)
		require.Equal(t, c.name, p.Network)
		require.Equal(t, c.slots, p.SlotsPerEpoch)
	}
	var none NetworkFlags
	network, err := none.Network()
	require.NoError(t, err)
	require.Nil(t, network)
	require.ErrorContains(t, WhichNetwork(spec.ErrUnknown), "-config FILE")
	require.Equal(t, spec.ErrInput, WhichNetwork(spec.ErrInput))
}

func isUsage(err error) bool { return status(io.Discard, "x", err) == 2 }
