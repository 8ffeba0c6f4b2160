package readme

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEveryREADMENamesWhatIsThere(t *testing.T) { Check(t, ".") }

// sample is a module with two packages of one name.
func sample(t *testing.T) *module {
	t.Helper()
	root := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":          "module example.org/m\n\nrequire example.org/far/away/v2 v2.0.0\n",
		"a/a.go":          "package a\n\n// Shape is a shape.\ntype Shape struct{ Width, hidden int }\n\nfunc (s *Shape) Area() int { return 0 }\n\nvar Unit Shape\n",
		"a/a_test.go":     "package a\n\nfunc TestAreaOfASquare() {}\n",
		"a/ref/ref.go":    "package ref\n\nfunc Area() {}\n",
		"b/ref/ref.go":    "package ref\n\nfunc Length() {}\n\ntype Ruler interface{ Measure() }\n",
		"testdata/bad.go": "no Go",
	} {
		file := filepath.Join(root, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
	}
	m, err := load(filepath.Join(root, "a"))
	require.NoError(t, err)
	return m
}

func TestWhatIsThereIsRight(t *testing.T) {
	m := sample(t)
	require.Empty(t, m.wrong(filepath.Join(m.root, "a"), "`a.Shape` with `a.Shape.Width`, `a.Shape.Area(x)` and `a.Unit.Area`\n"+
		"by `ref.Area` and by `b/ref.Length`, `b/ref.Ruler.Measure`, `big.Rat`, `away.Thing`, `go.mod`, A.Sentence is no code\n"+
		"`go test ./a -run TestArea`, [the package](a.go), [far away](https://example.org/x), [here](#here)\n"+
		"\n    go test ./a/...\n\n```go\ns, err := a.Shape{} // never.Exported\ns.Anything()\nerr.Error()\n```\n"))
	require.Empty(t, m.wrong(m.root, "`ref.Length` and `ref.Area`: any package of the name"))
}

func TestWhatIsNotThereIsNamedWithItsLine(t *testing.T) {
	m := sample(t)
	for text, want := range map[string]string{
		"\n`a.Circle`":                "line 2: a.Circle: not exported by a",
		"`a.Shape.Height`":            "line 1: a.Shape.Height: not exported by a",
		"`a.Shape.Perimeter(x)`":      "line 1: a.Shape.Perimeter: not exported by a",
		"`c.Shape`":                   "line 1: c.Shape: no package c",
		"`ref.Length`":                "line 1: ref.Length: not exported by a/ref",
		"`b/ref.Area`":                "line 1: b/ref.Area: not exported by b/ref",
		"`c/ref.Area`":                "line 1: c/ref.Area: no package c/ref",
		"`TestAreaOfACircle`":         "line 1: TestAreaOfACircle: no test of this name, nor one that begins with it",
		"`go run ./c`":                "line 1: ./c: no such file or folder",
		"[b](../b/b.go)":              "line 1: a link to ../b/b.go, which is not there",
		"\n    go test ./c\n":         "line 2: ./c: no such file or folder",
		"```go\nx := a.Circle()\n```": "line 2: a.Circle: not exported by a",
	} {
		require.Equal(t, []string{want}, m.wrong(filepath.Join(m.root, "a"), text), text)
	}
}

func TestAModuleIsNeeded(t *testing.T) {
	_, err := load(string(filepath.Separator))
	require.ErrorContains(t, err, "no go.mod")
}
