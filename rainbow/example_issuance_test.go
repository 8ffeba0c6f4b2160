package rainbow_test

import (
	"fmt"

	"github.com/stakesim/stakesim/delegation"
	"github.com/stakesim/stakesim/rainbow"
	"github.com/stakesim/stakesim/spec"
)

const million = 1_000_000 * spec.ETH

const pow25 = spec.Gwei(1<<25) * spec.ETH

// print shows issuance in whole ETH a year.
func print(c rainbow.Curve, staked spec.Gwei) {
	v, err := rainbow.AnnualIssuance(c, staked)
	fmt.Printf("%v: %.0f ETH %v\n", c.Kind, float64(v)/1e9, err)
}

func ExampleAnnualIssuance() {
	print(rainbow.Tempered(pow25), 60*million)
	print(rainbow.EconomicCap(pow25), 40*million)
	// Output:
	// tempered: 462075 ETH <nil>
	// economic cap: 0 ETH staked 40000000000000000: outside the domain of the curve: economic cap
}

func ExampleSqrt() {
	print(rainbow.Sqrt(), 25*million) // 82181 * 64 / sqrt(10^9) * 5000
	// Output: sqrt: 831613 ETH <nil>
}

func ExampleHalved() {
	print(rainbow.Halved(), 100*million) // twice the root, half the factor
	// Output: sqrt: 831613 ETH <nil>
}

func ExampleTempered() {
	print(rainbow.Tempered(pow25), pow25)
	// Output: tempered: 481722 ETH <nil>
}

func ExampleGeneralised() {
	print(rainbow.Generalised(40*million, 2), 30*million)
	// Output: generalised: 583031 ETH <nil>
}

func ExampleCubed() {
	print(rainbow.Cubed(1_950_000*spec.ETH), 60*million)
	// Output: cubed: 270615 ETH <nil>
}

func ExampleCapped() {
	print(rainbow.Capped(25*million), 60*million) // as at 25M
	// Output: capped: 831613 ETH <nil>
}

func ExampleRateCap() {
	print(rainbow.RateCap(120*million, delegation.One/200), 60*million)
	// Output: rate cap: 600000 ETH <nil>
}

func ExampleSigmoidFloor() {
	print(rainbow.SigmoidFloor(32*million, 7*million, 120_000*spec.ETH), 120*million)
	// Output: sigmoid floor: 120280 ETH <nil>
}

func ExampleHillFloor() {
	print(rainbow.HillFloor(30*million, 3, 90_000*spec.ETH), 60*million)
	// Output: Hill floor: 223148 ETH <nil>
}

func ExampleEconomicCap() {
	v, _ := rainbow.AnnualIssuance(rainbow.EconomicCap(pow25), 26_843_545_600_000_000) // 0.8 * 2^25 ETH
	fmt.Println(v, "Gwei")
	// Output: 0 Gwei
}

func ExampleCurve_Validate() {
	c := rainbow.Tempered(0)
	fmt.Println(c.Validate())
	// Output: curve.k: invalid input: 0 outside 1 to 144115188075855872
}

func ExampleEpochIssuance() {
	v, err := rainbow.EpochIssuance(rainbow.Sqrt(), 25*million) // 64 * sqrt(25 * 10^15)
	fmt.Println(v, err)
	// Output: 10119288512 <nil>
}

func ExampleYield() {
	y, err := rainbow.Yield(rainbow.Sqrt(), 25*million)
	fmt.Printf("%.4f %v\n", y, err)
	// Output: 0.0333 <nil>
}

func ExampleBaseRewardPerIncrement() {
	v, err := rainbow.BaseRewardPerIncrement(rainbow.BaseRewardFactor, 30*million)
	fmt.Println(v, err)
	// Output: 369 <nil>
}

func ExampleSpecIssuance() {
	per, annual, err := rainbow.SpecIssuance(rainbow.Sqrt(), 30*million)
	fmt.Printf("%d Gwei an increment, %.0f ETH a year %v\n", per, float64(annual)/1e9, err)
	// Output: 369 Gwei an increment, 909744 ETH a year <nil>
}

func ExamplePeak() {
	at, most, ok, err := rainbow.Peak(rainbow.Tempered(pow25))
	fmt.Printf("%d ETH: %.0f ETH %v %v\n", at/spec.ETH, float64(most)/1e9, ok, err)
	// Output: 33554432 ETH: 481722 ETH true <nil>
}

func ExampleShareOfTotal_SplitIssuance() {
	heavy, light, err := rainbow.ShareOfTotal{Num: 5, Den: 100}.SplitIssuance(875_000 * spec.ETH)
	fmt.Println(heavy/spec.ETH, light/spec.ETH, err)
	// Output: 831250 43750 <nil>
}

func ExampleShareOfTotal_Ratio() {
	r, err := rainbow.TodayShare.Ratio()
	fmt.Println(r, err)
	// Output: {1 27} <nil>
}

func ExampleShareOfTotal_Validate() {
	fmt.Println(rainbow.ShareOfTotal{Num: 3, Den: 2}.Validate())
	// Output: share 3: alpha out of range: over 2
}

func ExampleRatioToHeavy_Share() {
	a, _ := rainbow.RatioToHeavy{Num: 5, Den: 100}.Share()
	_, light, err := a.SplitIssuance(875_000 * spec.ETH)
	fmt.Printf("%d/%d: %.2f ETH %v\n", a.Num, a.Den, float64(light)/1e9, err)
	// Output: 5/105: 41666.67 ETH <nil>
}

func ExampleCurveKind_String() {
	fmt.Println(rainbow.CurveCubed, rainbow.CurveKind(200))
	// Output: cubed curve(200)
}

// Three penalties of which 8 Gwei may be taken together: the first two get the odd ones.
func ExampleCappedOperatorSlash() {
	capped := make([]spec.Gwei, 3)
	err := rainbow.CappedOperatorSlash(capped, []spec.Gwei{3, 3, 3}, 8)
	fmt.Println(capped, err)
	err = rainbow.CappedOperatorSlash(capped, []spec.Gwei{3, 3, 3}, 9)
	fmt.Println(capped, err)
	// Output:
	// [3 3 2] <nil>
	// [3 3 3] <nil>
}

func ExampleDefaultConfig() {
	c := rainbow.DefaultConfig()
	share, err := c.Issuance.Share()
	fmt.Println(c.Issuance.Curve.Kind, share, c.SlotsPerEpoch, err, c.Validate())
	// Output: sqrt {1 28} 32 <nil> <nil>
}
