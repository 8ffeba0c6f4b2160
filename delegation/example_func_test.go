package delegation_test

import (
	"errors"
	"fmt"

	"github.com/stakesim/stakesim/delegation"
	"github.com/stakesim/stakesim/spec"
)

// market is a ledger without locked shares or minimum bond: accounts 0, 1 and 2
// have 100 ETH each; operators 3 and 4 of account 0 have a bond of 10 ETH.
func market() *delegation.Ledger {
	c := delegation.DefaultConfig()
	c.UnbondingEpochs, c.CommissionDelay, c.MinLockedShares, c.MinPosition = 10, 10, 0, 1
	l := must(delegation.New(c, 100*spec.ETH, 100*spec.ETH, 100*spec.ETH))
	for range 2 {
		must(delegation.ProcessRegistration(l, delegation.Registration{Owner: 0, Bond: 10 * spec.ETH}))
	}
	return l
}

// withLot is a market where account 1 has delegated 8 ETH to operator 3: lot 5.
func withLot() *delegation.Ledger {
	l := market()
	must(delegation.ProcessDelegation(l, delegation.Delegation{Owner: 1, Operator: 3, Amount: 8 * spec.ETH}))
	return l
}

// withLight is a market where account 1 has light stake of 8 ETH with operator 3,
// position 5, in its second epoch.
func withLight() *delegation.Ledger {
	l := market()
	must(delegation.ProcessLightDelegation(l, delegation.LightDelegation{Owner: 1, Operator: 3, Amount: 8 * spec.ETH}))
	must(delegation.ProcessEpoch(l, delegation.EpochInput{}))
	return l
}

// show prints the moves of a receipt.
func show(r delegation.Receipt, err error) {
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, e := range r.Events {
		if e.Amount > 0 && e.Kind <= delegation.Slashed {
			fmt.Printf("%v: %v -> %v, %s\n", e.Kind, e.From, e.To, eth(e.Amount))
		} else if e.Kind > delegation.Slashed {
			fmt.Println(e.Kind)
		}
	}
}

func ExampleNew() {
	l, err := delegation.New(delegation.DefaultConfig(), 5, 7)
	fmt.Println(l.Supply(), err)
	_, err = delegation.New(delegation.Config{})
	fmt.Println(errors.Is(err, spec.ErrInput))
	// Output:
	// 12 <nil>
	// true
}

func ExampleDefaultConfig() {
	c := delegation.DefaultConfig()
	fmt.Println(c.UnbondingEpochs, c.LeverageCap/delegation.One, c.MinLockedShares, c.Validate())
	// Output: 256 9 1000000 <nil>
}

func ExampleConfig_Validate() {
	c := delegation.DefaultConfig()
	c.CommissionDelay = c.UnbondingEpochs - 1 // a delegator could not leave in time
	fmt.Println(c.Validate())
	// Output: commission_delay: invalid input: 255 outside 256 to 4294967296
}

func ExampleFromState() {
	s := withLot().State()
	_, err := delegation.FromState(s)
	fmt.Println(err)
	s.Positions[0].Shares++
	_, err = delegation.FromState(s)
	fmt.Println(err)
	// Output:
	// <nil>
	// invariant broken: I2: operator 3 has 8000000000 shares, its positions 8000000001
}

func ExampleLedger_State() {
	s := withLot().State()
	fmt.Println(len(s.Operators), len(s.Positions), len(s.Accounts), s.NextID)
	// Output: 2 1 3 6
}

func ExampleLedger_Clone() {
	l := withLot()
	c := l.Clone()
	show(delegation.ProcessPayment(c, delegation.Payment{From: 1, To: 2, Amount: spec.ETH}))
	a, _ := l.Account(1)
	fmt.Println(eth(a.Free))
	// Output:
	// moved: account 1 -> account 2, 1.000000000 ETH
	// 92.000000000 ETH
}

func ExampleLedger_PositionsOf() {
	l := withLot()
	for id := range l.PositionsOf(1) {
		p, ok := l.Position(id)
		fmt.Println(id, p.Operator, p.Shares, ok)
	}
	// Output: 5 3 8000000000 true
}

