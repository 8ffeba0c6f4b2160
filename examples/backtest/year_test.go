package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/spec/dataset"
)

// TestYear writes a failure list of a year of 1,000,000 validators, 82,125
// epochs, and runs the program on it. The list takes 2.3 GB at 3 failures per
// thousand, 15 GB at 23, so it is made only on request:
//
//	BACKTEST_YEAR=/some/folder BACKTEST_PERMILLE=3 go test -run TestYear -v -timeout 1h ./examples/backtest
func TestYear(t *testing.T) {
	dir := os.Getenv("BACKTEST_YEAR")
	if dir == "" {
		t.Skip("NOT RUN: the back-test of a year of 1,000,000 validators, which writes gigabytes; set BACKTEST_YEAR to a folder for them")
	}
	perMille, err := strconv.Atoi(os.Getenv("BACKTEST_PERMILLE"))
	if err != nil {
		perMille = 3
	}
	g := &generated{validators: 1_000_000, perMille: perMille, epochs: 82_125}
	file, labels := filepath.Join(dir, "year.failures"), filepath.Join(dir, "clusters.csv")
	require.NoError(t, dataset.WriteList(file, g.slots(), &g.duties))
	var csv bytes.Buffer
	csv.WriteString("validator_id,cluster\n")
	p := g.population(t, 1000)
	for v, c := range p.Clusters.Of {
		if c > 0 {
			fmt.Fprintf(&csv, "%d,%s\n", v, p.Names[c])
		}
	}
	require.NoError(t, os.WriteFile(labels, csv.Bytes(), 0o644))
	info, err := os.Stat(file)
	require.NoError(t, err)
	t.Logf("%s: %d bytes; labels %s", file, info.Size(), labels)
}
