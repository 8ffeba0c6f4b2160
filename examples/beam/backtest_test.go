package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestBacktestEqualsOneMachineToTheDigit(t *testing.T) {
	tables, clusters := drawn(t, periods["by slot, balances every epoch"])
	one := filepath.Join(t.TempDir(), "single.list")
	single(t, "-xatu", tables, "-convert", one)
	for shards, args := range map[string][]string{
		"1": {"-format", "json"},
		"2": {"-groups", "labels", "-top", "5", "-deadline", "single-slot", "-mechanism", "all", "-bootstrap", "20"},
		"7": {"-counted", "-fake=false", "-seed", "9", "-format", "csv"},
	} {
		out := t.TempDir()
		output(t, "reduce", "-tables", tables, "-out", out, "-shards", shards, "-window", "3")
		args = append(args, "-clusters", clusters)
		want := single(t, append(args, "-failures", one)...)
		require.Equal(t, want, single(t, append(args, "-failures", out)...), "examples/backtest reads the folder")
		require.Equal(t, want, output(t, append([]string{"backtest", "-failures", out}, args...)...), "%s shards", shards)
		require.Equal(t, want, output(t, append([]string{"backtest", "-failures", one}, args...)...), "one list")
	}
}

// A grid is the mechanisms of its points.
func TestASweepIsABacktestOfEveryPoint(t *testing.T) {
	tables, clusters := drawn(t, periods["by block, balances sampled"])
	out := t.TempDir()
	output(t, "reduce", "-tables", tables, "-out", out)
	args := []string{"-failures", out, "-clusters", clusters, "-bootstrap", "10"}
	got := output(t, append([]string{"sweep", "-grid", "slot-relative/cap=2|8,window=16|32", "-grid", "smoothed-2026/E1|E2"}, args...)...)
	for _, m := range []string{"slot-relative/cap=2,window=16", "slot-relative/cap=8,window=16", "slot-relative/cap=2,window=32", "slot-relative/cap=8,window=32", "smoothed-2026/E1", "smoothed-2026/E2"} {
		args = append(args, "-mechanism", m)
	}
	require.Equal(t, single(t, append(args, "-fake=false")...), got)
}

func TestAReportIsKeptWithAManifest(t *testing.T) {
	tables, clusters := drawn(t, periods["by block, balances sampled"])
	lists, out := t.TempDir(), t.TempDir()
	output(t, "reduce", "-tables", tables, "-out", lists)
	printed := output(t, "backtest", "-failures", lists, "-clusters", clusters, "-out", out, "-format", "markdown")
	m, err := openManifest(t.Context(), out)
	require.NoError(t, err)
	require.Len(t, names(t, out), 2)
	require.Equal(t, ".md", filepath.Ext(m.Files[0].Name))
	require.Equal(t, printed, string(content(t, join(out, m.Files[0].Name))))
}

func TestTheDemonstrationRunsTheWholeChain(t *testing.T) {
	text := output(t, "-validators", "300", "-epochs", "12", "-shards", "2")
	for _, part := range []string{"2 failure lists, 384 slots", "Co-failures", "Penalties by group", "Advantage of size"} {
		require.Contains(t, text, part)
	}
	require.NotContains(t, text, "level=INFO")
}

func TestThePlanNamesEveryStage(t *testing.T) {
	tables, clusters := drawn(t, periods["by block, balances sampled"])
	out := t.TempDir()
	text := output(t, "reduce", "-tables", tables, "-out", out, "-explain")
	for _, stage := range []string{"survey", "arrange", "read", "blocks", "balances", "join", "write"} {
		require.Contains(t, text, "\n"+stage)
	}
	require.Empty(t, names(t, out), "nothing is written")
	output(t, "reduce", "-tables", tables, "-out", out)
	text = output(t, "backtest", "-failures", out, "-clusters", clusters, "-explain")
	require.True(t, strings.Contains(text, "walk") && strings.Contains(text, "fake clusters"))
}

func TestExpand(t *testing.T) {
	for grid, want := range map[string][]string{
		"a":             {"a"},
		"a|b":           {"a", "b"},
		"a/b=1|2,c=3":   {"a/b=1,c=3", "a/b=2,c=3"},
		"a/b=1|2,c=3|4": {"a/b=1,c=3", "a/b=2,c=3", "a/b=1,c=4", "a/b=2,c=4"},
	} {
		got, err := expand(grid)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
}
