package dataset

import (
	"encoding/binary"
	"fmt"
	"io"
	"iter"
	"slices"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/file"
)

// List is a binary failure list, open for reading. It can be ranged over by
// several goroutines at once.
type List struct {
	Duties Duties
	Origin Origin
	name   string
	head   listHead
	sums   []uint32 // of the blocks
	size   int64
	at     io.ReaderAt
	closer io.Closer
	read   func(int)
}

// MapList opens a failure list by mapping it into memory, so that the pages
// that the system keeps serve again. A file that is not one, is damaged in its
// header, its duties or its checksums, or too short gives a [Fault]; so does one
// that is cut while it is read.
func MapList(name string) (*List, error) {
	m, err := file.Map(name)
	if err != nil {
		return nil, err
	}
	return newList(name, m, m.Size(), m)
}

// OpenList opens a failure list for reading without mapping it: no part of the
// file counts as the program's memory, and files beyond the address space of a
// 32-bit machine can be read. Errors are those of [MapList].
func OpenList(name string) (*List, error) {
	f, size, err := file.OpenRegular(name)
	if err != nil {
		return nil, err
	}
	return newList(name, f, size, f)
}

func newList(name string, at io.ReaderAt, size int64, closer io.Closer) (*List, error) {
	l := &List{name: name, at: at, size: size, closer: closer}
	if err := l.open(); err != nil {
		closer.Close()
		return nil, err
	}
	return l, nil
}

// ReadList reads a failure list from whatever can be read at an offset, such as
// a [bytes.Reader]. Close does nothing then.
func ReadList(name string, at io.ReaderAt, size int64) (*List, error) {
	return newList(name, file.Guard(at), size, io.NopCloser(nil))
}

// Close releases the file.
func (l *List) Close() error { return l.closer.Close() }

// Size is the number of bytes of the file.
func (l *List) Size() int64 { return l.size }

// Slots is the number of slots in the list.
func (l *List) Slots() uint64 { return l.head.slots }

// OnRead sets what is told how many bytes were read, chunk by chunk.
func (l *List) OnRead(told func(n int)) { l.read = told }

func (l *List) fault(line int, kind Kind, detail string) error {
	return &Fault{File: l.name, Line: line, Kind: kind, Detail: detail}
}

// All ranges over the slots. The failures of a slot are reused by the next. An
// error ends the range; it is a [Fault] whose line is the number of the slot in
// the list, from 1.
func (l *List) All() iter.Seq2[SlotFailures, error] {
	return func(yield func(SlotFailures, error) bool) {
		r := chunks{list: l, end: l.duties(), off: headerSize}
		var past spec.Slot
		for i := range l.head.slots {
			s, err := r.slot(int(i + 1))
			if err == nil && i > 0 && s.Slot <= past {
				err = l.fault(int(i+1), SlotOrder, fmt.Sprintf("%d after %d", s.Slot, past))
			}
			past = s.Slot
			if !yield(s, err) || err != nil {
				return
			}
		}
		if r.left() != 0 {
			yield(SlotFailures{}, l.fault(int(l.head.slots), Malformed, fmt.Sprintf("%d bytes after the last slot", r.left())))
		}
	}
}

// chunks reads the slots through a buffer.
type chunks struct {
	list     *List
	off, end int64 // what is not in the buffer yet
	buf      []byte
	rest     []byte // of buf
	failures []Failure
}

const chunkSize = 1 << 18

func (c *chunks) left() int64 { return c.end - c.off + int64(len(c.rest)) }

// take returns the next n bytes, which live until the next call.
func (c *chunks) take(n, line int) ([]byte, error) {
	if int64(n) > c.left() {
		return nil, c.list.fault(line, Truncated, fmt.Sprintf("%d bytes wanted of %d", n, c.left()))
	}
	if n > len(c.rest) {
		if err := c.fill(max(n, chunkSize)); err != nil {
			return nil, err
		}
	}
	b := c.rest[:n]
	c.rest = c.rest[n:]
	return b, nil
}

// fill moves the rest to the front of a buffer of so many bytes or more, and reads
// on by whole blocks.
func (c *chunks) fill(size int) error {
	have := len(c.rest)
	more := (int64(size-have) + blockSize - 1) / blockSize * blockSize
	more = min(more, c.list.body()-c.off)
	if cap(c.buf) < have+int(more) {
		c.buf = append(make([]byte, 0, have+int(more)), c.rest...)
	} else {
		c.buf = c.buf[:copy(c.buf[:cap(c.buf)], c.rest)]
	}
	c.buf = c.buf[:have+int(more)]
	if err := c.list.blocks(c.buf[have:], c.off); err != nil {
		return err
	}
	if c.list.read != nil {
		c.list.read(int(min(more, c.end-c.off)))
	}
	c.off += more
	c.rest = c.buf
	return nil
}

func (c *chunks) slot(line int) (SlotFailures, error) {
	b, err := c.take(slotSize, line)
	if err != nil {
		return SlotFailures{}, err
	}
	s, n, ok := recordHead(b)
	if !ok {
		return s, c.list.fault(line, Malformed, fmt.Sprintf("slot %d: %d failures, flags %#x", s.Slot, n, binary.LittleEndian.Uint32(b[24:])))
	}
	if b, err = c.take(8*int(n), line); err != nil {
		return s, err
	}
	c.failures = slices.Grow(c.failures[:0], int(n))[:n]
	past, ascending := int64(-1), true
	for i := range c.failures {
		f := Failure(binary.LittleEndian.Uint64(b[8*i:]))
		v := int64(f.Validator()) | int64(f>>56)<<32 // known bits only
		ascending = ascending && v > past
		past = v
		c.failures[i] = f
	}
	s.Failures = c.failures
	if !ascending || past >= MaxValidators || n > s.Committee {
		return s, &Fault{File: c.list.name, Line: line, Kind: Malformed, Err: s.check()}
	}
	for _, f := range c.failures {
		if !c.list.Duties.Has(f.Validator()) {
			return s, c.list.fault(line, UnknownValidator, fmt.Sprintf("slot %d: %d, which has no duty in this list", s.Slot, f.Validator()))
		}
	}
	return s, nil
}
