package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/spec/dataset"
	"github.com/stakesim/stakesim/spec/dataset/xatu"
	"github.com/stakesim/stakesim/spec/dataset/xatu/sample"
)

// periods are small sets of every kind.
var periods = map[string]sample.Period{
	"by slot, balances every epoch": {Seed: 1, Validators: 700, Epochs: 36, BalanceEvery: 1, GroupRows: 200},
	"by block, balances sampled":    {Seed: 2, Validators: 500, Epochs: 40, BalanceEvery: 7, ByBlock: true},
	"an epoch without committees":   {Seed: 3, Validators: 300, Epochs: 21, ByBlock: true, Gap: true, GroupRows: 64},
	"bad rows":                      {Seed: 4, Validators: 400, Epochs: 33, BalanceEvery: 3, BadEvery: 40, GroupRows: 100},
}

func TestReduceEqualsOneMachineWhateverTheShardsAndWindows(t *testing.T) {
	for name, p := range periods {
		t.Run(name, func(t *testing.T) {
			tables, _ := drawn(t, p)
			want := filepath.Join(t.TempDir(), "single.list")
			single(t, "-xatu", tables, "-convert", want, "-lenient")
			var letters map[string]int
			for i, c := range []struct{ shards, window int }{{1, 16}, {2, 1}, {7, 2}} {
				out := filepath.Join(t.TempDir(), "lists")
				output(t, "reduce", "-tables", tables, "-out", out, "-lenient", "-shards", fmt.Sprint(c.shards), "-window", fmt.Sprint(c.window))
				require.True(t, bytes.Equal(content(t, want), merged(t, out)), "%+v", c)
				m, err := openManifest(t.Context(), out)
				require.NoError(t, err)
				require.Len(t, m.of(failureList), c.shards)
				now := kinds(t, out, m)
				require.True(t, i == 0 || maps.Equal(letters, now), "%v", now)
				letters = now
				require.Equal(t, faults(t, tables), letters)
				require.Equal(t, len(letters) > 0, p.Gap || p.BadEvery > 0)
			}
		})
	}
}

// kinds counts the dead letters of a folder by kind. Which row stands for many
// alike of an epoch depends on the window.
func kinds(t testing.TB, dir string, m *manifest) map[string]int {
	of, n := map[string]int{}, 0
	for _, f := range m.of(deadLetter) {
		for line := range bytes.Lines(content(t, join(dir, f.Name))) {
			var d dead
			require.NoError(t, json.Unmarshal(line, &d))
			of[d.Kind]++
			n++
		}
	}
	require.EqualValues(t, n, m.Counts["dead letters"])
	return of
}

// faults counts what one run over the tables leaves out.
func faults(t testing.TB, tables string) map[string]int {
	f := dataset.Faults{Lenient: true}
	all, err := xatu.Open(tables, &f)
	require.NoError(t, err)
	for _, err := range all.Slots() {
		require.NoError(t, err)
	}
	of := map[string]int{}
	for k, n := range f.Counts {
		if n > 0 {
			of[dataset.Kind(k).String()] = int(n)
		}
	}
	return of
}

func TestOneListIsTheVeryFileOfTheSingleMachine(t *testing.T) {
	tables, _ := drawn(t, periods["by block, balances sampled"])
	want, out := filepath.Join(t.TempDir(), "single.list"), t.TempDir()
	single(t, "-xatu", tables, "-convert", want)
	output(t, "reduce", "-tables", tables, "-out", out, "-shards", "1")
	m, err := openManifest(t.Context(), out)
	require.NoError(t, err)
	require.True(t, bytes.Equal(content(t, want), content(t, join(out, m.Files[0].Name))))
}

