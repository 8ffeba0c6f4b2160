package budget

import (
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Exported names the exported functions ("Func") and the exported methods of exported
// types ("Type.Method") that the package in the folder dir declares, sorted. Test
// files, and files that this system does not build, do not count. A table of edge
// cases compares its rows with it, so that a new function without a row fails the
// table's test. A folder that cannot be read, or that exports nothing, fails t.
func Exported(t testing.TB, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatalf("the package to enumerate: %v", err)
	}
	var names []string
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		if built, err := build.Default.MatchFile(dir, e.Name()); err != nil || !built {
			if err != nil {
				t.Fatalf("the package to enumerate: %v", err)
			}
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(dir, e.Name()), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatalf("the package to enumerate: %v", err)
		}
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Name.IsExported() {
				names = append(names, name(f)...)
			}
		}
	}
	if len(names) == 0 {
		t.Fatalf("%s declares no exported function", dir)
	}
	slices.Sort(names)
	return names
}

// name is the function's own name, or Type.Method; nothing for a method of a type
// that is not exported.
func name(f *ast.FuncDecl) []string {
	if f.Recv == nil {
		return []string{f.Name.Name}
	}
	receiver := f.Recv.List[0].Type
	for {
		switch r := receiver.(type) {
		case *ast.StarExpr:
			receiver = r.X
		case *ast.ParenExpr:
			receiver = r.X
		case *ast.IndexExpr: // a generic type of one parameter
			receiver = r.X
		case *ast.IndexListExpr: // a generic type of several
			receiver = r.X
		case *ast.Ident:
			if !r.IsExported() {
				return nil
			}
			return []string{r.Name + "." + f.Name.Name}
		default:
			return nil
		}
	}
}
