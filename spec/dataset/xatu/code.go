package xatu

import (
	"encoding/binary"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/dataset"
)

// The binary forms of rows, which go from machine to machine: a version, the
// table, the position and the fields in order; numbers and the lengths of names
// and lists as unsigned varints, roots as they are, flags in a byte.
const codeVersion = 1

func (p Position) code(b []byte, t Table) []byte {
	b = append(b, codeVersion, byte(t))
	b = binary.AppendUvarint(b, uint64(len(p.File)))
	b = append(b, p.File...)
	b = binary.AppendUvarint(b, uint64(p.Group))
	return binary.AppendUvarint(b, uint64(p.Row))
}

func codeList(b []byte, ids []uint32) []byte {
	b = binary.AppendUvarint(b, uint64(len(ids)))
	for _, id := range ids {
		b = binary.AppendUvarint(b, uint64(id))
	}
	return b
}

// AppendBinary appends the row in its binary form. The error is always nil.
func (r *Committee) AppendBinary(b []byte) ([]byte, error) {
	b = binary.AppendUvarint(r.At.code(b, Committees), uint64(r.Slot))
	return codeList(b, r.Validators), nil
}

// UnmarshalBinary reads what [Committee.AppendBinary] wrote, into memory of its
// own. Anything else wraps [spec.ErrInput], and r stays as it was.
func (r *Committee) UnmarshalBinary(data []byte) error {
	d, at := decode(data, Committees)
	row := Committee{At: at, Slot: d.slot(), Validators: d.list()}
	return finish(&d, r, row)
}

// AppendBinary appends the row in its binary form. The error is always nil.
func (r *Attestation) AppendBinary(b []byte) ([]byte, error) {
	b = binary.AppendUvarint(r.At.code(b, Attestations), uint64(r.Slot))
	b = binary.AppendUvarint(b, uint64(r.Block))
	b = append(append(b, r.Target[:]...), r.Head[:]...)
	return codeList(b, r.Validators), nil
}

// UnmarshalBinary reads what [Attestation.AppendBinary] wrote, into memory of its
// own. Anything else wraps [spec.ErrInput], and r stays as it was.
func (r *Attestation) UnmarshalBinary(data []byte) error {
	d, at := decode(data, Attestations)
	row := Attestation{At: at, Slot: d.slot(), Block: spec.Slot(d.number(1<<64 - 1)), Target: d.root(), Head: d.root(), Validators: d.list()}
	d.bad = d.bad || row.Block <= row.Slot
	return finish(&d, r, row)
}

// AppendBinary appends the row in its binary form. The error is always nil.
func (r *Block) AppendBinary(b []byte) ([]byte, error) {
	b = binary.AppendUvarint(r.At.code(b, Blocks), uint64(r.Slot))
	return append(b, r.Root[:]...), nil
}

// UnmarshalBinary reads what [Block.AppendBinary] wrote. Anything else wraps
// [spec.ErrInput], and r stays as it was.
func (r *Block) UnmarshalBinary(data []byte) error {
	d, at := decode(data, Blocks)
	row := Block{At: at, Slot: d.slot(), Root: d.root()}
	return finish(&d, r, row)
}

const (
	codeKnown = 1 << iota
	codeUnreadable
	codeSlashed
	codeEnd
)

// AppendBinary appends the row in its binary form. The error is always nil.
func (r *Balance) AppendBinary(b []byte) ([]byte, error) {
	b = binary.AppendUvarint(r.At.code(b, Validators), uint64(r.Epoch))
	b = binary.AppendUvarint(b, uint64(r.Validator))
	b = binary.AppendUvarint(b, uint64(r.Increments))
	var flags byte
	for i, set := range []bool{r.Known, r.Unreadable, r.Slashed} {
		if set {
			flags |= 1 << i
		}
	}
	return append(b, flags), nil
}

// UnmarshalBinary reads what [Balance.AppendBinary] wrote. Anything else wraps
// [spec.ErrInput], and r stays as it was.
func (r *Balance) UnmarshalBinary(data []byte) error {
	d, at := decode(data, Validators)
	row := Balance{
		At: at, Epoch: spec.Epoch(d.number(maxEpoch - 1)), Validator: uint32(d.number(dataset.MaxValidators - 1)),
		Increments: uint16(d.number(1<<16 - 1)),
	}
	flags := d.number(codeEnd - 1)
	row.Known, row.Unreadable, row.Slashed = flags&codeKnown != 0, flags&codeUnreadable != 0, flags&codeSlashed != 0
	return finish(&d, r, row)
}

// decoder takes a row's binary form apart.
type decoder struct {
	rest []byte
	bad  bool
}

func decode(data []byte, t Table) (d decoder, at Position) {
	if len(data) < 2 || data[0] != codeVersion || data[1] != byte(t) {
		return decoder{bad: true}, at
	}
	d.rest = data[2:]
	name := d.take(d.number(uint64(len(data))))
	at.File = string(name)
	at.Group, at.Row = int(d.number(1<<31-1)), int64(d.number(1<<63-1))
	return d, at
}

// finish hands the row over when all of it was there, and nothing else.
func finish[T any](d *decoder, to *T, row T) error {
	if d.bad || len(d.rest) > 0 {
		return spec.Atf("row", -1, spec.ErrInput, "not the binary form of its table, version %d", codeVersion)
	}
	*to = row
	return nil
}

// number takes a number up to a limit.
func (d *decoder) number(limit uint64) uint64 {
	n, size := binary.Uvarint(d.rest)
	if d.bad || size <= 0 || n > limit {
		d.bad = true
		return 0
	}
	d.rest = d.rest[size:]
	return n
}

func (d *decoder) slot() spec.Slot { return spec.Slot(d.number(maxSlot - 1)) }

// take takes so many bytes, nil when they are not there.
func (d *decoder) take(n uint64) []byte {
	if d.bad || n > uint64(len(d.rest)) {
		d.bad = true
		return nil
	}
	b := d.rest[:n]
	d.rest = d.rest[n:]
	return b
}

func (d *decoder) root() (r Root) {
	copy(r[:], d.take(uint64(len(r))))
	return r
}

func (d *decoder) list() []uint32 {
	n := d.number(uint64(len(d.rest)))
	if n == 0 {
		return nil
	}
	ids := make([]uint32, 0, n)
	for range n {
		ids = append(ids, uint32(d.number(dataset.MaxValidators-1)))
	}
	return ids
}
