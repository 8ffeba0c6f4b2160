package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/stakesim/stakesim/examples/internal/page"
	"github.com/stakesim/stakesim/penalty/scenario"
	"github.com/stakesim/stakesim/spec/table"
)

// report is everything that is shown, on the terminal, in files and on the page.
type report struct {
	Name, Title, Question string
	Seed                  uint64
	Command               string
	Config                string // the scenario as it ran
	Notes                 []string
	sections              []section
}

// section is a table with what is drawn of it.
type section struct {
	key, title, text string
	table            *table.Table
	quiet            bool // too long for a terminal
	charts           []page.Chart
}

func (r *report) add(s section) { r.sections = append(r.sections, s) }

// versions are what the figures depend on.
func versions() map[string]string {
	v := map[string]string{"go": runtime.Version(), "stakesim": "(devel)"}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	if info.Main.Version != "" {
		v["stakesim"] = info.Main.Version
	}
	for _, d := range info.Deps {
		if d.Path == "gonum.org/v1/plot" || d.Path == "go.yaml.in/yaml/v3" {
			v[d.Path] = d.Version
		}
	}
	return v
}

// write writes every table in one call.
func (r *report) write(out io.Writer, f table.Format) error {
	var b bytes.Buffer
	switch f {
	case table.JSON:
		if err := r.json(&b); err != nil {
			return err
		}
	case table.CSV:
		for i, s := range r.sections {
			if i > 0 {
				b.WriteByte('\n')
			}
			fmt.Fprintf(&b, "# %s\n", s.key)
			if err := s.table.Write(&b, f); err != nil {
				return err
			}
		}
	default:
		fmt.Fprintf(&b, "%s\n%s\nseed %d\n", f.Line(r.Title), f.Line(r.Question), r.Seed)
		for _, s := range r.sections {
			if s.quiet && f == table.Text {
				fmt.Fprintf(&b, "\n%s: %d rows, in -format csv or json\n", s.title, s.table.Len())
				continue
			}
			b.WriteByte('\n')
			if err := s.table.Write(&b, f); err != nil {
				return err
			}
		}
		for _, n := range r.Notes {
			fmt.Fprintf(&b, "\n%s\n", f.Line(n))
		}
	}
	_, err := out.Write(b.Bytes())
	return err
}

// json writes one object: the scenario, and every table under its key.
func (r *report) json(b *bytes.Buffer) error {
	tables := make([]string, 0, len(r.sections))
	for _, s := range r.sections {
		text, err := s.table.MarshalJSON()
		if err != nil {
			return err
		}
		key, err := json.Marshal(s.key)
		if err != nil {
			return err
		}
		tables = append(tables, string(key)+": "+string(text))
	}
	head, err := json.Marshal(struct {
		Scenario string            `json:"scenario"`
		Title    string            `json:"title"`
		Question string            `json:"question"`
		Seed     uint64            `json:"seed"`
		Command  string            `json:"command"`
		Versions map[string]string `json:"versions"`
		Notes    []string          `json:"notes"`
		Config   string            `json:"config"`
	}{r.Name, r.Title, r.Question, r.Seed, r.Command, versions(), r.Notes, r.Config})
	if err != nil {
		return err
	}
	b.Write(bytes.TrimSuffix(table.EscapeJSON(head), []byte("}")))
	b.WriteString(", \"tables\": {" + strings.Join(tables, ", ") + "}}\n")
	return nil
}

// fill appends rows until one fails.
type rows struct {
	t   *table.Table
	err error
}

func (r *rows) row(values ...any) {
	for i, v := range values {
		if f, ok := v.(float64); ok && (math.IsNaN(f) || math.IsInf(f, 0)) {
			values[i] = nil
		}
	}
	if r.err == nil {
		r.err = r.t.Row(values...)
	}
}

// interval is three values for a row; bounds that are not numbers are left out.
func interval(i scenario.Interval, scale float64) []any {
	return []any{i.Mean * scale, i.Low * scale, i.High * scale}
}

func cells(groups ...any) (all []any) {
	for _, g := range groups {
		if list, ok := g.([]any); ok {
			all = append(all, list...)
		} else {
			all = append(all, g)
		}
	}
	return all
}
