package dataset

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"

	"github.com/stakesim/stakesim/spec"
)

// open checks the header against the size before anything is allocated, and reads
// the checksums and the duties.
func (l *List) open() error {
	var b [headerSize]byte
	if err := l.readAt(b[:min(headerSize, max(0, l.size))], 0); err != nil {
		return err
	}
	if l.size < headerSize {
		return l.fault(0, Truncated, fmt.Sprintf("%d bytes", l.size))
	}
	switch magic := string(b[:8]); {
	case magic == "STKFAIL1":
		return l.fault(0, Malformed, "a failure list of an older format, without checksums: write it again")
	case magic != listMagic:
		return l.fault(0, Malformed, "no failure list")
	}
	word := func(i int) uint64 { return binary.LittleEndian.Uint64(b[8*i:]) }
	if word(7) != uint64(crc32.Checksum(b[:56], castagnoli)) {
		return l.fault(0, Malformed, "header with a wrong checksum: written in part, or damaged")
	}
	l.head = listHead{word(1), word(2), word(3), word(4), word(5), word(6) & (1<<32 - 1), word(6) >> 32}
	if l.head.name > MaxNetworkName || l.head.epoch > spec.MaxSlotsPerEpoch {
		return l.fault(0, Malformed, fmt.Sprintf("a network's name of %d bytes, epochs of %d slots", l.head.name, l.head.epoch))
	}
	limit := uint64(l.size)
	if l.head.slots > limit/slotSize || l.head.failures > limit/8 || l.head.words > MaxValidators/64 || uint64(l.end()) != limit {
		kind := Malformed
		if uint64(l.end()) > limit {
			kind = Truncated
		}
		return l.fault(0, kind, fmt.Sprintf("%d bytes do not hold %d slots and %d failures", limit, l.head.slots, l.head.failures))
	}
	if err := l.readTable(); err != nil {
		return err
	}
	return l.readDuties()
}

// duties is where they begin, body where they and the network's name end.
func (l *List) duties() int64 {
	return headerSize + slotSize*int64(l.head.slots) + 8*int64(l.head.failures)
}

func (l *List) body() int64 {
	return l.duties() + 8*int64(l.head.words) + int64(l.head.nameBytes())
}

// blockCount is the number of blocks between the header and the table.
func (l *List) blockCount() int64 { return (l.body() - headerSize + blockSize - 1) / blockSize }

// end is where the table ends.
func (l *List) end() int64 { return l.body() + tableSize(l.blockCount()) }

func (l *List) readTable() error {
	b := make([]byte, tableSize(l.blockCount()))
	if err := l.readAt(b, l.body()); err != nil {
		return err
	}
	if uint64(crc32.Checksum(b, castagnoli)) != l.head.table {
		return l.fault(0, Malformed, fmt.Sprintf("bytes %d to %d have a wrong checksum: damaged", l.body(), l.size))
	}
	l.sums = make([]uint32, l.blockCount())
	for i := range l.sums {
		l.sums[i] = binary.LittleEndian.Uint32(b[4*i:])
	}
	return nil
}

// readDuties reads the blocks in which they lie.
func (l *List) readDuties() error {
	from := headerSize + (l.duties()-headerSize)/blockSize*blockSize
	b := make([]byte, l.body()-from)
	if err := l.blocks(b, from); err != nil {
		return err
	}
	b = b[l.duties()-from:]
	l.Duties.bits = make([]uint64, l.head.words)
	for i := range l.Duties.bits {
		l.Duties.bits[i] = binary.LittleEndian.Uint64(b[8*i:])
	}
	name := b[8*l.head.words:]
	l.Origin = Origin{string(name[:l.head.name]), l.head.epoch}
	if l.Origin.Check() != nil || len(bytes.Trim(name[l.head.name:], "\x00")) > 0 {
		return l.fault(0, Malformed, fmt.Sprintf("network %q", name))
	}
	return nil
}

// blocks reads whole blocks and compares their checksums.
func (l *List) blocks(b []byte, at int64) error {
	if err := l.readAt(b, at); err != nil {
		return err
	}
	for ; len(b) > 0; at += blockSize {
		block := b[:min(len(b), blockSize)]
		b = b[len(block):]
		if crc32.Checksum(block, castagnoli) != l.sums[(at-headerSize)/blockSize] {
			return l.fault(0, Malformed, fmt.Sprintf("bytes %d to %d have a wrong checksum: damaged", at, at+int64(len(block))))
		}
	}
	return nil
}

// readAt fills b. A file that ends earlier was cut since it was opened.
func (l *List) readAt(b []byte, at int64) error {
	n, err := l.at.ReadAt(b, at)
	switch {
	case n == len(b):
		return nil
	case err == nil || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return &Fault{File: l.name, Kind: Truncated, Detail: fmt.Sprintf("bytes %d to %d cannot be read", at, at+int64(len(b))), Err: err}
	}
	return fmt.Errorf("%s: %w", l.name, err)
}
