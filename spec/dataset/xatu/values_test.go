package xatu_test

import (
	"bytes"
	"encoding/base64"
	"maps"
	"os"
	"path/filepath"
	"testing"

	"github.com/parquet-go/parquet-go"
	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/spec/dataset"
	"github.com/stakesim/stakesim/spec/dataset/xatu"
)

// cells are a row by column.
type cells map[string]any

// typed is a file of one row with columns of the given types, in two row groups
// of which the second holds the row to look at.
func typed(t testing.TB, of map[string]parquet.Node, good, bad cells) []byte {
	var b bytes.Buffer
	w := parquet.NewWriter(&b, parquet.NewSchema("table", parquet.Group(of)))
	for _, row := range []cells{good, bad} {
		require.NoError(t, w.Write(map[string]any(row)))
		require.NoError(t, w.Flush())
	}
	w.SetKeyValueMetadata("stakesim.duties", base64.StdEncoding.EncodeToString([]byte{0xff, 0, 0, 0, 0, 0, 0, 0}))
	require.NoError(t, w.Close())
	return b.Bytes()
}

// with is a copy with one cell changed.
func (c cells) with(name string, v any) cells {
	changed := cells{}
	maps.Copy(changed, c)
	changed[name] = v
	return changed
}

func signed(bits int) parquet.Node { return parquet.Int(bits) }

var (
	bare32  = parquet.Leaf(parquet.Int32Type)
	bare64  = parquet.Leaf(parquet.Int64Type)
	boolean = parquet.Leaf(parquet.BooleanType)
	text    = parquet.String()
)

