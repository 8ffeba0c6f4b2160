package main

import (
	"context"
	"io"

	"github.com/stakesim/stakesim/spec/dataset"
	"github.com/stakesim/stakesim/spec/dataset/xatu"
	"github.com/stakesim/stakesim/spec/table"
)

// stagePlan is a stage of a pipeline and what it is expected to handle.
type stagePlan struct {
	name, does, parallel string
	elements, bytes      int64
}

func printPlan(out io.Writer, f table.Format, title string, stages []stagePlan, notes ...string) error {
	t := table.New(title, table.Column{Name: "stage"}, table.Column{Name: "does"}, table.Column{Name: "parallel by"},
		table.Column{Name: "elements", Thousands: true}, table.Column{Name: "bytes", Thousands: true})
	for _, s := range stages {
		if err := t.Row(s.name, s.does, s.parallel, s.elements, s.bytes); err != nil {
			return err
		}
	}
	for _, n := range notes {
		t.Note(n)
	}
	return t.Write(out, f)
}

// volumes of a table: what its footers say, or where these are not at hand only
// its bytes.
type volume struct {
	files, groups, rows, bytes int64
}

func volumes(ctx context.Context, files []source, timing xatu.Timing) (of [4]volume, err error) {
	for _, s := range files {
		v := &of[s.Table]
		v.files, v.bytes, v.groups = v.files+1, v.bytes+s.Bytes, v.groups+1
		if remote(s.Path) {
			continue
		}
		f, done, err := s.open(ctx, timing)
		if err != nil {
			continue // a dead letter of the run
		}
		v.groups += int64(f.Groups()) - 1
		for g := range f.Groups() {
			v.rows += f.Rows(g)
		}
		done()
	}
	return of, nil
}

// explainReduce prints the plan of a reduction.
func (o *options) explainReduce(ctx context.Context, out io.Writer) error {
	files, err := find(ctx, o.tables)
	if err != nil {
		return err
	}
	v, err := volumes(ctx, files, o.timing)
	if err != nil {
		return err
	}
	var all volume
	for _, t := range v {
		all.files, all.groups, all.rows, all.bytes = all.files+t.files, all.groups+t.groups, all.rows+t.rows, all.bytes+t.bytes
	}
	epochs := max(1, v[xatu.Blocks].rows/int64(o.timing.Slots()))
	windows := (epochs + int64(o.window) - 1) / int64(o.window)
	joined := v[xatu.Committees].bytes + v[xatu.Attestations].bytes
	again := joined / int64(o.window) // the last epoch of a window goes to the next, too
	stages := []stagePlan{
		{"survey", "slots of each file", "file", all.files, all.bytes / 50},
		{"arrange", "row groups in order", "table", all.groups, 40 * all.groups},
		{"read", "rows into pieces", "row group", all.groups, all.bytes},
		{"blocks", "the chain to windows", "none", v[xatu.Blocks].groups, 40 * v[xatu.Blocks].rows},
		{"balances", "balances through windows", "65536 validators", v[xatu.Validators].groups + epochs, v[xatu.Validators].bytes},
		{"join", "windows to failures", "window", v[xatu.Committees].groups + v[xatu.Attestations].groups + 2*windows, joined + again},
		{"write", "failure lists", "shard", windows, joined / 20},
	}
	return printPlan(out, o.format, "reduce "+o.tables, stages,
		"Bytes are estimated from those of the Parquet files; elements from their footers, where these are local.")
}

// explainBacktest prints the plan of a back-test.
func (o *options) explainBacktest(out io.Writer, files []file) error {
	var slots, bytes int64
	for _, f := range files {
		slots, bytes = slots+f.Slots, bytes+f.Bytes
	}
	epochs := slots / dataset.SlotsPerEpoch
	runs, rules, lists := (epochs+chunk-1)/chunk, int64(len(o.study.Rules)), int64(len(files))
	stages := []stagePlan{
		{"observe", "co-failures and sums", "list", lists, bytes},
		{"walk", "factors of all rules", "none", runs, 1024 * epochs},
		{"punish", "penalties by group", "32 epochs", 2 * runs, epochs * (bytes/max(1, 8*epochs) + 64*rules)},
	}
	if o.fake {
		stages = append(stages, stagePlan{"quality", "failures by validator", "list", lists, bytes},
			stagePlan{"fake clusters", "their co-failures", "list", lists, bytes})
	}
	return printPlan(out, o.format, o.command+" "+o.failures, stages, "Slots and bytes are those of the manifest; the rest is estimated.")
}
