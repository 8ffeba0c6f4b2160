package file

import (
	"compress/flate"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/golang/snappy"

	"github.com/stakesim/stakesim/spec"
)

// Errors that this package wraps beside [spec.ErrInput].
var (
	// ErrLimit marks input above one of its limits.
	ErrLimit = errors.New("above the limit")
	// ErrFormat marks a file of another format than the one wanted.
	ErrFormat = errors.New("wrong format")
)

// Error says where in a file an error lies.
type Error struct {
	File string
	Line int   // from 1; 0 when the file as a whole is meant
	Err  error // what is wrong
}

// Error returns "file:line: what is wrong".
func (e *Error) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("%s: %v", e.File, e.Err)
	}
	return fmt.Sprintf("%s:%d: %v", e.File, e.Line, e.Err)
}

// Unwrap returns what is wrong.
func (e *Error) Unwrap() error { return e.Err }

// At returns an [Error] of a place. An error that has a place of its own stays as it
// is.
func At(name string, line int, err error) error {
	if placed := new(Error); err == nil || errors.As(err, &placed) {
		return err
	}
	return &Error{name, line, err}
}

// Detail is what is wrong without the words of [spec.ErrInput], for whoever says
// them in another way.
func (e *Error) Detail() error {
	if bad := new(badInput); errors.As(e.Err, &bad) {
		return bad.detail
	}
	return e.Err
}

// Errorf is [At] of bad input: a detail, wrapping [spec.ErrInput].
func Errorf(name string, line int, format string, args ...any) error {
	return &Error{name, line, bad(fmt.Errorf(format, args...))}
}

// badInput is a detail of input that is wrong.
type badInput struct{ detail error }

func bad(detail error) error { return &badInput{detail} }

func (e *badInput) Error() string   { return fmt.Sprintf("%v: %v", spec.ErrInput, e.detail) }
func (e *badInput) Unwrap() []error { return []error{spec.ErrInput, e.detail} }

// damaged says whether an error of reading is about the bytes and not about the
// machine: what does not decompress, or ends in the midst.
func damaged(err error) bool {
	var corrupt flate.CorruptInputError
	return errors.Is(err, gzip.ErrHeader) || errors.Is(err, gzip.ErrChecksum) || errors.As(err, &corrupt) ||
		errors.Is(err, snappy.ErrCorrupt) || errors.Is(err, snappy.ErrTooLarge) || errors.Is(err, snappy.ErrUnsupported) ||
		errors.Is(err, io.ErrUnexpectedEOF)
}

// broken places an error of reading; damaged bytes are bad input.
func broken(name string, line int, err error) error {
	if damaged(err) && !errors.Is(err, spec.ErrInput) {
		err = bad(err)
	}
	var path *fs.PathError
	if errors.As(err, &path) && path.Path == name {
		return err // it names the file
	}
	return At(name, line, err)
}
