package table

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"strings"
)

// markdown writes a pipe table; numbers are aligned to the right.
func (t *Table) markdown(b *bytes.Buffer) {
	if t.title != "" {
		b.WriteString("### " + Markdown.Line(t.title) + "\n\n")
	}
	headers, rules := make([]string, len(t.columns)), make([]string, len(t.columns))
	for i, right := range t.numeric() {
		headers[i] = Printable(t.columns[i].header())
		rules[i] = "---"
		if right {
			rules[i] = "---:"
		}
	}
	for _, line := range append([][]string{headers, rules}, t.body()...) {
		b.WriteByte('|')
		for _, s := range line {
			b.WriteString(" " + unmarked(s) + " |")
		}
		b.WriteByte('\n')
	}
	for _, note := range t.notes {
		b.WriteString("\n" + Markdown.Line(note) + "\n")
	}
}

// csv writes a header record and one record a row, every number exact.
func (t *Table) csv(b *bytes.Buffer) error {
	w := csv.NewWriter(b)
	record := make([]string, len(t.columns))
	for i, c := range t.columns {
		record[i] = harmless(c.header())
	}
	if err := w.Write(record); err != nil {
		return err
	}
	for _, row := range t.rows {
		for i, c := range row {
			record[i] = c.exact
			if c.kind == word {
				record[i] = harmless(c.exact)
			}
		}
		if err := w.Write(record); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}

// MarshalJSON returns the rows as [Table.Write] with [JSON] does, in one line: an
// array of objects, keys in column order, numbers exact, null for no value and
// for floats that are not finite. A table can so be a field of a larger value.
func (t *Table) MarshalJSON() ([]byte, error) {
	if t.err != nil {
		return nil, t.err
	}
	var b bytes.Buffer
	t.json(&b, "", "")
	return b.Bytes(), nil
}

// json writes the rows, each after before, and after behind the last.
func (t *Table) json(b *bytes.Buffer, before, after string) {
	b.WriteByte('[')
	for r, row := range t.rows {
		if r > 0 {
			b.WriteByte(',')
		}
		b.WriteString(before + "{")
		for i, c := range row {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(quote(t.keys[i]) + ": " + c.json())
		}
		b.WriteByte('}')
	}
	if len(t.rows) > 0 {
		b.WriteString(after)
	}
	b.WriteByte(']')
}

func (c cell) json() string {
	switch {
	case c.kind == missing || !c.finite():
		return "null"
	case c.kind == word:
		return quote(c.exact)
	}
	return c.exact
}

// quote is s as a JSON string, escaped as [EscapeJSON] does; bytes that are not
// UTF-8 are replaced.
func quote(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a string always encodes
	return escapeJSON(strings.TrimSuffix(b.String(), "\n"))
}
