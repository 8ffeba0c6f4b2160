package main

import (
	"iter"
	"sync"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/cofailure"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/dataset"
)

// engine runs a failure list through mechanisms, epoch by epoch. Its memory
// does not grow with the number of epochs.
type engine struct {
	*population
	rules            []penalty.Rule
	memories         []penalty.Memory
	counted          bool // every validator weighs 32 ETH
	conducts         [howCount]spec.Conduct
	baseRewardFactor uint64

	workers []*worker
	batch   []*epoch
	filled  int
	open    *epoch // being filled

	seeded     bool
	epochs     int
	incomplete int // epochs left out because slots are missing
	blocks     blocks
	// visit, if not nil, sees the slots of complete epochs in order, and nothing
	// else happens.
	visit func(*dataset.SlotFailures)
}

func newEngine(p *population, rules []penalty.Rule, deadline cofailure.Deadline, counted bool, workers int) (*engine, error) {
	params, err := spec.ParamsFor(spec.Mainnet, spec.Electra)
	if err != nil {
		return nil, err
	}
	e := &engine{population: p, rules: rules, counted: counted, memories: make([]penalty.Memory, len(rules)), baseRewardFactor: params.BaseRewardFactor}
	for how := range e.conducts {
		e.conducts[how] = conductOf(dataset.Failing(how), deadline)
	}
	columns := firstRule + len(rules)
	e.blocks.width = columns * len(p.groups)
	for range max(1, workers) {
		counter, err := cofailure.NewCounter(&p.Clusters)
		if err != nil {
			return nil, err
		}
		w := &worker{engine: e, counter: counter, columns: columns, sums: make([]uint64, columns*len(p.classes))}
		w.amounts = make([][spec.ConductCount]uint64, len(rules))
		e.workers = append(e.workers, w)
	}
	perWorker := 1
	if workers > 1 {
		perWorker = 8 // so that starting goroutines costs little
	}
	for range len(e.workers) * perWorker {
		e.batch = append(e.batch, &epoch{factors: make([][slotsPerEpoch]penalty.Factors, len(rules)), sums: make([]uint64, e.blocks.width)})
	}
	e.open = e.batch[0]
	return e, nil
}

// run feeds a failure list to the engine.
func (e *engine) run(list iter.Seq2[dataset.SlotFailures, error]) error {
	for s, err := range list {
		if err != nil {
			return err
		}
		if err := e.add(s); err != nil {
			return err
		}
	}
	return e.flush()
}

// add takes one slot, copying its failures. Epochs of which a slot is missing
// are left out and counted.
func (e *engine) add(s dataset.SlotFailures) error {
	o := e.open
	if o.n > 0 && s.Slot/slotsPerEpoch != o.slots[0].Slot/slotsPerEpoch {
		e.incomplete++
		o.reset()
	}
	if o.n == slotsPerEpoch || o.n > 0 && s.Slot <= o.slots[o.n-1].Slot {
		return spec.Atf("slot", -1, spec.ErrInput, "%d after %d", s.Slot, o.slots[o.n-1].Slot)
	}
	from := len(o.failures)
	o.failures = append(o.failures, s.Failures...)
	s.Failures = o.failures[from:]
	o.slots[o.n] = s
	if o.n++; s.Slot%slotsPerEpoch != slotsPerEpoch-1 {
		return nil
	}
	if o.n < slotsPerEpoch {
		e.incomplete++
		o.reset()
		return nil
	}
	if e.filled++; e.filled == len(e.batch) {
		return e.process()
	}
	e.open = e.batch[e.filled]
	return nil
}

func (o *epoch) reset() { o.n, o.failures = 0, o.failures[:0] }

// flush processes what is left at the end.
func (e *engine) flush() error {
	if e.open.n > 0 && e.open.n < slotsPerEpoch {
		e.incomplete++
		e.open.reset()
	}
	return e.process()
}

// process runs the epochs of a batch: co-failures and sums in parallel, the walk of the
// mechanisms in order, penalties in parallel.
func (e *engine) process() error {
	batch := e.batch[:e.filled]
	if e.visit != nil {
		e.visitAll(batch)
		return nil
	}
	e.share(batch, func(w *worker, o *epoch) {
		o.relocate()
		w.count(o)
	})
	for _, o := range batch {
		if o.err != nil {
			return o.err
		}
		if err := e.seed(o); err != nil {
			return err
		}
		if err := o.walk(e.rules, e.memories); err != nil {
			return err
		}
	}
	e.share(batch, (*worker).punish)
	for _, o := range batch {
		if o.err != nil {
			return o.err
		}
		e.blocks.add(o.sums)
		o.reset()
	}
	e.epochs += len(batch)
	e.filled, e.open = 0, e.batch[0]
	return nil
}

func (e *engine) visitAll(batch []*epoch) {
	for _, o := range batch {
		o.relocate()
		for i := range o.slots {
			e.visit(&o.slots[i])
		}
		o.reset()
	}
	e.filled, e.open = 0, e.batch[0]
}

// relocate points the slots into the failures again, which may have moved
// while the epoch was filled.
func (o *epoch) relocate() {
	at := 0
	for i := range o.slots {
		n := len(o.slots[i].Failures)
		o.slots[i].Failures = o.failures[at : at+n]
		at += n
	}
}

// share deals epochs out to the workers.
func (e *engine) share(batch []*epoch, do func(*worker, *epoch)) {
	n := len(e.workers)
	var wg sync.WaitGroup
	for i, w := range e.workers {
		part := batch[len(batch)*i/n : len(batch)*(i+1)/n]
		if n == 1 {
			for _, o := range part {
				do(w, o)
			}
			return
		}
		wg.Add(1)
		go func() {
			defer wg.Done()
			for _, o := range part {
				do(w, o)
			}
		}()
	}
	wg.Wait()
}

// seed gives the smoothed rules the mean of the first epoch, as the fork does
// with a finished epoch; the other mechanisms start without a past.
func (e *engine) seed(o *epoch) error {
	if e.seeded {
		return nil
	}
	e.seeded = true
	seed, err := penalty.ForkSeed(o.obs[:])
	if err != nil {
		return err
	}
	for r := range e.rules {
		e.memories[r].Smoothed = seed
		if e.rules[r].FullName() == "smoothed-2026/E0" {
			e.memories[r].Smoothed = penalty.SmoothedE0.SeedFloor(seed, o.obs[0].Reference)
		}
	}
	return nil
}

// counter adds up what the workers counted; call it once, at the end.
func (e *engine) counter() (*cofailure.Counter, error) {
	for _, w := range e.workers[1:] {
		if err := e.workers[0].counter.Merge(w.counter); err != nil {
			return nil, err
		}
	}
	return e.workers[0].counter, nil
}
