package main

import (
	"flag"
	"io"
	"strings"

	"github.com/stakesim/stakesim/examples/internal/cli"
	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/file"
	"github.com/stakesim/stakesim/spec/table"
)

// options are the command line.
type options struct {
	stdin     io.Reader
	file      string        // empty: build a state
	fork      string        // empty: detect
	network   *spec.Network // nil: detect
	rules     []penalty.Rule
	epochs    uint64
	offline   string
	calm      share
	calmGiven bool
	delay     uint64
	seed      uint64
	out       string
	format    table.Format
}

// maxEpochs bounds a run: more than a year.
const maxEpochs = 100_000

// parse returns nil where help was asked for.
func parse(args []string, out io.Writer) (*options, error) {
	o := &options{calm: 0.003}
	flags := flag.NewFlagSet("beaconstate", flag.ContinueOnError)
	flags.StringVar(&o.fork, "fork", "", "fork of the `STATE`, phase0 to eip7716 (default: detected; built: electra)")
	var network cli.NetworkFlags
	network.Add(flags, "recognised; built: mainnet")
	preset := flags.String("preset", "", "mainnet or minimal: the same as -network with that name")
	mechanism := flags.String("mechanism", "smoothed-2026", "`NAME` or NAME/PRESET of the mechanism")
	compare := flags.String("compare", "", "`NAME` of a second mechanism to show beside it")
	cli.Uint64Var(flags, &o.epochs, "epochs", 1, "`EPOCHS` to run")
	flags.StringVar(&o.offline, "offline", "", "`SHARE` such as 0.1 or 10%, or a file of validators")
	flags.Var(&o.calm, "calm", "offline `SHARE` of the time before, on which a mechanism's memory has settled; an eip7716 state has its own average")
	cli.Uint64Var(flags, &o.delay, "finality-delay", 2, "`EPOCHS` from the finalized to the current epoch")
	cli.Uint64Var(flags, &o.seed, "seed", 1, "`SEED` of everything drawn")
	flags.StringVar(&o.out, "out", "", "write the state after the epochs to `FILE`, raw SSZ, whole or not at all")
	format := flags.String("format", "text", "text, csv, json or markdown")
	if helped, err := cli.Parse(flags, args, usage, out); helped || err != nil {
		return nil, err
	}
	flags.Visit(func(f *flag.Flag) { o.calmGiven = o.calmGiven || f.Name == "calm" })
	if flags.NArg() > 1 {
		return nil, cli.Usagef("unexpected argument %q", flags.Arg(1))
	}
	o.file = flags.Arg(0)
	var err error
	if o.format, err = table.ParseFormat(*format); err != nil {
		return nil, cli.Usagef("-format: %v", err)
	}
	if err := o.check(*mechanism, *compare); err != nil {
		return nil, err
	}
	if o.network, err = network.Network(); err != nil || *preset == "" {
		return o, err
	}
	return o, o.presetOnly(*preset)
}

// presetOnly sets the network of a preset.
func (o *options) presetOnly(name string) error {
	if o.network != nil {
		return cli.Usagef("-preset and -network, or -config, exclude each other")
	}
	preset, err := spec.ParsePreset(name)
	if err != nil {
		return cli.Usagef("-preset: %v", err)
	}
	o.network, err = spec.NetworkNamed(preset.String())
	return err
}

// check resolves names and refuses what no run can mean.
func (o *options) check(mechanism, compare string) error {
	names := []struct{ flag, name string }{{"-mechanism", mechanism}, {"-compare", compare}}
	if compare == "" {
		names = names[:1]
	}
	for _, n := range names {
		rule, err := penalty.RuleNamed(n.name)
		if err != nil {
			return cli.Usagef("%s: %v", n.flag, err)
		}
		o.rules = append(o.rules, rule)
	}
	if len(o.rules) == 2 && o.rules[0].FullName() == o.rules[1].FullName() {
		return cli.Usagef("-compare: %s with itself", compare)
	}
	if o.fork != "" && o.fork != phase0Name {
		if _, err := spec.ParseFork(o.fork); err != nil {
			return cli.Usagef("-fork: %v", err)
		}
	}
	switch {
	case o.epochs == 0 || o.epochs > maxEpochs:
		return cli.Usagef("-epochs %d: not 1 to %d", o.epochs, maxEpochs)
	case o.delay == 0:
		return cli.Usagef("-finality-delay 0: the current epoch is never final")
	case o.file == file.Stdin && o.offline == file.Stdin:
		return cli.Usagef("-offline -: the standard input is the state")
	case o.file == "" && o.fork == phase0Name:
		return cli.Usagef("-fork phase0: there is no state to upgrade")
	case strings.HasSuffix(o.out, ".gz") || strings.HasSuffix(o.out, "_snappy"):
		return cli.Usagef("-out %s: it writes raw SSZ", o.out)
	}
	return nil
}

// phase0Name is the fork before those that package spec knows.
const phase0Name = "phase0"
