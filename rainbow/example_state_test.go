package rainbow_test

import (
	"fmt"

	"github.com/stakesim/stakesim/delegation"
	"github.com/stakesim/stakesim/rainbow"
	"github.com/stakesim/stakesim/spec"
)

const eth = spec.ETH

// bob is an economy of one account with 100 ETH and one operator, id 1, with a
// bond of 10 ETH; a heavy service 0 and a light one 1 whose certificates every
// block needs.
func bob() *rainbow.State {
	config := delegation.DefaultConfig()
	config.LeverageCap, config.MinLockedShares = delegation.Off, 0
	ledger, _ := delegation.New(config, 100*eth)
	_, _ = delegation.ProcessRegistration(ledger, delegation.Registration{Bond: 10 * eth, Commission: delegation.One / 20})
	s, err := rainbow.New(rainbow.Config{
		Issuance:      rainbow.Issuance{Curve: rainbow.Sqrt(), Alpha: delegation.Ratio{Num: 5, Den: 100}},
		Adoption:      rainbow.SeparateLight,
		SlotsPerEpoch: 32,
	}, ledger)
	if err != nil {
		panic(err)
	}
	_ = rainbow.AddService(s, rainbow.Service{ID: 0, Class: rainbow.Heavy, LossRule: delegation.OperatorFirst, Weight: 1, Window: 9, MaxLoss: delegation.Off})
	_ = rainbow.AddService(s, rainbow.Service{ID: 1, Class: rainbow.LightBonded, LossRule: delegation.BondOnly, Weight: 1, Window: 9, MaxLoss: 8 * eth,
		Rule: rainbow.EqualParts, Coupling: rainbow.Strong, CommitteeSize: 512, Quorum: delegation.Ratio{Num: 2, Den: 3}})
	_ = rainbow.ProcessOptIn(s, rainbow.OptIn{Operator: 1, Service: 0})
	_ = rainbow.ProcessOptIn(s, rainbow.OptIn{Operator: 1, Service: 1})
	return s
}

func ExampleNew() {
	ledger, _ := delegation.New(delegation.DefaultConfig(), 32*eth)
	_, err := rainbow.New(rainbow.Config{Issuance: rainbow.Issuance{Curve: rainbow.Sqrt(), Alpha: delegation.Ratio{Num: 2, Den: 1}}, SlotsPerEpoch: 32}, ledger)
	fmt.Println(err)
	// Output: share 2: alpha out of range: over 1
}

func ExampleProcessEpoch() {
	s := bob()
	for range 3 { // until the registrations are in the third last snapshot
		_, _ = rainbow.ProcessEpoch(s, rainbow.EpochInput{})
	}
	r, err := rainbow.ProcessEpoch(s, rainbow.EpochInput{Duties: []rainbow.Duty{
		{Operator: 1, Service: 0, Epoch: 3, Weight: 10 * eth},
	}})
	// 64 sqrt(10^10) Gwei for 10 ETH; nobody served the light service.
	fmt.Println(r.Totals.Issued, r.Totals.Paid, r.Totals.NotMinted, err)
	// Output: 6400000 6080000 320000 <nil>
}

func ExampleProcessPenalty() {
	s := bob()
	for evidence, amount := range []spec.Gwei{6 * eth, 10 * eth} {
		_ = rainbow.ProcessPenalty(s, rainbow.Penalty{Service: 1, Evidence: rainbow.EvidenceID(evidence), Operator: 1, Amount: amount})
	}
	r, _ := rainbow.ProcessEpoch(s, rainbow.EpochInput{})
	for _, p := range r.Penalties {
		fmt.Println(p.Owed/eth, "wanted,", p.AboveMaxLoss/eth, "above the maximum loss,", p.Collected/eth, "collected")
	}
	// Output:
	// 6 wanted, 3 above the maximum loss, 3 collected
	// 10 wanted, 5 above the maximum loss, 5 collected
}

func ExampleAddService() {
	fmt.Println(rainbow.AddService(bob(), rainbow.Service{ID: 1, LossRule: delegation.BondOnly, Weight: 1}))
	// Output: service 1: duplicate id
}

func ExampleService_Validate() {
	v := rainbow.Service{Class: rainbow.LightFree, Weight: 1}
	fmt.Println(v.Validate())
	// Output: loss rule 0: not in this class of service: light free
}

