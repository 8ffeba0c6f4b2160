package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/stakesim/stakesim/spec/dataset/xatu/sample"
)

// demo runs the whole chain on drawn tables: reduce, backtest, sweep.
func (o *options) demo(ctx context.Context, out io.Writer) error {
	dir, err := os.MkdirTemp("", "beam-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	o.tables, o.study.Clusters = filepath.Join(dir, "tables"), filepath.Join(dir, "clusters.csv")
	period := sample.Period{Seed: o.seed, Validators: o.validators, From: o.timing.Deneb + 1000, Epochs: o.epochs, BalanceEvery: 8}
	if err := period.Write(o.tables); err != nil {
		return err
	}
	if err := period.Labels(o.study.Clusters); err != nil {
		return err
	}
	fmt.Fprintf(out, "Drawn: %d epochs of %d validators, seed %d. They show nothing about the chain.\n\n", o.epochs, o.validators, o.seed)
	if o.explain {
		return o.explainReduce(ctx, out)
	}
	keep := o.out
	if o.failures = keep; keep == "" {
		o.failures = filepath.Join(dir, "lists")
	}
	o.out = o.failures
	m, err := o.reduce(ctx)
	if err != nil {
		return err
	}
	name := "lists"
	if keep != "" {
		name = keep
	}
	if err := m.print(out, name); err != nil {
		return err
	}
	fmt.Fprintln(out)
	o.out = ""
	return o.runBacktest(ctx, out)
}
