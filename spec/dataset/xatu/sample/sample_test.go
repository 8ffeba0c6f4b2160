package sample_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/dataset"
	"github.com/stakesim/stakesim/spec/dataset/xatu"
	"github.com/stakesim/stakesim/spec/dataset/xatu/sample"
	"github.com/stakesim/stakesim/spec/file"
)

func tree(t testing.TB, dir string) map[string]string {
	files := map[string]string{}
	require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		below, _ := filepath.Rel(dir, path)
		b, err := os.ReadFile(path)
		files[below] = string(b)
		return err
	}))
	return files
}

func TestTheSamePeriodGivesTheSameFiles(t *testing.T) {
	p := sample.Period{Seed: 1, Validators: 320, From: 300_000, Epochs: 20, ByBlock: true, BadEvery: 9}
	a, b, c := t.TempDir(), t.TempDir(), t.TempDir()
	require.NoError(t, p.Write(a))
	require.NoError(t, p.Write(b))
	p.Seed++
	require.NoError(t, p.Write(c))
	require.Equal(t, tree(t, a), tree(t, b))
	require.NotEqual(t, tree(t, a), tree(t, c))
}

func TestAPeriodHasEverythingThatTablesHave(t *testing.T) {
	p := sample.Period{Seed: 1, Validators: 3200, From: 300_000, Epochs: 20, ByBlock: true, BalanceEvery: 6, GroupRows: 100}
	dir := t.TempDir()
	require.NoError(t, p.Write(dir))
	tables, err := xatu.Open(dir, nil)
	require.NoError(t, err)
	require.Len(t, tables.Files(xatu.Committees), 3, "hours")
	duties, missing, slashed, unlike, failed := map[uint64]int{}, 0, 0, 0, 0
	for s, err := range tables.Slots() {
		require.NoError(t, err)
		if s.NextBlockMissing {
			missing++
		}
		for _, m := range s.Members {
			duties[uint64(s.Slot)/32<<32|uint64(m.Validator)]++
			if m.Slashed {
				slashed++
			}
			if m.Known && m.Increments != 32 {
				unlike++
			}
			if m.Flags != spec.AllFlags {
				failed++
			}
		}
	}
	require.Len(t, duties, 3200*20)
	for _, n := range duties {
		require.Equal(t, 1, n, "one duty an epoch")
	}
	c := tables.Counts
	for what, n := range map[string]uint64{
		"missing": uint64(missing), "slashed": uint64(slashed), "other balances": uint64(unlike), "failed": uint64(failed),
		"unknown": c.UnknownBalances, "repeated": c.Repeated, "late": c.LateRows, "in other files": c.OtherFileRows,
	} {
		require.NotZero(t, n, what)
	}
	require.Less(t, failed, 3200*20/4)
	b, err := os.Open(tables.Files(xatu.Attestations)[0])
	require.NoError(t, err)
	defer b.Close()
	info, err := b.Stat()
	require.NoError(t, err)
	f, err := xatu.OpenFile(xatu.Attestations, "x", b, info.Size())
	require.NoError(t, err)
	require.Greater(t, f.Groups(), 3)
}

func TestBadRowsAreOfManyKinds(t *testing.T) {
	p := sample.Period{Seed: 1, Validators: 320, From: 300_000, Epochs: 20, BadEvery: 10, Gap: true}
	dir := t.TempDir()
	require.NoError(t, p.Write(dir))
	faults := &dataset.Faults{Lenient: true}
	tables, err := xatu.Open(dir, faults)
	require.NoError(t, err)
	noHistory := 0
	for s, err := range tables.Failures(nil) {
		require.NoError(t, err)
		if s.NoHistory {
			noHistory++
		}
	}
	require.Equal(t, 64, noHistory, "the first epoch and the one after the gap")
	for _, kind := range []dataset.Kind{
		dataset.Malformed, dataset.SlotTwice, dataset.SlotOrder, dataset.IDTwice, dataset.Outsider, dataset.NoCommittee, dataset.UnknownValidator,
	} {
		require.NotZero(t, faults.Counts[kind], "%v", kind)
	}
}

func TestPeriodsThatAreNone(t *testing.T) {
	good := sample.Period{Validators: 32, From: 1, Epochs: 1}
	require.NoError(t, good.Write(t.TempDir()))
	for name, change := range map[string]func(*sample.Period){
		"too few":      func(p *sample.Period) { p.Validators = 31 },
		"too many":     func(p *sample.Period) { p.Validators = 1 << 24 },
		"no epoch":     func(p *sample.Period) { p.Epochs = 0 },
		"the first":    func(p *sample.Period) { p.From = 0 },
		"too late":     func(p *sample.Period) { p.From = 1 << 27 },
		"bad bad rows": func(p *sample.Period) { p.BadEvery = -1 },
	} {
		p := good
		change(&p)
		dir := t.TempDir()
		require.ErrorIs(t, p.Write(dir), spec.ErrInput, name)
		require.Empty(t, tree(t, dir))
	}
	require.ErrorIs(t, sample.Period{}.Labels(filepath.Join(t.TempDir(), "x")), spec.ErrInput)
}

func ExamplePeriod_Write() {
	dir, _ := os.MkdirTemp("", "sample")
	defer os.RemoveAll(dir)
	p := sample.Period{Seed: 1, Validators: 320, From: 300_000, Epochs: 3}
	fmt.Println(p.Write(dir))
	tables, _ := xatu.Open(dir, nil)
	slots := 0
	for _, err := range tables.Slots() {
		if err != nil {
			fmt.Println(err)
		}
		slots++
	}
	fmt.Println(slots, tables.Counts.Duties)
	// Output:
	// <nil>
	// 96 960
}

func ExamplePeriod_Labels() {
	dir, _ := os.MkdirTemp("", "sample")
	defer os.RemoveAll(dir)
	name := filepath.Join(dir, "clusters.csv")
	fmt.Println(sample.Period{Seed: 1, Validators: 3200}.Labels(name))
	in, _ := file.Path(name)
	labels, err := dataset.ReadLabels(in, dataset.LabelOptions{Label: "cluster"}, nil, nil)
	fmt.Println(len(labels.Names), labels.Names[0], err)
	// Output:
	// <nil>
	// 20 cluster-00 <nil>
}
