package dataset_test

import (
	"fmt"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/dataset"
)

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

func ExampleDuties_Within() {
	fmt.Println(duties(3).Within(duties(3, 500)))
	fmt.Println(duties(3, 500).Within(duties(3)))
	// Output:
	// <nil>
	// duties: invalid input: validator 500 failed and has no duty
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
	twoShards(func(s *dataset.Shards) { fmt.Println(s.Size() == 2*(64+8+8)+3*32) })
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
