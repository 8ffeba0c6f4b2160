package ssz

import (
	"encoding/binary"
	"fmt"
	"io"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/file"
)

// WriteBack writes the columns that a transition changes (balances, inactivity
// scores, effective balances) to w at the places they have in the state. w
// holds the same bytes as the source: a copy of it, or the source itself, such
// as one [Buffer] for both. Effective balances are written only where they
// differ. Columns read and written back unchanged leave w byte-identical. It
// uses so many goroutines (fewer than two: the caller's own), which write to
// ranges of w that do not overlap.
//
// The registry must have as many rows as the state ([spec.ErrInput]); it is
// not changed. After an error from w the columns may be half-written: write to
// a file with [State.SaveAs].
func (s *State) WriteBack(w io.WriterAt, r *spec.Registry, workers int) error {
	if r == nil {
		return spec.Atf("registry", -1, spec.ErrInput, "none")
	}
	for _, c := range [...]struct {
		field string
		rows  int
	}{
		{"effective_balance", len(r.EffectiveBalance)},
		{"balances", len(r.Balance)},
		{"inactivity_scores", len(r.InactivityScore)},
	} {
		if c.rows != s.rows {
			return spec.Atf(c.field, -1, spec.ErrInput, "%d rows for a state of %d validators", c.rows, s.rows)
		}
	}
	return s.share(workers, func(lo, hi int) error {
		if err := s.writeUints(w, "balances", spec.As[uint64](r.Balance[lo:hi]), lo); err != nil {
			return err
		}
		if err := s.writeUints(w, "inactivity_scores", r.InactivityScore[lo:hi], lo); err != nil {
			return err
		}
		return s.writeEffective(w, r.EffectiveBalance, lo, hi)
	})
}

// WriteSmoothed writes the smoothed offline balance to w, a copy of the source
// or the source itself. A fork that has none gives [spec.ErrInput].
func (s *State) WriteSmoothed(w io.WriterAt, v spec.Gwei) error {
	at, ok := s.spans[smoothedField]
	if !ok {
		return spec.Atf(smoothedField, -1, spec.ErrInput, "%v has no such field", s.params.Fork)
	}
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], uint64(v))
	return s.write(w, b[:], smoothedField, at.start)
}

// SaveAs writes the state with some of its columns changed to the named file: the
// source is copied beside it, change (nil: nothing to change) is called to write
// into that ([State.WriteBack], [State.WriteSmoothed]), and it is put in place as
// [file.Writer] does. On an error, a source that ends too early included, the named
// file is as it was.
func (s *State) SaveAs(name string, change func(w io.WriterAt) error) error {
	return file.Write(name, func(f *file.Writer) error {
		if err := f.CopyAll(io.NewSectionReader(s.r, 0, s.size), s.size); err != nil {
			return fmt.Errorf("the source: %w", err)
		}
		if change == nil {
			return nil
		}
		return change(f)
	})
}

func (s *State) write(w io.WriterAt, b []byte, field string, at int64) error {
	if w == nil {
		return spec.Atf(field, -1, spec.ErrInput, "nothing to write to")
	}
	if n, err := w.WriteAt(b, at); err != nil {
		return fmt.Errorf("%s: byte %d: %w", field, at+int64(n), err)
	}
	return nil
}

func (s *State) writeUints(w io.WriterAt, field string, column []uint64, row int) error {
	at := s.spans[field].start + 8*int64(row)
	if littleEndian {
		return s.write(w, bytesOf(column), field, at)
	}
	b := make([]byte, 8*len(column))
	for i, v := range column {
		binary.LittleEndian.PutUint64(b[8*i:], v)
	}
	return s.write(w, b, field, at)
}

// writeEffective patches the encodings of those validators of rows lo to hi
// whose effective balance is another one than in the source.
func (s *State) writeEffective(w io.WriterAt, column []spec.Gwei, lo, hi int) error {
	const field = "validators"
	start := s.spans[field].start
	buf := make([]byte, min(chunkRows, hi-lo)*validatorSize)
	for row := lo; row < hi; row += chunkRows {
		n := min(chunkRows, hi-row)
		at := start + int64(row)*validatorSize
		b, err := s.chunk(buf, n*validatorSize, field, at)
		if err != nil {
			return err
		}
		first, end := changed(b, column[row:row+n])
		if first == end {
			continue
		}
		b = buf[:copy(buf, b)] // a source in memory is patched through w only
		for i := first; i < end; i++ {
			binary.LittleEndian.PutUint64(b[i*validatorSize+effectiveBalanceAt:], uint64(column[row+i]))
		}
		if err := s.write(w, b[first*validatorSize:end*validatorSize], field, at+int64(first*validatorSize)); err != nil {
			return err
		}
	}
	return nil
}

// changed returns the range of rows from the first to behind the last whose
// effective balance differs from its encoding.
func changed(b []byte, column []spec.Gwei) (first, end int) {
	for i, eb := range column {
		v := (*[validatorSize]byte)(b[i*validatorSize:])
		if binary.LittleEndian.Uint64(v[effectiveBalanceAt:]) != uint64(eb) {
			if end == 0 {
				first = i
			}
			end = i + 1
		}
	}
	return first, end
}
