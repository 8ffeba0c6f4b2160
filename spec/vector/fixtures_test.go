package vector_test

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/stakesim/stakesim/spec/vector"
)

// trees are the fixtures in testdata and, when the environment variable names
// their directory, all of them.
func trees(t *testing.T) []*vector.Tree {
	t.Helper()
	all := []*vector.Tree{openTree(t, "testdata/consensus-spec-tests")}
	dir := os.Getenv("CONSENSUS_SPEC_TESTS")
	if dir == "" {
		t.Log("CONSENSUS_SPEC_TESTS is unset: ran only the subset in testdata, not the 260 cases")
		return all
	}
	return append(all, openTree(t, dir))
}

func openTree(t testing.TB, dir string) *vector.Tree {
	t.Helper()
	tree, err := vector.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

func allCases(t testing.TB, tree *vector.Tree, pattern vector.Path) []*vector.Case {
	t.Helper()
	cases, err := tree.Cases(pattern)
	if err != nil {
		t.Fatal(err)
	}
	return cases
}

func TestEveryFileOfTheFixturesIsOpenedByItsCase(t *testing.T) {
	for _, tree := range trees(t) {
		cases := allCases(t, tree, vector.Path{})
		for _, c := range cases {
			if err := c.CheckManifest(); err != nil {
				t.Error(err)
			}
			files, err := c.Files()
			if err != nil {
				t.Error(err)
			}
			for _, f := range files {
				if name, ok := strings.CutSuffix(f, ".ssz_snappy"); ok {
					if _, err := c.SSZ(name); err != nil {
						t.Error(err)
					}
				}
			}
		}
		left, err := tree.Unopened()
		if err != nil || len(left) != 0 {
			t.Errorf("not opened: %v, %v", left, err)
		}
		t.Logf("%d cases, %d files", len(cases), len(tree.Opened()))
	}
}

// A case read and written again is the case, but for the manifest's wording
// and what the compressor chose.
func TestEveryCaseWrittenAgainReadsTheSame(t *testing.T) {
	for _, tree := range trees(t) {
		out := t.TempDir()
		w, err := vector.NewWriter(out)
		if err != nil {
			t.Fatal(err)
		}
		copied := openTreeAfter(t, out, func() {
			for _, c := range allCases(t, tree, vector.Path{}) {
				if err := w.Write(c.Path, vector.Meta{}, objects(t, c)...); err != nil {
					t.Fatal(err)
				}
			}
		})
		for _, c := range allCases(t, copied, vector.Path{}) {
			if err := c.CheckManifest(); err != nil {
				t.Error(err)
			}
			compare(t, c, tree.Case(c.Path))
		}
		if left, err := copied.Unopened(); err != nil || len(left) != 0 {
			t.Errorf("not opened: %v, %v", left, err)
		}
	}
}

func openTreeAfter(t *testing.T, dir string, write func()) *vector.Tree {
	write()
	return openTree(t, dir)
}

func objects(t *testing.T, c *vector.Case) (files []vector.File) {
	names, err := c.Files()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range names {
		if name, ok := strings.CutSuffix(f, ".ssz_snappy"); ok {
			b, err := c.SSZ(name)
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, vector.SSZ(name, b))
		}
	}
	return files
}

func compare(t *testing.T, got, want *vector.Case) {
	a, b := objects(t, got), objects(t, want)
	if len(a) != len(b) {
		t.Errorf("%v: %d objects, want %d", got, len(a), len(b))
		return
	}
	for i := range a {
		if a[i].Name != b[i].Name || !bytes.Equal(a[i].Data, b[i].Data) {
			t.Errorf("%v: %s differs", got, a[i].Name)
		}
	}
}
