package backtest_test

import (
	"fmt"

	"github.com/stakesim/stakesim/penalty/backtest"
)

func ExampleAggregates_AppendBinary() {
	v, _, _, _ := steps(1)
	of, err := v.AppendBinary([]byte("before "))
	fmt.Printf("%q %v\n", of[:8], err)
	// Output: "before a" <nil>
}

func ExampleAggregates_MarshalBinary() {
	v, _, _, _ := steps(1)
	of, err := v.MarshalBinary()
	fmt.Println(of[1], err) // the version
	// Output: 1 <nil>
}

func ExampleAggregates_UnmarshalBinary() {
	v, _, _, _ := steps(1)
	of, _ := v.MarshalBinary()
	var b backtest.Aggregates
	fmt.Println(b.UnmarshalBinary(of), b == v)
	fmt.Println(b.UnmarshalBinary(of[:len(of)-1]) != nil)
	// Output:
	// <nil> true
	// true
}

func ExampleFailures_AppendBinary() {
	_, v, _, _ := steps(1)
	of, err := v.AppendBinary([]byte("before "))
	fmt.Printf("%q %v\n", of[:8], err)
	// Output: "before f" <nil>
}

func ExampleFailures_MarshalBinary() {
	_, v, _, _ := steps(1)
	of, err := v.MarshalBinary()
	fmt.Println(of[1], err) // the version
	// Output: 1 <nil>
}

func ExampleFailures_UnmarshalBinary() {
	_, v, _, _ := steps(1)
	of, _ := v.MarshalBinary()
	var b backtest.Failures
	fmt.Println(b.UnmarshalBinary(of), b.Epoch)
	fmt.Println(b.UnmarshalBinary(of[:len(of)-1]) != nil)
	// Output:
	// <nil> 11
	// true
}

func ExampleFactors_AppendBinary() {
	_, _, v, _ := steps(1)
	of, err := v.AppendBinary([]byte("before "))
	fmt.Printf("%q %v\n", of[:8], err)
	// Output: "before x" <nil>
}

func ExampleFactors_MarshalBinary() {
	_, _, v, _ := steps(1)
	of, err := v.MarshalBinary()
	fmt.Println(of[1], err) // the version
	// Output: 1 <nil>
}

func ExampleFactors_UnmarshalBinary() {
	_, _, v, _ := steps(1)
	of, _ := v.MarshalBinary()
	var b backtest.Factors
	fmt.Println(b.UnmarshalBinary(of), b.Rules[1] == v.Rules[1])
	fmt.Println(b.UnmarshalBinary(of[:len(of)-1]) != nil)
	// Output:
	// <nil> true
	// true
}

func ExampleSums_AppendBinary() {
	_, _, _, v := steps(0)
	of, err := v.AppendBinary([]byte("before "))
	fmt.Printf("%q %v\n", of[:8], err)
	// Output: "before s" <nil>
}

func ExampleSums_MarshalBinary() {
	_, _, _, v := steps(0)
	of, err := v.MarshalBinary()
	fmt.Println(of[1], err) // the version
	// Output: 1 <nil>
}

func ExampleSums_UnmarshalBinary() {
	_, _, _, v := steps(0)
	of, _ := v.MarshalBinary()
	var b backtest.Sums
	fmt.Println(b.UnmarshalBinary(of), b.Of[4:8])
	fmt.Println(b.UnmarshalBinary(of[:len(of)-1]) != nil)
	// Output:
	// <nil> [32 32 8261760 26385996]
	// true
}

func ExampleTotals_AppendBinary() {
	v := result(0).Totals
	of, err := v.AppendBinary([]byte("before "))
	fmt.Printf("%q %v\n", of[:8], err)
	// Output: "before t" <nil>
}

func ExampleTotals_MarshalBinary() {
	v := result(0).Totals
	of, err := v.MarshalBinary()
	fmt.Println(of[1], err) // the version
	// Output: 1 <nil>
}

func ExampleTotals_UnmarshalBinary() {
	v := result(0).Totals
	of, _ := v.MarshalBinary()
	var b backtest.Totals
	fmt.Println(b.UnmarshalBinary(of), b.Epochs())
	fmt.Println(b.UnmarshalBinary(of[:len(of)-1]) != nil)
	// Output:
	// <nil> 2
	// true
}

func ExamplePopulation_AppendBinary() {
	v := hamlet()
	of, err := v.AppendBinary([]byte("before "))
	fmt.Printf("%q %v\n", of[:8], err)
	// Output: "before p" <nil>
}

func ExamplePopulation_MarshalBinary() {
	v := hamlet()
	of, err := v.MarshalBinary()
	fmt.Println(of[1], err) // the version
	// Output: 1 <nil>
}

func ExamplePopulation_UnmarshalBinary() {
	v := hamlet()
	of, _ := v.MarshalBinary()
	var b backtest.Population
	fmt.Println(b.UnmarshalBinary(of), b.Groups[1])
	fmt.Println(b.UnmarshalBinary(of[:len(of)-1]) != nil)
	// Output:
	// <nil> {medium 384}
	// true
}

func ExampleWalk_AppendBinary() {
	v := study().NewWalk()
	of, err := v.AppendBinary([]byte("before "))
	fmt.Printf("%q %v\n", of[:8], err)
	// Output: "before w" <nil>
}

func ExampleWalk_MarshalBinary() {
	v := study().NewWalk()
	of, err := v.MarshalBinary()
	fmt.Println(of[1], err) // the version
	// Output: 1 <nil>
}

func ExampleWalk_UnmarshalBinary() {
	v := study().NewWalk()
	of, _ := v.MarshalBinary()
	b := study().NewWalk()
	fmt.Println(b.UnmarshalBinary(of), b.Epochs())
	fmt.Println(b.UnmarshalBinary(of[:len(of)-1]) != nil)
	// Output:
	// <nil> 0
	// true
}
