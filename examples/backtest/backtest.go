package main

import (
	"errors"
	"io"
	"iter"

	"github.com/stakesim/stakesim/examples/internal/cli"
	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/backtest"
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

// backtest reads the list, runs the mechanisms and prints.
func (o *options) backtest(out io.Writer) error {
	r, err := o.compute()
	if err != nil {
		return err
	}
	o.progress.Done()
	o.reportFaults(errStream)
	if o.format == table.JSON {
		return writeJSON(out, r)
	}
	return writeTables(out, o.format, r.CountTable(), r.PenaltyTable(), r.AdvantageTable())
}

func (o *options) compute() (*backtest.Result, error) {
	params, err := o.params()
	if err != nil {
		return nil, err
	}
	s, err := o.study(&params)
	if err != nil {
		return nil, err
	}
	outcome, err := s.Run(asSlots(o.slots()), o.workers)
	if err != nil {
		return nil, err
	}
	if o.fake {
		if err := o.quality(s.Population, outcome); err != nil {
			return nil, err
		}
	}
	return s.Result(outcome, o.draws, o.seed)
}

// params are the constants of the record's network, before the record is read.
func (o *options) params() (spec.Params, error) {
	p, err := o.of.Params(spec.Electra)
	if err != nil {
		return p, err
	}
	return p, backtest.CheckParams(&p)
}

// study is the back-test that the options ask for.
func (o *options) study(params *spec.Params) (*backtest.Study, error) {
	p, err := o.population()
	if err != nil {
		return nil, err
	}
	rules, err := o.chosen()
	if err != nil {
		return nil, err
	}
	deadline := cofailure.Longest
	if o.deadline == cofailure.SingleSlot.String() {
		deadline = cofailure.SingleSlot
	}
	return backtest.NewStudy(p, backtest.Options{Rules: rules, Deadline: deadline, Counted: o.counted, Params: params})
}

func (o *options) population() (*backtest.Population, error) {
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
	p, err := populate(labels, &o.duties, o.groups, o.top)
	if field := new(spec.FieldError); errors.As(err, &field) && field.Field == "top" {
		return nil, cli.Usagef("-%v", err)
	}
	return p, err
}

// populate hands the labels and the duties to the back-test.
func populate(labels *dataset.Labels, duties *dataset.Duties, grouping string, top int) (*backtest.Population, error) {
	g, err := backtest.ParseGrouping(grouping)
	if err != nil {
		return nil, err
	}
	return backtest.NewPopulation(&backtest.Labels{Names: labels.Names, Of: labels.Of, Duty: duties.Words()}, g, top)
}

// asSlots hands a failure list to the back-test: formats and formulas do not
// know each other.
func asSlots(list iter.Seq2[dataset.SlotFailures, error]) iter.Seq2[backtest.Slot, error] {
	return func(yield func(backtest.Slot, error) bool) {
		for s, err := range list {
			if !yield(backtest.Slot{
				Slot: s.Slot, Committee: s.Committee, Balance: s.Balance,
				NextBlockMissing: s.NextBlockMissing, NoHistory: s.NoHistory, Failures: spec.As[cofailure.Failure](s.Failures),
			}, err) {
				return
			}
		}
	}
}

// quality runs over the list twice more: who fails how often, then fake
// clusters of validators alike.
func (o *options) quality(p *backtest.Population, outcome *backtest.Outcome) error {
	q := cofailure.NewQuality(p.Limit())
	if err := o.each(q.Slot); err != nil {
		return err
	}
	redistributed, err := q.Redistributed(&p.Clusters)
	if err != nil {
		return err
	}
	outcome.Redistributed = &redistributed
	if outcome.Fake, err = q.Fake(&p.Clusters, p.Has); err != nil {
		return err
	}
	return o.each(outcome.Fake.Slot)
}

// each shows the failures of every slot whose past is known, of complete epochs.
func (o *options) each(show func([]cofailure.Failure)) error {
	for slots, err := range backtest.Epochs(asSlots(o.slots()), nil) {
		if err != nil {
			return err
		}
		backtest.Known(slots, show)
	}
	return nil
}
