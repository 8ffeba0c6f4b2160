package main

import (
	"encoding/binary"
	"fmt"

	"github.com/stakesim/stakesim/spec"
)

// A piece is many rows in one element of a collection, because an element costs
// microseconds whatever it holds: a byte that says of what, then their row group
// once, then for each row varints, roots as they are, and lists of validators as
// differences.
const (
	ofCommittees byte = iota
	ofAttestations
	ofBlocks
	ofBalances // changes within a window
	ofKnown    // balances before a window
)

// packer appends to a piece.
type packer []byte

func (p *packer) uint(v uint64)   { *p = binary.AppendUvarint(*p, v) }
func (p *packer) bytes(b []byte)  { *p = append(*p, b...) }
func (p *packer) string(s string) { p.uint(uint64(len(s))); *p = append(*p, s...) }

func (p *packer) validators(ids []uint32) {
	p.uint(uint64(len(ids)))
	last := int64(0)
	for _, v := range ids {
		*p = binary.AppendVarint(*p, int64(v)-last)
		last = int64(v)
	}
}

// unpacker reads what a packer wrote. After the first fault everything is zero
// and err is set.
type unpacker struct {
	b   []byte
	err error
}

func (u *unpacker) more() bool { return u.err == nil && len(u.b) > 0 }

func (u *unpacker) fail() {
	u.b, u.err = nil, fmt.Errorf("a piece between two stages: %w", spec.ErrInput)
}

func (u *unpacker) uint() uint64 {
	v, n := binary.Uvarint(u.b)
	if n <= 0 {
		u.fail()
		return 0
	}
	u.b = u.b[n:]
	return v
}

func (u *unpacker) bytes(n uint64) []byte {
	if n > uint64(len(u.b)) {
		u.fail()
		return nil
	}
	b := u.b[:n]
	u.b = u.b[n:]
	return b
}

func (u *unpacker) byte() byte {
	if b := u.bytes(1); b != nil {
		return b[0]
	}
	return 0
}

func (u *unpacker) string() string { return string(u.bytes(u.uint())) }

// root copies 32 bytes.
func (u *unpacker) root() (r [32]byte) {
	copy(r[:], u.bytes(32))
	return r
}

// validators appends to ids, which it may move, and returns the part it
// appended.
func (u *unpacker) validators(ids []uint32) (all, part []uint32) {
	n := u.uint()
	if n > uint64(len(u.b)) {
		u.fail()
		return ids, nil
	}
	from, last := len(ids), int64(0)
	for range n {
		d, size := binary.Varint(u.b)
		if size <= 0 {
			u.fail()
			return ids, nil
		}
		u.b = u.b[size:]
		last += d
		ids = append(ids, uint32(last))
	}
	return ids, ids[from:len(ids):len(ids)]
}

// value appends the binary form of a value, and before it its length.
func (p *packer) value(v interface{ AppendBinary([]byte) ([]byte, error) }) error {
	b, err := v.AppendBinary(nil)
	p.uint(uint64(len(b)))
	p.bytes(b)
	return err
}

// value reads what [packer.value] wrote.
func (u *unpacker) value(v interface{ UnmarshalBinary([]byte) error }) {
	if b := u.bytes(u.uint()); u.err == nil {
		u.err = v.UnmarshalBinary(b)
	}
}