func ExampleLedger_UnbondingsOf() {
	l := withLot()
	must(delegation.ProcessUndelegation(l, delegation.Undelegation{Owner: 1, Position: 5, Amount: spec.ETH}))
	for id := range l.UnbondingsOf(1) {
		u, _ := l.Unbonding(id)
		fmt.Println(id, eth(u.Balance), u.Complete)
	}
	// Output: 6 1.000000000 ETH 10
}

func ExampleLedger_LightsOf() {
	l := withLight()
	for id := range l.LightsOf(1) {
		p, _ := l.Light(id)
		fmt.Println(id, p.Operator, eth(p.Total()))
	}
	// Output: 5 3 8.000000000 ETH
}

func ExampleLedger_Operator() {
	o, ok := withLot().Operator(3)
	fmt.Println(eth(o.Bond), eth(o.PoolTokens), ok)
	_, ok = withLot().Operator(5)
	fmt.Println(ok)
	// Output:
	// 10.000000000 ETH 8.000000000 ETH true
	// false
}

func ExampleLedger_Standings() {
	for o := range withLot().Standings() {
		fmt.Println(o.Operator, eth(o.Bond), eth(o.PoolTokens), o.Jailed, o.Left)
	}
	// Output:
	// 3 10.000000000 ETH 8.000000000 ETH false false
	// 4 10.000000000 ETH 0.000000000 ETH false false
}

func ExampleLedger_Uncollected() {
	l := market()
	must(delegation.ProcessSlashing(l, []delegation.Due{{ID: 7, Operator: 3, Amount: 12 * spec.ETH, Rule: delegation.BondOnly}}))
	u, ok := l.Uncollected(7)
	fmt.Println(eth(u.Amount), ok)
	// Output: 2.000000000 ETH true
}

func ExampleLedger_Supply() {
	l := market()
	must(delegation.ProcessHeavyReward(l, delegation.Reward{Operator: 3, Amount: spec.ETH}))
	must(delegation.ProcessSlashing(l, []delegation.Due{{Operator: 3, Amount: 5 * spec.ETH}}))
	fmt.Println(eth(l.Supply()), "those burned included")
	// Output: 301.000000000 ETH those burned included
}

func ExampleLedger_HeavyTokens() {
	fmt.Println(eth(withLot().HeavyTokens()))
	// Output: 8.000000000 ETH
}

func ExampleProcessOpening() {
	show(delegation.ProcessOpening(market(), delegation.Opening{Amount: spec.ETH}))
	// Output:
	// opened
	// moved: outside -> account 5, 1.000000000 ETH
}

func ExampleProcessPayment() {
	show(delegation.ProcessPayment(market(), delegation.Payment{From: 1, To: 2, Amount: 101 * spec.ETH}))
	// Output: amount 101000000000: insufficient free balance: account 1 has 100000000000
}

func ExampleProcessRegistration() {
	show(delegation.ProcessRegistration(market(), delegation.Registration{Owner: 2, Bond: 5 * spec.ETH, Commission: delegation.One / 10}))
	// Output:
	// registered
	// moved: account 2 -> bond 5, 5.000000000 ETH
}

func ExampleProcessBondDeposit() {
	show(delegation.ProcessBondDeposit(market(), delegation.BondDeposit{Owner: 0, Operator: 3, Amount: spec.ETH}))
	// Output: moved: account 0 -> bond 3, 1.000000000 ETH
}

func ExampleProcessBondWithdrawal() {
	l := market()
	show(delegation.ProcessBondWithdrawal(l, delegation.BondWithdrawal{Owner: 0, Operator: 3, Amount: 9 * spec.ETH}))
	show(delegation.ProcessBondWithdrawal(l, delegation.BondWithdrawal{Owner: 0, Operator: 3, Amount: 1}))
	// Output:
	// moved: bond 3 -> unbonding 5, 9.000000000 ETH
	// amount 1: below the minimum: leaves 999999999 of a bond of 1000000000
}

