package study

import (
	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/internal/parallel"
	"github.com/stakesim/stakesim/penalty/scenario"
	"github.com/stakesim/stakesim/spec"
)

// Box is a range of parameters in which to look for the cheapest attack.
type Box struct {
	Attacker []scenario.PPM // its share of the stake
	Victims  []scenario.PPM // share that is offline, or whose attestations are withheld
	Epochs   []uint64       // length of the attack
	// MinDamage leaves out attacks that do less, in Gwei.
	MinDamage spec.Gwei
}

// Found is one attack of a search.
type Found struct {
	Name              string // join-outage, withhold, empty-blocks
	Attacker, Victims scenario.PPM
	Epochs            uint64
	Attack            Attack
}

// Cheapest looks through every combination in the box, under one rule, for the
// attack that costs the attacker the least for each Gwei of damage, of each kind;
// kinds without any damage are missing. The search is a grid and knows nothing
// between its points. The result does not depend on the number of workers. An
// empty box, shares above one together, and attacks of more than [scenario.MaxEpochs] in all
// give [spec.ErrInput].
func Cheapest(e scenario.Economics, rule penalty.Rule, box Box, workers int, told scenario.Progress) ([]Found, error) {
	points, err := scenario.Grid([]scenario.Axis{
		{Key: "attacker", Values: parts(box.Attacker)}, {Key: "victims", Values: parts(box.Victims)}, {Key: "epochs", Values: box.Epochs},
	})
	if err != nil {
		return nil, err
	}
	left := uint64(scenario.MaxEpochs)
	for _, p := range points {
		if p[2] > left {
			return nil, spec.Atf("epochs", -1, spec.ErrInput, "more than %d over all %d points", scenario.MaxEpochs, len(points))
		}
		left -= p[2]
	}
	all := make([][3]Found, len(points))
	err = parallel.Do(len(points), workers, told, func(i int) error {
		attacker, victims, epochs := scenario.PPM(points[i][0]), scenario.PPM(points[i][1]), points[i][2]
		var err error
		for k, kind := range attacks {
			f := Found{kind.name, attacker, victims, epochs, Attack{}}
			if f.Attack, err = kind.run(e, rule, attacker, victims, epochs); err != nil {
				return err
			}
			all[i][k] = f
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var best []Found
	for k := range attacks {
		at := -1
		for i := range all {
			a := all[i][k].Attack
			if a.Damage == 0 || a.Damage < box.MinDamage {
				continue
			}
			if at < 0 || a.Griefing() > all[at][k].Attack.Griefing() {
				at = i
			}
		}
		if at >= 0 {
			best = append(best, all[at][k])
		}
	}
	return best, nil
}

var attacks = [...]struct {
	name string
	run  func(e scenario.Economics, rule penalty.Rule, attacker, victims scenario.PPM, epochs uint64) (Attack, error)
}{
	{"join-outage", JoinOutage},
	{"withhold", func(e scenario.Economics, rule penalty.Rule, _, victims scenario.PPM, epochs uint64) (Attack, error) {
		return Withhold(e, rule, victims, epochs)
	}},
	{"empty-blocks", func(e scenario.Economics, _ penalty.Rule, attacker, _ scenario.PPM, epochs uint64) (Attack, error) {
		return EmptyBlocks(e, attacker, epochs)
	}},
}

func parts(shares []scenario.PPM) []uint64 {
	v := make([]uint64, len(shares))
	for i, s := range shares {
		v[i] = uint64(s)
	}
	return v
}
