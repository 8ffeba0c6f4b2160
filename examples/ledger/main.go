// Command ledger runs a script of operations against a delegation ledger and
// prints receipts, balances and invariants as tables.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"

	"github.com/stakesim/stakesim/examples/internal/cli"
	"github.com/stakesim/stakesim/spec/table"
)

const usage = `Run a script of operations against a delegation ledger.

usage: ledger [flags] [script]

  ledger seed                       a built-in script: Alice, Bob, Carol and David
  ledger -list                      the built-in scripts
  ledger r1-evasion                 a regression, with its figures checked
  ledger -print saturation          the YAML of a script, to start from
  ledger -format markdown mine.yaml
  ledger -format json - < mine.json

A script is YAML or JSON, also compressed by gzip; "-" reads it from the standard
input. It has at most 4 MiB and 524,288 of the characters that set its items apart
(- : , ? [ { # and the end of a line): some 40,000 accounts with an operation each.
The invariants of the ledger are checked after every operation; in a script of
thousands at intervals, which the title of their table tells.

flags:
`

func main() { cli.Main("ledger", run) }

func run(args []string, in io.Reader, out io.Writer) error {
	flags := flag.NewFlagSet("ledger", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	list := flags.Bool("list", false, "list the built-in scripts")
	show := flags.Bool("print", false, "print the script instead of running it")
	name := flags.String("format", "text", "text, json, csv or markdown")
	err := flags.Parse(args)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprint(out, usage)
		flags.SetOutput(out)
		flags.PrintDefaults()
		return nil
	}
	if err != nil {
		return fmt.Errorf("%w: %w", cli.ErrUsage, err)
	}
	format, err := table.ParseFormat(*name)
	if err != nil {
		return fmt.Errorf("%w: %w", cli.ErrUsage, err)
	}
	if *list {
		return writeList(out, format)
	}
	if flags.NArg() != 1 {
		return fmt.Errorf("%w: one script, not %d", cli.ErrUsage, flags.NArg())
	}
	text, from, err := load(flags.Arg(0), in)
	if err != nil {
		return err
	}
	if *show {
		_, err = io.WriteString(out, table.Escape(string(text)))
		return err
	}
	s, err := parse(from, text)
	if err != nil {
		return err
	}
	r, err := s.run()
	if err != nil {
		return err
	}
	return r.write(out, format)
}
