package xatu_test

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/parquet-go/parquet-go"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/dataset"
	"github.com/stakesim/stakesim/spec/dataset/xatu"
)

// hour writes four tables of one slot with two validators, of whom one attests.
func hour() string {
	dir, _ := os.MkdirTemp("", "xatu")
	gwei := uint64(32e9)
	table := func(name string) string { return filepath.Join(dir, name+".parquet") }
	_ = parquet.WriteFile(table("canonical_beacon_committee"), []committeeRow{{Slot: 64, Epoch: 2, Validators: []uint32{3, 7}}})
	_ = parquet.WriteFile(table("canonical_beacon_elaborated_attestation"), []attestationRow{
		{Slot: 64, BlockSlot: 65, Validators: []uint32{3}, Target: rootOf(64), Head: rootOf(64)},
	})
	_ = parquet.WriteFile(table("canonical_beacon_block"), []blockRow{{64, rootOf(64)}, {65, rootOf(65)}})
	_ = parquet.WriteFile(table("canonical_beacon_validators"), []validatorRow{{Epoch: 2, Index: 3, Balance: &gwei}})
	return dir
}

func ExampleOpen() {
	dir := hour()
	defer os.RemoveAll(dir)
	tables, err := xatu.Open(dir, nil)
	fmt.Println(tables.Timing.Network, tables.Timing.Deneb, tables.Size > 0, err)
	_, err = xatu.Open(filepath.Join(dir, "canonical_beacon_block.parquet"), nil)
	fmt.Println(err != nil)
	// Output:
	// mainnet 269568 true <nil>
	// true
}

func ExampleTables_Slots() {
	dir := hour()
	defer os.RemoveAll(dir)
	tables, _ := xatu.Open(dir, nil)
	for s, err := range tables.Slots() {
		for _, m := range s.Members {
			fmt.Println(s.Slot, m.Validator, m.Flags == spec.AllFlags, m.Increments, m.Known, err)
		}
	}
	fmt.Println(tables.UnknownBalances)
	// Output:
	// 64 3 true 32 true <nil>
	// 64 7 false 32 false <nil>
	// 1
}

func ExampleTables_Failures() {
	dir := hour()
	defer os.RemoveAll(dir)
	tables, _ := xatu.Open(dir, nil)
	var b dataset.Builder
	for s, err := range tables.Failures(&b) {
		fmt.Println(s.Slot, s.Committee, s.Balance, len(s.Failures), s.Failures[0].Validator(), err)
	}
	fmt.Println(b.Duties.Count())
	// Output:
	// 64 2 64000000000 1 7 <nil>
	// 2
}

func ExampleOpenList() {
	_, err := xatu.OpenList(os.DevNull)
	fmt.Println(err != nil)
	// Output: true
}

func ExampleList_All() {
	dir, _ := os.MkdirTemp("", "xatu")
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "list.parquet")
	_ = xatu.WriteList(file, slots(dataset.SlotFailures{Slot: 64, Committee: 2}), duties())
	l, _ := xatu.OpenList(file)
	for s, err := range l.All() {
		fmt.Println(s.Slot, s.Committee, len(s.Failures), err)
	}
	// Output: 64 2 0 <nil>
}
