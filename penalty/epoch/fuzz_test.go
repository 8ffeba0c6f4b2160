package epoch_test

import (
	"testing"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/internal/twin"
	"github.com/stakesim/stakesim/penalty/ref"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/budget"
)

// epochSeeds start the fuzzing of whole epochs: a seed for what the bytes leave
// open, the number of validators, the rule, and bytes.
var epochSeeds = []struct {
	seed       uint64
	validators uint8
	rule       uint8
	bytes      []byte
}{
	{1, 0, 0, nil},
	{2, 1, 18, []byte{1, 0, 4, 0, 255, 255}},
	{3, 9, 3, []byte("a wild registry")},
	{4, 24, 13, nil},
	{5, 17, 14, []byte{0, 0, 0, 0, 0, 0, 0, 0}},
	{6, 24, 40, nil},
	{7, 24, 255, nil},
}

func addEpochSeeds(f *testing.F) {
	for _, s := range epochSeeds {
		f.Add(s.seed, s.validators, s.rule, s.bytes)
	}
}

// FuzzEpoch makes a small registry of the bytes, as wild as they are, and takes
// it through two epochs under a named rule or one with constants of its own:
// components, fused pass and penalty/ref give the same, or the same kind of error
// with nothing changed (see chain.epoch).
func FuzzEpoch(f *testing.F) {
	addEpochSeeds(f)
	named := twin.Subjects(f)
	f.Fuzz(func(t *testing.T, seed uint64, validators, rule uint8, bytes []byte) {
		budget.Run(t, budget.Limit{}, func() {
			w := newWorld(t, twin.NewDice(seed, bytes))
			var s twin.Subject
			if k := int(rule); k < len(named) {
				s = named[k]
			} else {
				s = w.randomSubject(t)
			}
			b := w.boundary()
			c := newChain(t, w.params, s)
			c.start(spec.Gwei(w.Wide(64)), [2]uint64{w.Wide(64), w.Wide(64)})
			w.run(t, c, w.registry(int(validators%25), b), b, 2)
		})
	})
}

// FuzzStatusQuo sets the factors of every rule to one, in three spellings, and
// wants what penalty/ref gives for the status quo: scopes and memories alone
// change nothing.
func FuzzStatusQuo(f *testing.F) {
	addEpochSeeds(f)
	rules := penalty.Rules()
	f.Fuzz(func(t *testing.T, seed uint64, validators, rule uint8, bytes []byte) {
		budget.Run(t, budget.Limit{}, func() {
			w := newWorld(t, twin.NewDice(seed, bytes))
			b := w.boundary()
			r := w.registry(int(validators%25), b)
			quiet := rules[int(rule)%len(rules)]
			one := twin.Pick(w.Dice, penalty.One, penalty.Factor{Num: 7, Den: 7}, penalty.Factor{Num: 3, Den: 3, Squared: true})
			step := quiet.Step
			quiet.Step = func(m penalty.Memory, o *spec.SlotObs) (penalty.Factors, penalty.Memory, error) {
				_, m, err := step(m, o)
				return penalty.Factors{Source: one, Target: one}, m, err
			}
			c := newChain(t, w.params, twin.Subject{Rule: quiet, Oracle: quieted(twin.SubjectOf(t, quiet).Oracle)})
			want, _, wantErr := ref.ProcessEpoch(ref.State{Params: w.params, Boundary: b, Registry: r.Clone()}, ref.StatusQuo, ref.Memory{})
			err := c.epoch(t, r, b)
			twin.SameKind(t, wantErr, err, quiet.FullName())
			if err == nil {
				twin.Same(t, want.Registry, r, quiet.FullName(), "is not the status quo")
			}
		})
	})
}

// quieted is a mechanism that remembers, with every factor one.
func quieted(m ref.Mechanism) ref.Mechanism {
	return func(s ref.State, memory ref.Memory) (ref.Factors, ref.Memory, error) {
		_, after, err := m(s, memory)
		return ref.Factors{}, after, err
	}
}
