package backtest

import (
	"iter"
	"math"

	"github.com/stakesim/stakesim/penalty/cofailure"
	"github.com/stakesim/stakesim/spec"
)

// SlotsPerEpoch is the length of an epoch of the main network.
const SlotsPerEpoch = 32

// Slot is one slot of a failure list.
type Slot struct {
	Slot      spec.Slot
	Committee uint32    // members
	Balance   spec.Gwei // their effective balance
	// NextBlockMissing says that the next slot has no block.
	NextBlockMissing bool
	// NoHistory says that nothing is known of the epoch before.
	NoHistory bool
	Failures  []cofailure.Failure // of different members
}

// epoch holds the slots of one epoch and their failures.
type epoch struct {
	slots    [SlotsPerEpoch]Slot
	n        int                 // slots filled
	failures []cofailure.Failure // backs the slots
}

func (e *epoch) reset() { e.n, e.failures = 0, e.failures[:0] }

// all are the slots of a complete epoch, pointing into the failures again,
// which may have moved while it was filled.
func (e *epoch) all() []Slot {
	at := 0
	for i := range e.slots {
		n := len(e.slots[i].Failures)
		e.slots[i].Failures = e.failures[at : at+n : at+n]
		at += n
	}
	return e.slots[:]
}

// gatherer fills epochs with the slots of a list.
type gatherer struct {
	next       spec.Slot // the earliest that may follow
	incomplete int       // epochs left out
}

// add takes the next slot of the list into e, copying its failures, and says
// whether e is now complete.
func (g *gatherer) add(e *epoch, s *Slot) (complete bool, err error) {
	if s.Slot < g.next || s.Slot == math.MaxUint64 {
		return false, spec.Atf("slot", -1, spec.ErrInput, "%d, not from %d on", s.Slot, g.next)
	}
	g.next = s.Slot + 1
	if e.n > 0 && s.Slot/SlotsPerEpoch != e.slots[0].Slot/SlotsPerEpoch {
		g.drop(e)
	}
	from := len(e.failures)
	e.failures = append(e.failures, s.Failures...)
	e.slots[e.n] = *s
	e.slots[e.n].Failures = e.failures[from:]
	e.n++
	if s.Slot%SlotsPerEpoch == SlotsPerEpoch-1 && e.n < SlotsPerEpoch {
		g.drop(e)
	}
	return e.n == SlotsPerEpoch, nil
}

// drop leaves out what e holds, if anything.
func (g *gatherer) drop(e *epoch) {
	if e.n > 0 {
		g.incomplete++
		e.reset()
	}
}

// Epochs ranges over the complete epochs of a failure list, whose slots ascend:
// 32 slots each, which with their failures are reused for the next epoch.
// Epochs of which a slot is missing are left out; incomplete, where not nil, is
// set to their number when the list ends. An error of the list ends the range, as
// does a slot out of order, which wraps [spec.ErrInput].
func Epochs(list iter.Seq2[Slot, error], incomplete *int) iter.Seq2[[]Slot, error] {
	return func(yield func([]Slot, error) bool) {
		if list == nil {
			yield(nil, absent("list"))
			return
		}
		var e epoch
		var g gatherer
		for s, err := range list {
			complete := false
			if err == nil {
				complete, err = g.add(&e, &s)
			}
			if err != nil {
				yield(nil, err)
				return
			}
			if complete {
				if !yield(e.all(), nil) {
					return
				}
				e.reset()
			}
		}
		g.drop(&e)
		if incomplete != nil {
			*incomplete = g.incomplete
		}
	}
}

// Known shows the failures of every slot whose past is known, which are those
// that a [cofailure.Quality] and a [cofailure.Fake] count.
func Known(slots []Slot, show func([]cofailure.Failure)) {
	if show == nil {
		return
	}
	for i := range slots {
		if !slots[i].NoHistory {
			show(slots[i].Failures)
		}
	}
}
