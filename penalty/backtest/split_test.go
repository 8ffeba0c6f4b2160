package backtest_test

import (
	"encoding"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/backtest"
	"github.com/stakesim/stakesim/penalty/cofailure"
	"github.com/stakesim/stakesim/spec"
)

type travels interface {
	encoding.BinaryMarshaler
	encoding.BinaryAppender
	encoding.BinaryUnmarshaler
}

// sent is a value as another machine gets it.
func sent[T any, P interface {
	*T
	travels
}](t testing.TB, v P) P {
	of, err := v.MarshalBinary()
	require.NoError(t, err)
	to := P(new(T))
	require.NoError(t, to.UnmarshalBinary(of))
	again, err := to.AppendBinary(nil)
	require.NoError(t, err)
	require.Equal(t, of, again)
	return to
}

func form(t testing.TB, v encoding.BinaryMarshaler) []byte {
	of, err := v.MarshalBinary()
	require.NoError(t, err)
	return of
}

var allRules = []string{
	"status-quo", "slot-relative/average", "slot-relative/squared,window=7,cap=9", "slot-relative/as-run", "slot-relative/fumbles", "slot-relative/excess,skip-missing-blocks",
	"net-excess-2024", "net-excess-per-flag/cap=16", "smoothed-2026/E0", "smoothed-2026/E3", "smoothed-2026/E1,floor=7",
}

// cluster takes the steps as a cluster of machines would: epochs dealt out at
// random, everything sent, parts merged in any order.
func cluster(t *testing.T, s *backtest.Study, slots []backtest.Slot, rng *rand.Rand) *backtest.Outcome {
	machines := make([]*backtest.Observer, 1+rng.IntN(4))
	for i := range machines {
		var err error
		machines[i], err = s.NewObserver()
		require.NoError(t, err)
	}
	epochs := len(slots) / 32
	aggregates, failures := make([]*backtest.Aggregates, epochs), make([]*backtest.Failures, epochs)
	var a backtest.Aggregates // memory is used again
	var f backtest.Failures
	for _, e := range rng.Perm(epochs) {
		require.NoError(t, machines[rng.IntN(len(machines))].Observe(&a, &f, slots[32*e:32*e+32]))
		aggregates[e], failures[e] = sent(t, &a), sent(t, &f)
		require.Equal(t, &a, aggregates[e])
	}
	walk, factors := s.NewWalk(), make([]*backtest.Factors, epochs)
	var x backtest.Factors
	for e := range epochs {
		require.NoError(t, walk.Step(&x, aggregates[e]))
		factors[e] = sent(t, &x)
		require.Equal(t, &x, factors[e])
		of := form(t, walk)
		walk = s.NewWalk() // another machine goes on
		require.NoError(t, walk.UnmarshalBinary(of))
	}
	parts := make([]*backtest.Totals, 1+rng.IntN(5))
	for i := range parts {
		parts[i] = new(backtest.Totals)
	}
	punisher, sums := s.NewPunisher(), backtest.Sums{}
	for _, e := range rng.Perm(epochs) {
		require.NoError(t, punisher.Punish(&sums, failures[e], factors[e]))
		require.NoError(t, parts[rng.IntN(len(parts))].Add(sent(t, &sums)))
	}
	counts := new(cofailure.Counts)
	for _, i := range rng.Perm(len(machines)) {
		require.NoError(t, counts.Merge(sent(t, machines[i].Counts())))
	}
	return &backtest.Outcome{Counts: counts, Totals: mergeAll(t, parts, rng)}
}

// mergeAll merges in any order and shape.
func mergeAll(t *testing.T, parts []*backtest.Totals, rng *rand.Rand) *backtest.Totals {
	for len(parts) > 1 {
		rng.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
		other := form(t, parts[1])
		require.NoError(t, parts[0].Merge(parts[1]))
		require.Equal(t, other, form(t, parts[1]), "what is merged stays")
		parts = slices.Delete(parts, 1, 2)
	}
	return sent(t, parts[0])
}

func TestAClusterOfMachinesGivesTheBitsOfOne(t *testing.T) {
	p, slots := randomList(t)
	rng := rand.New(rand.NewPCG(7, 7))
	for _, o := range []backtest.Options{{}, {Deadline: cofailure.SingleSlot}, {Counted: true}} {
		o.Rules = rulesNamed(t, allRules...)
		s, err := backtest.NewStudy(p, o)
		require.NoError(t, err)
		one, err := s.Run(list(slots), 1)
		require.NoError(t, err)
		want, err := s.Result(one, 50, 3)
		require.NoError(t, err)
		text, err := want.MarshalJSON()
		require.NoError(t, err)
		compare := func(o *backtest.Outcome) {
			require.Equal(t, form(t, one.Totals), form(t, o.Totals))
			require.Equal(t, form(t, one.Counts), form(t, o.Counts))
			r, err := s.Result(o, 50, 3)
			require.NoError(t, err)
			got, err := r.MarshalJSON()
			require.NoError(t, err)
			require.Equal(t, string(text), string(got))
		}
		for range 4 {
			compare(cluster(t, s, slots, rng))
		}
		elsewhere, err := backtest.NewStudy(sent(t, p), o)
		require.NoError(t, err)
		for _, workers := range []int{2, 5} {
			again, err := elsewhere.Run(list(slots), workers)
			require.NoError(t, err)
			compare(again)
		}
	}
}

