package parquet

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// The encodings, by their numbers in the format.
const (
	plain           = 0
	plainDictionary = 2
	rle             = 3
	deltaPacked     = 5
	deltaLengths    = 6
	deltaStrings    = 7
	rleDictionary   = 8
	byteStreamSplit = 9
)

var encodingNames = []string{
	"PLAIN", "GROUP_VAR_INT", "PLAIN_DICTIONARY", "RLE", "BIT_PACKED", "DELTA_BINARY_PACKED", "DELTA_LENGTH_BYTE_ARRAY",
	"DELTA_BYTE_ARRAY", "RLE_DICTIONARY", "BYTE_STREAM_SPLIT",
}

// values reads the values of a page, nulls left out.
type values struct {
	typ      Type
	encoding int32
	rest     []byte // PLAIN
	bit      int    // of booleans
	hybrid   hybrid // dictionary and RLE
	at       []uint32
	delta    delta
	lengths  lengths
	prefixed prefixed
	split    []byte // BYTE_STREAM_SPLIT, and how many values it has and had
	n, done  int
	dict     dictionary
}

// dictionary is the values that a chunk numbers.
type dictionary struct {
	known bool
	ints  []int64
	text  []byte
	ends  []uint32 // of the strings in text
}

// width is the bytes of a plain value, 0 where they differ.
func (t Type) width() int {
	switch t.Physical {
	case Int32:
		return 4
	case Int64:
		return 8
	case FixedLenByteArray:
		return t.Length
	}
	return 0
}

func (t Type) isInteger() bool { return Boolean <= t.Physical && t.Physical <= Int64 }

// open begins a page of at most limit values.
func (v *values) open(encoding int32, b []byte, limit int) (err error) {
	v.encoding, v.rest, v.bit = encoding, b, 0
	switch p := v.typ.Physical; {
	case encoding == plain:
		return nil
	case encoding == plainDictionary, encoding == rleDictionary:
		if len(b) == 0 { // of nulls alone
			v.hybrid = hybrid{}
			return nil
		}
		if !v.dict.known {
			return errors.New("numbers of a dictionary that is not there")
		}
		if b[0] > 32 {
			return fmt.Errorf("dictionary numbers of %d bits", b[0])
		}
		v.hybrid = newHybrid(b[1:], uint(b[0]))
		return nil
	case encoding == rle && p == Boolean:
		n, ok := uint32At(b)
		if !ok || uint64(n) > uint64(len(b)-4) {
			return errFew
		}
		v.hybrid = newHybrid(b[4:4+n], 1)
		return nil
	case encoding == deltaPacked && (p == Int32 || p == Int64):
		v.delta, err = newDelta(b, limit)
		return err
	case encoding == deltaLengths && p == ByteArray:
		return v.lengths.open(b, limit)
	case encoding == deltaStrings && p >= ByteArray:
		return v.prefixed.open(b, limit)
	case encoding == byteStreamSplit && v.typ.width() > 0:
		v.split, v.n, v.done = b, len(b)/v.typ.width(), 0
		return nil
	}
	return fmt.Errorf("encoding %s of %v, which is not read", nameOf(encodingNames, encoding), v.typ)
}

// ints fills dst with integers.
func (v *values) ints(dst []int64) error {
	switch v.encoding {
	case deltaPacked:
		if err := v.delta.next(dst); err != nil {
			return err
		}
		if v.typ.Physical == Int32 {
			for i, n := range dst {
				dst[i] = v.typ.int32(uint32(n))
			}
		}
		return nil
	case plainDictionary, rleDictionary:
		at, err := v.numbers(len(dst), len(v.dict.ints))
		for i, n := range at {
			dst[i] = v.dict.ints[n]
		}
		return err
	case rle:
		at, err := v.numbers(len(dst), 1<<8) // some writers repeat the bit through its byte
		for i, n := range at {
			dst[i] = int64(n & 1)
		}
		return err
	case byteStreamSplit:
		return v.splitInts(dst)
	}
	return v.plainInts(dst)
}

// int32 is a stored value of 32 bits.
func (t Type) int32(n uint32) int64 {
	if t.Unsigned {
		return int64(n)
	}
	return int64(int32(n))
}

