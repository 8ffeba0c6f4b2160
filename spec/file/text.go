package file

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
)

// Limit bounds what is read of an input. A zero field is the field of [Usual].
type Limit struct {
	Bytes int64 // in all, decompressed
	Line  int   // in a line, or in empty lines that follow each other
}

// Usual are the limits of an input for which no others are given.
var Usual = Limit{Bytes: 1 << 30, Line: 1 << 20}

// Endless is no bound of the bytes in all, for what is read line by line.
const Endless = math.MaxInt64

func (l Limit) orUsual() Limit {
	if l.Bytes == 0 {
		l.Bytes = Usual.Bytes
	}
	if l.Line == 0 {
		l.Line = Usual.Line
	}
	return l
}

// Text is an opened text, decompressed and without a byte order mark. Read it by
// line or as an [io.Reader], and close it when done. Its errors have a place.
type Text struct {
	in    *stream
	limit Limit
	line  int   // the number of the last line that was returned or begun
	left  int64 // of limit.Bytes; negative when there were more
	part  int   // bytes of the present line, when read as an io.Reader
	long  []byte
}

// Text opens a text. UTF-16 and archives are named in the error, which wraps
// [ErrFormat].
func (in Input) Text(limit Limit) (*Text, error) {
	s, err := in.open()
	if err != nil {
		return nil, err
	}
	head, err := s.head()
	for _, f := range notText {
		if err == nil && bytes.HasPrefix(head, []byte(f.magic)) {
			err = wrongFormat(f.name)
		}
	}
	if at := bytes.IndexByte(head, 0); err == nil && at >= 0 {
		err = wrongFormat(fmt.Sprintf("no text in UTF-8: byte %d is zero", at))
	}
	if err != nil {
		s.Close()
		return nil, broken(in.Name, 0, err)
	}
	if bytes.HasPrefix(head, byteOrder) {
		_, _ = s.Discard(len(byteOrder)) // they are in the buffer
	}
	limit = limit.orUsual()
	return &Text{in: s, limit: limit, left: limit.Bytes}, nil
}

// Name is the name of the input.
func (t *Text) Name() string { return t.in.name }

// Close closes the input.
func (t *Text) Close() error { return t.in.Close() }

// Number is the number of the line that [Text.Line] returned last, from 1.
func (t *Text) Number() int { return t.line }

// Line returns the next line that is not empty, without its end. The bytes live
// until the next call. At the end it returns [io.EOF].
func (t *Text) Line() ([]byte, error) {
	for empty := 0; ; {
		text, size, err := t.next()
		if err != nil || len(text) > 0 {
			return text, err
		}
		if empty += size; empty > t.limit.Line {
			return nil, t.exceeded("%d bytes of empty lines", t.limit.Line)
		}
	}
}

// next returns the next line, and its size with its end.
func (t *Text) next() ([]byte, int, error) {
	text, err := t.in.ReadSlice('\n')
	if err != nil {
		if text, err = t.rest(text, err); err != nil {
			return nil, 0, err
		}
	}
	t.line++
	size := len(text)
	if t.left -= int64(size); t.left < 0 {
		return nil, 0, t.tooMuch()
	}
	if text = bytes.TrimRight(text, "\r\n"); len(text) > t.limit.Line {
		return nil, 0, t.tooLong()
	}
	return text, size, nil
}

// rest completes a line that the buffer did not hold.
func (t *Text) rest(text []byte, err error) ([]byte, error) {
	t.long = append(t.long[:0], text...)
	for errors.Is(err, bufio.ErrBufferFull) {
		if len(t.long) > t.limit.Line {
			t.line++
			return nil, t.tooLong()
		}
		text, err = t.in.ReadSlice('\n')
		t.long = append(t.long, text...)
	}
	switch {
	case err == nil:
		return t.long, nil
	case err == io.EOF:
		if len(t.long) == 0 {
			return nil, io.EOF
		}
		return t.long, nil
	}
	t.line++
	return nil, broken(t.in.name, t.line, err)
}

// Read implements [io.Reader] with the same limits. Do not mix it with
// [Text.Line].
func (t *Text) Read(p []byte) (int, error) {
	n, err := t.in.Read(p)
	n = int(min(int64(n), t.left+1)) // up to the first byte that is too much
	t.left -= int64(n)
	for rest := p[:n]; len(rest) > 0; {
		if t.part == 0 {
			t.line++
		}
		end := bytes.IndexByte(rest, '\n')
		if end < 0 {
			t.part += len(rest)
			break
		}
		if t.part += end; t.part > t.limit.Line {
			break
		}
		t.part, rest = 0, rest[end+1:]
	}
	switch {
	case t.part > t.limit.Line:
		return 0, t.tooLong()
	case t.left < 0:
		return 0, t.tooMuch()
	case err != nil && err != io.EOF:
		return 0, broken(t.in.name, max(t.line, 1), err)
	}
	return n, err
}

func (t *Text) tooLong() error { return t.exceeded("a line of more than %d bytes", t.limit.Line) }
func (t *Text) tooMuch() error { return t.exceeded("more than %d bytes in all", t.limit.Bytes) }

func (t *Text) exceeded(format string, args ...any) error {
	return Errorf(t.in.name, t.line, "%w: %s", ErrLimit, fmt.Sprintf(format, args...))
}

// ReadText returns a whole text, for what is no list of lines.
func (in Input) ReadText(limit Limit) ([]byte, error) {
	t, err := in.Text(limit)
	if err != nil {
		return nil, err
	}
	defer t.Close()
	return io.ReadAll(t)
}
