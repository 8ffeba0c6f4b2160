package table

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// gap separates the columns of text.
const gap = "  "

// text writes the title, the names, the units if there are any, an underline,
// the rows and the notes.
func (t *Table) text(b *bytes.Buffer) {
	head := [][]string{make([]string, len(t.columns))}
	for i, c := range t.columns {
		head[0][i] = Printable(c.Name)
	}
	if units := t.units(); units != nil {
		head = append(head, units)
	}
	body := t.body()
	widths := t.widths(append(head, body...))
	right := t.numeric()
	if t.title != "" {
		b.WriteString(oneLine(t.title) + "\n\n")
	}
	for _, line := range head {
		writeLine(b, line, widths, right)
	}
	rule := make([]string, len(widths))
	for i, w := range widths {
		rule[i] = strings.Repeat("-", w)
	}
	writeLine(b, rule, widths, right)
	for _, line := range body {
		writeLine(b, line, widths, right)
	}
	t.writeNotes(b)
}

// units is the header line of units, nil when no column has one.
func (t *Table) units() (line []string) {
	for i, c := range t.columns {
		if c.Unit != "" {
			if line == nil {
				line = make([]string, len(t.columns))
			}
			line[i] = Printable(c.Unit)
		}
	}
	return line
}

// body is every row as people read it.
func (t *Table) body() [][]string {
	lines := make([][]string, len(t.rows))
	for r, row := range t.rows {
		lines[r] = make([]string, len(row))
		for i, c := range row {
			lines[r][i] = c.read(t.columns[i])
		}
	}
	return lines
}

func (t *Table) widths(lines [][]string) []int {
	widths := make([]int, len(t.columns))
	for _, line := range lines {
		for i, s := range line {
			widths[i] = max(widths[i], utf8.RuneCountInString(s))
		}
	}
	return widths
}

// numeric says which columns hold numbers only, and at least one.
func (t *Table) numeric() []bool {
	numeric := make([]bool, len(t.columns))
	for i := range numeric {
		for _, row := range t.rows {
			if row[i].kind != missing {
				numeric[i] = row[i].number()
				if !numeric[i] {
					break
				}
			}
		}
	}
	return numeric
}

func writeLine(b *bytes.Buffer, line []string, widths []int, right []bool) {
	var s strings.Builder
	for i, text := range line {
		if i > 0 {
			s.WriteString(gap)
		}
		pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(text))
		if right[i] {
			s.WriteString(pad + text)
		} else {
			s.WriteString(text + pad)
		}
	}
	b.WriteString(strings.TrimRight(s.String(), " "))
	b.WriteByte('\n')
}

func (t *Table) writeNotes(b *bytes.Buffer) {
	if len(t.notes) > 0 {
		b.WriteByte('\n')
	}
	for _, note := range t.notes {
		b.WriteString(oneLine(note) + "\n")
	}
}
