package whole_test

import (
	"errors"
	"fmt"

	"github.com/stakesim/stakesim/delegation/ref/whole"
)

// A pool of 3 shares and a bond pay a third of what they hold, rounded up; the
// queue pays what has been waiting.
func Example() {
	l := &whole.Ledger{
		Config:      whole.Config{UnbondingEpochs: 4, LeverageCap: whole.Off},
		Operators:   map[uint64]*whole.Operator{1: {ID: 1, Bond: 10, PoolTokens: 20, PoolShares: 3}},
		Lots:        map[uint64]*whole.Lot{2: {ID: 2, Operator: 1, Shares: 3}},
		Unbondings:  map[uint64]*whole.Unbonding{3: {ID: 3, Operator: 1, Initial: 7, Balance: 7, Complete: 1}},
		Accounts:    map[uint64]*whole.Account{0: {}},
		Uncollected: map[uint64]*whole.Uncollected{},
		Genesis:     37,
	}
	l.ProcessHeavyReward(1, 1)
	fmt.Println(l.Operators[1].Bond, l.Operators[1].PoolTokens)
	fmt.Println(*l.ProcessSlashing([]whole.Slash{{ID: 9, Operator: 1, Num: 1, Den: 3}})[9])
	l.AdvanceEpoch()
	o := l.Operators[1]
	fmt.Println(o.Bond, o.PoolTokens, o.Value(2), l.Accounts[0].Free, l.Burned)
	// Output:
	// 11 20
	// {14 14}
	// 7 13 8 4 14
}

func ExampleApportion() {
	fmt.Println(whole.Apportion(10, []uint64{1, 1, 1}), whole.Apportion(10, []uint64{0, 0}))
	// Output: [4 3 3] [0 0]
}

// Rows become a table by their first field, and a field too many is an error.
func ExampleCopy() {
	type row struct{ ID, Owner uint32 }
	var mirror struct {
		Rows map[uint64]*struct{ ID, Owner uint64 }
	}
	fmt.Println(whole.Copy(&mirror, struct{ Rows []row }{[]row{{3, 1}, {5, 2}}}), mirror.Rows[5].Owner)
	err := whole.Copy(&mirror, struct {
		Rows []row
		More bool
	}{})
	fmt.Println(err, errors.Is(err, whole.ErrMirror))
	// Output:
	// <nil> 2
	// .More: not a mirror image: not in the model true
}

func ExampleCompare() {
	a := whole.Ledger{Operators: map[uint64]*whole.Operator{4: {Bond: 1}}}
	b := whole.Ledger{Operators: map[uint64]*whole.Operator{4: {Bond: 2}}}
	fmt.Println(whole.Compare(&a, &a) == nil, whole.Compare(&a, &b))
	// Output: true Operators[4].Bond: by the model 1, got 2
}
