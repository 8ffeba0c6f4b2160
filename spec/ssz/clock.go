package ssz

import (
	"encoding/binary"
	"io"

	"github.com/stakesim/stakesim/spec"
)

// WriteClock writes the state's slot and the epoch of its finalized checkpoint to
// w, a copy of the source or the source itself. The checkpoint's root stays as it
// is.
func (s *State) WriteClock(w io.WriterAt, slot spec.Slot, finalized spec.Epoch) error {
	for _, f := range [...]struct {
		field string
		value uint64
	}{{"slot", uint64(slot)}, {"finalized_checkpoint", uint64(finalized)}} {
		var b [8]byte
		binary.LittleEndian.PutUint64(b[:], f.value)
		if err := s.write(w, b[:], f.field, s.spans[f.field].start); err != nil {
			return err
		}
	}
	return nil
}
