package xatu_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"github.com/stakesim/stakesim/spec/dataset"
	"github.com/stakesim/stakesim/spec/dataset/xatu"
)

// table opens a table of hour, as read into memory.
func table(t xatu.Table) *xatu.File {
	dir := hour()
	defer os.RemoveAll(dir)
	b, _ := os.ReadFile(filepath.Join(dir, t.String()+".parquet"))
	f, err := xatu.OpenFile(t, t.String(), bytes.NewReader(b), int64(len(b)))
	if err != nil {
		fmt.Println(err)
	}
	return f
}

func ExampleAllTables() {
	for _, t := range xatu.AllTables() {
		fmt.Println(t)
	}
	// Output:
	// canonical_beacon_committee
	// canonical_beacon_elaborated_attestation
	// canonical_beacon_block
	// canonical_beacon_validators
}

func ExampleTable_String() {
	fmt.Println(xatu.Blocks)
	// Output: canonical_beacon_block
}

func ExampleTableOf() {
	fmt.Println(xatu.TableOf("canonical_beacon_block/2024/3/26/0.parquet"))
	fmt.Println(xatu.TableOf("canonical_beacon_validators_pubkeys/2024/3/26.parquet"))
	// Output:
	// canonical_beacon_block true
	// canonical_beacon_committee false
}

func ExampleCompareNames() {
	fmt.Println(xatu.CompareNames("26/9.parquet", "26/10.parquet"))
	// Output: -1
}

func ExamplePosition_Compare() {
	a := xatu.Position{File: "9.parquet", Group: 3}
	b := xatu.Position{File: "9.parquet", Group: 2, Row: 70}
	fmt.Println(a.Compare(b))
	// Output: 1
}

func ExampleOpenFile() {
	b := []byte("epoch,slot\n1,2\n")
	_, err := xatu.OpenFile(xatu.Blocks, "x.parquet", bytes.NewReader(b), int64(len(b)))
	fmt.Println(err)
	// Output: x.parquet: malformed input: begins with "epoc", no Parquet
}

func ExampleFile_Groups() {
	fmt.Println(table(xatu.Blocks).Groups())
	// Output: 1
}

func ExampleFile_Rows() {
	f := table(xatu.Blocks)
	fmt.Println(f.Rows(0), f.Rows(1))
	// Output: 2 0
}

func ExampleFile_Highest() {
	fmt.Println(table(xatu.Blocks).Highest(0))
	// Output: 65
}

func ExampleFile_Committees() {
	f, reached := table(xatu.Committees), uint64(0)
	for g := range f.Groups() {
		for row, err := range f.Committees(g, reached) {
			fmt.Println(row.At, row.Slot, row.Validators, err)
		}
		reached = max(reached, f.Highest(g))
	}
	for _, err := range f.Committees(0, 96) {
		fmt.Println(err)
	}
	// Output:
	// {canonical_beacon_committee 0 0} 64 [3 7] <nil>
	// canonical_beacon_committee: column slot: slot out of order: row group 0, row 0: 64 after 96
}

func ExampleFile_Attestations() {
	for row, err := range table(xatu.Attestations).Attestations(0, 0) {
		fmt.Println(row.Slot, row.Block, row.Validators, err)
	}
	// Output: 64 65 [3] <nil>
}

func ExampleFile_Blocks() {
	for row, err := range table(xatu.Blocks).Blocks(0, 0) {
		fmt.Println(row.Slot, row.Root[31], err)
	}
	// Output:
	// 64 64 <nil>
	// 65 65 <nil>
}

func ExampleFile_Balances() {
	for row, err := range table(xatu.Validators).Balances(0, 0) {
		fmt.Println(row.Epoch, row.Validator, row.Increments, row.Known, err)
	}
	// Output: 2 3 32 true <nil>
}

func ExampleTables_Files() {
	dir := hour()
	defer os.RemoveAll(dir)
	tables, _ := xatu.Open(dir, nil)
	fmt.Println(len(tables.Files(xatu.Blocks)))
	// Output: 1
}

func ExampleBalances() {
	var first, second xatu.Balances // of two row groups
	_ = first.Add(&xatu.Balance{Validator: 7, Increments: 32, Known: true})
	_ = second.Add(&xatu.Balance{Validator: 7, Increments: 31, Known: true, Slashed: true})
	first.Merge(&second)
	fmt.Println(first.Of(7))
	// Output: 31 true true
}

func ExampleBalances_Add() {
	var b xatu.Balances
	fmt.Println(b.Add(&xatu.Balance{Validator: 7, Increments: 32, Known: true}))
	fmt.Println(b.Add(&xatu.Balance{Validator: 1 << 24}))
	// Output:
	// <nil>
	// validator: invalid input: 16777216, not below 16777216
}

