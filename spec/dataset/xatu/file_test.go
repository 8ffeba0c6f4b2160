package xatu_test

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"github.com/parquet-go/parquet-go"
	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/budget"
	"github.com/stakesim/stakesim/spec/dataset"
	"github.com/stakesim/stakesim/spec/dataset/xatu"
	"github.com/stakesim/stakesim/spec/dataset/xatu/sample"
)

// encoded is a Parquet file of rows in row groups of so many.
func encoded[T any](t testing.TB, rows []T, perGroup int64) []byte {
	var b bytes.Buffer
	require.NoError(t, parquet.Write(&b, rows, parquet.MaxRowsPerRowGroup(perGroup)))
	return b.Bytes()
}

func open(t testing.TB, table xatu.Table, b []byte) *xatu.File {
	f, err := xatu.OpenFile(table, "x.parquet", bytes.NewReader(b), int64(len(b)))
	require.NoError(t, err)
	return f
}

// tally counts the rows and the faults of a range.
func tally[T any](rows iter.Seq2[T, error]) (n int, faults []*dataset.Fault) {
	for _, err := range rows {
		var fault *dataset.Fault
		if errors.As(err, &fault) {
			faults = append(faults, fault)
		} else {
			n++
		}
	}
	return n, faults
}

func TestRowsCarryTheirPosition(t *testing.T) {
	var rows []blockRow
	for slot := range 25 {
		rows = append(rows, blockRow{uint32(slot), rootOf(slot)})
	}
	f := open(t, xatu.Blocks, encoded(t, rows, 10))
	require.Equal(t, 3, f.Groups())
	n := 0
	for g := range f.Groups() {
		for b, err := range f.Blocks(g, 0) {
			require.NoError(t, err)
			require.EqualValues(t, n, b.Slot)
			require.Equal(t, xatu.Position{File: "x.parquet", Group: n / 10, Row: int64(n % 10)}, b.At)
			require.Equal(t, rootOf(n), fmt.Sprintf("0x%x", b.Root))
			n++
		}
		require.EqualValues(t, n-1, f.Highest(g))
	}
	require.Equal(t, len(rows), n)
	require.EqualValues(t, 5, f.Rows(2))
	require.Zero(t, f.Rows(3))
	require.Zero(t, f.Highest(-1))
	for range f.Blocks(0, 0) {
		break
	}
}

func TestWhatComesTooLateIsAFaultOfItsRow(t *testing.T) {
	blocks := open(t, xatu.Blocks, encoded(t, []blockRow{{70, rootOf(1)}, {69, rootOf(2)}, {70, rootOf(3)}}, 10))
	n, faults := tally(blocks.Blocks(0, 0))
	require.Equal(t, 2, n)
	require.Len(t, faults, 1)
	require.Equal(t, "x.parquet: column slot: slot out of order: row group 0, row 1: 69 after 70", faults[0].Error())
	n, faults = tally(blocks.Blocks(0, 71))
	require.Equal(t, 0, n)
	require.Len(t, faults, 3)

	committees := open(t, xatu.Committees, encoded(t, []committeeRow{{Slot: 70}, {Slot: 65}, {Slot: 63}}, 10))
	n, _ = tally(committees.Committees(0, 0))
	require.Equal(t, 2, n, "of one epoch in any order")
	n, _ = tally(committees.Committees(0, 96))
	require.Equal(t, 0, n)

	row := func(slot uint32) attestationRow {
		return attestationRow{Slot: slot, BlockSlot: slot + 1, Target: rootOf(1), Head: rootOf(2)}
	}
	attestations := open(t, xatu.Attestations, encoded(t, []attestationRow{row(100), row(64), row(63)}, 10))
	n, faults = tally(attestations.Attestations(0, 0))
	require.Equal(t, 2, n, "of the epoch before, too")
	require.Equal(t, dataset.SlotOrder, faults[0].Kind)

	balances := open(t, xatu.Validators, encoded(t, []validatorRow{{Epoch: 3}, {Epoch: 2}, {Epoch: 5}}, 10))
	var epochs []spec.Epoch
	for b, err := range balances.Balances(0, 4) {
		require.NoError(t, err)
		epochs = append(epochs, b.Epoch)
	}
	require.Equal(t, []spec.Epoch{4, 4, 5}, epochs, "rows count from the highest epoch on")
}

