package xatu

import (
	"iter"
	"slices"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/dataset"
)

// Window is a run of epochs whose rows are in memory, to be joined on their own.
// Windows that lie side by side and cover every epoch of which a table has a row
// give, one after the other, what one run over the tables gives: the same slots,
// duties, counts and numbers of faults of each kind. What they need of the rows
// that [File.Committees] and the others read, in any order:
//
//   - committees of the epochs From-1 to To-1; From-1 is for history;
//   - attestations of slots in the epochs From-1 to To-1, wherever they are
//     included and in whichever file they lie;
//   - blocks from the last one at or before the first slot of From-1 to the first
//     one at or after the first slot of To;
//   - balances whose Epoch is From to To-1, and in Known what rows of earlier
//     epochs say; or all of them, and nothing in Known.
//
// More committees, attestations and blocks do no harm. Faults of reading are
// not a window's, but told once by who reads.
type Window struct {
	From, To spec.Epoch // To excluded
	Timing   Timing
	Faults   *dataset.Faults // what becomes of bad input; nil is strict
	Known    *Balances       // before From; nil knows nothing

	Committees   []Committee
	Attestations []Attestation
	Blocks       []Block
	Balances     []Balance

	// What the last range over the failures has found, so far.
	Duties dataset.Duties
	Counts Counts
}

// Failures ranges over the window's slots as a failure list. It sorts the rows
// by position. The failures of a slot are reused by the next. An error ends the
// range.
func (w *Window) Failures() iter.Seq2[dataset.SlotFailures, error] {
	return func(yield func(dataset.SlotFailures, error) bool) {
		w.Duties, w.Counts = dataset.Duties{}, Counts{}
		if w.To <= w.From {
			if w.To < w.From {
				yield(dataset.SlotFailures{}, spec.Atf("window", -1, spec.ErrInput, "epochs %d to %d", w.From, w.To))
			}
			return
		}
		j := Join{Timing: w.Timing, Faults: w.Faults, From: w.From, To: w.To}
		if w.Known != nil {
			j.Balances.Merge(w.Known)
		}
		b := dataset.Builder{SlotsPerEpoch: w.Timing.SlotsPerEpoch}
		all := func(yield func(Slot, error) bool) {
			s := w.sources()
			if err := s.drive(&j, yield); err != nil {
				yield(Slot{}, err)
			}
		}
		for s, err := range failures(all, &b, w.Timing.FirstSlot(w.From)) {
			w.Duties, w.Counts = b.Duties, j.Counts
			if !yield(s, err) || err != nil {
				return
			}
		}
		w.Duties, w.Counts = b.Duties, j.Counts
	}
}

// sources sorts the rows.
func (w *Window) sources() sources {
	return sources{
		ordered(w.Committees, func(r *Committee) Position { return r.At }), ordered(w.Attestations, func(r *Attestation) Position { return r.At }),
		ordered(w.Blocks, func(r *Block) Position { return r.At }), ordered(w.Balances, func(r *Balance) Position { return r.At }),
	}
}

func ordered[T any](rows []T, at func(*T) Position) *inMemory[T] {
	order := func(a, b T) int { return at(&a).Compare(at(&b)) }
	if !slices.IsSortedFunc(rows, order) {
		slices.SortFunc(rows, order)
	}
	return &inMemory[T]{rows}
}
