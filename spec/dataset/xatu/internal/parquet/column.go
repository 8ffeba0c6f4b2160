package parquet

import (
	"errors"
	"fmt"
	"io"
	"math/bits"
)

// LongestList bounds the elements of a list.
const LongestList = 1 << 20

const batchSize = 512

// Column reads the values of a column of one row group row by row. The zero
// value has no rows; [Column.Open] may be called again, and keeps memory.
type Column struct {
	Ints  []int64  // of the row; none for null and for a list without elements
	Texts [][]byte // likewise; they live until the next row
	Hole  bool     // the list has an element that is null

	leaf   *Leaf
	chunk  chunk
	limit  int64 // values that a dictionary of this file may have
	left   int64 // values left of the chunk
	pages  pages
	plain  []byte // a page, decompressed
	values values

	inPage   int // entries left of the page
	rep, def hybrid

	at, n, used int // entries of the batch, and values that were handed out
	reps, defs  [batchSize]uint8
	ints        [batchSize]int64
	texts       [][]byte
	entries     int // of the row
}

// Open goes to the beginning of a row group.
func (c *Column) Open(f *File, group int, leaf *Leaf) error {
	of := &f.foot.groups[group]
	c.Close()
	c.leaf, c.chunk, c.limit = leaf, of.chunks[leaf.index], f.limit()
	c.left, c.values.typ = c.chunk.values, leaf.Type
	from := c.chunk.data
	if c.chunk.dictionary > 0 {
		from = min(from, c.chunk.dictionary)
	}
	switch t := leaf.Type; {
	case leaf.repeatsMore:
		return errors.New("lists of lists, where lists are wanted")
	case !t.isInteger() && (leaf.Repeated || t.Physical < ByteArray || t.Physical > FixedLenByteArray || t.Physical == FixedLenByteArray && t.Length <= 0):
		return fmt.Errorf("%v, which is not read", t)
	case !c.chunk.described || c.chunk.elsewhere:
		return errors.New("a chunk in another file")
	case c.chunk.physical != t.Physical:
		return fmt.Errorf("a chunk of %v in a column of %v", c.chunk.physical, t)
	case from < 4 || c.chunk.size > f.size-from:
		return fmt.Errorf("a chunk of %d bytes from %d in a file of %d", c.chunk.size, from, f.size)
	case c.left < of.rows || c.left > of.rows && !leaf.Repeated:
		return fmt.Errorf("a chunk of %d values for %d rows", c.left, of.rows)
	}
	c.pages.r, c.pages.at, c.pages.end, c.pages.rest, c.pages.number = f.r, from, from+c.chunk.size, nil, -1
	return nil
}

// Close forgets the row group.
func (c *Column) Close() {
	c.Ints, c.Texts, c.Hole = c.Ints[:0], c.Texts[:0], false
	c.leaf, c.pages.r, c.pages.rest, c.pages.at, c.pages.end, c.left = nil, nil, nil, 0, 0, 0
	c.inPage, c.at, c.n, c.used, c.values.dict.known = 0, 0, 0, 0, false
}

// Next reads a row. The error says in which page, and wraps [ErrCut] when there
// is less than was promised.
func (c *Column) Next() error {
	c.Ints, c.Texts, c.Hole, c.entries = c.Ints[:0], c.Texts[:0], false, 0
	if c.at == c.n {
		if err := c.fill(); err == io.EOF {
			return fmt.Errorf("values end before the rows: %w", ErrCut)
		} else if err != nil {
			return err
		}
	}
	if !c.leaf.Repeated {
		c.take(c.at + 1)
		return nil
	}
	if c.reps[c.at] != 0 {
		return c.inThis(errors.New("begins within a list of no row"))
	}
	end := c.at + 1
	for {
		for end < c.n && c.reps[end] != 0 {
			end++
		}
		c.take(end)
		if c.entries > LongestList {
			return c.inThis(fmt.Errorf("a list of more than %d elements", LongestList))
		}
		if end < c.n {
			return nil
		}
		if err := c.fill(); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		end = 0
	}
}

