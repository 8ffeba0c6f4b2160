package xatu_test

import (
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/budget"
	"github.com/stakesim/stakesim/spec/dataset"
	"github.com/stakesim/stakesim/spec/dataset/xatu"
)

func slots(all ...dataset.SlotFailures) iter.Seq2[dataset.SlotFailures, error] {
	return func(yield func(dataset.SlotFailures, error) bool) {
		for _, s := range all {
			if !yield(s, nil) {
				return
			}
		}
	}
}

var some = []dataset.SlotFailures{
	{Slot: 32, Committee: 3, Balance: 2112 * spec.ETH, NoHistory: true, Failures: []dataset.Failure{
		dataset.NewFailure(0, 32, 255), dataset.NewFailure(1<<24-1, 2048, dataset.Late),
	}},
	{Slot: 33, Committee: 3, Balance: 96 * spec.ETH, NextBlockMissing: true},
	{Slot: 40, Committee: 1, Balance: 1<<64 - 1, Failures: []dataset.Failure{dataset.NewFailure(5, 65535, dataset.Missed)}},
}

// few slots have validators with low indices, so that the duties are small.
var few = []dataset.SlotFailures{
	{Slot: 32, Committee: 3, Balance: 2112 * spec.ETH, NoHistory: true, Failures: []dataset.Failure{
		dataset.NewFailure(0, 32, 255), dataset.NewFailure(5, 2048, dataset.Late),
	}},
	some[1],
	{Slot: 40, Committee: 1, Balance: 1<<64 - 1, Failures: []dataset.Failure{dataset.NewFailure(5, 65535, dataset.Missed)}},
}

func duties(ids ...uint32) *dataset.Duties {
	var d dataset.Duties
	for _, id := range ids {
		d.Add(id)
	}
	return &d
}

func TestAFailureListSurvivesParquet(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "list.parquet")
	require.NoError(t, xatu.WriteList(file, slots(some...), duties(0, 5, 1<<24-1)))
	l, err := xatu.OpenList(file)
	require.NoError(t, err)
	require.Equal(t, duties(0, 5, 1<<24-1).Words(), l.Duties.Words())
	i := 0
	for s, err := range l.All() {
		require.NoError(t, err)
		if len(s.Failures) == 0 {
			s.Failures = nil
		}
		require.Equal(t, some[i], s)
		i++
	}
	require.Equal(t, len(some), i)
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 1, "nothing but the list is left")
}

func TestAListThatFailsLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	stop := errors.New("stop")
	err := xatu.WriteList(filepath.Join(dir, "list.parquet"), func(yield func(dataset.SlotFailures, error) bool) {
		_ = yield(some[0], nil) && yield(dataset.SlotFailures{}, stop)
	}, duties())
	require.ErrorIs(t, err, stop)
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, entries)
}

// readAll reads a file to its end or its first error.
func readAll(file string) (err error) {
	l, err := xatu.OpenList(file)
	if err != nil {
		return err
	}
	for _, err := range l.All() {
		if err != nil {
			return err
		}
	}
	return nil
}

func TestEveryCutOfAListIsAFault(t *testing.T) {
	file := filepath.Join(t.TempDir(), "list.parquet")
	require.NoError(t, xatu.WriteList(file, slots(few...), duties(0, 5)))
	whole, err := os.ReadFile(file)
	require.NoError(t, err)
	for n := 0; n < len(whole); n += 11 {
		require.NoError(t, os.WriteFile(file, whole[:n], 0o644))
		var fault *dataset.Fault
		require.True(t, errors.As(readAll(file), &fault), "%d bytes", n)
		require.Equal(t, dataset.Truncated, fault.Kind)
	}
}

// Whatever is in a file, reading it ends with a fault or without.
func FuzzOpenList(f *testing.F) {
	file := filepath.Join(f.TempDir(), "list.parquet")
	require.NoError(f, xatu.WriteList(file, slots(few...), duties(0, 5)))
	whole, err := os.ReadFile(file)
	require.NoError(f, err)
	damaged, err := os.ReadFile("testdata/damaged/hang1-k4.parquet")
	require.NoError(f, err)
	f.Add(whole, uint16(0), []byte(nil), uint16(0), []byte(nil))
	f.Add(damaged, uint16(0), []byte(nil), uint16(0), []byte(nil))
	f.Add([]byte("PAR1"), uint16(0), []byte(nil), uint16(0), []byte(nil))
	f.Fuzz(func(t *testing.T, b []byte, at uint16, with []byte, again uint16, more []byte) {
		b = append([]byte(nil), b...)
		if len(b) > 0 {
			copy(b[int(at)%len(b):], with)
			copy(b[int(again)%len(b):], more)
		}
		require.NoError(t, os.WriteFile(file, b, 0o644))
		budget.Run(t, budget.Limit{}, func() {
			if err := readAll(file); err != nil {
				require.ErrorIs(t, err, spec.ErrInput)
			}
		})
	})
}

func ExampleWriteList() {
	dir, _ := os.MkdirTemp("", "xatu")
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "list.parquet")
	list := slots(dataset.SlotFailures{Slot: 64, Committee: 2, Balance: 64 * spec.ETH, Failures: []dataset.Failure{dataset.NewFailure(7, 32, dataset.Missed)}})
	fmt.Println(xatu.WriteList(file, list, duties(3, 7)))
	l, err := xatu.OpenList(file)
	fmt.Println(l.Duties.Count(), err)
	for s, err := range l.All() {
		fmt.Println(s.Slot, s.Failures[0].Validator(), err)
	}
	// Output:
	// <nil>
	// 2 <nil>
	// 64 7 <nil>
}
