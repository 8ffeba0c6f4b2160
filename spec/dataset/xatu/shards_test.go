package xatu_test

import (
	"errors"
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
)

// sharded writes a folder of lists of both formats, and the list of all.
func sharded(t testing.TB) (dir string, all []dataset.SlotFailures) {
	dir = t.TempDir()
	parts := make([][]dataset.SlotFailures, 12)
	for slot := range spec.Slot(400) {
		s := dataset.SlotFailures{Slot: 9600 + slot, Committee: 4, Balance: 128 * spec.ETH, Failures: []dataset.Failure{dataset.NewFailure(uint32(slot), 32, dataset.Late)}}
		all = append(all, s)
		part := &parts[slot/8%11] // the last stays empty
		*part = append(*part, s)
	}
	require.NoError(t, os.Mkdir(filepath.Join(dir, "more"), 0o755))
	for i, part := range parts {
		name, write := fmt.Sprintf("list-%d-of-12", i), dataset.WriteList
		if i%2 == 0 {
			write = xatu.WriteList
		}
		if i > 6 {
			name = filepath.Join("more", name)
		}
		d := duties(uint32(i))
		for _, s := range part {
			d.Add(s.Failures[0].Validator())
		}
		require.NoError(t, write(filepath.Join(dir, name), slots(part...), d))
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, "_SUCCESS"), nil, 0o644))
	require.NoError(t, os.Mkdir(filepath.Join(dir, ".part"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, ".part", "x"), nil, 0o644))
	return dir, all
}

func TestAFolderOfListsIsOneList(t *testing.T) {
	dir, all := sharded(t)
	for _, names := range [][]string{{dir}, {filepath.Join(dir, "list-*"), filepath.Join(dir, "more")}, {dir, dir}} {
		s, err := xatu.OpenShards(names...)
		require.NoError(t, err)
		require.Equal(t, len(all), s.Duties.Count())
		require.EqualValues(t, len(all), s.Slots())
		read := 0
		s.OnRead(func(n int) { read += n })
		for range 2 {
			i := 0
			for slot, err := range s.All() {
				require.NoError(t, err)
				require.Equal(t, all[i], slot)
				i++
			}
			require.Equal(t, len(all), i)
		}
		require.NotZero(t, read)
		require.NoError(t, s.Close())
	}
}

func TestWhatIsNoListIsNoShard(t *testing.T) {
	dir, _ := sharded(t)
	_, err := xatu.OpenShards(filepath.Join(dir, "none"))
	require.ErrorIs(t, err, fs.ErrNotExist)
	var fault *dataset.Fault
	_, err = xatu.OpenShards(t.TempDir())
	require.True(t, errors.As(err, &fault))
	require.Equal(t, dataset.MissingFile, fault.Kind)
	for kind, content := range map[dataset.Kind]string{dataset.Truncated: "PAR1", dataset.Malformed: "notes that somebody left beside the lists, longer than a header of such a list"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, "more", "notes"), []byte(content), 0o644))
		_, err = xatu.OpenShards(dir)
		require.True(t, errors.As(err, &fault))
		require.Equal(t, kind, fault.Kind)
	}
	require.NoError(t, os.Remove(filepath.Join(dir, "more", "notes")))
	require.NoError(t, os.Link(filepath.Join(dir, "list-1-of-12"), filepath.Join(dir, "copy")))
	s, err := xatu.OpenShards(dir)
	require.NoError(t, err)
	for _, err = range s.All() {
	}
	require.True(t, errors.As(err, &fault))
	require.Equal(t, dataset.SlotTwice, fault.Kind)
}

// Windows written as lists, by two machines, say, are the list of one.
func TestTheListsOfWindowsAreTheListOfOneRun(t *testing.T) {
	dir, lists := t.TempDir(), t.TempDir()
	p := sample.Period{Seed: 11, Validators: 320, From: 300_000, Epochs: 12, ByBlock: true, BalanceEvery: 3}
	require.NoError(t, p.Write(dir))
	m, rng := load(t, dir), newRand()
	for from := m.from; from < m.to; from += 2 {
		w := m.window(rng, from, from+2)
		require.NoError(t, dataset.WriteList(filepath.Join(lists, fmt.Sprint(from)), w.Failures(), &w.Duties))
	}
	s, err := xatu.OpenShards(lists)
	require.NoError(t, err)
	defer s.Close()
	file := filepath.Join(t.TempDir(), "list")
	require.NoError(t, dataset.WriteList(file, s.All(), &s.Duties))
	got, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, single(t, dir).list, got)
}
