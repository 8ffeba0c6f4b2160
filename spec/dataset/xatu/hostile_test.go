package xatu_test

import (
	"bytes"
	"iter"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/budget"
	"github.com/stakesim/stakesim/spec/dataset"
	"github.com/stakesim/stakesim/spec/dataset/xatu"
)

// each counts the rows of a range and collects its faults; any other error ends
// the test.
func each[T any](t testing.TB, rows iter.Seq2[T, error]) (n int, faults []*dataset.Fault) {
	for _, err := range rows {
		if err == nil {
			n++
			continue
		}
		require.ErrorIs(t, err, spec.ErrInput)
		var fault *dataset.Fault
		require.ErrorAs(t, err, &fault)
		require.NotEmpty(t, fault.File)
		faults = append(faults, fault)
	}
	return n, faults
}

// readTable reads all of a file as a table.
func readTable(t testing.TB, table xatu.Table, b []byte) (rows int, faults []*dataset.Fault) {
	f, err := xatu.OpenFile(table, "x.parquet", bytes.NewReader(b), int64(len(b)))
	if err != nil {
		require.ErrorIs(t, err, spec.ErrInput)
		return 0, []*dataset.Fault{err.(*dataset.Fault)}
	}
	for g := range f.Groups() {
		f.Highest(g)
		var n int
		var more []*dataset.Fault
		switch table {
		case xatu.Committees:
			n, more = each(t, f.Committees(g, 0))
		case xatu.Attestations:
			n, more = each(t, f.Attestations(g, 0))
		case xatu.Blocks:
			n, more = each(t, f.Blocks(g, 0))
		default:
			n, more = each(t, f.Balances(g, 0))
		}
		rows, faults = rows+n, append(faults, more...)
	}
	return rows, faults
}

// These files, mutations of real ones, made a Parquet library hang or take all
// memory.
func TestADamagedFileEndsSoonWithAnErrorThatSaysWhere(t *testing.T) {
	const dir = "testdata/damaged/"
	for _, c := range []struct {
		name  string
		table xatu.Table
		want  []string
	}{
		{"hang-4-k0.parquet", xatu.Committees, []string{
			"column validators: malformed input: row group 0 from row 0: page 0: a wrong checksum",
			"column validators: truncated file: row group 1 from row 15: 8 values are missing after page 2",
		}},
		{"oom-3-k2.parquet", xatu.Blocks, []string{
			"column block_root: malformed input: row group 1 from row 0: page 0: a page of 2147483647 bytes where 142 are left of its chunk",
		}},
		{"oom-7-k0.parquet", xatu.Committees, []string{
			"column slot: malformed input: row group 0 from row 0: page 0: lz4",
			"column validators: malformed input: row group 1 from row 0: page 0: a wrong checksum",
		}},
	} {
		b, err := os.ReadFile(dir + c.name)
		require.NoError(t, err)
		budget.Run(t, budget.Limit{}, func() {
			_, faults := readTable(t, c.table, b)
			require.Len(t, faults, len(c.want), "%s: %v", c.name, faults)
			for i, want := range c.want {
				require.Contains(t, faults[i].Error(), want, c.name)
			}
		})
	}
	budget.Run(t, budget.Limit{}, func() {
		err := readAll(dir + "hang1-k4.parquet")
		require.ErrorIs(t, err, spec.ErrInput)
		require.ErrorContains(t, err, "hang1-k4.parquet: column flags: malformed input: row group 0 from row 0: page 0: a damaged header")
	})
	for _, table := range xatu.AllTables() {
		for _, name := range []string{"hang-4-k0.parquet", "hang1-k4.parquet", "oom-3-k2.parquet", "oom-7-k0.parquet"} {
			b, err := os.ReadFile(dir + name)
			require.NoError(t, err)
			budget.Run(t, budget.Limit{}, func() {
				_, faults := readTable(t, table, b)
				require.NotEmpty(t, faults, "%s as %v", name, table)
			})
		}
	}
}
