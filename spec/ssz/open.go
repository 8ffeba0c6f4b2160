package ssz

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/file"
)

// State is a validated view of the SSZ bytes of a BeaconState. It holds no
// copy: it reads from its source at every call, and is safe for concurrent use
// when the source is.
type State struct {
	r      io.ReaderAt
	mem    Buffer // the source itself when it is in memory
	size   int64
	params spec.Params
	rows   int
	spans  map[string]span
}

// span is where the bytes of a field lie.
type span struct{ start, end int64 }

func (s span) len() int64 { return s.end - s.start }

// Open checks that the size bytes behind r are laid out as a BeaconState of
// the network and fork of p, and returns a view of them, whatever fork version
// they state: [Detect] asks for that. It reads only the fixed part and allocates
// nothing that grows with size.
//
// An error names field and byte offset and wraps [spec.ErrInput] (truncated or
// oversized, an offset outside, backwards or not at a whole element, columns
// of different lengths, another fork or preset, constants that no state can
// have), [spec.ErrUnknown] or what r returned. capella differs from deneb, and gloas from heze, only inside one
// variable field, which is checked as well. A state whose last list holds
// whole elements more than it should is not recognisable.
func Open(r io.ReaderAt, size int64, p *spec.Params) (*State, error) {
	if r == nil {
		return nil, spec.Atf("state", -1, spec.ErrInput, "no source")
	}
	layout, fixed, err := layoutOf(p)
	if err != nil {
		return nil, err
	}
	s := &State{r: file.Guard(r), size: size, params: *p, spans: make(map[string]span, len(layout))}
	s.mem, _ = r.(Buffer)
	if err := s.checkSize(fixed); err != nil {
		return nil, err
	}
	if err := s.place(layout, fixed); err != nil {
		return nil, fmt.Errorf("%s %v state: %w", p.Network, p.Fork, err)
	}
	if err := s.checkInner(layout); err != nil {
		return nil, fmt.Errorf("%s %v state: %w", p.Network, p.Fork, err)
	}
	return s, s.countRows(layout)
}

// checkSize makes sure that the source ends where the caller says, so that
// counts derived from size can be trusted before anything is allocated.
func (s *State) checkSize(fixed int64) error {
	if s.size < fixed {
		return spec.Atf("state", -1, spec.ErrInput, "%d bytes, the fixed part of %s %v has %d",
			s.size, s.params.Network, s.params.Fork, fixed)
	}
	var b [2]byte
	n, err := s.r.ReadAt(b[:], s.size-1)
	switch {
	case n == 0:
		return spec.Atf("state", -1, spec.ErrInput, "byte %d: the source is shorter than the given %d bytes: %v", s.size-1, s.size, err)
	case n == 2:
		return spec.Atf("state", -1, spec.ErrInput, "byte %d: the source is longer than the given %d bytes", s.size, s.size)
	}
	return nil
}

// place reads the offsets and records where every field lies.
func (s *State) place(layout []placed, fixed int64) error {
	previous, end := -1, fixed
	for i, f := range layout {
		if !f.variable() {
			s.spans[f.name] = span{f.at, f.at + f.size}
			continue
		}
		var b [offsetSize]byte
		if err := s.read(b[:], f.name, f.at); err != nil {
			return err
		}
		at := int64(binary.LittleEndian.Uint32(b[:]))
		switch {
		case previous < 0 && at != fixed:
			return badOffset(f, at, "the first offset must be %d, the size of the fixed part: another fork or preset?", fixed)
		case at < end:
			return badOffset(f, at, "before %d, where %s starts", end, layout[previous].name)
		case at > s.size:
			return badOffset(f, at, "outside the %d bytes", s.size)
		}
		if previous >= 0 {
			if err := s.close(layout[previous], at); err != nil {
				return err
			}
		}
		s.spans[f.name] = span{at, s.size}
		previous, end = i, at
	}
	return s.close(layout[previous], s.size)
}

