package cli

import (
	"bytes"
	"errors"
	"flag"
	"io"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheStatusTellsUsageFromData(t *testing.T) {
	for _, c := range []struct {
		err    error
		status int
		text   string
	}{
		{nil, 0, ""},
		{Usagef("-n %d", 5), 2, "x: usage: -n 5 (x -h shows what there is)\n"},
		{io.ErrUnexpectedEOF, 1, "x: unexpected EOF\n"},
		{errors.New("\x1b[2J.csv:3: \u202e\x9b"), 1, "x: \\x1b[2J.csv:3: \\u202e\\x9b\n"},
		{errors.Join(io.EOF, errors.New("x: nothing is wrong")), 1, "x: EOF\n  x: nothing is wrong\n"},
		{Usagef("\r%s", "a"), 2, "x: usage: \\ra (x -h shows what there is)\n"},
	} {
		var b bytes.Buffer
		require.Equal(t, c.status, status(&b, "x", c.err))
		require.Equal(t, c.text, b.String())
	}
}

func TestParseTellsHelpFromAWrongCommandLine(t *testing.T) {
	for _, c := range []struct {
		args   []string
		helped bool
		err    error
		out    string
	}{
		{args: []string{"-n", "3"}},
		{args: []string{"-h"}, helped: true, out: "usage: x\n  -n int\n    \tnumber\n"},
		{args: []string{"-m"}, err: ErrUsage},
		{args: []string{"-n", "x"}, err: ErrUsage},
	} {
		flags := flag.NewFlagSet("x", flag.ContinueOnError)
		flags.Int("n", 0, "number")
		var out bytes.Buffer
		helped, err := Parse(flags, c.args, "usage: x\n", &out)
		require.Equal(t, c.helped, helped, c.args)
		require.ErrorIs(t, err, c.err, c.args)
		require.Equal(t, c.out, out.String(), c.args)
	}
}
