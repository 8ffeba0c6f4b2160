package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/spec/dataset/xatu/sample"
)

// TestWeek reduces and back-tests a week of 20,000 validators, with 1, 2 and 7
// shards embedded and through a job server and a pool of their own:
//
//	STAKESIM_LONG=1 go test -run TestWeek -v -timeout 1h .
func TestWeek(t *testing.T) {
	if os.Getenv("STAKESIM_LONG") == "" {
		t.Skip("NOT RUN: the week of 20,000 validators, embedded and through a job server, which takes minutes and 4 GB; set STAKESIM_LONG=1")
	}
	tables, clusters := drawn(t, sample.Period{Seed: 1, Validators: 20_000, Epochs: 7 * 225, BalanceEvery: 1, GroupRows: 100_000})
	one := filepath.Join(t.TempDir(), "single.list")
	single(t, "-xatu", tables, "-convert", one)
	args := []string{"-clusters", clusters, "-failures"}
	report := single(t, append(args, one)...)
	server, _ := served(t, "jobserver")
	pool, _ := served(t, "worker")
	apart := []string{"-runner", "universal", "-endpoint", server, "-pool", pool}
	for shards, runner := range map[int][]string{1: nil, 2: apart, 7: nil} {
		out := t.TempDir()
		output(t, append([]string{"reduce", "-tables", tables, "-out", out, "-shards", fmt.Sprint(shards)}, runner...)...)
		require.True(t, bytes.Equal(content(t, one), merged(t, out)), "%d shards", shards)
		require.Equal(t, report, output(t, append(append(append([]string{"backtest"}, runner...), args...), out)...), "%d shards", shards)
		t.Logf("%d shards: %d bytes", shards, len(content(t, one)))
	}
}
