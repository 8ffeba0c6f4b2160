package delegation_test

import (
	"errors"
	"fmt"

	"github.com/stakesim/stakesim/delegation"
	"github.com/stakesim/stakesim/spec"
)

func ExampleSharesForDeposit() {
	fmt.Println(delegation.SharesForDeposit(10, delegation.Price{Tokens: 50, Shares: 100}, 64))
	fmt.Println(delegation.SharesForDeposit(1, delegation.Price{Tokens: 200, Shares: 100}, 64))
	// Output:
	// 20 <nil>
	// 0 amount 1: deposit buys no share
}

func ExampleTokensForShares() {
	fmt.Println(delegation.TokensForShares(99, delegation.Price{Tokens: 101, Shares: 100}))
	fmt.Println(delegation.TokensForShares(1, delegation.Price{Tokens: 2, Shares: 1}))
	// Output:
	// 99 <nil>
	// 2 <nil>
}

func ExampleSharePrice() {
	l := withLot()
	must(delegation.ProcessSlashing(l, []delegation.Slash{{Operator: 3, Fraction: delegation.Ratio{Num: 1, Den: 4}}}))
	p := must(delegation.SharePrice(l, 3))
	fmt.Println(p.Tokens, p.Shares)
	// Output: 6000000000 8000000000
}

func ExamplePrice_Compare() {
	one := delegation.Price{Tokens: 1, Shares: 1}
	fmt.Println(delegation.Price{Tokens: 2, Shares: 3}.Compare(one), delegation.Price{}.Compare(one))
	// Output: -1 0
}

func ExampleEffectiveStake() {
	fmt.Println(delegation.EffectiveStake(8, 25, 3*delegation.One), delegation.EffectiveStake(8, 25, delegation.Off))
	// Output: 32 33
}

func ExampleSelfBondRatio() {
	fmt.Println(delegation.SelfBondRatio(1, 9))
	// Output: {1 10}
}

func ExampleCorruptionLeverage() {
	r, infinite, _ := delegation.CorruptionLeverage(spec.ETH, 9*spec.ETH, spec.ETH) // only the bond is at risk
	fmt.Printf("%.0fx %t\n", r.Float64(), infinite)
	_, infinite, _ = delegation.CorruptionLeverage(spec.ETH, 9*spec.ETH, 0)
	fmt.Println(infinite)
	// Output:
	// 10x false
	// true
}

func ExampleBondForSeat() {
	fmt.Println(delegation.BondForSeat(32, 24, 3*delegation.One), delegation.BondForSeat(32, 10, 3*delegation.One))
	// Output: 8 22
}

func ExampleExposure() {
	l := withLot()
	must(delegation.ProcessRedelegation(l, delegation.Redelegation{Owner: 1, Lot: 5, To: 4, Amount: 3 * spec.ETH}))
	for r := range delegation.Exposure(l, 1) {
		until := "ever"
		if r.Until != spec.FarFutureEpoch {
			until = fmt.Sprint("epoch ", r.Until)
		}
		fmt.Printf("lot %d: %s by operator %d, until %s\n", r.Lot, eth(r.Amount), r.Operator, until)
	}
	// Output:
	// lot 5: 5.000000000 ETH by operator 3, until ever
	// lot 6: 3.000000000 ETH by operator 4, until ever
	// lot 6: 3.000000000 ETH by operator 3, until epoch 10
}

func ExamplePreviewUndelegation() {
	p, err := delegation.PreviewUndelegation(withLot(), delegation.Undelegation{Owner: 1, Lot: 5, Amount: spec.ETH})
	fmt.Println(eth(p.Amount), eth(p.Rest), p.Complete, err)
	// Output: 1.000000000 ETH 7.000000000 ETH 10 <nil>
}

func ExampleSaturationReward() {
	pool := delegation.PoolStake{Total: 50_000, Stake: 100, Pledge: 1, Owner: 1} // 1/500 of the supply, pledged 1/50000
	f, err := delegation.SaturationReward(10_000_000_000_000, pool, delegation.Saturation{K: 500, A0: 300_000_000},
		delegation.Off, delegation.Ratio{Num: 1, Den: 1})
	fmt.Println(f, err)
	// Output: 15430769230 <nil>
}

func ExampleSplitPoolReward() {
	pool := delegation.PoolStake{Total: 50_000, Stake: 100, Owner: 1}
	split := delegation.PoolSplit{Reward: 15_430_769_230, Cost: 170_000_000, Margin: delegation.Ratio{Num: 3, Den: 100}}
	members := make([]spec.Gwei, 1)
	operator, err := delegation.SplitPoolReward(members, split, pool, []spec.Gwei{50})
	fmt.Println(operator, members, err)
	// Output: 775852538 [7401473076] <nil>
}

func ExamplePoolSplit_Member() {
	fmt.Println(delegation.PoolSplit{Reward: 110, Cost: 10, Margin: delegation.Ratio{Num: 1, Den: 10}}.Member(delegation.PoolStake{Total: 9, Stake: 3}, 1))
	// Output: 30 <nil>
}

func ExamplePoolSplit_Operator() {
	fmt.Println(delegation.PoolSplit{Reward: 110, Cost: 10, Margin: delegation.Ratio{Num: 1, Den: 10}}.Operator(delegation.PoolStake{Total: 9, Stake: 3}))
	// Output: 20 <nil>
}

func ExampleCheckInvariants() {
	fmt.Println(delegation.CheckInvariants(withLot()))
	// Output: <nil>
}

func ExampleReceipt_Moves() {
	r := must(delegation.ProcessPayment(market(), delegation.Payment{From: 1, To: 2, Amount: 7}))
	m := r.Moves()
	fmt.Println(m[delegation.Pot{Kind: delegation.PotFree, ID: 1}], m[delegation.Pot{Kind: delegation.PotFree, ID: 2}])
	// Output: -7 7
}

func ExamplePot_String() {
	fmt.Println(delegation.Pot{Kind: delegation.PotPool, ID: 3}, delegation.Pot{Kind: delegation.PotBurned})
	// Output: pool 3 burned
}

func ExampleItemError() {
	r := must(delegation.ProcessSlashing(market(), []delegation.Slash{{Operator: 77, Amount: 1}}))
	fmt.Println(r.Skipped[0], errors.Is(r.Skipped[0], delegation.ErrUnknownID))
	// Output: slashes[0]: operator 77: unknown id true
}

func ExampleNewOperation() {
	op, ok := delegation.NewOperation("opening")
	op.(*delegation.Opening).Amount = 5
	r, err := op.Apply(market())
	fmt.Println(ok, r.Created, err)
	// Output: true [5] <nil>
}

func ExampleOperationNames() {
	fmt.Println(delegation.OperationNames()[:3])
	// Output: [advance bond_deposit bond_withdrawal]
}

func ExampleRatio_Float64() {
	fmt.Println(delegation.Ratio{Num: 1, Den: 4}.Float64())
	// Output: 0.25
}
