package file

import (
	"bytes"
	"fmt"
	"io"

	"github.com/golang/snappy"

	"github.com/stakesim/stakesim/spec"
)

// ReadBinary returns all bytes of an input, undoing gzip and, in what is then left,
// snappy's framing format, both known by their first bytes. More than most bytes
// wrap [ErrLimit], an archive [ErrFormat]. check, when not nil, is called once with
// the first bytes, at least sniff of them where there are as many, so that what
// cannot be meant is not read to its end.
func (in Input) ReadBinary(most int64, sniff int, check func(first []byte) error) ([]byte, error) {
	s, err := in.open()
	if err != nil {
		return nil, err
	}
	defer s.Close()
	if err := s.frames(); err != nil {
		return nil, broken(in.Name, 0, err)
	}
	var b bytes.Buffer
	b.Grow(int(min(in.Size, most)) + bytes.MinRead) // exact for what is not compressed
	r := io.LimitReader(s, most+1)
	if check != nil {
		if _, err := io.CopyN(&b, r, int64(sniff)); err != nil && err != io.EOF {
			return nil, broken(in.Name, 0, err)
		}
		if err := check(b.Bytes()); err != nil {
			return nil, At(in.Name, 0, err)
		}
	}
	if _, err := b.ReadFrom(r); err != nil {
		return nil, broken(in.Name, 0, fmt.Errorf("after %d bytes: %w", b.Len(), err))
	}
	if int64(b.Len()) > most {
		return nil, Errorf(in.Name, 0, "%w: more than %d bytes", ErrLimit, most)
	}
	return b.Bytes(), nil
}

// Framed says whether bytes begin as snappy's framing format does.
func Framed(b []byte) bool { return bytes.HasPrefix(b, snappyMagic) }

// Unframe decompresses snappy's framing format into at most so many bytes.
func Unframe(framed []byte, most int64) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(snappy.NewReader(bytes.NewReader(framed)), most+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: after %d bytes: %w", spec.ErrInput, len(b), err)
	case int64(len(b)) > most:
		return nil, fmt.Errorf("%w: %w: more than %d bytes", spec.ErrInput, ErrLimit, most)
	}
	return b, nil
}
