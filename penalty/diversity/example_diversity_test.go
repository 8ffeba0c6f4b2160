package diversity_test

import (
	"fmt"

	"github.com/stakesim/stakesim/penalty/diversity"
	"github.com/stakesim/stakesim/spec"
)

// A family with 70 % of the attesting stake pays for what the others gain.
func ExampleDiversity_Multipliers() {
	stakes := []spec.Gwei{70 * spec.ETH, 15 * spec.ETH, 10 * spec.ETH, 5 * spec.ETH}
	for shape := diversity.Inverse; shape <= diversity.Tent; shape++ {
		d := diversity.DefaultDiversity(shape, diversity.Flat/2, 2*diversity.Flat)
		m := make([]diversity.Multiplier, len(stakes))
		err := d.Multipliers(m, stakes)
		fmt.Printf("%-9v %.4f %.4f %.4f %.4f %v\n", shape, m[0].Float(), m[1].Float(), m[2].Float(), m[3].Float(), err)
	}
	// Output:
	// inverse   0.5714 2.0000 2.0000 2.0000 <nil>
	// linear    0.6316 1.7895 1.8947 2.0000 <nil>
	// quadratic 0.7816 1.4981 1.5172 1.5287 <nil>
	// tent      0.9438 1.1086 1.1536 1.1536 <nil>
}

func ExampleDefaultDiversity() {
	d := diversity.DefaultDiversity(diversity.Tent, diversity.Flat*9/10, diversity.Flat*11/10)
	fmt.Println(d.From, d.To, d.Cap, d.Bonus, d.Malus)
	// Output: 85899345 429496729 1431655765 429496729 429496729
}

func ExampleDiversity_Validate() {
	d := diversity.DefaultDiversity(diversity.LinearShape, 2*diversity.Flat, diversity.Flat)
	fmt.Println(d.Validate())
	// Output: client-diversity: invalid input: low 8589934592 above high 4294967296
}

// What does a staker of 10,000 ETH gain by forking its client under a new name?
func ExampleDiversity_Move() {
	d := diversity.DefaultDiversity(diversity.Inverse, diversity.Flat*9/10, diversity.Flat*11/10)
	stakes := []spec.Gwei{15_000_000 * spec.ETH, 15_000_000 * spec.ETH}
	before, after, err := d.Move(stakes, 0, len(stakes), 10_000*spec.ETH)
	fmt.Printf("%.4f %.4f %v\n", before.Float(), after.Float(), err)
	// Output: 1.0000 1.1000 <nil>
}

func ExampleByLineage() {
	// families 0 and 2 share their code base
	fmt.Println(diversity.ByLineage([]spec.Gwei{10, 20, 30}, []int{0, 1, 0}, 2))
	// Output: [40 20] <nil>
}

func ExampleMultiplier_Pay() {
	fmt.Println((diversity.Flat * 3 / 2).Pay(8559))
	// Output: 12838 true
}

func ExampleMultiplier_Float() {
	fmt.Println((diversity.Flat / 4).Float())
	// Output: 0.25
}

func ExampleShape_String() {
	fmt.Println(diversity.Inverse, diversity.LinearShape, diversity.Quadratic, diversity.Tent)
	// Output: inverse linear quadratic tent
}
