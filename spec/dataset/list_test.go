package dataset_test

import (
	"bytes"
	"errors"
	"iter"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/dataset"
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

// some slots hold the extremes of every field.
var some = []dataset.SlotFailures{
	{Slot: 32, Committee: 3, Balance: 2112 * spec.ETH, NoHistory: true, Failures: []dataset.Failure{
		dataset.NewFailure(0, 32, 255), dataset.NewFailure(1<<24-1, 2048, dataset.Late),
	}},
	{Slot: 33, Committee: 3, Balance: 96 * spec.ETH, NextBlockMissing: true},
	{Slot: 40, Committee: 1<<32 - 1, Balance: 1<<64 - 1, Failures: []dataset.Failure{dataset.NewFailure(5, 65535, dataset.Missed)}},
	{Slot: 1<<64 - 1},
}

func duties(ids ...uint32) *dataset.Duties {
	var d dataset.Duties
	for _, id := range ids {
		d.Add(id)
	}
	return &d
}

func written(t testing.TB) string {
	file := filepath.Join(t.TempDir(), "list")
	require.NoError(t, dataset.WriteList(file, slots(some...), duties(0, 5, 1<<24-1)))
	return file
}

func collect(l *dataset.List) (all []dataset.SlotFailures, err error) {
	for s, err := range l.All() {
		if err != nil {
			return all, err
		}
		s.Failures = append([]dataset.Failure(nil), s.Failures...)
		all = append(all, s)
	}
	return all, nil
}

func TestAFailureListSurvivesItsFile(t *testing.T) {
	file := written(t)
	for _, open := range []func(string) (*dataset.List, error){dataset.OpenList, dataset.MapList} {
		l, err := open(file)
		require.NoError(t, err)
		read := 0
		l.OnRead(func(n int) { read += n })
		all, err := collect(l)
		require.NoError(t, err)
		require.Equal(t, some, all)
		require.Equal(t, duties(0, 5, 1<<24-1).Words(), l.Duties.Words())
		require.Equal(t, 3, l.Duties.Count())
		require.EqualValues(t, len(some), l.Slots())
		require.EqualValues(t, 64+32*len(some)+8*3, read+64, "slots are read once")
		require.NoError(t, l.Close())
	}
	entries, err := os.ReadDir(filepath.Dir(file))
	require.NoError(t, err)
	require.Len(t, entries, 1)
}

func TestEveryCutAndEveryLongerListIsAFault(t *testing.T) {
	whole, err := os.ReadFile(written(t))
	require.NoError(t, err)
	whole = whole[:len(whole)-8*1<<18+8] // most of the duties are zeros
	for n := range 400 {
		_, err := dataset.ReadList("x", bytes.NewReader(whole[:n]), int64(n))
		var fault *dataset.Fault
		require.True(t, errors.As(err, &fault), "%d bytes", n)
		require.Equal(t, dataset.Truncated, fault.Kind)
	}
	long, err := os.ReadFile(written(t))
	require.NoError(t, err)
	long = append(long, 0)
	_, err = dataset.ReadList("x", bytes.NewReader(long), int64(len(long)))
	require.ErrorIs(t, err, spec.ErrInput)
}

func TestAListTakesOnlyWhatItPromises(t *testing.T) {
	fail := func(v uint32) dataset.Failure { return dataset.NewFailure(v, 32, dataset.Missed) }
	for name, bad := range map[string][]dataset.SlotFailures{
		"a slot twice":                  {{Slot: 1}, {Slot: 1}},
		"a slot out of order":           {{Slot: 2}, {Slot: 1}},
		"more failures than members":    {{Slot: 1, Failures: []dataset.Failure{fail(1)}}},
		"a validator twice":             {{Slot: 1, Committee: 9, Failures: []dataset.Failure{fail(1), fail(1)}}},
		"validators out of order":       {{Slot: 1, Committee: 9, Failures: []dataset.Failure{fail(2), fail(1)}}},
		"a validator beyond the bound":  {{Slot: 1, Committee: 9, Failures: []dataset.Failure{fail(1 << 24)}}},
		"bits that nothing is known of": {{Slot: 1, Committee: 9, Failures: []dataset.Failure{1 << 56}}},
	} {
		dir := t.TempDir()
		require.ErrorIs(t, dataset.WriteList(filepath.Join(dir, "list"), slots(bad...), duties()), spec.ErrInput, name)
		entries, err := os.ReadDir(dir)
		require.NoError(t, err)
		require.Empty(t, entries, name)
	}
}

func TestAnInterruptedListLeavesTheOldOne(t *testing.T) {
	file := written(t)
	before, err := os.ReadFile(file)
	require.NoError(t, err)
	stop := errors.New("stop")
	err = dataset.WriteList(file, func(yield func(dataset.SlotFailures, error) bool) {
		_ = yield(some[1], nil) && yield(dataset.SlotFailures{}, stop)
	}, duties())
	require.ErrorIs(t, err, stop)
	after, err := os.ReadFile(file)
	require.NoError(t, err)
	require.True(t, bytes.Equal(before, after))
	entries, err := os.ReadDir(filepath.Dir(file))
	require.NoError(t, err)
	require.Len(t, entries, 1)
}

func TestADamagedListIsAFault(t *testing.T) {
	whole, err := os.ReadFile(written(t))
	require.NoError(t, err)
	for name, c := range map[string]struct {
		at int
		to byte
	}{
		"more failures than members":    {64 + 16, 1},
		"another number of failures":    {64 + 20, 1},
		"a flag that nobody knows":      {64 + 24, 8},
		"a slot before the one before":  {64 + 32 + 16, 1},
		"a validator twice":             {64 + 32 + 8 + 2, 0},
		"bits that nothing is known of": {64 + 32 + 7, 1},
		"a header of another length":    {8, 9},
	} {
		b := bytes.Clone(whole)
		require.NotEqual(t, c.to, b[c.at], name)
		b[c.at] = c.to
		if name == "a validator twice" {
			b[c.at-1], b[c.at-2] = 0, 0
		}
		l, err := dataset.ReadList("x", bytes.NewReader(b), int64(len(b)))
		if err == nil {
			_, err = collect(l)
		}
		require.ErrorIs(t, err, spec.ErrInput, name)
	}
}

func TestHistoryComesFromTheEpochBefore(t *testing.T) {
	slot := func(s spec.Slot, how dataset.Failing) *dataset.SlotFailures {
		return &dataset.SlotFailures{Slot: s, Committee: 2, Failures: []dataset.Failure{dataset.NewFailure(70, 32, how)}}
	}
	var b dataset.Builder
	for _, c := range []struct {
		slot      spec.Slot
		how, want dataset.Failing
		noHistory bool
	}{
		{3, dataset.Missed, dataset.Missed, true},
		{40, dataset.Late, dataset.Late | dataset.MissedBefore, false},
		{64, dataset.Missed | dataset.Late, dataset.Missed | dataset.Late | dataset.LateBefore, false},
		{96, 0, dataset.MissedBefore | dataset.LateBefore, false},
		{128, dataset.Missed, dataset.Missed, false},
		{192, dataset.Missed, dataset.Missed, true}, // epoch 5 is not there
	} {
		s := slot(c.slot, c.how)
		require.NoError(t, b.Slot(s, []uint32{70, 71}))
		require.Equal(t, c.want, s.Failures[0].Failing(), "slot %d", c.slot)
		require.Equal(t, c.noHistory, s.NoHistory, "slot %d", c.slot)
	}
	require.Equal(t, 2, b.Duties.Count())
	require.ErrorIs(t, b.Slot(slot(192, 0), nil), spec.ErrInput)
	require.ErrorIs(t, b.Slot(slot(200, 0), []uint32{1 << 24}), spec.ErrInput)
}

func FuzzReadList(f *testing.F) {
	whole, err := os.ReadFile(written(f))
	require.NoError(f, err)
	f.Add(whole[:300])
	file := filepath.Join(f.TempDir(), "list")
	require.NoError(f, dataset.WriteList(file, slots(some[:3]...), duties(1)))
	small, err := os.ReadFile(file)
	require.NoError(f, err)
	f.Add(small)
	f.Fuzz(func(t *testing.T, b []byte) {
		l, err := dataset.ReadList("x", bytes.NewReader(b), int64(len(b)))
		if err == nil {
			_, err = collect(l)
		}
		if err != nil {
			require.ErrorIs(t, err, spec.ErrInput)
		}
	})
}
