package dataset_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/dataset"
)

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
		fmt.Println(dataset.WriteList(name, slots(few...), duties(0, 5)))
	})
	// Output: <nil>
}

func ExampleMapList() {
	inFolder(func(name string) {
		_ = dataset.WriteList(name, slots(few...), duties(0, 5))
		l, err := dataset.MapList(name)
		fmt.Println(l.Slots(), l.Size(), l.Duties.Has(5), err, l.Close())
	})
	// Output: 4 232 true <nil> <nil>
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
		_ = dataset.WriteList(name, slots(few[:2]...), duties(0, 5))
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
		_ = dataset.WriteList(name, slots(few[:2]...), duties(0, 5))
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
		_ = dataset.WriteList(name, slots(few...), duties(0, 5))
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
