package backtest

import (
	"encoding/binary"
	"math"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/internal/wire"
	"github.com/stakesim/stakesim/spec"
)

// AppendBinary appends the binary form of where the walk is, with which one of
// the same rules goes on: up to 400 bytes a rule. It never fails.
func (w *Walk) AppendBinary(b []byte) ([]byte, error) {
	if w == nil {
		w = new(Walk)
	}
	b = wire.Header(b, walkTag, version)
	b = binary.AppendUvarint(b, uint64(w.epoch))
	b = binary.AppendUvarint(b, uint64(w.epochs))
	b = binary.AppendUvarint(b, uint64(len(w.memories)))
	for r := range w.memories {
		name := w.study.Rules[r].FullName()
		b = binary.AppendUvarint(b, uint64(len(name)))
		b = append(b, name...)
		for _, v := range w.memories[r][:len(w.study.Rules[r].Memory)] {
			b = binary.AppendUvarint(b, v)
		}
	}
	return b, nil
}

// MarshalBinary is the binary form.
func (w *Walk) MarshalBinary() ([]byte, error) { return w.AppendBinary(nil) }

// UnmarshalBinary goes on from where another walk of the same rules was. Other
// rules are an error that wraps [spec.ErrInput], too.
func (w *Walk) UnmarshalBinary(data []byte) error {
	if w == nil {
		return absent("walk")
	}
	r := wire.NewReader("walk", walkTag, version, data)
	epoch, epochs := spec.Epoch(r.Uint(maxEpoch)), uint32(r.Uint(MaxEpochs))
	if n := r.Uint(MaxWidth); r.Ok() && n != uint64(len(w.memories)) {
		r.Failf("%d rules, not %d", n, len(w.memories))
	}
	memories := make([]penalty.Memory, len(w.memories))
	for i := range memories {
		name := string(r.Bytes(len(data)))
		if want := w.study.Rules[i].FullName(); r.Ok() && name != want {
			r.Failf("rule %q, not %q", name, want)
		}
		for k := range w.study.Rules[i].Memory {
			memories[i][k] = r.Uint(math.MaxUint64)
		}
	}
	if err := r.Close(); err != nil {
		return err
	}
	w.epoch, w.epochs, w.memories = epoch, epochs, memories
	return nil
}
