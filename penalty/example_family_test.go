package penalty_test

import (
	"fmt"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/spec"
)

// What a program offers of mechanisms it reads from the catalogue.
func ExampleFamilies() {
	for _, f := range penalty.Families() {
		fmt.Println(f.Name, len(f.Options), len(f.Constants), len(f.Memory))
	}
	// Output:
	// status-quo 0 0 0
	// slot-relative 11 3 38
	// net-excess-2024 1 2 1
	// net-excess-per-flag 0 2 2
	// smoothed-2026 4 4 1
}

func ExampleFamily_Rules() {
	families := penalty.Families()
	smoothed := families[len(families)-1]
	for _, rule := range smoothed.Rules() {
		fmt.Println(rule.FullName(), rule.Constants()[0].Spec, rule.Constants()[0].Value)
	}
	// Output:
	// smoothed-2026/E0 PENALTY_SLOPE 6
	// smoothed-2026/E1 PENALTY_SLOPE 381
	// smoothed-2026/E2 PENALTY_SLOPE 765
	// smoothed-2026/E3 PENALTY_SLOPE 765
}

func ExampleRule_SetWord() {
	rule := penalty.SmoothedE3.Rule()
	var memory penalty.Memory
	fmt.Println(rule.SetWord(&memory, penalty.SmoothedOfflineBalance, 5), rule.SetWord(&memory, "misses", 5))
	// Output: true false
}

func ExampleRule_Word() {
	rule := penalty.DefaultNetExcessPerFlag.Rule()
	memory := penalty.Memory{3, 4}
	fmt.Println(rule.Memory[1])
	fmt.Println(rule.Word(&memory, "excess_penalties_target"))
	// Output:
	// excess_penalties_target
	// 4 true
}

func ExampleRule_Validate() {
	rule := penalty.Rule{Name: "mine", Cap: 4, Step: penalty.StatusQuo().Step}
	fmt.Println(rule.Validate())
	rule.Scope.Target = spec.Offline
	fmt.Println(rule.Validate())
	// Output:
	// rule: invalid input: "mine" has a cap of 4 and an empty scope
	// <nil>
}

func ExampleMemory_Window() {
	rule := penalty.DefaultSlotRelative.Rule()
	o, _ := spec.ObsOfOffline(7, 32_000, 32)
	_, memory, err := rule.Step(penalty.Memory{}, &o)
	w := memory.Window()
	fmt.Println(w.Seen, w.Slots[0], err)
	// Output: 1 7 <nil>
}

func ExampleWindow_Memory() {
	w := penalty.Window{Seen: 1, Next: 1, EpochSum: 9}
	memory := w.Memory()
	rule := penalty.DefaultSlotRelative.Rule()
	fmt.Println(rule.Word(&memory, "epoch_sum"))
	// Output: 9 true
}
