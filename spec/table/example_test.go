package table_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"

	"github.com/stakesim/stakesim/spec/table"
)

func penalties() *table.Table {
	t := table.New("Penalties of one day",
		table.Column{Name: "cohort"},
		table.Column{Name: "penalty", Unit: "Gwei", Thousands: true},
		table.Column{Name: "ratio", Unit: "x", Decimals: 2})
	_ = t.Row("uncorrelated", uint64(1426500), 1.0)
	_ = t.Row("10 %", uint64(118683225), 21.5943)
	return t
}

func Example() {
	t := penalties()
	t.Note("Status quo = 1.")
	if err := t.Write(os.Stdout, table.Text); err != nil {
		fmt.Println(err)
	}
	// Output:
	// Penalties of one day
	//
	// cohort            penalty  ratio
	//                      Gwei      x
	// ------------  -----------  -----
	// uncorrelated    1,426,500   1.00
	// 10 %          118,683,225  21.59
	//
	// Status quo = 1.
}

func ExampleNew() {
	t := table.New("", table.Column{Name: "a-b"}, table.Column{Name: "a b"})
	err := t.Row(1, 2)
	fmt.Println(errors.Is(err, table.ErrColumns))
	fmt.Println(err)
	// Output:
	// true
	// column 1, "a b": JSON key "a_b" is empty or used twice: unusable columns
}

func ExampleColumn() {
	t := table.New("",
		table.Column{Name: "exact"},
		table.Column{Name: "two decimals", Decimals: 2},
		table.Column{Name: "whole", Decimals: table.Whole, Thousands: true})
	_ = t.Row(1234.5678, 1234.5678, 1234.5678)
	_ = t.Write(os.Stdout, table.Text)
	// Output:
	//     exact  two decimals  whole
	// ---------  ------------  -----
	// 1234.5678       1234.57  1,235
}

func ExampleTable() {
	t := table.New("Empty", table.Column{Name: "slot"})
	_ = t.Write(os.Stdout, table.Markdown)
	// Output:
	// ### Empty
	//
	// | slot |
	// | --- |
}

func ExampleTable_Row() {
	t := table.New("", table.Column{Name: "a"}, table.Column{Name: "b"})
	fmt.Println(t.Row(1, "one"), t.Row(nil, true))
	fmt.Println(t.Row(1))
	fmt.Println(t.Row(1, []int{2}))
	// Output:
	// <nil> <nil>
	// row 2: 1 values for 2 columns: row does not fit the table
	// row 2, "b": cannot show a []int: row does not fit the table
}

func ExampleTable_Note() {
	t := table.New("", table.Column{Name: "seed"})
	_ = t.Row(7)
	t.Note("The seed decides everything.")
	_ = t.Write(os.Stdout, table.Text)
	// Output:
	// seed
	// ----
	//    7
	//
	// The seed decides everything.
}

func ExampleTable_Len() {
	fmt.Println(penalties().Len())
	// Output: 2
}

func ExampleTable_Write() {
	for _, f := range []table.Format{table.CSV, table.JSON, table.Markdown} {
		if err := penalties().Write(os.Stdout, f); err != nil {
			fmt.Println(err)
		}
	}
	// Output:
	// cohort,penalty (Gwei),ratio (x)
	// uncorrelated,1426500,1
	// 10 %,118683225,21.5943
	// [
	//   {"cohort": "uncorrelated", "penalty": 1426500, "ratio": 1},
	//   {"cohort": "10 %", "penalty": 118683225, "ratio": 21.5943}
	// ]
	// ### Penalties of one day
	//
	// | cohort | penalty (Gwei) | ratio (x) |
	// | --- | ---: | ---: |
	// | uncorrelated | 1,426,500 | 1.00 |
	// | 10 % | 118,683,225 | 21.59 |
}

func ExampleTable_MarshalJSON() {
	t := table.New("", table.Column{Name: "balance", Key: "gwei"}, table.Column{Name: "share"})
	_ = t.Row(uint64(math.MaxUint64), math.NaN())
	report, err := json.Marshal(map[string]any{"rows": t, "seed": 7})
	fmt.Println(string(report), err)
	// Output: {"rows":[{"gwei":18446744073709551615,"share":null}],"seed":7} <nil>
}

func ExampleFormats() {
	fmt.Println(table.Formats())
	// Output: [text csv json markdown]
}

func ExampleFormat() {
	var f table.Format
	fmt.Println(f == table.Text)
	// Output: true
}

func ExampleFormat_String() {
	fmt.Println(table.Markdown, table.Format(9))
	// Output: markdown format(9)
}

func ExampleParseFormat() {
	f, err := table.ParseFormat("csv")
	fmt.Println(f, err)
	_, err = table.ParseFormat("xml")
	fmt.Println(err)
	// Output:
	// csv <nil>
	// format "xml": unknown format (one of [text csv json markdown])
}

func ExamplePrintable() {
	fmt.Println(table.Printable("Lido"), table.Printable("red \x1b[31m"))
	// Output: Lido "red \x1b[31m"
}

func ExampleEscape() {
	fmt.Println(table.Escape("file.csv:3: \x1b[2J\nfile.csv:4: x"))
	// Output:
	// file.csv:3: \x1b[2J
	// file.csv:4: x
}

func ExampleEscapeJSON() {
	fmt.Println(string(table.EscapeJSON([]byte("{\"name\": \"a\u009bb\u202e\"}"))))
	// Output: {"name": "a\u009bb\u202e"}
}

func ExampleFormat_Line() {
	fmt.Println(table.Text.Line("<b>\n"), table.Markdown.Line("<b>\n"))
	// Output: <b>\n &lt;b&gt;\\n
}

func ExampleTable_Shown() {
	s, err := penalties().Shown()
	fmt.Println(s.Head, s.Right, s.Rows[1], err)
	// Output: [cohort penalty (Gwei) ratio (x)] [false true true] [10 % 118,683,225 21.59] <nil>
}
