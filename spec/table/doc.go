// Package table holds named columns with units and writes them as aligned
// text, CSV, Markdown or JSON.
//
// A table is built row by row and written once:
//
//	t := table.New("Penalties", table.Column{Name: "validator"}, table.Column{Name: "penalty", Unit: "Gwei"})
//	err := t.Row(7, uint64(4121))
//	...
//	err = t.Write(os.Stdout, table.Markdown)
//
// Integers are written in full in every format. Floats are rounded to the
// column's decimals where people read (text, Markdown) and exact where
// programs do (CSV, JSON).
package table
