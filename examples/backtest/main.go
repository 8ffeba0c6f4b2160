package main

import (
	"iter"

	"github.com/stakesim/stakesim/penalty/cofailure"
	"github.com/stakesim/stakesim/spec/dataset"
)

func main() {}

// asLists hands a record to the analysis: formats and formulas do not know
// each other.
func asLists(r dataset.Record) iter.Seq2[cofailure.Lists, error] {
	return func(yield func(cofailure.Lists, error) bool) {
		for s, err := range r.Slots() {
			if !yield(cofailure.Lists(s), err) {
				return
			}
		}
	}
}
