package cli

import (
	"bytes"
	"flag"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNumbersOfACommandLineAreExactHoweverTheyAreWritten(t *testing.T) {
	for text, want := range map[string]uint64{
		"7": 7, "36e15": 36_000_000_000_000_000, "4.07E+7": 40_700_000, "1.5e1": 15, "9007199254740993.0": 9_007_199_254_740_993,
		"18446744073709551615": 1<<64 - 1, "0x10": 16, "1_000": 1000, "010": 10,
	} {
		var n uint64
		flags := flag.NewFlagSet("x", flag.ContinueOnError)
		Uint64Var(flags, &n, "n", 5, "`NUMBER` of things")
		require.Equal(t, uint64(5), n)
		_, err := Parse(flags, []string{"-n", text}, "", nil)
		require.NoError(t, err, text)
		require.Equal(t, want, n, text)
	}
	for _, text := range []string{"", "x", "-5", "1e-1", "1.5", "1e20", "18446744073709551616"} {
		var n uint64
		flags := flag.NewFlagSet("x", flag.ContinueOnError)
		Uint64Var(flags, &n, "n", 5, "`NUMBER` of things")
		_, err := Parse(flags, []string{"-n", text}, "", nil)
		require.ErrorIs(t, err, ErrUsage, text)
		require.Equal(t, uint64(5), n, text)
	}
}

func TestHelpShowsTheNumberThatIsUsualUnlessItIsZero(t *testing.T) {
	var n, m uint64
	flags := flag.NewFlagSet("x", flag.ContinueOnError)
	Uint64Var(flags, &n, "n", 5, "`NUMBER` of things")
	Uint64Var(flags, &m, "m", 0, "`NUMBER` of others")
	var out bytes.Buffer
	_, err := Parse(flags, []string{"-h"}, "", &out)
	require.NoError(t, err)
	require.Equal(t, "  -m NUMBER\n    \tNUMBER of others\n  -n NUMBER\n    \tNUMBER of things (default 5)\n", out.String())
}
