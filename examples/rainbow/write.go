package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/stakesim/stakesim/examples/internal/page"
	"github.com/stakesim/stakesim/spec/file"
	"github.com/stakesim/stakesim/spec/table"
)

// document is everything, for programs.
type document struct {
	Command string                  `json:"command"`
	Plan    plan                    `json:"plan"`
	Answers map[string]*table.Table `json:"answers"`
}

// write writes the tables in the format and, if asked, the page. Of several CSV
// tables each has its name in a line before it.
func write(out io.Writer, f table.Format, html string, command []string, p plan, answers []answer) error {
	doc := document{strings.Join(command, " "), p, map[string]*table.Table{}}
	for _, a := range answers {
		doc.Answers[a.key] = a.table
	}
	data, err := json.Marshal(doc)
	if err != nil {
		return err
	}
	data = table.EscapeJSON(data)
	if html != "" {
		if err := writePage(html, &doc, string(data), answers); err != nil {
			return err
		}
	}
	if f == table.JSON {
		_, err := out.Write(append(data, '\n'))
		return err
	}
	var b bytes.Buffer
	for i, a := range answers {
		if i > 0 {
			b.WriteByte('\n')
		}
		if f == table.CSV && len(answers) > 1 {
			fmt.Fprintf(&b, "# %s\n", a.key)
		}
		if f == table.Markdown {
			fmt.Fprintf(&b, "## %s\n\n", a.title)
		}
		if err := a.table.Write(&b, f); err != nil {
			return err
		}
	}
	_, err = out.Write(b.Bytes())
	return err
}

func writePage(path string, doc *document, data string, answers []answer) error {
	p := &page.Page{
		Title: "Rainbow staking", Lead: "An economy of heavy and light services: who earns, who pays, and what withholding can stop.",
		Facts: []page.Fact{{Name: "Command", Value: doc.Command}, {Name: "Seed", Value: fmt.Sprint(doc.Plan.Seed)}},
		Notes: []string{"A step is a day of 225 epochs; a year has 365 days."}, Data: data,
	}
	for _, a := range answers {
		t, err := page.FromTable(a.table)
		if err != nil {
			return err
		}
		p.Sections = append(p.Sections, page.Section{Key: a.key, Title: a.title, Text: a.text, Charts: a.charts, Table: t})
	}
	return file.Write(path, func(w *file.Writer) error { return p.Write(w) })
}
