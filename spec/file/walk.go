package file

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/stakesim/stakesim/spec"
)

// OpenRegular opens a file that is read at any place, and returns its size. What is
// no regular file has no places and gives [spec.ErrInput]; a FIFO is not waited for.
func OpenRegular(name string) (f *os.File, size int64, err error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, 0, err
	}
	if err := regular(name, info); err != nil {
		return nil, 0, err
	}
	if f, err = os.Open(name); err != nil {
		return nil, 0, err
	}
	if info, err = f.Stat(); err == nil {
		err = regular(name, info)
	}
	if err != nil {
		f.Close()
		return nil, 0, err
	}
	return f, info.Size(), nil
}

func regular(name string, info fs.FileInfo) error {
	switch mode := info.Mode(); {
	case mode.IsRegular():
		return nil
	case mode.IsDir():
		return Errorf(name, 0, "a folder, where a file is wanted")
	default:
		return Errorf(name, 0, "no regular file (%v): it cannot be read at any place", mode.Type())
	}
}

// deepest is how many folders may lie in each other.
const deepest = 100

// Walk visits the files below a folder, or the file that root is, in the order of
// their names. Symbolic links are followed. Names that skip, when not nil, says are
// left out, but for root's. A link that leads nowhere, a folder within itself and a
// folder that cannot be read are errors: what is there is never taken for absent.
func Walk(root string, skip func(name string) bool, visit func(path string, info fs.FileInfo) error) error {
	return walk(root, nil, skip, visit)
}

func walk(path string, above []fs.FileInfo, skip func(string) bool, visit func(string, fs.FileInfo) error) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return visit(path, info)
	}
	if len(above) >= deepest || slices.ContainsFunc(above, func(a fs.FileInfo) bool { return os.SameFile(a, info) }) {
		return &Error{File: path, Err: fmt.Errorf("%w: a folder within itself, by a symbolic link", spec.ErrInput)}
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return err
	}
	above = append(above, info)
	for _, e := range entries {
		if skip != nil && skip(e.Name()) {
			continue
		}
		below := filepath.Join(path, e.Name())
		if err := walk(below, above, skip, visit); err != nil {
			if e.Type()&fs.ModeSymlink != 0 && errors.Is(err, fs.ErrNotExist) {
				return fmt.Errorf("%s, a symbolic link: %w", below, err)
			}
			return err
		}
	}
	return nil
}
