package xatu

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// checkFooter walks over the footer of a Parquet file before the library does,
// which takes the lengths in it on trust and makes room for what they say. What
// has no footer at all is left to the library.
func checkFooter(r io.ReaderAt, size int64) error {
	var end [8]byte
	if _, err := r.ReadAt(end[:], size-8); err != nil && err != io.EOF || size < 12 || string(end[4:]) != "PAR1" {
		return nil
	}
	length := int64(binary.LittleEndian.Uint32(end[:]))
	if length > size-12 {
		return fmt.Errorf("a footer of %d bytes in a file of %d", length, size)
	}
	b := make([]byte, length)
	if _, err := r.ReadAt(b, size-8-length); err != nil && err != io.EOF {
		return err
	}
	w := walk{rest: b}
	w.structure(0)
	if w.bad {
		return errFooter
	}
	return nil
}

var errFooter = errors.New("footer with lengths beyond its end")

// walk goes over values in Thrift's compact protocol, in which everything takes
// at least a byte.
type walk struct {
	rest []byte
	bad  bool
}

// deepest bounds how values nest; Parquet's footers nest six times.
const deepest = 32

func (w *walk) varint() uint64 {
	n, size := binary.Uvarint(w.rest)
	w.skip(uint64(max(size, 0)))
	w.bad = w.bad || size <= 0
	return n
}

func (w *walk) byte() byte {
	if w.bad || len(w.rest) == 0 {
		w.bad = true
		return 0
	}
	b := w.rest[0]
	w.rest = w.rest[1:]
	return b
}

func (w *walk) skip(n uint64) {
	if w.bad = w.bad || n > uint64(len(w.rest)); !w.bad {
		w.rest = w.rest[n:]
	}
}

func (w *walk) structure(depth int) {
	for !w.bad {
		head := w.byte()
		kind := head & 15
		if kind == 0 {
			return
		}
		if head>>4 == 0 {
			w.varint() // the field's number
		}
		if kind > 2 { // a bool is in its head
			w.value(kind, depth)
		}
	}
}

// value goes over a value, or a bool in a list.
func (w *walk) value(kind byte, depth int) {
	if depth > deepest {
		w.bad = true
	}
	if w.bad {
		return
	}
	switch kind {
	case 1, 2, 3:
		w.byte()
	case 4, 5, 6:
		w.varint()
	case 7:
		w.skip(8)
	case 8:
		w.skip(w.varint())
	case 9, 10:
		w.list(depth + 1)
	case 11:
		w.pairs(depth + 1)
	case 12:
		w.structure(depth + 1)
	default:
		w.bad = true
	}
}

func (w *walk) list(depth int) {
	head := w.byte()
	n := uint64(head >> 4)
	if n == 15 {
		n = w.varint()
	}
	w.bad = w.bad || n > uint64(len(w.rest))
	for ; n > 0 && !w.bad; n-- {
		w.value(head&15, depth)
	}
}

func (w *walk) pairs(depth int) {
	n := w.varint()
	w.bad = w.bad || n > uint64(len(w.rest))
	if n == 0 || w.bad {
		return
	}
	kinds := w.byte()
	for ; n > 0 && !w.bad; n-- {
		w.value(kinds>>4, depth)
		w.value(kinds&15, depth)
	}
}
