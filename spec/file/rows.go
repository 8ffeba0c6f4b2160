package file

import (
	"encoding/csv"
	"errors"
	"fmt"
	"strings"

	"github.com/stakesim/stakesim/spec"
)

// Rows are the records of a CSV text, without empty lines. A record is bounded as a
// line is, also where quotes make it several lines.
type Rows struct {
	text   *Text
	csv    *csv.Reader
	left   int // bytes that the present record may still take
	line   int
	behind int // the line after the last record
}

// readAhead is how many bytes an [encoding/csv.Reader] takes at once.
const readAhead = 4096

// Rows opens a CSV text; see [Input.Text].
func (in Input) Rows(limit Limit) (*Rows, error) {
	t, err := in.Text(limit)
	if err != nil {
		return nil, err
	}
	r := &Rows{text: t}
	r.csv = csv.NewReader(rowReader{r})
	r.csv.FieldsPerRecord, r.csv.ReuseRecord = -1, true
	return r, nil
}

// rowReader reads the text within what a record may take.
type rowReader struct{ r *Rows }

func (b rowReader) Read(p []byte) (int, error) {
	t := b.r.text
	if b.r.left <= 0 {
		return 0, Errorf(t.in.name, max(b.r.behind, 1), "%w: a record of more than %d bytes (a quote that does not end?)", ErrLimit, t.limit.Line)
	}
	n, err := t.Read(p[:min(len(p), readAhead)])
	b.r.left -= n
	return n, err
}

// Next returns the next record, which lives until the next call; at the end it
// returns [io.EOF]. After an error that wraps [encoding/csv.ErrQuote] or
// [encoding/csv.ErrBareQuote] the next record can be read.
func (r *Rows) Next() ([]string, error) {
	r.left = r.text.limit.Line + readAhead
	row, err := r.csv.Read()
	if err == nil {
		r.line, _ = r.csv.FieldPos(0)
		r.behind = r.line + 1
		for _, field := range row {
			r.behind += strings.Count(field, "\n")
		}
		return row, nil
	}
	if parse := new(csv.ParseError); errors.As(err, &parse) {
		r.line = parse.Line
		return nil, Errorf(r.text.in.name, parse.Line, "%w", parse.Err)
	}
	return nil, err
}

// Line is the number of the line that the last record begins with, from 1.
func (r *Rows) Line() int { return r.line }

// Name is the name of the input.
func (r *Rows) Name() string { return r.text.in.name }

// Close closes the input.
func (r *Rows) Close() error { return r.text.Close() }

// Errorf is an error about the last record.
func (r *Rows) Errorf(format string, args ...any) error {
	return Errorf(r.text.in.name, r.line, format, args...)
}

// Wanted says that a record has not the fields that are wanted, and which those
// are. It has no place, and wraps nothing.
func Wanted(row, columns []string) error {
	hint := ""
	for _, other := range []struct{ mark, name string }{{";", "semicolons"}, {"\t", "tabs"}} {
		if len(row) == 1 && strings.Contains(row[0], other.mark) {
			hint = fmt.Sprintf("; fields are separated by commas, not by %s", other.name)
		}
	}
	return fmt.Errorf("%s where %d are wanted (%s%s)", fields(len(row)), len(columns), strings.Join(shown(columns), ","), hint)
}

func fields(n int) string {
	if n == 1 {
		return "1 field"
	}
	return fmt.Sprintf("%d fields", n)
}

// Column is the index of a named column in a header, blanks around names aside. One
// that is not there gives an error that lists the columns there are, suggests the
// nearest and wraps [spec.ErrUnknown].
func Column(header []string, name string) (int, error) {
	for i, h := range header {
		if strings.TrimSpace(h) == name {
			return i, nil
		}
	}
	return -1, spec.UnknownName("column", name, shown(header))
}

// shown are names as an error lists them: not all of very many, not all of a long
// one.
func shown(names []string) (list []string) {
	const most, longest = 30, 60
	for i, name := range names {
		if i == most {
			return append(list, fmt.Sprintf("and %d more", len(names)-most))
		}
		if name = strings.TrimSpace(name); len(name) > longest {
			name = name[:longest] + "..."
		}
		list = append(list, name)
	}
	return list
}