// Every integer is held to the type of its column and to the range of what it
// means: none is narrowed, and none changes its sign.
func TestAValueThatDoesNotFitIsAFaultOfItsRowGroupAndColumn(t *testing.T) {
	root := "0x" + string(bytes.Repeat([]byte("ab"), 32))
	good := map[xatu.Table]cells{
		xatu.Committees:   {"slot": int64(64), "validators": []int64{3}},
		xatu.Attestations: {"slot": int64(64), "block_slot": int64(65), "validators": []int64{3}, "target_root": root, "beacon_block_root": root},
		xatu.Blocks:       {"slot": int64(64), "block_root": root},
		xatu.Validators:   {"epoch": int64(2), "index": int64(3), "effective_balance": int64(32e9), "slashed": false},
	}
	types := func(c cells) map[string]parquet.Node {
		of := map[string]parquet.Node{}
		for name, v := range c {
			switch v.(type) {
			case int64:
				of[name] = bare64
			case []int64:
				of[name] = parquet.Repeated(bare64)
			case string:
				of[name] = text
			case bool:
				of[name] = boolean
			}
		}
		return of
	}
	for _, c := range []struct {
		table  xatu.Table
		column string
		node   parquet.Node // nil: as in the good row
		good   any
		bad    any
		want   string
	}{
		{xatu.Committees, "slot", nil, nil, int64(-1), "-1, below 0"},
		{xatu.Committees, "slot", nil, nil, int64(1) << 62, "4611686018427387904, above 4611686018427387903"},
		{xatu.Committees, "slot", bare32, int32(64), int32(-5), "-5, below 0"},
		{xatu.Committees, "slot", parquet.Optional(bare64), int64(64), nil, "null"},
		{xatu.Committees, "slot", parquet.Uint(64), uint64(64), uint64(1<<64 - 1), "18446744073709551615, above 4611686018427387903"},
		{xatu.Committees, "slot", signed(8), int32(64), int32(300), "300 in a column of INT32 (INT_8)"},
		{xatu.Committees, "slot", parquet.Uint(8), uint32(64), uint32(256), "256 in a column of INT32 (UINT_8)"},
		{xatu.Committees, "slot", signed(16), int32(64), int32(1 << 15), "32768 in a column of INT32 (INT_16)"},
		{xatu.Committees, "validators", nil, nil, []int64{-5}, "-5, below 0"},
		{xatu.Committees, "validators", nil, nil, []int64{1<<32 + 3}, "4294967299, above 16777215"},
		{xatu.Committees, "validators", parquet.Repeated(signed(32)), []int32{3}, []int32{-1}, "-1, below 0"},
		{xatu.Attestations, "block_slot", nil, nil, int64(-1), "-1, below 0"},
		{xatu.Attestations, "block_slot", nil, nil, int64(64), "64, not after slot 64"},
		{xatu.Attestations, "slot", nil, nil, int64(-64), "-64, below 0"},
		{xatu.Attestations, "validators", nil, nil, []int64{1 << 24}, "16777216, above 16777215"},
		{xatu.Blocks, "slot", nil, nil, int64(-64), "-64, below 0"},
		{xatu.Blocks, "block_root", nil, nil, "0x12", "no root of slot 64"},
		{xatu.Validators, "epoch", nil, nil, int64(-2), "-2, below 0"},
		{xatu.Validators, "index", nil, nil, int64(-3), "-3, below 0"},
		{xatu.Validators, "index", nil, nil, int64(1<<32 + 3), "4294967299, above 16777215"},
		{xatu.Validators, "effective_balance", nil, nil, int64(-5), "-5, below 0"},
		{xatu.Validators, "effective_balance", nil, nil, int64(65536e9), "65536000000000, above 65535000000000"},
		{xatu.Validators, "effective_balance", nil, nil, int64(32e9 + 1), "32000000001, not whole ETH"},
		{xatu.Validators, "slashed", bare32, int32(0), int32(2), "2, above 1"},
		{xatu.Validators, "slashed", parquet.Uint(8), uint32(1), uint32(3), "3, above 1"},
		{xatu.Validators, "slashed", bare64, int64(1), int64(-1), "-1, below 0"},
		{xatu.Validators, "slashed", parquet.Optional(boolean), true, nil, "null"},
	} {
		of, row := types(good[c.table]), good[c.table]
		if c.node != nil {
			of[c.column], row = c.node, row.with(c.column, c.good)
		}
		b := typed(t, of, row, row.with(c.column, c.bad))
		n, faults := readTable(t, c.table, b)
		require.GreaterOrEqual(t, n, 1, "%v", faults)
		require.Len(t, faults, 1, "%v %s %v", c.table, c.column, c.bad)
		require.Equal(t, c.column, faults[0].Column)
		require.Contains(t, faults[0].Error(), "row group 1, row 0: "+c.want)
	}
	// What no value of the type can be.
	for _, c := range []struct {
		table  xatu.Table
		column string
		node   parquet.Node
		value  any
		want   string
	}{
		{xatu.Validators, "slashed", text, "true", "BYTE_ARRAY (STRING), where booleans are wanted"},
		{xatu.Validators, "slashed", parquet.Leaf(parquet.DoubleType), 1.0, "DOUBLE, where booleans are wanted"},
		{xatu.Validators, "effective_balance", parquet.Leaf(parquet.DoubleType), 32e9, "DOUBLE, where integers are wanted"},
		{xatu.Validators, "effective_balance", parquet.Decimal(2, 18, parquet.Int64Type), int64(32e9), "INT64 (DECIMAL of scale 2), where integers are wanted"},
		{xatu.Validators, "epoch", text, "2", "BYTE_ARRAY (STRING), where integers are wanted"},
		{xatu.Validators, "index", boolean, true, "BOOLEAN, where integers are wanted"},
		{xatu.Committees, "slot", parquet.Timestamp(parquet.Millisecond), int64(64), "INT64 (TIMESTAMP), where integers are wanted"},
		{xatu.Committees, "slot", parquet.Repeated(bare64), []int64{64}, "lists of INT64 (INT_64), where integers are wanted"},
		{xatu.Committees, "validators", parquet.Repeated(text), []string{"3"}, "lists of BYTE_ARRAY (STRING), where lists of integers are wanted"},
		{xatu.Blocks, "block_root", bare64, int64(1), "INT64 (INT_64), where roots are wanted"},
	} {
		of, row := types(good[c.table]), good[c.table].with(c.column, c.value)
		of[c.column] = c.node
		n, faults := readTable(t, c.table, typed(t, of, row, row))
		require.Zero(t, n)
		require.Len(t, faults, 2, "one for each row group")
		require.Equal(t, c.column, faults[1].Column)
		require.Contains(t, faults[1].Error(), "row group 1 from row 0: "+c.want)
	}
}

