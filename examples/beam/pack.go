package main

import (
	"encoding/binary"
	"fmt"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/dataset"
)

// A piece is many rows in one element of a collection, because an element costs
// microseconds whatever it holds: a byte that says of what, then varints, roots
// as they are, lists of validators as differences.
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

const (
	nextBlockMissing = 1 << iota
	noHistory
)

// slot appends a slot of a failure list.
func (p *packer) slot(s *dataset.SlotFailures) {
	var flags uint64
	if s.NextBlockMissing {
		flags |= nextBlockMissing
	}
	if s.NoHistory {
		flags |= noHistory
	}
	for _, v := range []uint64{uint64(s.Slot), uint64(s.Committee), uint64(s.Balance), flags, uint64(len(s.Failures))} {
		p.uint(v)
	}
	last := uint32(0)
	for _, f := range s.Failures {
		p.uint(uint64(f.Validator() - last))
		p.uint(uint64(f.Increments()))
		*p = append(*p, byte(f.Failing()))
		last = f.Validator()
	}
}

// slot reads a slot into s; its failures are reused.
func (u *unpacker) slot(s *dataset.SlotFailures) {
	s.Slot, s.Committee, s.Balance = spec.Slot(u.uint()), uint32(u.uint()), spec.Gwei(u.uint())
	flags, n := u.uint(), u.uint()
	s.NextBlockMissing, s.NoHistory, s.Failures = flags&nextBlockMissing != 0, flags&noHistory != 0, s.Failures[:0]
	if n > uint64(len(u.b))/3 {
		u.fail()
		return
	}
	last := uint32(0)
	for range n {
		last += uint32(u.uint())
		increments := uint16(u.uint())
		s.Failures = append(s.Failures, dataset.NewFailure(last, increments, dataset.Failing(u.byte())))
	}
}
