package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/examples/internal/cli"
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
		{"-multiplier", "32"}, {"-as-published", "-multiplier", "0"}, {"-workers", "0"}, {"-bootstrap", "-1"}, {"-clusters", "c"}, {"-top", "-1"},
	} {
		require.ErrorIs(t, run(args, nil, &bytes.Buffer{}), cli.ErrUsage, "%v", args)
	}
	err := run([]string{"-attesters", "none", "-immediate", "none", "-committees", "none", "-clusters", "none"}, nil, &bytes.Buffer{})
	require.ErrorIs(t, err, os.ErrNotExist)
	require.NotErrorIs(t, err, cli.ErrUsage)
}

func TestWorkersDoNotChangeTheResult(t *testing.T) {
	one := output(t, "-workers", "1", "-mechanism", "all", "-format", "csv")
	for _, workers := range []string{"2", "3", "7"} {
		require.Equal(t, one, output(t, "-workers", workers, "-mechanism", "all", "-format", "csv"))
	}
}

// TestTheMultiplierOfThePublishedTable holds the finding to the figures of the
// post (ethresear.ch 19116, its second table): only 322 gives its ratios.
func TestTheMultiplierOfThePublishedTable(t *testing.T) {
	post := map[string][4]float64{ // basic, basic single-slot, excess, excess single-slot
		"big": {.69, 2.06, 2.73, 7.96}, "medium": {.61, 3.00, 2.42, 11.54}, "small": {.98, 2.41, 3.81, 8.77}, "all": {.90, 2.44, 3.54, 9.30},
	}
	for name, row := range post {
		require.InDelta(t, 3.93, row[2]/row[0], 0.045, name)
		require.InDelta(t, 3.75, row[3]/row[1], 0.115, name)
	}
	require.InDelta(t, 1.420, post["small"][0]/post["big"][0], 0.0005)
	require.InDelta(t, 1.396, post["small"][2]/post["big"][2], 0.0005)
	require.InDelta(t, 1.170, post["small"][1]/post["big"][1], 0.0005)
	require.InDelta(t, 1.102, post["small"][3]/post["big"][3], 0.0005)
	// On the sample, as run and as meant, by the figures of expected.json.
	want := readExpected(t)
	for args, keys := range map[string][2]string{
		"322": {"penalty_excess", "penalty_excess_ss"},
		"32":  {"NOT_THE_SCRIPT_multiplier_32_excess", "NOT_THE_SCRIPT_multiplier_32_excess_ss"},
	} {
		var got struct {
			Table map[string]map[string][2]float64
		}
		require.NoError(t, json.Unmarshal([]byte(output(t, "-as-published", "-multiplier", args, "-format", "json")), &got))
		for i, scheme := range []string{"excess", "excess_ss"} {
			var v vectorWant
			want.get(keys[i], &v)
			require.EqualValues(t, v.Sum, got.Table["all"][scheme][0])
		}
		ratio := got.Table["all"]["excess"][0] / got.Table["all"]["basic"][0]
		if args == "322" {
			require.InDelta(t, 2874.0/729, ratio, 1e-12)
			require.Greater(t, ratio, 3.8)
		} else {
			require.Less(t, ratio, 2.2)
		}
	}
}
