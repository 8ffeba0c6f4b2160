package table_test

import (
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/spec/table"
)

// unseen says that a character of an output is not seen as itself.
func unseen(r rune) bool {
	return r != '\n' && (unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp))
}

// hostile are names, and how people see them.
var hostile = []struct{ does, name, shown string }{
	{"colours of a terminal", "a\x1b[31mb", `"a\x1b[31mb"`},
	{"the title of a terminal", "\x1b]0;x\x07", `"\x1b]0;x\a"`},
	{"the same in one character", "a\u009b31m", `"a\u009b31m"`},
	{"a byte that is no UTF-8", "a\x9b31m", `"a\x9b31m"`},
	{"a carriage return", "right\rwrong", `"right\rwrong"`},
	{"a backspace", "x\b \b", `"x\b \b"`},
	{"a line break", "a\nb", `"a\nb"`},
	{"a tab", "a\tb", `"a\tb"`},
	{"a NUL", "a\x00", `"a\x00"`},
	{"delete", "a\x7f", `"a\x7f"`},
	{"text that turns", "a\u202egnp.exe", `"a\u202egnp.exe"`},
	{"a space of no width", "a\u200bb", `"a\u200bb"`},
	{"a line separator", "a\u2028b", `"a\u2028b"`},
	{"letters that nobody sees", "a\U000e0041", `"a\U000e0041"`},
	{"quotes alone", `a"b\c`, `a"b\c`},
	{"letters of the world", "läuft 日本 ✓", "läuft 日本 ✓"},
}

// of is a table in which a name is everywhere.
func of(t *testing.T, name string) *table.Table {
	t.Helper()
	tab := table.New("T "+name, table.Column{Name: "N " + name, Key: "n", Unit: name}, table.Column{Name: "v"})
	require.NoError(t, tab.Row(name, 1))
	tab.Note("note " + name)
	return tab
}

func TestNamesAreSeenAsTheyAreInEveryFormat(t *testing.T) {
	for _, c := range hostile {
		tab := of(t, c.name)
		require.Equal(t, c.shown, table.Printable(c.name), c.does)
		for _, f := range table.Formats() {
			require.Equal(t, -1, strings.IndexFunc(write(t, tab, f), unseen), "%s in %v", c.does, f)
		}
		require.Contains(t, write(t, tab, table.Text), c.shown, c.does)
		records, err := csv.NewReader(strings.NewReader(write(t, tab, table.CSV))).ReadAll()
		require.NoError(t, err)
		require.Equal(t, c.shown, records[1][0], c.does)
		var rows []struct{ N string }
		require.NoError(t, json.Unmarshal([]byte(write(t, tab, table.JSON)), &rows))
		require.Equal(t, strings.ToValidUTF8(c.name, "\ufffd"), rows[0].N, c.does)
		shown, err := tab.Shown()
		require.NoError(t, err)
		require.Equal(t, c.shown, shown.Rows[0][0], c.does)
		for _, s := range append(append(shown.Head, shown.Title), shown.Notes...) {
			require.Equal(t, -1, strings.IndexFunc(s, unseen), c.does)
		}
	}
}

func TestNothingInMarkdownIsMarkup(t *testing.T) {
	for name, want := range map[string]string{
		"<script>alert(1)</script>": "&lt;script&gt;alert(1)&lt;/script&gt;",
		"a|b":                       `a\|b`,
		`a\|b`:                      `a\\\|b`,
		"[x](javascript:y)":         `\[x\](javascript:y)`,
		"![x](http://y)":            `!\[x\](http://y)`,
		"`x`":                       "\\`x\\`",
		"*x* **y** ~~z~~":           `\*x\* \*\*y\*\* \~\~z\~\~`,
		"_x_ rocket_pool __y":       `\_x\_ rocket_pool \_\_y`,
		"&lt;&#60;":                 "&amp;lt;&amp;#60;",
		"a\r\n| b | c |":            `"a\\r\\n\| b \| c \|"`,
	} {
		text := write(t, of(t, name), table.Markdown)
		lines := strings.Split(text, "\n")
		require.Equal(t, "| "+want+" | 1 |", lines[4], name)
		require.NotContains(t, text, "<", name)
		require.Len(t, lines, 8, name)
	}
	for text, want := range map[string]string{"# x": `\# x`, "> x": "&gt; x", "- x": `\- x`, "+ x": `\+ x`, "===": `\===`, "x - y": "x - y"} {
		require.Equal(t, want, table.Markdown.Line(text))
	}
	require.Equal(t, `a*b\nc`, table.Text.Line("a*b\nc"))
}

func TestNamesAreNoFormulasOfASpreadsheet(t *testing.T) {
	for name, want := range map[string]string{
		"=HYPERLINK(\"http://x\")": "'=HYPERLINK(\"http://x\")",
		"+1+1":                     "'+1+1",
		"-1+1":                     "'-1+1",
		"-cmd|' /C calc'!A0":       "'-cmd|' /C calc'!A0",
		"@SUM(A1)":                 "'@SUM(A1)",
		"\t=1+1":                   `"\t=1+1"`,
		"\r=1+1":                   `"\r=1+1"`,
		"\n=1+1":                   `"\n=1+1"`,
		"\uff1d1+1":                "'\uff1d1+1",
		"-5":                       "-5",
		"-5.25e-3":                 "-5.25e-3",
		"-":                        "-",
		"a=b":                      "a=b",
		"validator -5":             "validator -5",
	} {
		tab := table.New("", table.Column{Name: name, Key: "n"}, table.Column{Name: "v"})
		require.NoError(t, tab.Row(name, -7))
		require.NoError(t, tab.Row(nil, -1.5))
		records, err := csv.NewReader(strings.NewReader(write(t, tab, table.CSV))).ReadAll()
		require.NoError(t, err)
		require.Equal(t, [][]string{{want, "v"}, {want, "-7"}, {"", "-1.5"}}, records, name)
		require.NotContains(t, write(t, tab, table.Text), "'"+name+" ")
	}
}

func TestATextOfSeveralLinesKeepsThem(t *testing.T) {
	require.Equal(t, "a:\n\t- \\x1b[31m\\u202e\\x9b\u00e9", table.Escape("a:\n\t- \x1b[31m\u202e\x9b\u00e9"))
	require.Equal(t, "a\nb", table.Escape("a\nb"))
}
