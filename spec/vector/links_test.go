//go:build unix

package vector_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/budget"
	"github.com/stakesim/stakesim/spec/vector"
)

// written is a tree on disk with one case, and the folder of the case.
func written(t *testing.T) (dir, at string) {
	t.Helper()
	dir = t.TempDir()
	w, err := vector.NewWriter(dir)
	require.NoError(t, err)
	require.NoError(t, w.Write(somePath, vector.Meta{Seed: 1}, vector.SSZ("pre", []byte("state"))))
	return dir, filepath.Join(dir, someDir)
}

func paths(t *testing.T, dir string) (all []string) {
	t.Helper()
	for _, c := range allCases(t, openTree(t, dir), vector.Path{}) {
		all = append(all, c.String())
	}
	return all
}

func TestASymbolicLinkToACaseOrAFolderOfCasesIsFollowed(t *testing.T) {
	dir, at := written(t)
	elsewhere, _ := written(t)
	other := filepath.Join(elsewhere, "tests/minimal/electra")
	require.NoError(t, os.Symlink(other, filepath.Join(dir, "tests/minimal/fulu")))
	require.NoError(t, os.Symlink("empty", filepath.Join(at, "../again")))
	require.Equal(t, []string{
		"minimal/electra/rewards/basic/pyspec_tests/again",
		"minimal/electra/rewards/basic/pyspec_tests/empty",
		"minimal/fulu/rewards/basic/pyspec_tests/empty",
	}, paths(t, dir))
	tree := openTree(t, dir)
	for _, c := range allCases(t, tree, vector.Path{}) {
		b, err := c.SSZ("pre")
		require.NoError(t, err)
		require.Equal(t, "state", string(b))
	}
	left, err := tree.Unopened()
	require.NoError(t, err)
	require.Len(t, left, 6, "the manifest and meta.yaml of each")
}

// What cannot be followed or is no file is named, never passed over.
func TestWhatIsNeitherAFileNorAFolderIsNamed(t *testing.T) {
	fifo := func(name string) error { return syscall.Mkfifo(name, 0o600) }
	link := func(to string) func(name string) error {
		return func(name string) error { return os.Symlink(to, name) }
	}
	for name, c := range map[string]struct {
		where string // below the folder of the case
		make  func(name string) error
		want  string
	}{
		"a case that leads nowhere":        {"../bad", link("nosuch"), "bad: invalid input: a symbolic link that leads nowhere: no such file"},
		"a case that leads to itself":      {"../bad", link("bad"), "bad: invalid input: a symbolic link that leads nowhere: too many levels"},
		"two that lead to each other":      {"../bad", func(n string) error { return os.Symlink("bad", n+"2") }, "bad2: invalid input: a symbolic link"},
		"a suite that leads to its parent": {"../../bad", link("."), "bad: invalid input: a symbolic link to a folder that holds it"},
		"a fork that leads to all":         {"../../../../../bad", link("../../tests"), "bad: invalid input: a symbolic link to a folder that holds it"},
		"a FIFO for a case":                {"../bad", fifo, "bad: invalid input: a FIFO, not a regular file"},
		"a link to a device":               {"../bad", link("/dev/zero"), "bad: invalid input: a device, not a regular file"},
	} {
		dir, at := written(t)
		require.NoError(t, c.make(filepath.Join(at, c.where)), name)
		_, err := openTree(t, dir).Cases(vector.Path{})
		require.ErrorIs(t, err, spec.ErrInput, name)
		require.ErrorContains(t, err, c.want, name)
		_, err = openTree(t, dir).Unopened()
		require.ErrorContains(t, err, "bad", name)
		_, err = openTree(t, dir).Cases(vector.Path{Fork: "nosuch"})
		if !strings.Contains(c.where, "../../../../..") {
			require.NoError(t, err, "%s: what does not match is not looked at", name)
		}
	}
}

