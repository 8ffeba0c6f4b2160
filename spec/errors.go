package spec

import (
	"errors"
	"fmt"
)

// Errors that the packages of this module wrap; test for them with errors.Is.
var (
	// ErrInput marks data that no state of the chain can hold, or columns that
	// do not belong together.
	ErrInput = errors.New("invalid input")
	// ErrOverflow marks a product, sum or score that does not fit 64 bits: in
	// the specification such a transition is invalid.
	ErrOverflow = errors.New("overflow of 64 bits")
	// ErrUnknown marks a name that this module does not know.
	ErrUnknown = errors.New("unknown name")
)

// FieldError says where in columnar input an error lies.
type FieldError struct {
	Field string // the column or value in the specification's spelling
	Row   int    // index in the column; -1 when the whole field is meant
	Err   error  // what is wrong; wraps ErrInput or ErrOverflow
}

// Error returns "field[row]: what is wrong".
func (e *FieldError) Error() string {
	if e.Row < 0 {
		return fmt.Sprintf("%s: %v", e.Field, e.Err)
	}
	return fmt.Sprintf("%s[%d]: %v", e.Field, e.Row, e.Err)
}

// Unwrap returns what is wrong.
func (e *FieldError) Unwrap() error { return e.Err }

// At returns a [FieldError] for a row of a column; row -1 means the field as a
// whole.
func At(field string, row int, err error) error { return &FieldError{field, row, err} }

// Atf is [At] with a detail in front of the kind of error.
func Atf(field string, row int, kind error, format string, args ...any) error {
	return At(field, row, fmt.Errorf("%w: %s", kind, fmt.Sprintf(format, args...)))
}