// A study of many rules gives each what a study of it alone gives.
func TestASweepIsItsRulesOneByOne(t *testing.T) {
	p, slots := randomList(t)
	all, err := backtest.NewStudy(p, backtest.Options{Rules: rulesNamed(t, allRules...)})
	require.NoError(t, err)
	o, err := all.Run(list(slots), 2)
	require.NoError(t, err)
	together := sumsOf(t, all, o)
	for _, name := range allRules {
		s, err := backtest.NewStudy(p, backtest.Options{Rules: rulesNamed(t, name)})
		require.NoError(t, err)
		o, err := s.Run(list(slots), 1)
		require.NoError(t, err)
		for group, columns := range sumsOf(t, s, o) {
			for column, figure := range columns {
				require.Equal(t, figure, together[group][column], "%s %s", group, column)
			}
		}
	}
}

// blocks is the same the slow way: all epochs, then blocks as long as they must
// be for so many.
func blocks(sums [][]uint64, limit int) (of [][]uint64) {
	span := 1
	for (len(sums)+span-1)/span > limit {
		span *= 2
	}
	for i, row := range sums {
		if i%span == 0 {
			of = append(of, make([]uint64, len(row)))
		}
		for j, v := range row {
			of[len(of)-1][j] += v
		}
	}
	return of
}

func TestTotalsAreTheSameInAnyOrder(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 8))
	for _, n := range []int{1, 5, 2047, 2048, 2049, 4096, 4097, 5000, 9000} {
		sums := make([][]uint64, n)
		for i := range sums {
			sums[i] = []uint64{rng.Uint64N(1 << 40), uint64(i), 1}
		}
		want := blocks(sums, 2048)
		inOrder := new(backtest.Totals)
		for i, row := range sums {
			require.NoError(t, inOrder.Add(&backtest.Sums{Index: uint32(i), Of: row}))
		}
		require.Equal(t, want, backtest.BlocksOf(inOrder))
		for range 5 {
			parts := make([]*backtest.Totals, 1+rng.IntN(7))
			for i := range parts {
				parts[i] = new(backtest.Totals)
			}
			order := rng.Perm(n)
			if rng.IntN(2) == 0 {
				slices.Sort(order)
			}
			for _, i := range order {
				require.NoError(t, parts[rng.IntN(len(parts))].Add(&backtest.Sums{Index: uint32(i), Of: sums[i]}))
			}
			require.Equal(t, form(t, inOrder), form(t, mergeAll(t, parts, rng)))
		}
	}
}

func TestWideTotalsHaveFewerBlocks(t *testing.T) {
	for width, limit := range map[int]int{2048: 2048, 2049: 2047, 1 << 14: 256, 1 << 17: 64} {
		row, sums := make([]uint64, width), [][]uint64{}
		row[width-1] = 1
		for range limit + 1 {
			sums = append(sums, row)
		}
		var totals, odd backtest.Totals
		for i, row := range sums {
			part := &totals
			if i%3 == 1 {
				part = &odd
			}
			require.NoError(t, part.Add(&backtest.Sums{Index: uint32(i), Of: row}))
		}
		require.NoError(t, totals.Merge(&odd))
		want, got := blocks(sums, limit), backtest.BlocksOf(&totals)
		require.Equal(t, len(want), len(got), "%d sums", width)
		require.True(t, slices.EqualFunc(want, got, slices.Equal), "%d sums", width)
	}
}