// End says whether the row read last was the last of the chunk.
func (c *Column) End() error {
	if c.at == c.n {
		if err := c.fill(); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
	return c.inThis(errors.New("values that belong to no row"))
}

func (c *Column) inThis(err error) error { return fmt.Errorf("page %d: %w", c.pages.number, err) }

// take adds entries of the batch to the row.
func (c *Column) take(end int) {
	from := c.at
	c.entries += end - from
	c.at = end
	present := end - from
	if highest := c.leaf.def; highest > 0 {
		present = 0
		for _, d := range c.defs[from:end] {
			switch {
			case d == highest:
				present++
			case c.leaf.Repeated && (d >= c.leaf.element || c.entries > 1):
				c.Hole = true
			}
		}
	}
	if c.leaf.Type.isInteger() {
		c.Ints = append(c.Ints, c.ints[c.used:c.used+present]...)
	} else {
		c.Texts = append(c.Texts, c.texts[c.used:c.used+present]...)
	}
	c.used += present
}

// fill reads the next batch; io.EOF at the end of the chunk.
func (c *Column) fill() error {
	for c.inPage == 0 {
		if err := c.page(); err == io.EOF {
			if c.left > 0 {
				return fmt.Errorf("%d values are missing after page %d: %w", c.left, c.pages.number, ErrCut)
			}
			return io.EOF
		} else if err != nil {
			return c.inThis(err)
		}
	}
	n := min(c.inPage, batchSize)
	present, err := c.levels(n)
	if err == nil {
		if c.leaf.Type.isInteger() {
			err = c.values.ints(c.ints[:present])
		} else {
			if c.texts == nil {
				c.texts = make([][]byte, batchSize)
			}
			err = c.values.texts(c.texts[:present])
		}
	}
	c.at, c.n, c.used = 0, n, 0
	c.inPage -= n
	if err != nil {
		c.n = 0
		return c.inThis(err)
	}
	return nil
}

var errLevels = errors.New("levels that end too early, or above the highest")

// levels reads the levels of the next entries, and returns how many are values.
func (c *Column) levels(n int) (present int, err error) {
	if c.leaf.rep > 0 {
		reps := c.reps[:n]
		if !next(&c.rep, reps) {
			return 0, errLevels
		}
		for _, r := range reps {
			if r > c.leaf.rep {
				return 0, errLevels
			}
		}
	}
	if c.leaf.def == 0 {
		return n, nil
	}
	defs := c.defs[:n]
	if !next(&c.def, defs) {
		return 0, errLevels
	}
	for _, d := range defs {
		if d > c.leaf.def {
			return 0, errLevels
		}
		if d == c.leaf.def {
			present++
		}
	}
	return present, nil
}

// page reads the next page; afterwards there may be nothing in it.
func (c *Column) page() error {
	h, body, err := c.pages.next(c.left, c.limit)
	if err != nil {
		return err
	}
	switch h.kind {
	case dictionaryPage:
		if c.values.dict.known {
			return errors.New("a second dictionary")
		}
		if body, err = c.decompress(c.chunk.codec, body, int(h.uncompressed)); err != nil {
			return err
		}
		return c.values.openDictionary(h.encoding, body, int(h.values))
	case dataPage:
		body, err = c.openV1(&h, body)
	case dataPageV2:
		body, err = c.openV2(&h, body)
	default:
		return nil
	}
	if err != nil {
		return err
	}
	c.inPage = int(h.values)
	c.left -= int64(h.values)
	return c.values.open(h.encoding, body, int(h.values))
}

func (c *Column) decompress(codec int32, body []byte, size int) ([]byte, error) {
	if len(body) == 0 && size == 0 {
		return nil, nil
	}
	out, err := decompress(codec, c.plain, body, size)
	if err == nil && codec != codecNone {
		c.plain = out
	}
	return out, err
}

// openV1 finds the levels in front of a page's values.
func (c *Column) openV1(h *header, body []byte) ([]byte, error) {
	body, err := c.decompress(c.chunk.codec, body, int(h.uncompressed))
	if err != nil {
		return nil, err
	}
	for i, to := range []*hybrid{&c.rep, &c.def} {
		highest := []uint8{c.leaf.rep, c.leaf.def}[i]
		if highest == 0 {
			continue
		}
		if h.levels[i] != rle {
			return nil, fmt.Errorf("levels in the encoding %s, which is not read", nameOf(encodingNames, h.levels[i]))
		}
		n, ok := uint32At(body)
		if !ok || uint64(n) > uint64(len(body)-4) {
			return nil, errLevels
		}
		*to = newHybrid(body[4:4+n], uint(bits.Len8(highest)))
		body = body[4+n:]
	}
	return body, nil
}

// openV2 takes the levels off, which are never compressed.
func (c *Column) openV2(h *header, body []byte) ([]byte, error) {
	c.rep = newHybrid(body[:h.rep], uint(bits.Len8(c.leaf.rep)))
	c.def = newHybrid(body[h.rep:h.rep+h.def], uint(bits.Len8(c.leaf.def)))
	codec := c.chunk.codec
	if h.plain {
		codec = codecNone
	}
	return c.decompress(codec, body[h.rep+h.def:], int(h.uncompressed-h.rep-h.def))
}
