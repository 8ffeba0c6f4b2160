package page

import (
	"html/template"
	"io"
	"strings"

	"github.com/stakesim/stakesim/spec/table"
)

// Widths of the two drawings in CSS pixels.
const (
	wide   = 860
	narrow = 340
)

// Fact is a line of the page's head: seed, versions, command.
type Fact struct{ Name, Value string }

// Table is a table as text, with what its columns hold.
type Table struct {
	Head  []string
	Right []bool // columns of numbers
	Rows  [][]string
	Notes []string
	Fold  bool // shown on demand
}

// Section is charts and a table under a heading.
type Section struct {
	Key, Title, Text string
	Charts           []Chart
	Table            *Table
}

// Page is the whole report.
type Page struct {
	Title, Lead string
	Facts       []Fact
	Notes       []string
	Sections    []Section
	Config      string // shown on demand
	// Data is put into the page as JSON, for programs.
	Data string
}

type drawn struct {
	Chart
	Wide, Narrow template.HTML
	Legend       []key
	Scale        *scale
}

// scale is the colours of a heat map from its lowest to its highest value.
type scale struct {
	From, To string
	Steps    []int
}

// key is a line of a legend.
type key struct {
	Name  string
	Index int
	Bar   bool
	Dot   string
	Dash  string // of a line's stroke
}

// Write writes the page. Charts that cannot be drawn are an error. Names and texts
// are shown as they are: as no markup, and quoted where they would not be seen.
func (p *Page) Write(w io.Writer) error {
	p = p.clean()
	type section struct {
		Section
		Drawn []drawn
	}
	data := struct {
		*Page
		Sections []section
		Colors   []int
		Heats    []int
		Data     template.JS
	}{Page: p, Colors: upTo(len(series)), Heats: upTo(HeatSteps), Data: template.JS(strings.ReplaceAll(string(table.EscapeJSON([]byte(p.Data))), "<", `\u003c`))}
	for _, s := range p.Sections {
		out := section{Section: s}
		for _, c := range s.Charts {
			d := drawn{Chart: c}
			var err error
			if d.Wide, err = c.svg(wide); err != nil {
				return err
			}
			if d.Narrow, err = c.svg(narrow); err != nil {
				return err
			}
			d.Legend = c.legend()
			if c.Heat != nil {
				low, high := c.Heat.bounds()
				d.Scale = &scale{short(low), short(high), upTo(HeatSteps)}
			}
			out.Drawn = append(out.Drawn, d)
		}
		data.Sections = append(data.Sections, out)
	}
	return layout.Execute(w, data)
}

func upTo(n int) (list []int) {
	for i := range n {
		list = append(list, i+1)
	}
	return list
}
