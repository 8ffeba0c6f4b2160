package dataset_test

import (
	"errors"
	"iter"
	"math/rand/v2"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/dataset"
)

// shard writes a list and opens it.
func shard(t testing.TB, name string, d *dataset.Duties, of ...dataset.SlotFailures) dataset.Shard {
	file := filepath.Join(t.TempDir(), name)
	require.NoError(t, dataset.WriteList(file, slots(of...), d))
	l, err := dataset.OpenList(file)
	require.NoError(t, err)
	return l.Shard()
}

func TestShardsAreOneList(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var all []dataset.SlotFailures
	for slot := spec.Slot(100); len(all) < 300; slot += 1 + spec.Slot(rng.IntN(3)) {
		s := dataset.SlotFailures{Slot: slot, Committee: 9, Balance: spec.Gwei(slot)}
		for v := range rng.Uint32N(4) {
			s.Failures = append(s.Failures, dataset.NewFailure(v, 32, dataset.Late))
		}
		all = append(all, s)
	}
	for name, of := range map[string]func(i int) int{
		"each a run":         func(i int) int { return i / 60 },
		"run after run":      func(i int) int { return i / 20 % 5 },
		"at random":          func(int) int { return rng.IntN(5) },
		"all in one of five": func(int) int { return 3 },
	} {
		parts := make([][]dataset.SlotFailures, 5)
		for i, s := range all {
			part := &parts[of(i)]
			*part = append(*part, s)
		}
		var shards []dataset.Shard
		var size int64
		for i, part := range parts {
			s := shard(t, "list", duties(0, 1, 2, uint32(i*100)), part...)
			size += s.Size
			shards = append(shards, s)
		}
		rng.Shuffle(len(shards), func(i, j int) { shards[i], shards[j] = shards[j], shards[i] })
		s := dataset.NewShards(shards...)
		require.Equal(t, duties(0, 1, 2, 100, 200, 300, 400).Words(), s.Duties.Words(), name)
		require.EqualValues(t, len(all), s.Slots(), name)
		require.Equal(t, size, s.Size(), name)
		for range 2 { // again and again
			var got []dataset.SlotFailures
			for f, err := range s.All() {
				require.NoError(t, err)
				f.Failures = append([]dataset.Failure(nil), f.Failures...)
				got = append(got, f)
			}
			require.Equal(t, all, got, name)
		}
		for range s.All() { // and in part
			break
		}
		require.NoError(t, s.Close())
	}
}

func TestASlotOfTwoShardsIsAFault(t *testing.T) {
	at := func(slots ...spec.Slot) (out []dataset.SlotFailures) {
		for _, s := range slots {
			out = append(out, dataset.SlotFailures{Slot: s})
		}
		return out
	}
	for _, c := range []struct {
		a, b []spec.Slot
		seen int
	}{{[]spec.Slot{1, 2, 3}, []spec.Slot{3, 4}, 3}, {[]spec.Slot{5}, []spec.Slot{5}, 1}, {[]spec.Slot{1, 9}, []spec.Slot{2, 3, 9, 10}, 4}} {
		s := dataset.NewShards(shard(t, "a", duties(), at(c.a...)...), shard(t, "b", duties(), at(c.b...)...))
		seen := 0
		var err error
		for _, err = range s.All() {
			if err == nil {
				seen++
			}
		}
		var fault *dataset.Fault
		require.True(t, errors.As(err, &fault))
		require.ErrorIs(t, err, spec.ErrInput)
		require.Equal(t, dataset.SlotTwice, fault.Kind)
		require.Contains(t, err.Error(), strconv.Itoa(int(c.a[len(c.a)-1])))
		require.Equal(t, c.seen, seen)
	}
	first := shard(t, "a", duties(), at(5, 6)...)
	first.First = 50 // states what is not so
	s := dataset.NewShards(first, shard(t, "b", duties(), at(7)...))
	var err error
	for _, err = range s.All() {
	}
	var fault *dataset.Fault
	require.True(t, errors.As(err, &fault))
	require.Equal(t, dataset.SlotOrder, fault.Kind)
}

func TestABrokenShardEndsTheRange(t *testing.T) {
	stop := errors.New("stop")
	good := shard(t, "a", duties(), dataset.SlotFailures{Slot: 1}, dataset.SlotFailures{Slot: 5})
	bad := good
	bad.First, bad.All = 2, func() iter.Seq2[dataset.SlotFailures, error] {
		return func(yield func(dataset.SlotFailures, error) bool) {
			_ = yield(dataset.SlotFailures{Slot: 2}, nil) && yield(dataset.SlotFailures{}, stop)
		}
	}
	var err error
	for _, err = range dataset.NewShards(good, bad).All() {
	}
	require.ErrorIs(t, err, stop)
}
