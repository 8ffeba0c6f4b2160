package dataset_test

import (
	"errors"
	"fmt"
	"io"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/dataset"
	"github.com/stakesim/stakesim/spec/dataset/sample"
	"github.com/stakesim/stakesim/spec/file"
)

func sampleRecord() dataset.Record {
	in := func(name string) file.Input {
		f, err := file.InFS(sample.Files, name+".txt.gz")
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
	l, err := dataset.ReadLabels(text("labels.csv", "validator_id,operator,client\n3,A,teku\n4,,prysm\n"), dataset.LabelOptions{Label: "client"}, nil, nil)
	fmt.Println(l.Names, err)
	// Output: [teku prysm] <nil>
}

func ExampleLabels_Label() {
	l, _ := dataset.ReadLabels(text("clusters.csv", "3,A\n4,\n"), dataset.LabelOptions{}, nil, nil)
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
	// Output: 15 malformed input
}

func ExampleKind_String() {
	fmt.Println(dataset.Outsider, dataset.Kind(200))
	// Output: attester outside its committee kind(200)
}
