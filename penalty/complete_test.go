package penalty_test

import (
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestEveryExportedNameHasAnExampleWithCheckedOutput reads the source of the
// packages that other projects import. An example without an output comment
// compiles but does not run, and does not count.
func TestEveryExportedNameHasAnExampleWithCheckedOutput(t *testing.T) {
	for _, dir := range []string{".", "epoch", "diversity", "ref", "cofailure", "backtest", "../spec", "../spec/u64", "../spec/table"} {
		t.Run(dir, func(t *testing.T) {
			names := 0
			for name, examples := range examplesOf(t, dir) {
				names++
				if !checked(examples) {
					t.Errorf("%s has no example", name)
				}
			}
			require.NotZero(t, names)
		})
	}
}

func checked(examples []*doc.Example) bool {
	for _, e := range examples {
		if e.Output != "" || e.EmptyOutput {
			return true
		}
	}
	return false
}

// examplesOf lists the exported functions and methods of a package.
func examplesOf(t *testing.T, dir string) map[string][]*doc.Example {
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	set := token.NewFileSet()
	var files []*ast.File
	for _, entry := range entries {
		if strings.HasSuffix(entry.Name(), ".go") {
			f, err := parser.ParseFile(set, filepath.Join(dir, entry.Name()), nil, parser.ParseComments)
			require.NoError(t, err)
			files = append(files, f)
		}
	}
	p, err := doc.NewFromFiles(set, files, dir)
	require.NoError(t, err)
	found := map[string][]*doc.Example{}
	add := func(of string, functions []*doc.Func) {
		for _, f := range functions {
			found[of+f.Name] = f.Examples
		}
	}
	add("", p.Funcs)
	for _, typ := range p.Types {
		add("", typ.Funcs)
		add(typ.Name+".", typ.Methods)
	}
	return found
}
