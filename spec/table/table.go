package table

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode"
)

// Column describes one column of a [Table].
type Column struct {
	Name string // header
	Unit string // unit of the values, shown in the header; empty for none
	// Key names the value in JSON objects. Empty means the name in lower case
	// with "_" for everything that is neither letter nor digit.
	Key string
	// Decimals is the number of digits that text and Markdown show after the
	// point of a float; 0 means as many as needed to read it back exactly, and
	// [Whole] none. Integers are not affected.
	Decimals int
	// Thousands puts a comma between groups of three digits in text and
	// Markdown.
	Thousands bool
}

// Whole as a column's Decimals rounds floats to whole numbers.
const Whole = -1

// header is the name with its unit in parentheses.
func (c Column) header() string {
	if c.Unit == "" {
		return c.Name
	}
	return c.Name + " (" + c.Unit + ")"
}

func (c Column) key() string {
	if c.Key != "" {
		return c.Key
	}
	words := strings.FieldsFunc(strings.ToLower(c.Name), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
	return strings.Join(words, "_")
}

// Table is a list of rows under named columns. It keeps no reference to the
// values put in. Use [New] to make one.
type Table struct {
	title   string
	columns []Column
	keys    []string
	rows    [][]cell
	notes   []string
	err     error // faulty columns; every use reports it
}

// New returns an empty table. The title may be empty. Columns whose JSON keys
// are empty or not unique are reported, as [ErrColumns], by every later
// [Table.Row] and [Table.Write].
func New(title string, columns ...Column) *Table {
	t := &Table{title: title, columns: append([]Column(nil), columns...)}
	seen := map[string]bool{}
	for i, c := range columns {
		key := c.key()
		if key == "" || seen[key] {
			t.err = fmt.Errorf("column %d, %q: JSON key %q is empty or used twice: %w", i, c.Name, key, ErrColumns)
		}
		seen[key] = true
		t.keys = append(t.keys, key)
	}
	return t
}

// Row appends one row, a value for each column in order: any integer, float,
// string or boolean type, a [fmt.Stringer] (written as the text it returns), or nil
// for no value. Another type or another number of values gives [ErrRow] and
// leaves the table as it was.
func (t *Table) Row(values ...any) error {
	if t.err != nil {
		return t.err
	}
	if len(values) != len(t.columns) {
		return fmt.Errorf("row %d: %d values for %d columns: %w", len(t.rows), len(values), len(t.columns), ErrRow)
	}
	row := make([]cell, len(values))
	for i, v := range values {
		var ok bool
		if row[i], ok = cellOf(v); !ok {
			return fmt.Errorf("row %d, %q: cannot show a %T: %w", len(t.rows), t.columns[i].Name, v, ErrRow)
		}
	}
	t.rows = append(t.rows, row)
	return nil
}

// Note appends a line that text and Markdown show below the table.
func (t *Table) Note(line string) { t.notes = append(t.notes, line) }

// Len is the number of rows.
func (t *Table) Len() int { return len(t.rows) }

// Write writes the whole table with a single call of w.Write, so that nothing
// half-formatted appears when it fails. An unknown format gives [ErrUnknown].
func (t *Table) Write(w io.Writer, f Format) error {
	if t.err != nil {
		return t.err
	}
	var b bytes.Buffer
	switch f {
	case Text:
		t.text(&b)
	case CSV:
		if err := t.csv(&b); err != nil {
			return err
		}
	case JSON:
		t.json(&b, "\n  ", "\n")
		b.WriteByte('\n')
	case Markdown:
		t.markdown(&b)
	default:
		return fmt.Errorf("%v: %w", f, ErrUnknown)
	}
	n, err := w.Write(b.Bytes())
	if err == nil && n < b.Len() {
		err = io.ErrShortWrite
	}
	return err
}
