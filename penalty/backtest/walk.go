package backtest

import (
	"fmt"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/spec"
)

// Factors are those of the slots of an epoch, by rule. They travel by their
// binary form.
type Factors struct {
	Epoch spec.Epoch
	Index uint32 // the epoch's place among those of the walk, from 0
	Rules [][SlotsPerEpoch]penalty.Factors
}

// Walk finds the factors of one epoch after the other (the second step). It is
// the one step that is done in order, and it sees sums only: 32 rows an epoch.
// Where it is travels by its binary form.
type Walk struct {
	study    *Study
	memories []penalty.Memory
	after    []penalty.Memory // while an epoch is under way
	epoch    spec.Epoch       // the last
	epochs   uint32
}

// NewWalk starts before the first epoch. A study that [NewStudy] has not made gives
// a walk of which every step is an error.
func (s *Study) NewWalk() *Walk {
	if !s.made() {
		return new(Walk)
	}
	return &Walk{study: s, memories: make([]penalty.Memory, len(s.Rules)), after: make([]penalty.Memory, len(s.Rules))}
}

// Epochs is how many epochs have been walked.
func (w *Walk) Epochs() int {
	if w == nil {
		return 0
	}
	return int(w.epochs)
}

// Step walks every rule over the slots of an epoch, which must be later than the
// last one, else the error wraps [spec.ErrInput]. The first epoch seeds the rules:
// the smoothed ones with its own mean, as the fork does with a finished epoch,
// those with a Start (see [penalty.Rule]) as that says of a slot of that mean; the
// others start without a past. Factors are written to f, whose memory is reused.
// After an error, which a rule may give too, the walk is as before.
func (w *Walk) Step(f *Factors, a *Aggregates) error {
	if w == nil || w.study == nil || f == nil || a == nil {
		return absent("walk")
	}
	if w.epochs > 0 && a.Epoch <= w.epoch {
		return spec.Atf("epoch", -1, spec.ErrInput, "%d after %d", a.Epoch, w.epoch)
	}
	if w.epochs == MaxEpochs {
		return spec.Atf("epoch", -1, spec.ErrInput, "more than %d epochs", MaxEpochs)
	}
	copy(w.after, w.memories)
	if w.epochs == 0 {
		if err := w.seed(a); err != nil {
			return err
		}
	}
	if len(f.Rules) != len(w.after) {
		f.Rules = make([][SlotsPerEpoch]penalty.Factors, len(w.after))
	}
	for r := range w.after {
		m, err := penalty.Walk(f.Rules[r][:], &w.study.Rules[r], w.after[r], a.Slots[:])
		if err != nil {
			return fmt.Errorf("epoch %d: %w", a.Epoch, err)
		}
		w.after[r] = m
	}
	f.Epoch, f.Index = a.Epoch, w.epochs
	w.memories, w.after = w.after, w.memories
	w.epoch, w.epochs = a.Epoch, w.epochs+1
	return nil
}

// MaxEpochs bounds the epochs of a walk.
const MaxEpochs = 1 << 30

func (w *Walk) seed(a *Aggregates) error {
	mean, err := penalty.ForkSeed(a.Slots[:])
	if err != nil {
		return err
	}
	calm, err := spec.ObsOfOffline(mean, a.Slots[0].Total, SlotsPerEpoch)
	if err != nil {
		return err
	}
	for r := range w.after {
		w.after[r] = penalty.Memory{}
		if start := w.study.Rules[r].Start; start != nil {
			w.after[r] = start(&calm)
		}
	}
	return nil
}
