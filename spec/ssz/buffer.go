package ssz

import (
	"fmt"
	"io"

	"github.com/stakesim/stakesim/spec"
)

// Buffer is a state in memory, as the source of [Open] and as the target of
// [State.WriteBack]; the same Buffer may be both.
type Buffer []byte

// ReadAt implements [io.ReaderAt].
func (b Buffer) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, fmt.Errorf("read at byte %d: %w", off, spec.ErrInput)
	}
	if off >= int64(len(b)) {
		return 0, io.EOF
	}
	n := copy(p, b[off:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// WriteAt implements [io.WriterAt]. A buffer never grows: a write past its end
// gives [spec.ErrInput] and changes nothing.
func (b Buffer) WriteAt(p []byte, off int64) (int, error) {
	if off < 0 || off > int64(len(b)) || int64(len(p)) > int64(len(b))-off {
		return 0, fmt.Errorf("write of %d bytes at byte %d of %d: %w", len(p), off, len(b), spec.ErrInput)
	}
	return copy(b[off:], p), nil
}
