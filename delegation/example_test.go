package delegation_test

import (
	"errors"
	"fmt"

	"github.com/stakesim/stakesim/delegation"
	"github.com/stakesim/stakesim/spec"
)

// The four of the story, as account ids.
const (
	alice = delegation.AccountID(iota)
	bob
	carol
	david
)

// story is the ledger of the story so far.
type story struct {
	*delegation.Ledger
	bobs, davids         delegation.OperatorID
	lightBob, lightDavid delegation.PositionID // Alice's LightETH
	carols, moved        delegation.LotID      // Carol's
	leaving              delegation.UnbondingID
}

// must keeps the examples short: none of their operations fails.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func eth(v spec.Gwei) string { return fmt.Sprintf("%d.%09d ETH", v/spec.ETH, v%spec.ETH) }

func deposit() *story {
	l := must(delegation.New(delegation.DefaultConfig(), 100*spec.ETH, 100*spec.ETH, 100*spec.ETH, 100*spec.ETH))
	s := &story{Ledger: l}
	s.bobs = must(delegation.ProcessRegistration(l, delegation.Registration{Owner: bob, Bond: 32 * spec.ETH, Commission: 50_000_000})).Operators[0]
	s.davids = must(delegation.ProcessRegistration(l, delegation.Registration{Owner: david, Bond: 32 * spec.ETH, Commission: 100_000_000})).Operators[0]
	s.lightBob = must(delegation.ProcessLightDelegation(l, delegation.LightDelegation{Owner: alice, Operator: s.bobs, Amount: 4 * spec.ETH})).Lights[0]
	s.lightDavid = must(delegation.ProcessLightDelegation(l, delegation.LightDelegation{Owner: alice, Operator: s.davids, Amount: 4 * spec.ETH})).Lights[0]
	s.carols = must(delegation.ProcessDelegation(l, delegation.Delegation{Owner: carol, Operator: s.bobs, Amount: 32 * spec.ETH})).Lots[0]
	must(delegation.ProcessEpoch(l, delegation.EpochInput{}))
	return s
}

// Bob and David register with a bond of 32 ETH and commissions of 5 % and 10 %.
// Alice deposits 4 ETH with each and gets as much LightETH-Bob and LightETH-David;
// Carol delegates 32 ETH to Bob, slashable.
func Example_deposit() {
	s := deposit()
	fmt.Println("LightETH-Bob", eth(must(delegation.LightETHBalance(s.Ledger, s.lightBob))))
	o, _ := s.Operator(s.bobs)
	fmt.Println("Bob: bond", eth(o.Bond), "pool", eth(o.PoolTokens), "light", eth(o.Principal()))
	// Output:
	// LightETH-Bob 4.000000000 ETH
	// Bob: bond 32.000000000 ETH pool 32.001000000 ETH light 4.000000000 ETH
}

func earn() *story {
	s := deposit()
	must(delegation.ProcessEpoch(s.Ledger, delegation.EpochInput{Rewards: []delegation.EpochReward{
		{Operator: s.bobs, Heavy: spec.ETH, Light: spec.ETH},
		{Operator: s.davids, Light: spec.ETH},
	}}))
	return s
}

// Both operators earn 1 ETH for their light duty: after commission Alice's LightETH
// of the two are worth different amounts, one Gwei lost to flooring.
func Example_earn() {
	s := earn()
	fmt.Println("LightETH-Bob  ", eth(must(delegation.LightETHBalance(s.Ledger, s.lightBob))))
	fmt.Println("LightETH-David", eth(must(delegation.LightETHBalance(s.Ledger, s.lightDavid))))
	price := must(delegation.SharePrice(s.Ledger, s.bobs))
	fmt.Println("Bob's heavy shares are worth more than they cost:", price.Compare(delegation.Price{Tokens: 1, Shares: 1}) > 0)
	// Output:
	// LightETH-Bob   4.949999999 ETH
	// LightETH-David 4.899999999 ETH
	// Bob's heavy shares are worth more than they cost: true
}

