package ref_test

import (
	"fmt"
	"math/big"

	"github.com/stakesim/stakesim/penalty/ref"
	"github.com/stakesim/stakesim/spec"
)

// twoFailed is newState(64) with validators 0 and 32, slot 0, offline.
func twoFailed() ref.State {
	s := newState(64)
	s.Registry.PreviousFlags[0], s.Registry.PreviousFlags[32] = 0, 0
	return s
}

func ExampleStatusQuo() {
	factors, _, err := ref.StatusQuo(twoFailed(), ref.Memory{})
	d, _ := ref.GetFlagIndexDeltas(twoFailed(), spec.TimelyTarget, factors)
	fmt.Println(d.Penalties[0], err)
	// Output: 581373 <nil>
}

func ExampleFactors_Of() {
	factors, _, _ := ref.E3().Walk(twoFailed(), ref.Memory{})
	for _, i := range []spec.ValidatorIndex{0, 1} {
		f, scaled := factors.Of(twoFailed(), spec.TimelyTarget, i)
		fmt.Println(f, scaled)
	}
	// Output:
	// 256/1 true
	// 1/1 false
}

func ExampleGetFlagIndexDeltas() {
	factors, _, _ := ref.DefaultNetExcess().Walk(twoFailed(), ref.Memory{})
	d, err := ref.GetFlagIndexDeltas(twoFailed(), spec.TimelySource, factors)
	fmt.Println(d.Penalties[0], d.Rewards[1], err)
	// Output: 1252188 303264 <nil>
}

func ExampleGetFlagPenalty() {
	fmt.Println(ref.GetFlagPenalty(big.NewInt(10_144), spec.TimelyTarget, big.NewRat(2, 1), false))
	fmt.Println(ref.GetFlagPenalty(big.NewInt(10_144), spec.TimelyTarget, big.NewRat(1, 3), true))
	// Output:
	// 8242 <nil>
	// 1373 <nil>
}

func ExampleGetInactivityPenaltyDeltas() {
	s := twoFailed()
	s.Registry.InactivityScore[0] = 400
	d, err := ref.GetInactivityPenaltyDeltas(s)
	fmt.Println(d.Penalties[0], d.Penalties[1], err)
	// Output: 190734 0 <nil>
}

func ExampleProcessInactivityUpdates() {
	s := twoFailed()
	s.Boundary.FinalizedEpoch = 90 // a leak
	s.Registry.InactivityScore[1] = 40
	out, err := ref.ProcessInactivityUpdates(s)
	fmt.Println(out.Registry.InactivityScore[:3], err)
	// Output: [4 39 0] <nil>
}

func ExampleGetDeltas() {
	all, err := ref.GetDeltas(twoFailed(), ref.Factors{})
	for _, d := range all {
		fmt.Println(d.Penalties[0], d.Rewards[1])
	}
	fmt.Println(err)
	// Output:
	// 313047 303264
	// 581373 563205
	// 0 303264
	// 0 0
	// <nil>
}

func ExampleProcessRewardsAndPenalties() {
	out, err := ref.ProcessRewardsAndPenalties(twoFailed(), ref.Factors{})
	fmt.Println(out.Registry.Balance[:2], err)
	// Output: [31999105580 32001169733] <nil>
}

func ExampleProcessSlashings() {
	s := newState(64)
	s.Registry.Slashed[0], s.Registry.WithdrawableEpoch[0] = true, 100+8192/2
	s.Boundary.SlashingsSum = 32 * spec.ETH
	out, err := ref.ProcessSlashings(s)
	fmt.Println(out.Registry.Balance[0], err)
	// Output: 30500000000 <nil>
}

func ExampleGetSlashingPenaltyAltair() {
	fmt.Println(ref.GetSlashingPenaltyAltair(big.NewInt(32e9), big.NewInt(96e9), big.NewInt(2000e9)))
	// Output: 1000000000 <nil>
}

func ExampleGetSlashingPenaltyElectra() {
	fmt.Println(ref.GetSlashingPenaltyElectra(big.NewInt(32e9), big.NewInt(96e9), big.NewInt(2000e9)))
	// Output: 1536000000 <nil>
}

func ExampleProcessEffectiveBalanceUpdates() {
	s := newState(2)
	s.Registry.Balance[0] -= spec.ETH / 4
	s.Registry.Balance[1] -= spec.ETH/4 + 1
	out, err := ref.ProcessEffectiveBalanceUpdates(s)
	fmt.Println(out.Registry.EffectiveBalance, err)
	// Output: [32000000000 31000000000] <nil>
}

func ExampleGetMaxEffectiveBalance() {
	s := newState(2)
	s.Registry.Compounding[1] = true
	fmt.Println(ref.GetMaxEffectiveBalance(s, 0), ref.GetMaxEffectiveBalance(s, 1))
	// Output: 32000000000 2048000000000
}

func ExampleProcessEpoch() {
	s, m, err := ref.ProcessEpoch(twoFailed(), ref.E3().Walk, ref.Memory{})
	fmt.Println(s.Registry.Balance[:2], m.Smoothed, err)
	// Output: [31850855465 32001169733] 976128 <nil>
}
