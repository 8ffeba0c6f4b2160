package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func output(t *testing.T, args ...string) string {
	var out bytes.Buffer
	require.NoError(t, run(args, nil, &out))
	return out.String()
}

// The golden files hold the layout; their figures are checked elsewhere.
func TestGolden(t *testing.T) {
	for name, args := range map[string][]string{
		"default.txt":   nil,
		"published.txt": {"-as-published"},
		"published.md":  {"-as-published", "-format", "markdown"},
		"default.csv":   {"-format", "csv", "-mechanism", "smoothed-2026/E1", "-groups", "labels", "-top", "2"},
		"default.json":  {"-format", "json", "-mechanism", "net-excess-2024", "-groups", "followup", "-top", "1"},
		"help.txt":      {"-h"},
	} {
		t.Run(name, func(t *testing.T) {
			got := output(t, append(args, "-workers", "2")...)
			if name == "help.txt" {
				got = string(bytes.Split([]byte(got), []byte("  -workers"))[0]) // its default depends on the machine
			}
			file := filepath.Join("testdata", name)
			if *update {
				require.NoError(t, os.MkdirAll("testdata", 0o755))
				require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
			}
			want, err := os.ReadFile(file)
			require.NoError(t, err)
			require.Equal(t, string(want), got)
		})
	}
}

func TestJSONHasTheKeysOfTheExpectedFigures(t *testing.T) {
	want := readExpected(t)
	var got map[string]json.RawMessage
	require.NoError(t, json.Unmarshal([]byte(output(t, "-as-published", "-format", "json")), &got))
	for _, kind := range []string{"fumbles", "misses", "ssfumbles", "ssmisses"} {
		var g, w map[string]uint64
		want.get(kind, &w)
		require.NoError(t, json.Unmarshal(got[kind], &g))
		delete(w, "fake_numpy_default") // an unstable sort, not a number of the method
		require.Equal(t, w, g, kind)
	}
	for _, key := range []string{"clusters_over_10", "epochs_in_matrix", "columns_incl_sink", "table_error"} {
		require.JSONEq(t, string(want.raw[key]), string(got[key]), key)
	}
	var rows map[string]map[string][2]uint64
	require.NoError(t, json.Unmarshal(got["table"], &rows))
	for _, scheme := range []string{"basic", "basic_ss", "excess", "excess_ss"} {
		var v vectorWant
		want.get("penalty_"+scheme, &v)
		require.Equal(t, [2]uint64{v.Sum, uint64(len(v.Values))}, rows["all"][scheme], scheme)
	}
}

func TestAWrongCommandLineIsAUsageError(t *testing.T) {
	for _, args := range [][]string{
		{"-nope"}, {"extra"}, {"-format", "xml"}, {"-mechanism", "x"}, {"-deadline", "x"}, {"-groups", "x"},
		{"-attesters", "a"}, {"-failures", "a"}, {"-failures", "a", "-xatu", "b", "-clusters", "c"},
		{"-as-published", "-failures", "a", "-clusters", "c"}, {"-as-published", "-mechanism", "status-quo"},
		{"-workers", "0"}, {"-bootstrap", "-1"}, {"-clusters", "c"}, {"-top", "-1"},
	} {
		require.ErrorIs(t, run(args, nil, &bytes.Buffer{}), errUsage, "%v", args)
	}
	err := run([]string{"-attesters", "none", "-immediate", "none", "-committees", "none", "-clusters", "none"}, nil, &bytes.Buffer{})
	require.ErrorIs(t, err, os.ErrNotExist)
	require.NotErrorIs(t, err, errUsage)
}

func TestWorkersDoNotChangeTheResult(t *testing.T) {
	one := output(t, "-workers", "1", "-mechanism", "all", "-format", "csv")
	for _, workers := range []string{"2", "3", "7"} {
		require.Equal(t, one, output(t, "-workers", workers, "-mechanism", "all", "-format", "csv"))
	}
}
