// Command beam is examples/backtest as Apache Beam pipelines, for tables that
// one machine does not hold: tables to failure lists, failure lists to
// penalties, and a grid of mechanisms over one read of the lists.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/stakesim/stakesim/examples/internal/cli"
	specfile "github.com/stakesim/stakesim/spec/file"
)

const usage = `Reduce tables of attestations to failure lists, and back-test mechanisms on these, on any Apache Beam runner.

usage: beam [command] [flags] [-- flags of Beam]

  beam                      everything on a small generated set
  beam reduce -h            tables to failure lists
  beam backtest -h          failure lists to penalties by group and mechanism
  beam sweep -h             a grid of mechanisms over the same lists
  beam jobserver -h         a Prism job server
  beam worker -h            a pool of workers for a job server

Exit status 2 is a wrong command line, 1 bad data or a failed job.
`

func main() {
	if isWorker(os.Args[1:]) { // a runner starts this program with Beam's own flags
		flag.Parse()
	}
	beam.Init()
	cli.Main("beam", run)
}

// commands by name.
var commands = map[string]func(o *options, ctx context.Context, out io.Writer) error{
	"":          (*options).demo,
	"reduce":    (*options).runReduce,
	"backtest":  (*options).runBacktest,
	"sweep":     (*options).runBacktest,
	"jobserver": (*options).serve,
	"worker":    (*options).work,
}

// run is the program; it reads nothing from its input. An interrupt cancels the
// job.
func run(args []string, _ io.Reader, out io.Writer) error {
	o, err := parse(args, out)
	if err != nil || o == nil {
		return err
	}
	quiet(o.verbose, errStream)
	ctx, stop := specfile.UntilSignal(context.Background())
	defer stop()
	return commands[o.command](o, ctx, out)
}

// runReduce is the command.
func (o *options) runReduce(ctx context.Context, out io.Writer) error {
	if o.explain {
		return o.explainReduce(ctx, out)
	}
	m, err := o.reduce(ctx)
	if err != nil {
		return err
	}
	return m.print(out, o.out)
}

// print says what a folder of output holds.
func (m *manifest) print(out io.Writer, dir string) error {
	var slots, rows int64
	lists := m.of(failureList)
	for _, f := range lists {
		slots, rows = slots+f.Slots, rows+f.Rows
	}
	_, err := fmt.Fprintf(out, "%s: %d failure lists, %d slots, %d failures\n", dir, len(lists), slots, rows)
	for _, f := range m.of(deadLetter) {
		_, err = fmt.Fprintf(out, "%s: %d dead letters\n", join(dir, f.Name), f.Rows)
	}
	return err
}
