package rainbow_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/stakesim/stakesim/delegation"
	"github.com/stakesim/stakesim/rainbow"
	"github.com/stakesim/stakesim/rainbow/ref"
)

// process ends an epoch in both implementations. What is refused must be refused
// for one of the model's reasons, and change nothing.
func (e *economy) process(in rainbow.EpochInput) error {
	model, err := ref.Load(e.s, e.s.Ledger.State())
	if err != nil {
		return err
	}
	input, err := ref.LoadEpochInput(in.Duties, in.Items, in.Blocks)
	if err != nil {
		return err
	}
	reasons := model.Refusals(input)
	_, refusal := rainbow.ProcessEpoch(e.s, in)
	if err := same(refusal, reasons); err != nil {
		return err
	}
	if refusal == nil {
		model.ProcessEpoch(input)
	} else {
		e.seen["refused"]++
	}
	if err := e.compare(model); err != nil {
		return err
	}
	return rainbow.CheckInvariants(e.s)
}

func (e *economy) run(epochs int) error {
	for range epochs {
		for range e.IntN(40) {
			if err := e.step(); err != nil {
				return fmt.Errorf("epoch %d: %w", e.s.Ledger.Epoch(), err)
			}
		}
		in := e.input()
		if e.one(3) {
			if err := e.process(e.spoil(in)); err != nil {
				return fmt.Errorf("epoch %d, spoilt: %w", e.s.Ledger.Epoch(), err)
			}
			in = e.input()
		}
		if err := e.process(in); err != nil {
			return fmt.Errorf("epoch %d: %w", e.s.Ledger.Epoch(), err)
		}
		e.seen["epoch"]++
		e.seen["item"] += len(in.Items)
		e.seen["block"] += len(in.Blocks)
	}
	return nil
}

// Every field of the state of random economies is, epoch by epoch, what the model
// of a whole epoch says.
func TestRandomEconomiesAreAsTheModelHasThem(t *testing.T) {
	seeds, epochs := uint64(40), 25
	if os.Getenv("STAKESIM_LONG") == "1" {
		seeds, epochs = 400, 60
	} else {
		t.Logf("short form: %d seeds x %d epochs; STAKESIM_LONG=1 runs 400 x 60", seeds, epochs)
	}
	seen := map[string]int{}
	for seed := range seeds {
		e, err := newEconomy(rand.New(rand.NewPCG(seed, 0x6d6f64656c)), seen)
		if err == nil {
			err = e.run(epochs)
		}
		if err != nil {
			t.Errorf("seed %d: %v", seed, err)
		}
	}
	t.Log(seen)
}

// Entries, departures, penalties, certificates and prices of small economies are
// admitted and refused as the model does, every one.
func TestRandomRegistrationsAreAsTheModelHasThem(t *testing.T) {
	seeds := uint64(60)
	if os.Getenv("STAKESIM_LONG") == "1" {
		seeds = 1000
	} else {
		t.Logf("short form: %d seeds; STAKESIM_LONG=1 runs 1000", seeds)
	}
	seen := map[string]int{}
	for seed := range seeds {
		e, err := newEconomy(rand.New(rand.NewPCG(seed, 0x726567)), seen)
		if err != nil {
			t.Fatal(err)
		}
		e.always = true
		for range 4 {
			e.operate(e.s.Ledger.State(), delegation.Operator{})
		}
		for i := range 100 {
			if err := e.serve(); err != nil {
				t.Fatalf("seed %d, step %d: %v", seed, i, err)
			}
			if i%15 == 14 {
				if err := e.process(e.input()); err != nil {
					t.Fatalf("seed %d, step %d: %v", seed, i, err)
				}
				l := e.s.Ledger.State()
				e.operate(l, pick(e, l.Operators...))
			}
		}
	}
	for _, name := range []string{"price", "entry", "departure", "penalty", "certificate"} {
		if seen[name] < 50 {
			t.Errorf("only %d times: %s", seen[name], name)
		}
	}
}
