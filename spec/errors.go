package spec

import (
	"errors"
	"fmt"
	"strings"
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
	if e == nil {
		return "<nil>"
	}
	if e.Row < 0 {
		return fmt.Sprintf("%s: %v", e.Field, e.Err)
	}
	return fmt.Sprintf("%s[%d]: %v", e.Field, e.Row, e.Err)
}

// Unwrap returns what is wrong.
func (e *FieldError) Unwrap() error {
	if e == nil {
		return nil
	}
	return e.Err
}

// At returns a [FieldError] for a row of a column; row -1 means the field as a
// whole.
func At(field string, row int, err error) error { return &FieldError{field, row, err} }

// Atf is [At] with a detail in front of the kind of error.
func Atf(field string, row int, kind error, format string, args ...any) error {
	return At(field, row, fmt.Errorf("%w: %s", kind, fmt.Sprintf(format, args...)))
}

// UnknownName says that name is no such thing, lists what there is, and suggests
// the nearest where one is near. The error wraps [ErrUnknown].
func UnknownName(what, name string, known []string) error {
	if len(known) == 0 {
		return fmt.Errorf("%s %q: %w (there is none)", what, name, ErrUnknown)
	}
	hint := ""
	if near, ok := Nearest(name, known); ok {
		hint = fmt.Sprintf("; did you mean %q?", near)
	}
	return fmt.Errorf("%s %q: %w (one of %s%s)", what, name, ErrUnknown, strings.Join(known, ", "), hint)
}

// Nearest is the name with the fewest letters to change; false when that is more
// than a third of them, two at least, and neither is the beginning of the other.
func Nearest(name string, known []string) (best string, ok bool) {
	const longest = 64
	if name == "" || len(name) > longest {
		return "", false
	}
	fewest := longest
	for _, k := range known {
		mine, its := apart(name, k)
		d, size := distance(mine, its), len(its)
		if mine != "" && its != "" && (strings.HasPrefix(mine, its) || strings.HasPrefix(its, mine)) {
			d = min(d, 1)
		}
		if d < fewest && d <= max(2, size/3) && d < size {
			best, fewest, ok = k, d, true
		}
	}
	return best, ok
}

// apart cuts what two paths have in common off their beginning.
func apart(a, b string) (string, string) {
	for {
		i, j := strings.IndexByte(a, '/'), strings.IndexByte(b, '/')
		if i < 0 || i != j || a[:i] != b[:j] {
			return a, b
		}
		a, b = a[i+1:], b[j+1:]
	}
}

// distance is how many bytes are to be put in, taken out or changed to make one
// name of another (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		corner := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := corner
			if a[i] != b[j] {
				change++
			}
			corner = row[j+1]
			row[j+1] = min(change, row[j]+1, corner+1)
		}
	}
	return row[len(b)]
}