func TestBadInputFailsTheRunAndNothingLooksComplete(t *testing.T) {
	tables, _ := drawn(t, periods["bad rows"])
	out, copied := filepath.Join(t.TempDir(), "lists"), filepath.Join(t.TempDir(), "letters")
	err := run([]string{"reduce", "-tables", tables, "-out", out}, nil, new(bytes.Buffer))
	require.ErrorContains(t, err, "row group")
	require.ErrorContains(t, err, ".parquet")
	require.Equal(t, []string{"_dead-letters.jsonl"}, names(t, out))
	err = run([]string{"reduce", "-tables", tables, "-out", out, "-dead-letter", copied}, nil, new(bytes.Buffer))
	require.ErrorContains(t, err, copied)
	require.Equal(t, content(t, join(out, "_dead-letters.jsonl")), content(t, copied))
	_, err = openManifest(t.Context(), out)
	require.ErrorIs(t, err, os.ErrNotExist)
}

// A file that was cut off, and one that is no Parquet at all, are dead letters;
// what the single machine makes of the rest is what remains.
func TestDamagedFilesAreDeadLetters(t *testing.T) {
	tables, _ := drawn(t, sample.Period{Seed: 5, Validators: 300, Epochs: 30, BalanceEvery: 1})
	var files []string
	for _, pattern := range []string{"canonical_beacon_elaborated_attestation/*/*/*/*", "canonical_beacon_committee/*/*/*/*"} {
		found, err := filepath.Glob(filepath.Join(tables, pattern))
		require.NoError(t, err)
		require.Greater(t, len(found), 1)
		files = append(files, found[1])
	}
	require.NoError(t, os.Truncate(files[0], 1000))
	b := content(t, files[1])
	for i := len(b) / 4; i < len(b)/2; i++ {
		b[i] ^= 0x5a
	}
	require.NoError(t, os.WriteFile(files[1], b, 0o644))
	want, out := filepath.Join(t.TempDir(), "single.list"), t.TempDir()
	single(t, "-xatu", tables, "-convert", want, "-lenient")
	output(t, "reduce", "-tables", tables, "-out", out, "-lenient", "-shards", "3", "-window", "4")
	require.True(t, bytes.Equal(content(t, want), merged(t, out)))
	m, err := openManifest(t.Context(), out)
	require.NoError(t, err)
	letters := string(content(t, join(out, m.of(deadLetter)[0].Name)))
	require.Contains(t, letters, fmt.Sprintf(`"file":%q,"kind":"truncated file"`, files[0]))
	require.Contains(t, letters, filepath.Base(filepath.Dir(files[1]))+"/"+filepath.Base(files[1]))
	require.True(t, strings.Contains(letters, "row group 0"))
}

// The rows of a file that comes too late are out of order, however well they are
// ordered among themselves.
func TestRowsAreOutOfOrderAcrossFiles(t *testing.T) {
	tables, _ := drawn(t, sample.Period{Seed: 5, Validators: 128, Epochs: 30})
	for _, table := range []xatu.Table{xatu.Committees, xatu.Attestations} {
		found, err := filepath.Glob(filepath.Join(tables, table.String(), "*/*/*/*"))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(filepath.Dir(found[0]), "99.parquet"), content(t, found[0]), 0o644))
	}
	want, out := filepath.Join(t.TempDir(), "single.list"), t.TempDir()
	single(t, "-xatu", tables, "-convert", want, "-lenient")
	output(t, "reduce", "-tables", tables, "-out", out, "-lenient", "-window", "4")
	require.True(t, bytes.Equal(content(t, want), merged(t, out)))
	m, err := openManifest(t.Context(), out)
	require.NoError(t, err)
	letters := kinds(t, out, m)
	require.Equal(t, faults(t, tables), letters)
	require.Positive(t, letters[dataset.SlotOrder.String()])
}

func TestANewRunReplacesTheOldOne(t *testing.T) {
	out := t.TempDir()
	for _, name := range []string{"by slot, balances every epoch", "by block, balances sampled"} {
		tables, _ := drawn(t, periods[name])
		require.NoError(t, os.MkdirAll(join(out, ".attempt-dead/x"), 0o755)) // abandoned
		require.NoError(t, os.WriteFile(join(out, ".attempt-dead/failures-00000"), []byte("half"), 0o644))
		output(t, "reduce", "-tables", tables, "-out", out, "-shards", "2")
		require.Len(t, names(t, out), 3, "two lists and the manifest")
	}
}
