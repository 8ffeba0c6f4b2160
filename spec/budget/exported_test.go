package budget

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

const exported = `package p

type T struct{}
type G[K, V any] struct{}
type hidden struct{}

func (T) Value()        {}
func (t *T) Pointer()   {}
func (*G[K, V]) Of()    {}
func (hidden) Exported() {}
func (T) unexported()   {}
func Func()             {}
func unexported()       {}
`

func write(t *testing.T, dir, file, text string) {
	t.Helper()
	require.NoError(t, os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600))
}

func TestExportedFunctionsAndMethodsAreNamedInOrder(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a.go", exported)
	write(t, dir, "a_test.go", "package p\n\nfunc Tested() {}\n")
	write(t, dir, "b.go", "//go:build never\n\npackage p\n\nfunc Never() {}\n")
	write(t, dir, "c.go", "package p\n\nfunc Another() {}\n")
	require.Equal(t, []string{"Another", "Func", "G.Of", "T.Pointer", "T.Value"}, Exported(t, dir))
}

func TestThisPackageExportsItself(t *testing.T) {
	require.Equal(t, []string{"Edges.Test", "Exported", "Of", "Run", "Spoil", "Zipped"}, Exported(t, "."))
}

// fatal is a test whose Fatalf ends the goroutine, as a test's does, by a panic that
// the caller sees.
type fatal struct{ testing.TB }

func (fatal) Helper()               {}
func (fatal) Fatalf(string, ...any) { panic("failed") }

func TestAFolderThatExportsNothingFails(t *testing.T) {
	empty, broken := t.TempDir(), t.TempDir()
	write(t, empty, "a.go", "package p\n\nfunc hidden() {}\n")
	write(t, broken, "a.go", "package p\n\nfunc {\n")
	for _, dir := range []string{filepath.Join(empty, "absent"), empty, broken} {
		require.PanicsWithValue(t, "failed", func() { Exported(fatal{t}, dir) }, dir)
	}
}
