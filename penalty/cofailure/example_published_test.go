package cofailure_test

import (
	"fmt"

	"github.com/stakesim/stakesim/penalty/cofailure"
)

func ExampleAsPublished() {
	p, err := cofailure.AsPublished(lists(nil), cofailure.Options{Cluster: func(v uint32) (string, bool) { return "even", v%2 == 0 }})
	fmt.Println(len(p.Epochs), p.Columns(), p.Counts[cofailure.Fumbles].Co, err)
	// Every second epoch, the first of the two members of each slot fails.
	for _, g := range p.Groups() {
		fmt.Println(g.Name, g.Sum(p.Penalty(0)))
	}
	// Output:
	// 23 65 0 <nil>
	// big {0 0}
	// medium {0 0}
	// small {384 32}
	// all {407 65}
}

func ExamplePublished_Column() {
	p, _ := cofailure.AsPublished(lists(nil), cofailure.Options{})
	fmt.Println(p.Column(7))
	fmt.Println(p.Column(64))
	// Output:
	// 7 true
	// 64 false
}

func ExamplePublished_Columns() {
	p, _ := cofailure.AsPublished(lists(nil), cofailure.Options{})
	fmt.Println(p.Columns(), "with the sink")
	// Output: 65 with the sink
}

func ExamplePublished_Groups() {
	p, _ := cofailure.AsPublished(lists(nil), cofailure.Options{})
	for _, g := range p.Groups() {
		fmt.Println(g.Name, len(g.Members))
	}
	// Output:
	// big 0
	// medium 0
	// small 0
	// all 65
}

func ExamplePublished_Penalty() {
	p, _ := cofailure.AsPublished(lists(nil), cofailure.Options{})
	fmt.Println(p.Penalty(0)[:4], p.Penalty(4) == nil)
	// Output: [12 0 12 0] true
}

func ExampleGroup_Sum() {
	fmt.Println(cofailure.Group{Members: []uint32{0, 2, 2}}.Sum([]uint64{5, 7, 1}))
	// Output: {7 3}
}

func ExampleFigure_Mean() {
	fmt.Println(cofailure.Figure{Sum: 7, Members: 2}.Mean(), cofailure.Figure{}.Mean())
	// Output: 3.5 0
}

func ExampleSizeGroup() {
	for _, n := range []int{10, 11, 300, 301, 9999, 10000} {
		fmt.Printf("%q ", cofailure.SizeGroup(n))
	}
	// Output: "" "small" "small" "medium" "medium" "big"
}

func ExampleKind_String() {
	fmt.Println(cofailure.Fumbles, cofailure.Misses, cofailure.SingleSlotFumbles, cofailure.SingleSlotMisses)
	// Output: fumbles misses ssfumbles ssmisses
}

func ExampleKind_Deadline() {
	fmt.Println(cofailure.Misses.Deadline() == cofailure.Longest, cofailure.SingleSlotMisses.Deadline() == cofailure.SingleSlot)
	// Output: true true
}

func ExampleHow_Kinds() {
	fmt.Println(cofailure.How(0b0111).Kinds())
	// Output: [0 1 1 0]
}

func ExampleNewCounter() {
	_, err := cofailure.NewCounter(&cofailure.Clusters{Of: []uint16{3}, Sizes: []uint64{1}})
	fmt.Println(err)
	// Output: Of[0]: invalid input: cluster 3 of 1
}

func ExampleCounter_Slot() {
	c, _ := cofailure.NewCounter(clusters())
	cells := c.Slot([]cofailure.Failure{failure(0, 32, 1), failure(1, 32, 1), failure(2, 32, 1)}, true)
	fmt.Println(cells, c.Co[cofailure.Fumbles])
	// Output: [{1 1 true 3}] 6
}

func ExampleCounter_Expected() {
	c, _ := cofailure.NewCounter(clusters())
	c.Slot([]cofailure.Failure{failure(0, 32, 1), failure(1, 32, 1)}, true)
	x := c.Expected()[cofailure.Fumbles]
	fmt.Printf("%.3f %.3f %.3f\n", x.ShareOfFailures, x.GlobalRate, x.OwnRate)
	fmt.Printf("%.3f %.3f\n", x.GlobalRatePairs, x.OwnRatePairs) // 19/20 of them
	// Output:
	// 0.974 1.000 4.000
	// 0.950 3.800
}

func ExampleCounter_Merge() {
	a, _ := cofailure.NewCounter(clusters())
	b, _ := cofailure.NewCounter(clusters())
	b.Slot([]cofailure.Failure{failure(0, 32, 1), failure(1, 32, 1)}, true)
	fmt.Println(a.Merge(b), a.Co[cofailure.Fumbles])
	// Output: <nil> 2
}

func ExampleNewQuality() {
	q := cofailure.NewQuality(40)
	q.Slot([]cofailure.Failure{failure(0, 32, 1), failure(1, 32, 1)})
	x, err := q.Redistributed(clusters())
	fmt.Println(x[cofailure.Fumbles], err)
	// Output: 2 <nil>
}

func ExampleQuality_Slot() {
	q := cofailure.NewQuality(1)
	q.Slot([]cofailure.Failure{failure(7, 32, 1)}) // beyond the limit: left out
	x, _ := q.Redistributed(clusters())
	fmt.Println(x[cofailure.Fumbles])
	// Output: 0
}

func ExampleQuality_Redistributed() {
	q := cofailure.NewQuality(40)
	for range 32 {
		q.Slot([]cofailure.Failure{failure(0, 32, 1), failure(1, 32, 1)})
	}
	x, _ := q.Redistributed(clusters())
	fmt.Println(x[cofailure.Fumbles])
	// Output: 64
}

func ExampleQuality_Fake() {
	q := cofailure.NewQuality(40)
	f, err := q.Fake(clusters(), func(v uint32) bool { return v < 40 })
	f.Slot([]cofailure.Failure{failure(0, 32, 1), failure(1, 32, 1)})
	fmt.Println(f.Co[cofailure.Fumbles], err) // fewer than 128: nobody has a neighbour
	// Output: 2 <nil>
}

func ExampleFake_Slot() {
	f, _ := cofailure.NewQuality(40).Fake(clusters(), func(uint32) bool { return false })
	f.Slot([]cofailure.Failure{failure(0, 32, 1), failure(1, 32, 1)})
	fmt.Println(f.Co)
	// Output: [0 0 0 0]
}
