package xatu

import (
	"encoding/hex"
	"io"
	"math"

	"github.com/parquet-go/parquet-go"
)

// column reads the values of one column of a row group row by row.
type column struct {
	pages    parquet.Pages
	page     parquet.Page
	values   parquet.ValueReader
	buf      [256]parquet.Value
	at, n    int
	repeated bool
	row      []parquet.Value // of the row; of a list without elements, empty
}

func (c *column) open(pages parquet.Pages, repeated bool) { c.pages, c.repeated = pages, repeated }

func (c *column) close() {
	parquet.Release(c.page)
	if c.pages != nil {
		c.pages.Close()
	}
	c.pages, c.page, c.values, c.at, c.n, c.row = nil, nil, nil, 0, 0, c.row[:0]
}

// fill makes sure that a value is in the buffer; false at the end of the
// column.
func (c *column) fill() (bool, error) {
	for c.at == c.n {
		if c.values == nil {
			if c.pages == nil {
				return false, io.ErrUnexpectedEOF
			}
			page, err := c.pages.ReadPage()
			if err == io.EOF {
				return false, nil
			}
			if err != nil {
				return false, err
			}
			parquet.Release(c.page)
			c.page, c.values = page, page.Values()
		}
		n, err := c.values.ReadValues(c.buf[:])
		c.at, c.n = 0, n
		if err == io.EOF {
			c.values = nil
		} else if err != nil {
			return false, err
		}
	}
	return true, nil
}

// next reads the values of a row. Byte arrays live until the next call.
func (c *column) next() error {
	c.row = c.row[:0]
	for {
		ok, err := c.fill()
		switch {
		case err != nil:
			return err
		case !ok && (len(c.row) == 0 || !c.repeated):
			return io.ErrUnexpectedEOF
		case !ok:
			return nil
		}
		v := c.buf[c.at]
		if len(c.row) > 0 && v.RepetitionLevel() == 0 {
			return nil
		}
		c.at++
		c.row = append(c.row, v)
		if !c.repeated {
			return nil
		}
	}
}

// integer reads a value of any integer type; false for null, negative and
// other types.
func integer(v parquet.Value) (uint64, bool) {
	switch v.Kind() {
	case parquet.Int32:
		return uint64(v.Uint32()), !v.IsNull()
	case parquet.Int64:
		return v.Uint64(), !v.IsNull()
	case parquet.Boolean:
		if v.Boolean() {
			return 1, !v.IsNull()
		}
		return 0, !v.IsNull()
	}
	return 0, false
}

// number is the integer of a column with one value a row.
func (c *column) number() (uint64, bool) {
	if len(c.row) != 1 {
		return 0, false
	}
	return integer(c.row[0])
}

// null says whether a column with one value a row has none.
func (c *column) null() bool { return len(c.row) == 1 && c.row[0].IsNull() }

// list reads the validators of a row into ids. tooLarge is an index of 2^32 or
// more, ok false for something that is no index.
func (c *column) list(ids []uint32) (_ []uint32, tooLarge uint64, ok bool) {
	for _, v := range c.row {
		if v.IsNull() {
			if len(c.row) == 1 {
				return ids, 0, true // an empty list
			}
			return ids, 0, false
		}
		id, isInt := integer(v)
		if !isInt {
			return ids, 0, false
		}
		if id > math.MaxUint32 {
			return ids, id, false
		}
		ids = append(ids, uint32(id))
	}
	return ids, 0, true
}

// Root is a block root.
type Root [32]byte

// root reads 32 bytes, or 0x and 64 hexadecimal digits.
func (c *column) root() (r Root, ok bool) {
	if len(c.row) != 1 || c.row[0].IsNull() {
		return r, false
	}
	if k := c.row[0].Kind(); k != parquet.ByteArray && k != parquet.FixedLenByteArray {
		return r, false
	}
	b := c.row[0].ByteArray()
	switch {
	case len(b) == len(r):
		return Root(b), true
	case len(b) == 66 && b[0] == '0' && b[1] == 'x':
		_, err := hex.Decode(r[:], b[2:])
		return r, err == nil
	}
	return r, false
}
