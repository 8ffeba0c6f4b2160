package backtest

import (
	"encoding/binary"
	"math"
	"math/bits"

	"github.com/stakesim/stakesim/penalty/cofailure"
	"github.com/stakesim/stakesim/penalty/internal/wire"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// Tags of the binary forms. Each is of version 1.
const (
	aggregatesTag = 'a'
	failuresTag   = 'f'
	factorsTag    = 'x'
	sumsTag       = 's'
	totalsTag     = 't'
	populationTag = 'p'
	walkTag       = 'w'
	version       = 1
)

// absent is the error of what is not there, or was not made by the function that
// makes it.
func absent(what string) error { return spec.Atf(what, -1, spec.ErrInput, "none") }

// maxEpoch bounds epochs, so that their slots fit.
const maxEpoch = math.MaxUint64 / SlotsPerEpoch

// AppendBinary appends the binary form: of every slot whether the next block is
// missing, and the conducts that there are. It never fails.
func (a *Aggregates) AppendBinary(b []byte) ([]byte, error) {
	if a == nil {
		a = new(Aggregates)
	}
	b = wire.Header(b, aggregatesTag, version)
	b = binary.AppendUvarint(b, uint64(a.Epoch))
	for i := range a.Slots {
		s := &a.Slots[i]
		var present uint64
		for c, bin := range s.Tally {
			if bin != (spec.Bin{}) {
				present |= 1 << c
			}
		}
		if s.NextBlockMissing {
			present |= 1 << spec.ConductCount
		}
		b = binary.AppendUvarint(b, present)
		for c, bin := range s.Tally {
			if present>>c&1 != 0 {
				b = binary.AppendUvarint(b, bin.Count)
				b = binary.AppendUvarint(b, wire.Zigzag(uint64(bin.Balance)-bin.Count*uint64(standard)))
			}
		}
	}
	return b, nil
}

// standard is 32 ETH.
const standard = cofailure.Standard * spec.ETH

// MarshalBinary is the binary form.
func (a *Aggregates) MarshalBinary() ([]byte, error) { return a.AppendBinary(nil) }

// UnmarshalBinary reads the binary form.
func (a *Aggregates) UnmarshalBinary(data []byte) error {
	if a == nil {
		return absent("aggregates")
	}
	r := wire.NewReader("aggregates", aggregatesTag, version, data)
	n := Aggregates{Epoch: spec.Epoch(r.Uint(maxEpoch))}
	var total spec.Gwei
	for i := range n.Slots {
		s := &n.Slots[i]
		present := r.Uint(1<<(spec.ConductCount+1) - 1)
		s.NextBlockMissing = present>>spec.ConductCount != 0
		for c := range s.Tally {
			if present>>c&1 == 0 {
				continue
			}
			bin := &s.Tally[c]
			bin.Count = r.Uint(math.MaxUint32)
			bin.Balance = spec.Gwei(wire.Unzigzag(r.Uint(math.MaxUint64)) + bin.Count*uint64(standard))
			var ok bool
			if total, ok = u64.Add(total, bin.Balance); !ok || *bin == (spec.Bin{}) {
				r.Failf("balance %d of %d validators", bin.Balance, bin.Count)
			}
		}
	}
	if err := r.Close(); err != nil {
		return err
	}
	n.fill(total)
	*a = n
	return nil
}

// fill sets what the slots of an epoch with that total balance have in common.
func (a *Aggregates) fill(total spec.Gwei) {
	total = max(total, spec.EffectiveBalanceIncrement)
	for i := range a.Slots {
		s := &a.Slots[i]
		s.Total, s.Reference, s.SlotsPerEpoch = total, total/SlotsPerEpoch, SlotsPerEpoch
	}
}

// AppendBinary appends the binary form, about 3 bytes for every class and conduct
// that failed in a slot and 4 for every validator without 32 ETH. It never fails.
func (f *Failures) AppendBinary(b []byte) ([]byte, error) {
	if f == nil {
		f = new(Failures)
	}
	b = wire.Header(b, failuresTag, version)
	b = binary.AppendUvarint(b, uint64(f.Epoch))
	b = binary.AppendUvarint(b, uint64(f.total))
	for i := range f.cells {
		b = binary.AppendUvarint(b, uint64(len(f.cells[i])))
		for _, c := range f.cells[i] {
			how := uint64(c.How) << 1
			if c.Standard {
				how |= 1
			}
			b = binary.AppendUvarint(b, uint64(c.Class))
			b = append(b, byte(how))
			b = binary.AppendUvarint(b, uint64(c.Count))
		}
		b = binary.AppendUvarint(b, uint64(len(f.odd[i])))
		for _, o := range f.odd[i] {
			b = binary.AppendUvarint(b, uint64(o.Validator()))
			b = append(b, byte(o.How()))
			b = binary.AppendUvarint(b, uint64(o.Increments()))
		}
	}
	return b, nil
}

// MarshalBinary is the binary form.
func (f *Failures) MarshalBinary() ([]byte, error) { return f.AppendBinary(nil) }

// UnmarshalBinary reads the binary form.
func (f *Failures) UnmarshalBinary(data []byte) error {
	if f == nil {
		return absent("failures")
	}
	r := wire.NewReader("failures", failuresTag, version, data)
	n := Failures{Epoch: spec.Epoch(r.Uint(maxEpoch)), total: spec.Gwei(r.Uint(math.MaxUint64))}
	for i := range n.cells {
		for range r.Count(math.MaxInt32, 3) {
			class, how := uint16(r.Uint(cofailure.MaxClasses-1)), r.Byte()
			n.classes = max(n.classes, int(class)+1)
			n.cells[i] = append(n.cells[i], cofailure.Cell{
				Class: class, How: cofailure.How(how >> 1), Standard: how&1 != 0, Count: uint32(r.Uint(math.MaxUint32)),
			})
		}
		for range r.Count(math.MaxInt32, 3) {
			class, how := uint32(r.Uint(cofailure.MaxClasses-1)), r.Byte()
			n.classes = max(n.classes, int(class)+1)
			if how >= cofailure.HowCount {
				r.Failf("failed in way %d", how)
			}
			n.odd[i] = append(n.odd[i], cofailure.NewFailure(class, uint16(r.Uint(math.MaxUint16)), cofailure.How(how)))
		}
	}
	if err := r.Close(); err != nil {
		return err
	}
	*f = n
	return nil
}

// AppendBinary appends the binary form of the sums. It never fails.
func (s *Sums) AppendBinary(b []byte) ([]byte, error) {
	if s == nil {
		s = new(Sums)
	}
	b = wire.Header(b, sumsTag, version)
	b = binary.AppendUvarint(b, uint64(s.Epoch))
	b = binary.AppendUvarint(b, uint64(s.Index))
	return appendRow(b, s.Of), nil
}

// MarshalBinary is the binary form.
func (s *Sums) MarshalBinary() ([]byte, error) { return s.AppendBinary(nil) }

// UnmarshalBinary reads the binary form.
func (s *Sums) UnmarshalBinary(data []byte) error {
	if s == nil {
		return absent("sums")
	}
	r := wire.NewReader("sums", sumsTag, version, data)
	n := Sums{Epoch: spec.Epoch(r.Uint(maxEpoch)), Index: uint32(r.Uint(MaxEpochs - 1)), Of: readRow(r)}
	if err := r.Close(); err != nil {
		return err
	}
	*s = n
	return nil
}

func appendRow(b []byte, row []uint64) []byte {
	b = binary.AppendUvarint(b, uint64(len(row)))
	for _, v := range row {
		b = binary.AppendUvarint(b, v)
	}
	return b
}

func readRow(r *wire.Reader) []uint64 {
	row := make([]uint64, r.Count(MaxWidth, 1))
	for i := range row {
		row[i] = r.Uint(math.MaxUint64)
	}
	return row
}

// AppendBinary appends the binary form. It never fails.
func (t *Totals) AppendBinary(b []byte) ([]byte, error) {
	if t == nil {
		t = new(Totals)
	}
	b = wire.Header(b, totalsTag, version)
	b = binary.AppendUvarint(b, uint64(bits.Len64(t.span)))
	b = binary.AppendUvarint(b, t.epochs)
	b = binary.AppendUvarint(b, t.end)
	for _, row := range t.blocks {
		b = appendRow(b, row)
	}
	return b, nil
}

// MarshalBinary is the binary form.
func (t *Totals) MarshalBinary() ([]byte, error) { return t.AppendBinary(nil) }

// UnmarshalBinary reads the binary form.
func (t *Totals) UnmarshalBinary(data []byte) error {
	if t == nil {
		return absent("totals")
	}
	r := wire.NewReader("totals", totalsTag, version, data)
	log := r.Uint(uint64(bits.Len64(MaxEpochs)))
	n := Totals{span: 1 << log >> 1, epochs: r.Uint(MaxEpochs), end: r.Uint(MaxEpochs)}
	if n.end > maxBlocks*n.span || n.span == 0 != (n.end == 0) || n.epochs > n.end {
		r.Failf("%d epochs of %d in blocks of %d", n.epochs, n.end, n.span)
	}
	for at := uint64(0); r.Ok() && at < n.end; at += n.span {
		row := readRow(r)
		if len(row) == 0 {
			row = nil
		}
		if first := n.row(); row != nil && first != nil && len(first) != len(row) {
			r.Failf("%d sums after %d", len(row), len(first))
		}
		n.blocks = append(n.blocks, row)
	}
	if limit := blocksOf(len(n.row())); n.end > limit*n.span || n.span > 1 && n.end <= limit*(n.span/2) {
		r.Failf("%d blocks of %d sums", len(n.blocks), len(n.row()))
	}
	if err := r.Close(); err != nil {
		return err
	}
	*t = n
	return nil
}
