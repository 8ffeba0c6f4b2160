// Command whatif runs a scenario of failures under several penalty mechanisms at
// once and shows what each costs whom: as tables, and as a page with charts.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"runtime"
	"strings"

	"github.com/stakesim/stakesim/examples/internal/cli"
	"github.com/stakesim/stakesim/penalty/scenario"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/table"
)

// usage is the help, in which the limits are those of the code.
var usage = fmt.Sprintf(help, maxFile>>20, scenario.MaxRuns, scenario.MaxEpochs, scenario.MaxValidators, scenario.MaxMachines,
	scenario.MaxMechanisms, scenario.MaxEntries, maxVariants, maxAxes, maxValues, scenario.MaxPointsOfSweep, float64(maxWork), maxRead>>20)

const help = `Run a scenario under several penalty mechanisms and show what each costs whom.

usage: whatif [flags]

  whatif                                     the published cost table, recomputed
  whatif -list                               what scenarios there are
  whatif -scenario cloud-10pct-24h -html cloud.html
  whatif -scenario cloud-10pct-24h -set outages.0.share=0.2 -set runs=4
  whatif -scenario mine.yaml -format json -seed 7
  whatif -scenario cloud-10pct-24h -print    its YAML, to start from

limits, beyond which a scenario is refused before anything runs: a file of %d MiB, %d
runs, %d epochs of duration and as many of warm-up, %d validators
on %d machines, %d mechanisms, %d entries of misses, faults and outages
each, %d variants, a sweep of %d axes of %d values, %d points in all,
%.3g validator-epochs over all points and runs, and points times the file's size of %d MiB.

flags:
`

func main() { cli.Main("whatif", run) }

// options is the command line.
type options struct {
	scenario    string
	set         []string
	seed        uint64
	seedGiven   bool
	workers     int
	html        string
	list, print bool
	format      table.Format
	command     string
}

func run(args []string, in io.Reader, out io.Writer) error {
	o, err := parse(args, out)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	switch {
	case o.list:
		return writeList(out, o.format)
	case o.print:
		return printScenario(out, o.scenario, in)
	}
	rep, err := prepare(&o, in)
	if err != nil {
		return err
	}
	page, err := openPage(o.html) // an unwritable report is an error before anything runs
	if err != nil {
		return err
	}
	defer page.abandon()
	line := cli.NewLine()
	r, err := rep(progressOn(line))
	line.Done()
	if err != nil {
		return err
	}
	r.Command = o.command
	if err := page.write(r); err != nil {
		return err
	}
	return r.write(out, o.format)
}

func parse(args []string, out io.Writer) (options, error) {
	var o options
	flags := flag.NewFlagSet("whatif", flag.ContinueOnError)
	flags.StringVar(&o.scenario, "scenario", "headline", "built-in `NAME` or FILE.yaml; - reads standard input")
	flags.Func("set", "`key=value` of the scenario, repeatable, such as outages.0.share=0.2", func(s string) error {
		o.set = append(o.set, s)
		return nil
	})
	cli.Uint64Var(flags, &o.seed, "seed", 1, "`SEED` of the random numbers")
	flags.IntVar(&o.workers, "workers", runtime.GOMAXPROCS(0), "goroutines; the result does not depend on it")
	flags.StringVar(&o.html, "html", "", "write a self-contained page to this `file`")
	flags.BoolVar(&o.list, "list", false, "list the built-in scenarios")
	flags.BoolVar(&o.print, "print", false, "print the scenario's YAML")
	var network cli.NetworkFlags
	network.Add(flags, "mainnet; one with other constants is refused")
	format := flags.String("format", "text", "text, csv, json or markdown")
	if helped, err := cli.Parse(flags, args, usage, out); helped {
		return o, flag.ErrHelp
	} else if err != nil {
		return o, err
	}
	if flags.NArg() > 0 {
		return o, cli.Usagef("unexpected argument %q", flags.Arg(0))
	}
	if err := checkNetwork(&network); err != nil {
		return o, err
	}
	if o.workers < 1 || o.workers > 1024 {
		return o, cli.Usagef("-workers %d: not between 1 and 1024", o.workers)
	}
	flags.Visit(func(f *flag.Flag) { o.seedGiven = o.seedGiven || f.Name == "seed" })
	f, err := table.ParseFormat(*format)
	if err != nil {
		return o, cli.Usagef("-format: %v", err)
	}
	o.format = f
	o.command = "go run ./examples/whatif " + strings.Join(quoted(args), " ")
	return o, nil
}

// checkNetwork refuses a network whose constants the scenarios do not have.
func checkNetwork(flags *cli.NetworkFlags) error {
	network, err := flags.Or(spec.Mainnet.String())
	if err != nil {
		return err
	}
	p, err := network.Params(spec.Electra)
	if err != nil {
		return err
	}
	return scenario.CheckParams(&p)
}
