package vector_test

import (
	"errors"
	"fmt"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/vector"
)

func ExampleCompareRows() {
	wanted, got := []spec.Gwei{32, 31, 30}, []spec.Gwei{32, 31, 29}
	err := vector.CompareRows("post"+vector.SSZSuffix, "balances", vector.Validator, wanted, got)
	fmt.Println(err)
	fmt.Println(vector.CompareRows("post"+vector.SSZSuffix, "balances", vector.Validator, wanted, wanted))
	// Output:
	// post.ssz_snappy: balances of validator 2: wanted 30, got 29
	// <nil>
}

func ExampleMismatch() {
	err := fmt.Errorf("by the engine: %w", &vector.Mismatch{File: "roots.yaml", Field: "root", Wanted: "0x01", Got: "0x02"})
	var m *vector.Mismatch
	fmt.Println(errors.As(err, &m), m.Field, m)
	// Output: true root roots.yaml: root: wanted 0x01, got 0x02
}

func ExampleSkipped() {
	err := vector.Skipped("handler %s: needs blocks", "blocks\x1b[2J")
	var s *vector.Skip
	fmt.Println(errors.As(err, &s), s.Reason)
	// Output: true handler "blocks\x1b[2J": needs blocks
}

func ExamplePath_Match() {
	p := vector.Path{Preset: "minimal", Fork: "electra", Runner: "rewards", Handler: "basic", Suite: "pyspec_tests", Case: "all_balances"}
	fmt.Println(p.Match(vector.Path{Fork: "e*", Runner: "rewards"}))
	fmt.Println(p.Match(vector.Path{Fork: "d*"}))
	_, err := p.Match(vector.Path{Fork: "["})
	fmt.Println(err)
	// Output:
	// true <nil>
	// false <nil>
	// syntax error in pattern
}

func ExampleDice() {
	p := vector.Path{Preset: "minimal", Fork: "electra", Runner: "penalty", Handler: "smoothed-2026", Suite: "E3", Case: "leak"}
	a, b := vector.Dice(p, 1), vector.Dice(p, 1)
	fmt.Println(a.Uint64() == b.Uint64())
	p.Case = "random"
	fmt.Println(vector.Dice(p, 1).Uint64() == vector.Dice(p, 2).Uint64())
	// Output:
	// true
	// false
}

func ExamplePick() {
	r := vector.Dice(vector.Path{Case: "leak"}, 1)
	one := vector.Pick(r, 32, 64, 2048)
	fmt.Println(one == 32 || one == 64 || one == 2048, vector.Pick[int](r))
	// Output: true 0
}

func ExampleRunner_Check() {
	tree, err := vector.Open("testdata/consensus-spec-tests")
	if err != nil {
		fmt.Println(err)
		return
	}
	all, err := tree.Cases(vector.Path{Runner: "rewards", Fork: "electra"})
	if err != nil || len(all) == 0 {
		fmt.Println(len(all), err)
		return
	}
	r := vector.Runner{
		Verify: func(c *vector.Case) error {
			_, err := c.SSZ("pre") // a real one would compute what follows
			return err
		},
		Objects: []string{"pre.ssz_snappy", "-source_deltas.ssz_snappy", "-target_deltas.ssz_snappy", "-head_deltas.ssz_snappy"},
	}
	fmt.Println(r.Check(all[0]))
	r.Objects = append(r.Objects, "-inactivity_penalty_deltas.ssz_snappy")
	fmt.Println(r.Check(all[0]))
	// Output:
	// inactivity_penalty_deltas.ssz_snappy: invalid input: a file that runner rewards does not read
	// <nil>
}
