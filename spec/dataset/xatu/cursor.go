package xatu

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/parquet-go/parquet-go"

	"github.com/stakesim/stakesim/spec/dataset"
)

// cursor reads some columns of a table row by row through all its files.
type cursor struct {
	names  []string // of columns
	files  []string // still to be read
	faults *dataset.Faults
	told   func(int)

	name   string // of the file being read
	file   *os.File
	groups []parquet.RowGroup // still to be read
	group  int                // number of the one being read
	rows   int64              // of it still to be read
	leaf   []int              // column of the file by name
	column []column
	ended  bool
}

// next reads a row; false at the end of the last file. A file that cannot be
// read is a fault, and left when faults are counted.
func (c *cursor) next() (bool, error) {
	for {
		ok, err := c.guarded()
		if err == nil {
			c.ended = !ok
			return ok, nil
		}
		c.close()
		var fault *dataset.Fault
		if !errors.As(err, &fault) {
			return false, err
		}
		if err := c.faults.Report(fault); err != nil {
			return false, err
		}
	}
}

// guarded turns a panic of the library, which damaged files can cause, into a
// fault.
func (c *cursor) guarded() (ok bool, err error) {
	defer func() {
		if r := recover(); r != nil {
			ok, err = false, c.fault("", dataset.Malformed, fmt.Sprintf("row group %d", c.group), fmt.Errorf("%v", r))
		}
	}()
	for c.rows == 0 {
		if more, err := c.advance(); !more || err != nil {
			return false, err
		}
	}
	for i := range c.column {
		if err := c.column[i].next(); err != nil {
			return false, c.fault(c.names[i], broken(err), fmt.Sprintf("row group %d", c.group), err)
		}
	}
	c.rows--
	return true, nil
}

func (c *cursor) fault(column string, kind dataset.Kind, detail string, err error) error {
	return &dataset.Fault{File: c.name, Column: column, Kind: kind, Detail: detail, Err: err}
}

func broken(err error) dataset.Kind {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return dataset.Truncated
	}
	return dataset.Malformed
}

// advance goes to the next row group, in the next file if need be.
func (c *cursor) advance() (bool, error) {
	for i := range c.column {
		c.column[i].close()
	}
	for len(c.groups) == 0 {
		c.close()
		if len(c.files) == 0 {
			return false, nil
		}
		c.name, c.files = c.files[0], c.files[1:]
		if err := c.open(); err != nil {
			return false, err
		}
	}
	g := c.groups[0]
	c.groups, c.rows = c.groups[1:], g.NumRows()
	c.group++
	chunks := g.ColumnChunks()
	for i, leaf := range c.leaf {
		if leaf >= len(chunks) {
			return false, c.fault(c.names[i], dataset.Malformed, fmt.Sprintf("row group %d", c.group), errors.New("no such chunk"))
		}
		c.column[i].open(chunks[leaf].Pages())
	}
	return true, nil
}

func (c *cursor) close() {
	for i := range c.column {
		c.column[i].close()
	}
	if c.file != nil {
		c.file.Close()
	}
	c.file, c.groups, c.rows, c.group = nil, nil, 0, 0
}

// open reads the footer of a file and finds the columns.
func (c *cursor) open() error {
	f, err := os.Open(c.name)
	if err != nil {
		return err
	}
	c.file = f
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if c.told != nil {
		c.told(int(info.Size()))
	}
	p, err := openParquet(f, info.Size())
	if err != nil {
		return c.fault("", kindOf(f, info.Size()), "", err)
	}
	c.leaf = c.leaf[:0]
	c.column = make([]column, len(c.names))
	for i, name := range c.names {
		leaf := leafOf(p.Root(), name)
		if leaf == nil {
			return c.fault(name, dataset.MissingColumn, "", nil)
		}
		c.leaf = append(c.leaf, leaf.Index())
		c.column[i].repeated = leaf.MaxRepetitionLevel() > 0
	}
	c.groups = p.RowGroups()
	return nil
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
