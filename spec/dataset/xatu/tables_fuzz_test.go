package xatu_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/budget"
	"github.com/stakesim/stakesim/spec/dataset"
	"github.com/stakesim/stakesim/spec/dataset/xatu"
	"github.com/stakesim/stakesim/spec/dataset/xatu/sample"
)

// A folder of tables whose files are changed in a place each ends with a fault, or,
// when faults are counted, with a failure list that keeps its promises.
func FuzzChangedTables(f *testing.F) {
	dir := f.TempDir()
	p := sample.Period{Seed: 3, Validators: 64, From: 300_000, Epochs: 3, GroupRows: 50, BalanceEvery: 1}
	require.NoError(f, p.Write(dir))
	tables, err := xatu.Open(dir, nil)
	require.NoError(f, err)
	var names []string
	var whole [][]byte
	for _, table := range xatu.AllTables() {
		for _, name := range tables.Files(table) {
			b, err := os.ReadFile(name)
			require.NoError(f, err)
			names, whole = append(names, name), append(whole, b)
		}
	}
	f.Add(uint8(0), uint32(0), []byte(nil), uint8(0), uint32(0), []byte(nil))
	f.Add(uint8(0), uint32(300), []byte{0xff}, uint8(1), uint32(len(whole[1])-200), []byte{0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, one uint8, at uint32, with []byte, other uint8, also uint32, more []byte) {
		changed := map[int][]byte{}
		for i, what := range [][]byte{with, more} {
			n := int([]uint8{one, other}[i]) % len(names)
			if changed[n] == nil {
				changed[n] = bytes.Clone(whole[n])
			}
			copy(changed[n][int([]uint32{at, also}[i])%len(whole[n]):], what)
		}
		for n, b := range changed {
			require.NoError(t, os.WriteFile(names[n], b, 0o644))
		}
		budget.Run(t, budget.Limit{}, func() {
			if _, err := listOf(dir, nil); err != nil {
				require.ErrorIs(t, err, spec.ErrInput)
			}
			list, err := listOf(dir, &dataset.Faults{Lenient: true})
			require.NoError(t, err)
			for i := range list {
				require.True(t, i == 0 || list[i-1].Slot < list[i].Slot)
				_, err := list[i].AppendBinary(nil)
				require.NoError(t, err)
			}
		})
		for n := range changed {
			require.NoError(t, os.WriteFile(names[n], whole[n], 0o644))
		}
	})
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
