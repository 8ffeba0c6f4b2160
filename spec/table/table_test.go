package table_test

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/spec/budget"
	"github.com/stakesim/stakesim/spec/table"
)

type gwei uint64

type name uint8

func (name) String() string { return "electra" }

func write(t *testing.T, tab *table.Table, f table.Format) string {
	var b strings.Builder
	require.NoError(t, tab.Write(&b, f))
	return b.String()
}

func TestValuesAreWrittenAsTheyAre(t *testing.T) {
	for _, c := range []struct {
		does            string
		value           any
		text, csv, json string
	}{
		{"the largest uint64 is written in full", uint64(math.MaxUint64), "18446744073709551615", "18446744073709551615", "18446744073709551615"},
		{"the smallest int64 is written in full", int64(math.MinInt64), "-9223372036854775808", "-9223372036854775808", "-9223372036854775808"},
		{"a unit type is its number", gwei(1 << 60), "1152921504606846976", "1152921504606846976", "1152921504606846976"},
		{"a Stringer is its text", name(3), "electra", "electra", `"electra"`},
		{"a float is rounded for people only", 1.0 / 3, "0.33", "0.3333333333333333", "0.3333333333333333"},
		{"a float32 gains no digits", float32(0.1), "0.10", "0.1", "0.1"},
		{"a tiny float is valid JSON", 1e-300, "0.00", "1e-300", "1e-300"},
		{"NaN is null in JSON", math.NaN(), "NaN", "NaN", "null"},
		{"infinity is null in JSON", math.Inf(-1), "-Inf", "-Inf", "null"},
		{"a boolean is a boolean", true, "true", "true", "true"},
		{"nil is no value", nil, "", "", "null"},
		{"a nil pointer is no value", (*strings.Builder)(nil), "", "", "null"},
		{"quotes and angles are quoted once", `a<"b"`, `a<"b"`, `a<"b"`, `"a<\"b\""`},
		{"a line break does not break a line", "a\nb", `"a\nb"`, `"a\nb"`, `"a\nb"`},
	} {
		t.Run(c.does, func(t *testing.T) {
			tab := table.New("", table.Column{Name: "value", Decimals: 2}, table.Column{Name: "end"})
			require.NoError(t, tab.Row(c.value, "."))
			lines := strings.Split(write(t, tab, table.Text), "\n")
			require.Equal(t, c.text, strings.TrimSpace(strings.TrimSuffix(lines[2], ".")))
			records, err := csv.NewReader(strings.NewReader(write(t, tab, table.CSV))).ReadAll()
			require.NoError(t, err)
			require.Equal(t, c.csv, records[1][0])
			require.Equal(t, "[\n  {\"value\": "+c.json+", \"end\": \".\"}\n]\n", write(t, tab, table.JSON))
		})
	}
}

func TestThousandsAreGroupedInTheWholePart(t *testing.T) {
	for value, want := range map[any]string{
		0: "0", 999: "999", 1000: "1,000", -1000: "-1,000", -999999: "-999,999",
		uint64(math.MaxUint64): "18,446,744,073,709,551,615", 12345.678: "12,345.678", 1e300: "1e+300",
	} {
		tab := table.New("", table.Column{Name: "n", Thousands: true})
		require.NoError(t, tab.Row(value))
		require.Equal(t, want, strings.TrimSpace(strings.Split(write(t, tab, table.Text), "\n")[2]))
		require.NotContains(t, write(t, tab, table.CSV), ",")
	}
}

