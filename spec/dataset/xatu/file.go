package xatu

import (
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/parquet-go/parquet-go"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/dataset"
)

// File is one Parquet file of a table. Several goroutines may read it at once
// when they may read what it was opened from.
type File struct {
	Table  Table
	Name   string
	names  []string // of the columns that are read
	leaf   []leaf
	groups []parquet.RowGroup
}

// leaf is where a column of a file is.
type leaf struct {
	index    int
	repeated bool
}

// OpenFile reads the footer of a file of a table. The name stands in positions
// and faults. A file that is damaged, no Parquet, or lacks a column gives a
// [dataset.Fault].
func OpenFile(t Table, name string, r io.ReaderAt, size int64) (*File, error) {
	if t >= tableCount {
		return nil, spec.Atf("table", -1, spec.ErrInput, "%v", t)
	}
	f, _, err := openColumns(tableColumns[t], name, r, size)
	if err != nil {
		return nil, err
	}
	f.Table = t
	return f, nil
}

// openColumns reads a footer and finds the columns.
func openColumns(names []string, name string, r io.ReaderAt, size int64) (f *File, p *parquet.File, err error) {
	defer func() {
		if r := recover(); r != nil {
			f, err = nil, &dataset.Fault{File: name, Kind: dataset.Malformed, Err: fmt.Errorf("%v", r)}
		}
	}()
	if err = checkFooter(r, size); err == nil {
		p, err = openParquet(r, size)
	}
	if err != nil {
		return nil, nil, &dataset.Fault{File: name, Kind: kindOf(r, size), Err: err}
	}
	f = &File{Name: name, names: names}
	for _, column := range names {
		of := leafOf(p.Root(), column)
		if of == nil {
			return nil, nil, &dataset.Fault{File: name, Column: column, Kind: dataset.MissingColumn}
		}
		f.leaf = append(f.leaf, leaf{of.Index(), of.MaxRepetitionLevel() > 0})
	}
	f.groups = p.RowGroups()
	return f, p, nil
}

// Groups is the number of row groups.
func (f *File) Groups() int { return len(f.groups) }

// Rows is the number of rows of a row group as its footer states it; 0 for a
// group that is not there.
func (f *File) Rows(group int) int64 {
	if group < 0 || group >= len(f.groups) {
		return 0
	}
	return f.groups[group].NumRows()
}

// Highest is the highest slot of a row group, or epoch of [Validators], as far
// as the group can be read; it reads that column alone. It says how far the
// table has come when the next row group begins: see [File.Committees].
func (f *File) Highest(group int) uint64 {
	if group < 0 || group >= len(f.groups) {
		return 0
	}
	key := *f
	key.names, key.leaf = f.names[:1], f.leaf[:1]
	r := rows{report: func(*dataset.Fault) error { return nil }}
	if r.group.open(&key, group) != nil {
		return 0
	}
	defer r.close()
	var highest, limit uint64 = 0, maxSlot
	if f.Table == Validators {
		limit /= slotsPerEpoch
	}
	for {
		if ok, err := r.next(); err != nil || !ok {
			return highest
		}
		if n, ok := r.column[0].number(); ok && n < limit {
			highest = max(highest, n)
		}
	}
}

// Committees ranges over the rows of a row group. reached is the highest slot
// of all rows of the table before this group (0 at its beginning): what does not
// ascend by epoch is a fault.
//
// An error is a [dataset.Fault] that says what cannot be read, beside a zero
// row, and the range goes on: with the next part of the row, the next row, or
// not at all when the row group is damaged. The validators of a row are reused
// by the next.
func (f *File) Committees(group int, reached uint64) iter.Seq2[Committee, error] {
	return ranged(f, Committees, group, reached, (*rows).committee)
}

// Attestations ranges over the rows of a row group as [File.Committees] does. A
// row may be of the epoch before the highest one reached, and no earlier.
func (f *File) Attestations(group int, reached uint64) iter.Seq2[Attestation, error] {
	return ranged(f, Attestations, group, reached, (*rows).attestation)
}

// Blocks ranges over the rows of a row group as [File.Committees] does. Slots
// must not descend.
func (f *File) Blocks(group int, reached uint64) iter.Seq2[Block, error] {
	return ranged(f, Blocks, group, reached, (*rows).block)
}

// Balances ranges over the rows of a row group of [Validators] as
// [File.Committees] does. reached is an epoch; a row of an earlier one counts
// from then on.
func (f *File) Balances(group int, reached uint64) iter.Seq2[Balance, error] {
	return ranged(f, Validators, group, reached, (*rows).balance)
}

var errStopped = errors.New("stopped")

func ranged[T any](f *File, table Table, group int, reached uint64, decode func(*rows, *T) (bool, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none, row T
		if f.Table != table || group < 0 || group >= len(f.groups) {
			yield(none, spec.Atf("row_group", group, spec.ErrInput, "of %v, in a file of %v with %d", table, f.Table, len(f.groups)))
			return
		}
		r := rows{reached: reached, report: func(fault *dataset.Fault) error {
			if !yield(none, fault) {
				return errStopped
			}
			return nil
		}}
		defer r.close()
		if err := r.open(f, group); err != nil {
			yield(none, err)
			return
		}
		for {
			ok, err := r.next()
			if err != nil {
				yield(none, err)
			}
			if err != nil || !ok {
				return
			}
			ok, err = decode(&r, &row)
			if err != nil || ok && !yield(row, nil) {
				return
			}
		}
	}
}
