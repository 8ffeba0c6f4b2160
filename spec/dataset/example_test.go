package dataset_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/dataset"
	"github.com/stakesim/stakesim/spec/dataset/sample"
)

func sampleRecord() dataset.Record {
	in := func(name string) dataset.Input {
		f, err := dataset.InFS(sample.Files, name+".txt.gz")
		if err != nil {
			fmt.Println(err)
		}
		return f
	}
	return dataset.Record{Committees: in("committees"), Attesters: in("attesters"), Immediate: in("immediate_attesters")}
}

func ExampleRecord_Slots() {
	for s, err := range sampleRecord().Slots() {
		fmt.Println(s.Slot, len(s.Committee), len(s.Attesters), len(s.Immediate), err)
		break
	}
	// Output: 9600000 19 19 19 <nil>
}

func ExampleRecord_Failures() {
	var b dataset.Builder
	slots, failures := 0, 0
	for s, err := range sampleRecord().Failures(&b) {
		if err != nil {
			fmt.Println(err)
		}
		slots++
		failures += len(s.Failures)
	}
	fmt.Println(slots, failures > 0, b.Duties.Count())
	// Output: 832 true 640
}

func ExampleOpenLists() {
	l, err := dataset.OpenLists(text("attesters.txt", "64\t[7,3]\n64\t[1]\n"), nil)
	if err != nil {
		fmt.Println(err)
	}
	defer l.Close()
	fmt.Println(l.Next())
	_, _, err = l.Next()
	fmt.Println(err)
	// Output:
	// 64 [3 7] <nil>
	// attesters.txt:2: slot twice: 64
}

func ExampleLists_Next() {
	l, _ := dataset.OpenLists(text("attesters.txt", "64\t[]\n"), nil)
	slot, ids, err := l.Next()
	fmt.Println(slot, len(ids), err)
	_, _, err = l.Next()
	fmt.Println(err == io.EOF)
	// Output:
	// 64 0 <nil>
	// true
}

func ExampleLists_Line() {
	l, _ := dataset.OpenLists(text("attesters.txt", "\n\n64\t[]\n"), nil)
	_, _, _ = l.Next()
	fmt.Println(l.Line())
	// Output: 3
}

func ExampleLists_Close() {
	l, _ := dataset.OpenLists(text("attesters.txt", ""), nil)
	fmt.Println(l.Close())
	// Output: <nil>
}

func ExampleReadLabels() {
	l, err := dataset.ReadLabels(text("labels.csv", "validator_id,operator,client\n3,A,teku\n4,,prysm\n"), "client", nil, nil)
	fmt.Println(l.Names, err)
	// Output: [teku prysm] <nil>
}

func ExampleLabels_Label() {
	l, _ := dataset.ReadLabels(text("clusters.csv", "3,A\n4,\n"), "", nil, nil)
	fmt.Println(l.Label(3))
	fmt.Println(l.Label(4))
	fmt.Println(l.Label(1 << 31))
	// Output:
	// A true
	//  false
	//  false
}

func ExampleFaults() {
	faults := &dataset.Faults{Lenient: true}
	l, _ := dataset.OpenLists(text("attesters.txt", "64\t[1,1]\n63\t[2]\n65\t[x]\n"), faults)
	for {
		slot, ids, err := l.Next()
		if err != nil {
			break
		}
		fmt.Println(slot, ids)
	}
	fmt.Println(faults.Total(), faults.Summary())
	// Output:
	// 64 [1]
	// 3 malformed input: 1, slot out of order: 1, validator twice in a list: 1
}

func ExampleFaults_met() {
	faults := &dataset.Faults{Lenient: true, Met: func(f *dataset.Fault) { fmt.Println("left out:", f) }}
	_ = faults.Report(&dataset.Fault{File: "attesters.txt", Line: 7, Kind: dataset.SlotTwice, Detail: "8626176"})
	// Output: left out: attesters.txt:7: slot twice: 8626176
}

func ExampleFaults_Report() {
	fault := &dataset.Fault{File: "a.txt", Line: 3, Kind: dataset.SlotTwice, Detail: "64"}
	var strict *dataset.Faults
	fmt.Println(strict.Report(fault))
	fmt.Println((&dataset.Faults{Lenient: true}).Report(fault))
	// Output:
	// a.txt:3: slot twice: 64
	// <nil>
}

func ExampleFaults_Summary() {
	fmt.Printf("%q\n", new(dataset.Faults).Summary())
	// Output: ""
}

