package main

import (
	"testing"

	"github.com/stakesim/stakesim/penalty/scenario"
	"github.com/stakesim/stakesim/spec/budget"
)

// FuzzScenario reads any text as a scenario: it never panics, and what it
// accepts is valid, or a computation of its own.
func FuzzScenario(f *testing.F) {
	for _, c := range badScenarios {
		f.Add(c.text)
	}
	for _, name := range builtinNames() {
		_, text, err := source(name, nil)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	f.Fuzz(func(t *testing.T, text string) {
		budget.Run(t, budget.Limit{}, func() { readScenario(t, text) })
	})
}

func readScenario(t *testing.T, text string) {
	tr, err := readTree("fuzz", []byte(text))
	if err != nil {
		return
	}
	p, err := decode(tr)
	if err != nil {
		if err.Error() == "" {
			t.Fatal("an error without a word")
		}
		return
	}
	if p.kind != "run" {
		return
	}
	if err := p.Validate(); err != nil {
		t.Fatalf("accepted, but %v", err)
	}
	if n := scenario.Validators(p.Population); n == 0 || n > scenario.MaxValidators {
		t.Fatalf("%d validators", n)
	}
}
