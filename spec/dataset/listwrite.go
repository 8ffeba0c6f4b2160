package dataset

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"iter"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/file"
)

// The binary failure list: all numbers little-endian, everything at a multiple
// of 8 bytes. A header of 64 bytes: the magic, the number of slots, of failures
// and of words of the duties, the first slot, the checksum of the table at the
// end, the bytes of the network's name and the slots of its epochs (4 bytes each, zero
// where the list does not say), and in the last 8 bytes the checksum of what precedes. Then the
// slots: slot, balance in Gwei (8 bytes each), members, failures, flags (1 next
// block missing, 2 no history), zero (4 each), and its failures of 8 bytes, see
// [Failure]. Then the duties, one bit a validator, and the name of the network,
// filled up with zeros. Then a table of the checksums
// of all that lies between header and table, in blocks of 64 KiB of which the last
// may be shorter: 4 bytes each, and zeros up to a multiple of 8. Checksums are
// CRC-32C (Castagnoli), so that every single bit that changed is found, and
// every run of 32.
const (
	listMagic  = "STKFAIL2"
	headerSize = 64
	slotSize   = 32
	blockSize  = 1 << 16

	nextBlockMissing = 1
	noHistory        = 2
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// ListWriter writes a binary failure list.
type ListWriter struct {
	Origin Origin // of the list; set it before [ListWriter.Commit]

	out    *file.Writer
	head   listHead
	sums   checksums
	failed Duties // who failed in any slot
	last   spec.Slot
	buf    []byte
}

// listHead is what a header says; table is the checksum of the table.
type listHead struct{ slots, failures, words, first, table, name, epoch uint64 }

// nameBytes is the room of the network's name.
func (h listHead) nameBytes() uint64 { return (h.name + 7) &^ 7 }

func (h listHead) encode() []byte {
	b := append(make([]byte, 0, headerSize), listMagic...)
	for _, v := range []uint64{h.slots, h.failures, h.words, h.first, h.table, h.name | h.epoch<<32} {
		b = binary.LittleEndian.AppendUint64(b, v)
	}
	return binary.LittleEndian.AppendUint64(b, uint64(crc32.Checksum(b, castagnoli)))
}

// checksums are those of the blocks of what is written.
type checksums struct {
	of  []uint32
	sum uint32 // of the block under way
	n   int    // bytes of it
}

func (c *checksums) add(b []byte) {
	for len(b) > 0 {
		part := b[:min(len(b), blockSize-c.n)]
		b = b[len(part):]
		c.sum = crc32.Update(c.sum, castagnoli, part)
		if c.n += len(part); c.n == blockSize {
			c.end()
		}
	}
}

func (c *checksums) end() {
	if c.n > 0 {
		c.of, c.sum, c.n = append(c.of, c.sum), 0, 0
	}
}

// table is the table at the end of a list.
func (c *checksums) table() []byte {
	c.end()
	b := make([]byte, 0, tableSize(int64(len(c.of))))
	for _, sum := range c.of {
		b = binary.LittleEndian.AppendUint32(b, sum)
	}
	return b[:cap(b)]
}

// tableSize is that of a number of blocks.
func tableSize(blocks int64) int64 { return (4*blocks + 7) / 8 * 8 }

// CreateList starts a binary failure list. The file appears when
// [ListWriter.Commit] is called; call [ListWriter.Abort] to give up.
func CreateList(name string) (*ListWriter, error) {
	out, err := file.Create(name)
	if err != nil {
		return nil, err
	}
	w := &ListWriter{out: out}
	if _, err := out.Write(w.head.encode()); err != nil {
		out.Discard()
		return nil, err
	}
	return w, nil
}

// Slot appends a slot. Slots must ascend, and so must the validators of one;
// anything else wraps [spec.ErrInput].
func (w *ListWriter) Slot(s SlotFailures) error {
	if w.head.slots == 0 {
		w.head.first = uint64(s.Slot)
	} else if s.Slot <= w.last {
		return spec.Atf("slot", -1, spec.ErrInput, "%d after %d", s.Slot, w.last)
	}
	if err := s.check(); err != nil {
		return err
	}
	b := s.appendRecord(w.buf[:0])
	w.buf, w.last = b, s.Slot
	w.head.slots++
	w.head.failures += uint64(len(s.Failures))
	for _, f := range s.Failures {
		w.failed.Add(f.Validator())
	}
	return w.write(b)
}

func (w *ListWriter) write(b []byte) error {
	w.sums.add(b)
	_, err := w.out.Write(b)
	return err
}

// check holds a slot to what every list promises.
func (s *SlotFailures) check() error {
	if uint64(len(s.Failures)) > uint64(s.Committee) {
		return spec.Atf("failures", -1, spec.ErrInput, "%d of a committee of %d in slot %d", len(s.Failures), s.Committee, s.Slot)
	}
	past := int64(-1)
	for i, f := range s.Failures {
		v := int64(f.Validator())
		if v <= past || v >= MaxValidators || f>>56 != 0 {
			return spec.Atf("failures", i, spec.ErrInput, "validator %d after %d in slot %d", v, past, s.Slot)
		}
		past = v
	}
	return nil
}

// Commit writes the duties and makes the file appear. A validator that failed and
// has no duty, and an origin that no list can have, wrap [spec.ErrInput].
func (w *ListWriter) Commit(d *Duties) error {
	if err := w.failed.Within(d); err != nil {
		return err
	}
	if err := w.Origin.Check(); err != nil {
		return err
	}
	w.head.name, w.head.epoch = uint64(len(w.Origin.Network)), w.Origin.SlotsPerEpoch
	w.head.words = uint64(len(d.bits))
	b := make([]byte, 0, 8*len(d.bits))
	for _, word := range d.bits {
		b = binary.LittleEndian.AppendUint64(b, word)
	}
	b = append(b, w.Origin.Network...)
	b = append(b, make([]byte, w.head.nameBytes()-w.head.name)...)
	if err := w.write(b); err != nil {
		return err
	}
	table := w.sums.table()
	w.head.table = uint64(crc32.Checksum(table, castagnoli))
	if _, err := w.out.Write(table); err != nil {
		return err
	}
	if _, err := w.out.WriteAt(w.head.encode(), 0); err != nil {
		return err
	}
	return w.out.Commit()
}

// Abort removes what was written; after [ListWriter.Commit] it does nothing.
func (w *ListWriter) Abort() { w.out.Discard() }

// WriteList writes a failure list to a file that appears only when it is
// complete. The duties are read at the end, when the range has filled them.
func WriteList(name string, list iter.Seq2[SlotFailures, error], d *Duties) error {
	return WriteListOf(Origin{}, name, list, d)
}

// WriteListOf is [WriteList] for a list that says of which network it is.
func WriteListOf(of Origin, name string, list iter.Seq2[SlotFailures, error], d *Duties) error {
	w, err := CreateList(name)
	if err != nil {
		return err
	}
	w.Origin = of
	defer w.Abort()
	for s, err := range list {
		if err == nil {
			err = w.Slot(s)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	if err = w.Commit(d); errors.Is(err, spec.ErrInput) { // any other names the file
		return fmt.Errorf("%s: %w", name, err)
	}
	return err
}
