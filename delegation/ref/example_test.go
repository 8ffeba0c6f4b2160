package ref_test

import (
	"fmt"

	"github.com/stakesim/stakesim/delegation/ref"
)

// A pool of 2 shares at 3/2 Gwei: nothing is rounded.
func Example() {
	m := ref.New(0, 10)
	m.Open(0, ref.Int(uint64(100)))
	m.Register(1, 0, 0, new(ref.Rat), new(ref.Rat), new(ref.Rat))
	m.Delegate(2, 0, 1, ref.Int(uint64(2)))
	m.HeavyReward(1, ref.Int(uint64(1)))
	m.Undelegate(3, 2, ref.Int(uint64(1)))
	fmt.Println(m.Entries[3].Balance, m.Value(1, m.Lots[2].Shares))
	m.Slash([]ref.Due{{ID: 1, Operator: 1, Fraction: ref.Frac(1, 7)}})
	fmt.Println(m.Entries[3].Balance, m.Operators[1].Tokens, m.Slashed)
	// Output:
	// 3/2 3/2
	// 9/7 9/7 3/7
}