func ExampleBalances_Of() {
	var b xatu.Balances
	fmt.Println(b.Of(7))
	// Output: 0 false false
}

func ExampleBalances_Merge() {
	var b, later xatu.Balances
	_ = b.Add(&xatu.Balance{Validator: 7, Increments: 32, Known: true})
	_ = later.Add(&xatu.Balance{Validator: 7, Unreadable: true, Slashed: true})
	b.Merge(&later)
	fmt.Println(b.Of(7))
	// Output: 32 true true
}

func ExampleBalances_Range() {
	var b xatu.Balances
	_ = b.Add(&xatu.Balance{Validator: 7, Increments: 32, Known: true})
	fmt.Println(b.Range(5, 8).Of(7))
	fmt.Println(b.Range(8, 20).Of(7))
	// Output:
	// 32 true false
	// 0 false false
}

func ExampleBalances_AppendBinary() {
	var b xatu.Balances
	for v := range uint32(100_000) {
		_ = b.Add(&xatu.Balance{Validator: v, Increments: 32, Known: true})
	}
	data, err := b.AppendBinary(nil)
	fmt.Println(len(data), err)
	// Output: 7 <nil>
}

func ExampleBalances_UnmarshalBinary() {
	var a, b xatu.Balances
	_ = a.Add(&xatu.Balance{Validator: 7, Increments: 32, Known: true})
	data, _ := a.AppendBinary(nil)
	fmt.Println(b.UnmarshalBinary(data))
	fmt.Println(b.Of(7))
	fmt.Println(b.UnmarshalBinary(data[1:]))
	// Output:
	// <nil>
	// 32 true false
	// balances: invalid input: no version 1
}

// fed is a join that has been fed hour.
func fed() *xatu.Join {
	j := &xatu.Join{Timing: xatu.Timing{Deneb: 269568}}
	for row := range table(xatu.Committees).Committees(0, 0) {
		_ = j.Committee(&row)
	}
	for row := range table(xatu.Blocks).Blocks(0, 0) {
		_ = j.Block(&row)
	}
	for row := range table(xatu.Attestations).Attestations(0, 0) {
		_ = j.Attestation(&row)
	}
	for row := range table(xatu.Validators).Balances(0, 0) {
		_ = j.Balance(&row)
	}
	return j
}

func ExampleJoin() {
	j := fed()
	for s, err := range j.Slots() {
		for _, m := range s.Members {
			fmt.Println(s.Slot, m.Validator, m.Included, m.Known, err)
		}
	}
	fmt.Println(j.End(), j.Counts.Duties, j.Counts.Votes)
	// Output:
	// 64 3 true true <nil>
	// 64 7 false false <nil>
	// <nil> 2 1
}

func ExampleJoin_Slots() {
	j := fed()
	for s := range j.Slots() {
		fmt.Println(s.Slot, s.NextBlockMissing, len(s.Members))
	}
	// Output: 64 false 2
}

func ExampleJoin_Committee() {
	var j xatu.Join
	fmt.Println(j.Committee(&xatu.Committee{Slot: 64, Validators: []uint32{3}}))
	fmt.Println(j.Committee(&xatu.Committee{Slot: 32, Validators: []uint32{3}}))
	// Output:
	// <nil>
	// slot: invalid input: committee of slot 32 after epoch 2
}

func ExampleJoin_Block() {
	var j xatu.Join
	fmt.Println(j.Block(&xatu.Block{Slot: 64}), j.Block(&xatu.Block{Slot: 64}))
	fmt.Println(j.Block(&xatu.Block{At: xatu.Position{File: "x"}, Slot: 64, Root: xatu.Root{1}}))
	// Output:
	// <nil> <nil>
	// x: column slot: slot twice: row group 0, row 0: 64, with another root
}

func ExampleJoin_Attestation() {
	j := fed()
	for range j.Slots() {
	}
	fmt.Println(j.Attestation(&xatu.Attestation{At: xatu.Position{File: "x", Row: 7}, Slot: 64, Block: 70}))
	// Output: x: column slot: attesters without a committee: row group 0, row 7: epoch 2, which is over or has none
}

func ExampleJoin_Balance() {
	var j xatu.Join
	fmt.Println(j.Balance(&xatu.Balance{Validator: 7, Increments: 40, Known: true}))
	fmt.Println(j.Balances.Of(7))
	// Output:
	// <nil>
	// 40 true false
}

func ExampleJoin_End() {
	j := &xatu.Join{Faults: &dataset.Faults{Lenient: true}}
	_ = j.Attestation(&xatu.Attestation{Slot: 64, Block: 65})
	fmt.Println(j.End(), j.Faults.Summary())
	// Output: <nil> attesters without a committee: 1
}

