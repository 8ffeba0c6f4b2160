package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/stakesim/stakesim/examples/internal/cli"
	"github.com/stakesim/stakesim/penalty/backtest"
	"github.com/stakesim/stakesim/penalty/cofailure"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/dataset/xatu"
	"github.com/stakesim/stakesim/spec/table"
)

// options is the command line.
type options struct {
	command string

	runner, endpoint, pool    string
	explain, verbose, lenient bool

	tables, out, deadLetter string // reduce
	shards, window          int

	network cli.NetworkFlags
	timing  xatu.Timing // of the tables

	study              studyOf // backtest and sweep
	failures           string
	fake               bool
	draws              int
	seed               uint64
	formatName         string
	format             table.Format
	mechanisms         []string
	port               int // jobserver and worker
	progress           *progress
	errs               io.Writer
	validators, epochs int // the demonstration
}

var help = map[string]string{
	"reduce": `Reduce public tables of attestations to failure lists, which examples/backtest and beam backtest read.

usage: beam reduce -tables DIR -out DIR [flags] [-- flags of Beam]

  beam reduce -tables xatu -out lists -shards 7
  beam reduce -tables 'gs://bucket/xatu/**' -out gs://bucket/lists -runner dataflow -- \
      --project P --region R --staging_location gs://bucket/staging
  beam reduce -tables xatu -out lists -explain
`,
	"backtest": `Back-test mechanisms on failure lists.

usage: beam backtest -failures DIR -clusters FILE [flags] [-- flags of Beam]

  beam backtest -failures lists -clusters clusters.csv
  beam backtest -failures lists -clusters labels.csv -column client -groups labels -mechanism smoothed-2026/E2
  beam backtest -failures lists -clusters clusters.csv -runner universal -endpoint localhost:8073
`,
	"sweep": `Back-test a grid of mechanisms on failure lists, which are read once for the whole grid.

usage: beam sweep -failures DIR -clusters FILE -grid NAME/KEY=A|B,KEY=C|D [flags] [-- flags of Beam]

  beam sweep -failures lists -clusters clusters.csv -grid 'slot-relative/cap=2|4|8,window=16|32'
`,
	"jobserver": `Serve jobs with Prism, Beam's own runner, until interrupted.

usage: beam jobserver [flags]

  beam jobserver -port 8073
`,
	"worker": `Run workers for jobs that are submitted with -pool, until interrupted.

usage: beam worker [flags]

  beam jobserver -port 8073 &
  beam worker -port 8074 &
  beam reduce -tables xatu -out lists -runner universal -endpoint localhost:8073 -pool localhost:8074
`,
}

// parse reads the command line; no options mean that help was shown.
func parse(args []string, out io.Writer) (*options, error) {
	o := &options{progress: &progress{Line: cli.NewLine()}, errs: errStream}
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		o.command, args = args[0], args[1:]
	}
	if commands[o.command] == nil {
		return nil, cli.Usagef("no command %q", o.command)
	}
	flags := flag.NewFlagSet("beam", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	o.flags(flags)
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		text := usage
		if o.command != "" {
			text = help[o.command]
		}
		fmt.Fprint(out, text, "\nflags:\n")
		flags.SetOutput(out)
		flags.PrintDefaults()
		return nil, nil
	case err != nil:
		return nil, cli.Usagef("%v", err)
	}
	rest := flags.Args()
	if i := len(args) - len(rest); i > 0 && args[i-1] == "--" {
		flag.CommandLine.Init("beam", flag.ContinueOnError)
		flag.CommandLine.SetOutput(io.Discard)
		if err := flag.CommandLine.Parse(rest); err != nil {
			return nil, cli.Usagef("flags of Beam: %v", err)
		}
		rest = flag.Args()
	}
	if len(rest) > 0 {
		return nil, cli.Usagef("unexpected argument %q", rest[0])
	}
	return o, o.check()
}

// flags are those of the command.
func (o *options) flags(f *flag.FlagSet) {
	f.BoolVar(&o.verbose, "v", false, "show the log of Beam and its runner")
	switch o.command {
	case "jobserver":
		f.IntVar(&o.port, "port", 8073, "`PORT` to serve")
		return
	case "worker":
		f.IntVar(&o.port, "port", 8074, "`PORT` to serve")
		return
	}
	f.StringVar(&o.runner, "runner", "prism", "prism (embedded), universal (a job server: Flink, Spark, Prism) or dataflow")
	f.StringVar(&o.endpoint, "endpoint", "", "`HOST:PORT` of the job server of -runner universal")
	f.StringVar(&o.pool, "pool", "", "`HOST:PORT` of a pool started by beam worker; default: this process works")
	f.BoolVar(&o.lenient, "lenient", false, "leave bad input out, count it and keep it as dead letters")
	f.IntVar(&o.shards, "shards", 4, "`NUMBER` of failure lists, which bounds how many workers write or read at once")
	f.IntVar(&o.window, "window", 16, "`EPOCHS` that one worker joins at a time; memory grows with them")
	f.StringVar(&o.deadLetter, "dead-letter", "", "`FILE` for dead letters, besides the one in the output")
	f.StringVar(&o.out, "out", "", "`DIR` of the output: a folder, or gs:// or s3://")
	f.BoolVar(&o.explain, "explain", false, "print stages and estimated volumes, and stop")
	o.network.Add(f, map[bool]string{true: "as the lists say, or mainnet", false: "mainnet"}[o.command == "backtest" || o.command == "sweep"])
	switch o.command {
	case "reduce":
		f.StringVar(&o.tables, "tables", "", "`DIR` with canonical_beacon_*.parquet, or a glob of an object store")
		return
	case "":
		f.IntVar(&o.validators, "validators", 2000, "`NUMBER` in the generated set")
		f.IntVar(&o.epochs, "epochs", 40, "`NUMBER` in the generated set")
	default:
		f.StringVar(&o.failures, "failures", "", "`DIR` that beam reduce wrote, or one failure list")
		f.StringVar(&o.study.Clusters, "clusters", "", "CSV `FILE` with validator_id and a column of labels")
		f.StringVar(&o.study.Column, "column", "", "`NAME` of the column of labels (default the first beside the validators')")
		f.StringVar(&o.study.IDColumn, "id-column", "", "`NAME` of the column of validators (default validator_id)")
	}
	o.studyFlags(f)
}

