package ref_test

import (
	"fmt"
	"math/big"

	"github.com/stakesim/stakesim/penalty/ref"
	"github.com/stakesim/stakesim/spec"
)

func ExampleGetSlotMembers() {
	fmt.Println(ref.GetSlotMembers(newState(64), 5))
	// Output: [5 37]
}

func ExampleGetSlotReferenceBalance() {
	fmt.Println(ref.GetSlotReferenceBalance(newState(64)))
	// Output: 64000000000 <nil>
}

func ExampleIsOffline() {
	s := twoFailed()
	s.Registry.PreviousFlags[1] = 1 // source only
	fmt.Println(ref.IsOffline(s, 0), ref.IsOffline(s, 1))
	// Output: true false
}

func ExampleIsNotAttesting() {
	s := twoFailed()
	s.Registry.PreviousFlags[1] = 1 // source only
	fmt.Println(ref.IsNotAttesting(s, 0), ref.IsNotAttesting(s, 1))
	// Output: true true
}

func ExampleGetSlotOfflineBalance() {
	fmt.Println(ref.GetSlotOfflineBalance(twoFailed(), 0))
	// Output: 64000000000 <nil>
}

func ExampleGetSlotNotAttestingBalance() {
	fmt.Println(ref.GetSlotNotAttestingBalance(twoFailed(), 0))
	// Output: 64000000000 <nil>
}

func ExampleGetSlotFlagBalances() {
	fmt.Println(ref.GetSlotFlagBalances(twoFailed(), 0, spec.TimelyTarget))
	// Output: 64000000000 0 <nil>
}

func ExampleDefaultSlotRelative() {
	factors, _, err := ref.DefaultSlotRelative().Walk(twoFailed(), ref.Memory{})
	fmt.Println(factors.Slots[spec.TimelyTarget][:2], err)
	// Output: [1/1 0/1] <nil>
}

func ExampleSlotRelative_Step() {
	m := ref.Memory{Past: []*big.Int{big.NewInt(10), big.NewInt(20)}}
	p, after, err := ref.DefaultSlotRelative().Step(m, big.NewInt(20), false, 32)
	fmt.Println(p, after.Past, err)
	// Output: 4/3 [10 20 20] <nil>
}

func ExampleSlotRelative_Validate() {
	fmt.Println(ref.SlotRelative{Exponent: 1}.Validate())
	// Output: invalid input: a window of 0 slots, a cap of 0
}

func ExampleSlotRelative_GetSlotFailures() {
	rule := ref.DefaultSlotRelative()
	fmt.Println(rule.GetSlotFailures(twoFailed(), 0))
	rule.Counted = true
	fmt.Println(rule.GetSlotFailures(twoFailed(), 0))
	// Output:
	// 64000000000 <nil>
	// 2 <nil>
}

func ExampleSlotRelative_Failed() {
	rule := ref.DefaultSlotRelative()
	rule.Scope = ref.MissesOnly
	s := twoFailed()
	s.Registry.FailedBefore[0] = true
	fmt.Println(rule.Failed(s, 0), rule.Failed(s, 32))
	// Output: true false
}

func ExampleSlotRelative_InScope() {
	rule := ref.DefaultSlotRelative()
	rule.Scope = ref.FumblesOnly
	fmt.Println(rule.InScope(twoFailed(), 0))
	// Output: true
}

func ExampleSlotRelative_Walk() {
	rule := ref.DefaultSlotRelative()
	rule.Form = ref.AsRun
	_, after, err := rule.Walk(twoFailed(), ref.Memory{})
	fmt.Println(after.Past[:2], err)
	// Output: [64000000000 0] <nil>
}

func ExampleDefaultNetExcess() {
	fmt.Println(ref.DefaultNetExcess())
	// Output: {4096 4 false}
}

func ExampleNetExcess_Step() {
	// 10 % of a slot of 1/32 of the stake, the counter at 1.
	fmt.Println(ref.DefaultNetExcess().Step(big.NewInt(1), big.NewInt(10), big.NewInt(3200)))
	// Output: 4/1 4 <nil>
}

func ExampleNetExcess_Walk() {
	s := newState(64)
	s.Registry.PreviousFlags[31] = 0
	factors, after, err := ref.DefaultNetExcess().Walk(s, ref.Memory{})
	fmt.Println(factors.Slots[spec.TimelySource][31], after.Excess[0], err)
	// Output: 4/1 3 <nil>
}

func ExampleDefaultNetExcessPerFlag() {
	fmt.Println(ref.DefaultNetExcessPerFlag())
	// Output: {4096 4}
}

func ExampleNetExcessPerFlag_Step() {
	fmt.Println(ref.DefaultNetExcessPerFlag().Step(big.NewInt(200), big.NewInt(100), big.NewInt(90)))
	// Output: 2/1 201 <nil>
}