func ExampleProcessCommissionChange() {
	l := market()
	must(delegation.ProcessCommissionChange(l, delegation.CommissionChange{Owner: 0, Operator: 3, Commission: delegation.One / 5}))
	o, _ := l.Operator(3)
	fmt.Println(o.Commission, o.PendingCommission, "from epoch", o.PendingCommissionEpoch)
	// Output: 0 200000000 from epoch 10
}

func ExampleProcessDelegation() {
	l := market()
	show(delegation.ProcessDelegation(l, delegation.Delegation{Owner: 1, Operator: 3, Amount: 90 * spec.ETH}))
	show(delegation.ProcessDelegation(l, delegation.Delegation{Owner: 1, Operator: 3, Amount: 1}))
	// Output:
	// moved: account 1 -> pool 3, 90.000000000 ETH
	// lot created
	// delegated 90000000001: above the leverage cap: 90000000000 for a bond of 10000000000
}

func ExampleProcessUndelegation() {
	show(delegation.ProcessUndelegation(withLot(), delegation.Undelegation{Owner: 1, Position: 5, Amount: 3 * spec.ETH}))
	// Output: moved: pool 3 -> unbonding 6, 3.000000000 ETH
}

func ExampleProcessRedelegation() {
	l := withLot()
	show(delegation.ProcessRedelegation(l, delegation.Redelegation{Owner: 1, Position: 5, To: 4, Amount: 3 * spec.ETH}))
	show(delegation.ProcessRedelegation(l, delegation.Redelegation{Owner: 1, Position: 6, To: 3, Amount: spec.ETH}))
	// Output:
	// lot split
	// moved: pool 3 -> pool 4, 3.000000000 ETH
	// lot created
	// lien set
	// position 6: lot carries a lien
}

func ExampleProcessCancellation() {
	l := withLot()
	must(delegation.ProcessUndelegation(l, delegation.Undelegation{Owner: 1, Position: 5, Amount: 3 * spec.ETH}))
	show(delegation.ProcessCancellation(l, delegation.Cancellation{Owner: 1, Unbonding: 6, Amount: 2 * spec.ETH}))
	// Output:
	// entry split
	// moved: unbonding 6 -> pool 3, 2.000000000 ETH
	// lot created
}

func ExampleProcessTokenisation() {
	l := withLot()
	show(delegation.ProcessTokenisation(l, delegation.Tokenisation{Owner: 1, Position: 5, Amount: 2 * spec.ETH}))
	show(delegation.ProcessTokenisation(l, delegation.Tokenisation{Owner: 1, Position: 5, Shares: 1}))
	// Output:
	// lot split
	// tokenised
	// shares 1: above the liquid cap: 2000000001 of 8000000000 Gwei in all pools
}

// tokenised is withLot with 2 ETH of the lot tokenised: lot 6.
func tokenised() *delegation.Ledger {
	l := withLot()
	must(delegation.ProcessTokenisation(l, delegation.Tokenisation{Owner: 1, Position: 5, Amount: 2 * spec.ETH}))
	return l
}

func ExampleProcessTransfer() {
	l := tokenised()
	show(delegation.ProcessTransfer(l, delegation.Transfer{Owner: 1, Position: 6, To: 2}))
	p, _ := l.Position(6)
	fmt.Println(p.Owner)
	// Output:
	// transferred
	// 2
}

func ExampleProcessRedemption() {
	l := tokenised()
	show(delegation.ProcessUndelegation(l, delegation.Undelegation{Owner: 1, Position: 6, Amount: spec.ETH}))
	show(delegation.ProcessRedemption(l, delegation.Redemption{Owner: 1, Position: 6}))
	show(delegation.ProcessUndelegation(l, delegation.Undelegation{Owner: 1, Position: 6, Amount: spec.ETH}))
	// Output:
	// position 6: lot is tokenised
	// redeemed
	// moved: pool 3 -> unbonding 7, 1.000000000 ETH
}

