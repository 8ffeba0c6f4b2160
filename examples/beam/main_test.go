package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/examples/internal/cli"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/dataset"
	"github.com/stakesim/stakesim/spec/dataset/xatu"
	"github.com/stakesim/stakesim/spec/dataset/xatu/sample"
)

// asProgram makes the test binary the program itself, so that tests start job
// servers, pools and submitters as processes of their own.
const asProgram = "STAKESIM_BEAM_AS_PROGRAM"

func TestMain(m *testing.M) {
	beam.Init()
	if os.Getenv(asProgram) != "" {
		cli.Main("beam", run)
	}
	errStream = new(bytes.Buffer)
	quiet(false, errStream)
	os.Exit(m.Run())
}

// singleMachine is examples/backtest, built once.
var singleMachine = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "single-*")
	if err != nil {
		return "", err
	}
	name := filepath.Join(dir, "backtest")
	out, err := exec.Command("go", "build", "-C", "../..", "-o", name, "./examples/backtest").CombinedOutput()
	if err != nil {
		os.Stderr.Write(out)
	}
	return name, err
})

// single runs the single-machine program.
func single(t testing.TB, args ...string) string {
	name, err := singleMachine()
	require.NoError(t, err)
	var out, errs bytes.Buffer
	c := exec.Command(name, args...)
	c.Stdout, c.Stderr = &out, &errs
	require.NoError(t, c.Run(), "%s", &errs)
	return out.String()
}

// output runs the program in this process.
func output(t testing.TB, args ...string) string {
	var out bytes.Buffer
	require.NoError(t, run(args, nil, &out))
	return out.String()
}

// sampleFrom is the first epoch of the drawn sets.
const sampleFrom = 269568 + 500

// drawn writes the tables and the labels of a period.
func drawn(t testing.TB, p sample.Period) (tables, clusters string) {
	dir := t.TempDir()
	tables, clusters = filepath.Join(dir, "tables"), filepath.Join(dir, "clusters.csv")
	p.From = spec.Epoch(sampleFrom)
	require.NoError(t, p.Write(tables))
	require.NoError(t, p.Labels(clusters))
	return tables, clusters
}

// ours is of which network the drawn tables are.
var ours = dataset.Origin{Network: "mainnet", SlotsPerEpoch: 32}

// timing is the main network's.
var timing = xatu.Timing{Network: "mainnet", Deneb: 269568}

// merged reads a folder of lists as one and writes it as one.
func merged(t testing.TB, dir string) []byte {
	shards, err := xatu.OpenShards(dir)
	require.NoError(t, err)
	defer shards.Close()
	name := filepath.Join(t.TempDir(), "merged")
	of, err := shards.Origin()
	require.NoError(t, err)
	require.NoError(t, dataset.WriteListOf(of, name, shards.All(), &shards.Duties))
	return content(t, name)
}

func content(t testing.TB, name string) []byte {
	b, err := os.ReadFile(name)
	require.NoError(t, err)
	return b
}

// kept collects what a stage emits.
type kept[K comparable] map[K][][]byte

func (k kept[K]) emit(key K, b []byte) { k[key] = append(k[key], b) }

// iterate is what a stage sees of collected elements.
func iterate[T any](all []T) func(*T) bool {
	return func(to *T) bool {
		if len(all) == 0 {
			return false
		}
		*to, all = all[0], all[1:]
		return true
	}
}

// names are the files of a folder.
func names(t testing.TB, dir string) (all []string) {
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}

func TestAWrongCommandLineIsAUsageError(t *testing.T) {
	study := []string{"backtest", "-failures", "a", "-clusters", "b"}
	for _, args := range [][]string{
		{"-nope"}, {"nope"}, {"reduce"}, {"reduce", "-tables", "a"}, {"reduce", "extra"}, {"backtest"}, {"sweep", "-failures", "a", "-clusters", "b"},
		{"-runner", "x"}, {"-runner", "universal"}, {"-endpoint", "x"}, {"-pool", "x"}, {"-shards", "0"}, {"-window", "0"}, {"-validators", "1"},
		{"jobserver", "-port", "0"}, {"worker", "-port", "70000"}, {"--", "-nope"}, {"-bootstrap", "-1"},
		append(study, "-format", "xml"), append(study, "-mechanism", "x"), append(study, "-deadline", "x"), append(study, "-groups", "x"), append(study, "-top", "-1"),
		{"sweep", "-failures", "a", "-clusters", "b", "-grid", "slot-relative/cap=x"},
		{"sweep", "-failures", "a", "-clusters", "b", "-grid", "a" + strings.Repeat("|a", 5000)},
	} {
		require.ErrorIs(t, run(args, nil, new(bytes.Buffer)), cli.ErrUsage, "%v", args)
	}
}

func TestHelpHasExamplesOfEveryCommand(t *testing.T) {
	for command := range commands {
		args := []string{command, "-h"}
		if command == "" {
			args = args[1:]
		}
		text := output(t, args...)
		require.Contains(t, text, "  beam "+command)
		require.Contains(t, text, "-v\t")
	}
}

func TestInputThatIsNotThereIsAnErrorThatNamesIt(t *testing.T) {
	dir := t.TempDir()
	err := run([]string{"reduce", "-tables", dir, "-out", filepath.Join(dir, "out")}, nil, new(bytes.Buffer))
	require.ErrorContains(t, err, "canonical_beacon_committee: missing file")
	require.ErrorIs(t, err, spec.ErrInput)
	err = run([]string{"backtest", "-failures", dir, "-clusters", "x"}, nil, new(bytes.Buffer))
	require.ErrorContains(t, err, dir)
	require.ErrorIs(t, err, os.ErrNotExist)
	err = run([]string{"reduce", "-tables", dir + "/x", "-out", dir}, nil, new(bytes.Buffer))
	require.ErrorContains(t, err, dir+"/x")
}
