//go:build unix

package file_test

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/file"
)

// put writes a text through a [file.Writer].
func put(t *testing.T, name, text string) {
	t.Helper()
	require.NoError(t, file.Write(name, func(w *file.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	}))
}

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	require.NoError(t, err)
	return string(b)
}

// alone requires that a folder holds these names and nothing else.
func alone(t *testing.T, dir string, names ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	require.ElementsMatch(t, names, got)
}

func TestAFileAppearsWholeOrNotAtAll(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "x")
	put(t, name, "before")
	w, err := file.Create(name)
	require.NoError(t, err)
	_, err = io.WriteString(w, "after")
	require.NoError(t, err)
	require.Equal(t, "before", read(t, name))
	w.Discard()
	w.Discard()
	require.ErrorIs(t, w.Commit(), os.ErrClosed)
	require.Equal(t, "before", read(t, name))
	require.ErrorIs(t, file.Write(name, func(*file.Writer) error { return io.ErrNoProgress }), io.ErrNoProgress)
	require.Equal(t, "before", read(t, name))
	alone(t, dir, "x")
}

func TestPermissionsAreThoseOfCreateOrOfTheFileReplaced(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0o027))
	dir := t.TempDir()
	for _, c := range []struct {
		name     string
		old, now os.FileMode // old 0: there is none
	}{
		{"new", 0, 0o640},
		{"private", 0o600, 0o600},
		{"wide", 0o666, 0o666},
		{"program", 0o755, 0o755},
	} {
		name := filepath.Join(dir, c.name)
		if c.old != 0 {
			require.NoError(t, os.WriteFile(name, nil, c.old))
			require.NoError(t, os.Chmod(name, c.old))
		}
		put(t, name, "x")
		info, err := os.Stat(name)
		require.NoError(t, err)
		require.Equal(t, c.now, info.Mode().Perm(), c.name)
	}
}

func TestASymbolicLinkStaysAndItsTargetIsReplaced(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "data", "deep"), 0o755))
	for link, to := range map[string]string{
		"absolute": filepath.Join(dir, "data", "a"),
		"relative": "data/b",
		"chain":    "relative",
		"dangling": "data/new",
	} {
		require.NoError(t, os.Symlink(to, filepath.Join(dir, link)))
	}
	put(t, filepath.Join(dir, "data", "a"), "old")
	for link, target := range map[string]string{"absolute": "data/a", "relative": "data/b", "chain": "data/b", "dangling": "data/new"} {
		put(t, filepath.Join(dir, link), link)
		require.Equal(t, link, read(t, filepath.Join(dir, target)))
		info, err := os.Lstat(filepath.Join(dir, link))
		require.NoError(t, err)
		require.NotZero(t, info.Mode()&os.ModeSymlink, link)
	}
	alone(t, filepath.Join(dir, "data"), "a", "b", "new", "deep")

	require.NoError(t, os.Symlink("data/deep", filepath.Join(dir, "folder")))
	put(t, dir+"/folder/../c", "beside deep")
	require.Equal(t, "beside deep", read(t, filepath.Join(dir, "data", "c")), "as the system follows it")

	require.NoError(t, os.Symlink("loop", filepath.Join(dir, "loop")))
	_, err := file.Create(filepath.Join(dir, "loop"))
	require.Error(t, err)
}

func TestWhatIsNoRegularFileIsWrittenTo(t *testing.T) {
	put(t, os.DevNull, "x")
	info, err := os.Stat(os.DevNull)
	require.NoError(t, err)
	require.NotZero(t, info.Mode()&os.ModeDevice)

	dir := t.TempDir()
	fifo := filepath.Join(dir, "fifo")
	require.NoError(t, syscall.Mkfifo(fifo, 0o600))
	got := make(chan string)
	go func() {
		b, _ := os.ReadFile(fifo)
		got <- string(b)
	}()
	require.NoError(t, file.Write(fifo, func(w *file.Writer) error {
		_, err := io.WriteString(w, "? rows")
		require.NoError(t, err)
		_, err = w.WriteAt([]byte("7"), 0)
		return err
	}))
	require.Equal(t, "7 rows", <-got)
	alone(t, dir, "fifo")
	info, err = os.Lstat(fifo)
	require.NoError(t, err)
	require.NotZero(t, info.Mode()&os.ModeNamedPipe)
}

