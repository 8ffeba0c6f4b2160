package page

import (
	"slices"

	"github.com/stakesim/stakesim/spec/table"
)

// FromTable is a table as its program shows it on a terminal, so that no figure is
// formatted twice.
func FromTable(t *table.Table) (*Table, error) {
	s, err := t.Shown()
	if err != nil {
		return nil, err
	}
	return &Table{Head: s.Head, Right: s.Right, Rows: s.Rows, Notes: s.Notes}, nil
}

// clean is the page with every text printable: the template knows what is HTML, not
// what turns or hides the text beside it.
func (p *Page) clean() *Page {
	c := *p
	c.Title, c.Lead, c.Config = line(p.Title), line(p.Lead), table.Escape(p.Config)
	c.Notes = lines(p.Notes)
	c.Facts = slices.Clone(p.Facts)
	for i, f := range c.Facts {
		c.Facts[i] = Fact{line(f.Name), line(f.Value)}
	}
	c.Sections = slices.Clone(p.Sections)
	for i := range c.Sections {
		c.Sections[i].clean()
	}
	return &c
}

func (s *Section) clean() {
	s.Title, s.Text = line(s.Title), line(s.Text)
	s.Charts = slices.Clone(s.Charts)
	for i := range s.Charts {
		s.Charts[i].clean()
	}
	if s.Table == nil {
		return
	}
	t := *s.Table
	t.Head, t.Notes, t.Rows = names(t.Head), lines(t.Notes), slices.Clone(t.Rows)
	for i, row := range t.Rows {
		t.Rows[i] = names(row)
	}
	s.Table = &t
}

func (c *Chart) clean() {
	c.Title, c.X, c.Y = line(c.Title), line(c.X), line(c.Y)
	c.Categories = names(c.Categories)
	c.Series = slices.Clone(c.Series)
	for i := range c.Series {
		c.Series[i].Name = table.Printable(c.Series[i].Name)
	}
	if c.Heat != nil {
		c.Heat = &Heat{names(c.Heat.Columns), names(c.Heat.Rows), c.Heat.Values}
	}
}

func line(text string) string { return table.Text.Line(text) }

func lines(texts []string) []string { return each(texts, line) }

func names(list []string) []string { return each(list, table.Printable) }

// each keeps nil: a chart with categories is one of bars.
func each(list []string, f func(string) string) []string {
	list = slices.Clone(list)
	for i := range list {
		list[i] = f(list[i])
	}
	return list
}
