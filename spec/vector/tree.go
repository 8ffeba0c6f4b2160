package vector

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/stakesim/stakesim/spec"
)

// DefaultLimit is the largest file, compressed or not, that a [Tree] reads
// unless told otherwise: 512 MiB, above any mainnet state.
const DefaultLimit = 512 << 20

// Tree is a directory of cases. It is safe for concurrent use.
type Tree struct {
	// Limit is the largest file in bytes, compressed or not, that is read.
	Limit int64

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
// [fs.ErrNotExist] when there is none.
func Open(dir string) (*Tree, error) {
	t := New(os.DirFS(dir))
	t.root = dir
	info, err := fs.Stat(t.fsys, "tests")
	if err == nil && !info.IsDir() {
		err = fmt.Errorf("%w: not a directory", spec.ErrInput)
	}
	if err != nil {
		return nil, fmt.Errorf("test vectors in %s: %w", dir, err)
	}
	return t, nil
}

// New returns a tree over a file system that has a directory "tests".
func New(fsys fs.FS) *Tree {
	return &Tree{Limit: DefaultLimit, fsys: fsys, opened: make(map[string]bool)}
}

// Cases lists the cases that match the pattern, sorted by path. Each field of
// the pattern is empty (everything) or as in [path.Match]; a malformed one
// gives [path.ErrBadPattern]. Only directories are read.
func (t *Tree) Cases(pattern Path) ([]*Case, error) {
	if _, err := (Path{}).match(pattern); err != nil {
		return nil, fmt.Errorf("pattern %q: %w", pattern, err)
	}
	var cases []*Case
	err := t.walk(func(name string, dir bool) error {
		parts := strings.Split(name, "/")
		if !dir || len(parts) != 7 {
			return nil
		}
		p := Path{parts[1], parts[2], parts[3], parts[4], parts[5], parts[6]}
		ok, err := p.match(pattern)
		if ok {
			cases = append(cases, &Case{Path: p, tree: t, dir: name})
		}
		return err
	})
	return cases, err
}

// Case returns one case by its path, whether or not its directory exists: its
// files then do not.
func (t *Tree) Case(p Path) *Case {
	return &Case{Path: p, tree: t, dir: path.Join("tests", p.String())}
}

// walk visits everything below "tests" in lexical order.
func (t *Tree) walk(visit func(name string, dir bool) error) error {
	return fs.WalkDir(t.fsys, "tests", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return t.wrap(name, err)
		}
		return visit(name, d.IsDir())
	})
}

// wrap names the file in an error. Errors of package fs name it already, but
// not the directory that the tree is in.
func (t *Tree) wrap(name string, err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	return fmt.Errorf("%s: %w", path.Join(t.root, name), err)
}

// read returns a file's bytes and logs that it was opened.
func (t *Tree) read(name string) ([]byte, error) {
	f, err := t.fsys.Open(name)
	if err != nil {
		return nil, t.wrap(name, err)
	}
	defer f.Close()
	t.mu.Lock()
	t.opened[name] = true
	t.mu.Unlock()
	limit := min(t.Limit, math.MaxInt64-1)
	b, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(b)) > limit {
		err = fmt.Errorf("%w: more than %d bytes", spec.ErrInput, limit)
	}
	if err != nil {
		return nil, t.wrap(name, err)
	}
	return b, nil
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
	err := t.walk(func(name string, dir bool) error {
		if !dir && !t.excludes(name) && !t.opened[name] {
			names = append(names, name)
		}
		return nil
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
