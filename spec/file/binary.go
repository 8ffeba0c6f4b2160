package file

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/golang/snappy"
)

// ReadBinary returns all bytes of an input, undoing gzip and, in what is then left,
// snappy: its framing format, as gzip, by the first bytes, its block format by a
// name that ends with _snappy, before .gz where it has that. More than most bytes
// wrap [ErrLimit], an archive [ErrFormat]. check, when not nil, is called with the
// first bytes, at least sniff of them where there are as many, so that what cannot
// be meant is not read to its end.
func (in Input) ReadBinary(most int64, sniff int, check func(first []byte) error) ([]byte, error) {
	s, err := in.open()
	if err != nil {
		return nil, err
	}
	defer s.Close()
	framed, err := s.frames()
	if err != nil {
		return nil, broken(in.Name, 0, err)
	}
	var b []byte
	if !framed && strings.HasSuffix(strings.TrimSuffix(in.Name, ".gz"), "_snappy") {
		if b, err = s.block(most); err == nil && check != nil {
			err = check(b[:min(len(b), sniff)])
		}
	} else {
		b, err = s.all(in.Size, most, sniff, check)
	}
	if err != nil {
		return nil, broken(in.Name, 0, err)
	}
	return b, nil
}

// all reads to the end.
func (s *stream) all(size, most int64, sniff int, check func(first []byte) error) ([]byte, error) {
	var b bytes.Buffer
	b.Grow(int(min(size, most, 1<<30)) + bytes.MinRead) // enough for what is not compressed
	r := io.LimitReader(s, most+1)
	if check != nil {
		if _, err := io.CopyN(&b, r, int64(sniff)); err != nil && err != io.EOF {
			return nil, fmt.Errorf("after %d bytes: %w", b.Len(), err)
		}
		if err := check(b.Bytes()); err != nil {
			return nil, err
		}
	}
	if _, err := b.ReadFrom(r); err != nil {
		return nil, fmt.Errorf("after %d bytes: %w", b.Len(), err)
	}
	if int64(b.Len()) > most {
		return nil, tooLarge(most)
	}
	return b.Bytes(), nil
}

// block reads one block of snappy, not further than its declared size can take.
func (s *stream) block(most int64) ([]byte, error) {
	head, err := s.head()
	if err != nil {
		return nil, err
	}
	declared, err := declaredSize(head, most)
	if err != nil {
		return nil, err
	}
	longest := snappy.MaxEncodedLen(declared)
	compressed, err := io.ReadAll(io.LimitReader(s, int64(longest)+1))
	if err != nil {
		return nil, err
	}
	if len(compressed) > longest {
		return nil, bad(fmt.Errorf("declared size %d, but more than %d compressed bytes", declared, longest))
	}
	return DecodeSnappy(compressed, most)
}

func tooLarge(most int64) error { return bad(fmt.Errorf("%w: more than %d bytes", ErrLimit, most)) }

// maxExpansion bounds how much longer a block of snappy can get: three bytes copy at
// most 64.
const maxExpansion = 22

// DecodeSnappy decompresses a block of snappy's block format, which fixtures and
// networks use for whole SSZ objects, or a stream of its framing format, which its
// first bytes tell. Of a block nothing is allocated before the declared size has
// been compared with limit and with what so many compressed bytes can hold. Every
// fault gives [spec.ErrInput].
func DecodeSnappy(compressed []byte, limit int64) ([]byte, error) {
	if bytes.HasPrefix(compressed, snappyMagic) {
		b, err := io.ReadAll(io.LimitReader(snappy.NewReader(bytes.NewReader(compressed)), limit+1))
		switch {
		case err != nil:
			return nil, bad(fmt.Errorf("after %d bytes: %w", len(b), err))
		case int64(len(b)) > limit:
			return nil, tooLarge(limit)
		}
		return b, nil
	}
	declared, err := declaredSize(compressed, limit)
	if err != nil {
		return nil, err
	}
	if int64(declared) > maxExpansion*int64(len(compressed)) {
		return nil, bad(fmt.Errorf("byte 0: declared size %d, but %d compressed bytes hold at most %d",
			declared, len(compressed), maxExpansion*int64(len(compressed))))
	}
	b, err := snappy.Decode(nil, compressed)
	if err != nil {
		return nil, bad(fmt.Errorf("%d compressed bytes: %w", len(compressed), err))
	}
	return b, nil
}

// declaredSize is what a block says of itself.
func declaredSize(block []byte, limit int64) (int, error) {
	declared, err := snappy.DecodedLen(block)
	if err != nil {
		return 0, bad(fmt.Errorf("byte 0: declared size: %w", err))
	}
	if int64(declared) > limit {
		return 0, bad(fmt.Errorf("byte 0: declared size %d above the limit of %d", declared, limit))
	}
	return declared, nil
}
