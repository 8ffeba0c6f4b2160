package main

import (
	"bytes"
	"fmt"
	"sort"
	"strings"

	"github.com/stakesim/stakesim/examples/internal/page"
	"github.com/stakesim/stakesim/penalty/study"
	"github.com/stakesim/stakesim/spec/file"
)

// pageFile is the page that -html asks for, or nothing.
type pageFile struct{ file *file.Writer }

func openPage(path string) (*pageFile, error) {
	if path == "" {
		return &pageFile{}, nil
	}
	f, err := file.Create(path)
	return &pageFile{f}, err
}

func (f *pageFile) abandon() {
	if f.file != nil {
		f.file.Discard()
	}
}

func (f *pageFile) write(r *report) error {
	if f.file == nil {
		return nil
	}
	p, err := r.page()
	if err != nil {
		return err
	}
	if err := p.Write(f.file); err != nil {
		return err
	}
	return f.file.Commit()
}

// foldAbove is how many rows a table may have that the page shows at once.
const foldAbove = 40

// page is the report as a page. Its tables are the terminal's.
func (r *report) page() (*page.Page, error) {
	p := &page.Page{Title: r.Title, Lead: r.Question, Notes: r.Notes, Config: r.Config}
	p.Facts = []page.Fact{{Name: "Command", Value: r.Command}, {Name: "Seed", Value: fmt.Sprint(r.Seed)}}
	v := versions()
	var names []string
	for name := range v {
		names = append(names, name)
	}
	sort.Strings(names)
	var list []string
	for _, name := range names {
		list = append(list, name+" "+v[name])
	}
	p.Facts = append(p.Facts, page.Fact{Name: "Versions", Value: strings.Join(list, ", ")})
	for _, s := range r.sections {
		t, err := page.FromTable(s.table)
		if err != nil {
			return nil, err
		}
		t.Fold = s.quiet || len(t.Rows) > foldAbove
		p.Sections = append(p.Sections, page.Section{Key: s.key, Title: s.title, Text: s.text, Charts: s.charts, Table: t})
	}
	var b bytes.Buffer
	if err := r.json(&b); err != nil {
		return nil, err
	}
	p.Data = b.String()
	return p, nil
}

// headlineChart is loss against the cohort, every preset in both models.
func headlineChart(list []study.HeadlineRow) []page.Chart {
	chart := page.Chart{Title: "Loss against outage size", X: "cohort, % of the stake", Y: "USD per 32 ETH"}
	for _, preset := range []string{"E1", "E2", "E3"} {
		float, integer := page.Series{Name: preset + ", float model"}, page.Series{Name: preset + ", integer model"}
		for _, h := range list {
			if h.Preset == preset {
				x := float64(h.Permille) / 10
				float.X, float.Y = append(float.X, x), append(float.Y, h.FloatUSD)
				integer.X, integer.Y = append(integer.X, x), append(integer.Y, h.IntegerUSD)
			}
		}
		chart.Series = append(chart.Series, float, integer)
	}
	return []page.Chart{chart}
}
