package ref_test

import (
	"fmt"

	"github.com/stakesim/stakesim/delegation/ref/whole"
	"github.com/stakesim/stakesim/rainbow/ref"
)

// The only operator of the only service performs with half of its weight, for 32
// ETH at stake: half of 64 sqrt(32 * 10^9) Gwei an epoch, rounded down, is paid.
func Example() {
	s := &ref.State{
		Config: ref.Config{Issuance: ref.Issuance{Curve: ref.Curve{Factor: 64, EpochsPerYear: 82181}, Alpha: ref.Ratio{Num: 1, Den: 1000}}, SlotsPerEpoch: 32},
		Ledger: &whole.Ledger{
			Config: whole.Config{LeverageCap: whole.Off}, Epoch: 7, Genesis: 32e9,
			Operators: map[uint64]*whole.Operator{1: {ID: 1, Bond: 32e9}},
		},
		Services:      map[uint64]*ref.Service{0: {Weight: 1, MaxLoss: whole.Off}},
		Registrations: map[ref.RegistrationKey]*ref.Registration{{Operator: 1}: {Operator: 1, Active: true}},
		Go:            ref.Snapshot{Taken: true, Epoch: 5, Rows: map[uint64]*ref.OperatorWeight{1: {Operator: 1, Heavy: 32e9}}},
	}
	in := &ref.EpochInput{Duties: []ref.Duty{{Operator: 1, Epoch: 6, Weight: 16e9}}}
	fmt.Println(s.Refusals(in))
	in.Duties[0].Epoch = 7
	fmt.Println(s.Refusals(in))
	s.ProcessEpoch(in)
	fmt.Printf("%+v\n", s.Totals)
	fmt.Println(s.Ledger.Operators[1].Bond, s.Mark.Rows[1].Heavy)
	// Output:
	// [ErrEpoch]
	// []
	// {Issued:11448668 Heavy:11437220 Light:11448 Paid:5718610 NotMinted:5730058}
	// 32005718610 32005718610
}
