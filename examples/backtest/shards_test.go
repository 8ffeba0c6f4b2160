package main

import (
	"bytes"
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

// The network decides by when an attestation had to be included, which epochs there
// are, and what a penalty is; a list says of which it is.
func TestAListIsOfTheNetworkThatItWasMadeFor(t *testing.T) {
	dir := t.TempDir()
	list := filepath.Join(dir, "holesky.list")
	output(t, "-network", "holesky", "-convert", list)
	l, err := dataset.OpenList(list)
	require.NoError(t, err)
	require.Equal(t, dataset.Origin{Network: "holesky", SlotsPerEpoch: 32}, l.Origin)
	require.NoError(t, l.Close())
	clusters := recordDir + "clusters.csv"
	for network, ok := range map[string]bool{"": true, "holesky": true, "mainnet": false, "gnosis": false} {
		args := []string{"-failures", list, "-clusters", clusters, "-fake=false", "-bootstrap", "0"}
		if network != "" {
			args = append(args, "-network", network)
		}
		err := run(args, nil, new(bytes.Buffer))
		if ok {
			require.NoError(t, err, network)
		} else {
			require.ErrorIs(t, err, spec.ErrInput, network)
		}
	}
	require.ErrorContains(t, run([]string{"-network", "gnosis"}, nil, new(bytes.Buffer)), "16", "epochs of other lengths are refused")
	require.ErrorContains(t, run([]string{"-network", "holeski"}, nil, new(bytes.Buffer)), "holesky")
}
