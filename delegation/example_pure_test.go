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
	must(delegation.ProcessSlashing(l, delegation.Slashing{Slashes: []delegation.Slash{{Operator: 3, Fraction: delegation.Ratio{Num: 1, Den: 4}}}}))
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
	r := must(delegation.ProcessSlashing(market(), delegation.Slashing{Slashes: []delegation.Slash{{Operator: 77, Amount: 1}}}))
	fmt.Println(r.Skipped[0], errors.Is(r.Skipped[0], delegation.ErrUnknownID))
	// Output: slashes[0]: operator 77: unknown id true
}

// A script knows operations by their names.
func ExampleOperations() {
	for _, op := range delegation.Operations()[:3] {
		fmt.Printf("%s %T\n", op.Name, op.New())
	}
	// Output:
	// advance *delegation.Advance
	// bond_deposit *delegation.BondDeposit
	// bond_withdrawal *delegation.BondWithdrawal
}

func ExampleOperationNamed() {
	op, err := delegation.OperationNamed("payment")
	fmt.Printf("%T %v\n", op.New(), err)
	_, err = delegation.OperationNamed("pay")
	fmt.Println(errors.Is(err, spec.ErrUnknown))
	// Output:
	// *delegation.Payment <nil>
	// true
}

func ExampleOperationOf() {
	op, err := delegation.OperationOf(delegation.Opening{Amount: 5})
	fmt.Println(op.Name, err)
	_, err = delegation.OperationOf(5)
	fmt.Println(err)
	// Output:
	// opening <nil>
	// operation: unknown name: int are the arguments of none
}

func ExampleProcess() {
	r, err := delegation.Process(market(), delegation.Opening{Amount: 5})
	fmt.Println(r.Accounts, r.Events[0].Kind, err)
	// Output: [5] opened <nil>
}

// LightETH is minted one for one, also where the position has earned: a third of the
// rewards of 3 Gwei is due to it, and stays so.
func ExampleMintLightShares() {
	p := delegation.LightPosition{Principal: 4 * spec.ETH, Accrued: 1}
	p, err := delegation.MintLightShares(p, 2*spec.ETH)
	fmt.Println(p.Principal, p.Pending, p.Accrued, p.Total(), err)
	// Output: 4000000000 2000000000 1 6000000000 <nil>
}

// What does not earn yet is burned first; what was earned by the index is settled.
func ExampleBurnLightShares() {
	p := delegation.LightPosition{Principal: 4 * spec.ETH, Pending: 2 * spec.ETH}
	half := delegation.RewardIndex{Weight: 4 * spec.ETH, Index: 1 << 31} // 1/2 Gwei a Gwei
	p, err := delegation.BurnLightShares(p, half, 3*spec.ETH)
	fmt.Println(p.Principal, p.Pending, p.Accrued, err)
	// Output: 3000000000 0 2000000000 <nil>
}

// 5 % of 1000 and a third of the rest, rounded up, are the bond's.
func ExampleSplitHeavyReward() {
	bond, pool, err := delegation.SplitHeavyReward(1000, delegation.One/20, 1*spec.ETH, 2*spec.ETH)
	fmt.Println(bond, pool, err)
	// Output: 367 633 <nil>
}

// A registration makes an operator and a lot of locked shares.
func ExampleCreated_IDs() {
	l := must(delegation.New(delegation.DefaultConfig(), 100*spec.ETH))
	r := must(delegation.ProcessRegistration(l, delegation.Registration{Bond: 32 * spec.ETH}))
	fmt.Println(r.Operators, r.Lots, r.IDs())
	// Output: [1] [2] [1 2]
}

func ExampleParts_Of() {
	fmt.Println((delegation.One / 20).Of(1010), delegation.Parts(delegation.Off).Of(1) == delegation.Off)
	// Output: 50 true
}

// An event is about a row, which has a type.
func ExampleEvent_Lot() {
	r := must(delegation.ProcessDelegation(market(), delegation.Delegation{Owner: 1, Operator: 3, Amount: spec.ETH}))
	lot, ok := r.Events[0].Lot()
	_, other := r.Events[0].Light()
	fmt.Println(lot, ok, other)
	// Output: 5 true false
}

func ExampleEvent_Light() {
	r := must(delegation.ProcessLightDelegation(market(), delegation.LightDelegation{Owner: 1, Operator: 3, Amount: spec.ETH}))
	position, ok := r.Events[0].Light()
	fmt.Println(position, ok)
	// Output: 5 true
}

func ExampleEvent_Unbonding() {
	l := withLot()
	must(delegation.ProcessUndelegation(l, delegation.Undelegation{Owner: 1, Lot: 5, Amount: spec.ETH}))
	must(delegation.ProcessAdvance(l, delegation.Advance{Epochs: 9}))
	r := must(delegation.ProcessEpoch(l, delegation.EpochInput{}))
	entry, ok := r.Events[0].Unbonding()
	fmt.Println(entry, ok)
	// Output: 6 true
}

func ExampleEvent_Evidence() {
	r := must(delegation.ProcessEvidence(market(), delegation.EvidenceSubmission{Operator: 3}))
	evidence, ok := r.Events[0].Evidence()
	fmt.Println(evidence, ok)
	// Output: 5 true
}

func ExampleEvent_Slash() {
	r := must(delegation.ProcessSlashing(market(), delegation.Slashing{Slashes: []delegation.Slash{{ID: 7, Operator: 3, Amount: 1000 * spec.ETH}}}))
	last := r.Events[len(r.Events)-1]
	slash, ok := last.Slash()
	fmt.Println(last.Kind, slash, ok)
	// Output: uncollected 7 true
}

func ExampleRatio_Float64() {
	fmt.Println(delegation.Ratio{Num: 1, Den: 4}.Float64())
	// Output: 0.25
}
