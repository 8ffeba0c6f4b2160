package delegation_test

import (
	"fmt"

	"github.com/stakesim/stakesim/delegation"
	"github.com/stakesim/stakesim/spec"
)

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
	show(delegation.ProcessUndelegation(withLot(), delegation.Undelegation{Owner: 1, Lot: 5, Amount: 3 * spec.ETH}))
	// Output: moved: pool 3 -> unbonding 6, 3.000000000 ETH
}

func ExampleProcessRedelegation() {
	l := withLot()
	show(delegation.ProcessRedelegation(l, delegation.Redelegation{Owner: 1, Lot: 5, To: 4, Amount: 3 * spec.ETH}))
	show(delegation.ProcessRedelegation(l, delegation.Redelegation{Owner: 1, Lot: 6, To: 3, Amount: spec.ETH}))
	// Output:
	// lot split
	// moved: pool 3 -> pool 4, 3.000000000 ETH
	// lot created
	// lien set
	// lot 6: lot carries a lien
}

func ExampleProcessCancellation() {
	l := withLot()
	must(delegation.ProcessUndelegation(l, delegation.Undelegation{Owner: 1, Lot: 5, Amount: 3 * spec.ETH}))
	show(delegation.ProcessCancellation(l, delegation.Cancellation{Owner: 1, Unbonding: 6, Amount: 2 * spec.ETH}))
	// Output:
	// entry split
	// moved: unbonding 6 -> pool 3, 2.000000000 ETH
	// lot created
}

func ExampleProcessTokenisation() {
	l := withLot()
	show(delegation.ProcessTokenisation(l, delegation.Tokenisation{Owner: 1, Lot: 5, Amount: 2 * spec.ETH}))
	show(delegation.ProcessTokenisation(l, delegation.Tokenisation{Owner: 1, Lot: 5, Shares: 1}))
	// Output:
	// lot split
	// tokenised
	// shares 1: above the liquid cap: 2000000001 of 8000000000 Gwei in all pools
}

// tokenised is withLot with 2 ETH of the lot tokenised: lot 6.
func tokenised() *delegation.Ledger {
	l := withLot()
	must(delegation.ProcessTokenisation(l, delegation.Tokenisation{Owner: 1, Lot: 5, Amount: 2 * spec.ETH}))
	return l
}

func ExampleProcessTransfer() {
	l := tokenised()
	show(delegation.ProcessTransfer(l, delegation.Transfer{Owner: 1, Lot: 6, To: 2}))
	p, _ := l.Lot(6)
	fmt.Println(p.Owner)
	// Output:
	// transferred
	// 2
}

func ExampleProcessRedemption() {
	l := tokenised()
	show(delegation.ProcessUndelegation(l, delegation.Undelegation{Owner: 1, Lot: 6, Amount: spec.ETH}))
	show(delegation.ProcessRedemption(l, delegation.Redemption{Owner: 1, Lot: 6}))
	show(delegation.ProcessUndelegation(l, delegation.Undelegation{Owner: 1, Lot: 6, Amount: spec.ETH}))
	// Output:
	// lot 6: lot is tokenised
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
	show(delegation.ProcessLightReward(l, delegation.LightReward{Operator: 3, Amount: spec.ETH}))
	fmt.Println(eth(must(delegation.LightETHBalance(l, 5))))
	// Output:
	// rewarded: issuance -> reserve 3, 1.000000000 ETH
	// 9.000000000 ETH
}

func ExampleProcessLightClaim() {
	l := withLight()
	must(delegation.ProcessLightReward(l, delegation.LightReward{Operator: 3, Amount: spec.ETH}))
	show(delegation.ProcessLightClaim(l, delegation.LightClaim{Caller: 2, Position: 5}))
	show(delegation.ProcessLightClaim(l, delegation.LightClaim{Caller: 2, Position: 5}))
	// Output:
	// rewarded: reserve 3 -> account 1, 1.000000000 ETH
	// light position 5: nothing to pay
}

func ExampleLightETHBalance() {
	l := withLight()
	must(delegation.ProcessLightReward(l, delegation.LightReward{Operator: 3, Amount: 10}))
	fmt.Println(must(delegation.LightETHBalance(l, 5)) - 8*spec.ETH) // 10 * 2^32 / (8 * 10^9) = 5.4: 5 a Gwei, 9.3
	// Output: 9
}

func ExampleProcessLotPointer() {
	l := withLot()
	show(delegation.ProcessLotPointer(l, delegation.LotPointer{Owner: 1, Lot: 5, Operator: 4}))
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
	show(delegation.ProcessPointerReward(l, delegation.PointerReward{Operator: 3, Amount: spec.ETH}))
	// Output: rewarded: issuance -> pointers 3, 1.000000000 ETH
}

func ExampleProcessHeavyReward() {
	show(delegation.ProcessHeavyReward(withLot(), delegation.HeavyReward{Operator: 3, Amount: 9 * spec.ETH}))
	// Output:
	// rewarded: issuance -> bond 3, 5.000000000 ETH
	// rewarded: issuance -> pool 3, 4.000000000 ETH
}

func ExampleProcessEvidence() {
	l := market()
	show(delegation.ProcessEvidence(l, delegation.EvidenceSubmission{Operator: 3, Epoch: 0}))
	show(delegation.ProcessEvidence(l, delegation.EvidenceSubmission{Operator: 3, Epoch: 1}))
	// Output:
	// accused
	// jailed
	// epoch 1: epoch out of range: now 0, 10 back at most
}

func ExampleProcessUnjail() {
	l := market()
	must(delegation.ProcessEvidence(l, delegation.EvidenceSubmission{Operator: 3}))
	show(delegation.ProcessUnjail(l, delegation.Unjail{Owner: 0, Operator: 3}))
	must(delegation.ProcessAdvance(l, delegation.Advance{Epochs: 16})) // the evidence lapses meanwhile
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
