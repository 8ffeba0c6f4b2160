package main

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/stakesim/stakesim/penalty/cofailure"
	"github.com/stakesim/stakesim/spec/table"
)

// published runs the analysis as its script does and prints it.
func (o *options) published(out io.Writer) error {
	if _, err := o.params(); err != nil { // the script's epochs are those of the main network
		return err
	}
	var top uint32
	o.progress.start("reading the record", 6*o.bytes())
	for l, err := range asLists(o.files) {
		if err != nil {
			return err
		}
		if n := len(l.Committee); n > 0 {
			top = max(top, l.Committee[n-1])
		}
	}
	o.labelling.SkipUnknown = true
	labels, err := o.readLabels(func(v uint32) bool { return v <= top })
	if err != nil {
		return err
	}
	record := o.files
	record.Faults = &o.again // counted above
	o.again.Lenient = o.lenient
	p, err := cofailure.AsPublished(asLists(record), cofailure.Options{Cluster: labels.Label, Multiplier: uint32(o.multiplier)})
	if err != nil {
		return err
	}
	o.progress.Done()
	o.reportFaults(errStream)
	if n := labels.Skipped; n > 0 {
		fmt.Fprintf(errStream, "backtest: %d validators of %s are beyond the record and left out, as by the script\n", n, o.labels.Name)
	}
	if o.format == table.JSON {
		of := publishedJSON(p)
		of["clusters_beyond_record"] = labels.Skipped
		return writeJSON(out, of)
	}
	return writeTables(out, o.format, publishedCounts(p), publishedPenalties(p))
}

// scriptError is how the script ends when it has no cluster for a group.
const scriptError = "ValueError('need at least one array to concatenate')"

// countJSON has the keys of the expected figures.
type countJSON struct {
	Co   uint64 `json:"co"`
	Fake uint64 `json:"fake_stable"`
}

type figureJSON [2]uint64 // sum, members

func publishedJSON(p *cofailure.Published) map[string]any {
	of := map[string]any{"epochs_in_matrix": len(p.Epochs), "columns_incl_sink": p.Columns()}
	for k, c := range p.Counts {
		of[cofailure.Kind(k).String()] = countJSON(c)
	}
	sizes := map[string]int{}
	for _, c := range p.Clusters {
		if len(c.Columns) > cofailure.SmallOver {
			sizes[c.Name] = len(c.Columns)
		}
	}
	of["clusters_over_10"] = sizes
	rows := map[string]map[string]figureJSON{}
	for _, g := range p.Groups() {
		if len(g.Members) == 0 {
			of["table_error"] = scriptError
			continue
		}
		rows[g.Name] = map[string]figureJSON{}
		for i, scheme := range cofailure.Schemes {
			f := g.Sum(p.Penalty(i))
			rows[g.Name][scheme] = figureJSON{f.Sum, uint64(f.Members)}
		}
	}
	of["table"] = rows
	for i, scheme := range cofailure.Schemes {
		all := p.Groups()[3].Sum(p.Penalty(i))
		of["penalty_"+scheme] = map[string]uint64{"sum_incl_sink": all.Sum}
	}
	return of
}

func publishedCounts(p *cofailure.Published) *table.Table {
	t := table.New("Co-failures as published",
		table.Column{Name: "kind"}, table.Column{Name: "co-failures", Key: "co", Thousands: true},
		table.Column{Name: "fake clusters", Key: "fake_stable", Thousands: true}, table.Column{Name: "ratio", Decimals: 3})
	for k, c := range p.Counts {
		_ = t.Row(cofailure.Kind(k).String(), c.Co, c.Fake, float64(c.Co)/float64(c.Fake))
	}
	t.Note(fmt.Sprintf("%d epochs, %d columns with the sink. The script sorts unstably, so its own fake counts cannot be reproduced; these sort stably.", len(p.Epochs), p.Columns()))
	return t
}

func publishedPenalties(p *cofailure.Published) *table.Table {
	columns := []table.Column{{Name: "group"}, {Name: "members", Thousands: true}}
	for _, s := range cofailure.Schemes {
		columns = append(columns, table.Column{Name: s, Decimals: 2})
	}
	t := table.New("Penalties as published, mean in ordinary penalties", columns...)
	for _, g := range p.Groups() {
		row := []any{g.Name, len(g.Members)}
		for i := range cofailure.Schemes {
			if len(g.Members) == 0 {
				row = append(row, nil)
			} else {
				row = append(row, g.Sum(p.Penalty(i)).Mean())
			}
		}
		_ = t.Row(row...)
		if len(g.Members) == 0 {
			t.Note(fmt.Sprintf("No cluster is %s; the script stops here: %s.", g.Name, scriptError))
		}
	}
	return t
}

func writeJSON(out io.Writer, v any) error {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	_, err = out.Write(append(table.EscapeJSON(b), '\n'))
	return err
}

// writeTables writes one after another with a blank line between.
func writeTables(out io.Writer, f table.Format, tables ...*table.Table) error {
	for i, t := range tables {
		if i > 0 {
			if _, err := io.WriteString(out, "\n"); err != nil {
				return err
			}
		}
		if err := t.Write(out, f); err != nil {
			return err
		}
	}
	return nil
}
