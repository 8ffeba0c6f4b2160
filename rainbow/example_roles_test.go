package rainbow_test

import (
	"fmt"

	"github.com/stakesim/stakesim/delegation"
	"github.com/stakesim/stakesim/rainbow"
	"github.com/stakesim/stakesim/spec"
)

func ExampleUniquenessShare() {
	fmt.Println(rainbow.UniquenessShare(4000, 3))
	// Output: 1333
}

func ExampleConditionalShare() {
	fmt.Println(rainbow.ConditionalShare(900, 7, 1), rainbow.ConditionalShare(900, 7, 2))
	// Output: 900 7
}

func ExampleSplitProposer() {
	fmt.Println(rainbow.SplitProposer(1000, delegation.One/4))
	// Output: 250 750
}

func ExampleListerShare() {
	for _, l := range []uint64{1, 2, 3, 16} {
		v, _ := rainbow.ListerShare(10_000, 16, l, delegation.Ratio{Num: 1, Den: 3})
		fmt.Print(v, " ")
	}
	// Output: 3333 2586 2112 625
}

func ExampleScheduledPenalty() {
	v, err := rainbow.ScheduledPenalty(1000, []uint64{2, 5}, []uint64{1, 1, 1, 1, 1, 20}) // many missed slot 5
	fmt.Println(v, err)
	// Output: 21000 <nil>
}

func ExampleNextPrice() {
	r := rainbow.RolePrice{Floor: 1000, Price: 2500, Sensitivity: delegation.Ratio{Num: 1, Den: 1}, Target: delegation.Ratio{Num: 1, Den: 3}}
	f, err := rainbow.NextPrice(r, delegation.Ratio{Num: 12, Den: 30}) // 1500 grows by 2/30
	fmt.Println(f, err)
	// Output: 2600 <nil>
}

func ExampleBelowQuorum() {
	n, err := rainbow.BelowQuorum(512, delegation.Ratio{Num: 2, Den: 3})
	fmt.Println("more than", n, err)
	// Output: more than 341 <nil>
}

func ExampleFinalByBothLayers() {
	fmt.Println(rainbow.FinalByBothLayers(200, 300, 51, 100), rainbow.FinalByBothLayers(300, 300, 50, 100))
	// Output: true false
}

func ExampleStallProbability() {
	p, err := rainbow.StallProbability(512, delegation.Ratio{Num: 2, Den: 3}, 0.25)
	fmt.Printf("%.3g a slot, once in %.0f days %v\n", p, 12/p/86400, err)
	// Output: 1.28e-05 a slot, once in 11 days <nil>
}

func ExampleRelativeReward() {
	fmt.Printf("%.2f %.2f\n", rainbow.RelativeReward(1, 100, 100), rainbow.RelativeReward(1, 120, 100))
	// Output: 0.75 0.00
}

func ExampleSeatStake() {
	v, err := rainbow.SeatStake(30*million, 8192)
	fmt.Println(v, err)
	// Output: 3662109375000 <nil>
}

func ExampleBondForSeat() {
	both, _ := rainbow.BondForSeat(3_662_109_375_000, 100, rainbow.BondAndDelegated)
	alone, _ := rainbow.BondForSeat(3_662_109_375_000, 100, rainbow.DelegatedAlone)
	fmt.Println(both, alone)
	// Output: 36258508664 36621093750
}

func ExamplePowerClasses() {
	classes, _ := rainbow.PowerClasses(10, 1<<18*spec.ETH)
	seats, stake := uint64(0), spec.Gwei(0)
	for _, c := range classes {
		seats += c.Seats
		stake += spec.Gwei(c.Seats) * c.Stake
	}
	fmt.Println(seats, "seats,", stake/spec.ETH, "ETH")
	// Output: 1023 seats, 2621440 ETH
}

func ExampleZipfStakes() {
	stakes := make([]spec.Gwei, 3)
	err := rainbow.ZipfStakes(stakes, 1100) // as 6 : 3 : 2
	fmt.Println(stakes, err)
	// Output: [600 300 200] <nil>
}

func ExampleOrbitInclusion() {
	fmt.Println(rainbow.OrbitInclusion(32, 1024), rainbow.OrbitInclusion(2048, 1024))
	// Output: {32 1024} {1 1}
}

func ExampleOrbitReward() {
	fmt.Println(rainbow.OrbitReward(1001, 3*512, 1024)) // 1501 and 512/1024
	// Output: 1501 512 <nil>
}

func ExampleOrbitIncluded() {
	fmt.Println(rainbow.OrbitIncluded([32]byte{}, 7, 1024, 1024), rainbow.OrbitIncluded([32]byte{}, 7, 0, 1024))
	// Output: true false
}

func ExampleSampleCommittee() {
	seats := make([]int, 4)
	err := rainbow.SampleCommittee(seats, []spec.Gwei{0, 32, 0}, [32]byte{9})
	fmt.Println(seats, err)
	// Output: [1 1 1 1] <nil>
}