func TestMarkdownCellsCannotEndEarly(t *testing.T) {
	tab := table.New("", table.Column{Name: "a|b"}, table.Column{Name: "c"})
	require.NoError(t, tab.Row(`x|y\`, "z\n|"))
	tab.Note("One.")
	tab.Note("Two.")
	require.Equal(t, `| a\|b | c |`+"\n| --- | --- |\n"+`| x\|y\\ | "z\\n\|" |`+"\n\nOne.\n\nTwo.\n", write(t, tab, table.Markdown))
}

func TestTextAlignsByCharactersAndEndsWithoutBlanks(t *testing.T) {
	tab := table.New("", table.Column{Name: "läuft"}, table.Column{Name: "n", Unit: "ETH"}, table.Column{Name: "note"})
	require.NoError(t, tab.Row("é", 7, nil))
	require.NoError(t, tab.Row("abcdef", 1000, "x"))
	require.Equal(t, strings.Join([]string{
		"läuft      n  note",
		"         ETH",
		"------  ----  ----",
		"é          7",
		"abcdef  1000  x",
		"",
	}, "\n"), write(t, tab, table.Text))
}

func TestAColumnWithAnyWordIsAlignedLeft(t *testing.T) {
	tab := table.New("", table.Column{Name: "a"})
	require.NoError(t, tab.Row(1))
	require.NoError(t, tab.Row("none"))
	require.NoError(t, tab.Row(nil))
	require.Contains(t, write(t, tab, table.Text), "\n1\n")
	require.NotContains(t, write(t, tab, table.Markdown), "---:")
}

func TestAnEmptyTableIsValidInEveryFormat(t *testing.T) {
	tab := table.New("", table.Column{Name: "a"})
	require.Equal(t, "a\n-\n", write(t, tab, table.Text))
	require.Equal(t, "a\n", write(t, tab, table.CSV))
	require.Equal(t, "[]\n", write(t, tab, table.JSON))
	require.Equal(t, "| a |\n| --- |\n", write(t, tab, table.Markdown))
}

func TestAnErrorLeavesTheRows(t *testing.T) {
	tab := table.New("", table.Column{Name: "a"}, table.Column{Name: "b"})
	require.NoError(t, tab.Row(1, 2))
	require.ErrorIs(t, tab.Row(1), table.ErrRow)
	require.ErrorIs(t, tab.Row(1, 2, 3), table.ErrRow)
	require.ErrorIs(t, tab.Row(1, struct{}{}), table.ErrRow)
	require.ErrorIs(t, tab.Row(1, complex(1, 2)), table.ErrRow)
	require.Equal(t, 1, tab.Len())
	require.ErrorIs(t, tab.Write(io.Discard, table.Format(200)), table.ErrUnknown)
}

func TestFaultyColumnsAreReportedByEveryUse(t *testing.T) {
	for _, columns := range [][]table.Column{
		{{Name: "a"}, {Name: "A"}},
		{{Name: "a"}, {Name: "b", Key: "a"}},
		{{Name: "%"}},
		{{}},
	} {
		tab := table.New("", columns...)
		require.ErrorIs(t, tab.Row(1), table.ErrColumns)
		require.ErrorIs(t, tab.Write(io.Discard, table.Text), table.ErrColumns)
		_, err := json.Marshal(tab)
		require.ErrorIs(t, err, table.ErrColumns)
	}
}

// once counts the calls and fails or falls short.
type once struct {
	calls, n int
	err      error
}

func (o *once) Write(p []byte) (int, error) {
	o.calls++
	return min(o.n, len(p)), o.err
}

func TestWriteIsOneCallAndReportsItsFailure(t *testing.T) {
	full := errors.New("full")
	for _, f := range table.Formats() {
		w := &once{n: 1 << 20}
		require.NoError(t, penalties().Write(w, f))
		require.Equal(t, 1, w.calls)
		require.ErrorIs(t, penalties().Write(&once{err: full}, f), full)
		require.ErrorIs(t, penalties().Write(&once{n: 3}, f), io.ErrShortWrite)
	}
}

func TestTheTableKeepsNoReferenceToItsColumns(t *testing.T) {
	columns := []table.Column{{Name: "a"}}
	tab := table.New("", columns...)
	columns[0].Name = "b"
	require.Equal(t, "a\n", write(t, tab, table.CSV))
}

func TestFormatsParseTheirOwnNames(t *testing.T) {
	for _, f := range table.Formats() {
		parsed, err := table.ParseFormat(f.String())
		require.NoError(t, err)
		require.Equal(t, f, parsed)
	}
	_, err := table.ParseFormat("TEXT")
	require.ErrorIs(t, err, table.ErrUnknown)
}

func FuzzJSONIsValidAndMarkdownKeepsItsCells(f *testing.F) {
	f.Add("plain", 1.5, uint64(7))
	f.Add("a|b\\\n\"<\xff\u2028", math.Inf(1), uint64(math.MaxUint64))
	f.Add("=1+1\x1b]0;x\x07\u202e\U000e0041<script>[x](y)", -1.0, uint64(0))
	f.Fuzz(func(t *testing.T, word string, x float64, n uint64) {
		budget.Run(t, budget.Limit{}, func() {
			tab := table.New("", table.Column{Name: "word"}, table.Column{Name: "x", Decimals: 3, Thousands: true}, table.Column{Name: "n", Thousands: true})
			require.NoError(t, tab.Row(word, x, n))
			raw, err := json.Marshal(tab)
			require.NoError(t, err)
			var rows []struct {
				Word string
				N    uint64
			}
			require.NoError(t, json.Unmarshal(raw, &rows))
			require.Equal(t, n, rows[0].N)
			require.Equal(t, string([]rune(word)), rows[0].Word)
			for _, format := range table.Formats() {
				require.Equal(t, -1, strings.IndexFunc(write(t, tab, format), unseen), format)
			}
			fields, err := csv.NewReader(strings.NewReader(write(t, tab, table.CSV))).ReadAll()
			require.NoError(t, err)
			require.NotRegexp(t, `^[=+@\t\r].|^-[^0-9]`, fields[1][0])
			lines := strings.Split(strings.TrimSuffix(write(t, tab, table.Markdown), "\n"), "\n")
			require.Len(t, lines, 3)
			require.NotContains(t, lines[2], "<")
			open := strings.NewReplacer(`\\`, "", `\|`, "").Replace(lines[2])
			require.Equal(t, 4, strings.Count(open, "|"))
		})
	})
}
