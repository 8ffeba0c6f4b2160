package backtest

import (
	"iter"
	"sync"

	"github.com/stakesim/stakesim/penalty/cofailure"
	"github.com/stakesim/stakesim/spec"
)

// MaxWorkers bounds the goroutines of [Study.Run].
const MaxWorkers = 1 << 10

// Outcome is what a back-test has summed. One machine's is made by [Study.Run];
// others put the parts together, each merged from those of the machines.
type Outcome struct {
	Counts     *cofailure.Counts
	Totals     *Totals
	Incomplete int // epochs left out because slots are missing
	// Redistributed and Fake are what [cofailure.Quality.Redistributed] and
	// [cofailure.Fake] gave; nil where they were not asked for.
	Redistributed *[cofailure.KindCount]float64
	Fake          *cofailure.Fake
}

// Run makes the whole back-test over a failure list on this machine, on so many
// goroutines, which change nothing in the outcome. Incomplete epochs are left out
// and counted. Memory does not grow with the number of epochs. Errors are those
// of the list and of the steps.
func (s *Study) Run(list iter.Seq2[Slot, error], workers int) (*Outcome, error) {
	if !s.made() || list == nil {
		return nil, absent("study or list")
	}
	if workers < 1 || workers > MaxWorkers {
		return nil, spec.Atf("workers", -1, spec.ErrInput, "%d, not 1 to %d", workers, MaxWorkers)
	}
	e, err := s.newEngine(workers)
	if err != nil {
		return nil, err
	}
	open := e.batch[0]
	for slot, err := range list {
		if err != nil {
			return nil, err
		}
		complete, err := e.add(&open.epoch, &slot)
		if err != nil {
			return nil, err
		}
		if !complete {
			continue
		}
		if e.filled++; e.filled == len(e.batch) {
			if err := e.process(); err != nil {
				return nil, err
			}
		}
		open = e.batch[e.filled]
	}
	e.drop(&open.epoch)
	if err := e.process(); err != nil {
		return nil, err
	}
	return e.outcome()
}

// engine runs epochs through the steps, a batch at a time.
type engine struct {
	gatherer
	workers []worker
	walk    *Walk
	totals  Totals
	batch   []*job
	filled  int
}

// worker is one goroutine's.
type worker struct {
	*Observer
	*Punisher
}

// job is an epoch and what becomes of it.
type job struct {
	epoch
	aggregates Aggregates
	failures   Failures
	factors    Factors
	sums       Sums
	err        error
}

func (s *Study) newEngine(workers int) (*engine, error) {
	e := &engine{walk: s.NewWalk()}
	jobs := workers
	if workers > 1 {
		jobs *= 8 // so that starting goroutines costs little
	}
	for range jobs {
		e.batch = append(e.batch, new(job))
	}
	for range workers {
		o, err := s.NewObserver()
		if err != nil {
			return nil, err
		}
		e.workers = append(e.workers, worker{o, s.NewPunisher()})
	}
	return e, nil
}

// process runs a batch: observes in parallel, walks in order, punishes in
// parallel, adds up.
func (e *engine) process() error {
	batch := e.batch[:e.filled]
	e.share(batch, func(w worker, j *job) { j.err = w.Observe(&j.aggregates, &j.failures, j.all()) })
	for _, j := range batch {
		if j.err != nil {
			return j.err
		}
		if err := e.walk.Step(&j.factors, &j.aggregates); err != nil {
			return err
		}
	}
	e.share(batch, func(w worker, j *job) { j.err = w.Punish(&j.sums, &j.failures, &j.factors) })
	for _, j := range batch {
		if j.err != nil {
			return j.err
		}
		if err := e.totals.Add(&j.sums); err != nil {
			return err
		}
		j.reset()
	}
	e.filled = 0
	return nil
}

// share deals epochs out to the workers.
func (e *engine) share(batch []*job, do func(worker, *job)) {
	n := len(e.workers)
	var wg sync.WaitGroup
	for i, w := range e.workers {
		part := batch[len(batch)*i/n : len(batch)*(i+1)/n]
		if n == 1 {
			for _, j := range part {
				do(w, j)
			}
			return
		}
		wg.Add(1)
		go func() {
			defer wg.Done()
			for _, j := range part {
				do(w, j)
			}
		}()
	}
	wg.Wait()
}

func (e *engine) outcome() (*Outcome, error) {
	counts := e.workers[0].Counts()
	for _, w := range e.workers[1:] {
		if err := counts.Merge(w.Counts()); err != nil {
			return nil, err
		}
	}
	return &Outcome{Counts: counts, Totals: &e.totals, Incomplete: e.incomplete}, nil
}
