package xatu_test

import (
	"bytes"
	"iter"
	"os"
	"path/filepath"
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

// listOf is the failure list of a folder of tables.
func listOf(dir string, faults *dataset.Faults) (list []dataset.SlotFailures, err error) {
	tables, err := xatu.Open(dir, faults)
	if err != nil {
		return nil, err
	}
	var b dataset.Builder
	for s, err := range tables.Failures(&b) {
		if err != nil {
			return list, err
		}
		s.Failures = append([]dataset.Failure(nil), s.Failures...)
		list = append(list, s)
	}
	return list, nil
}

// Rows of a few bytes about the highest validators of many epochs take neither the
// time nor the memory of tables of all validators for each.
func TestAFewRowsOfHighValidatorsTakeLittle(t *testing.T) {
	const high = dataset.MaxValidators - 1
	dir := filepath.Join(t.TempDir(), "tables")
	var committees []committeeRow
	var attestations []attestationRow
	var blocks []blockRow
	for e := range uint32(500) {
		slot := 32 * (300_000 + e)
		committees = append(committees, committeeRow{Slot: slot, Validators: []uint32{1, high}})
		attestations = append(attestations, attestationRow{Slot: slot, BlockSlot: slot + 1, Validators: []uint32{high}, Target: rootOf(int(slot)), Head: rootOf(int(slot))})
		blocks = append(blocks, blockRow{slot, rootOf(int(slot))}, blockRow{slot + 1, rootOf(int(slot + 1))})
	}
	write(t, dir, "canonical_beacon_committee", "a.parquet", committees)
	write(t, dir, "canonical_beacon_elaborated_attestation", "a.parquet", attestations)
	write(t, dir, "canonical_beacon_block", "a.parquet", blocks)
	gwei := uint64(32e9)
	write(t, dir, "canonical_beacon_validators", "a.parquet", []validatorRow{{Epoch: 300_000, Index: high, Balance: &gwei}})
	budget.Run(t, budget.Limit{}, func() {
		list, err := listOf(dir, nil)
		require.NoError(t, err)
		require.Len(t, list, 500)
		require.Len(t, list[499].Failures, 1)
		require.EqualValues(t, 1, list[499].Failures[0].Validator())
	})
}