func TestAPartOfARowThatIsBadIsAFaultAndTheRestStays(t *testing.T) {
	f := open(t, xatu.Committees, encoded(t, []committeeRow{{Slot: 64, Validators: []uint32{1, 1 << 24, 2, 1 << 31}}}, 10))
	var kinds []dataset.Kind
	for r, err := range f.Committees(0, 0) {
		if err != nil {
			require.Zero(t, r)
			kinds = append(kinds, err.(*dataset.Fault).Kind)
			continue
		}
		require.Equal(t, []uint32{1, 2}, r.Validators)
	}
	require.Equal(t, []dataset.Kind{dataset.UnknownValidator, dataset.UnknownValidator}, kinds)
	gwei := uint64(5)
	f = open(t, xatu.Validators, encoded(t, []validatorRow{{Epoch: 2, Index: 7, Balance: &gwei, Slashed: true}}, 10))
	n, faults := tally(f.Balances(0, 0))
	require.Equal(t, 1, n)
	require.Len(t, faults, 1)
	for r, err := range f.Balances(0, 0) {
		require.True(t, err != nil || r.Unreadable && r.Slashed && !r.Known)
	}
}

func TestTheWrongRowsAreAnError(t *testing.T) {
	f := open(t, xatu.Blocks, encoded(t, []blockRow{{1, rootOf(1)}}, 10))
	for _, err := range f.Committees(0, 0) {
		require.ErrorIs(t, err, spec.ErrInput)
	}
	for _, g := range []int{-1, 1} {
		for _, err := range f.Blocks(g, 0) {
			require.ErrorIs(t, err, spec.ErrInput)
		}
	}
	_, err := xatu.OpenFile(9, "x", bytes.NewReader(nil), 0)
	require.ErrorIs(t, err, spec.ErrInput)
	require.Equal(t, "table(9)", xatu.Table(9).String())
	require.Nil(t, new(xatu.Tables).Files(9))
}

// damage overwrites where a column of a row group begins.
func damage(t testing.TB, b []byte, group, column int) {
	p, err := parquet.OpenFile(bytes.NewReader(b), int64(len(b)))
	require.NoError(t, err)
	at := p.Metadata().RowGroups[group].Columns[column].MetaData
	from := at.DataPageOffset
	for i := range min(at.TotalCompressedSize, 20) {
		b[from+i] = 0xff
	}
}

func TestADamagedRowGroupIsOneFaultThatNamesIt(t *testing.T) {
	dir := t.TempDir()
	p := sample.Period{Seed: 8, Validators: 320, From: 300_000, Epochs: 9, GroupRows: 40}
	require.NoError(t, p.Write(dir))
	tables, err := xatu.Open(dir, nil)
	require.NoError(t, err)
	name := tables.Files(xatu.Attestations)[0]
	b, err := os.ReadFile(name)
	require.NoError(t, err)
	whole := open(t, xatu.Attestations, b)
	require.Greater(t, whole.Groups(), 5)
	damage(t, b, 2, 4)
	f := open(t, xatu.Attestations, b)
	for g := range f.Groups() {
		n, faults := tally(f.Attestations(g, 0))
		if g != 2 {
			require.Empty(t, faults)
			require.EqualValues(t, whole.Rows(g), n)
			continue
		}
		require.Len(t, faults, 1)
		require.Contains(t, faults[0].Detail, "row group 2 from row 0")
		require.Zero(t, n)
	}
	require.NoError(t, os.WriteFile(name, b, 0o644))
	_, err = xatu.Open(dir, nil)
	require.NoError(t, err)
	require.Equal(t, dataset.Malformed, faultOf(t, dir).Kind)
	// One machine and windows leave out the same.
	want := single(t, dir)
	got := load(t, dir).windows(t, newRand(), 2)
	require.EqualValues(t, 1, want.faults.Total(), want.faults.Summary())
	require.Equal(t, want, got)
}