func TestAFileThatCannotBeReadIsThereAndAnError(t *testing.T) {
	for name, c := range map[string]struct {
		make func(name string) error
		want string
	}{
		"a FIFO":                    {func(n string) error { return syscall.Mkfifo(n, 0o600) }, "a FIFO, not a regular file"},
		"a folder":                  {func(n string) error { return os.Mkdir(n, 0o700) }, "a folder, not a regular file"},
		"a link to a FIFO":          {func(n string) error { return linkTo(n, func(to string) error { return syscall.Mkfifo(to, 0o600) }) }, "a FIFO"},
		"a link to a device":        {func(n string) error { return os.Symlink("/dev/zero", n) }, "a device, not a regular file"},
		"a link that leads nowhere": {func(n string) error { return os.Symlink("nosuch", n) }, "no such file"},
		"a link to itself":          {func(n string) error { return os.Symlink(filepath.Base(n), n) }, "too many levels of symbolic links"},
	} {
		for _, file := range []string{"meta.yaml", "post.ssz_snappy"} {
			dir, at := written(t)
			_ = os.Remove(filepath.Join(at, file))
			require.NoError(t, c.make(filepath.Join(at, file)))
			read := openTree(t, dir).Case(somePath)
			require.True(t, read.Has(file), name)
			done := make(chan error, 1)
			go func() {
				_, err := read.Meta()
				if file != "meta.yaml" {
					_, err = read.SSZ("post")
				}
				done <- err
			}()
			select {
			case err := <-done:
				require.ErrorContains(t, err, c.want, name)
				require.ErrorContains(t, err, filepath.Join(at, file), name)
			case <-time.After(5 * time.Second):
				t.Fatalf("%s: it waits", name)
			}
		}
	}
}

func linkTo(name string, make func(to string) error) error {
	if err := make(name + ".target"); err != nil {
		return err
	}
	return os.Symlink(name+".target", name)
}

// denied is a file system that lets nobody in.
type denied struct{ fs.FS }

func (d denied) Open(name string) (fs.File, error) {
	if name == "tests" || strings.HasSuffix(name, "basic") {
		return d.FS.Open(name)
	}
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
}

// A superuser reads everything, so the permission is withheld by the file system.
func TestWithoutPermissionNothingIsAbsent(t *testing.T) {
	dir, _ := written(t)
	tree := vector.New(denied{os.DirFS(dir)})
	c := tree.Case(somePath)
	require.True(t, c.Has("post.ssz_snappy"))
	_, err := c.SSZ("post")
	require.ErrorIs(t, err, fs.ErrPermission)
	_, err = c.Meta()
	require.ErrorIs(t, err, fs.ErrPermission)
	_, err = tree.Cases(vector.Path{})
	require.ErrorIs(t, err, fs.ErrPermission)
	require.False(t, openTree(t, dir).Case(vector.Path{Preset: "x"}).Has("pre.ssz_snappy"))
}

func TestFilesOfMacOSAreNoCasesAndNoFilesOfCases(t *testing.T) {
	dir, at := written(t)
	before := paths(t, dir)
	for _, name := range []string{"._empty", ".DS_Store", "empty/._pre.ssz_snappy", "empty/.DS_Store", "../._pyspec_tests"} {
		require.NoError(t, os.WriteFile(filepath.Join(at, "..", name), []byte("\x00\x05\x16\x07"), 0o600))
	}
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "tests/__MACOSX/a/b/c/d/e/f"), 0o700))
	require.NoError(t, os.Mkdir(filepath.Join(at, "../._folder"), 0o700))
	require.Equal(t, before, paths(t, dir))
	tree := openTree(t, dir)
	names, err := tree.Case(somePath).Files()
	require.NoError(t, err)
	require.Equal(t, []string{"manifest.yaml", "meta.yaml", "pre.ssz_snappy"}, names)
	left, err := tree.Unopened()
	require.NoError(t, err)
	require.Len(t, left, 3)
}

// Links from every folder to all of its brothers would make billions of cases.
func TestATreeThatLinksMultiplyIsBounded(t *testing.T) {
	dir := t.TempDir()
	at := filepath.Join(dir, "tests")
	for range 6 {
		require.NoError(t, os.MkdirAll(filepath.Join(at, "a"), 0o700))
		for i := range 60 {
			require.NoError(t, os.Symlink("a", filepath.Join(at, "l"+strings.Repeat("l", i))))
		}
		at = filepath.Join(at, "a")
	}
	tree := openTree(t, dir)
	tree.MaxFolders = 1000
	budget.Run(t, budget.Limit{}, func() {
		_, err := tree.Cases(vector.Path{})
		require.ErrorIs(t, err, spec.ErrInput)
		require.ErrorContains(t, err, "more than 1000 folders")
	})
}
