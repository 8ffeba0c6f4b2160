package backtest

import (
	"github.com/stakesim/stakesim/penalty/cofailure"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// Aggregates are the sums of the slots of an epoch, all that the mechanisms see
// of it. They travel by their binary form, some KiB.
type Aggregates struct {
	Epoch spec.Epoch
	Slots [SlotsPerEpoch]spec.SlotObs
}

// Failures are those of an epoch by class, conduct and balance, all that the
// penalties need of it. They travel by their binary form.
type Failures struct {
	Epoch   spec.Epoch
	total   spec.Gwei                       // T
	classes int                             // above every class
	cells   [SlotsPerEpoch][]cofailure.Cell // failures by class and kind
	odd     [SlotsPerEpoch][]odd            // those without 32 ETH
}

// odd is a failure of a validator without 32 ETH, the class of its cluster in
// place of its index.
type odd = cofailure.Failure

// Observer observes epochs (the first step), in any order, apart from other
// observers: it counts co-failures, and sums what the other steps need.
type Observer struct {
	study   *Study
	counter *cofailure.Counter
	weighed []cofailure.Failure
}

// NewObserver makes an observer, of some MiB.
func (s *Study) NewObserver() (*Observer, error) {
	if !s.made() {
		return nil, absent("study")
	}
	counter, err := cofailure.NewCounter(&s.Population.Clusters)
	if err != nil {
		return nil, err
	}
	return &Observer{study: s, counter: counter}, nil
}

// Counts are the co-failures of all epochs observed. They are the observer's own;
// nil for an observer that [Study.NewObserver] has not made.
func (w *Observer) Counts() *cofailure.Counts {
	if w == nil || w.counter == nil {
		return nil
	}
	return &w.counter.Counts
}

// Observe sums the 32 slots of an epoch into a and f, whose memory is reused,
// and counts their co-failures. Slots that are no epoch, more failures than the
// committee can hold, and sums above 64 bits ([spec.ErrOverflow]) are errors that
// wrap [spec.ErrInput] otherwise; then nothing has been counted.
func (w *Observer) Observe(a *Aggregates, f *Failures, slots []Slot) error {
	if w == nil || w.study == nil || a == nil || f == nil {
		return absent("observer")
	}
	total, err := w.check(slots)
	if err != nil {
		return err
	}
	f.Epoch = spec.Epoch(slots[0].Slot / SlotsPerEpoch)
	f.total = max(total, spec.EffectiveBalanceIncrement)
	f.classes = len(w.study.Population.classes)
	a.Epoch = f.Epoch
	for i := range slots {
		s := w.weigh(&slots[i])
		cells := w.counter.Slot(s.Failures, !s.NoHistory)
		f.cells[i] = append(f.cells[i][:0], cells...)
		f.odd[i] = append(f.odd[i][:0], w.counter.Odd...)
		a.Slots[i] = spec.SlotObs{NextBlockMissing: s.NextBlockMissing}
		w.tally(&a.Slots[i].Tally, &s, cells, f.odd[i])
	}
	a.fill(f.total)
	return nil
}

// check makes sure that nothing can go wrong, and sums the balances.
func (w *Observer) check(slots []Slot) (total spec.Gwei, err error) {
	if len(slots) != SlotsPerEpoch {
		return 0, spec.Atf("slots", -1, spec.ErrInput, "%d, not the %d of an epoch", len(slots), SlotsPerEpoch)
	}
	if first := slots[0].Slot; first%SlotsPerEpoch != 0 {
		return 0, spec.Atf("slots", 0, spec.ErrInput, "%d, which begins no epoch", first)
	}
	for i := range slots {
		s := &slots[i]
		if s.Slot != slots[0].Slot+spec.Slot(i) {
			return 0, spec.Atf("slots", i, spec.ErrInput, "%d after %d", s.Slot, slots[0].Slot)
		}
		balance, failed := s.Balance, uint64(0)
		if w.study.Counted {
			if balance, failed = weight(s), uint64(len(s.Failures))*cofailure.Standard; s.Committee > MaxValidators {
				return 0, spec.Atf("committee", i, spec.ErrInput, "slot %d: %d members", s.Slot, s.Committee)
			}
		} else {
			failed = increments(s.Failures)
		}
		if uint64(len(s.Failures)) > uint64(s.Committee) || failed > uint64(balance/spec.ETH) {
			return 0, spec.Atf("failures", i, spec.ErrInput, "slot %d: %d validators with %d ETH failed of a committee of %d with %d Gwei",
				s.Slot, len(s.Failures), failed, s.Committee, balance)
		}
		var ok bool
		if total, ok = u64.Add(total, balance); !ok {
			return 0, spec.Atf("committee_balance", i, spec.ErrOverflow, "slot %d", s.Slot)
		}
	}
	return total, nil
}

// increments is the effective balance of failures, in ETH.
func increments(failures []cofailure.Failure) (sum uint64) {
	for ; len(failures) >= 4; failures = failures[4:] {
		sum += uint64(failures[0].Increments()) + uint64(failures[1].Increments()) + uint64(failures[2].Increments()) + uint64(failures[3].Increments())
	}
	for _, f := range failures {
		sum += uint64(f.Increments())
	}
	return sum
}

// weight is the balance of a committee in which everybody has 32 ETH.
func weight(s *Slot) spec.Gwei { return spec.Gwei(s.Committee) * cofailure.Standard * spec.ETH }

// weigh sets every balance to 32 ETH where validators are counted.
func (w *Observer) weigh(s *Slot) Slot {
	if !w.study.Counted {
		return *s
	}
	w.weighed = w.weighed[:0]
	for _, f := range s.Failures {
		w.weighed = append(w.weighed, cofailure.NewFailure(f.Validator(), cofailure.Standard, f.How()))
	}
	weighed := *s
	weighed.Balance, weighed.Failures = weight(s), w.weighed
	return weighed
}

// tally sums the failures of a slot by conduct, the rest of its committee having
// done everything, and puts the class of an odd one in place of its index.
func (w *Observer) tally(t *spec.Tally, s *Slot, cells []cofailure.Cell, odd []odd) {
	conducts := &w.study.conducts
	var count uint64
	var failed spec.Gwei
	for i := range cells {
		cell := &cells[i]
		bin := &t[conducts[cell.How%cofailure.HowCount]%spec.ConductCount]
		bin.Count += uint64(cell.Count)
		count += uint64(cell.Count)
		if cell.Standard {
			bin.Balance += spec.Gwei(cell.Count) * standard
			failed += spec.Gwei(cell.Count) * standard
		}
	}
	clusters := &w.study.Population.Clusters
	for i, f := range odd {
		balance := spec.Gwei(f.Increments()) * spec.ETH
		t[conducts[f.How()]%spec.ConductCount].Balance += balance
		failed += balance
		odd[i] = cofailure.NewFailure(uint32(clusters.ClassOf(f.Validator())), f.Increments(), f.How())
	}
	online := &t[spec.AllFlags]
	online.Count += uint64(s.Committee) - count
	online.Balance += s.Balance - failed
}
