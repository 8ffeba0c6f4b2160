package scenario_test

import (
	"fmt"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/scenario"
	"github.com/stakesim/stakesim/spec"
)

func ExampleEconomics_Epoch() {
	v, err := scenario.DefaultEconomics.Epoch(32 * spec.ETH)
	fmt.Println(v.BaseReward, v.Ideal, v.Source, v.Target, err)
	// Output: 10144 8559 2219 4121 <nil>
}

func ExampleEconomics_PerIncrement() {
	fmt.Println(scenario.DefaultEconomics.PerIncrement(), "Gwei")
	// Output: 317 Gwei
}

func ExampleEconomics_USD() {
	fmt.Printf("%.2f\n", scenario.DefaultEconomics.USD(spec.ETH/2))
	// Output: 920.00
}

func ExampleEconomics_IssuancePerYear() {
	e := scenario.DefaultEconomics
	fmt.Printf("%.0f thousand ETH\n", e.IssuancePerYear()/1e12)
	// 8559 Gwei times 1,271,875 validators times 225 * 365.25 epochs
	// Output: 895 thousand ETH
}

func ExampleEpochValues_StatusQuo() {
	v, _ := scenario.DefaultEconomics.Epoch(32 * spec.ETH)
	fmt.Println(v.StatusQuo(), "Gwei")
	// Output: 6340 Gwei
}

func ExampleEpochValues_DaysToRecoup() {
	v, _ := scenario.DefaultEconomics.Epoch(32 * spec.ETH)
	fmt.Printf("%.3f days\n", v.DaysToRecoup(2*2_761_704)) // 12274.24 Gwei times 225, twice
	// Output: 2.000 days
}

func ExampleShareOfPrincipal() {
	fmt.Println(scenario.ShareOfPrincipal(spec.ETH, 32*spec.ETH))
	// Output: 0.03125
}

func ExampleHeadline() {
	rows, err := scenario.Headline(scenario.DefaultEconomics)
	fmt.Printf("%s %d: %.2f %v\n", rows[9].Preset, rows[9].Permille, rows[9].IntegerUSD, err)
	// Output: E1 100: 68.58 <nil>
}

func ExampleCohortLoss() {
	row, err := scenario.CohortLoss(scenario.DefaultEconomics, penalty.SmoothedE2, 50, 1)
	fmt.Printf("%.2f %v\n", row.IntegerUSD, err)
	// Output: 68.82 <nil>
}

func ExampleFloatFactorSum() {
	still := penalty.Smoothed2026{Slope: 100, Cap: 256, Window: 1 << 60}
	fmt.Printf("%.3f\n", scenario.FloatFactorSum(still, 100, 2)) // 1 + 100/10, twice
	// Output: 22.000
}

func ExampleFinalityLoss() {
	rows, err := scenario.FinalityLoss(scenario.DefaultEconomics, 400, 3)
	fmt.Printf("%s %.0f %v\n", rows[1].Rule, rows[1].SimplifiedUSD, err)
	// Output: E1 1469 <nil>
}

func ExampleSimplifiedLeak() {
	leak, err := scenario.SimplifiedLeak(32*spec.ETH, 2)
	fmt.Println(leak, err) // 32e9 * 4 / 2^26 and 32e9 * 8 / 2^26, each floored
	// Output: 5721 <nil>
}

func ExampleExactLeak() {
	path, err := scenario.ExactLeak(32*spec.ETH, 5, nil)
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
