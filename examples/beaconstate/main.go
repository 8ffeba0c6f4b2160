// Command beaconstate runs epochs of the accounting on a real beacon state under
// penalty mechanisms and prints what each costs whom.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/spec/table"
)

const usage = `Run epochs on a beacon state under a penalty mechanism and print what it costs, by balance.

usage: beaconstate [flags] [STATE.ssz | STATE.ssz.gz | STATE.ssz_snappy]

  beaconstate -offline 10%                             a small state built here
  beaconstate -epochs 225 -offline 0.05 sepolia-genesis.ssz.gz
  beaconstate -mechanism smoothed-2026/E1 -compare net-excess-2024 state.ssz
  beaconstate -offline offline.csv -out post.ssz state.ssz_snappy
  beaconstate -finality-delay 8 -offline 40% -epochs 50 -format json

Fork (altair to eip7716) and preset are detected; a phase0 state is upgraded to
altair. -offline takes a share, drawn once with -seed and offline through all
epochs while everybody else attests in time, or a file with the header
"validator" and an index on each line. Without it the participation of the state's previous
epoch holds in every epoch.

Between epochs only the columns of the accounting move: balances, inactivity
scores, effective balances and the mechanism's memory. There is no justification,
no registry update, no queue, no new slashing. Slot and epoch advance; the finalized
epoch stays -finality-delay epochs behind the current one (a leak begins at 6). The
state's mixes give the committees of its previous, current and next epoch; later
ones are drawn with -seed. A state in epoch 0, which pays nothing, starts in epoch 1.
-out has these columns, the slot after the last epoch and the finalized epoch
changed, nothing else.

flags:
`

func main() {
	err := run(os.Args[1:], os.Stdin, os.Stdout)
	switch {
	case err == nil:
	case errors.Is(err, errUsage):
		fmt.Fprintln(os.Stderr, "beaconstate:", err, "(beaconstate -h shows what there is)")
		os.Exit(2)
	default:
		fmt.Fprintln(os.Stderr, "beaconstate:", err)
		os.Exit(1)
	}
}

// errUsage marks a wrong command line.
var errUsage = errors.New("usage")

func badUsage(format string, args ...any) error {
	return fmt.Errorf("%w: %s", errUsage, fmt.Sprintf(format, args...))
}

func run(args []string, _ io.Reader, out io.Writer) error {
	o, err := parse(args, out)
	if o == nil || err != nil {
		return err
	}
	source, err := open(o)
	if err != nil {
		return err
	}
	result, err := simulate(source, o)
	if err != nil {
		return fmt.Errorf("%s: %w", source.name, err)
	}
	t, err := result.table()
	if err != nil {
		return err
	}
	if o.out != "" {
		if err := result.save(o.out); err != nil {
			return err
		}
	}
	return t.Write(out, o.format)
}

// options are the command line.
type options struct {
	file         string // empty: build a state
	fork, preset string // empty: detect
	rules        []penalty.Rule
	epochs       uint64
	offline      string
	calm         share
	calmGiven    bool
	delay        uint64
	seed         uint64
	out          string
	format       table.Format
}

// maxEpochs bounds a run: more than a year.
const maxEpochs = 100_000

// parse returns nil where help was asked for.
func parse(args []string, out io.Writer) (*options, error) {
	o := &options{calm: 0.003}
	flags := flag.NewFlagSet("beaconstate", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&o.fork, "fork", "", "fork of the `STATE`, phase0 to eip7716 (default: detected; built: electra)")
	flags.StringVar(&o.preset, "preset", "", "mainnet or minimal (default: detected; built: mainnet)")
	mechanism := flags.String("mechanism", "smoothed-2026", "`NAME` or NAME/PRESET of the mechanism")
	compare := flags.String("compare", "", "`NAME` of a second mechanism to show beside it")
	flags.Uint64Var(&o.epochs, "epochs", 1, "epochs to run")
	flags.StringVar(&o.offline, "offline", "", "`SHARE` such as 0.1 or 10%, or a file of validators")
	flags.Var(&o.calm, "calm", "offline `SHARE` of the time before, on which a mechanism's memory has settled; an eip7716 state has its own average")
	flags.Uint64Var(&o.delay, "finality-delay", 2, "epochs from the finalized to the current epoch")
	flags.Uint64Var(&o.seed, "seed", 1, "seed of everything drawn")
	flags.StringVar(&o.out, "out", "", "write the state after the epochs to `FILE`, raw SSZ, by rename")
	format := flags.String("format", "text", "text, csv, json or markdown")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		fmt.Fprint(out, usage)
		flags.SetOutput(out)
		flags.PrintDefaults()
		return nil, nil
	} else if err != nil {
		return nil, badUsage("%v", err)
	}
	flags.Visit(func(f *flag.Flag) { o.calmGiven = o.calmGiven || f.Name == "calm" })
	if flags.NArg() > 1 {
		return nil, badUsage("unexpected argument %q", flags.Arg(1))
	}
	o.file = flags.Arg(0)
	var err error
	if o.format, err = table.ParseFormat(*format); err != nil {
		return nil, badUsage("-format: %v", err)
	}
	return o, o.check(*mechanism, *compare)
}
