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
	c.UnbondingEpochs, c.CommissionDelay, c.MinLockedShares, c.MinDelegation = 10, 10, 0, 1
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
// light position 5, in its second epoch.
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
	s.Lots[0].Shares++
	_, err = delegation.FromState(s)
	fmt.Println(err)
	// Output:
	// <nil>
	// invariant broken: I2: operator 3 has 8000000000 shares, its lots 8000000001
}

func ExampleLedger_State() {
	s := withLot().State()
	fmt.Println(len(s.Operators), len(s.Lots), len(s.Accounts), s.NextID)
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

func ExampleLedger_LotsOf() {
	l := withLot()
	for id := range l.LotsOf(1) {
		p, ok := l.Lot(id)
		fmt.Println(id, p.Operator, p.Shares, ok)
	}
	// Output: 5 3 8000000000 true
}

func ExampleLedger_UnbondingsOf() {
	l := withLot()
	must(delegation.ProcessUndelegation(l, delegation.Undelegation{Owner: 1, Lot: 5, Amount: spec.ETH}))
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
	must(delegation.ProcessSlashing(l, delegation.Slashing{Slashes: []delegation.Slash{{ID: 7, Operator: 3, Amount: 12 * spec.ETH, Rule: delegation.BondOnly}}}))
	u, ok := l.Uncollected(7)
	fmt.Println(eth(u.Amount), ok)
	// Output: 2.000000000 ETH true
}

func ExampleLedger_Supply() {
	l := market()
	must(delegation.ProcessHeavyReward(l, delegation.HeavyReward{Operator: 3, Amount: spec.ETH}))
	must(delegation.ProcessSlashing(l, delegation.Slashing{Slashes: []delegation.Slash{{Operator: 3, Amount: 5 * spec.ETH}}}))
	fmt.Println(eth(l.Supply()), "those burned included")
	// Output: 301.000000000 ETH those burned included
}

func ExampleLedger_Burned() {
	l := market()
	must(delegation.ProcessSlashing(l, delegation.Slashing{Slashes: []delegation.Slash{{Operator: 3, Amount: 5 * spec.ETH}}}))
	fmt.Println(eth(l.Burned()))
	// Output: 5.000000000 ETH
}

func ExampleLedger_HeavyTokens() {
	fmt.Println(eth(withLot().HeavyTokens()))
	// Output: 8.000000000 ETH
}
