package page

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/spec/table"
)

// full is a page that has a name everywhere.
func full(t *testing.T, name string) *Page {
	t.Helper()
	tab := table.New(name, table.Column{Name: name, Key: "a"}, table.Column{Name: "n"})
	require.NoError(t, tab.Row(name, -1))
	tab.Note(name)
	shown, err := FromTable(tab)
	require.NoError(t, err)
	require.Equal(t, []bool{false, true}, shown.Right)
	data, err := json.Marshal(map[string]string{"name": name})
	require.NoError(t, err)
	return &Page{
		Title: name, Lead: name, Facts: []Fact{{name, name}}, Notes: []string{name}, Config: "a: 1\n\tb: " + name, Data: string(data),
		Sections: []Section{{Key: "k", Title: name, Text: name, Table: shown, Charts: []Chart{
			{Title: name, X: name, Y: name, Series: []Series{{Name: name, X: []float64{1, 2}, Y: []float64{1, 2}}}},
			{Title: name, Categories: []string{name, "b"}, Series: []Series{{Name: name, Y: []float64{1, 2}}}},
			{Title: name, Heat: &Heat{Columns: []string{name}, Rows: []string{name}, Values: [][]float64{{1}}}},
		}}},
	}
}

func TestNamesOnAPageAreNeitherMarkupNorUnseen(t *testing.T) {
	unseen := func(r rune) bool {
		return r != '\n' && r != '\t' && (unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp))
	}
	var plain bytes.Buffer
	require.NoError(t, full(t, "plain").Write(&plain))
	for name, shown := range map[string]string{
		"</script><script>alert(1)</script>": "&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;",
		`"><img src=x onerror=alert(1)>`:     "&#34;&gt;&lt;img src=x onerror=alert(1)&gt;",
		"a\x1b[31m\r\x07":                    `a\x1b[31m\r\a`,
		"a\u202eb\u009bc":                    `a\u202eb\u009bc`,
		"a\x9b":                              `a\x9b`,
		"two\nlines":                         `two\nlines`,
	} {
		p := full(t, name)
		var b bytes.Buffer
		require.NoError(t, p.Write(&b))
		require.Equal(t, full(t, name), p, "the page itself is as it was")
		text := b.String()
		require.Equal(t, -1, strings.IndexFunc(text, unseen), name)
		require.Contains(t, text, shown, name)
		for _, tag := range []string{"<script", "</script", "<img", "<svg", "<li", "<td"} {
			require.Equal(t, strings.Count(plain.String(), tag), strings.Count(text, tag), "%s in %q", tag, name)
		}
	}
}
