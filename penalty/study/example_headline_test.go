package study_test

import (
	"fmt"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/scenario"
	"github.com/stakesim/stakesim/penalty/study"
	"github.com/stakesim/stakesim/spec"
)

func ExampleHeadline() {
	rows, err := study.Headline(scenario.DefaultEconomics)
	fmt.Printf("%s %d: %.2f %v\n", rows[9].Preset, rows[9].Permille, rows[9].IntegerUSD, err)
	// Output: E1 100: 68.58 <nil>
}

func ExampleCohortLoss() {
	row, err := study.CohortLoss(scenario.DefaultEconomics, penalty.SmoothedE2, 50, 1)
	fmt.Printf("%.2f %v\n", row.IntegerUSD, err)
	// Output: 68.82 <nil>
}

func ExampleFloatFactorSum() {
	still := penalty.Smoothed2026{Slope: 100, Cap: 256, Window: 1 << 60}
	fmt.Printf("%.3f\n", study.FloatFactorSum(still, 100, 2)) // 1 + 100/10, twice
	// Output: 22.000
}

func ExampleFinalityLoss() {
	rows, err := study.FinalityLoss(scenario.DefaultEconomics, 400, 3)
	fmt.Printf("%s %.0f %v\n", rows[1].Rule, rows[1].SimplifiedUSD, err)
	// Output: E1 1469 <nil>
}

func ExampleSimplifiedLeak() {
	leak, err := study.SimplifiedLeak(32*spec.ETH, 2)
	fmt.Println(leak, err) // 32e9 * 4 / 2^26 and 32e9 * 8 / 2^26, each floored
	// Output: 5721 <nil>
}

func ExampleExactLeak() {
	path, err := study.ExactLeak(32*spec.ETH, 5, nil)
	for _, k := range path {
		fmt.Println(k.InLeak, k.Score, k.Leak)
	}
	fmt.Println(err)
	// Output:
	// false 0 0
	// false 0 0
	// false 0 0
	// true 4 1907
	// true 8 3814
	// <nil>
}
