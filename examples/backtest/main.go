// Command backtest replays records of attestations: do validators of one
// operator fail together, and what would each penalty mechanism have cost whom?
package main

import (
	"io"

	"github.com/stakesim/stakesim/examples/internal/cli"
)

const usage = `Count co-failures in a record of attestations and what every penalty mechanism would have cost each group.

usage: backtest [flags]

  backtest                                  a small synthetic record
  backtest -as-published                    the same, as the script of 2024 computes
  backtest -committees committees.txt -attesters attesters.txt \
           -immediate immediate_attesters.txt -clusters clusters.csv
  backtest ... -convert year.failures       write the record as a failure list
  backtest -failures year.failures -clusters clusters.csv -mechanism smoothed-2026/E2
  backtest -xatu DIR -clusters labels.csv -column client -groups labels
  backtest -xatu DIR -network holesky -clusters labels.csv
  backtest -format json

Text files may be gzip. Failure lists are binary or Parquet; -convert writes
Parquet to a name that ends with .parquet. All figures of penalties are in Gwei.

flags:
`

func main() { cli.Main("backtest", run) }

// run is the program; it reads nothing from its input.
func run(args []string, _ io.Reader, out io.Writer) error {
	o, err := parse(args, out)
	if err != nil || o == nil {
		return err
	}
	defer o.progress.Done()
	if err := o.open(); err != nil {
		return err
	}
	switch {
	case o.convert != "":
		return o.writeList(out)
	case o.asPublished:
		return o.published(out)
	}
	return o.backtest(out)
}
