package cofailure_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/penalty/cofailure"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/budget"
	"github.com/stakesim/stakesim/spec/dataset"
)

func TestFailuresHaveTheLayoutOfTheLists(t *testing.T) {
	for how := range cofailure.How(cofailure.HowCount) {
		a := cofailure.NewFailure(1<<24-1, 2048, how)
		b := dataset.NewFailure(1<<24-1, 2048, dataset.Failing(how))
		require.Equal(t, uint64(b), uint64(a))
		require.Equal(t, b.Validator(), a.Validator())
		require.Equal(t, b.Increments(), a.Increments())
		require.Equal(t, how, a.How())
		unknown := cofailure.Failure(dataset.NewFailure(3, 32, dataset.Failing(how)|dataset.BalanceUnknown))
		require.Equal(t, how, unknown.How(), "the bit above is left out")
	}
	require.EqualValues(t, dataset.Missed, cofailure.Missed)
	require.EqualValues(t, dataset.Late, cofailure.Late)
	require.EqualValues(t, dataset.MissedBefore, cofailure.MissedBefore)
	require.EqualValues(t, dataset.LateBefore, cofailure.LateBefore)
	require.EqualValues(t, dataset.NoSource, cofailure.NoSource)
	require.EqualValues(t, dataset.NoTarget, cofailure.NoTarget)
	require.EqualValues(t, dataset.Slashed, cofailure.Slashed)
}

// part is everything that counts.
type part struct {
	*cofailure.Counter
	*cofailure.Quality
	*cofailure.Fake
}

func newPart(t testing.TB) part {
	c, err := cofailure.NewCounter(clusters())
	require.NoError(t, err)
	fake, err := cofailure.NewQuality(40).Fake(clusters(), func(uint32) bool { return true })
	require.NoError(t, err)
	return part{c, cofailure.NewQuality(40), fake}
}

func (p part) slot(failures []cofailure.Failure, history bool) {
	p.Counter.Slot(failures, history)
	if history {
		p.Quality.Slot(failures)
		p.Fake.Slot(failures)
	}
}

// forms are the binary forms, which hold all.
func (p part) forms(t testing.TB) [3][]byte {
	counts, err := p.Counts.MarshalBinary()
	require.NoError(t, err)
	quality, err := p.Quality.MarshalBinary()
	require.NoError(t, err)
	fake, err := p.Fake.MarshalBinary()
	require.NoError(t, err)
	return [3][]byte{counts, quality, fake}
}

// However slots are dealt out to parts, and in whatever order the parts merge,
// directly or from their binary forms, the bits are the same.
func TestAnySplitIntoPartsGivesTheSameBits(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 19116))
	for range 50 {
		whole, parts := newPart(t), make([]part, 1+rng.IntN(6))
		for i := range parts {
			parts[i] = newPart(t)
		}
		for range 60 {
			var slot []cofailure.Failure
			for v := range uint32(45) {
				if rng.IntN(3) == 0 {
					slot = append(slot, failure(v, 32, rng.Uint64N(128)))
				}
			}
			history := rng.IntN(4) > 0
			whole.slot(slot, history)
			parts[rng.IntN(len(parts))].slot(slot, history)
		}
		if rng.IntN(2) == 0 { // a machine without a slot
			parts = append(parts, part{new(cofailure.Counter), new(cofailure.Quality), new(cofailure.Fake)})
		}
		for len(parts) > 1 {
			i := rng.IntN(len(parts) - 1)
			a, b := parts[i], parts[i+1]
			if rng.IntN(2) == 0 {
				a, b = b, a
			}
			var counts cofailure.Counts
			var quality cofailure.Quality
			var fake cofailure.Fake
			forms := b.forms(t)
			require.NoError(t, counts.UnmarshalBinary(forms[0]))
			require.NoError(t, quality.UnmarshalBinary(forms[1]))
			require.NoError(t, fake.UnmarshalBinary(forms[2]))
			require.NoError(t, a.Counts.Merge(&counts))
			require.NoError(t, a.Quality.Merge(&quality))
			require.NoError(t, a.Fake.Merge(&fake))
			parts = append(append(parts[:i:i], a), parts[i+2:]...)
			rng.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
		}
		require.Equal(t, whole.forms(t), parts[0].forms(t))
		expected, err := parts[0].Counts.Expected(clusters())
		require.NoError(t, err)
		require.Equal(t, whole.Expected(), expected)
		want, err := whole.Redistributed(clusters())
		require.NoError(t, err)
		got, err := parts[0].Redistributed(clusters())
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
}

