package xatu

import (
	"errors"
	"io"
	"iter"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/dataset"
	"github.com/stakesim/stakesim/spec/dataset/xatu/internal/parquet"
	"github.com/stakesim/stakesim/spec/file"
)

// File is one Parquet file of a table. Several goroutines may read it at once
// when they may read what it was opened from.
type File struct {
	Table Table
	Name  string
	// Timing says how the rows are to ascend, and of which network they are to be: see
	// [File.CheckNetwork]. Set it before rows are read.
	Timing Timing
	of     *parquet.File
	fields []field // that are read
	leaf   []*parquet.Leaf
}

// OpenFile reads the footer of a file of a table. The name stands in positions
// and faults. A file that is damaged, no Parquet, or lacks a column gives a
// [dataset.Fault].
func OpenFile(t Table, name string, r io.ReaderAt, size int64) (*File, error) {
	if t >= tableCount {
		return nil, spec.Atf("table", -1, spec.ErrInput, "%v", t)
	}
	f, err := openColumns(tableColumns[t], name, r, size)
	if err != nil {
		return nil, err
	}
	f.Table = t
	return f, nil
}

// openColumns reads a footer and finds the columns.
func openColumns(fields []field, name string, r io.ReaderAt, size int64) (*File, error) {
	of, err := parquet.Open(file.Guard(r), size)
	if err != nil {
		return nil, &dataset.Fault{File: name, Kind: broken(err), Err: err}
	}
	f := &File{Name: name, of: of, fields: fields}
	for _, field := range fields {
		leaf := of.Leaf(field.name)
		if leaf == nil {
			return nil, &dataset.Fault{File: name, Column: field.name, Kind: dataset.MissingColumn}
		}
		f.leaf = append(f.leaf, leaf)
	}
	return f, nil
}

// key is the file with its first column alone.
func (f *File) key() *File {
	key := *f
	key.fields, key.leaf = f.fields[:1], f.leaf[:1]
	return &key
}

// Groups is the number of row groups.
func (f *File) Groups() int { return f.of.Groups() }

// Rows is the number of rows of a row group as its footer states it; 0 for a
// group that is not there.
func (f *File) Rows(group int) int64 {
	if group < 0 || group >= f.Groups() {
		return 0
	}
	return f.of.Rows(group)
}

// Highest is the highest slot of a row group, or epoch of [Validators], as far
// as the group can be read; it reads that column alone. It says how far the
// table has come when the next row group begins: see [File.Committees].
func (f *File) Highest(group int) uint64 {
	if group < 0 || group >= f.Groups() {
		return 0
	}
	var r rows
	if r.open(f.key(), group) != nil {
		return 0
	}
	var highest, limit uint64 = 0, maxSlot
	if f.Table == Validators {
		limit = maxEpoch
	}
	for {
		if ok, err := r.next(); err != nil || !ok {
			return highest
		}
		if n, wrong := r.column[0].number(limit - 1); wrong == "" {
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
		if f.Table != table || group < 0 || group >= f.Groups() {
			yield(none, spec.Atf("row_group", group, spec.ErrInput, "of %v, in a file of %v with %d", table, f.Table, f.Groups()))
			return
		}
		r := rows{reached: reached, slots: f.Timing.Slots(), report: func(fault *dataset.Fault) error {
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
