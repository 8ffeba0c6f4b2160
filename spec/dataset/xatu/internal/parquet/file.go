package parquet

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Limits beyond what the size of a file sets.
const (
	// maxFooter is far above the footers of files with thousands of row groups.
	maxFooter = 64 << 20
	// A file has no more rows, and no more values in a column, than freeValues
	// and valuesPerByte for each of its bytes. A table of all validators at 32 ETH
	// can be as small as a byte for 200 rows.
	freeValues    = 1 << 20
	valuesPerByte = 256
)

// ErrCut is wrapped by errors about files that end too early.
var ErrCut = io.ErrUnexpectedEOF

// File is a Parquet file. Several goroutines may read it at once when they may
// read what it was opened from.
type File struct {
	r      io.ReaderAt
	size   int64
	foot   *footer
	leaves map[string]*Leaf
	count  int // leaves
}

// Open reads the footer of a file.
func Open(r io.ReaderAt, size int64) (*File, error) {
	b, err := readFooter(r, size)
	if err != nil {
		return nil, err
	}
	f := &File{r: r, size: size}
	if f.foot, err = parseFooter(b); err != nil {
		return nil, err
	}
	if f.leaves, f.count, err = leaves(f.foot.schema); err != nil {
		return nil, fmt.Errorf("footer: %w", err)
	}
	f.foot.schema = nil
	return f, f.check()
}

// readFooter returns the bytes of the footer.
func readFooter(r io.ReaderAt, size int64) ([]byte, error) {
	var head [4]byte
	var end [8]byte
	if size < 12 {
		return nil, fmt.Errorf("%d bytes: %w", size, ErrCut)
	}
	if err := readAt(r, head[:], 0); err != nil {
		return nil, err
	}
	if err := readAt(r, end[:], size-8); err != nil {
		return nil, err
	}
	switch magic := string(end[4:]); {
	case magic == "PARE" || string(head[:]) == "PARE":
		return nil, errors.New("an encrypted file, which cannot be read")
	case string(head[:]) != "PAR1":
		return nil, fmt.Errorf("begins with %q, no Parquet", head)
	case magic != "PAR1":
		return nil, fmt.Errorf("ends with %q, not with the end of a Parquet file: %w", magic, ErrCut)
	}
	length := int64(binary.LittleEndian.Uint32(end[:]))
	if length > size-12 {
		return nil, fmt.Errorf("a footer of %d bytes in a file of %d", length, size)
	}
	if length > maxFooter {
		return nil, fmt.Errorf("a footer of %d bytes, more than %d", length, maxFooter)
	}
	b := make([]byte, length)
	return b, readAt(r, b, size-8-length)
}

// readAt fills b, or says what it lacks.
func readAt(r io.ReaderAt, b []byte, at int64) error {
	n, err := r.ReadAt(b, at)
	switch {
	case n == len(b):
		return nil
	case err == nil || err == io.EOF:
		return fmt.Errorf("%d of %d bytes at %d: %w", n, len(b), at, ErrCut)
	}
	return err
}

// check holds the row groups against the schema and against the size of the
// file: chunks overlap nowhere, so they all fit in it together.
func (f *File) check() error {
	limit := f.limit()
	rows, room, values := int64(0), f.size, make([]int64, f.count)
	for i := range f.foot.groups {
		g := &f.foot.groups[i]
		if len(g.chunks) != f.count {
			return fmt.Errorf("footer: row group %d has %d columns, the schema %d", i, len(g.chunks), f.count)
		}
		if g.rows < 0 || g.rows > limit-rows {
			return fmt.Errorf("footer: row group %d has %d rows, too many for a file of %d bytes", i, g.rows, f.size)
		}
		rows += g.rows
		for j := range g.chunks {
			c := &g.chunks[j]
			if c.size < 0 || c.size > room {
				return fmt.Errorf("footer: row group %d, column %d: a chunk of %d bytes where %d are left of the file", i, j, c.size, room)
			}
			if c.values < 0 || c.values > limit-values[j] {
				return fmt.Errorf("footer: row group %d, column %d: %d values, too many for a file of %d bytes", i, j, c.values, f.size)
			}
			room -= c.size
			values[j] += c.values
		}
	}
	return nil
}

// limit is how many rows the file may have, and values in a column.
func (f *File) limit() int64 { return freeValues + valuesPerByte*f.size }

// Groups is the number of row groups.
func (f *File) Groups() int { return len(f.foot.groups) }

// Rows is the number of rows of a row group, 0 or more.
func (f *File) Rows(group int) int64 { return f.foot.groups[group].rows }

// Lookup returns a value of the file's own keys.
func (f *File) Lookup(key string) (value string, ok bool) {
	value, ok = f.foot.keys[key]
	return value, ok
}

// Leaf returns the only column with values at or below the column of that name,
// nil when there is none or more than one.
func (f *File) Leaf(name string) *Leaf { return f.leaves[name] }