func ExampleProcessLightDelegation() {
	l := market()
	show(delegation.ProcessLightDelegation(l, delegation.LightDelegation{Owner: 1, Operator: 3, Amount: 8 * spec.ETH}))
	p, _ := l.Light(5)
	fmt.Println("earns now", eth(p.Principal), "from the next epoch", eth(p.Pending))
	// Output:
	// moved: account 1 -> light 5, 8.000000000 ETH
	// earns now 0.000000000 ETH from the next epoch 8.000000000 ETH
}

func ExampleProcessLightUndelegation() {
	show(delegation.ProcessLightUndelegation(withLight(), delegation.LightUndelegation{Owner: 1, Position: 5, Amount: 3 * spec.ETH}))
	// Output: moved: light 5 -> account 1, 3.000000000 ETH
}

func ExampleProcessLightRedelegation() {
	show(delegation.ProcessLightRedelegation(withLight(), delegation.LightRedelegation{Owner: 1, Position: 5, To: 4, Amount: 3 * spec.ETH}))
	// Output: moved: light 5 -> light 6, 3.000000000 ETH
}

func ExampleProcessLightReward() {
	l := withLight()
	show(delegation.ProcessLightReward(l, delegation.Reward{Operator: 3, Amount: spec.ETH}))
	fmt.Println(eth(must(delegation.LightETHBalance(l, 5))))
	// Output:
	// rewarded: issuance -> reserve 3, 1.000000000 ETH
	// 9.000000000 ETH
}

func ExampleProcessLightClaim() {
	l := withLight()
	must(delegation.ProcessLightReward(l, delegation.Reward{Operator: 3, Amount: spec.ETH}))
	show(delegation.ProcessLightClaim(l, delegation.LightClaim{Caller: 2, Position: 5}))
	show(delegation.ProcessLightClaim(l, delegation.LightClaim{Caller: 2, Position: 5}))
	// Output:
	// rewarded: reserve 3 -> account 1, 1.000000000 ETH
	// light position 5: nothing to pay
}

func ExampleLightETHBalance() {
	l := withLight()
	must(delegation.ProcessLightReward(l, delegation.Reward{Operator: 3, Amount: 10}))
	fmt.Println(must(delegation.LightETHBalance(l, 5)) - 8*spec.ETH) // 10 * 2^32 / (8 * 10^9) = 5.4: 5 a Gwei, 9.3
	// Output: 9
}

func ExampleProcessLotPointer() {
	l := withLot()
	show(delegation.ProcessLotPointer(l, delegation.LotPointer{Owner: 1, Position: 5, Operator: 4}))
	must(delegation.ProcessEpoch(l, delegation.EpochInput{}))
	o, _ := l.Operator(4)
	fmt.Println("weight", eth(o.Pointers.Weight), "principal", eth(o.Principal()))
	// Output:
	// pointed
	// weight 8.000000000 ETH principal 0.000000000 ETH
}

func ExampleProcessWalletPointer() {
	l := market()
	must(delegation.ProcessWalletPointer(l, delegation.WalletPointer{Owner: 1, Operator: 3}))
	must(delegation.ProcessEpoch(l, delegation.EpochInput{}))
	must(delegation.ProcessPayment(l, delegation.Payment{From: 1, To: 2, Amount: 40 * spec.ETH}))
	o, _ := l.Operator(3)
	fmt.Println(eth(o.Pointers.Weight))
	// Output: 60.000000000 ETH
}

func ExampleProcessPointerReward() {
	l := market()
	must(delegation.ProcessWalletPointer(l, delegation.WalletPointer{Owner: 1, Operator: 3}))
	must(delegation.ProcessEpoch(l, delegation.EpochInput{}))
	show(delegation.ProcessPointerReward(l, delegation.Reward{Operator: 3, Amount: spec.ETH}))
	// Output: rewarded: issuance -> pointers 3, 1.000000000 ETH
}

