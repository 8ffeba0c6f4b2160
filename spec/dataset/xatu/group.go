package xatu

import (
	"errors"
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go"

	"github.com/stakesim/stakesim/spec/dataset"
)

// group reads some columns of one row group row by row.
type group struct {
	names  []string // of columns
	column []column
	at     Position // of the row read last
	left   int64    // rows still to be read
}

// open goes to a row group of a file. The group is empty when it fails.
func (g *group) open(f *File, number int) (err error) {
	g.close()
	g.names, g.at = f.names, Position{f.Name, number, -1}
	defer func() {
		if r := recover(); r != nil {
			err = g.fault("", dataset.Malformed, fmt.Errorf("%v", r))
		}
	}()
	from := f.groups[number]
	chunks := from.ColumnChunks()
	if len(g.column) != len(f.leaf) {
		g.column = make([]column, len(f.leaf))
	}
	for i, leaf := range f.leaf {
		if leaf.index >= len(chunks) {
			return g.fault(g.names[i], dataset.Malformed, errors.New("no such chunk"))
		}
		g.column[i].open(chunks[leaf.index].Pages(), leaf.repeated)
	}
	if g.left = from.NumRows(); g.left < 0 {
		g.left = 0
		return g.fault("", dataset.Malformed, fmt.Errorf("%d rows", from.NumRows()))
	}
	return nil
}

func (g *group) close() {
	for i := range g.column {
		g.column[i].close()
	}
	g.left = 0
}

// next reads a row; false at the end. A group that cannot be read on ends with
// a [dataset.Fault], and so does a panic of the library, which damaged files can
// cause.
func (g *group) next() (ok bool, err error) {
	if g.left == 0 {
		return false, nil
	}
	defer func() {
		if r := recover(); r != nil {
			ok, err = false, g.fault("", dataset.Malformed, fmt.Errorf("%v", r))
		}
		if err != nil {
			g.left = 0
		}
	}()
	for i := range g.column {
		if err := g.column[i].next(); err != nil {
			return false, g.fault(g.names[i], broken(err), err)
		}
	}
	g.left--
	g.at.Row++
	return true, nil
}

// fault is about the row group from the row after the last one.
func (g *group) fault(column string, kind dataset.Kind, err error) *dataset.Fault {
	detail := fmt.Sprintf("row group %d from row %d", g.at.Group, g.at.Row+1)
	return &dataset.Fault{File: g.at.File, Column: column, Kind: kind, Detail: detail, Err: err}
}

func broken(err error) dataset.Kind {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return dataset.Truncated
	}
	return dataset.Malformed
}

// openParquet reads a footer.
func openParquet(r io.ReaderAt, size int64) (*parquet.File, error) {
	return parquet.OpenFile(r, size, parquet.SkipBloomFilters(true), parquet.SkipPageIndex(true), parquet.ReadBufferSize(1<<16))
}

// kindOf tells a file that was cut off from one that never was Parquet.
func kindOf(r io.ReaderAt, size int64) dataset.Kind {
	var head, foot [4]byte
	_, _ = r.ReadAt(head[:], 0)
	_, _ = r.ReadAt(foot[:], size-4)
	if size < 12 || string(head[:]) == "PAR1" && string(foot[:]) != "PAR1" {
		return dataset.Truncated
	}
	return dataset.Malformed
}

// leafOf is the only leaf below the column of that name, nil when there is none.
func leafOf(root *parquet.Column, name string) *parquet.Column {
	c := root.Column(name)
	for c != nil && !c.Leaf() {
		if len(c.Columns()) != 1 {
			return nil
		}
		c = c.Columns()[0]
	}
	return c
}