func ExampleFaults_Total() {
	fmt.Println(new(dataset.Faults).Total())
	// Output: 0
}

func ExampleFault_Error() {
	fmt.Println(&dataset.Fault{File: "b.parquet", Column: "block_root", Kind: dataset.MissingColumn})
	// Output: b.parquet: column block_root: missing column
}

func ExampleFault_Unwrap() {
	err := error(&dataset.Fault{Err: io.ErrUnexpectedEOF})
	fmt.Println(errors.Is(err, spec.ErrInput), errors.Is(err, io.ErrUnexpectedEOF))
	// Output: true true
}

func ExampleKinds() {
	fmt.Println(len(dataset.Kinds()), dataset.Kinds()[0])
	// Output: 14 malformed input
}

func ExampleKind_String() {
	fmt.Println(dataset.Outsider, dataset.Kind(200))
	// Output: attester outside its committee kind(200)
}

func ExamplePath() {
	_, err := dataset.Path("/no/such/file")
	fmt.Println(errors.Is(err, os.ErrNotExist))
	// Output: true
}

func ExampleInFS() {
	in, err := dataset.InFS(sample.Files, "clusters.csv")
	fmt.Println(in.Name, in.Size, err)
	// Output: clusters.csv 8402 <nil>
}

func ExampleNewFailure() {
	f := dataset.NewFailure(1_000_000, 2048, dataset.Missed|dataset.LateBefore)
	fmt.Println(f.Validator(), f.Increments(), f.Failing() == dataset.Missed|dataset.LateBefore)
	// Output: 1000000 2048 true
}

func ExampleFailure_Validator() {
	fmt.Println(dataset.NewFailure(7, 32, 0).Validator())
	// Output: 7
}

func ExampleFailure_Increments() {
	fmt.Println(dataset.NewFailure(7, 32, 0).Increments(), "ETH")
	// Output: 32 ETH
}

func ExampleFailure_Failing() {
	fmt.Println(dataset.NewFailure(7, 32, dataset.Late).Failing()&dataset.Missed == 0)
	// Output: true
}

func ExampleDuties() {
	var d dataset.Duties
	fmt.Println(d.Add(7), d.Add(70), d.Add(dataset.MaxValidators))
	fmt.Println(d.Has(7), d.Has(8), d.Count(), d.Limit(), d.Words())
	// Output:
	// true true false
	// true false 2 128 [128 64]
}

func ExampleDuties_Add() {
	fmt.Println(new(dataset.Duties).Add(1))
	// Output: true
}

func ExampleDuties_Has() {
	fmt.Println(new(dataset.Duties).Has(1 << 31))
	// Output: false
}

func ExampleDuties_Count() {
	fmt.Println(new(dataset.Duties).Count())
	// Output: 0
}

func ExampleDuties_Limit() {
	fmt.Println(duties(64).Limit())
	// Output: 128
}

func ExampleDuties_Words() {
	fmt.Println(duties(1, 2).Words())
	// Output: [6]
}

func ExampleBuilder_Slot() {
	var b dataset.Builder
	for _, slot := range []spec.Slot{64, 96} {
		s := dataset.SlotFailures{Slot: slot, Committee: 1, Failures: []dataset.Failure{dataset.NewFailure(7, 32, dataset.Missed)}}
		err := b.Slot(&s, []uint32{7})
		fmt.Println(s.NoHistory, s.Failures[0].Failing()&dataset.MissedBefore != 0, err)
	}
	// Output:
	// true false <nil>
	// false true <nil>
}

func ExampleBuilder_Before() {
	var b dataset.Builder
	failed := []dataset.Failure{dataset.NewFailure(7, 32, dataset.Missed)}
	err := b.Before(&dataset.SlotFailures{Slot: 64, Committee: 1, Failures: failed})
	s := dataset.SlotFailures{Slot: 96, Committee: 1, Failures: failed}
	fmt.Println(err, b.Slot(&s, []uint32{7}), s.NoHistory, s.Failures[0].Failing()&dataset.MissedBefore != 0)
	// Output: <nil> <nil> false true
}

func ExampleSlotFailures_AppendBinary() {
	s := dataset.SlotFailures{Slot: 64, Committee: 9, Failures: []dataset.Failure{dataset.NewFailure(7, 32, dataset.Late)}}
	b, err := s.AppendBinary(nil)
	fmt.Println(len(b), err)
	// Output: 41 <nil>
}