func ExampleNetExcessPerFlag_Walk() {
	s := newState(64)
	s.Registry.PreviousFlags[31] = 1 // the target missed
	_, after, err := ref.DefaultNetExcessPerFlag().Walk(s, ref.Memory{})
	fmt.Println(after.Excess, err)
	// Output: [0 3] <nil>
}

func ExampleE0() {
	fmt.Println(ref.E0(), ref.E0().Seed(big.NewInt(1), big.NewInt(20480)))
	// Output: {6 64 131072 2048} 10
}

func ExampleE1() {
	fmt.Println(ref.E1())
	// Output: {381 128 131072 0}
}

func ExampleE2() {
	fmt.Println(ref.E2())
	// Output: {765 256 131072 0}
}

func ExampleE3() {
	fmt.Println(ref.E3())
	// Output: {765 256 65536 0}
}

func ExampleSmoothed_GetPenaltyFactor() {
	fmt.Println(ref.E3().GetPenaltyFactor(big.NewInt(300), big.NewInt(1300), big.NewInt(100_000)))
	// Output: 8/1 <nil>
}

func ExampleSmoothed_GetSmoothedOfflineBalance() {
	fmt.Println(ref.E3().GetSmoothedOfflineBalance(big.NewInt(0), big.NewInt(1_000_000)))
	// Output: 15 <nil>
}

func ExampleSmoothed_Step() {
	fmt.Println(ref.E3().Step(big.NewInt(0), big.NewInt(1_000_000), big.NewInt(1<<30)))
	// Output: 1/1 15 <nil>
}

func ExampleSmoothed_Walk() {
	factors, after, err := ref.E1().Walk(twoFailed(), ref.Memory{Smoothed: big.NewInt(64e9)})
	fmt.Println(factors.Slots[spec.TimelyTarget][0], after.Smoothed, err)
	// Output: 1/1 63984865029 <nil>
}

func ExampleSmoothed_Seed() {
	fmt.Println(ref.E3().Seed(big.NewInt(1), big.NewInt(20480)))
	// Output: 1
}

func ExampleForkSeed() {
	fmt.Println(ref.ForkSeed(twoFailed()))
	// Output: 2000000000 <nil>
}

func ExampleForkSeedLastSlotUnseen() {
	fmt.Println(ref.ForkSeedLastSlotUnseen(twoFailed()))
	// Output: 4000000000 <nil>
}

func ExampleCompleteEpochSeed() {
	fmt.Println(ref.CompleteEpochSeed([]*big.Int{big.NewInt(3), big.NewInt(4)}, 2))
	// Output: 3 <nil>
}

func ExampleWindowMeanSeed() {
	fmt.Println(ref.WindowMeanSeed([]*big.Int{big.NewInt(3), big.NewInt(4), big.NewInt(5)}))
	// Output: 4 <nil>
}

func ExampleOne() {
	fmt.Println(ref.One())
	// Output: 4294967296
}

func ExampleFraction() {
	fmt.Println(ref.Fraction(1, 3))
	// Output: 1431655765
}

func ExampleDefaultDiversity() {
	d := ref.DefaultDiversity(ref.Tent)
	fmt.Println(d.Low, d.High, d.Lo, d.Hi, d.Limit, d.Bonus, d.Malus, d.Validate())
	// Output: 2147483648 8589934592 85899345 429496729 1431655765 429496729 429496729 <nil>
}

func ExampleDiversity_Validate() {
	d := ref.DefaultDiversity(ref.Linear)
	d.Low, d.High = d.High, d.Low
	fmt.Println(d.Validate())
	// Output: invalid input: shape 1, bounds 8589934592 to 2147483648
}

func ExampleDiversity_Weight() {
	half := ref.Fraction(1, 2)
	for shape := ref.Inverse; shape <= ref.Tent; shape++ {
		fmt.Print(new(big.Rat).SetFrac(ref.DefaultDiversity(shape).Weight(half), ref.One()).FloatString(3), " ")
	}
	// Output: 2.000 0.500 0.750 0.900
}

func ExampleDiversity_Multiplier() {
	d := ref.DefaultDiversity(ref.Linear)
	fmt.Println(d.Multiplier(ref.One(), ref.Fraction(3, 4)), d.Multiplier(ref.One(), ref.Fraction(1, 4)))
	// Output: 3221225472 2147483648
}

func ExampleDiversity_Multipliers() {
	m, _, err := ref.DefaultDiversity(ref.Inverse).Multipliers(shares(700, 150, 100, 50))
	for _, v := range m {
		fmt.Print(new(big.Rat).SetFrac(v, ref.One()).FloatString(4), " ")
	}
	fmt.Println(err)
	// Output: 0.5714 2.0000 2.0000 2.0000 <nil>
}

func ExamplePayout() {
	fmt.Println(ref.Payout(big.NewInt(1001), ref.Fraction(3, 2)))
	// Output: 1501
}
