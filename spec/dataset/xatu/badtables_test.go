package xatu_test

import (
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/dataset"
	"github.com/stakesim/stakesim/spec/dataset/xatu"
)

func TestBeforeDenebATargetNeedsInclusionWithin32Slots(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "canonical_beacon_committee", "a.parquet", []committeeRow{{Slot: 64, Epoch: 2, Validators: []uint32{1, 2, 3}}})
	write(t, dir, "canonical_beacon_elaborated_attestation", "a.parquet", []attestationRow{
		{Slot: 64, BlockSlot: 96, Validators: []uint32{1}, Target: rootOf(64), Head: rootOf(64)},
		{Slot: 64, BlockSlot: 97, Validators: []uint32{2}, Target: rootOf(64), Head: rootOf(64)},
	})
	write(t, dir, "canonical_beacon_block", "a.parquet", []blockRow{{64, rootOf(64)}, {96, rootOf(96)}, {97, rootOf(97)}})
	write(t, dir, "canonical_beacon_validators", "a.parquet", []validatorRow{})
	// The fork of the block decides: both are of epoch 3.
	for deneb, want := range map[spec.Epoch][]spec.Flags{2: {2, 2, 0}, 3: {2, 2, 0}, 4: {2, 0, 0}} {
		tables, err := xatu.Open(dir, nil)
		require.NoError(t, err)
		tables.Timing.Deneb = deneb
		for s, err := range tables.Slots() {
			require.NoError(t, err)
			require.True(t, s.NextBlockMissing)
			for i, m := range s.Members {
				require.Equal(t, want[i], m.Flags, "deneb at %d, validator %d", deneb, m.Validator)
			}
		}
	}
}

// faultOf reads everything and returns the first fault.
func faultOf(t *testing.T, dir string) *dataset.Fault {
	tables, err := xatu.Open(dir, nil)
	if err == nil {
		for _, e := range tables.Slots() {
			err = e
		}
	}
	var fault *dataset.Fault
	require.Error(t, err)
	require.True(t, errors.As(err, &fault), "%v", err)
	require.ErrorIs(t, err, spec.ErrInput)
	return fault
}

func TestBadTablesAreFaultsOrCounted(t *testing.T) {
	type other struct {
		Slot uint32 `parquet:"slot"`
	}
	attestation := func(change func(*attestationRow)) func(*testing.T, string, *day) {
		return func(t *testing.T, dir string, d *day) {
			rows := append([]attestationRow(nil), d.attestations...)
			change(&rows[len(rows)-1])
			write(t, dir, "canonical_beacon_elaborated_attestation", "2024/3/26/9.parquet", rows)
			require.NoError(t, os.Remove(filepath.Join(dir, "canonical_beacon_elaborated_attestation/2024/3/26/10.parquet")))
		}
	}
	cut := func(t *testing.T, dir string, n int64) {
		require.NoError(t, os.Truncate(filepath.Join(dir, "canonical_beacon_block/2024/3/26.parquet"), n))
	}
	for _, c := range []struct {
		name   string
		kind   dataset.Kind
		column string
		do     func(*testing.T, string, *day)
	}{
		{"a table without files", dataset.MissingFile, "", func(t *testing.T, dir string, d *day) {
			require.NoError(t, os.RemoveAll(filepath.Join(dir, "canonical_beacon_block")))
		}},
		{"a file without a column", dataset.MissingColumn, "block_root", func(t *testing.T, dir string, d *day) {
			write(t, dir, "canonical_beacon_block", "2024/3/26.parquet", []other{{1}})
		}},
		{"a file cut off", dataset.Truncated, "", func(t *testing.T, dir string, d *day) { cut(t, dir, 300) }},
		{"an empty file", dataset.Truncated, "", func(t *testing.T, dir string, d *day) { cut(t, dir, 0) }},
		{"a file of something else", dataset.Malformed, "", func(t *testing.T, dir string, d *day) {
			require.NoError(t, os.WriteFile(filepath.Join(dir, "canonical_beacon_block/2024/3/26.parquet"), []byte("epoch,slot\n1,2\n3,4\n5,6\n"), 0o644))
		}},
		{"an attester outside its committee", dataset.Outsider, "", attestation(func(r *attestationRow) { r.Validators = []uint32{members + 5} })},
		{"an index above all bounds", dataset.UnknownValidator, "validators", attestation(func(r *attestationRow) { r.Validators = []uint32{1 << 31} })},
		{"a root that is none", dataset.Malformed, "target_root", attestation(func(r *attestationRow) { r.Target = "0x12" })},
		{"an inclusion before the slot", dataset.Malformed, "block_slot", attestation(func(r *attestationRow) { r.BlockSlot = r.Slot })},
		{"attestations of an epoch without committees", dataset.NoCommittee, "slot", attestation(func(r *attestationRow) {
			r.Slot += 320
			r.BlockSlot = r.Slot + 1
		})},
		{"a slot out of order", dataset.SlotOrder, "slot", func(t *testing.T, dir string, d *day) {
			rows := append([]blockRow(nil), d.blocks...)
			rows[7], rows[50] = rows[50], rows[7]
			write(t, dir, "canonical_beacon_block", "2024/3/26.parquet", rows)
		}},
		{"two blocks of one slot", dataset.SlotTwice, "slot", func(t *testing.T, dir string, d *day) {
			rows := append([]blockRow{d.blocks[0], {d.blocks[0].Slot, rootOf(1)}}, d.blocks[1:]...)
			write(t, dir, "canonical_beacon_block", "2024/3/26.parquet", rows)
		}},
		{"no block before the first epoch", dataset.NoBlock, "slot", func(t *testing.T, dir string, d *day) {
			write(t, dir, "canonical_beacon_block", "2024/3/26.parquet", d.blocks[50:])
		}},
		{"half a Gwei", dataset.Malformed, "effective_balance", func(t *testing.T, dir string, d *day) {
			rows := append([]validatorRow(nil), d.validators...)
			gwei := uint64(5)
			rows[0].Balance = &gwei
			write(t, dir, "canonical_beacon_validators", "2024/3/26.parquet", rows)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := newDay(rand.New(rand.NewPCG(5, 6)), false)
			dir := d.write(t)
			c.do(t, dir, d)
			fault := faultOf(t, dir)
			require.Equal(t, c.kind, fault.Kind, "%v", fault)
			require.Equal(t, c.column, fault.Column, "%v", fault)
			faults := &dataset.Faults{Lenient: true}
			tables, err := xatu.Open(dir, faults)
			require.NoError(t, err)
			for _, err := range tables.Slots() {
				require.NoError(t, err)
			}
			require.NotZero(t, faults.Counts[c.kind], faults.Summary())
		})
	}
	_, err := xatu.Open(filepath.Join(t.TempDir(), "none"), nil)
	require.ErrorIs(t, err, fs.ErrNotExist)
}
