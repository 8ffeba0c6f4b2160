// Package cli is what the programs share of a command line: exit status 2 for a
// wrong one, 1 for bad data, errors on standard error.
package cli

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/stakesim/stakesim/spec/file"
	"github.com/stakesim/stakesim/spec/table"
)

// ErrUsage marks a wrong command line.
var ErrUsage = errors.New("usage")

// Usagef returns an error that wraps [ErrUsage].
func Usagef(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrUsage, fmt.Sprintf(format, args...))
}

// Parse parses the flags of a program. Asked for help, it writes the usage and all
// flags, and says so. What cannot be parsed wraps [ErrUsage].
func Parse(flags *flag.FlagSet, args []string, usage string, out io.Writer) (helped bool, err error) {
	flags.SetOutput(io.Discard)
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		_, err := fmt.Fprint(out, usage)
		flags.SetOutput(out)
		flags.PrintDefaults()
		return true, err
	case err != nil:
		return false, Usagef("%v", err)
	}
	return false, nil
}

// Main runs a program and exits. A signal removes the files that are half written.
func Main(name string, run func(args []string, in io.Reader, out io.Writer) error) {
	file.EndOnSignal()
	os.Exit(status(os.Stderr, name, run(os.Args[1:], os.Stdin, os.Stdout)))
}

// status prints an error as it can be shown: names of files and what they hold give
// a terminal no commands, and no line of the message looks like one of its own.
func status(stderr io.Writer, name string, err error) int {
	if err == nil {
		return 0
	}
	text := strings.ReplaceAll(table.Escape(err.Error()), "\n", "\n  ")
	if errors.Is(err, ErrUsage) {
		fmt.Fprintf(stderr, "%s: %s (%s -h shows what there is)\n", name, text, name)
		return 2
	}
	fmt.Fprintf(stderr, "%s: %s\n", name, text)
	return 1
}
