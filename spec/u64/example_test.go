package u64_test

import (
	"fmt"

	"github.com/stakesim/stakesim/spec/u64"
)

func ExampleAdd() {
	fmt.Println(u64.Add[uint64](1<<63, 1<<63-1))
	_, ok := u64.Add[uint64](1<<63, 1<<63)
	fmt.Println(ok)
	// Output:
	// 18446744073709551615 true
	// false
}

func ExampleSub() {
	fmt.Println(u64.Sub[uint64](7, 3))
	_, ok := u64.Sub[uint64](3, 7)
	fmt.Println(ok)
	// Output:
	// 4 true
	// false
}

func ExampleSubSat() {
	balance, penalty := uint64(3), uint64(7)
	fmt.Println(u64.SubSat(balance, penalty))
	// Output: 0
}

func ExampleMul() {
	fmt.Println(u64.Mul[uint64](32_000_000_000, 64))
	_, ok := u64.Mul[uint64](1<<32, 1<<32)
	fmt.Println(ok)
	// Output:
	// 2048000000000 true
	// false
}

func ExampleProduct() {
	fmt.Println(u64.Product[uint64](32, 317, 26))
	// Output: 263744 true
}

func ExampleMulDiv() {
	// The product needs more than 64 bits, the quotient does not.
	fmt.Println(u64.MulDiv[uint64](1<<62, 10, 1<<40))
	_, ok := u64.MulDiv[uint64](1, 1, 0)
	fmt.Println(ok)
	// Output:
	// 41943040 true
	// false
}

func ExampleMulDivCeil() {
	fmt.Println(u64.MulDivCeil[uint64](10, 1, 3))
	// Output: 4 true
}

func ExampleSqrt() {
	fmt.Println(u64.Sqrt[uint64](99), u64.Sqrt[uint64](100))
	// Output: 9 10
}

func ExampleApportion() {
	parts := make([]uint64, 3)
	rest := u64.Apportion(parts, 100, []uint64{1, 1, 4})
	fmt.Println(parts, rest)
	fmt.Println(u64.Apportion(parts, 7, []uint64{0, 0, 0}))
	// Output:
	// [17 17 66] 0
	// 7
}

func ExampleParseScaled() {
	fmt.Println(u64.ParseScaled[uint64]("0.5", 9)) // ether in Gwei
	fmt.Println(u64.ParseScaled[uint64]("36e6", 9))
	fmt.Println(u64.ParseScaled[uint64]("0.0000000001", 9))
	// Output:
	// 500000000 <nil>
	// 36000000000000000 <nil>
	// 0 not a whole number
}

func ExampleParse() {
	fmt.Println(u64.Parse[uint64]("4.07e7"))
	fmt.Println(u64.Parse[uint64]("1e-1"))
	fmt.Println(u64.Parse[uint64]("1e20"))
	// Output:
	// 40700000 <nil>
	// 0 not a whole number
	// 0 not below 2^64
}
