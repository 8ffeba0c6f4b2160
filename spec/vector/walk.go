package vector

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/stakesim/stakesim/spec"
)

// foreign names are those of files that macOS adds to a folder: no cases, and no
// files of cases.
func foreign(name string) bool {
	return strings.HasPrefix(name, "._") || name == ".DS_Store" || name == "__MACOSX"
}

// regular gives an error for what is no regular file.
func regular(m fs.FileMode) error {
	what := ""
	switch {
	case m.IsRegular():
		return nil
	case m.IsDir():
		what = "a folder"
	case m&fs.ModeNamedPipe != 0:
		what = "a FIFO"
	case m&fs.ModeSocket != 0:
		what = "a socket"
	case m&fs.ModeDevice != 0:
		what = "a device"
	default:
		what = "a file of mode " + m.String()
	}
	return fmt.Errorf("%w: %s, not a regular file", spec.ErrInput, what)
}

// walk visits what lies below "tests", folder by folder in lexical order: those
// names that take accepts below their parents, and below the folders that visit
// answers true for.
func (t *Tree) walk(take func(parents []string, name string) (bool, error), visit func(names []string, dir bool) bool) error {
	w := &walker{t: t, take: take, visit: visit}
	return w.folder(nil)
}

type walker struct {
	t       *Tree
	take    func(parents []string, name string) (bool, error)
	visit   func(names []string, dir bool) bool
	parents []fs.FileInfo
	folders int
}

func (w *walker) folder(names []string) error {
	dir := path.Join("tests", path.Join(names...))
	info, err := fs.Stat(w.t.fsys, dir)
	if err == nil && !info.IsDir() {
		err = fmt.Errorf("%w: not a directory", spec.ErrInput)
	}
	if err != nil {
		return w.t.wrap(dir, err)
	}
	for _, p := range w.parents {
		if os.SameFile(p, info) {
			return w.t.wrap(dir, fmt.Errorf("%w: a symbolic link to a folder that holds it", spec.ErrInput))
		}
	}
	if w.folders++; w.folders > w.t.MaxFolders {
		return w.t.wrap(dir, fmt.Errorf("%w: more than %d folders", spec.ErrInput, w.t.MaxFolders))
	}
	entries, err := fs.ReadDir(w.t.fsys, dir)
	if err != nil {
		return w.t.wrap(dir, err)
	}
	w.parents = append(w.parents, info)
	defer func() { w.parents = w.parents[:len(w.parents)-1] }()
	for _, e := range entries {
		if err := w.entry(names, e); err != nil {
			return err
		}
	}
	return nil
}

func (w *walker) entry(parents []string, e fs.DirEntry) error {
	if foreign(e.Name()) {
		return nil
	}
	if ok, err := w.take(parents, e.Name()); !ok || err != nil {
		return err
	}
	names := append(slices.Clone(parents), e.Name())
	at, mode := path.Join("tests", path.Join(names...)), e.Type()
	if mode&fs.ModeSymlink != 0 {
		info, err := fs.Stat(w.t.fsys, at)
		if err != nil {
			return w.t.wrap(at, fmt.Errorf("%w: a symbolic link that leads nowhere: %w", spec.ErrInput, cause(err)))
		}
		mode = info.Mode().Type()
	}
	if !mode.IsDir() {
		if err := regular(mode); err != nil {
			return w.t.wrap(at, err)
		}
	}
	if w.visit(names, mode.IsDir()) && mode.IsDir() {
		return w.folder(names)
	}
	return nil
}
