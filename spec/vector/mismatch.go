package vector

import "fmt"

// Mismatch is a value that is not the one in a file of a case.
type Mismatch struct {
	File  string // "post.ssz_snappy"
	Field string // "balances"
	// Unit is what Row counts, [Validator] or "slot"; empty where the field is one
	// value.
	Unit string
	Row  int
	// Wanted is what the file holds, Got what was computed.
	Wanted, Got any
}

// Validator is the [Mismatch.Unit] of columns with a row for each validator.
const Validator = "validator"

// Error is "file: field of unit row: wanted this, got that".
func (m *Mismatch) Error() string {
	if m == nil {
		return "<nil>"
	}
	where := m.Field
	if m.Unit != "" {
		where = fmt.Sprintf("%s of %s %d", m.Field, m.Unit, m.Row)
	}
	return fmt.Sprintf("%s: %s: wanted %v, got %v", m.File, where, m.Wanted, m.Got)
}

// CompareRows returns a [Mismatch] of the first row in which two columns differ, or
// of their numbers of rows; nil for equal columns.
func CompareRows[T ~uint64](file, field, unit string, wanted, got []T) error {
	if len(wanted) != len(got) {
		return &Mismatch{file, field + " rows", "", 0, len(wanted), len(got)}
	}
	for i, w := range wanted {
		if got[i] != w {
			return &Mismatch{file, field, unit, i, w, got[i]}
		}
	}
	return nil
}