func TestPartsThatDoNotBelongTogetherOrOverflowChangeNothing(t *testing.T) {
	p := newPart(t)
	p.slot([]cofailure.Failure{failure(0, 32, 1), failure(1, 32, 1)}, true)
	before := p.forms(t)
	require.ErrorIs(t, p.Counts.Merge(&cofailure.Counts{ByCluster: make([][4]uint64, 2)}), spec.ErrInput)
	require.ErrorIs(t, p.Quality.Merge(cofailure.NewQuality(39)), spec.ErrInput)
	require.ErrorIs(t, p.Fake.Merge(&cofailure.Fake{Co: [4]uint64{math.MaxUint64}}), spec.ErrOverflow)
	full := newPart(t).Counts
	full.ByCluster[1][0] = math.MaxUint64
	require.ErrorIs(t, p.Counts.Merge(&full), spec.ErrOverflow)
	full.ByCluster[1][0], full.Slots = 0, math.MaxUint64
	require.ErrorIs(t, p.Counts.Merge(&full), spec.ErrOverflow)
	high := append([]byte{'C', 1, 0, 0, 0}, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 0) // share 2^128 - 2^64
	high = append(append(high, make([]byte, 3*4)...), append([]byte{3}, make([]byte, 3*4)...)...)
	require.Equal(t, before, p.forms(t))
	var big cofailure.Counts
	require.NoError(t, big.UnmarshalBinary(high))
	require.NoError(t, p.Counts.Merge(&big), "the sum of both is below 2^128")
	before = p.forms(t)
	require.ErrorIs(t, p.Counts.Merge(&big), spec.ErrOverflow)
	// A quality in which validator 0 has 2^32-1 fumbles: one run of its form.
	var most cofailure.Quality
	require.NoError(t, most.UnmarshalBinary([]byte{'Q', 1, 1, 40, 1, 0, 0xfe, 0xff, 0xff, 0xff, 0x0f, 0, 0, 0}))
	require.ErrorIs(t, p.Quality.Merge(&most), spec.ErrOverflow)
	require.Equal(t, before, p.forms(t))
	require.ErrorIs(t, p.Counter.UnmarshalBinary([]byte{}), spec.ErrInput)
	none, err := new(cofailure.Counts).MarshalBinary()
	require.NoError(t, err)
	require.ErrorIs(t, p.Counter.UnmarshalBinary(none), spec.ErrInput, "of other clusters")
	_, err = p.Counts.Expected(&cofailure.Clusters{Sizes: []uint64{1}})
	require.ErrorIs(t, err, spec.ErrInput)
	require.Equal(t, before, p.forms(t))
	new(cofailure.Fake).Slot([]cofailure.Failure{failure(0, 32, 1)})
	new(cofailure.Quality).Slot([]cofailure.Failure{failure(0, 32, 1)})
}

func TestCountsShareNothingOnceMerged(t *testing.T) {
	o := newPart(t)
	o.slot([]cofailure.Failure{failure(0, 32, 1), failure(1, 32, 5)}, true)
	before := o.forms(t)
	var counts cofailure.Counts
	var quality cofailure.Quality
	for range 2 {
		require.NoError(t, counts.Merge(&o.Counts))
		require.NoError(t, quality.Merge(o.Quality))
	}
	require.Equal(t, before, o.forms(t))
	for _, full := range []cofailure.Counts{{Co: [4]uint64{2: math.MaxUint64}}, {Co: [4]uint64{math.MaxUint64}}, {Failures: [4]uint64{math.MaxUint64}}} {
		full.ByCluster = make([][4]uint64, 3)
		o := newPart(t)
		o.slot([]cofailure.Failure{failure(0, 32, 3), failure(1, 32, 3)}, true)
		require.ErrorIs(t, o.Counts.Merge(&full), spec.ErrOverflow)
	}
}

type binary interface {
	MarshalBinary() ([]byte, error)
	UnmarshalBinary([]byte) error
}

// FuzzBinary takes any bytes for each form: what is read is written as it was, and
// a part of it is refused.
func FuzzBinary(f *testing.F) {
	p := newPart(f)
	p.slot([]cofailure.Failure{failure(0, 32, 1), failure(1, 32, 1), failure(39, 32, 15)}, true)
	for _, form := range p.forms(f) {
		f.Add(form)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		budget.Run(t, budget.Limit{}, func() {
			for _, v := range []binary{new(cofailure.Counts), new(cofailure.Quality), new(cofailure.Fake), newPart(t).Counter} {
				before, err := v.MarshalBinary()
				require.NoError(t, err)
				if err := v.UnmarshalBinary(data); err != nil {
					require.ErrorIs(t, err, spec.ErrInput)
					after, err := v.MarshalBinary()
					require.NoError(t, err)
					require.Equal(t, before, after)
					continue
				}
				again, err := v.MarshalBinary()
				require.NoError(t, err)
				require.Equal(t, data, again, "every value has one form")
				require.ErrorIs(t, v.UnmarshalBinary(data[:len(data)-1]), spec.ErrInput)
				require.ErrorIs(t, v.UnmarshalBinary(append(data[:len(data):len(data)], 0)), spec.ErrInput)
			}
		})
	})
}

func ExampleNewFailure() {
	f := cofailure.NewFailure(7, 2048, cofailure.Late)
	fmt.Println(f.Validator(), f.Increments(), f.How() == cofailure.Late)
	// Output: 7 2048 true
}

func ExampleFailure_Validator() {
	fmt.Println(cofailure.Failure(1<<32 | 5).Validator())
	// Output: 5
}

