package penalty_test

import (
	"fmt"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/spec"
)

func ExampleInteger() {
	fmt.Println(penalty.Integer(3).Penalty(10_144, spec.TimelyTarget.Weight()))
	// Output: 12363 true
}

func ExampleFactor_Penalty() {
	third := penalty.Factor{Num: 1, Den: 3}
	fmt.Println(third.Penalty(10_144, spec.TimelyTarget.Weight()))
	fmt.Println(penalty.One.Penalty(10_144, spec.TimelySource.Weight()))
	_, ok := penalty.Integer(1<<40).Penalty(1<<40, spec.TimelySource.Weight())
	fmt.Println(ok)
	// Output:
	// 1373 true
	// 2219 true
	// false
}

func ExampleFactor_Float() {
	fmt.Println(penalty.Factor{Num: 3, Den: 2, Squared: true}.Float())
	// Output: 2.25
}

func ExampleFactors_Of() {
	f := penalty.Factors{Source: penalty.Integer(2), Target: penalty.Integer(3)}
	fmt.Println(f.Of(spec.TimelySource).Num, f.Of(spec.TimelyTarget).Num, f.Of(spec.TimelyHead).Num)
	// Output: 2 3 1
}
