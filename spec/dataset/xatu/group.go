package xatu

import (
	"errors"
	"fmt"
	"io"

	"github.com/stakesim/stakesim/spec/dataset"
)

// group reads some columns of one row group row by row.
type group struct {
	fields []field
	column []column
	at     Position // of the row read last
	left   int64    // rows still to be read
	over   bool     // nothing more can be read
}

// open goes to a row group of a file. The group is empty when it fails.
func (g *group) open(f *File, number int) error {
	g.close()
	g.fields, g.at = f.fields, Position{f.Name, number, -1}
	if len(g.column) != len(f.fields) {
		g.column = make([]column, len(f.fields))
	}
	for i := range f.fields {
		if err := g.column[i].open(f, number, i); err != nil {
			g.close()
			return g.fault(f.fields[i].name, broken(err), err)
		}
	}
	g.left, g.over = f.of.Rows(number), false
	return nil
}

func (g *group) close() {
	for i := range g.column {
		g.column[i].Close()
	}
	g.left, g.over = 0, true
}

// next reads a row; false at the end. A group that cannot be read on ends with
// a [dataset.Fault], and so does one with more values than its rows have.
func (g *group) next() (bool, error) {
	if g.over {
		return false, nil
	}
	g.over = g.left == 0
	for i := range g.column {
		read := g.column[i].Next
		if g.over {
			read = g.column[i].End
		}
		if err := read(); err != nil {
			g.over = true
			return false, g.fault(g.fields[i].name, broken(err), err)
		}
	}
	if g.over {
		return false, nil
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