func TestAnOpenDescriptorIsWrittenTo(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "out")
	out, err := os.Create(name)
	require.NoError(t, err)
	defer func(old *os.File) { os.Stdout = old }(os.Stdout)
	os.Stdout = out
	for _, as := range []string{"/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"} {
		put(t, as, as+"\n")
	}
	require.NoError(t, os.Symlink("/dev/stdout", filepath.Join(dir, "link")))
	put(t, filepath.Join(dir, "link"), "link\n")
	require.NoError(t, out.Close())
	require.Equal(t, "/dev/stdout\n/dev/fd/1\n/proc/self/fd/1\nlink\n", read(t, name))
	alone(t, dir, "out", "link")
}

func TestAPlaceWhereNothingCanBeWrittenIsFoundAtOnce(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"", dir, dir + "/", filepath.Join(dir, "no", "x"), filepath.Join(dir, "x") + "/"} {
		_, err := file.Create(name)
		var path *os.PathError
		require.ErrorAs(t, err, &path, name)
		require.Equal(t, name, path.Path)
		require.NotContains(t, err.Error(), ".part-")
	}
	alone(t, dir)
}

func TestBytesThatAreNotWrittenAreAnError(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Fatalf("the device that is always full: %v", err)
	}
	err := file.Write("/dev/full", func(w *file.Writer) error {
		_, err := io.WriteString(w, "x")
		return err
	})
	require.ErrorIs(t, err, syscall.ENOSPC)

	dir := t.TempDir()
	name := filepath.Join(dir, "x")
	err = file.Write(name, func(w *file.Writer) error { return w.CopyAll(strings.NewReader("half"), 8) })
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.ErrorContains(t, err, "4 bytes of 8")
	err = file.Write(name, func(w *file.Writer) error {
		_, err := w.WriteAt([]byte("x"), 0)
		return err
	})
	require.ErrorIs(t, err, spec.ErrInput)
	alone(t, dir)
}

func TestAFileThatIsCutWhileItIsWrittenIsAnError(t *testing.T) {
	dir := t.TempDir()
	w, err := file.Create(filepath.Join(dir, "x"))
	require.NoError(t, err)
	_, err = w.Write(make([]byte, 1<<20))
	require.NoError(t, err)
	parts, err := filepath.Glob(filepath.Join(dir, ".x.part-*"))
	require.NoError(t, err)
	require.Len(t, parts, 1)
	require.NoError(t, os.Truncate(parts[0], 5))
	require.ErrorIs(t, w.Commit(), io.ErrShortWrite)
	alone(t, dir)
}

func TestANameOfFullLengthHasRoomForItsTemporary(t *testing.T) {
	dir := t.TempDir()
	name := strings.Repeat("x", 255)
	put(t, filepath.Join(dir, name), "x")
	alone(t, dir, name)
}

func TestAFolderAppearsWithAllItsFilesOrNotAtAll(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "deep", "case")
	f, err := file.CreateFolder(name, dir)
	require.NoError(t, err)
	require.NoError(t, f.Write("a", []byte("1")))
	require.ErrorIs(t, f.Write("a", []byte("2")), os.ErrExist)
	for _, bad := range []string{"", ".", "..", "../b", "b/c"} {
		require.ErrorIs(t, f.Write(bad, nil), spec.ErrInput, bad)
	}
	_, err = os.Stat(name)
	require.ErrorIs(t, err, os.ErrNotExist)
	require.NoError(t, f.Commit())
	require.Equal(t, "1", read(t, filepath.Join(name, "a")))
	alone(t, dir, "deep")

	many := filepath.Join(dir, "many")
	f, err = file.CreateFolder(many, dir)
	require.NoError(t, err)
	for i := range 200 {
		require.NoError(t, f.Write(fmt.Sprint(i), []byte{byte(i)}))
	}
	require.NoError(t, f.Commit())
	entries, err := os.ReadDir(many)
	require.NoError(t, err)
	require.Len(t, entries, 200)
	require.NoError(t, os.RemoveAll(many))

	late := filepath.Join(dir, "late")
	f, err = file.CreateFolder(late, dir)
	require.NoError(t, err)
	require.NoError(t, os.Mkdir(late, 0o755))
	require.ErrorIs(t, f.Commit(), os.ErrExist)
	require.ErrorIs(t, f.Commit(), os.ErrClosed)
	alone(t, dir, "deep", "late")
}