func (o *options) studyFlags(f *flag.FlagSet) {
	f.StringVar(&o.study.Groups, "groups", "post", "rows: post (by size of cluster), followup, labels (every label)")
	f.IntVar(&o.study.Top, "top", 20, "operators with a row of their own in -groups followup and labels")
	f.StringVar(&o.study.Deadline, "deadline", "longest", "longest or single-slot: when an attestation of the penalty table has failed")
	f.BoolVar(&o.study.Counted, "counted", false, "weigh every validator as 32 ETH")
	f.BoolVar(&o.fake, "fake", o.command == "backtest", "count fake clusters and redistributed failures, which reads the lists twice more")
	f.IntVar(&o.draws, "bootstrap", 1000, "draws of the confidence intervals, 0 for none")
	cli.Uint64Var(f, &o.seed, "seed", 1, "`SEED` of the draws")
	f.StringVar(&o.formatName, "format", "text", "text, csv, json or markdown")
	add := func(s string) error {
		names, err := expand(s)
		o.mechanisms = append(o.mechanisms, names...)
		return err
	}
	if o.command == "sweep" {
		f.Func("grid", "`NAME/KEY=A|B,KEY=C|D`, repeatable: every combination", add)
	} else {
		f.Func("mechanism", "`NAME` or NAME/PRESET, repeatable, or all (default one of each kind)", add)
	}
}

// check refuses what does not go together.
func (o *options) check() (err error) {
	if o.command == "jobserver" || o.command == "worker" {
		if o.port < 1 || o.port > 1<<16-1 {
			return cli.Usagef("-port 1 to 65535")
		}
		return nil
	}
	switch {
	case !slices.Contains([]string{"prism", "universal", "dataflow"}, o.runner):
		return cli.Usagef("-runner %q: not prism, universal or dataflow", o.runner)
	case (o.runner == "universal") != (o.endpoint != ""):
		return cli.Usagef("-runner universal and -endpoint belong together")
	case o.pool != "" && o.runner != "universal":
		return cli.Usagef("-pool belongs to -runner universal")
	case o.shards < 1 || o.shards > 1<<16:
		return cli.Usagef("-shards 1 to 65536")
	case o.window < 1 || o.window > 1<<16:
		return cli.Usagef("-window 1 to 65536 epochs")
	case o.command == "reduce" && (o.tables == "" || o.out == ""):
		return cli.Usagef("-tables and -out are needed")
	case o.command == "":
		if o.validators < 64 || o.validators > 1<<20 || o.epochs < 2 || o.epochs > 1<<16 {
			return cli.Usagef("-validators 64 to 1048576, -epochs 2 to 65536")
		}
	}
	if err := o.checkNetwork(); err != nil || o.command == "reduce" {
		return err
	}
	return o.checkStudy()
}

// checkNetwork resolves what the network decides.
func (o *options) checkNetwork() error {
	network, err := o.network.Or(spec.Mainnet.String())
	if err != nil {
		return err
	}
	o.timing, err = xatu.TimingOf(network)
	return err
}

func (o *options) checkStudy() (err error) {
	if o.format, err = table.ParseFormat(o.formatName); err != nil {
		return cli.Usagef("-format: %v", err)
	}
	if _, err := backtest.ParseGrouping(o.study.Groups); err != nil {
		return cli.Usagef("-groups: %v", err)
	}
	switch {
	case o.command != "" && (o.failures == "" || o.study.Clusters == ""):
		return cli.Usagef("-failures and -clusters are needed")
	case o.command == "sweep" && len(o.mechanisms) == 0:
		return cli.Usagef("-grid is needed")
	case o.study.Deadline != cofailure.Longest.String() && o.study.Deadline != cofailure.SingleSlot.String():
		return cli.Usagef("-deadline %q: not longest or single-slot", o.study.Deadline)
	case o.draws < 0 || o.draws > backtest.MaxDraws || o.study.Top < 0:
		return cli.Usagef("-bootstrap 0 to %d, -top not below 0", backtest.MaxDraws)
	}
	o.study.Lenient = o.lenient
	o.study.Rules, err = ruleNames(o.mechanisms)
	return err
}
