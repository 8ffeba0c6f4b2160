package dataset_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/budget"
	"github.com/stakesim/stakesim/spec/dataset"
)

func TestSlotsAndDutiesSurviveTheirBinaryForm(t *testing.T) {
	for _, s := range some {
		b, err := s.AppendBinary([]byte("before"))
		require.NoError(t, err)
		require.Len(t, b, len("before")+1+32+8*len(s.Failures))
		var back dataset.SlotFailures
		require.NoError(t, back.UnmarshalBinary(b[6:]))
		require.Equal(t, s, back)
		for n := range b[6:] {
			require.ErrorIs(t, back.UnmarshalBinary(b[6:6+n]), spec.ErrInput)
		}
		require.ErrorIs(t, back.UnmarshalBinary(append(b[6:], 0)), spec.ErrInput)
		require.Equal(t, s, back, "as it was")
	}
	for _, d := range []*dataset.Duties{duties(), duties(0), duties(63, 64), duties(5, 1<<24-1)} {
		b, err := d.AppendBinary(nil)
		require.NoError(t, err)
		var back dataset.Duties
		require.NoError(t, back.UnmarshalBinary(b))
		require.True(t, slices.Equal(d.Words(), back.Words()))
		require.Len(t, b, 1+8*len(d.Words()))
		require.ErrorIs(t, back.UnmarshalBinary(append(b[:len(b):len(b)], 1)), spec.ErrInput)
		require.ErrorIs(t, back.UnmarshalBinary(append([]byte{2}, b[1:]...)), spec.ErrInput)
		require.Equal(t, d.Count(), back.Count(), "as it was")
	}
	var d dataset.Duties
	require.ErrorIs(t, d.UnmarshalBinary(append(make([]byte, 1<<21), 1, 1, 1, 1, 1, 1, 1, 1, 1)), spec.ErrInput)
	require.ErrorIs(t, d.UnmarshalBinary(append([]byte{1}, make([]byte, 8)...)), spec.ErrInput, "zero words at the end")
}

func TestBinaryFormsTakeOnlyWhatListsPromise(t *testing.T) {
	for name, s := range map[string]dataset.SlotFailures{
		"more failures than members": {Slot: 1, Failures: []dataset.Failure{1}},
		"a validator twice":          {Slot: 1, Committee: 9, Failures: []dataset.Failure{1, 1}},
		"bits that nothing knows":    {Slot: 1, Committee: 9, Failures: []dataset.Failure{1 << 56}},
	} {
		b, err := s.AppendBinary([]byte{7})
		require.ErrorIs(t, err, spec.ErrInput, name)
		require.Equal(t, []byte{7}, b)
	}
	good, err := some[0].AppendBinary(nil)
	require.NoError(t, err)
	for name, c := range map[string]struct {
		at int
		to byte
	}{
		"version": {0, 2}, "members": {1 + 16, 1}, "failures": {1 + 20, 1}, "flags": {1 + 24, 4}, "zero": {1 + 28, 1},
		"validators that descend": {1 + 32 + 3, 9}, "unknown bits": {1 + 32 + 7, 1},
	} {
		b := bytes.Clone(good)
		b[c.at] = c.to
		var s dataset.SlotFailures
		require.ErrorIs(t, s.UnmarshalBinary(b), spec.ErrInput, name)
		require.Zero(t, s)
	}
}

func FuzzUnmarshalSlot(f *testing.F) {
	for _, s := range some {
		b, err := s.AppendBinary(nil)
		require.NoError(f, err)
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		budget.Run(t, budget.Limit{}, func() {
			var s dataset.SlotFailures
			if err := s.UnmarshalBinary(b); err != nil {
				require.ErrorIs(t, err, spec.ErrInput)
				return
			}
			again, err := s.AppendBinary(nil)
			require.NoError(t, err)
			require.Equal(t, b, again)
		})
	})
}

func FuzzUnmarshalDuties(f *testing.F) {
	b, err := duties(5, 300).AppendBinary(nil)
	require.NoError(f, err)
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		budget.Run(t, budget.Limit{}, func() {
			var d dataset.Duties
			if err := d.UnmarshalBinary(b); err != nil {
				require.ErrorIs(t, err, spec.ErrInput)
				return
			}
			again, err := d.AppendBinary(nil)
			require.NoError(t, err)
			require.Equal(t, b, again)
		})
	})
}

// A window begins with the epoch before it, and goes on as the list does.
func TestHistoryBeforeAWindowGivesWhatTheWholeListGives(t *testing.T) {
	how := func(slot spec.Slot) dataset.Failing {
		return dataset.Failing(slot*7+slot>>2) & (dataset.Missed | dataset.Late)
	}
	list := func() (out []dataset.SlotFailures) {
		for slot := spec.Slot(64); slot < 64+32*9; slot += 5 {
			if slot/32 != 6 { // an epoch without slots
				out = append(out, dataset.SlotFailures{Slot: slot, Committee: 2, Failures: []dataset.Failure{
					dataset.NewFailure(uint32(slot%3), 32, how(slot)), dataset.NewFailure(70, 32, how(slot+1)),
				}})
			}
		}
		return out
	}
	whole := list()
	var b dataset.Builder
	for i := range whole {
		require.NoError(t, b.Slot(&whole[i], []uint32{uint32(i)}))
	}
	for from := spec.Slot(2); from < 11; from++ {
		var b dataset.Builder
		for i, s := range list() {
			switch epoch := s.Slot / 32; {
			case epoch+1 == from, epoch+2 == from: // one would do
				before := append([]dataset.Failure(nil), s.Failures...)
				require.NoError(t, b.Before(&s))
				require.Equal(t, before, s.Failures, "not changed")
				require.Zero(t, b.Duties.Count())
			case epoch >= from:
				require.NoError(t, b.Slot(&s, []uint32{uint32(i)}))
				require.Equal(t, whole[i], s, "window from %d", from)
			}
		}
	}
	require.ErrorIs(t, b.Before(&dataset.SlotFailures{Slot: 1}), spec.ErrInput)
}
