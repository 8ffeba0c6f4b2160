package budget

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestEveryFuzzTargetHoldsItsInputsToABudget reads the tests of the whole module:
// a target calls Run, or a function of its package that does.
func TestEveryFuzzTargetHoldsItsInputsToABudget(t *testing.T) {
	packages := map[string][]*ast.FuncDecl{}
	require.NoError(t, filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		of := filepath.Dir(path) + " " + f.Name.Name
		for _, d := range f.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Body != nil {
				packages[of] = append(packages[of], f)
			}
		}
		return nil
	}))
	targets := 0
	for of, functions := range packages {
		held := map[string]bool{}
		for _, f := range functions {
			held[f.Name.Name] = calls(f, func(name string) bool { return name == "budget.Run" })
		}
		for _, f := range functions {
			if strings.HasPrefix(f.Name.Name, "Fuzz") {
				targets++
				require.True(t, calls(f, func(name string) bool { return name == "budget.Run" || held[name] }), "%s: %s", of, f.Name.Name)
			}
		}
	}
	require.Greater(t, targets, 50)
}

// calls says whether a function calls one of those.
func calls(f *ast.FuncDecl, those func(name string) bool) (found bool) {
	ast.Inspect(f.Body, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		switch to := call.Fun.(type) {
		case *ast.Ident:
			found = found || those(to.Name)
		case *ast.SelectorExpr:
			if in, ok := to.X.(*ast.Ident); ok {
				found = found || those(in.Name+"."+to.Sel.Name)
			}
		}
		return true
	})
	return found
}
