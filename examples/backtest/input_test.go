package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/dataset"
	"github.com/stakesim/stakesim/spec/file"
)

// files writes the sample's texts, the given one changed, and returns the flags
// that name them.
func files(t *testing.T, changed string, change func(string) string) []string {
	dir := t.TempDir()
	var args []string
	r := sampleRecord(t)
	for i, in := range []file.Input{r.Committees, r.Attesters, r.Immediate} {
		l, err := dataset.OpenLists(in, nil)
		require.NoError(t, err)
		var b strings.Builder
		for {
			slot, ids, err := l.Next()
			if err != nil {
				break
			}
			b.WriteString(line(slot, ids))
		}
		name := filepath.Join(dir, recordFlags[i])
		text := b.String()
		if recordFlags[i] == changed {
			text = change(text)
		}
		require.NoError(t, os.WriteFile(name, []byte(text), 0o644))
		args = append(args, "-"+recordFlags[i], name)
	}
	return append(args, "-clusters", recordDir+"clusters.csv")
}

func line(slot spec.Slot, ids []uint32) string {
	return fmt.Sprintf("%d\t[%s]\n", slot, strings.Join(strings.Fields(strings.Trim(fmt.Sprint(ids), "[]")), ","))
}

func TestFilesGiveWhatTheEmbeddedRecordGives(t *testing.T) {
	args := files(t, "", nil)
	for _, mode := range [][]string{nil, {"-as-published"}} {
		require.Equal(t, output(t, mode...), output(t, append(args, mode...)...))
	}
}

func TestEveryFormOfTheRecordGivesTheSame(t *testing.T) {
	want := output(t)
	for _, name := range []string{"list.failures", "list.parquet"} {
		list := filepath.Join(t.TempDir(), name)
		output(t, "-convert", list)
		args := []string{"-failures", list, "-clusters", recordDir + "clusters.csv"}
		require.Equal(t, want, output(t, args...))
		require.Equal(t, want, output(t, append(args, "-map")...))
		for _, other := range []string{"again.failures", "again.parquet"} {
			again := filepath.Join(t.TempDir(), other)
			output(t, "-failures", list, "-convert", again)
			args[1] = again
			require.Equal(t, want, output(t, args...))
		}
	}
}

func TestBadInputEndsTheRunOrIsCounted(t *testing.T) {
	stderr := new(bytes.Buffer)
	errStream = stderr
	defer func() { errStream = os.Stderr }()
	args := files(t, "attesters", func(s string) string { return strings.Replace(s, "[", "[639,", 1) })
	err := run(args, nil, new(bytes.Buffer))
	require.ErrorIs(t, err, spec.ErrInput)
	require.ErrorContains(t, err, "attesters:1: attester outside its committee: validator 639, slot 9600000")
	for _, mode := range [][]string{{"-lenient"}, {"-lenient", "-as-published"}} {
		stderr.Reset()
		got := output(t, append(args, mode...)...)
		require.Equal(t, "backtest: left out 1 pieces of bad input: attester outside its committee: 1\n", stderr.String())
		require.Equal(t, output(t, mode[1:]...), got, "the rest is as before")
	}
}

func TestAConversionThatFailsLeavesNothing(t *testing.T) {
	args := files(t, "committees", func(s string) string { return s[:len(s)-9] })
	for _, name := range []string{"x", "x.parquet"} {
		dir := t.TempDir()
		require.ErrorIs(t, run(append(args, "-convert", filepath.Join(dir, name)), nil, new(bytes.Buffer)), spec.ErrInput)
		entries, err := os.ReadDir(dir)
		require.NoError(t, err)
		require.Empty(t, entries)
	}
}
