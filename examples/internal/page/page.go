package page

import (
	"fmt"
	"html/template"
	"io"
	"os"
	"path/filepath"
	"strings"
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

// Write writes the page. Charts that cannot be drawn are an error.
func (p *Page) Write(w io.Writer) error {
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
	}{Page: p, Colors: upTo(len(series)), Heats: upTo(HeatSteps), Data: template.JS(strings.ReplaceAll(p.Data, "<", `\u003c`))}
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

// File is a page on its way to a file: written beside it and renamed at the end,
// so that a failure leaves what was there.
type File struct {
	path string
	temp *os.File
}

// Create opens the temporary file, so that a place where nothing can be written
// is found out at once.
func Create(path string) (*File, error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return nil, fmt.Errorf("%s: is a directory", path)
	}
	temp, err := os.CreateTemp(filepath.Dir(path), ".page-*.html")
	if err != nil {
		return nil, fmt.Errorf("cannot write %s: %w", path, err)
	}
	return &File{path, temp}, nil
}

// Commit writes the page and puts it in place.
func (f *File) Commit(p *Page) error {
	defer f.Abandon()
	if err := p.Write(f.temp); err != nil {
		return err
	}
	if err := f.temp.Chmod(0o644); err != nil {
		return err
	}
	if err := f.temp.Close(); err != nil {
		return err
	}
	return os.Rename(f.temp.Name(), f.path)
}

// Abandon removes the temporary file, if it is still there.
func (f *File) Abandon() {
	_ = f.temp.Close()
	_ = os.Remove(f.temp.Name())
}

func upTo(n int) (list []int) {
	for i := range n {
		list = append(list, i+1)
	}
	return list
}
