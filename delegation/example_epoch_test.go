package delegation_test

import (
	"errors"
	"fmt"

	"github.com/stakesim/stakesim/delegation"
	"github.com/stakesim/stakesim/spec"
)

func ExampleProcessExit() {
	l := withLot()
	exit := delegation.Exit{Owner: 0, Operator: 3}
	show(delegation.ProcessExit(l, exit)) // announced
	show(delegation.ProcessExit(l, exit))
	must(delegation.ProcessAdvance(l, delegation.Advance{Epochs: 10}))
	show(delegation.ProcessExit(l, exit)) // lots
	show(delegation.ProcessExit(l, exit)) // bond
	show(delegation.ProcessAdvance(l, delegation.Advance{Epochs: 10}))
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
	r, err := delegation.ProcessSlashing(l, delegation.Slashing{Slashes: []delegation.Slash{
		{ID: 1, Operator: 3, Amount: 9 * spec.ETH},
		{ID: 2, Operator: 99, Amount: spec.ETH},
	}})
	show(r, err)
	fmt.Println(r.Skipped[0])
	// Output:
	// slashed: bond 3 -> burned, 5.000000000 ETH
	// slashed: pool 3 -> burned, 4.000000000 ETH
	// slashes[1]: operator 99: unknown id
}

func ExamplePreviewSlashing() {
	l := withLot()
	out := delegation.PreviewSlashing(l, delegation.Slashing{Slashes: []delegation.Slash{{ID: 1, Operator: 3, Amount: 12 * spec.ETH, Rule: delegation.OperatorFirst}}})
	for _, c := range out.Shares {
		fmt.Println(c.Pot, eth(c.Amount))
	}
	fmt.Println("of", eth(out.Results[0].Owed), "collected", eth(out.Results[0].Collected))
	// Output:
	// bond 3 10.000000000 ETH
	// pool 3 2.000000000 ETH
	// of 12.000000000 ETH collected 12.000000000 ETH
}

func ExampleProcessEpoch() {
	l := withLot()
	must(delegation.ProcessUndelegation(l, delegation.Undelegation{Owner: 1, Lot: 5, Amount: spec.ETH}))
	must(delegation.ProcessAdvance(l, delegation.Advance{Epochs: 9}))
	show(delegation.ProcessEpoch(l, delegation.EpochInput{
		Rewards: []delegation.EpochReward{{Operator: 4, Heavy: spec.ETH}},
		Slashes: []delegation.Slash{{ID: 1, Operator: 4, Epoch: 9, Fraction: delegation.Ratio{Num: 1, Den: 11}}},
	}))
	fmt.Println("epoch", l.Epoch())
	// Output:
	// rewarded: issuance -> bond 4, 1.000000000 ETH
	// slashed: bond 4 -> burned, 1.000000000 ETH
	// moved: unbonding 6 -> account 1, 1.000000000 ETH
	// epoch 10
}

func ExampleProcessAdvance() {
	l := market()
	_, err := delegation.ProcessAdvance(l, delegation.Advance{Epochs: 1_000_000_000})
	fmt.Println(l.Epoch(), err)
	_, err = delegation.ProcessAdvance(l, delegation.Advance{Epochs: 1 << 63})
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
