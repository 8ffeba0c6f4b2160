package readme

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// module is what the packages of a module export and what their tests are called.
type module struct {
	root     string
	packages map[string]map[string]bool // by folder, with slashes; of Name and Type.Member
	byName   map[string][]string        // folders of the packages of a name
	tests    []string
	standard map[string]bool // names of the standard library's packages
}

// load reads the module around a folder.
func load(dir string) (*module, error) {
	root, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	for {
		if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
			break
		}
		up := filepath.Dir(root)
		if up == root {
			return nil, fmt.Errorf("%s: no go.mod there or above", dir)
		}
		root = up
	}
	m := &module{root: root, packages: map[string]map[string]bool{}, byName: map[string][]string{}, standard: map[string]bool{}}
	if err := filepath.WalkDir(root, m.visit); err != nil {
		return nil, err
	}
	return m, m.loadStandard()
}

// visit reads one Go file of the module.
func (m *module) visit(file string, d fs.DirEntry, err error) error {
	switch {
	case err != nil:
		return err
	case d.IsDir() && skipped(d.Name()) && file != m.root:
		return fs.SkipDir
	case d.IsDir() || filepath.Ext(file) != ".go":
		return nil
	}
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	test := strings.HasSuffix(file, "_test.go")
	if test {
		for _, d := range parsed.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil {
				m.tests = append(m.tests, f.Name.Name)
			}
		}
		return nil
	}
	rel, err := filepath.Rel(m.root, filepath.Dir(file))
	if err != nil {
		return err
	}
	at := filepath.ToSlash(rel)
	if m.packages[at] == nil {
		m.packages[at] = map[string]bool{}
		m.byName[parsed.Name.Name] = append(m.byName[parsed.Name.Name], at)
	}
	declared(parsed, m.packages[at])
	return nil
}

// declared adds what a file declares: Name, and Type.Member for methods, fields and
// methods of interfaces.
func declared(file *ast.File, names map[string]bool) {
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			name := d.Name.Name
			if d.Recv != nil {
				name = receiver(d.Recv.List[0].Type) + "." + name
			}
			names[name] = true
		case *ast.GenDecl:
			for _, s := range d.Specs {
				switch s := s.(type) {
				case *ast.ValueSpec:
					for _, n := range s.Names {
						names[n.Name] = true
					}
				case *ast.TypeSpec:
					names[s.Name.Name] = true
					for _, n := range members(s.Type) {
						names[s.Name.Name+"."+n] = true
					}
				}
			}
		}
	}
}

// receiver is the name of a receiver's type.
func receiver(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return receiver(e.X)
	case *ast.IndexExpr:
		return receiver(e.X)
	case *ast.IndexListExpr:
		return receiver(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}

// members are the fields of a struct or the methods of an interface.
func members(e ast.Expr) (names []string) {
	var list *ast.FieldList
	switch e := e.(type) {
	case *ast.StructType:
		list = e.Fields
	case *ast.InterfaceType:
		list = e.Methods
	default:
		return nil
	}
	for _, f := range list.List {
		for _, n := range f.Names {
			names = append(names, n.Name)
		}
		if len(f.Names) == 0 {
			names = append(names, receiver(f.Type))
		}
	}
	return names
}

// loadStandard reads the names of the standard library's packages.
func (m *module) loadStandard() error {
	root, err := exec.Command("go", "env", "GOROOT").Output() // a binary built with -trimpath does not know
	if err != nil {
		return nil // no Go here: the names are then not known
	}
	src := filepath.Join(strings.TrimSpace(string(root)), "src")
	err = filepath.WalkDir(src, func(file string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		switch d.Name() {
		case "internal", "testdata", "vendor", "cmd":
			return fs.SkipDir
		}
		if rel, err := filepath.Rel(src, file); err == nil && rel != "." {
			m.standard[filepath.ToSlash(rel)] = true
			m.standard[d.Name()] = true
		}
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil // a Go without its sources: its names are then not known
	}
	return err
}

// lookup says what is wrong with a name behind a package, in a text in a folder. Of
// several packages of a name, one below the folder is meant, or else any.
func (m *module) lookup(dir, pkg, name string) error {
	at := m.folders(dir, pkg)
	if len(at) == 0 {
		if m.standard[pkg] || m.foreign(pkg) {
			return nil
		}
		return fmt.Errorf("%s.%s: no package %s", pkg, name, pkg)
	}
	for _, folder := range at {
		names := m.packages[folder]
		first, _, nested := strings.Cut(name, ".")
		switch {
		case names[name]:
			return nil
		case nested && names[first] && !m.isType(names, first):
			return nil // a variable's method or field, which only a compiler finds
		}
	}
	return fmt.Errorf("%s.%s: not exported by %s", pkg, name, strings.Join(at, ", "))
}

// folders are the packages that may be meant by a name or a path.
func (m *module) folders(dir, pkg string) (at []string) {
	rel, err := filepath.Rel(m.root, dir)
	if err != nil {
		return nil
	}
	here := filepath.ToSlash(rel)
	if strings.Contains(pkg, "/") {
		for _, p := range []string{path.Join(here, pkg), pkg} {
			if m.packages[p] != nil {
				return []string{p}
			}
		}
		return nil
	}
	all := m.byName[pkg]
	below := slices.DeleteFunc(slices.Clone(all), func(p string) bool {
		return p != here && !strings.HasPrefix(p, here+"/")
	})
	if len(below) > 0 && here != "." {
		return below
	}
	return all
}

// isType says whether a name has members that are known.
func (m *module) isType(names map[string]bool, name string) bool {
	for n := range names {
		if strings.HasPrefix(n, name+".") {
			return true
		}
	}
	return false
}

// foreign says whether a name may be that of a package of another module, by the
// last parts of the paths that go.mod requires.
func (m *module) foreign(pkg string) bool {
	text, err := os.ReadFile(filepath.Join(m.root, "go.mod"))
	if err != nil {
		return false
	}
	for word := range strings.FieldsSeq(string(text)) {
		if slices.Contains(strings.Split(word, "/"), pkg) {
			return true
		}
	}
	return false
}
