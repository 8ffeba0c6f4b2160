package vector

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path"
	"slices"
	"sync"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/file"
	"github.com/stakesim/stakesim/spec/table"
)

// DefaultLimit is the largest file, compressed or not, that a [Tree] reads
// unless told otherwise: 512 MiB, above any mainnet state.
const DefaultLimit = 512 << 20

// Tree is a directory of cases. It is safe for concurrent use.
type Tree struct {
	// Limit is the largest file in bytes, compressed or not, that is read.
	Limit int64
	// MaxFolders is how many folders are looked into: symbolic links can multiply
	// them.
	MaxFolders int

	fsys fs.FS
	root string // for messages

	mu       sync.Mutex
	opened   map[string]bool
	excluded []exclusion
}

type exclusion struct {
	pattern, reason string
	used            bool
}

// Open returns the tree whose directory "tests" lies in dir. It gives
// [fs.ErrNotExist] when there is none, and names an archive that is to be unpacked.
func Open(dir string) (*Tree, error) {
	t := New(os.DirFS(dir))
	t.root = dir
	info, err := fs.Stat(t.fsys, "tests")
	if err == nil && !info.IsDir() {
		err = fmt.Errorf("%w: not a directory", spec.ErrInput)
	}
	if err != nil {
		if named := archiveAt(dir); named != nil {
			err = named
		}
		return nil, fmt.Errorf("test vectors in %s: %w", dir, err)
	}
	return t, nil
}

// archiveAt names the archive that a file is; nil for anything else.
func archiveAt(name string) error {
	if info, err := os.Stat(name); err != nil || !info.Mode().IsRegular() {
		return nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil
	}
	defer f.Close()
	var head [16]byte
	n, _ := io.ReadFull(f, head[:])
	return archive(head[:n])
}

// New returns a tree over a file system that has a directory "tests".
func New(fsys fs.FS) *Tree {
	return &Tree{Limit: DefaultLimit, MaxFolders: 1 << 18, fsys: fsys, opened: make(map[string]bool)}
}

// Cases lists the cases that match the pattern, sorted by path. Each field of
// the pattern is empty (everything) or as in [path.Match]; a malformed one
// gives [path.ErrBadPattern]. Only directories are read, those that match. Symbolic
// links are followed; one that leads nowhere or to a folder that holds it, and what
// is neither a folder nor a regular file, is an error that names it.
func (t *Tree) Cases(pattern Path) ([]*Case, error) {
	if _, err := (Path{}).Match(pattern); err != nil {
		return nil, fmt.Errorf("pattern %q: %w", pattern, err)
	}
	fields := pattern.parts()
	var cases []*Case
	err := t.walk(func(parents []string, name string) (bool, error) {
		field := fields[len(parents)]
		if field == "" {
			return true, nil
		}
		return path.Match(field, name)
	}, func(names []string, dir bool) bool {
		if dir && len(names) == len(fields) {
			p := Path{names[0], names[1], names[2], names[3], names[4], names[5]}
			cases = append(cases, t.Case(p))
		}
		return len(names) < len(fields)
	})
	return cases, err
}

// Case returns one case by its path, whether or not its directory exists: its
// files then do not.
func (t *Tree) Case(p Path) *Case {
	return &Case{Path: p, tree: t, dir: path.Join("tests", p.String())}
}

// wrap names the file in an error. Errors of package fs name it already, but
// not the directory that the tree is in.
func (t *Tree) wrap(name string, err error) error {
	return fmt.Errorf("%s: %w", t.shown(name), cause(err))
}

// shown is a name as it can be printed.
func (t *Tree) shown(name string) string { return table.Printable(path.Join(t.root, name)) }

// cause is an error of package fs without its name.
func cause(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}

// source is a regular file, logged as opened.
func (t *Tree) source(name string) (file.Input, error) {
	info, err := fs.Stat(t.fsys, name)
	if err == nil {
		err = regular(info.Mode())
	}
	if err != nil {
		return file.Input{}, t.wrap(name, err)
	}
	t.mu.Lock()
	t.opened[name] = true
	t.mu.Unlock()
	open := func() (io.ReadCloser, error) { return t.fsys.Open(name) }
	return file.Input{Name: t.shown(name), Size: info.Size(), Open: open}, nil
}

// read returns a file's bytes.
func (t *Tree) read(name string) ([]byte, error) {
	in, err := t.source(name)
	if err != nil {
		return nil, err
	}
	f, err := in.Open()
	if err != nil {
		return nil, t.wrap(name, err)
	}
	defer f.Close()
	limit := min(t.Limit, math.MaxInt64-1)
	var b bytes.Buffer
	if in.Size <= limit {
		b.Grow(int(in.Size) + bytes.MinRead)
		_, err = b.ReadFrom(io.LimitReader(f, limit+1))
	}
	if err == nil && max(in.Size, int64(b.Len())) > limit {
		err = fmt.Errorf("%w: more than %d bytes", spec.ErrInput, limit)
	}
	if err != nil {
		return nil, t.wrap(name, err)
	}
	return b.Bytes(), nil
}

// Opened lists the files that were opened, sorted, as slash-separated paths
// that start with "tests/".
func (t *Tree) Opened() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	names := make([]string, 0, len(t.opened))
	for name := range t.opened {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Exclude says that files matching the pattern need not be opened, and why. A
// pattern is as in [path.Match], over the whole path from "tests/" on.
// [spec.ErrInput] when the reason is empty, [path.ErrBadPattern] for a
// malformed pattern.
func (t *Tree) Exclude(pattern, reason string) error {
	if reason == "" {
		return fmt.Errorf("exclude %q: %w: no reason", pattern, spec.ErrInput)
	}
	if _, err := path.Match(pattern, ""); err != nil {
		return fmt.Errorf("exclude %q: %w", pattern, err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.excluded = append(t.excluded, exclusion{pattern: pattern, reason: reason})
	return nil
}

// Unopened lists, sorted, the files that nobody opened and no exclusion
// covers; an exclusion that covers no file is listed too, as `exclusion
// "pattern" (reason): no such file`. A test that expects an empty list skips
// nothing in silence.
func (t *Tree) Unopened() ([]string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var names []string
	every := func([]string, string) (bool, error) { return true, nil }
	err := t.walk(every, func(parts []string, dir bool) bool {
		if name := path.Join("tests", path.Join(parts...)); !dir && !t.excludes(name) && !t.opened[name] {
			names = append(names, name)
		}
		return true
	})
	for _, e := range t.excluded {
		if !e.used {
			names = append(names, fmt.Sprintf("exclusion %q (%s): no such file", e.pattern, e.reason))
		}
	}
	return names, err
}

func (t *Tree) excludes(name string) (covered bool) {
	for i := range t.excluded {
		if ok, _ := path.Match(t.excluded[i].pattern, name); ok {
			t.excluded[i].used, covered = true, true
		}
	}
	return covered
}
