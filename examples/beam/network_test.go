package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/examples/internal/cli"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/dataset/xatu"
	"github.com/stakesim/stakesim/spec/dataset/xatu/sample"
)

// The single machine is held to its own figures in examples/backtest.
func TestTablesOfANetworkAreReducedAsOneMachineDoes(t *testing.T) {
	dir := t.TempDir()
	tables := filepath.Join(dir, "tables")
	period := sample.Period{Seed: 9, Validators: 300, From: 30_000, Epochs: 12, ByBlock: true}
	require.NoError(t, period.Write(tables))
	for _, network := range []string{"mainnet", "holesky", "gnosis"} {
		want := filepath.Join(dir, network+".list")
		single(t, "-xatu", tables, "-network", network, "-convert", want, "-lenient")
		for _, window := range []int{16, 1} {
			out := filepath.Join(t.TempDir(), "lists")
			output(t, "reduce", "-tables", tables, "-network", network, "-out", out, "-lenient", "-shards", "3", "-window", fmt.Sprint(window))
			require.True(t, bytes.Equal(content(t, want), merged(t, out)), "%s, window %d", network, window)
			of, err := openOrigin(t, out)
			require.NoError(t, err)
			require.Equal(t, network, of)
		}
		o, err := parse([]string{"reduce", "-tables", tables, "-network", network, "-out", "x"}, nil)
		require.NoError(t, err)
		deneb := map[string]spec.Epoch{"mainnet": 269568, "holesky": 29696, "gnosis": 889856}[network]
		require.Equal(t, deneb, o.timing.Deneb, "which every window gets with the length of its epochs")
	}
}

func openOrigin(t *testing.T, dir string) (string, error) {
	shards, err := xatu.OpenShards(dir)
	require.NoError(t, err)
	defer shards.Close()
	of, err := shards.Origin()
	return of.Network, err
}

func TestListsOfAnotherNetworkAreRefused(t *testing.T) {
	tables, clusters := drawn(t, sample.Period{Seed: 2, Validators: 200, Epochs: 4})
	refused := func(kind error, says string, args ...string) {
		t.Helper()
		var out bytes.Buffer
		err := run(args, nil, &out)
		require.ErrorIs(t, err, kind)
		require.ErrorContains(t, err, says)
	}
	for network, stated := range map[string][]string{"gnosis": nil, "holesky": {"-network", "mainnet"}} {
		out := filepath.Join(t.TempDir(), "lists")
		output(t, "reduce", "-tables", tables, "-network", network, "-out", out, "-lenient")
		says := map[string]string{"gnosis": "16 on gnosis", "holesky": "holesky with epochs of 32 slots, not mainnet"}[network]
		refused(spec.ErrInput, says, append([]string{"backtest", "-failures", out, "-clusters", clusters}, stated...)...)
	}
	refused(cli.ErrUsage, `did you mean "holesky"?`, "reduce", "-tables", tables, "-out", "x", "-network", "holski")
	refused(os.ErrNotExist, "none.yaml", "reduce", "-tables", tables, "-out", "x", "-config", "none.yaml")
}
