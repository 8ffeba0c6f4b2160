package main

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/dataset"
	"github.com/stakesim/stakesim/spec/dataset/xatu"
	"github.com/stakesim/stakesim/spec/dataset/xatu/sample"
)

func TestAFolderOfListsIsOneList(t *testing.T) {
	whole := filepath.Join(t.TempDir(), "whole")
	output(t, "-convert", whole)
	l, err := dataset.OpenList(whole)
	require.NoError(t, err)
	defer l.Close()
	dir := t.TempDir()
	for i := range 3 { // epochs dealt out in turn, the last list as Parquet
		part := func(yield func(dataset.SlotFailures, error) bool) {
			for s, err := range l.All() {
				if int(s.Slot/dataset.SlotsPerEpoch)%3 == i && !yield(s, err) {
					return
				}
			}
		}
		write, name := dataset.WriteList, fmt.Sprintf("part-%d", i)
		if i == 2 {
			write, name = xatu.WriteList, name+".parquet"
		}
		require.NoError(t, write(filepath.Join(dir, name), part, &l.Duties))
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, "_notes"), nil, 0o644))
	want := output(t)
	for _, name := range []string{dir, filepath.Join(dir, "part-*")} {
		require.Equal(t, want, output(t, "-failures", name, "-clusters", recordDir+"clusters.csv"))
	}
	require.NoError(t, dataset.WriteList(filepath.Join(dir, "twice"), l.All(), &l.Duties))
	require.ErrorIs(t, run([]string{"-failures", dir, "-clusters", recordDir + "clusters.csv"}, nil, os.Stdout), spec.ErrInput)
	require.Error(t, run([]string{"-failures", t.TempDir(), "-clusters", recordDir + "clusters.csv"}, nil, os.Stdout))
}

func TestTablesGiveWhatTheirFailureListGives(t *testing.T) {
	dir, list := t.TempDir(), filepath.Join(t.TempDir(), "list")
	p := sample.Period{Seed: 1, Validators: 640, From: 300_000, Epochs: 5}
	require.NoError(t, p.Write(dir))
	labels := filepath.Join(t.TempDir(), "labels.csv")
	require.NoError(t, p.Labels(labels))
	output(t, "-xatu", dir, "-convert", list)
	args := []string{"-clusters", labels, "-groups", "labels"}
	want := output(t, append(args, "-xatu", dir)...)
	require.Contains(t, want, "640 validators, 5 epochs")
	require.Equal(t, want, output(t, append(args, "-failures", list)...))
}