func ExampleSlotFailures_UnmarshalBinary() {
	b, _ := (&dataset.SlotFailures{Slot: 64, Committee: 9}).AppendBinary(nil)
	var s dataset.SlotFailures
	fmt.Println(s.UnmarshalBinary(b), s.Slot, s.Committee)
	fmt.Println(s.UnmarshalBinary(b[1:]))
	// Output:
	// <nil> 64 9
	// slot: invalid input: 32 bytes, or not of version 1
}

func ExampleDuties_Union() {
	d := duties(3)
	d.Union(duties(3, 500))
	fmt.Println(d.Count(), d.Has(500))
	// Output: 2 true
}

func ExampleDuties_AppendBinary() {
	b, err := duties(1, 4).AppendBinary(nil)
	fmt.Println(b, err)
	// Output: [1 18 0 0 0 0 0 0 0] <nil>
}

func ExampleDuties_UnmarshalBinary() {
	var d dataset.Duties
	fmt.Println(d.UnmarshalBinary([]byte{1, 18, 0, 0, 0, 0, 0, 0, 0}), d.Has(4), d.Count())
	// Output: <nil> true 2
}

func ExampleFaults_Add() {
	f := dataset.Faults{Lenient: true}
	other := dataset.Faults{Lenient: true}
	_ = other.Report(&dataset.Fault{Kind: dataset.SlotTwice})
	f.Add(&other)
	fmt.Println(f.Summary())
	// Output: slot twice: 1
}

// twoShards holds slots 64 and 96, and slot 70.
func twoShards(f func(*dataset.Shards)) {
	inFolder(func(name string) {
		var of []dataset.Shard
		for i, list := range [][]dataset.SlotFailures{{{Slot: 64}, {Slot: 96}}, {{Slot: 70}}} {
			name := fmt.Sprint(name, i)
			_ = dataset.WriteList(name, slots(list...), duties(uint32(i)))
			l, _ := dataset.OpenList(name)
			of = append(of, l.Shard())
		}
		s := dataset.NewShards(of...)
		defer s.Close()
		f(s)
	})
}

func ExampleNewShards() {
	twoShards(func(s *dataset.Shards) { fmt.Println(s.Duties.Count()) })
	// Output: 2
}

func ExampleShards_All() {
	twoShards(func(s *dataset.Shards) {
		for slot, err := range s.All() {
			fmt.Println(slot.Slot, err)
		}
	})
	// Output:
	// 64 <nil>
	// 70 <nil>
	// 96 <nil>
}

func ExampleShards_Slots() {
	twoShards(func(s *dataset.Shards) { fmt.Println(s.Slots()) })
	// Output: 3
}

func ExampleShards_Size() {
	twoShards(func(s *dataset.Shards) { fmt.Println(s.Size() == 2*(64+8)+3*32) })
	// Output: true
}

func ExampleShards_OnRead() {
	twoShards(func(s *dataset.Shards) {
		read := 0
		s.OnRead(func(n int) { read += n })
		for range s.All() {
		}
		fmt.Println(read)
	})
	// Output: 96
}

func ExampleShards_Close() {
	twoShards(func(s *dataset.Shards) { fmt.Println(s.Close()) })
	// Output: <nil>
}

func ExampleList_Shard() {
	inFolder(func(name string) {
		_ = dataset.WriteList(name, slots(dataset.SlotFailures{Slot: 64}), duties(3))
		l, _ := dataset.OpenList(name)
		defer l.Close()
		s := l.Shard()
		fmt.Println(s.First, s.Slots, s.Duties.Has(3))
	})
	// Output: 64 1 true
}

// inFolder runs f on a file name in a folder of its own.
func inFolder(f func(name string)) {
	dir, err := os.MkdirTemp("", "dataset")
	if err != nil {
		fmt.Println(err)
	}
	defer os.RemoveAll(dir)
	f(filepath.Join(dir, "list"))
}

func ExampleCreateList() {
	inFolder(func(name string) {
		w, err := dataset.CreateList(name)
		if err != nil {
			fmt.Println(err)
		}
		defer w.Abort()
		fmt.Println(w.Slot(dataset.SlotFailures{Slot: 64, Committee: 9}), w.Commit(duties(3)))
	})
	// Output: <nil> <nil>
}

func ExampleListWriter_Slot() {
	inFolder(func(name string) {
		w, _ := dataset.CreateList(name)
		defer w.Abort()
		fmt.Println(w.Slot(dataset.SlotFailures{Slot: 64}))
		fmt.Println(w.Slot(dataset.SlotFailures{Slot: 64}))
	})
	// Output:
	// <nil>
	// slot: invalid input: 64 after 64
}