func ExampleFailure_Increments() {
	fmt.Println(cofailure.Failure(32<<32 | 5).Increments())
	// Output: 32
}

func ExampleFailure_How() {
	fmt.Println(cofailure.Failure(1<<54).How() == cofailure.Slashed)
	// Output: true
}

func ExampleDeadline_String() {
	fmt.Println(cofailure.Longest, cofailure.SingleSlot)
	// Output: longest single-slot
}

func ExampleClusters_ClassOf() {
	c := clusters()
	fmt.Println(c.ClassOf(3), c.ClassOf(39))
	// Output: 1 0
}

func ExampleCounts_Merge() {
	a, b := newCounts(), newCounts()
	fmt.Println(a.Merge(b), a.Co[cofailure.Fumbles])
	// Output: <nil> 4
}

// newCounts are of one slot in which two of a cluster failed.
func newCounts() *cofailure.Counts {
	c, _ := cofailure.NewCounter(clusters())
	c.Slot([]cofailure.Failure{failure(0, 32, 1), failure(1, 32, 1)}, true)
	return &c.Counts
}

func ExampleCounts_Expected() {
	x, err := newCounts().Expected(clusters())
	fmt.Println(x[cofailure.Fumbles].OwnRate, err)
	// Output: 4 <nil>
}

func ExampleCounts_AppendBinary() {
	of, err := newCounts().AppendBinary([]byte("before "))
	fmt.Printf("%q %v\n", of[:8], err)
	// Output: "before C" <nil>
}

func ExampleCounts_MarshalBinary() {
	of, err := newCounts().MarshalBinary()
	fmt.Println(of[1], err) // the version
	// Output: 1 <nil>
}

func ExampleCounts_UnmarshalBinary() {
	of, _ := newCounts().MarshalBinary()
	var c cofailure.Counts
	fmt.Println(c.UnmarshalBinary(of), c.Co[cofailure.Fumbles])
	fmt.Println(c.UnmarshalBinary(of[:9]))
	// Output:
	// <nil> 2
	// counts: invalid input: at byte 9: it ends too early
}

func ExampleCounter_UnmarshalBinary() {
	of, _ := newCounts().MarshalBinary()
	c, _ := cofailure.NewCounter(clusters())
	err := c.UnmarshalBinary(of)
	c.Slot([]cofailure.Failure{failure(0, 32, 1), failure(1, 32, 1)}, true)
	fmt.Println(err, c.Co[cofailure.Fumbles])
	// Output: <nil> 4
}

// newQuality is of one slot in which two of a cluster failed.
func newQuality() *cofailure.Quality {
	q := cofailure.NewQuality(40)
	q.Slot([]cofailure.Failure{failure(0, 32, 1), failure(1, 32, 1)})
	return q
}

func ExampleQuality_Merge() {
	q := newQuality()
	err := q.Merge(newQuality())
	x, _ := q.Redistributed(clusters())
	fmt.Println(err, x[cofailure.Fumbles])
	// Output: <nil> 4
}

func ExampleQuality_AppendBinary() {
	of, err := newQuality().AppendBinary([]byte("before "))
	fmt.Printf("%q %v\n", of[:8], err)
	// Output: "before Q" <nil>
}

func ExampleQuality_MarshalBinary() {
	of, err := newQuality().MarshalBinary()
	fmt.Println(of, err) // one slot, 40 validators, of whom two fumbled: 0 and the next, once each
	// Output: [81 1 1 40 2 0 0 0 0 0 0 0] <nil>
}

func ExampleQuality_UnmarshalBinary() {
	of, _ := newQuality().MarshalBinary()
	var q cofailure.Quality
	err := q.UnmarshalBinary(of)
	x, _ := q.Redistributed(clusters())
	fmt.Println(err, x[cofailure.Fumbles])
	// Output: <nil> 2
}

// newFake are the fake clusters, so few that they are the real ones, and a slot.
func newFake() *cofailure.Fake {
	f, _ := newQuality().Fake(clusters(), func(v uint32) bool { return v < 40 })
	f.Slot([]cofailure.Failure{failure(0, 32, 1), failure(1, 32, 1)})
	return f
}

func ExampleFake_Merge() {
	f := newFake()
	fmt.Println(f.Merge(newFake()), f.Co)
	// Output: <nil> [4 0 0 0]
}

func ExampleFake_AppendBinary() {
	of, err := newFake().AppendBinary([]byte("before "))
	fmt.Printf("%q %v\n", of[:8], err)
	// Output: "before K" <nil>
}

func ExampleFake_MarshalBinary() {
	of, err := newFake().MarshalBinary()
	fmt.Println(of, err)
	// Output: [75 1 2 0 0 0] <nil>
}

func ExampleFake_UnmarshalBinary() {
	of, _ := newFake().MarshalBinary()
	var f cofailure.Fake
	fmt.Println(f.UnmarshalBinary(of), f.Co)
	// Output: <nil> [2 0 0 0]
}
