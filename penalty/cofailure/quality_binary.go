package cofailure

import (
	"encoding/binary"
	"math"

	"github.com/stakesim/stakesim/penalty/internal/wire"
	"github.com/stakesim/stakesim/spec"
)

const (
	qualityTag, qualityVersion = 'Q', 1
	fakeTag, fakeVersion       = 'K', 1
)

// AppendBinary appends the binary form: the validators that failed, about 3
// bytes for each kind. It never fails.
func (q *Quality) AppendBinary(b []byte) ([]byte, error) {
	if q == nil {
		q = new(Quality)
	}
	b = wire.Header(b, qualityTag, qualityVersion)
	b = binary.AppendUvarint(b, q.slots)
	b = binary.AppendUvarint(b, uint64(q.limit))
	for _, events := range q.events {
		failed := 0
		for _, n := range events {
			if n > 0 {
				failed++
			}
		}
		b = binary.AppendUvarint(b, uint64(failed))
		next := 0
		for v, n := range events {
			if n > 0 {
				b = binary.AppendUvarint(b, uint64(v-next))
				b = binary.AppendUvarint(b, uint64(n-1))
				next = v + 1
			}
		}
	}
	return b, nil
}

// MarshalBinary is the binary form.
func (q *Quality) MarshalBinary() ([]byte, error) { return q.AppendBinary(nil) }

// UnmarshalBinary reads the binary form. Any other bytes give an error that wraps
// [spec.ErrInput], leave q as it was and allocate nothing; the form itself asks
// for up to 16 bytes for each of 2^24 validators.
func (q *Quality) UnmarshalBinary(data []byte) error {
	if q == nil {
		return spec.Atf("quality", -1, spec.ErrInput, "none to read into")
	}
	var n Quality
	if err := n.read(data, func(int, uint64, uint32) {}); err != nil {
		return err
	}
	_ = n.read(data, func(k int, v uint64, times uint32) {
		n.allocate()
		n.events[k][v] = times
	})
	*q = n
	return nil
}

// read shows the failures of every validator that the binary form holds.
func (q *Quality) read(data []byte, show func(kind int, validator uint64, times uint32)) error {
	r := wire.NewReader("quality", qualityTag, qualityVersion, data)
	q.slots, q.limit = r.Uint(math.MaxUint64), uint32(r.Uint(maxIndex))
	for k := range KindCount {
		next := uint64(0)
		for range r.Count(int(q.limit), 2) {
			if next == uint64(q.limit) {
				r.Failf("more validators than %d", q.limit)
				break
			}
			v := next + r.Uint(uint64(q.limit)-next-1)
			times := uint32(r.Uint(math.MaxUint32-1)) + 1
			if !r.Ok() {
				break
			}
			show(k, v, times)
			next = v + 1
		}
	}
	return r.Close()
}

// AppendBinary appends the binary form, of Co alone. It never fails.
func (f *Fake) AppendBinary(b []byte) ([]byte, error) {
	if f == nil {
		f = new(Fake)
	}
	b = wire.Header(b, fakeTag, fakeVersion)
	for _, n := range f.Co {
		b = binary.AppendUvarint(b, n)
	}
	return b, nil
}

// MarshalBinary is the binary form.
func (f *Fake) MarshalBinary() ([]byte, error) { return f.AppendBinary(nil) }

// UnmarshalBinary reads the binary form into Co. Any other bytes give an error
// that wraps [spec.ErrInput] and leave f as it was.
func (f *Fake) UnmarshalBinary(data []byte) error {
	if f == nil {
		return spec.Atf("fake", -1, spec.ErrInput, "none to read into")
	}
	r := wire.NewReader("fake", fakeTag, fakeVersion, data)
	var co [KindCount]uint64
	for k := range co {
		co[k] = r.Uint(math.MaxUint64)
	}
	if err := r.Close(); err != nil {
		return err
	}
	f.Co = co
	return nil
}
