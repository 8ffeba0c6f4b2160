package main

import (
	"flag"
	"io"
	"runtime"
	"slices"

	"github.com/stakesim/stakesim/examples/internal/cli"
	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/backtest"
	"github.com/stakesim/stakesim/penalty/cofailure"
	"github.com/stakesim/stakesim/spec/table"
)

// parse reads the command line; no options mean that help was shown.
func parse(args []string, out io.Writer) (*options, error) {
	o := &options{progress: &progress{Line: cli.NewLine()}}
	flags := flag.NewFlagSet("backtest", flag.ContinueOnError)
	o.network.Add(flags, "as the failure list says, or mainnet")
	for i, name := range recordFlags {
		flags.StringVar(&o.record[i], name, "", "`FILE` of the record, lines slot<TAB>[id,id,...]")
	}
	flags.StringVar(&o.clusters, "clusters", "", "CSV `FILE` with a column of validators and one of labels")
	flags.StringVar(&o.labelling.Label, "column", "", "`NAME` of the column of labels (default the first beside the validators')")
	flags.StringVar(&o.labelling.ID, "id-column", "", "`NAME` of the column of validators (default validator_id)")
	flags.StringVar(&o.failures, "failures", "", "failure list in place of a record: a `FILE`, or a folder or pattern of several that are read as one")
	flags.BoolVar(&o.mapped, "map", false, "map a binary failure list instead of reading it: its pages then count as this program's memory")
	flags.StringVar(&o.xatu, "xatu", "", "`DIR` with canonical_beacon_*.parquet in place of a record")
	flags.StringVar(&o.convert, "convert", "", "write a failure list to `FILE` and stop")
	flags.StringVar(&o.groups, "groups", "post", "rows: post (by size of cluster), followup, labels (every label)")
	flags.IntVar(&o.top, "top", 20, "operators with a row of their own in -groups followup and labels")
	flags.StringVar(&o.deadline, "deadline", "longest", "longest or single-slot: when an attestation of the penalty table has failed")
	flags.BoolVar(&o.counted, "counted", false, "weigh every validator as 32 ETH")
	flags.BoolVar(&o.fake, "fake", true, "count fake clusters and redistributed failures, which reads the list twice more")
	flags.BoolVar(&o.asPublished, "as-published", false, "compute as the published script does, quirks included")
	cli.Uint64Var(flags, &o.multiplier, "multiplier", cofailure.PublishedBy, "with -as-published: `FACTOR` of the excess penalty; 32 was meant")
	flags.BoolVar(&o.lenient, "lenient", false, "leave bad input out and count it")
	flags.IntVar(&o.draws, "bootstrap", 1000, "draws of the confidence intervals, 0 for none")
	cli.Uint64Var(flags, &o.seed, "seed", 1, "`SEED` of the draws")
	flags.IntVar(&o.workers, "workers", min(runtime.NumCPU(), 8), "goroutines")
	format := flags.String("format", "text", "text, csv, json or markdown")
	flags.Func("mechanism", "`NAME` or NAME/PRESET, repeatable, or all (default one of each kind)", func(s string) error {
		if s == "all" {
			o.rules = append(o.rules, penalty.Rules()...)
			return nil
		}
		rule, err := penalty.RuleNamed(s)
		o.rules = append(o.rules, rule)
		return err
	})
	if helped, err := cli.Parse(flags, args, usage, out); helped || err != nil {
		return nil, err
	}
	var err error
	if o.format, err = table.ParseFormat(*format); err != nil {
		return nil, cli.Usagef("-format: %v", err)
	}
	return o, o.check(flags.Args())
}

// recordFlags name the files of a record.
var recordFlags = [...]string{"committees", "attesters", "immediate"}

func (o *options) check(args []string) error {
	sources := 0
	for _, given := range []bool{slices.ContainsFunc(o.record[:], func(s string) bool { return s != "" }), o.failures != "", o.xatu != ""} {
		if given {
			sources++
		}
	}
	switch {
	case len(args) > 0:
		return cli.Usagef("unexpected argument %q", args[0])
	case sources > 1:
		return cli.Usagef("-committees, -attesters and -immediate, -failures and -xatu exclude each other")
	case slices.Contains(o.record[:], "") && o.record != [3]string{}:
		return cli.Usagef("-committees, -attesters and -immediate belong together")
	case sources == 1 && o.clusters == "" && o.convert == "":
		return cli.Usagef("-clusters is needed to tell who belongs together")
	case sources == 0 && o.clusters != "":
		return cli.Usagef("-clusters belongs to a record")
	case o.asPublished && (o.failures != "" || o.xatu != ""):
		return cli.Usagef("-as-published needs the record itself: -committees, -attesters and -immediate")
	case o.asPublished && len(o.rules) > 0:
		return cli.Usagef("-as-published and -mechanism exclude each other")
	case o.multiplier != cofailure.PublishedBy && !o.asPublished, o.multiplier == 0, o.multiplier > 1<<32-1:
		return cli.Usagef("-multiplier is 1 to 2^32-1 and belongs to -as-published")
	case o.deadline != "longest" && o.deadline != "single-slot":
		return cli.Usagef("-deadline %q: not longest or single-slot", o.deadline)
	case o.draws < 0 || o.draws > 100_000 || o.workers < 1 || o.workers > 256 || o.top < 0:
		return cli.Usagef("-bootstrap 0 to 100000, -workers 1 to 256, -top not below 0")
	}
	if _, err := backtest.ParseGrouping(o.groups); err != nil {
		return cli.Usagef("-groups: %v", err)
	}
	return nil
}
