package vector

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/file"
)

// NewCase is a case to be written, without its manifest.yaml and meta.yaml.
type NewCase struct {
	Path  Path
	Meta  Meta
	Files []File
}

// Set says how [Writer.WriteSet] goes about it.
type Set struct {
	// Replace puts a case in the place of one that is there with other files, which
	// else is an error.
	Replace bool
	// Step, where not nil, is called after each case, by several goroutines.
	Step func()
}

// WriteSet writes cases and, before the first, the manifest of the whole set: these
// cases and those that the manifest had before. So a run that is killed leaves a set
// of which [SetManifest.Check] names what is missing, and the same run again writes
// what is not there yet and keeps what is: written and kept count them.
//
// Nothing is written when a case is there with other files ([fs.ErrExist]; see
// [Set.Replace]) or one that no manifest lists, when a path is given twice, or where
// [Writer.Write] would refuse a name ([spec.ErrInput]). Only one run at a time may
// write to a folder.
func (w *Writer) WriteSet(cases []NewCase, how Set) (written, kept int, err error) {
	tree, m, err := w.begun()
	if err != nil {
		return 0, 0, err
	}
	given := make(map[Path]bool, len(cases))
	for _, c := range cases {
		all, err := Complete(c.Path, c.Meta, c.Files)
		if err == nil && given[c.Path] {
			err = fmt.Errorf("%w: given twice", spec.ErrInput)
		}
		if err != nil {
			return 0, 0, fmt.Errorf("write case %v: %w", c.Path, err)
		}
		given[c.Path] = true
		m.Add(c.Path, all)
	}
	there, err := w.there(tree, m, given, how.Replace)
	if err != nil {
		return 0, 0, err
	}
	err = file.Write(filepath.Join(w.root, SetManifestFile), func(f *file.Writer) error {
		_, err := f.Write(m.Bytes())
		return err
	})
	if err != nil {
		return 0, 0, err
	}
	missing := slices.DeleteFunc(slices.Clone(cases), func(c NewCase) bool { return there[c.Path] })
	written, err = w.writeAll(missing, how.Step)
	return written, len(cases) - len(missing), err
}

// begun makes the folder, removes what a killed run left half written, and reads the
// manifest that is there, or an empty one.
func (w *Writer) begun() (*Tree, *SetManifest, error) {
	if err := os.MkdirAll(filepath.Join(w.root, "tests"), 0o777); err != nil {
		return nil, nil, fmt.Errorf("test vectors: %w", err)
	}
	entries, err := os.ReadDir(w.root)
	if err != nil {
		return nil, nil, err
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), scratch) || strings.HasPrefix(e.Name(), "."+SetManifestFile+scratch) {
			if err := os.RemoveAll(filepath.Join(w.root, e.Name())); err != nil {
				return nil, nil, err
			}
		}
	}
	tree, err := Open(w.root)
	if err != nil {
		return nil, nil, err
	}
	m, err := tree.SetManifest()
	if m == nil {
		m = new(SetManifest)
	}
	return tree, m, err
}

// scratch is how the names of what is half written begin ([file.CreateFolder]).
const scratch = ".part-"

// there are the given cases that are there as the manifest lists them.
func (w *Writer) there(tree *Tree, m *SetManifest, given map[Path]bool, replace bool) (map[Path]bool, error) {
	old, err := tree.Cases(Path{})
	if err != nil {
		return nil, err
	}
	there := map[Path]bool{}
	for _, c := range old {
		if _, ok := m.cases[c.Path]; !ok {
			return nil, fmt.Errorf("%s: %w: a case that no %s lists", filepath.Join(w.root, c.dir), fs.ErrExist, SetManifestFile)
		}
		if !given[c.Path] {
			continue
		}
		if err := m.Check(c); err == nil {
			there[c.Path] = true
		} else if !replace {
			return nil, fmt.Errorf("%s: %w, another one: %v", filepath.Join(w.root, c.dir), fs.ErrExist, err)
		}
	}
	return there, nil
}

// writers is how many goroutines wait for a disk.
const writers = 16

// writeAll writes cases and counts those that were written whole.
func (w *Writer) writeAll(cases []NewCase, step func()) (int, error) {
	faults := make([]error, len(cases))
	var next, written atomic.Int64
	var failed atomic.Bool
	var wg sync.WaitGroup
	for range min(writers, len(cases)) {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := next.Add(1) - 1; int(i) < len(cases) && !failed.Load(); i = next.Add(1) - 1 {
				if faults[i] = w.replace(cases[i]); faults[i] != nil {
					failed.Store(true)
					continue
				}
				written.Add(1)
				if step != nil {
					step()
				}
			}
		}()
	}
	wg.Wait()
	return int(written.Load()), errors.Join(faults...)
}

// replace writes a case, in place of what is there: between the two it is missing.
func (w *Writer) replace(c NewCase) error {
	old := filepath.Join(w.root, scratch+strconv.FormatUint(rand.Uint64(), 36))
	if err := os.Rename(w.dir(c.Path), old); err == nil {
		defer os.RemoveAll(old)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("write case %v: %w", c.Path, err)
	}
	return w.Write(c.Path, c.Meta, c.Files...)
}
