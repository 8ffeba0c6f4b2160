package scenario_test

import (
	"fmt"

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
