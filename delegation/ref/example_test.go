package ref_test

import (
	"fmt"

	"github.com/stakesim/stakesim/delegation/ref"
)

// A pool of 2 shares at 3/2 Gwei: nothing is rounded.
func Example() {
	m := ref.New(0, 10)
	m.ProcessOpening(0, ref.Int(uint64(100)))
	m.ProcessRegistration(1, 0, 0, new(ref.Rat), new(ref.Rat), new(ref.Rat))
	m.ProcessDelegation(2, 0, 1, ref.Int(uint64(2)))
	m.ProcessHeavyReward(1, ref.Int(uint64(1)))
	m.ProcessUndelegation(3, 2, ref.Int(uint64(1)))
	fmt.Println(m.Unbondings[3].Balance, m.Value(1, m.Lots[2].Shares))
	m.ProcessSlashing([]ref.Slash{{ID: 1, Operator: 1, Fraction: ref.Frac(1, 7)}})
	fmt.Println(m.Unbondings[3].Balance, m.Operators[1].PoolTokens, m.Slashed)
	// Output:
	// 3/2 3/2
	// 9/7 9/7 3/7
}