func TestSumsThatDoNotFitChangeNothing(t *testing.T) {
	add := func(to *backtest.Totals, index uint32, of ...uint64) error {
		return to.Add(&backtest.Sums{Index: index, Of: of})
	}
	var totals, other, far backtest.Totals
	require.NoError(t, add(&totals, 0, math.MaxUint64, 1))
	require.NoError(t, add(&totals, 1, 1, 1))
	before := form(t, &totals)
	require.ErrorIs(t, add(&totals, 0, 1, 0), spec.ErrOverflow)
	require.ErrorIs(t, add(&totals, 4000, 0, 0), spec.ErrOverflow, "the first two become one block")
	require.ErrorIs(t, add(&totals, 2, 1), spec.ErrInput)
	require.ErrorIs(t, add(&totals, backtest.MaxEpochs, 1, 1), spec.ErrInput)
	require.NoError(t, add(&other, 0, 1, 0))
	require.ErrorIs(t, totals.Merge(&other), spec.ErrOverflow)
	require.NoError(t, add(&far, 2048, 0, 0))
	require.ErrorIs(t, totals.Merge(&far), spec.ErrOverflow)
	require.ErrorIs(t, far.Merge(&totals), spec.ErrOverflow)
	var narrow backtest.Totals
	require.NoError(t, add(&narrow, 5, 1))
	require.ErrorIs(t, totals.Merge(&narrow), spec.ErrInput)
	require.Equal(t, before, form(t, &totals))
	s := study()
	o, err := s.Run(list(days()), 1)
	require.NoError(t, err)
	var missing backtest.Totals
	require.NoError(t, add(&missing, 1, make([]uint64, 16)...))
	_, err = s.Result(&backtest.Outcome{Counts: o.Counts, Totals: &missing}, 0, 1)
	require.ErrorContains(t, err, "1 epochs added of 2")
	require.ErrorIs(t, err, spec.ErrInput)
	require.NoError(t, add(&missing, 0, make([]uint64, 16)...))
	_, err = s.Result(&backtest.Outcome{Counts: o.Counts, Totals: &missing}, 0, 1)
	require.NoError(t, err)
	_, err = s.Result(&backtest.Outcome{Counts: o.Counts, Totals: &totals}, 0, 1)
	require.ErrorIs(t, err, spec.ErrInput, "other columns")
	_, err = s.Result(&backtest.Outcome{Counts: new(cofailure.Counts), Totals: o.Totals}, 0, 1)
	require.ErrorIs(t, err, spec.ErrInput, "other clusters")
	_, err = s.Result(&backtest.Outcome{}, 0, 1)
	require.ErrorIs(t, err, spec.ErrInput)
}

func TestTotalsShareNothingOnceMerged(t *testing.T) {
	of := func(from, to uint32, v uint64) *backtest.Totals {
		totals := new(backtest.Totals)
		for i := from; i < to; i++ {
			require.NoError(t, totals.Add(&backtest.Sums{Index: i, Of: []uint64{v}}))
		}
		return totals
	}
	var none, sum backtest.Totals
	require.NoError(t, none.Merge(new(backtest.Totals)))
	require.Equal(t, form(t, new(backtest.Totals)), form(t, &none))

	other := of(0, 3000, 1)
	before := form(t, other)
	require.NoError(t, sum.Merge(other))
	require.NoError(t, sum.Add(&backtest.Sums{Index: 0, Of: []uint64{1}})) // into a row that was the other's
	require.NoError(t, sum.Merge(of(3000, 5000, 1)))
	require.Equal(t, before, form(t, other))

	// The second block overflows: the first is as it was, too.
	full := of(0, 2, math.MaxUint64)
	sum = backtest.Totals{}
	require.NoError(t, sum.Add(&backtest.Sums{Index: 0, Of: []uint64{0}}))
	require.NoError(t, sum.Add(&backtest.Sums{Index: 1, Of: []uint64{1}}))
	before = form(t, &sum)
	require.ErrorIs(t, sum.Merge(full), spec.ErrOverflow)
	require.Equal(t, before, form(t, &sum))

	// Many may read the same part at once.
	var group sync.WaitGroup
	for range 4 {
		group.Add(1)
		go func() {
			defer group.Done()
			var sum backtest.Totals
			_ = sum.Merge(of(2990, 3010, 1))
			_ = sum.Merge(other)
		}()
	}
	group.Wait()
}

func TestARuleOfACallersOwnIsSeededByItsStart(t *testing.T) {
	p, slots := randomList(t)
	var seen []penalty.Memory
	own := penalty.Rule{Name: "own", Step: func(m penalty.Memory, _ *spec.SlotObs) (penalty.Factors, penalty.Memory, error) {
		seen = append(seen, m)
		return penalty.Unscaled, m, nil
	}}
	var mean spec.Gwei
	for range 2 {
		s, err := backtest.NewStudy(p, backtest.Options{Rules: []penalty.Rule{own}})
		require.NoError(t, err)
		_, err = s.Run(list(slots), 1)
		require.NoError(t, err)
		own.Start = func(o *spec.SlotObs) penalty.Memory {
			mean = o.Tally.Balance(spec.Offline)
			return penalty.Memory{7}
		}
	}
	require.Equal(t, penalty.Memory{}, seen[0])
	require.NotZero(t, mean)
	require.Equal(t, penalty.Memory{7}, seen[len(seen)-1])
}
