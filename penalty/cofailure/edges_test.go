package cofailure_test

import (
	"iter"
	"math/rand/v2"
	"testing"

	"github.com/stakesim/stakesim/penalty/cofailure"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/budget"
)

// TestNoExportedFunctionPanicsOnEdgeValues calls every exported function with nil,
// zero, the largest numbers and columns of any lengths: two seconds and 256 MiB for
// each call.
func TestNoExportedFunctionPanicsOnEdgeValues(t *testing.T) {
	edges := budget.Edges{
		Dir: ".", Kinds: []error{spec.ErrInput, spec.ErrOverflow, spec.ErrUnknown},
		Functions: map[string]any{
			"AsPublished": cofailure.AsPublished, "Clusters.ClassOf": (*cofailure.Clusters).ClassOf,
			"Counter.Expected": (*cofailure.Counter).Expected, "Counter.Merge": (*cofailure.Counter).Merge,
			"Counter.Slot": (*cofailure.Counter).Slot, "Counter.UnmarshalBinary": (*cofailure.Counter).UnmarshalBinary,
			"Counts.AppendBinary": (*cofailure.Counts).AppendBinary, "Counts.Expected": (*cofailure.Counts).Expected,
			"Counts.MarshalBinary": (*cofailure.Counts).MarshalBinary, "Counts.Merge": (*cofailure.Counts).Merge,
			"Counts.UnmarshalBinary": (*cofailure.Counts).UnmarshalBinary, "Deadline.String": cofailure.Deadline.String,
			"Failure.How": cofailure.Failure.How, "Failure.Increments": cofailure.Failure.Increments,
			"Failure.Validator": cofailure.Failure.Validator, "Fake.AppendBinary": (*cofailure.Fake).AppendBinary,
			"Fake.MarshalBinary": (*cofailure.Fake).MarshalBinary, "Fake.Merge": (*cofailure.Fake).Merge, "Fake.Slot": (*cofailure.Fake).Slot,
			"Fake.UnmarshalBinary": (*cofailure.Fake).UnmarshalBinary, "Figure.Mean": cofailure.Figure.Mean, "Group.Sum": cofailure.Group.Sum,
			"How.Kinds": cofailure.How.Kinds, "Kind.Deadline": cofailure.Kind.Deadline, "Kind.String": cofailure.Kind.String,
			"NewCounter": cofailure.NewCounter, "NewFailure": cofailure.NewFailure, "NewQuality": cofailure.NewQuality,
			"Published.Column": (*cofailure.Published).Column, "Published.Columns": (*cofailure.Published).Columns,
			"Published.Groups": (*cofailure.Published).Groups, "Published.Penalty": (*cofailure.Published).Penalty,
			"Quality.AppendBinary": (*cofailure.Quality).AppendBinary, "Quality.Fake": (*cofailure.Quality).Fake,
			"Quality.MarshalBinary": (*cofailure.Quality).MarshalBinary, "Quality.Merge": (*cofailure.Quality).Merge,
			"Quality.Redistributed": (*cofailure.Quality).Redistributed, "Quality.Slot": (*cofailure.Quality).Slot,
			"Quality.UnmarshalBinary": (*cofailure.Quality).UnmarshalBinary, "SizeGroup": cofailure.SizeGroup,
		},
		Samples: []any{edgeClusters, edgeCounter, edgeQuality, edgeFake, edgeRecord, edgePublished},
	}
	edges.Test(t)
}

func edgeClusters(rng *rand.Rand) *cofailure.Clusters {
	return &cofailure.Clusters{Of: make([]uint16, rng.IntN(40)), Sizes: make([]uint64, 1+rng.IntN(3)), Validators: rng.Uint64N(50)}
}

func edgeCounter(rng *rand.Rand) *cofailure.Counter {
	c, err := cofailure.NewCounter(edgeClusters(rng))
	if err != nil {
		panic(err)
	}
	return c
}

func edgeQuality(rng *rand.Rand) *cofailure.Quality {
	q := cofailure.NewQuality(uint32(rng.IntN(20)))
	q.Slot([]cofailure.Failure{1, 2, 3})
	return q
}

func edgeFake(rng *rand.Rand) *cofailure.Fake {
	f, err := edgeQuality(rng).Fake(edgeClusters(rng), func(v uint32) bool { return v%2 == 0 })
	if err != nil {
		panic(err)
	}
	return f
}

// edgeRecord has some epochs whose lists are now and then in no order, about
// nobody, or other ones when they are read again.
func edgeRecord(rng *rand.Rand) iter.Seq2[cofailure.Lists, error] {
	slots, wild := 32*(2+rng.IntN(12)), rng.IntN(3)
	seed := rng.Uint64()
	return func(yield func(cofailure.Lists, error) bool) {
		draw := rand.New(rand.NewPCG(seed, 1))
		if wild == 2 {
			seed++
		}
		list := func() (ids []uint32) {
			for range draw.IntN(6) {
				ids = append(ids, draw.Uint32N(30))
			}
			if wild > 0 && draw.IntN(40) == 0 {
				ids = append(ids, draw.Uint32())
			}
			return ids
		}
		for slot := range slots {
			l := cofailure.Lists{Slot: spec.Slot(slot), Committee: list(), Attesters: list(), Immediate: list(), AttestersKnown: true, ImmediateKnown: true}
			if !yield(l, nil) {
				return
			}
		}
	}
}

func edgePublished(rng *rand.Rand) *cofailure.Published {
	p, _ := cofailure.AsPublished(edgeRecord(rng), cofailure.Options{})
	return p
}
