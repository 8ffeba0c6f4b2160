package xatu_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/dataset"
	"github.com/stakesim/stakesim/spec/dataset/xatu"
	"github.com/stakesim/stakesim/spec/dataset/xatu/sample"
)

// BenchmarkTables turns 32 epochs of 20,000 validators into failures.
func BenchmarkTables(b *testing.B) {
	dir := b.TempDir()
	p := sample.Period{Seed: 1, Validators: 20_000, From: 300_000, Epochs: 32, ByBlock: true, BalanceEvery: 1}
	require.NoError(b, p.Write(dir))
	tables, err := xatu.Open(dir, nil)
	require.NoError(b, err)
	b.SetBytes(tables.Size)
	b.ReportAllocs()
	for b.Loop() {
		for _, err := range tables.Failures(nil) {
			require.NoError(b, err)
		}
	}
}

// BenchmarkWindow joins eight epochs of 20,000 validators whose rows are in
// memory, and sorted from the second time on.
func BenchmarkWindow(b *testing.B) {
	dir := b.TempDir()
	p := sample.Period{Seed: 1, Validators: 20_000, From: 300_000, Epochs: 8, ByBlock: true}
	require.NoError(b, p.Write(dir))
	m := load(b, dir)
	w := &xatu.Window{
		From: 1, To: 1 << 40, Timing: mainnet,
		Committees: m.committees, Attestations: m.attestations, Blocks: m.blocks, Balances: m.balances,
	}
	var last dataset.SlotFailures
	b.ReportAllocs()
	for b.Loop() {
		for s, err := range w.Failures() {
			require.NoError(b, err)
			last = s
		}
	}
	require.Equal(b, spec.Slot(300_008*32-1), last.Slot)
}
