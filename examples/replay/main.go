// Command replay runs a real incident through every penalty mechanism and
// prints one table: what would this rule have done, and to whom?
package main

import (
	"flag"
	"io"

	"github.com/stakesim/stakesim/examples/internal/cli"
	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/file"
	"github.com/stakesim/stakesim/spec/table"
)

const usage = `Replay an incident under every penalty mechanism and print what each would have cost.

usage: replay [flags]

  replay                                     the incident of 2025-12-04
  replay -incident besu-2024-01              the incident of 2024-01-06
  replay -mechanism smoothed-2026/E2 -mechanism net-excess-2024
  replay -csv mine.csv -total-active-gwei 36000000000000000 -seed-gwei 3500000000000
  replay -csv gnosis.csv -network gnosis -total-active-gwei 9000000000000000 -seed-gwei 5000000000000
  replay -format json

A file has a header and a row for each epoch or slot, without gaps:
epoch,offline_gwei (spread evenly over the epoch's slots) or slot,offline_gwei.

flags:
`

func main() { cli.Main("replay", run) }

func run(args []string, in io.Reader, out io.Writer) error {
	flags := flag.NewFlagSet("replay", flag.ContinueOnError)
	name := flags.String("incident", defaultIncident, "embedded incident: "+knownNames())
	path := flags.String("csv", "", "series of your own; - reads standard input")
	var total, seed uint64
	cli.Uint64Var(flags, &total, "total-active-gwei", 0, "total active balance in `Gwei`, with -csv")
	cli.Uint64Var(flags, &seed, "seed-gwei", 0, "offline balance of a slot before the series in `Gwei`, with -csv")
	var network cli.NetworkFlags
	network.Add(flags, "mainnet, of which the embedded incidents are")
	format := flags.String("format", "text", "text, csv, json or markdown")
	var rules []penalty.Rule
	flags.Func("mechanism", "`NAME` or NAME/PRESET, repeatable (default every one that a series can tell apart)", func(s string) error {
		rule, err := penalty.RuleNamed(s)
		rules = append(rules, rule)
		return err
	})
	if helped, err := cli.Parse(flags, args, usage, out); helped || err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return cli.Usagef("unexpected argument %q", flags.Arg(0))
	}
	f, err := table.ParseFormat(*format)
	if err != nil {
		return cli.Usagef("-format: %v", err)
	}
	given := map[string]bool{}
	flags.Visit(func(f *flag.Flag) { given[f.Name] = true })
	stated, err := network.Or(spec.Mainnet.String())
	if err != nil {
		return err
	}
	params, err := stated.Params(spec.Electra)
	if err != nil {
		return err
	}
	inc, err := load(given, incident{name: *path, params: params, total: spec.Gwei(total), seed: spec.Gwei(seed)}, *name, in)
	if err != nil {
		return err
	}
	if rules == nil {
		rules = distinct()
	}
	t, err := tabulate(&inc, rules)
	if err != nil {
		return err
	}
	return write(out, &inc, t, f)
}

// distinct are the rules that a plain series of offline balances can tell
// apart: the other readings of slot-relative penalties ask who failed before, or
// which blocks are missing.
func distinct() (rules []penalty.Rule) {
	blind := map[string]bool{"counted": true, "offline": true, "misses": true, "fumbles": true, "skip-missing-blocks": true}
	for _, r := range penalty.Rules() {
		if !blind[r.Preset] {
			rules = append(rules, r)
		}
	}
	return rules
}

func load(given map[string]bool, own incident, name string, in io.Reader) (incident, error) {
	if !given["csv"] {
		if given["total-active-gwei"] || given["seed-gwei"] {
			return incident{}, cli.Usagef("-total-active-gwei and -seed-gwei belong to -csv")
		}
		if given["config"] || own.params.Network != spec.Mainnet.String() {
			return incident{}, cli.Usagef("the embedded incidents are of mainnet: -network and -config belong to -csv")
		}
		if _, ok := known[name]; !ok {
			return incident{}, cli.Usagef("-incident %q: %v (one of %s)", name, spec.ErrUnknown, knownNames())
		}
		return embedded(name)
	}
	switch {
	case given["incident"]:
		return incident{}, cli.Usagef("-csv and -incident exclude each other")
	case !given["total-active-gwei"] || !given["seed-gwei"]:
		return incident{}, cli.Usagef("-csv needs -total-active-gwei and -seed-gwei")
	case own.total < validator || own.total > 1<<57:
		return incident{}, cli.Usagef("-total-active-gwei %d: not between 32 ETH and 2^57 Gwei", own.total)
	case own.seed > own.total/spec.Gwei(own.params.SlotsPerEpoch):
		return incident{}, cli.Usagef("-seed-gwei %d: more than is active in one slot", own.seed)
	}
	series, err := file.Argument(own.name, in)
	if err != nil {
		return incident{}, err
	}
	return readIncident(series, own)
}
