package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/examples/internal/cli"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/budget"
	"github.com/stakesim/stakesim/spec/file"
)

// over are the arguments of a series of a small network.
func over(series string) []string {
	return []string{"-csv", series, "-total-active-gwei", "32e15", "-seed-gwei", "0", "-mechanism", "status-quo", "-format", "csv"}
}

func TestASeriesThatIsNoneEndsInTimeWithAnErrorThatSaysWhere(t *testing.T) {
	const header = "epoch,offline_gwei\n"
	dir := t.TempDir()
	for name, b := range map[string][]byte{
		"one-line.gz":    budget.Zipped(t, "", "1", 64<<20),
		"zeros.gz":       budget.Zipped(t, "", "\x00", 64<<20),
		"one-field.gz":   budget.Zipped(t, header+"1,", "0", 64<<20),
		"open-quote.gz":  budget.Zipped(t, header+"1,\"", "0\n", 16<<20),
		"empty-lines.gz": budget.Zipped(t, header, "\n", 64<<20),
		"fields.gz":      budget.Zipped(t, header, "1,", 16<<20),
		"same-row.gz":    budget.Zipped(t, header, "1,0\n", 4<<20),
	} {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, b, 0o644))
		budget.Run(t, budget.Limit{}, func() {
			err := run(over(path), nil, io.Discard)
			require.ErrorIs(t, err, spec.ErrInput, name)
			require.ErrorContains(t, err, path+":", name)
			require.Less(t, len(err.Error()), 1000)
		})
	}
	budget.Run(t, budget.Limit{}, func() {
		err := run(over("/dev/zero"), nil, io.Discard)
		require.ErrorContains(t, err, "/dev/zero: invalid input: wrong format")
		require.NotErrorIs(t, err, cli.ErrUsage)
	})
}

func TestMarksCompressionAndLargeNumbersChangeNothing(t *testing.T) {
	const text = "epoch,offline_gwei\n7,40700000\n8,36000000000000\n"
	var want bytes.Buffer
	require.NoError(t, run(over("-"), strings.NewReader(text), &want))
	for name, b := range map[string][]byte{
		"a mark":                 []byte("\ufeff" + text),
		"gzip":                   budget.Zipped(t, text, "", 0),
		"a mark in gzip":         budget.Zipped(t, "\ufeff"+text, "", 0),
		"line ends of Windows":   []byte(strings.ReplaceAll(text, "\n", "\r\n")),
		"numbers with exponents": []byte("epoch,offline_gwei\n7.0,4.07e7\n0.8e1,36E+12\n"),
		"blanks":                 []byte("epoch, offline_gwei\n7, 40700000\n8 ,36000000000000\n\n"),
		"quotes":                 []byte("\"epoch\",\"offline_gwei\"\n\"7\",\"40700000\"\n\"8\",\"36000000000000\"\n"),
	} {
		var got bytes.Buffer
		require.NoError(t, run(over("-"), bytes.NewReader(b), &got), name)
		require.Equal(t, want.String(), got.String(), name)
	}
}

func FuzzSeries(f *testing.F) {
	for _, s := range []string{
		"epoch,offline_gwei\n7,320000000000000\n", "slot,offline_gwei\n1,0\n2,1e3\n", "\ufeffslot,offline_gwei\r\n5,0\r\n",
		"epoch,offline_gwei\n1,0\n1,0\n", "slot,offline_gwei\n18446744073709551615,0\n", "epoch,offline_gwei\n\"1", "\x1f\x8b\x08", "PK\x03\x04",
	} {
		f.Add([]byte(s))
	}
	const total = 32_000_000_000_000_000
	f.Fuzz(func(t *testing.T, b []byte) {
		budget.Run(t, budget.Limit{}, func() {
			inc, err := readIncident(file.Once("f", bytes.NewReader(b)), incident{params: mainnet(), total: total})
			if err != nil {
				require.ErrorIs(t, err, spec.ErrInput)
				require.ErrorContains(t, err, "f:")
				return
			}
			require.NotEmpty(t, inc.offline)
			for _, g := range inc.offline {
				require.LessOrEqual(t, g, spec.Gwei(total/32))
			}
			require.Len(t, inc.online(), inc.epochs())
		})
	})
}
