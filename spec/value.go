package spec

import "fmt"

// ValueError names the value that an error is about: an id, an amount, an epoch.
type ValueError struct {
	Field string // what kind of value it is, in words
	Value uint64
	Err   error // what is wrong with it
}

// Error returns "field value: what is wrong".
func (e *ValueError) Error() string {
	if e == nil {
		return "<nil>"
	}
	return fmt.Sprintf("%s %d: %v", e.Field, e.Value, e.Err)
}

// Unwrap returns what is wrong.
func (e *ValueError) Unwrap() error {
	if e == nil {
		return nil
	}
	return e.Err
}

// About returns a [ValueError] of a kind of error.
func About[T ~uint64](field string, value T, kind error) error {
	return &ValueError{field, uint64(value), kind}
}

// Aboutf is [About] with a detail behind the kind of error.
func Aboutf[T ~uint64](field string, value T, kind error, format string, args ...any) error {
	return About(field, value, fmt.Errorf("%w: %s", kind, fmt.Sprintf(format, args...)))
}

// Kind returns a kind of error of its own that is also of a wider kind: errors.Is finds
// both, and the text is its own.
func Kind(text string, wider error) error { return &kind{text, wider} }

type kind struct {
	text  string
	wider error
}

func (k *kind) Error() string { return k.text }
func (k *kind) Unwrap() error { return k.wider }
