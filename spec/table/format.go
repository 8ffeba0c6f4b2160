package table

import (
	"errors"
	"fmt"
)

// Errors that this package wraps; test for them with errors.Is.
var (
	// ErrUnknown marks a format that this package does not know.
	ErrUnknown = errors.New("unknown format")
	// ErrRow marks a row that does not fit the columns.
	ErrRow = errors.New("row does not fit the table")
	// ErrColumns marks columns whose JSON keys are empty or not unique.
	ErrColumns = errors.New("unusable columns")
)

// Format is a way of writing a [Table].
type Format uint8

// The formats that this package knows.
const (
	Text     Format = iota // aligned columns, the title above, notes below
	CSV                    // a header record, then one record a row; no title, no notes
	JSON                   // an array with one object a row; no title, no notes
	Markdown               // a pipe table, the title as a heading, notes below
	formatCount
)

var formatNames = [formatCount]string{"text", "csv", "json", "markdown"}

// Formats returns all formats, [Text] first.
func Formats() []Format {
	formats := make([]Format, formatCount)
	for i := range formats {
		formats[i] = Format(i)
	}
	return formats
}

// String returns "text", "csv", "json" or "markdown".
func (f Format) String() string {
	if f >= formatCount {
		return fmt.Sprintf("format(%d)", uint8(f))
	}
	return formatNames[f]
}

// ParseFormat is the inverse of [Format.String]; other names give [ErrUnknown].
func ParseFormat(name string) (Format, error) {
	for i, n := range formatNames {
		if n == name {
			return Format(i), nil
		}
	}
	return 0, fmt.Errorf("format %q: %w (one of %v)", name, ErrUnknown, formatNames)
}