func redelegate() *story {
	s := earn()
	s.moved = must(delegation.ProcessRedelegation(s.Ledger, delegation.Redelegation{
		Owner: carol, Lot: s.carols, To: s.davids, Amount: 10 * spec.ETH})).Lots[0]
	return s
}

// Carol moves 10 ETH to David at once. The lot earns there, and carries a lien: it
// still answers for what Bob did before.
func Example_redelegate() {
	s := redelegate()
	p, _ := s.Lot(s.moved)
	fmt.Println("lot at David's:", p.Operator == s.davids, "liable for Bob:", p.Lien.Source == s.bobs, "with", eth(p.Lien.Initial))
	fmt.Println("from epoch", p.Lien.Start, "to", p.Lien.End)
	// Output:
	// lot at David's: true liable for Bob: true with 10.000000000 ETH
	// from epoch 2 to 258
}

func fault() (*story, delegation.EvidenceID) {
	s := redelegate()
	return s, must(delegation.ProcessEvidence(s.Ledger, delegation.EvidenceSubmission{Operator: s.bobs, Epoch: 1})).Evidence[0]
}

// Evidence is filed that Bob equivocated in epoch 1. He is jailed: nobody can
// delegate to him, but everybody can leave.
func Example_fault() {
	s, _ := fault()
	_, err := delegation.ProcessDelegation(s.Ledger, delegation.Delegation{Owner: alice, Operator: s.bobs, Amount: spec.ETH})
	fmt.Println(errors.Is(err, delegation.ErrJailed))
	_, err = delegation.PreviewUndelegation(s.Ledger, delegation.Undelegation{Owner: carol, Lot: s.carols, Amount: spec.ETH})
	fmt.Println(err)
	// Output:
	// true
	// <nil>
}

func slash() *story {
	s, evidence := fault()
	must(delegation.ProcessSlashing(s.Ledger, delegation.Slashing{Slashes: []delegation.Slash{
		{ID: 1, Operator: s.bobs, Epoch: 1, Fraction: delegation.Ratio{Num: 1, Den: 2}, Closes: true, Evidence: evidence},
	}}))
	return s
}

// Bob is slashed by a half, pro rata: his bond, his pool, and the lot that has left
// for David. Alice's light principal is whole.
func Example_slash() {
	s := slash()
	o, _ := s.Operator(s.bobs)
	fmt.Println("Bob's bond", eth(o.Bond))
	p, _ := s.Lot(s.moved)
	fmt.Println("Carol's lot at David's", eth(must(delegation.TokensForShares(p.Shares, must(delegation.SharePrice(s.Ledger, s.davids))))))
	fmt.Println("LightETH-Bob", eth(must(delegation.LightETHBalance(s.Ledger, s.lightBob))))
	// Output:
	// Bob's bond 16.287496289 ETH
	// Carol's lot at David's 5.000000000 ETH
	// LightETH-Bob 4.949999999 ETH
}

// Alice leaves Bob at once, with what she has earned. Carol unbonds, and is paid
// when the unbonding period is over.
func Example_leave() {
	s := slash()
	must(delegation.ProcessLightUndelegation(s.Ledger, delegation.LightUndelegation{Owner: alice, Position: s.lightBob, Amount: 4 * spec.ETH}))
	a, _ := s.Account(alice)
	fmt.Println("Alice", eth(a.Free))

	p, _ := s.Lot(s.moved)
	s.leaving = must(delegation.ProcessUndelegation(s.Ledger, delegation.Undelegation{Owner: carol, Lot: s.moved, Shares: p.Shares})).Unbondings[0]
	u, _ := s.Unbonding(s.leaving)
	fmt.Println("Carol waits from", u.Start, "to", u.Complete, "for", eth(u.Balance))
	must(delegation.ProcessAdvance(s.Ledger, delegation.Advance{Epochs: 256}))
	c, _ := s.Account(carol)
	fmt.Println("Carol", eth(c.Free))
	fmt.Println(delegation.CheckInvariants(s.Ledger))
	// Output:
	// Alice 96.949999999 ETH
	// Carol waits from 2 to 258 for 5.000000000 ETH
	// Carol 73.000000000 ETH
	// <nil>
}
