package main

import (
	"io"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/cofailure"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/dataset"
	"github.com/stakesim/stakesim/spec/table"
)

// defaultRules are one of each kind, the published script's among them.
var defaultRules = []string{"status-quo", "slot-relative/average", "slot-relative/as-run", "net-excess-2024", "net-excess-per-flag", "smoothed-2026/E3"}

// chosen are the rules asked for, the status quo first: the others are
// compared with it.
func (o *options) chosen() ([]penalty.Rule, error) {
	rules := []penalty.Rule{penalty.StatusQuo()}
	if o.rules == nil {
		for _, name := range defaultRules {
			r, err := penalty.RuleNamed(name)
			if err != nil {
				return nil, err
			}
			o.rules = append(o.rules, r)
		}
	}
	seen := map[string]bool{rules[0].FullName(): true}
	for _, r := range o.rules {
		if !seen[r.FullName()] {
			seen[r.FullName()] = true
			rules = append(rules, r)
		}
	}
	return rules, nil
}

// result is everything that the tables show.
type result struct {
	*engine
	counts        *cofailure.Counter
	expected      [cofailure.KindCount]cofailure.Expected
	fake          *cofailure.Fake // nil when not asked for
	redistributed [cofailure.KindCount]float64
	draws         [][]float64
	seed          uint64
	deadline      string
}

// backtest reads the list, runs the mechanisms and prints.
func (o *options) backtest(out io.Writer) error {
	r, err := o.compute()
	if err != nil {
		return err
	}
	o.progress.done()
	o.reportFaults(errStream)
	if o.format == table.JSON {
		return writeJSON(out, r.json())
	}
	return writeTables(out, o.format, r.countTable(), r.penaltyTable(), r.advantageTable())
}

func (o *options) compute() (*result, error) {
	if o.duties.Count() == 0 {
		for _, err := range o.slots() { // who had a duty is known only at the end
			if err != nil {
				return nil, err
			}
		}
	}
	labels, err := o.readLabels(func(v uint32) bool { return v < o.duties.Limit() })
	if err != nil {
		return nil, err
	}
	p, err := populate(labels, &o.duties)
	if err != nil {
		return nil, err
	}
	if err := p.group(o.groups, o.top); err != nil {
		return nil, err
	}
	rules, err := o.chosen()
	if err != nil {
		return nil, err
	}
	deadline := cofailure.Longest
	if o.deadline == "single-slot" {
		deadline = cofailure.SingleSlot
	}
	e, err := newEngine(p, rules, deadline, o.counted, o.workers)
	if err != nil {
		return nil, err
	}
	if err := e.run(o.slots()); err != nil {
		return nil, err
	}
	r := &result{engine: e, seed: o.seed, deadline: o.deadline}
	if r.counts, err = e.counter(); err != nil {
		return nil, err
	}
	r.expected = r.counts.Expected()
	r.draws = e.blocks.bootstrap(o.draws, o.seed)
	if o.fake {
		err = o.quality(r)
	}
	return r, err
}

// quality runs over the list twice more: who fails how often, then fake
// clusters of validators alike.
func (o *options) quality(r *result) error {
	q := cofailure.NewQuality(o.duties.Limit())
	if err := o.each(q.Slot); err != nil {
		return err
	}
	var err error
	if r.redistributed, err = q.Redistributed(&r.Clusters); err != nil {
		return err
	}
	if r.fake, err = q.Fake(&r.Clusters, o.duties.Has); err != nil {
		return err
	}
	return o.each(r.fake.Slot)
}

// each shows the failures of every slot whose past is known, of complete epochs.
func (o *options) each(f func([]cofailure.Failure)) error {
	e := &engine{batch: []*epoch{{}}, visit: func(s *dataset.SlotFailures) {
		if !s.NoHistory {
			f(spec.As[cofailure.Failure](s.Failures))
		}
	}}
	e.open = e.batch[0]
	return e.run(o.slots())
}
