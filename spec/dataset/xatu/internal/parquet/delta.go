package parquet

import "errors"

var (
	errDelta = errors.New("differences that end too early, or in blocks of a wrong size")
	errFew   = errors.New("fewer values than its header says")
)

// delta reads integers as differences in blocks, DELTA_BINARY_PACKED.
type delta struct {
	rest   []byte
	block  int // integers of a block
	minis  int // parts of a block
	total  uint64
	value  int64 // the next one
	begun  bool
	least  int64  // difference of the block
	widths []byte // of the parts that are left of the block
	left   int    // integers of the part
	packed []byte
	at     uint
	width  uint
}

// newDelta reads the head. There are no more integers than limit.
func newDelta(b []byte, limit int) (d delta, err error) {
	t := thrift{rest: b} // its varints
	block, minis, total := t.varint(), t.varint(), t.varint()
	d.value = unzigzag(t.varint())
	if t.bad || minis == 0 || minis > 1<<10 || block > 1<<20 || block%minis != 0 || block/minis%8 != 0 || block == 0 || total > uint64(limit) {
		return d, errDelta
	}
	d.rest, d.block, d.minis, d.total = t.rest, int(block), int(minis), total
	return d, nil
}

// next fills dst.
func (d *delta) next(dst []int64) error {
	for i := range dst {
		if d.total == 0 {
			return errFew
		}
		if d.begun {
			if d.left == 0 {
				if err := d.part(); err != nil {
					return err
				}
			}
			d.value += d.least + int64(unpackDelta(d))
			d.left--
		}
		d.begun = true
		d.total--
		dst[i] = d.value
	}
	return nil
}

func unpackDelta(d *delta) uint64 {
	if d.width == 0 {
		return 0
	}
	n := unpack(d.packed, d.at, d.width)
	d.at += d.width
	return n
}

// part goes to the next part of a block.
func (d *delta) part() error {
	if len(d.widths) == 0 {
		t := thrift{rest: d.rest}
		d.least = unzigzag(t.varint())
		d.widths = t.take(uint64(d.minis))
		if d.rest = t.rest; t.bad {
			return errDelta
		}
	}
	d.width, d.widths = uint(d.widths[0]), d.widths[1:]
	d.left = d.block / d.minis
	n := d.left / 8 * int(d.width)
	if d.width > 64 || n > len(d.rest) {
		return errDelta
	}
	d.packed, d.rest, d.at = d.rest[:n], d.rest[n:], 0
	return nil
}

// all reads all integers, into dst where they fit, and returns what follows.
func (d *delta) all(dst []int64) (all []int64, rest []byte, err error) {
	if uint64(cap(dst)) < d.total {
		dst = make([]int64, d.total)
	}
	all = dst[:d.total]
	err = d.next(all)
	return all, d.rest, err
}

// lengths reads byte strings that follow their lengths, DELTA_LENGTH_BYTE_ARRAY.
type lengths struct {
	of   []int64
	at   int
	rest []byte
}

func (l *lengths) open(b []byte, limit int) error {
	d, err := newDelta(b, limit)
	if err == nil {
		l.at = 0
		l.of, l.rest, err = d.all(l.of)
	}
	return err
}

func (l *lengths) next() ([]byte, error) {
	if l.at == len(l.of) {
		return nil, errFew
	}
	n := l.of[l.at]
	l.at++
	if n < 0 || n > int64(len(l.rest)) {
		return nil, errText
	}
	b := l.rest[:n:n]
	l.rest = l.rest[n:]
	return b, nil
}

var errText = errors.New("a string of a length that its page does not hold")

// longest bounds a string that begins like the one before it: roots as text
// have 66 characters.
const longest = 1 << 10

// prefixed reads byte strings of which each begins with some of the one before,
// DELTA_BYTE_ARRAY.
type prefixed struct {
	same   []int64
	at     int
	suffix lengths
	last   []byte
	room   []byte // for the strings of a batch
}

func (p *prefixed) open(b []byte, limit int) error {
	d, err := newDelta(b, limit)
	if err != nil {
		return err
	}
	p.at, p.last = 0, nil
	if p.same, b, err = d.all(p.same); err != nil {
		return err
	}
	return p.suffix.open(b, limit)
}

// batch makes room for more strings; those before are gone, but for the last.
func (p *prefixed) batch() {
	p.last = append(p.room[:0], p.last...)
	p.room = p.last
}

func (p *prefixed) next() ([]byte, error) {
	rest, err := p.suffix.next()
	if err != nil {
		return nil, err
	}
	if p.at == len(p.same) {
		return nil, errFew
	}
	n := p.same[p.at]
	p.at++
	if n < 0 || n > int64(len(p.last)) || n+int64(len(rest)) > longest {
		return nil, errText
	}
	from := len(p.room)
	p.room = append(append(p.room, p.last[:n]...), rest...)
	p.last = p.room[from:len(p.room):len(p.room)]
	return p.last, nil
}
