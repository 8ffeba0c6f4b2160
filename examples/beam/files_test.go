package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem/memfs"
	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/budget"
	"github.com/stakesim/stakesim/spec/dataset/xatu/sample"
)

// reduced is a small folder of lists.
func reduced(t testing.TB) (dir, clusters string) {
	tables, clusters := drawn(t, sample.Period{Seed: 6, Validators: 128, Epochs: 8})
	dir = t.TempDir()
	output(t, "reduce", "-tables", tables, "-out", dir, "-shards", "2", "-window", "2")
	return dir, clusters
}

func TestAFolderThatDoesNotMatchItsManifestIsRefused(t *testing.T) {
	for name, spoil := range map[string]func(first, manifest string) error{
		"no manifest":     func(_, m string) error { return os.Remove(m) },
		"no file":         func(f, _ string) error { return os.Remove(f) },
		"a short file":    func(f, _ string) error { return os.Truncate(f, 100) },
		"a long file":     func(f, _ string) error { return os.WriteFile(f, make([]byte, 1<<20), 0o644) },
		"no JSON":         func(_, m string) error { return os.WriteFile(m, []byte("{"), 0o644) },
		"another format":  func(_, m string) error { return os.WriteFile(m, []byte(`{"format":2}`), 0o644) },
		"no lists":        func(_, m string) error { return os.WriteFile(m, []byte(`{"format":1}`), 0o644) },
		"another content": func(f, _ string) error { return flip(f) },
	} {
		t.Run(name, func(t *testing.T) {
			dir, clusters := reduced(t)
			m, err := openManifest(t.Context(), dir)
			require.NoError(t, err)
			require.NoError(t, spoil(join(dir, m.Files[0].Name), join(dir, manifestName)))
			err = run([]string{"backtest", "-failures", dir, "-clusters", clusters}, nil, new(bytes.Buffer))
			require.ErrorContains(t, err, dir)
			if name != "no manifest" {
				require.ErrorIs(t, err, spec.ErrInput)
			}
		})
	}
}

// flip changes a bit in the middle of a file.
func flip(name string) error {
	b, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	b[len(b)/2] ^= 1
	return os.WriteFile(name, b, 0o644)
}

// The second list is opened by a worker only.
func TestAContentThatChangedFailsTheJob(t *testing.T) {
	dir, clusters := reduced(t)
	m, err := openManifest(t.Context(), dir)
	require.NoError(t, err)
	require.NoError(t, flip(join(dir, m.Files[1].Name)))
	out := t.TempDir()
	err = run([]string{"backtest", "-failures", dir, "-clusters", clusters, "-out", out}, nil, new(bytes.Buffer))
	require.ErrorContains(t, err, m.Files[1].Name)
	require.NotContains(t, err.Error(), "DoFn")
	require.Empty(t, names(t, out))
}

// While files get their names, a reader that knows no manifest stumbles.
func TestACommitThatWasCutOffIsNoOutput(t *testing.T) {
	dir, _ := reduced(t)
	a := newAttempt(filepath.Join(t.TempDir(), "out"))
	files := []file{{Kind: failureList}, {Kind: failureList, Name: "second", Part: "not there"}}
	require.NoError(t, a.write(t.Context(), &files[0], "first", ".list", func(local string) error { return os.WriteFile(local, []byte("x"), 0o644) }))
	_, err := a.commit(t.Context(), files, nil)
	require.ErrorIs(t, err, os.ErrNotExist)
	require.Contains(t, names(t, a.Dir), unfinished)
	_, err = openManifest(t.Context(), a.Dir)
	require.ErrorIs(t, err, os.ErrNotExist)
	require.NotContains(t, names(t, dir), unfinished)
}

// An object store, here one in memory, holds tables and lists.
func TestAnObjectStoreHoldsTablesAndLists(t *testing.T) {
	tables, clusters := drawn(t, sample.Period{Seed: 7, Validators: 128, Epochs: 20, ByBlock: true})
	require.NoError(t, filepath.WalkDir(tables, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			below, _ := filepath.Rel(tables, path)
			memfs.Write("memfs://tables/"+strings.ReplaceAll(below, "/", "_"), content(t, path))
		}
		return err
	}))
	memfs.Write("memfs://clusters.csv", content(t, clusters))
	local := t.TempDir()
	output(t, "reduce", "-tables", tables, "-out", local, "-shards", "3", "-window", "4")
	for range 2 { // the second run replaces the first
		output(t, "reduce", "-tables", "memfs://tables/*", "-out", "memfs://lists", "-shards", "3", "-window", "4")
	}
	want, err := openManifest(t.Context(), local)
	require.NoError(t, err)
	got, err := openManifest(t.Context(), "memfs://lists")
	require.NoError(t, err)
	require.Equal(t, want.Files, got.Files)
	all, _, err := list(t.Context(), "memfs://lists/*")
	require.NoError(t, err)
	require.Len(t, all, 4)
	left, _, err := list(t.Context(), "memfs://lists/*/*")
	require.NoError(t, err)
	require.Empty(t, left, "attempts are removed")
	require.Equal(t, output(t, "backtest", "-failures", local, "-clusters", clusters),
		output(t, "backtest", "-failures", "memfs://lists", "-clusters", "memfs://clusters.csv"))
}

func TestAnInterruptedJobLeavesNothing(t *testing.T) {
	tables, _ := drawn(t, sample.Period{Seed: 7, Validators: 128, Epochs: 20})
	o, err := parse([]string{"reduce", "-tables", tables, "-out", t.TempDir()}, nil)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = o.reduce(ctx)
	require.ErrorIs(t, err, context.Canceled)
	require.Empty(t, names(t, o.out))
}

func TestAManifestSaysWhatTheListsHold(t *testing.T) {
	dir, _ := reduced(t)
	var m struct {
		Files []map[string]any `json:"files"`
	}
	require.NoError(t, json.Unmarshal(content(t, join(dir, manifestName)), &m))
	require.Len(t, m.Files, 2)
	for i, f := range m.Files {
		require.EqualValues(t, 4*32, f["slots"])
		require.EqualValues(t, (sampleFrom+4*i)*32, f["first_slot"])
		require.EqualValues(t, (sampleFrom+4*i+4)*32-1, f["last_slot"])
		require.NotContains(t, f, "part")
	}
}

func FuzzUnpack(f *testing.F) {
	var p packer
	p.string("a")
	p.uint(7)
	p.validators([]uint32{5, 3, 1 << 31})
	f.Add([]byte(p))
	f.Fuzz(func(t *testing.T, b []byte) {
		budget.Run(t, budget.Limit{}, func() {
			u := unpacker{b: b}
			_, n := u.string(), u.uint()
			_, ids := u.validators(nil)
			if u.err != nil || len(u.b) > 0 {
				return
			}
			require.LessOrEqual(t, len(ids), len(b))
			var again packer
			again.string(string(b[1 : 1+b[0]&0x7f])) // names below 128 bytes have a length of one byte
			again.uint(n)
			again.validators(ids)
			v := unpacker{b: again}
			v.string()
			v.uint()
			_, back := v.validators(nil)
			require.NoError(t, v.err)
			require.Equal(t, ids, back)
		})
	})
}

func TestWhatIsReadOfAFileIsWhatWasWritten(t *testing.T) {
	f := file{Bytes: 3, SHA256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"} // FIPS 180-2, "abc"
	require.NoError(t, f.holds("outcome", []byte("abc")))
	for _, changed := range []string{"abd", "ab", "abcd", ""} {
		require.ErrorIs(t, f.holds("outcome", []byte(changed)), spec.ErrInput, changed)
	}
}