func ExampleProcessHeavyReward() {
	show(delegation.ProcessHeavyReward(withLot(), delegation.Reward{Operator: 3, Amount: 9 * spec.ETH}))
	// Output:
	// rewarded: issuance -> bond 3, 5.000000000 ETH
	// rewarded: issuance -> pool 3, 4.000000000 ETH
}

func ExampleProcessEvidence() {
	l := market()
	show(delegation.ProcessEvidence(l, delegation.Accusation{Operator: 3, Epoch: 0}))
	show(delegation.ProcessEvidence(l, delegation.Accusation{Operator: 3, Epoch: 1}))
	// Output:
	// accused
	// jailed
	// epoch 1: epoch out of range: now 0, 10 back at most
}

func ExampleProcessUnjail() {
	l := market()
	must(delegation.ProcessEvidence(l, delegation.Accusation{Operator: 3}))
	show(delegation.ProcessUnjail(l, delegation.Unjail{Owner: 0, Operator: 3}))
	must(delegation.ProcessEpochs(l, 16)) // the evidence lapses meanwhile
	show(delegation.ProcessUnjail(l, delegation.Unjail{Owner: 0, Operator: 3}))
	// Output:
	// operator 3: jail: until epoch 16
	// unjailed
}

func ExampleProcessTombstoning() {
	l := market()
	show(delegation.ProcessTombstoning(l, delegation.Tombstoning{Operator: 3}))
	show(delegation.ProcessDelegation(l, delegation.Delegation{Owner: 1, Operator: 3, Amount: 1}))
	// Output:
	// tombstoned
	// operator 3: operator is tombstoned
}

func ExampleProcessExit() {
	l := withLot()
	exit := delegation.Exit{Owner: 0, Operator: 3}
	show(delegation.ProcessExit(l, exit)) // announced
	show(delegation.ProcessExit(l, exit))
	must(delegation.ProcessEpochs(l, 10))
	show(delegation.ProcessExit(l, exit)) // lots
	show(delegation.ProcessExit(l, exit)) // bond
	show(delegation.ProcessEpochs(l, 10))
	// Output:
	// exit
	// operator 3: not yet, or no longer: delegators have until epoch 10
	// moved: pool 3 -> unbonding 6, 8.000000000 ETH
	// exit
	// moved: bond 3 -> unbonding 7, 10.000000000 ETH
	// exit
	// moved: unbonding 6 -> account 1, 8.000000000 ETH
	// moved: unbonding 7 -> account 0, 10.000000000 ETH
	// record dropped
}

func ExampleProcessSlashing() {
	l := withLot()
	r, err := delegation.ProcessSlashing(l, []delegation.Due{
		{ID: 1, Operator: 3, Amount: 9 * spec.ETH},
		{ID: 2, Operator: 99, Amount: spec.ETH},
	})
	show(r, err)
	fmt.Println(r.Skipped[0])
	// Output:
	// slashed: bond 3 -> burned, 5.000000000 ETH
	// slashed: pool 3 -> burned, 4.000000000 ETH
	// dues[1]: operator 99: unknown id
}

func ExamplePreviewSlash() {
	l := withLot()
	out := delegation.PreviewSlash(l, []delegation.Due{{ID: 1, Operator: 3, Amount: 12 * spec.ETH, Rule: delegation.OperatorFirst}})
	for _, c := range out.Cuts {
		fmt.Println(c.Place, eth(c.Amount))
	}
	fmt.Println("of", eth(out.Collections[0].Wanted), "collected", eth(out.Collections[0].Collected))
	// Output:
	// bond 3 10.000000000 ETH
	// pool 3 2.000000000 ETH
	// of 12.000000000 ETH collected 12.000000000 ETH
}