func TestTheFilesOfATableAreReadInOrder(t *testing.T) {
	dir := hour()
	defer os.RemoveAll(dir)
	tables, err := xatu.Open(dir, nil)
	require.NoError(t, err)
	for _, table := range xatu.AllTables() {
		files := tables.Files(table)
		require.Equal(t, []string{filepath.Join(dir, table.String()+".parquet")}, files)
		files[0] = "changed"
		require.NotEqual(t, files, tables.Files(table))
	}
}

var split = regexp.MustCompile(`[0-9]+|[^0-9]+`)

// byRuns compares names as lists of numbers and words.
func byRuns(a, b string) int {
	x, y := split.FindAllString(a, -1), split.FindAllString(b, -1)
	for i := range min(len(x), len(y)) {
		m, errX := strconv.ParseUint(x[i], 10, 64)
		n, errY := strconv.ParseUint(y[i], 10, 64)
		switch {
		case errX == nil && errY == nil && m != n:
			return cmp.Compare(m, n)
		case x[i] != y[i]:
			return cmp.Compare(x[i], y[i])
		}
	}
	return cmp.Compare(len(x), len(y))
}

func TestNamesOrderByTheirNumbers(t *testing.T) {
	require.Negative(t, xatu.CompareNames("2024/3/26/9.parquet", "2024/3/26/10.parquet"))
	rng := newRand()
	name := func() string {
		b := make([]byte, rng.IntN(7))
		for i := range b {
			b[i] = "019-/a"[rng.IntN(6)]
		}
		return string(b)
	}
	for range 20_000 {
		a, b := name(), name()
		require.Equal(t, byRuns(a, b), xatu.CompareNames(a, b), "%q %q", a, b)
	}
}

// Whatever is in a file of a table, reading it ends, with faults or without: real
// files of two writers, with bytes that are changed in two places.
func FuzzOpenFile(f *testing.F) {
	gwei := uint64(32e9)
	for i, b := range [][]byte{
		encoded(f, []committeeRow{{Slot: 64, Validators: []uint32{3, 7}}, {Slot: 65, Validators: []uint32{4}}}, 1),
		encoded(f, []attestationRow{{Slot: 64, BlockSlot: 65, Validators: []uint32{3}, Target: rootOf(64), Head: rootOf(64)}}, 1),
		encoded(f, []blockRow{{64, rootOf(64)}, {65, rootOf(65)}}, 1),
		encoded(f, []validatorRow{{Epoch: 2, Index: 3, Balance: &gwei}, {Epoch: 3, Index: 3}}, 1),
	} {
		f.Add(uint8(i), b, uint16(0), []byte(nil), uint16(0), []byte(nil))
	}
	for table, pattern := range map[xatu.Table]string{xatu.Committees: "committees-*", xatu.Blocks: "blocks-*", xatu.Validators: "validators-*"} {
		for _, b := range duckDB(f, pattern) {
			f.Add(uint8(table), b, uint16(4), []byte{0xff, 0xff, 0x7f}, uint16(len(b)-100), []byte{1})
		}
	}
	f.Fuzz(func(t *testing.T, table uint8, b []byte, at uint16, with []byte, again uint16, more []byte) {
		b = bytes.Clone(b)
		if len(b) > 0 {
			copy(b[int(at)%len(b):], with)
			copy(b[int(again)%len(b):], more)
		}
		budget.Run(t, budget.Limit{}, func() { readTable(t, xatu.Table(table%4), b) })
	})
}
