package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/stakesim/stakesim/penalty/backtest"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/dataset"
	specfile "github.com/stakesim/stakesim/spec/file"
	"github.com/stakesim/stakesim/spec/table"
)

// backtestPipeline turns failure lists into an outcome. Every list is read once
// for the penalties of all mechanisms, and twice more for fake clusters.
func (o *options) backtestPipeline(files []file, a attempt) (*beam.Pipeline, error) {
	var entries [][]byte
	for _, f := range files {
		b, err := json.Marshal(f)
		if err != nil {
			return nil, err
		}
		entries = append(entries, b)
	}
	p, s := beam.NewPipelineWithRoot()
	scope := s.Scope("observe")
	lists := beam.Reshuffle(scope, beam.CreateList(scope, entries))
	aggregates, failures, counted := beam.ParDo3(scope, &observe{o.study}, lists)
	scope = s.Scope("walk")
	factors := beam.ParDo(scope, &walk{o.study}, beam.GroupByKey(scope, aggregates))
	scope = s.Scope("punish")
	totals := beam.ParDo(scope, &punish{Study: o.study}, beam.CoGroupByKey(scope, failures, factors))

	quality, fakes := beam.CreateList(s, [][]byte{{}}), beam.CreateList(s, [][]byte{{}})
	if o.fake {
		scope = s.Scope("quality")
		quality = beam.ParDo(scope, &mergeQuality{o.study}, beam.GroupByKey(scope, beam.ParDo(scope, &qualify{o.study}, lists)))
		scope = s.Scope("fake clusters")
		fakes = beam.ParDo(scope, &countFake{o.study}, lists, beam.SideInput{Input: quality})
	}
	scope = s.Scope("conclude")
	beam.ParDo0(scope, &conclude{o.study, a}, beam.Impulse(scope), beam.SideInput{Input: totals}, beam.SideInput{Input: counted},
		beam.SideInput{Input: quality}, beam.SideInput{Input: fakes})
	return p, nil
}

// runBacktest is the commands backtest and sweep.
func (o *options) runBacktest(ctx context.Context, out io.Writer) error {
	dir, files, err := lists(ctx, o.failures)
	if err != nil {
		return fmt.Errorf("-failures: %w", err)
	}
	o.study.Dir, o.study.First = dir, files[0]
	if o.explain {
		return o.explainBacktest(out, files)
	}
	if o.study.Params, err = o.params(ctx); err != nil {
		return err
	}
	study, err := o.study.study(ctx) // a wrong label file is told before anything runs
	if err != nil {
		return err
	}
	keep := o.out != ""
	if !keep {
		if o.out, err = os.MkdirTemp("", "beam-*"); err != nil {
			return err
		}
		defer os.RemoveAll(o.out)
	}
	r, a, c, err := o.backtest(ctx, study, files)
	if err != nil {
		return errors.Join(err, a.abandon(ctx))
	}
	if keep {
		if err := o.keep(ctx, r, a, c); err != nil {
			return errors.Join(err, a.abandon(ctx))
		}
	}
	return o.print(out, r)
}

// params are the constants of the network that was stated, or that the first list
// says.
func (o *options) params(ctx context.Context) (spec.Params, error) {
	local, done, err := o.study.First.open(ctx, o.study.Dir)
	if err != nil {
		return spec.Params{}, err
	}
	defer done()
	list, err := dataset.OpenList(local)
	if err != nil {
		return spec.Params{}, err
	}
	defer list.Close()
	network, err := o.network.OfList(list.Origin)
	if err != nil {
		return spec.Params{}, fmt.Errorf("%s: %w", o.study.First.Name, err)
	}
	return network.Params(spec.Electra)
}

// backtest runs the pipeline and reads its outcome.
func (o *options) backtest(ctx context.Context, study *backtest.Study, files []file) (*backtest.Result, attempt, counts, error) {
	a := newAttempt(o.out)
	p, err := o.backtestPipeline(files, a)
	if err != nil {
		return nil, a, nil, err
	}
	c, err := o.execute(ctx, "backtest", p)
	if err != nil {
		return nil, a, nil, err
	}
	left, err := a.entries(ctx)
	if err != nil {
		return nil, a, nil, err
	}
	part := join(a.folder(), left[0].Part)
	b, err := read(ctx, part)
	if err == nil {
		err = left[0].holds(part, b)
	}
	if err != nil {
		return nil, a, nil, err
	}
	result, err := outcome(b, &study.Population.Clusters)
	if err != nil {
		return nil, a, nil, err
	}
	r, err := study.Result(result, o.draws, o.seed)
	return r, a, c, err
}

// keep commits the report to the folder of the output.
func (o *options) keep(ctx context.Context, r *backtest.Result, a attempt, c counts) error {
	ext := map[table.Format]string{table.JSON: ".json", table.CSV: ".csv", table.Markdown: ".md"}[o.format]
	if ext == "" {
		ext = ".txt"
	}
	f := file{Kind: reportFile}
	err := a.write(ctx, &f, "report", ext, func(local string) error {
		return specfile.Write(local, func(w *specfile.Writer) error { return o.print(w, r) })
	})
	if err != nil {
		return err
	}
	_, err = a.commit(ctx, []file{f}, c)
	return err
}

// print writes the tables of examples/backtest.
func (o *options) print(out io.Writer, r *backtest.Result) error {
	if o.format == table.JSON {
		b, err := json.MarshalIndent(r, "", "  ")
		if err != nil {
			return err
		}
		_, err = out.Write(append(table.EscapeJSON(b), '\n'))
		return err
	}
	for i, t := range []*table.Table{r.CountTable(), r.PenaltyTable(), r.AdvantageTable()} {
		if i > 0 {
			if _, err := fmt.Fprintln(out); err != nil {
				return err
			}
		}
		if err := t.Write(out, o.format); err != nil {
			return err
		}
	}
	return nil
}