func TestAValueOfAListThatDoesNotFitIsAFaultOfItsRowGroupAndColumn(t *testing.T) {
	good := cells{
		"slot": int64(64), "committee_size": int64(9), "committee_balance_gwei": int64(288e9), "next_block_missing": false, "no_history": false,
		"validators": []int64{3, 4}, "effective_balance_eth": []int64{32, 32}, "flags": []int64{1, 1},
	}
	of := map[string]parquet.Node{
		"slot": bare64, "committee_size": bare64, "committee_balance_gwei": bare64, "next_block_missing": boolean, "no_history": boolean,
		"validators": parquet.Repeated(bare64), "effective_balance_eth": parquet.Repeated(bare64), "flags": parquet.Repeated(bare64),
	}
	read := func(of map[string]parquet.Node, first, second cells) error {
		name := filepath.Join(t.TempDir(), "list.parquet")
		require.NoError(t, os.WriteFile(name, typed(t, of, first, second), 0o644))
		return readAll(name)
	}
	require.NoError(t, read(of, good, good.with("slot", int64(65))))
	for _, c := range []struct {
		column string
		bad    any
		want   string
	}{
		{"slot", int64(-1), "-1, below 0"},
		{"slot", int64(64), "64 after 64"},
		{"committee_size", int64(1<<32 + 3), "4294967299, above 4294967295"},
		{"committee_size", int64(-1), "-1, below 0"},
		{"committee_size", int64(1), "1, fewer than the 2 that failed"},
		{"committee_balance_gwei", int64(-5), "-5, below 0"},
		{"validators", []int64{3, 1<<32 + 4}, "4294967300, above 16777215"},
		{"validators", []int64{-3, 4}, "-3, below 0"},
		{"validators", []int64{4, 3}, "3 after 4"},
		{"validators", []int64{3, 3}, "3 after 3"},
		{"validators", []int64{3, 8}, "8, which has no duty in this list"},
		{"effective_balance_eth", []int64{32, 65536 + 32}, "65568, above 65535"},
		{"effective_balance_eth", []int64{-32, 32}, "-32, below 0"},
		{"effective_balance_eth", []int64{32}, "1 in a list beside 2 validators"},
		{"flags", []int64{1, 256 + 1}, "257, above 255"},
		{"flags", []int64{1, -255}, "-255, below 0"},
		{"flags", []int64{1, 1, 1}, "3 in a list beside 2 validators"},
	} {
		err := read(of, good, good.with("slot", int64(65)).with(c.column, c.bad))
		require.ErrorContains(t, err, "list.parquet: column "+c.column+": ", "%v", c.bad)
		require.ErrorContains(t, err, "row group 1, row 0: "+c.want)
		var fault *dataset.Fault
		require.ErrorAs(t, err, &fault)
		require.Equal(t, c.column, fault.Column)
	}
	of["no_history"] = text
	bad := good.with("no_history", "true")
	require.ErrorContains(t, read(of, bad, bad), "column no_history: malformed input: row group 0 from row 0: BYTE_ARRAY (STRING), where booleans are wanted")
}

func TestNullAmongValidatorsIsAFaultAndAListWithoutElementsIsEmpty(t *testing.T) {
	schema := parquet.NewSchema("table", parquet.Group{
		"slot": parquet.Uint(32), "validators": parquet.Optional(parquet.List(parquet.Optional(parquet.Uint(32)))),
	})
	slot, three, null := parquet.Int32Value(64), parquet.Int32Value(3), parquet.Value{}
	var b bytes.Buffer
	w := parquet.NewWriter(&b, schema)
	_, err := w.WriteRows([]parquet.Row{
		{slot, three.Level(0, 3, 1)},                       // [3]
		{slot, null.Level(0, 0, 1)},                        // null
		{slot, null.Level(0, 1, 1)},                        // []
		{slot, null.Level(0, 2, 1)},                        // [null]
		{slot, three.Level(0, 3, 1), null.Level(1, 2, 1)},  // [3, null]
		{slot, three.Level(0, 3, 1), three.Level(1, 3, 1)}, // [3, 3]
	})
	require.NoError(t, err)
	require.NoError(t, w.Close())
	var got []int
	var faults []string
	for c, err := range open(t, xatu.Committees, b.Bytes()).Committees(0, 0) {
		if err != nil {
			faults = append(faults, err.Error())
			continue
		}
		got = append(got, len(c.Validators))
	}
	const null3, null4 = "row group 0, row 3: null in a list of validators", "row group 0, row 4: null in a list of validators"
	require.Equal(t, []int{1, 0, 0, 0, 0, 2}, got)
	require.Equal(t, []string{"x.parquet: column validators: malformed input: " + null3, "x.parquet: column validators: malformed input: " + null4}, faults)
}
