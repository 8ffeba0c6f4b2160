package page

import (
	"bytes"
	"encoding/xml"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func sample() *Page {
	nan := math.NaN()
	return &Page{
		Title: "A <b>title</b>", Lead: "a question", Facts: []Fact{{"Seed", "1"}}, Data: `{"a": "</script>"}`,
		Sections: []Section{{
			Key: "one", Title: "One", Charts: []Chart{
				{Title: "lines", Series: []Series{{"a", []float64{0, 1, 2}, []float64{1, nan, 3}}, {"none", nil, nil}}},
				{Title: "flat", Series: []Series{{"a", []float64{0}, []float64{0}}}},
				{Title: "dots", Dots: true, LogX: true, Series: []Series{{"a", []float64{32, 0, 2048}, []float64{1, 2, 3}}}},
				{Title: "bars", Categories: []string{"x", "a very long name of a category"}, Series: []Series{{"a", nil, []float64{1, 2}}, {"b", nil, []float64{nan, 1}}}},
				{Title: "heat", Heat: &Heat{[]string{"1", "2"}, []string{"a", "b"}, [][]float64{{1, 2}, {nan, 4}}}},
				{Title: "even heat", Heat: &Heat{[]string{"1"}, []string{"a"}, [][]float64{{0}}}},
				{Title: "nothing"},
			},
			Table: &Table{Head: []string{"name", "n"}, Right: []bool{false, true}, Rows: [][]string{{"<i>", "1"}}, Notes: []string{"note"}},
		}},
	}
}

func TestAPageAsksForNothingAndEscapesWhatItShows(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, sample().Write(&b))
	text := b.String()
	for _, bad := range []string{"<b>title</b>", "<i>1", "<link rel=\"stylesheet", "src=", "url(", "@import", "NaN", "+Inf", "#010203", "#0A0101"} {
		require.NotContains(t, text, bad)
	}
	require.Equal(t, strings.Count(text, "http"), strings.Count(text, "http://www.w3.org/2000/svg"), "no address but SVG's name")
	require.Equal(t, 1, strings.Count(text, "</script>"))
	require.Contains(t, text, "prefers-color-scheme: dark")
	require.Contains(t, text, "var(--s1)")
}

func TestEveryDrawingIsWellFormed(t *testing.T) {
	for _, c := range sample().Sections[0].Charts {
		for _, width := range []float64{narrow, wide} {
			svg, err := c.svg(width)
			require.NoError(t, err, c.Title)
			d := xml.NewDecoder(strings.NewReader(string(svg)))
			for {
				if _, err = d.Token(); err != nil {
					break
				}
			}
			require.ErrorIs(t, err, io.EOF, c.Title)
		}
	}
}

func TestNumbersAreShort(t *testing.T) {
	for v, want := range map[float64]string{0: "0", 0.30000000000000004: "0.3", 1234: "1234", 2.5e7: "2.5e+07", -0.25: "-0.25"} {
		require.Equal(t, want, Number(v))
	}
}

func TestPowersOfTenHaveRoomOnANarrowChart(t *testing.T) {
	labels := func(n int) (l []string) {
		for _, m := range (logTicks{n}).Ticks(32, 9e6) {
			l = append(l, m.Label)
		}
		return l
	}
	require.Equal(t, []string{"100", "1000", "10000", "100000", "1e+06"}, labels(8))
	require.Equal(t, []string{"1000", "100000"}, labels(3))
	require.Len(t, (logTicks{3}).Ticks(20, 80), 2, "the ends, where there is no power between")
}
