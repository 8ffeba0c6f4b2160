package xatu

import (
	"encoding/hex"
	"fmt"

	"github.com/stakesim/stakesim/spec/dataset"
	"github.com/stakesim/stakesim/spec/dataset/xatu/internal/parquet"
)

// field is a column that is read, and what it must hold.
type field struct {
	name  string
	holds holds
}

type holds uint8

const (
	number holds = iota // an integer a row, not negative
	flag                // a boolean a row, or 0 or 1
	root                // a block root a row
	list                // integers, any number a row
	text                // a string a row
)

var holdsNames = [...]string{"integers", "booleans", "roots", "lists of integers", "strings"}

// column is a column of a row group, row by row.
type column struct {
	parquet.Column
	typ parquet.Type
}

// open goes to a row group of a file.
func (c *column) open(f *File, group, i int) error {
	leaf, holds := f.leaf[i], f.fields[i].holds
	c.typ = leaf.Type
	ok := c.typ.Limit > 0 && c.typ.Physical != parquet.Boolean
	switch holds {
	case flag:
		ok = c.typ.Limit > 0
	case root, text:
		ok = c.typ.Physical == parquet.ByteArray || c.typ.Physical == parquet.FixedLenByteArray
	}
	if !ok || leaf.Repeated && holds != list {
		repeated := ""
		if leaf.Repeated {
			repeated = "lists of "
		}
		return fmt.Errorf("%s%v, where %s are wanted", repeated, c.typ, holdsNames[holds])
	}
	return c.Column.Open(f.of, group, leaf)
}

// null says whether a column with one value a row has none.
func (c *column) null() bool { return len(c.Ints) == 0 }

// number is the integer of the row. Where there is none up to the limit, wrong
// says what there is.
func (c *column) number(limit uint64) (n uint64, wrong string) {
	if c.null() {
		return 0, "null"
	}
	return c.fits(c.Ints[0], limit)
}

// fits holds an integer to the type of its column and to a limit.
func (c *column) fits(v int64, limit uint64) (n uint64, wrong string) {
	n = uint64(v)
	switch {
	case n <= min(limit, c.typ.Limit):
		return n, ""
	case v < 0 && !c.typ.Unsigned:
		return 0, fmt.Sprintf("%d, below 0", v)
	case n > c.typ.Limit:
		return 0, fmt.Sprintf("%d in a column of %v", n, c.typ)
	}
	return 0, fmt.Sprintf("%d, above %d", n, limit)
}

// flag is the boolean of the row.
func (c *column) flag() (set bool, wrong string) {
	n, wrong := c.number(1)
	return n != 0, wrong
}

// list appends the validators of the row to ids. What is none is left out, and
// shown to bad, which may end the list.
func (c *column) list(ids []uint32, bad func(kind dataset.Kind, wrong string) error) ([]uint32, error) {
	if c.Hole {
		return ids, bad(dataset.Malformed, "null in a list of validators")
	}
	limit := min(c.typ.Limit, dataset.MaxValidators-1)
	for _, v := range c.Ints {
		if uint64(v) <= limit {
			ids = append(ids, uint32(v))
			continue
		}
		kind := dataset.UnknownValidator
		if uint64(v) > c.typ.Limit {
			kind = dataset.Malformed
		} else if uint64(v) >= 1<<32 {
			kind = dataset.IDTooLarge
		}
		_, wrong := c.fits(v, limit)
		if err := bad(kind, wrong); err != nil {
			return ids, err
		}
	}
	return ids, nil
}

// Root is a block root.
type Root [32]byte

// root reads 32 bytes, or 0x and 64 hexadecimal digits.
func (c *column) root() (r Root, ok bool) {
	if len(c.Texts) != 1 {
		return r, false
	}
	b := c.Texts[0]
	switch {
	case len(b) == len(r):
		return Root(b), true
	case len(b) == 66 && b[0] == '0' && b[1] == 'x':
		_, err := hex.Decode(r[:], b[2:])
		return r, err == nil
	}
	return r, false
}
