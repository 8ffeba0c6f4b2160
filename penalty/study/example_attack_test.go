package study_test

import (
	"fmt"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/scenario"
	"github.com/stakesim/stakesim/penalty/study"
	"github.com/stakesim/stakesim/spec"
)

func ExampleAttack_Griefing() {
	fmt.Println(study.Attack{Cost: 10, Gain: 5, Damage: 20}.Griefing())
	// Output: 4
}

func ExamplePhaseLosses() {
	losses, err := study.PhaseLosses(at407, penalty.StatusQuo(), study.Calm, []study.Phase{{Offline: 100_000, Epochs: 2}})
	fmt.Println(losses, err) // 2 * (8559 + 6340)
	// Output: [29798] <nil>
}

func ExampleOutageLoss() {
	loss, err := study.OutageLoss(at407, penalty.StatusQuo(), study.Calm, 100_000, 225)
	fmt.Printf("%.2f %v\n", at407.USD(loss), err)
	// Output: 6.17 <nil>
}

func ExampleJoinOutage() {
	a, err := study.JoinOutage(at407, penalty.StatusQuo(), 10_000, 100_000, 8)
	fmt.Println(a.Damage, err)
	// Output: 0 <nil>
}

func ExampleRaiseAverage() {
	a, err := study.RaiseAverage(at407, penalty.StatusQuo(), 10_000, 8, 8)
	fmt.Println(a.Gain, err)
	// Output: 0 <nil>
}

func ExampleWithhold() {
	a, err := study.Withhold(at407, penalty.StatusQuo(), 100_000, 56)
	fmt.Printf("%.3f %v\n", a.Griefing(), err) // (8559 + 6340) / (8559 / 7)
	// Output: 12.185 <nil>
}

func ExampleEmptyBlocks() {
	a, err := study.EmptyBlocks(at407, 100_000, 225)
	fmt.Printf("%.3f %v\n", a.Griefing(), err) // 2219 / (8559 / 7)
	// Output: 1.815 <nil>
}

func ExampleSplit() {
	lone, together, spread, err := study.Split(at407, penalty.SmoothedE2.Rule())
	fmt.Println(lone.Num, together.Num, spread.Num, err)
	// Output: 2 2 1 <nil>
}

func ExampleUntriggered() {
	g, err := study.Untriggered(at407, penalty.SmoothedE1.Rule())
	fmt.Println(g/spec.ETH, "ETH", err) // 40.7M / 32 / 381
	// Output: 3338 ETH <nil>
}

func ExampleMutedDays() {
	days, err := study.MutedDays(at407, penalty.SmoothedE3, 100_000)
	fmt.Printf("%.1f %v\n", days, err)
	// Output: 10.5 <nil>
}

func ExampleCycle() {
	factors, err := study.Cycle(at407, penalty.DefaultNetExcess2024.Rule(), at407.TotalActive/4096, 4)
	for _, f := range factors {
		fmt.Print(f.Num, " ")
	}
	fmt.Println(err)
	// Output: 4 0 0 0 <nil>
}

func ExampleByShare() {
	losses, err := study.ByShare(at407, penalty.StatusQuo(), []scenario.PPM{30_000, 300_000}, 1)
	fmt.Println(losses, err)
	// Output: [14899 14899] <nil>
}

func ExampleBreakEven() {
	times, err := study.BreakEven(at407, penalty.StatusQuo(), 300_000, 30_000, 32)
	fmt.Println(times, err)
	// Output: 1 <nil>
}

func ExampleDeclared() {
	undeclared, declared, err := study.Declared(at407, penalty.StatusQuo(), 100_000, 500_000, 1)
	fmt.Println(undeclared, declared, err)
	// Output: 14899 14899 <nil>
}

func ExampleCheapest() {
	found, err := study.Cheapest(at407, penalty.StatusQuo(), study.Box{
		Attacker: []scenario.PPM{10_000}, Victims: []scenario.PPM{10_000, 20_000}, Epochs: []uint64{1, 2},
	}, 2, nil)
	for _, f := range found {
		fmt.Println(f.Name)
	}
	fmt.Println(err)
	// Output:
	// withhold
	// empty-blocks
	// <nil>
}
