package dataset_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"iter"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/budget"
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

// few slots have validators with low indices, so that the duties are small.
var few = []dataset.SlotFailures{
	{Slot: 32, Committee: 3, Balance: 2112 * spec.ETH, NoHistory: true, Failures: []dataset.Failure{
		dataset.NewFailure(0, 32, 255), dataset.NewFailure(5, 2048, dataset.Late),
	}},
	some[1], some[2], some[3],
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

// little is a list of few bytes.
func little(t testing.TB) []byte {
	file := filepath.Join(t.TempDir(), "list")
	require.NoError(t, dataset.WriteList(file, slots(few...), duties(0, 5)))
	b, err := os.ReadFile(file)
	require.NoError(t, err)
	return b
}

// readBytes is what a list in memory holds.
func readBytes(b []byte) ([]dataset.SlotFailures, error) {
	l, err := dataset.ReadList("x", bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return nil, err
	}
	return collect(l)
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
	whole := little(t)
	for n := range whole {
		_, err := readBytes(whole[:n])
		var fault *dataset.Fault
		require.True(t, errors.As(err, &fault), "%d bytes", n)
		require.Equal(t, dataset.Truncated, fault.Kind)
	}
	_, err := readBytes(append(whole[:len(whole):len(whole)], 0))
	require.ErrorIs(t, err, spec.ErrInput)
}

func TestEverySingleBitThatChangesInAListIsFound(t *testing.T) {
	whole := little(t)
	all, err := readBytes(whole)
	require.NoError(t, err)
	require.Equal(t, few, all)
	for bit := range 8 * len(whole) {
		b := bytes.Clone(whole)
		b[bit/8] ^= 1 << (bit % 8)
		_, err := readBytes(b)
		var fault *dataset.Fault
		require.True(t, errors.As(err, &fault), "bit %d of byte %d", bit%8, bit/8)
		require.Equal(t, "x", fault.File)
		require.ErrorIs(t, err, spec.ErrInput)
	}
}

// Of lists of many blocks a bit in every 500 bytes.
func TestABitThatChangesInALongListIsFoundWithinItsBlock(t *testing.T) {
	file := filepath.Join(t.TempDir(), "list")
	d := duties()
	require.NoError(t, dataset.WriteList(file, func(yield func(dataset.SlotFailures, error) bool) {
		for slot := range spec.Slot(900) {
			s := dataset.SlotFailures{Slot: slot, Committee: 99}
			for v := range uint32(1 + slot%97) {
				d.Add(v)
				s.Failures = append(s.Failures, dataset.NewFailure(v, 32, dataset.Late))
			}
			if !yield(s, nil) {
				return
			}
		}
	}, d))
	whole, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Greater(t, len(whole), 5<<16)
	all, err := readBytes(whole)
	require.NoError(t, err)
	require.Len(t, all, 900)
	for at := 64; at < len(whole); at += 499 {
		whole[at] ^= 4
		_, err := readBytes(whole)
		require.ErrorIs(t, err, spec.ErrInput, "byte %d", at)
		if end := len(whole) - 4*6; at < end { // not in the table
			from := 64 + (at-64)>>16<<16
			require.ErrorContains(t, err, fmt.Sprintf("bytes %d to %d have a wrong checksum", from, min(from+1<<16, end)))
		}
		whole[at] ^= 4
	}
}

func TestAListThatIsCutWhileItIsMappedIsAFault(t *testing.T) {
	for _, left := range []int64{0, 64, 5000, 1 << 17, -1} {
		file := written(t)
		info, err := os.Stat(file)
		require.NoError(t, err)
		l, err := dataset.MapList(file)
		require.NoError(t, err)
		if left < 0 {
			left = info.Size() - 1
		}
		require.NoError(t, os.Truncate(file, left))
		_, err = collect(l)
		require.ErrorIs(t, err, spec.ErrInput, "%d bytes left", left)
		var fault *dataset.Fault
		require.ErrorAs(t, err, &fault)
		require.Equal(t, dataset.Truncated, fault.Kind)
		require.NoError(t, l.Close())
	}
}

func TestAListOfAnOlderFormatSaysSo(t *testing.T) {
	b := little(t)
	b[7] = '1'
	_, err := readBytes(b)
	require.ErrorIs(t, err, spec.ErrInput)
	require.ErrorContains(t, err, "an older format, without checksums: write it again")
}

func TestAValidatorThatFailsHasADuty(t *testing.T) {
	file := filepath.Join(t.TempDir(), "list")
	err := dataset.WriteList(file, slots(few...), duties(0))
	require.ErrorIs(t, err, spec.ErrInput)
	require.ErrorContains(t, err, "validator 5 failed and has no duty")
	require.NoFileExists(t, file)
	b := little(t)
	at := 64 + 32*len(few) + 8*3 // of the duties
	require.EqualValues(t, 1|1<<5, b[at])
	b[at] = 1
	_, err = readBytes(sealed(b, 1))
	require.ErrorIs(t, err, spec.ErrInput)
	require.ErrorContains(t, err, "x:1: unknown validator: slot 32: 5, which has no duty in this list")
}

// sealed gives a list of one block, with so many words of duties, the checksums of
// what it holds.
func sealed(b []byte, words uint64) []byte {
	table := crc32.MakeTable(crc32.Castagnoli)
	end := len(b) - 8
	binary.LittleEndian.PutUint32(b[end:], crc32.Checksum(b[64:end], table))
	binary.LittleEndian.PutUint64(b[40:], uint64(crc32.Checksum(b[end:], table)))
	binary.LittleEndian.PutUint64(b[24:], words)
	binary.LittleEndian.PutUint64(b[56:], uint64(crc32.Checksum(b[:56], table)))
	return b
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

// What checksums do not find: a list that somebody wrote so.
func TestAListThatBreaksItsPromisesIsAFault(t *testing.T) {
	whole := little(t)
	for name, c := range map[string]struct {
		at int
		to byte
	}{
		"more failures than members":    {64 + 16, 1},
		"another number of failures":    {64 + 20, 1},
		"a flag that nobody knows":      {64 + 24, 8},
		"a slot before the one before":  {64 + 32 + 16, 1},
		"a validator twice":             {64 + 32 + 8, 0},
		"bits that nothing is known of": {64 + 32 + 7, 1},
		"a number that must be zero":    {48, 1},
		"a header of another length":    {8, 9},
		"more slots than it can have":   {8 + 7, 0x80},
		"more failures than it has":     {16 + 7, 0x80},
	} {
		b := bytes.Clone(whole)
		require.NotEqual(t, c.to, b[c.at], name)
		b[c.at] = c.to
		_, err := readBytes(sealed(b, 1))
		require.ErrorIs(t, err, spec.ErrInput, name)
		require.NotContains(t, err.Error(), "checksum", name)
	}
	_, err := readBytes(sealed(bytes.Clone(whole), 1<<40))
	require.ErrorIs(t, err, spec.ErrInput)
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

// Whatever is in a list, reading it ends with a fault or with what it promises. The
// checksums are made right, so that there is something behind them to be tried.
func FuzzReadList(f *testing.F) {
	small := little(f)
	f.Add(small, uint8(1), true)
	f.Add(small[:100], uint8(0), false)
	f.Add(small, uint8(9), true)
	f.Fuzz(func(t *testing.T, b []byte, words uint8, seal bool) {
		if len(b) >= 80 && seal {
			b = sealed(bytes.Clone(b), uint64(words))
		}
		budget.Run(t, budget.Limit{}, func() {
			all, err := readBytes(b)
			if err != nil {
				require.ErrorIs(t, err, spec.ErrInput)
				return
			}
			for i, s := range all {
				require.True(t, i == 0 || s.Slot > all[i-1].Slot)
				require.LessOrEqual(t, uint64(len(s.Failures)), uint64(s.Committee))
			}
		})
	})
}
