package parquet

import "encoding/binary"

// The kinds of values in Thrift's compact protocol.
const (
	thriftStop   = 0
	thriftTrue   = 1
	thriftFalse  = 2
	thriftByte   = 3
	thriftI16    = 4
	thriftI32    = 5
	thriftI64    = 6
	thriftDouble = 7
	thriftBinary = 8
	thriftList   = 9
	thriftSet    = 10
	thriftMap    = 11
	thriftStruct = 12
)

// deepest bounds how values nest; Parquet's footers nest six times.
const deepest = 32

// thrift reads values in the compact protocol, in which everything takes at
// least a byte. After the first fault everything is zero: bad is set, and short
// as well when more bytes might have helped.
type thrift struct {
	rest       []byte
	bad, short bool
}

func (t *thrift) fail() { t.bad, t.rest = true, nil }

func (t *thrift) end() { t.bad, t.short, t.rest = true, true, nil }

func (t *thrift) byte() byte {
	if len(t.rest) == 0 {
		t.end()
		return 0
	}
	b := t.rest[0]
	t.rest = t.rest[1:]
	return b
}

func (t *thrift) varint() uint64 {
	n, size := binary.Uvarint(t.rest)
	switch {
	case size == 0:
		t.end()
		return 0
	case size < 0:
		t.fail()
		return 0
	}
	t.rest = t.rest[size:]
	return n
}

// take returns the next n bytes, a view.
func (t *thrift) take(n uint64) []byte {
	if n > uint64(len(t.rest)) {
		t.end()
		return nil
	}
	b := t.rest[:n]
	t.rest = t.rest[n:]
	return b
}

// field reads the head of a field after the one of a number; the kind is
// thriftStop at the end of the struct.
func (t *thrift) field(last int16) (id int16, kind byte) {
	head := t.byte()
	if kind = head & 15; kind == thriftStop || t.bad {
		return 0, thriftStop
	}
	if head>>4 != 0 {
		return last + int16(head>>4), kind
	}
	return int16(unzigzag(t.varint())), kind
}

func unzigzag(n uint64) int64 { return int64(n>>1) ^ -int64(n&1) }

// int reads an integer of a kind that must be one.
func (t *thrift) int(kind byte) int64 {
	switch kind {
	case thriftByte:
		return int64(int8(t.byte()))
	case thriftI16, thriftI32, thriftI64:
		return unzigzag(t.varint())
	}
	t.fail()
	return 0
}

// int32 reads an integer that must be one of 32 bits.
func (t *thrift) int32(kind byte) int32 {
	n := t.int(kind)
	if int64(int32(n)) != n {
		t.fail()
		return 0
	}
	return int32(n)
}

// bytes reads a string, a view.
func (t *thrift) bytes(kind byte) []byte {
	if kind != thriftBinary {
		t.fail()
		return nil
	}
	return t.take(t.varint())
}

// list reads the head of a list of elements of a kind, and returns how many
// there are: no more than there are bytes.
func (t *thrift) list(kind, of byte) int {
	n, elements := t.listHead()
	if kind != thriftList || elements != of && n > 0 {
		t.fail()
		return 0
	}
	return n
}

func (t *thrift) listHead() (n int, of byte) {
	head := t.byte()
	size := uint64(head >> 4)
	if size == 15 {
		size = t.varint()
	}
	if size > uint64(len(t.rest)) {
		t.end()
		return 0, 0
	}
	return int(size), head & 15
}

// isStruct fails for a field that is no struct.
func (t *thrift) isStruct(kind byte) bool {
	if kind != thriftStruct {
		t.fail()
	}
	return !t.bad
}

// skip goes over the value of a field.
func (t *thrift) skip(kind byte) {
	if kind > thriftFalse { // a bool is in its head
		t.value(kind, 0)
	}
}

// value goes over a value, or a bool in a list.
func (t *thrift) value(kind byte, depth int) {
	if depth > deepest {
		t.fail()
	}
	if t.bad {
		return
	}
	switch kind {
	case thriftTrue, thriftFalse, thriftByte:
		t.byte()
	case thriftI16, thriftI32, thriftI64:
		t.varint()
	case thriftDouble:
		t.take(8)
	case thriftBinary:
		t.take(t.varint())
	case thriftList, thriftSet:
		n, of := t.listHead()
		for ; n > 0 && !t.bad; n-- {
			t.value(of, depth+1)
		}
	case thriftMap:
		t.pairs(depth + 1)
	case thriftStruct:
		for id, kind := t.field(0); kind != thriftStop; id, kind = t.field(id) {
			if kind > thriftFalse {
				t.value(kind, depth+1)
			}
		}
	default:
		t.fail()
	}
}

func (t *thrift) pairs(depth int) {
	n := t.varint()
	if n > uint64(len(t.rest)) {
		t.end()
	}
	if n == 0 || t.bad {
		return
	}
	kinds := t.byte()
	for ; n > 0 && !t.bad; n-- {
		t.value(kinds>>4, depth)
		t.value(kinds&15, depth)
	}
}
