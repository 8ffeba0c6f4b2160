package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/examples/internal/cli"
	"github.com/stakesim/stakesim/spec"
)

func mainnet() spec.Params {
	p, err := spec.ParamsFor(spec.Mainnet, spec.Electra)
	if err != nil {
		panic(err)
	}
	return p
}

// The status quo in plain integers, of 4096 * 32 ETH of which a sixteenth is offline
// through one epoch: per increment 10^9*25/isqrt(131072*10^9) = 2183, base reward
// 32*2183 = 69856; penalties base*14//64 + base*26//64 = 43660; forgone for every flag
// base*w*122880//(131072*64) = 14325 + 26605 + 14325 = 55255; together 98915. On
// mainnet: 5590, 178880, 111800 and 36684 + 68128 + 36684 = 141496, together 253296.
// Days to recoup: the loss over base*1.21 a day, of 1080 and 225 epochs.
func TestAnIncidentIsAccountedByItsOwnNetwork(t *testing.T) {
	for network, want := range map[string]struct {
		loss  float64
		slots int
		days  float64
	}{
		"gnosis": {98_915, 16, 98_915 / (69_856 * 1.21 * 1080)}, "mainnet": {253_296, 32, 253_296 / (178_880 * 1.21 * 225)},
		"holesky": {253_296, 32, 253_296 / (178_880 * 1.21 * 225)},
	} {
		csv := filepath.Join(t.TempDir(), "mine.csv")
		require.NoError(t, os.WriteFile(csv, fmt.Appendf(nil, "epoch,offline_gwei\n5,%d\n", 8192*spec.ETH), 0o600))
		var out bytes.Buffer
		require.NoError(t, run([]string{"-csv", csv, "-network", network, "-total-active-gwei", "131072000000000", "-seed-gwei", "1000000000",
			"-mechanism", "status-quo", "-format", "json"}, nil, &out))
		var got struct {
			Slots int `json:"slots"`
			Rows  []struct {
				Loss float64 `json:"loss_gwei"`
				Days float64 `json:"days_to_recoup"`
			} `json:"rows"`
		}
		require.NoError(t, json.Unmarshal(out.Bytes(), &got))
		require.Equal(t, want.slots, got.Slots, network)
		require.Equal(t, want.loss, got.Rows[0].Loss, network)
		require.InEpsilon(t, want.days, got.Rows[0].Days, 1e-9, network)
	}
}

func TestTheEmbeddedIncidentsAreOfMainnet(t *testing.T) {
	for _, args := range [][]string{{"-network", "gnosis"}, {"-network", "holski"}, {"-incident", "besu-2024-01", "-network", "hoodi"}} {
		var out bytes.Buffer
		require.ErrorIs(t, run(args, nil, &out), cli.ErrUsage, args)
		require.Empty(t, out.String())
	}
	var plain, stated bytes.Buffer
	require.NoError(t, run(nil, nil, &plain))
	require.NoError(t, run([]string{"-network", "mainnet"}, nil, &stated))
	require.Equal(t, plain.String(), stated.String())
	require.NotContains(t, plain.String(), "network: ")
	var out bytes.Buffer
	require.NoError(t, run([]string{"-csv", "-", "-network", "gnosis", "-total-active-gwei", "131072000000000", "-seed-gwei", "1"},
		strings.NewReader("slot,offline_gwei\n9,5\n"), &out))
	require.Contains(t, out.String(), "network: gnosis, epochs of 16 slots of 5 s, base reward factor 25")
}
