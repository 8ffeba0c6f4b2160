package spec_test

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/budget"
	"github.com/stretchr/testify/require"
)

func seedOf(x uint64) (seed [32]byte) {
	binary.LittleEndian.PutUint64(seed[:], x)
	return seed
}

// count is 0, 1, 2 and so on.
func count(n int) []uint32 {
	list := make([]uint32, n)
	for i := range list {
		list[i] = uint32(i)
	}
	return list
}

// requireShuffle checks that both forms agree and that nothing is lost.
func requireShuffle(t require.TestingT, n, rounds uint64, seed [32]byte) {
	single, whole := bothForms(t, n, seed, rounds)
	require.True(t, slices.Equal(single, whole), "%d indices, %d rounds", n, rounds)
	slices.Sort(whole)
	for i, v := range whole {
		if uint64(i) != v {
			require.EqualValues(t, i, v)
		}
	}
}

func TestBothFormsOfTheShuffleAgree(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 2))
	for n := range uint64(601) {
		requireShuffle(t, n, 4, seedOf(rng.Uint64()))
	}
	for _, n := range []uint64{1024, 1025, 2001} {
		requireShuffle(t, n, 90, seedOf(rng.Uint64()))
	}
	requireShuffle(t, 300, 255, seedOf(rng.Uint64()))
}

func TestNoRoundsLeaveTheList(t *testing.T) {
	var s spec.Shuffler
	dst := make([]uint32, 5)
	require.NoError(t, s.Shuffle(dst, []uint32{9, 8, 7, 6, 5}, seedOf(1), 0, 1))
	require.Equal(t, []uint32{9, 8, 7, 6, 5}, dst)
}

func TestAShuffleDoesNotDependOnTheWorkers(t *testing.T) {
	const n = 200_003
	list, want, got := count(n), make([]uint32, n), make([]uint32, n)
	var one, many spec.Shuffler
	require.NoError(t, one.Shuffle(want, list, seedOf(5), 10, 1))
	for _, workers := range []int{-1, 0, 2, 3, 5, 2, 1 << 30} {
		t.Run(fmt.Sprintf("%d workers give what one gives", workers), func(t *testing.T) {
			clear(got)
			require.NoError(t, many.Shuffle(got, list, seedOf(5), 10, workers))
			require.True(t, slices.Equal(want, got))
		})
	}
	require.True(t, slices.Equal(count(n), list), "the list is read only")
	require.NoError(t, many.Shuffle(list, list, seedOf(5), 10, 2))
	require.True(t, slices.Equal(want, list), "in place gives the same")
}

func TestShufflesAfterEachOtherDoNotMeet(t *testing.T) {
	const n = 1 << 16
	list, got := count(n), make([]uint32, n)
	want := [2][]uint32{make([]uint32, n), make([]uint32, n)}
	var s spec.Shuffler
	for i := range want {
		require.NoError(t, s.Shuffle(want[i], list, seedOf(uint64(i)), 2, 1))
	}
	for i := range 60 {
		require.NoError(t, s.Shuffle(got, list, seedOf(uint64(i%2)), 2, 2))
		require.True(t, slices.Equal(want[i%2], got))
	}
}

func TestAShuffleAgainAllocatesNothing(t *testing.T) {
	for _, workers := range []int{1, 2} {
		const n = 1 << 16
		list, dst, seed := count(n), make([]uint32, n), seedOf(1)
		var s spec.Shuffler
		require.Zero(t, testing.AllocsPerRun(20, func() {
			if err := s.Shuffle(dst, list, seed, 2, workers); err != nil {
				panic(err)
			}
		}), "%d workers", workers)
	}
}

func TestAShuffleThatCannotBeIsRefused(t *testing.T) {
	for _, c := range []struct {
		does, field  string
		i, n, rounds uint64
	}{
		{"an index outside the list", "index", 5, 5, 90},
		{"an index of the empty list", "index", 0, 0, 90},
		{"a list beyond 32 bits", "index_count", 0, spec.MaxShuffled + 1, 90},
		{"a round that is no byte", "SHUFFLE_ROUND_COUNT", 0, 5, 256},
		{"more rounds than a loop should count", "SHUFFLE_ROUND_COUNT", 0, 5, 1<<64 - 1},
	} {
		t.Run(c.does+" is refused", func(t *testing.T) {
			_, err := spec.ShuffledIndex(c.i, c.n, seedOf(1), c.rounds)
			requireField(t, err, c.field, -1, spec.ErrInput)
		})
	}
	j, err := spec.ShuffledIndex(spec.MaxShuffled-1, spec.MaxShuffled, seedOf(1), 255)
	require.NoError(t, err)
	require.Less(t, j, uint64(spec.MaxShuffled))

	var s spec.Shuffler
	dst := []uint32{1, 2}
	requireField(t, s.Shuffle(dst, []uint32{3, 4, 5}, seedOf(1), 90, 1), "shuffled", -1, spec.ErrInput)
	requireField(t, s.Shuffle(dst, []uint32{3, 4}, seedOf(1), 256, 1), "SHUFFLE_ROUND_COUNT", -1, spec.ErrInput)
	require.Equal(t, []uint32{1, 2}, dst)
	require.NoError(t, s.Shuffle(nil, nil, seedOf(1), 90, 8))
}

func FuzzShuffle(f *testing.F) {
	for _, n := range []uint16{0, 1, 2, 63, 64, 65, 255, 256, 257, 511, 777, 1025} {
		f.Add(n, uint8(90), uint64(n))
	}
	f.Fuzz(func(t *testing.T, n uint16, rounds uint8, seed uint64) {
		budget.Run(t, budget.Limit{}, func() {
			requireShuffle(t, uint64(n%1500), uint64(rounds%16), seedOf(seed))
		})
	})
}