func badOffset(f placed, at int64, format string, args ...any) error {
	return spec.Atf(f.name, -1, spec.ErrInput, "byte %d: offset %d: %s", f.at, at, fmt.Sprintf(format, args...))
}

// close ends a variable field where the next one starts.
func (s *State) close(f placed, end int64) error {
	at := span{s.spans[f.name].start, end}
	if f.element != 0 {
		if at.len()%f.element != 0 {
			return spec.Atf(f.name, -1, spec.ErrInput, "byte %d: %d bytes are not whole elements of %d", at.start, at.len(), f.element)
		}
		if f.limit != 0 && at.len()/f.element > f.limit {
			return spec.Atf(f.name, -1, spec.ErrInput, "byte %d: %d elements, at most %d", at.start, at.len()/f.element, f.limit)
		}
	}
	s.spans[f.name] = at
	return nil
}

// checkInner checks the containers whose own offset tells forks apart.
func (s *State) checkInner(layout []placed) error {
	for _, f := range layout {
		if f.inner == nil {
			continue
		}
		at := s.spans[f.name]
		if err := f.inner.checkSize(f.name, s.params.Fork, at.start, at.len()); err != nil {
			return err
		}
		var b [offsetSize]byte
		if err := s.read(b[:], f.name, at.start+f.inner.at); err != nil {
			return err
		}
		if err := f.inner.checkOffset(f.name, s.params.Fork, at.start, b[:]); err != nil {
			return err
		}
	}
	return nil
}

// checkSize checks how many bytes the container has, which starts at a byte.
func (n *inner) checkSize(name string, fork spec.Fork, start, size int64) error {
	fixed := n.fixedAt(fork)
	if rest := size - fixed; rest < 0 || rest%n.element != 0 || rest/n.element > n.limit {
		return spec.Atf(name, -1, spec.ErrInput, "byte %d: %d bytes where the fork has %d and up to %d elements of %d",
			start, size, fixed, n.limit, n.element)
	}
	return nil
}

// checkOffset checks the container's only offset.
func (n *inner) checkOffset(name string, fork spec.Fork, start int64, offset []byte) error {
	fixed := n.fixedAt(fork)
	if v := int64(binary.LittleEndian.Uint32(offset)); v != fixed {
		return spec.Atf(name, -1, spec.ErrInput, "byte %d: offset %d where the fork has %d: another fork?", start+n.at, v, fixed)
	}
	return nil
}

// countRows checks that all columns have one element per validator.
func (s *State) countRows(layout []placed) error {
	rows := int64(-1)
	for _, f := range layout {
		if !f.rows {
			continue
		}
		at := s.spans[f.name]
		n := at.len() / f.element
		if rows >= 0 && n != rows {
			return spec.Atf(f.name, -1, spec.ErrInput, "byte %d: %d elements for %d validators", at.start, n, rows)
		}
		rows = n
	}
	if rows > math.MaxInt/validatorSize {
		return spec.Atf("validators", -1, spec.ErrInput, "%d do not fit the memory of this machine", rows)
	}
	s.rows = int(rows)
	return nil
}

// read fills b from byte at on; field is named in an error.
func (s *State) read(b []byte, field string, at int64) error {
	if n, err := s.r.ReadAt(b, at); n < len(b) {
		return fmt.Errorf("%s: byte %d: %w", field, at+int64(n), err)
	}
	return nil
}

// chunk returns n bytes from byte at on: those of a source in memory itself,
// others copied into buf.
func (s *State) chunk(buf []byte, n int, field string, at int64) ([]byte, error) {
	if s.mem != nil {
		return s.mem[at : at+int64(n)], nil
	}
	return buf[:n], s.read(buf[:n], field, at)
}

// uint64At reads one number of the field, offset bytes behind its start.
func (s *State) uint64At(field string, offset int64) (uint64, error) {
	var b [8]byte
	err := s.read(b[:], field, s.spans[field].start+offset)
	return binary.LittleEndian.Uint64(b[:]), err
}
