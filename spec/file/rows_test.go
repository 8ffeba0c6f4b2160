package file_test

import (
	"encoding/csv"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/budget"
	"github.com/stakesim/stakesim/spec/file"
)

// rows reads all records, and the lines they begin with.
func rows(in file.Input, limit file.Limit) (got [][]string, lines []int, err error) {
	r, err := in.Rows(limit)
	if err != nil {
		return nil, nil, err
	}
	defer r.Close()
	for {
		row, err := r.Next()
		if err == io.EOF {
			return got, lines, nil
		}
		if err != nil {
			return got, lines, err
		}
		got, lines = append(got, slices.Clone(row)), append(lines, r.Line())
	}
}

func TestRecordsKeepTheirLines(t *testing.T) {
	got, at, err := rows(file.Once("f", strings.NewReader("\ufeffa,b\r\n\r\n1,\"two\nlines\"\n3\n")), file.Limit{})
	require.NoError(t, err)
	require.Equal(t, [][]string{{"a", "b"}, {"1", "two\nlines"}, {"3"}}, got)
	require.Equal(t, []int{1, 3, 5}, at)
}

func TestARecordWithoutAnEndIsAnErrorInTime(t *testing.T) {
	for name, r := range map[string]io.Reader{
		"an open quote":       io.MultiReader(strings.NewReader("a,b\n1,\""), &repeat{pattern: "x\n"}),
		"fields":              io.MultiReader(strings.NewReader("a,b\n"), &repeat{pattern: "x,"}),
		"empty lines":         io.MultiReader(strings.NewReader("a,b\n"), &repeat{pattern: "\n"}),
		"an open quote, gzip": zipped(io.MultiReader(strings.NewReader("a,b\n1,\""), &repeat{pattern: "x\n"})),
	} {
		t.Run(name, func(t *testing.T) {
			budget.Run(t, budget.Limit{}, func() {
				got, _, err := rows(file.Once("f", r), file.Limit{})
				require.ErrorIs(t, err, file.ErrLimit)
				require.ErrorContains(t, err, "f:2: ")
				require.Len(t, got, 1)
			})
		})
	}
}

func TestARecordAfterABadOneIsRead(t *testing.T) {
	r, err := file.Once("f", strings.NewReader("a\"b\n1,2\n")).Rows(file.Limit{})
	require.NoError(t, err)
	_, err = r.Next()
	require.ErrorIs(t, err, csv.ErrBareQuote)
	require.ErrorIs(t, err, spec.ErrInput)
	require.ErrorContains(t, err, "f:1: ")
	row, err := r.Next()
	require.NoError(t, err)
	require.Equal(t, []string{"1", "2"}, row)
	require.EqualError(t, r.Errorf("no %d", 3), "f:2: invalid input: no 3")
}

func FuzzRows(f *testing.F) {
	for _, s := range []string{"a,b\n1,2\n", "\ufeffa\r\n\r\n\"b\nc\"", "\x1f\x8b", "PK\x03\x04", "\"", string(zip([]byte("a,b\n1,2\n")))} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		budget.Run(t, budget.Limit{}, func() {
			got, at, err := rows(file.Once("f", strings.NewReader(string(b))), file.Limit{Bytes: 1 << 16, Line: 1 << 10})
			require.Len(t, at, len(got))
			for i, row := range got {
				require.NotEmpty(t, row)
				require.LessOrEqual(t, len(strings.Join(row, ",")), 1<<10+2*4096)
				require.True(t, i == 0 || at[i] > at[i-1])
			}
			if err != nil {
				require.ErrorIs(t, err, spec.ErrInput)
				require.ErrorContains(t, err, "f:")
			}
		})
	})
}