func ExampleProcessEpoch() {
	l := withLot()
	must(delegation.ProcessUndelegation(l, delegation.Undelegation{Owner: 1, Position: 5, Amount: spec.ETH}))
	must(delegation.ProcessEpochs(l, 9))
	show(delegation.ProcessEpoch(l, delegation.EpochInput{
		Rewards: []delegation.EpochReward{{Operator: 4, Heavy: spec.ETH}},
		Dues:    []delegation.Due{{ID: 1, Operator: 4, Epoch: 9, Fraction: delegation.Ratio{Num: 1, Den: 11}}},
	}))
	fmt.Println("epoch", l.Epoch())
	// Output:
	// rewarded: issuance -> bond 4, 1.000000000 ETH
	// slashed: bond 4 -> burned, 1.000000000 ETH
	// moved: unbonding 6 -> account 1, 1.000000000 ETH
	// epoch 10
}

func ExampleProcessEpochs() {
	l := market()
	_, err := delegation.ProcessEpochs(l, 1_000_000_000)
	fmt.Println(l.Epoch(), err)
	_, err = delegation.ProcessEpochs(l, 1<<63)
	fmt.Println(errors.Is(err, delegation.ErrBound))
	// Output:
	// 1000000000 <nil>
	// true
}

func ExampleProcessWeightSnapshot() {
	// Every epoch takes its own snapshot: a second one could let a deposit earn at
	// once.
	_, err := delegation.ProcessWeightSnapshot(withLight())
	fmt.Println(err)
	// Output: epoch 1: not yet, or no longer: the snapshot is taken
}

func ExampleProcessUnbondingQueue() {
	s := withLot().State()
	l := must(delegation.FromState(s))
	show(delegation.ProcessUnbondingQueue(l)) // nothing is complete
	// Output:
}

func ExampleProcessLienExpiry() {
	show(delegation.ProcessLienExpiry(withLot())) // there are no liens
	// Output:
}

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
	must(delegation.ProcessSlashing(l, []delegation.Due{{Operator: 3, Fraction: delegation.Ratio{Num: 1, Den: 4}}}))
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
	must(delegation.ProcessRedelegation(l, delegation.Redelegation{Owner: 1, Position: 5, To: 4, Amount: 3 * spec.ETH}))
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
	p, err := delegation.PreviewUndelegation(withLot(), delegation.Undelegation{Owner: 1, Position: 5, Amount: spec.ETH})
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
	split := delegation.PoolSplit{Reward: 15_430_769_230, Cost: 170_000_000, Margin: 30_000_000}
	members := make([]spec.Gwei, 1)
	operator, err := delegation.SplitPoolReward(members, split, pool, []spec.Gwei{50})
	fmt.Println(operator, members, err)
	// Output: 775852538 [7401473076] <nil>
}

func ExamplePoolSplit_Member() {
	fmt.Println(delegation.PoolSplit{Reward: 110, Cost: 10, Margin: delegation.One / 10}.Member(delegation.PoolStake{Total: 9, Stake: 3}, 1))
	// Output: 30 <nil>
}

func ExamplePoolSplit_Operator() {
	fmt.Println(delegation.PoolSplit{Reward: 110, Cost: 10, Margin: delegation.One / 10}.Operator(delegation.PoolStake{Total: 9, Stake: 3}))
	// Output: 20 <nil>
}

func ExampleCheckInvariants() {
	fmt.Println(delegation.CheckInvariants(withLot()))
	// Output: <nil>
}

func ExampleReceipt_Moves() {
	r := must(delegation.ProcessPayment(market(), delegation.Payment{From: 1, To: 2, Amount: 7}))
	m := r.Moves()
	fmt.Println(m[delegation.Place{Kind: delegation.Free, ID: 1}], m[delegation.Place{Kind: delegation.Free, ID: 2}])
	// Output: -7 7
}

func ExamplePlace_String() {
	fmt.Println(delegation.Place{Kind: delegation.Pool, ID: 3}, delegation.Place{Kind: delegation.Burned})
	// Output: pool 3 burned
}

func ExampleItemError() {
	r := must(delegation.ProcessSlashing(market(), []delegation.Due{{Operator: 77, Amount: 1}}))
	fmt.Println(r.Skipped[0], errors.Is(r.Skipped[0], delegation.ErrUnknownID))
	// Output: dues[0]: operator 77: unknown id true
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
