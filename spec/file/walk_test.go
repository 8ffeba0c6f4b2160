//go:build unix

package file_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/file"
)

// visited are the paths below a folder that a walk visits.
func visited(t *testing.T, root string, skip func(string) bool) (names []string, err error) {
	t.Helper()
	err = file.Walk(root, skip, func(path string, info fs.FileInfo) error {
		require.False(t, info.IsDir())
		below, err := filepath.Rel(root, path)
		names = append(names, below)
		return err
	})
	return names, err
}

func TestAWalkFollowsLinksAndTakesNothingForAbsent(t *testing.T) {
	dir, other := t.TempDir(), t.TempDir()
	for _, name := range []string{dir + "/b/1", dir + "/a/2", dir + "/.hidden/3", dir + "/a/._2", other + "/4"} {
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
		require.NoError(t, os.WriteFile(name, nil, 0o644))
	}
	require.NoError(t, os.Symlink(other, dir+"/c"))
	require.NoError(t, os.Symlink("a/2", dir+"/d"))
	dot := func(name string) bool { return strings.HasPrefix(name, ".") }
	got, err := visited(t, dir, dot)
	require.NoError(t, err)
	require.Equal(t, []string{"a/2", "b/1", "c/4", "d"}, got)
	link := filepath.Join(t.TempDir(), "link")
	require.NoError(t, os.Symlink(dir, link))
	got, err = visited(t, link, dot)
	require.NoError(t, err)
	require.Len(t, got, 4)
	got, err = visited(t, dir+"/d", nil)
	require.NoError(t, err)
	require.Equal(t, []string{"."}, got)

	require.NoError(t, os.Symlink("nowhere", dir+"/e"))
	_, err = visited(t, dir, dot)
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.ErrorContains(t, err, dir+"/e, a symbolic link")
	require.NoError(t, os.Remove(dir+"/e"))

	require.NoError(t, os.Symlink("..", dir+"/a/up"))
	_, err = visited(t, dir, dot)
	require.ErrorIs(t, err, spec.ErrInput)
	require.ErrorContains(t, err, dir+"/a/up: invalid input: a folder within itself")
	require.NoError(t, os.Remove(dir+"/a/up"))

	require.NoError(t, os.Symlink("self", dir+"/self"))
	_, err = visited(t, dir, dot)
	require.ErrorIs(t, err, syscall.ELOOP)
	_, err = visited(t, dir+"/none", nil)
	require.ErrorIs(t, err, fs.ErrNotExist)
	stop := errors.New("stop")
	require.ErrorIs(t, file.Walk(dir+"/d", nil, func(string, fs.FileInfo) error { return stop }), stop)
}

func TestWhatCannotBeReadAtAnyPlaceIsNotWaitedFor(t *testing.T) {
	dir := t.TempDir()
	fifo := filepath.Join(dir, "fifo")
	require.NoError(t, syscall.Mkfifo(fifo, 0o600))
	for _, name := range []string{dir, fifo, os.DevNull} {
		_, _, err := file.OpenRegular(name)
		require.ErrorIs(t, err, spec.ErrInput)
		require.ErrorContains(t, err, name+": ")
	}
	_, _, err := file.OpenRegular(filepath.Join(dir, "none"))
	require.ErrorIs(t, err, fs.ErrNotExist)
	put(t, filepath.Join(dir, "x"), "12345")
	f, size, err := file.OpenRegular(filepath.Join(dir, "x"))
	require.NoError(t, err)
	require.EqualValues(t, 5, size)
	require.NoError(t, f.Close())
}