func ExampleCounts_Add() {
	c := xatu.Counts{Slots: 32, LateRows: 3}
	c.Add(xatu.Counts{Slots: 31})
	fmt.Println(c.Slots, c.LateRows)
	// Output: 63 3
}

func ExampleWindow() {
	w := xatu.Window{From: 2, To: 3, Timing: xatu.Timing{Deneb: 269568}}
	for row := range table(xatu.Committees).Committees(0, 0) {
		row.Validators = append([]uint32(nil), row.Validators...) // the next row reuses them
		w.Committees = append(w.Committees, row)
	}
	for row := range table(xatu.Blocks).Blocks(0, 0) {
		w.Blocks = append(w.Blocks, row)
	}
	for s, err := range w.Failures() {
		fmt.Println(s.Slot, s.Committee, len(s.Failures), err)
	}
	fmt.Println(w.Duties.Count(), w.Counts.UnknownBalances)
	// Output:
	// 64 2 2 <nil>
	// 2 2
}

func ExampleWindow_Failures() {
	w := xatu.Window{From: 2, To: 3}
	w.Committees = []xatu.Committee{{Slot: 40, Validators: []uint32{3}}, {Slot: 70, Validators: []uint32{3}}}
	for s, err := range w.Failures() {
		fmt.Println(s.Slot, s.NoHistory, s.Failures[0].Failing()&dataset.MissedBefore != 0, err)
	}
	// Output: 70 false true <nil>
}

func ExampleCommittee_AppendBinary() {
	b, err := (&xatu.Committee{Slot: 64, Validators: []uint32{3, 7}}).AppendBinary(nil)
	fmt.Println(b, err)
	// Output: [1 0 0 0 0 64 2 3 7] <nil>
}

func ExampleCommittee_UnmarshalBinary() {
	var c xatu.Committee
	fmt.Println(c.UnmarshalBinary([]byte{1, 0, 0, 0, 0, 64, 2, 3, 7}), c.Slot, c.Validators)
	fmt.Println(c.UnmarshalBinary([]byte{1, 0}))
	// Output:
	// <nil> 64 [3 7]
	// row: invalid input: not the binary form of its table, version 1
}

func ExampleAttestation_AppendBinary() {
	b, err := (&xatu.Attestation{Slot: 64, Block: 65}).AppendBinary(nil)
	fmt.Println(len(b), err)
	// Output: 72 <nil>
}

func ExampleAttestation_UnmarshalBinary() {
	b, _ := (&xatu.Attestation{Slot: 64, Block: 65}).AppendBinary(nil)
	var a xatu.Attestation
	fmt.Println(a.UnmarshalBinary(b), a.Slot, a.Block)
	// Output: <nil> 64 65
}

func ExampleBlock_AppendBinary() {
	b, err := (&xatu.Block{Slot: 64}).AppendBinary(nil)
	fmt.Println(len(b), err)
	// Output: 38 <nil>
}

func ExampleBlock_UnmarshalBinary() {
	b, _ := (&xatu.Block{Slot: 64}).AppendBinary(nil)
	var block xatu.Block
	fmt.Println(block.UnmarshalBinary(b), block.Slot)
	// Output: <nil> 64
}

func ExampleBalance_AppendBinary() {
	b, err := (&xatu.Balance{Epoch: 2, Validator: 3, Increments: 32, Known: true}).AppendBinary(nil)
	fmt.Println(b, err)
	// Output: [1 3 0 0 0 2 3 32 1] <nil>
}

func ExampleBalance_UnmarshalBinary() {
	var b xatu.Balance
	fmt.Println(b.UnmarshalBinary([]byte{1, 3, 0, 0, 0, 2, 3, 32, 1}), b.Epoch, b.Validator, b.Known)
	// Output: <nil> 2 3 true
}

func ExampleOpenShards() {
	dir, _ := os.MkdirTemp("", "xatu")
	defer os.RemoveAll(dir)
	_ = dataset.WriteList(filepath.Join(dir, "0.failures"), slots(dataset.SlotFailures{Slot: 64}), duties(3))
	_ = xatu.WriteList(filepath.Join(dir, "1.parquet"), slots(dataset.SlotFailures{Slot: 96}), duties(7))
	s, err := xatu.OpenShards(dir)
	fmt.Println(s.Duties.Count(), err)
	for slot, err := range s.All() {
		fmt.Println(slot.Slot, err)
	}
	fmt.Println(s.Close())
	// Output:
	// 2 <nil>
	// 64 <nil>
	// 96 <nil>
	// <nil>
}

func ExampleList_Shard() {
	dir, _ := os.MkdirTemp("", "xatu")
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "list.parquet")
	_ = xatu.WriteList(file, slots(dataset.SlotFailures{Slot: 64}), duties())
	l, _ := xatu.OpenList(file)
	fmt.Println(l.Shard().First, l.Shard().Slots)
	// Output: 64 1
}