func ExampleProcessOptIn() {
	fmt.Println(rainbow.ProcessOptIn(bob(), rainbow.OptIn{Operator: 1, Service: 1}))
	// Output: operator 1: duplicate id: registered with service 1, or still liable
}

func ExampleProcessOptOut() {
	s := bob()
	err := rainbow.ProcessOptOut(s, rainbow.OptOut{Operator: 1, Service: 1})
	r, ok := s.Registration(1, 1)
	fmt.Println(err, r.Active, ok)
	// Output: <nil> false true
}

func ExampleProcessCertificate() {
	fmt.Println(rainbow.ProcessCertificate(bob(), 0, rainbow.Certificate{Service: 1, Slot: 5, Present: 341}))
	// Output: present 341: quorum: more than 341 of 512
}

func ExampleAdmissible() {
	s := bob()
	fmt.Println(rainbow.Admissible(s, 5))
	_ = rainbow.ProcessCertificate(s, 0, rainbow.Certificate{Service: 1, Slot: 5, Present: 342})
	fmt.Println(rainbow.Admissible(s, 5))
	// Output:
	// slot 5: block not admissible: no certificate of service 1
	// <nil>
}

func ExampleCheckInvariants() {
	s := bob()
	fmt.Println(rainbow.CheckInvariants(s))
	s.Totals.Paid++
	fmt.Println(rainbow.CheckInvariants(s))
	// Output:
	// <nil>
	// invariant broken: I16: {Issued:0 Heavy:0 Light:0 Paid:1 NotMinted:0}
}

func ExampleState_Clone() {
	s := bob()
	c := s.Clone()
	_, _ = rainbow.ProcessEpoch(c, rainbow.EpochInput{})
	fmt.Println(s.Ledger.Epoch(), c.Ledger.Epoch())
	// Output: 0 1
}

func ExampleState_Service() {
	v, ok := bob().Service(1)
	fmt.Println(v.Class, ok)
	// Output: light bonded true
}

func ExampleState_Registration() {
	r, ok := bob().Registration(1, 0)
	fmt.Println(r.Active, r.Start, ok)
	// Output: true 0 true
}

func ExampleConfig_Validate() {
	c := rainbow.Config{Issuance: rainbow.Issuance{Curve: rainbow.Sqrt(), Alpha: delegation.Ratio{Num: 1, Den: 20}}}
	fmt.Println(c.Validate())
	// Output: slots per epoch 0: invalid input
}

func ExampleIssuance_Share() {
	i := rainbow.Issuance{Convention: rainbow.AlphaIsRatio, Alpha: delegation.Ratio{Num: 1, Den: 27}}
	a, err := i.Share()
	fmt.Println(a, err)
	// Output: {1 28} <nil>
}

func ExampleOperatorWeight_Light() {
	w := rainbow.OperatorWeight{Principal: 2, Pointers: 3}
	fmt.Println(w.Light())
	// Output: 5
}

func ExampleClass_String() {
	fmt.Println(rainbow.Heavy, rainbow.LightBonded, rainbow.LightFree, rainbow.Class(9))
	// Output: heavy light bonded light free class(9)
}

func ExampleAddRolePrice() {
	s := bob()
	err := rainbow.AddRolePrice(s, rainbow.RolePrice{Service: 1, Floor: 100, Price: 200,
		Sensitivity: delegation.Ratio{Num: 1, Den: 1}, Target: delegation.Ratio{Num: 1, Den: 2}})
	_, _ = rainbow.ProcessEpoch(s, rainbow.EpochInput{}) // nobody for 512 seats: half the way to the floor
	fmt.Println(s.Prices[0].Price, err)
	// Output: 150 <nil>
}

func ExampleLightCommittee() {
	s := bob()
	_, _ = delegation.ProcessLightDelegation(s.Ledger, delegation.LightDelegation{Operator: 1, Amount: eth})
	_, _ = rainbow.ProcessEpoch(s, rainbow.EpochInput{})
	members, err := rainbow.LightCommittee(s, &s.Mark, 1, [32]byte{1})
	fmt.Println(len(members), members[0], err)
	// Output: 512 1 <nil>
}