func (v *values) plainInts(dst []int64) error {
	if v.typ.Physical == Boolean {
		if len(dst) > 8*len(v.rest)-v.bit {
			return errFew
		}
		for i := range dst {
			dst[i] = int64(v.rest[v.bit/8] >> (v.bit % 8) & 1)
			v.bit++
		}
		return nil
	}
	width := v.typ.width()
	if len(dst) > len(v.rest)/width {
		return errFew
	}
	if width == 4 {
		for i := range dst {
			dst[i] = v.typ.int32(binary.LittleEndian.Uint32(v.rest[4*i:]))
		}
	} else {
		for i := range dst {
			dst[i] = int64(binary.LittleEndian.Uint64(v.rest[8*i:]))
		}
	}
	v.rest = v.rest[width*len(dst):]
	return nil
}

// splitInts gathers the bytes of integers, of which all first bytes come first.
func (v *values) splitInts(dst []int64) error {
	if len(dst) > v.n-v.done {
		return errFew
	}
	for i := range dst {
		var n uint64
		for k := range v.typ.width() {
			n |= uint64(v.split[k*v.n+v.done]) << (8 * k)
		}
		if dst[i] = int64(n); v.typ.Physical == Int32 {
			dst[i] = v.typ.int32(uint32(n))
		}
		v.done++
	}
	return nil
}

// numbers reads n numbers below a limit.
func (v *values) numbers(n, limit int) ([]uint32, error) {
	if cap(v.at) < n {
		v.at = make([]uint32, n)
	}
	at := v.at[:n]
	if !next(&v.hybrid, at) {
		return nil, errFew
	}
	for _, i := range at {
		if uint64(i) >= uint64(limit) {
			return nil, fmt.Errorf("value %d of a dictionary of %d", i, limit)
		}
	}
	return at, nil
}

// texts fills dst with byte strings, which live until the next call.
func (v *values) texts(dst [][]byte) (err error) {
	switch v.encoding {
	case plainDictionary, rleDictionary:
		at, err := v.numbers(len(dst), len(v.dict.ends))
		for i, n := range at {
			dst[i] = v.dict.of(n)
		}
		return err
	case deltaStrings:
		v.prefixed.batch()
	}
	for i := range dst {
		if dst[i], err = v.text(); err != nil {
			return err
		}
	}
	return nil
}

func (v *values) text() ([]byte, error) {
	switch v.encoding {
	case deltaLengths:
		return v.lengths.next()
	case deltaStrings:
		return v.prefixed.next()
	case byteStreamSplit:
		if v.done == v.n {
			return nil, errFew
		}
		b := make([]byte, v.typ.Length)
		for k := range b {
			b[k] = v.split[k*v.n+v.done]
		}
		v.done++
		return b, nil
	}
	n, from := uint32(v.typ.Length), 0
	if v.typ.Physical == ByteArray {
		var ok bool
		if n, ok = uint32At(v.rest); !ok {
			return nil, errFew
		}
		from = 4
	}
	if uint64(n) > uint64(len(v.rest)-from) {
		return nil, errText
	}
	b := v.rest[from : from+int(n) : from+int(n)]
	v.rest = v.rest[from+int(n):]
	return b, nil
}

// uint32At reads four bytes; false at the end.
func uint32At(b []byte) (uint32, bool) {
	if len(b) < 4 {
		return 0, false
	}
	return binary.LittleEndian.Uint32(b), true
}

func (d *dictionary) of(i uint32) []byte {
	from := uint32(0)
	if i > 0 {
		from = d.ends[i-1]
	}
	return d.text[from:d.ends[i]:d.ends[i]]
}

// openDictionary reads a dictionary of n values, of which none takes less than
// a byte.
func (v *values) openDictionary(encoding int32, b []byte, n int) error {
	if encoding != plain && encoding != plainDictionary {
		return fmt.Errorf("a dictionary in the encoding %s", nameOf(encodingNames, encoding))
	}
	v.dict.ints, v.dict.text, v.dict.ends, v.dict.known = v.dict.ints[:0], v.dict.text[:0], v.dict.ends[:0], true
	if v.typ.Physical == Boolean || n > len(b) {
		return fmt.Errorf("a dictionary of %d values of %v in %d bytes", n, v.typ, len(b))
	}
	v.encoding, v.rest = plain, b
	if v.typ.isInteger() {
		if cap(v.dict.ints) < n {
			v.dict.ints = make([]int64, n)
		}
		v.dict.ints = v.dict.ints[:n]
		return v.plainInts(v.dict.ints)
	}
	for range n {
		text, err := v.text()
		if err != nil {
			return err
		}
		v.dict.text = append(v.dict.text, text...)
		v.dict.ends = append(v.dict.ends, uint32(len(v.dict.text)))
	}
	return nil
}
