package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"github.com/stakesim/stakesim/spec/dataset"
	"github.com/stakesim/stakesim/spec/dataset/xatu"
)

func init() {
	beam.RegisterType(reflect.TypeFor[source]())
	beam.RegisterType(reflect.TypeFor[surveyed]())
	beam.RegisterType(reflect.TypeFor[task]())
	register.DoFn4x1[context.Context, source, func(int, surveyed), func([]byte), error](new(survey))
	register.DoFn3x0[int, func(*surveyed) bool, func(task)](new(arrange))
	register.Emitter2[int, surveyed]()
	register.Emitter1[[]byte]()
	register.Iter1[surveyed]()
	register.Emitter1[task]()
}

// source is a file of a table.
type source struct {
	Table int
	Path  string
	Bytes int64
}

// find lists the tables' files in a folder, below it, or matching a glob of an
// object store, in the order in which they are read.
func find(ctx context.Context, where string) (files []source, err error) {
	add := func(below, path string, size int64) {
		if table, ok := xatu.TableOf(below); ok {
			files = append(files, source{int(table), path, size})
		}
	}
	if remote(where) || !isDir(where) {
		paths, sizes, err := list(ctx, where)
		if err != nil {
			return nil, err
		}
		for i, path := range paths {
			add(path, path, sizes[i])
		}
	} else {
		err = filepath.WalkDir(where, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			info, err := os.Stat(path)
			if err != nil {
				return err
			}
			below, err := filepath.Rel(where, path)
			add(below, path, info.Size())
			return err
		})
	}
	slices.SortFunc(files, func(a, b source) int {
		if a.Table != b.Table {
			return a.Table - b.Table
		}
		return xatu.CompareNames(a.Path, b.Path)
	})
	return files, err
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// missing are the tables without any file.
func missing(where string, files []source) (dead []dead) {
	for _, t := range xatu.AllTables() {
		if !slices.ContainsFunc(files, func(s source) bool { return s.Table == int(t) }) {
			dead = append(dead, deadOf(t, &dataset.Fault{File: join(where, t.String()), Kind: dataset.MissingFile}))
		}
	}
	return dead
}

// open opens a file of a table of a network, a local copy if need be.
func (s *source) open(ctx context.Context, timing xatu.Timing) (f *xatu.File, done func(), err error) {
	local, drop, err := fetch(ctx, s.Path)
	if err != nil {
		return nil, nil, err
	}
	in, err := os.Open(local)
	if err != nil {
		drop()
		return nil, nil, err
	}
	done = func() {
		in.Close()
		drop()
	}
	info, err := in.Stat()
	if err == nil {
		f, err = xatu.OpenFile(xatu.Table(s.Table), s.Path, in, info.Size())
	}
	if err == nil {
		f.Timing = timing
		err = f.CheckNetwork()
	}
	if err != nil {
		done()
		return nil, nil, err
	}
	return f, done, nil
}

// surveyed is what the rows of one file reach, row group by row group.
type surveyed struct {
	Source  source
	Rows    []int64
	Highest []int64
}

// survey reads the first column of every file, by which its table ascends.
type survey struct{ Timing xatu.Timing }

// ProcessElement surveys a file. One that cannot be opened is a dead letter.
func (v *survey) ProcessElement(ctx context.Context, s source, emit func(int, surveyed), bury func([]byte)) error {
	f, done, err := s.open(ctx, v.Timing)
	if fault := new(dataset.Fault); errors.As(err, &fault) {
		bury(deadOf(xatu.Table(s.Table), fault).line())
		return nil
	}
	if err != nil {
		return fmt.Errorf("%s: %w", s.Path, err)
	}
	defer done()
	found := surveyed{Source: s}
	for g := range f.Groups() {
		found.Rows = append(found.Rows, f.Rows(g))
		found.Highest = append(found.Highest, int64(f.Highest(g)))
	}
	emit(s.Table, found)
	return nil
}

// task is the row groups of a file that are read together, from First on.
// Reached is the highest slot or epoch of the table before each.
type task struct {
	Source  source
	First   int
	Reached []int64
}

// arrange goes through a table in order.
type arrange struct{}

// ProcessElement emits the row groups of a table, each on its own where the file
// is at hand, all of a file where it must be fetched.
func (*arrange) ProcessElement(_ int, files func(*surveyed) bool, emit func(task)) {
	var all []surveyed
	for f := (surveyed{}); files(&f); f = (surveyed{}) {
		all = append(all, f)
	}
	slices.SortFunc(all, func(a, b surveyed) int { return xatu.CompareNames(a.Source.Path, b.Source.Path) })
	reached := int64(0)
	for _, f := range all {
		whole := task{Source: f.Source}
		for g, highest := range f.Highest {
			if whole.Reached = append(whole.Reached, reached); !remote(f.Source.Path) {
				emit(task{f.Source, g, whole.Reached[g:]})
			}
			reached = max(reached, highest)
		}
		if remote(f.Source.Path) {
			emit(whole)
		}
	}
}
