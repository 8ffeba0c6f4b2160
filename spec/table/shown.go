package table

// Shown is a table as people read it, for whoever lays it out: everything is
// printable, and nothing is escaped for any format.
type Shown struct {
	Title string
	Head  []string // with units
	Right []bool   // columns of numbers
	Rows  [][]string
	Notes []string
}

// Shown returns the table's texts, every number formatted as [Text] formats it.
func (t *Table) Shown() (Shown, error) {
	if t.err != nil {
		return Shown{}, t.err
	}
	s := Shown{Title: oneLine(t.title), Right: t.numeric(), Rows: t.body()}
	for _, c := range t.columns {
		s.Head = append(s.Head, Printable(c.header()))
	}
	for _, n := range t.notes {
		s.Notes = append(s.Notes, oneLine(n))
	}
	return s, nil
}