func ExampleListWriter_Commit() {
	inFolder(func(name string) {
		w, _ := dataset.CreateList(name)
		err := w.Commit(duties())
		_, exists := os.Stat(name)
		fmt.Println(err, exists)
	})
	// Output: <nil> <nil>
}

func ExampleListWriter_Abort() {
	inFolder(func(name string) {
		w, _ := dataset.CreateList(name)
		w.Abort()
		_, err := os.Stat(name)
		fmt.Println(errors.Is(err, os.ErrNotExist))
	})
	// Output: true
}

func ExampleWriteList() {
	inFolder(func(name string) {
		fmt.Println(dataset.WriteList(name, slots(some...), duties(5)))
	})
	// Output: <nil>
}

func ExampleMapList() {
	inFolder(func(name string) {
		_ = dataset.WriteList(name, slots(some...), duties(5))
		l, err := dataset.MapList(name)
		fmt.Println(l.Slots(), l.Size(), l.Duties.Has(5), err, l.Close())
	})
	// Output: 4 224 true <nil> <nil>
}

func ExampleOpenList() {
	inFolder(func(name string) {
		_ = os.WriteFile(name, []byte("something else, and long enough to have a header of 64 bytes in it"), 0o644)
		_, err := dataset.OpenList(name)
		fmt.Println(errors.Is(err, spec.ErrInput))
	})
	// Output: true
}

func ExampleReadList() {
	_, err := dataset.ReadList("memory", bytes.NewReader(nil), 0)
	fmt.Println(err)
	// Output: memory: truncated file: 0 bytes
}

func ExampleList_All() {
	inFolder(func(name string) {
		_ = dataset.WriteList(name, slots(some[:2]...), duties(5))
		l, _ := dataset.OpenList(name)
		defer l.Close()
		for s, err := range l.All() {
			fmt.Println(s.Slot, s.Committee, len(s.Failures), err)
		}
	})
	// Output:
	// 32 3 2 <nil>
	// 33 3 0 <nil>
}

func ExampleList_OnRead() {
	inFolder(func(name string) {
		_ = dataset.WriteList(name, slots(some[:2]...), duties())
		l, _ := dataset.OpenList(name)
		defer l.Close()
		l.OnRead(func(n int) { fmt.Println(n, "bytes") })
		for range l.All() {
		}
	})
	// Output: 80 bytes
}

func ExampleList_Size() {
	inFolder(func(name string) {
		_ = dataset.WriteList(name, slots(), duties())
		l, _ := dataset.OpenList(name)
		fmt.Println(l.Size(), l.Close())
	})
	// Output: 64 <nil>
}

func ExampleList_Slots() {
	inFolder(func(name string) {
		_ = dataset.WriteList(name, slots(some...), duties())
		l, _ := dataset.OpenList(name)
		defer l.Close()
		fmt.Println(l.Slots())
	})
	// Output: 4
}

func ExampleList_Close() {
	l, err := dataset.ReadList("memory", bytes.NewReader(nil), 0)
	fmt.Println(l == nil, err != nil)
	// Output: true true
}

func ExampleCreate() {
	inFolder(func(name string) {
		o, err := dataset.Create(name)
		if err != nil {
			fmt.Println(err)
		}
		defer o.Abort()
		fmt.Fprint(o, "done")
		_, before := os.Stat(name)
		fmt.Println(before != nil, o.Commit())
		b, _ := os.ReadFile(name)
		fmt.Println(string(b))
	})
	// Output:
	// true <nil>
	// done
}

func ExampleOutput_Commit() {
	inFolder(func(name string) {
		o, _ := dataset.Create(name)
		fmt.Println(o.Commit(), o.Commit() != nil)
	})
	// Output: <nil> true
}

func ExampleOutput_Abort() {
	inFolder(func(name string) {
		o, _ := dataset.Create(name)
		o.Abort()
		entries, _ := os.ReadDir(filepath.Dir(name))
		fmt.Println(len(entries))
	})
	// Output: 0
}

func ExampleOutput_WriteAt() {
	inFolder(func(name string) {
		o, _ := dataset.Create(name)
		fmt.Fprint(o, "0123")
		_, err := o.WriteAt([]byte("x"), 1)
		_ = o.Commit()
		b, _ := os.ReadFile(name)
		fmt.Println(string(b), err)
	})
	// Output: 0x23 <nil>
}
