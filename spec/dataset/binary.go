package dataset

import (
	"encoding/binary"

	"github.com/stakesim/stakesim/spec"
)

// binaryVersion leads the binary forms that go from machine to machine. A slot's
// is followed by its record in a binary failure list, duties' by their words
// without zero ones at the end, little-endian. They carry no checksum, which is
// the transport's; the list does.
const binaryVersion = 1

// AppendBinary appends the slot in its binary form. A slot that no list takes
// wraps [spec.ErrInput].
func (s *SlotFailures) AppendBinary(b []byte) ([]byte, error) {
	if err := s.check(); err != nil {
		return b, err
	}
	return s.appendRecord(append(b, binaryVersion)), nil
}

// UnmarshalBinary reads what [SlotFailures.AppendBinary] wrote, into memory of
// its own. Anything else wraps [spec.ErrInput], and s stays as it was.
func (s *SlotFailures) UnmarshalBinary(data []byte) error {
	if len(data) < 1+slotSize || data[0] != binaryVersion {
		return spec.Atf("slot", -1, spec.ErrInput, "%d bytes, or not of version %d", len(data), binaryVersion)
	}
	head, n, ok := recordHead(data[1:])
	data = data[1+slotSize:]
	if !ok || uint64(len(data)) != 8*uint64(n) {
		return spec.Atf("slot", -1, spec.ErrInput, "%d bytes for %d failures", len(data), n)
	}
	for i := range n {
		head.Failures = append(head.Failures, Failure(binary.LittleEndian.Uint64(data[8*i:])))
	}
	if err := head.check(); err != nil {
		return err
	}
	*s = head
	return nil
}

// appendRecord appends the record of a slot that was checked.
func (s *SlotFailures) appendRecord(b []byte) []byte {
	var flags uint32
	if s.NextBlockMissing {
		flags |= nextBlockMissing
	}
	if s.NoHistory {
		flags |= noHistory
	}
	b = binary.LittleEndian.AppendUint64(b, uint64(s.Slot))
	b = binary.LittleEndian.AppendUint64(b, uint64(s.Balance))
	for _, v := range []uint32{s.Committee, uint32(len(s.Failures)), flags, 0} {
		b = binary.LittleEndian.AppendUint32(b, v)
	}
	for _, f := range s.Failures {
		b = binary.LittleEndian.AppendUint64(b, uint64(f))
	}
	return b
}

// recordHead reads the first [slotSize] bytes of a record, and how many failures
// follow.
func recordHead(b []byte) (s SlotFailures, n uint32, ok bool) {
	s.Slot = spec.Slot(binary.LittleEndian.Uint64(b))
	s.Balance = spec.Gwei(binary.LittleEndian.Uint64(b[8:]))
	s.Committee = binary.LittleEndian.Uint32(b[16:])
	n, flags := binary.LittleEndian.Uint32(b[20:]), binary.LittleEndian.Uint32(b[24:])
	s.NextBlockMissing, s.NoHistory = flags&nextBlockMissing != 0, flags&noHistory != 0
	zero := binary.LittleEndian.Uint32(b[28:])
	return s, n, n <= MaxValidators && flags <= nextBlockMissing|noHistory && zero == 0
}

// AppendBinary appends the set in its binary form. The error is always nil.
func (d *Duties) AppendBinary(b []byte) ([]byte, error) {
	b = append(b, binaryVersion)
	words := d.bits
	for len(words) > 0 && words[len(words)-1] == 0 {
		words = words[:len(words)-1]
	}
	for _, w := range words {
		b = binary.LittleEndian.AppendUint64(b, w)
	}
	return b, nil
}

// UnmarshalBinary reads what [Duties.AppendBinary] wrote. Anything else wraps
// [spec.ErrInput], and d stays as it was.
func (d *Duties) UnmarshalBinary(data []byte) error {
	if len(data) == 0 || data[0] != binaryVersion || len(data)%8 != 1 || len(data)-1 > MaxValidators/8 {
		return spec.Atf("duties", -1, spec.ErrInput, "%d bytes, or not of version %d", len(data), binaryVersion)
	}
	bits := make([]uint64, (len(data)-1)/8)
	for i := range bits {
		bits[i] = binary.LittleEndian.Uint64(data[1+8*i:])
	}
	if n := len(bits); n > 0 && bits[n-1] == 0 {
		return spec.Atf("duties", n-1, spec.ErrInput, "no validator")
	}
	d.bits = bits
	return nil
}
