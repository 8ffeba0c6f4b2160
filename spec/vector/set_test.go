package vector_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/budget"
	"github.com/stakesim/stakesim/spec/file"
	"github.com/stakesim/stakesim/spec/vector"
)

// newCases are n cases of one suite.
func newCases(n int) (all []vector.NewCase) {
	for i := range n {
		p := somePath
		p.Case = fmt.Sprintf("case_%03d", i)
		all = append(all, vector.NewCase{Path: p, Meta: vector.Meta{Seed: 1}, Files: []vector.File{vector.SSZ("pre", []byte(p.Case))}})
	}
	return all
}

func newWriter(t *testing.T, dir string) *vector.Writer {
	t.Helper()
	w, err := vector.NewWriter(dir)
	require.NoError(t, err)
	return w
}

// atRoot are the names beside "tests".
func atRoot(t *testing.T, dir string) (names []string) {
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestTheManifestStandsBeforeTheFirstCase(t *testing.T) {
	dir := t.TempDir()
	cases := newCases(40)
	// A file where a folder is needed: it fails as a full disk would.
	at := filepath.Join(dir, "tests", filepath.Dir(cases[0].Path.String()))
	require.NoError(t, os.MkdirAll(filepath.Dir(at), 0o755))
	require.NoError(t, os.WriteFile(at, nil, 0o600))
	written, kept, err := newWriter(t, dir).WriteSet(cases, vector.Set{})
	require.Error(t, err)
	require.Zero(t, written+kept)
	tree := openTree(t, dir)
	m, err := tree.SetManifest()
	require.NoError(t, err)
	require.Len(t, m.Cases(), 40)
	require.NoError(t, os.Remove(at))
	require.ErrorIs(t, m.Check(tree.Case(cases[7].Path)), fs.ErrNotExist)
	require.Equal(t, []string{vector.SetManifestFile, "tests"}, atRoot(t, dir))
}

func TestASetIsGoneOnWithAndWhatAKilledRunLeftIsRemoved(t *testing.T) {
	dir := t.TempDir()
	cases := newCases(40)
	w := newWriter(t, dir)
	for _, c := range cases[:15] {
		require.NoError(t, w.Write(c.Path, c.Meta, c.Files...))
	}
	require.NoError(t, os.Mkdir(filepath.Join(dir, ".part-abc"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(dir, ".part-abc", "pre"), nil, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "."+vector.SetManifestFile+".part-x"), nil, 0o600))
	steps := make(chan int, 100)
	written, kept, err := w.WriteSet(cases, vector.Set{Step: func() { steps <- 1 }})
	require.NoError(t, err)
	require.Equal(t, []int{25, 15, 25}, []int{written, kept, len(steps)})
	require.Equal(t, []string{vector.SetManifestFile, "tests"}, atRoot(t, dir))
	tree := openTree(t, dir)
	m, err := tree.SetManifest()
	require.NoError(t, err)
	all := allCases(t, tree, vector.Path{})
	require.Len(t, all, 40)
	for _, c := range all {
		require.NoError(t, m.Check(c))
	}
	first, err := os.ReadFile(filepath.Join(dir, vector.SetManifestFile))
	require.NoError(t, err)
	require.Equal(t, string(first), string(m.Bytes()))
	written, kept, err = w.WriteSet(cases, vector.Set{})
	require.NoError(t, err)
	require.Equal(t, []int{0, 40}, []int{written, kept})
}

func TestASetRefusesBeforeItWrites(t *testing.T) {
	twice := append(newCases(2), newCases(1)...)
	bad := newCases(2)
	bad[1].Path.Case = "../x"
	file := newCases(2)
	file[1].Files = append(file[1].Files, file[1].Files[0])
	for name, cases := range map[string][]vector.NewCase{"a path given twice": twice, "a path away": bad, "a file given twice": file} {
		dir := t.TempDir()
		_, _, err := newWriter(t, dir).WriteSet(cases, vector.Set{Replace: true})
		require.ErrorIs(t, err, spec.ErrInput, name)
		require.NotContains(t, atRoot(t, dir), vector.SetManifestFile)
	}
	dir := t.TempDir()
	w := newWriter(t, dir)
	_, _, err := w.WriteSet(newCases(3), vector.Set{})
	require.NoError(t, err)
	other := newCases(5)
	other[1].Meta.Seed = 2
	_, _, err = w.WriteSet(other, vector.Set{})
	require.ErrorIs(t, err, fs.ErrExist)
	require.ErrorContains(t, err, "case_001")
	require.ErrorContains(t, err, "meta.yaml: invalid input: altered")
	require.Len(t, allCases(t, openTree(t, dir), vector.Path{}), 3)
	written, kept, err := w.WriteSet(other, vector.Set{Replace: true})
	require.NoError(t, err)
	require.Equal(t, []int{3, 2}, []int{written, kept})
	require.Equal(t, []string{vector.SetManifestFile, "tests"}, atRoot(t, dir))
}

func ExampleWriter_WriteSet() {
	dir, err := os.MkdirTemp("", "set-*")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	w, err := vector.NewWriter(dir)
	if err != nil {
		fmt.Println(err)
		return
	}
	for range 2 {
		written, kept, err := w.WriteSet(newCases(3), vector.Set{})
		fmt.Println(written, kept, err)
	}
	// Output:
	// 3 0 <nil>
	// 0 3 <nil>
}

func ExampleSetManifest() {
	var m vector.SetManifest
	m.Add(somePath, []vector.File{{Name: "x", Data: []byte("abc")}})
	fmt.Print(string(m.Bytes()))
	// Output:
	// # stakesim fixtures 1
	// # 1 cases, 1 files, 3 bytes
	// # 1 files, 3 bytes: tests/minimal/electra/rewards/basic/pyspec_tests/empty
	// ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  tests/minimal/electra/rewards/basic/pyspec_tests/empty/x
}

func ExampleSetManifest_Check() {
	c := memory(map[string]string{"x": "abc", "y": ""}).Case(somePath)
	var m vector.SetManifest
	m.Add(somePath, []vector.File{{Name: "x", Data: []byte("abc")}})
	fmt.Println(m.Check(c))
	// Output: y: invalid input: manifest.sha256 does not list this file
}

func ExampleSetManifest_Cases() {
	var m vector.SetManifest
	m.Add(somePath, nil)
	fmt.Println(m.Cases())
	// Output: [minimal/electra/rewards/basic/pyspec_tests/empty]
}

func ExampleReadSetManifest() {
	_, err := vector.ReadSetManifest(file.Once("manifest.sha256", strings.NewReader("# stakesim fixtures 1\n# 2 cases, 9 files, 1 bytes\n")))
	fmt.Println(err)
	// Output: manifest.sha256:2: invalid input: 0 cases, 0 files and 0 bytes where line 2 says 2, 9 and 1: is it cut?
}

func ExampleTree_SetManifest() {
	m, err := memory(nil).SetManifest()
	fmt.Println(m == nil, err)
	// Output: true <nil>
}

func ExampleComplete() {
	all, err := vector.Complete(somePath, vector.Meta{Seed: 7}, []vector.File{vector.SSZ("pre", nil)})
	for _, f := range all {
		fmt.Println(f.Name)
	}
	fmt.Println(err)
	// Output:
	// manifest.yaml
	// pre.ssz_snappy
	// meta.yaml
	// <nil>
}

// FuzzSetManifest reads any text: what is read is written again to the byte.
func FuzzSetManifest(f *testing.F) {
	var m vector.SetManifest
	f.Add(m.Bytes())
	m.Add(somePath, []vector.File{{Name: "x", Data: []byte("abc")}, {Name: "y"}})
	f.Add(m.Bytes())
	m.Add(vector.Path{Preset: "a", Fork: "b", Runner: "c", Handler: "d", Suite: "e", Case: "f"}, []vector.File{{Name: "x"}})
	f.Add(m.Bytes())
	f.Fuzz(func(t *testing.T, text []byte) {
		budget.Run(t, budget.Limit{}, func() {
			m, err := vector.ReadSetManifest(file.Once("m", bytes.NewReader(text)))
			if err != nil {
				if !errors.Is(err, spec.ErrInput) {
					t.Fatal(err)
				}
				return
			}
			again := bytes.ReplaceAll(bytes.TrimPrefix(text, []byte("\ufeff")), []byte("\r"), nil)
			if got := m.Bytes(); !bytes.Equal(bytes.TrimRight(got, "\n"), bytes.TrimRight(again, "\n")) && !bytes.Contains(again, []byte("\n\n")) && text[0] != 0x1f {
				t.Fatalf("%q, read from %q", got, text)
			}
		})
	})
}
