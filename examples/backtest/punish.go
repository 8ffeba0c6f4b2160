package main

import (
	"fmt"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/cofailure"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/dataset"
	"github.com/stakesim/stakesim/spec/u64"
)

// The columns of sums before those of the rules: failures by deadline.
const (
	basic = iota
	basicSingleSlot
	firstRule
)

// worker punishes epochs, apart from other workers.
type worker struct {
	*engine
	counter *cofailure.Counter
	amounts [][spec.ConductCount]uint64 // by rule: Gwei of a validator of 32 ETH
	row     []uint64                    // of one cell
}

// penalties are what a validator of one effective balance pays in a slot.
type penalties struct{ source, target, scaledSource, scaledTarget spec.Gwei }

func (w *worker) penalties(f penalty.Factors, base spec.Gwei) (p penalties, ok bool) {
	all := true
	of := func(f penalty.Factor, flag spec.Flag) spec.Gwei {
		amount, ok := f.Penalty(base, flag.Weight())
		all = all && ok
		return amount
	}
	p.source, p.target = of(penalty.One, spec.TimelySource), of(penalty.One, spec.TimelyTarget)
	p.scaledSource, p.scaledTarget = p.source, p.target
	if f.Source != penalty.One {
		p.scaledSource = of(f.Source, spec.TimelySource)
	}
	if f.Target != penalty.One {
		p.scaledTarget = of(f.Target, spec.TimelyTarget)
	}
	return p, all
}

// of is what conduct c costs under the scope of a rule.
func (p *penalties) of(c spec.Conduct, scope *penalty.Scope) (sum spec.Gwei) {
	if !c.Participates(spec.TimelySource) {
		if sum = p.source; scope.Source.Has(c) {
			sum = p.scaledSource
		}
	}
	if !c.Participates(spec.TimelyTarget) {
		if scope.Target.Has(c) {
			return sum + p.scaledTarget
		}
		return sum + p.target
	}
	return sum
}

// punish counts the co-failures of an epoch and sums its penalties by group.
func (w *worker) punish(e *epoch) {
	clear(e.sums)
	perIncrement := spec.EffectiveBalanceIncrement * spec.Gwei(w.baseRewardFactor) / u64.Sqrt(e.total)
	for i := range e.slots {
		s := &e.slots[i]
		cells := w.counter.Slot(spec.As[cofailure.Failure](s.Failures), !s.NoHistory)
		if e.err = w.price(e, i, perIncrement*cofailure.Standard); e.err != nil {
			return
		}
		for _, cell := range cells {
			if !w.enter(e, cell.Cluster, dataset.Failing(cell.How), uint64(cell.Count), cell.Standard) {
				e.err = w.overflow(s.Slot)
				return
			}
		}
		if e.err = w.punishOdd(e, i, perIncrement); e.err != nil {
			return
		}
	}
}

func (w *worker) overflow(slot spec.Slot) error {
	return fmt.Errorf("penalties of slot %d: %w", slot, spec.ErrOverflow)
}

// price tabulates what 32 ETH pay in slot i for every conduct.
func (w *worker) price(e *epoch, i int, base spec.Gwei) error {
	for r := range w.rules {
		p, ok := w.penalties(e.factors[r][i], base)
		if !ok {
			return w.overflow(e.slots[i].Slot)
		}
		for c := range w.amounts[r] {
			w.amounts[r][c] = uint64(p.of(spec.Conduct(c), &w.rules[r].Scope))
		}
	}
	return nil
}

// enter adds n validators that failed alike to the groups of their cluster:
// their failures, and their penalties when they have 32 ETH each. False means
// that a sum does not fit.
func (w *worker) enter(e *epoch, cluster uint32, how dataset.Failing, n uint64, priced bool) bool {
	row := w.row
	clear(row)
	if how&dataset.Missed != 0 {
		row[basic] = n
	}
	if how&dataset.Late != 0 {
		row[basicSingleSlot] = n
	}
	if priced {
		c := w.conducts[how]
		for r := range w.amounts {
			amount, ok := u64.Mul(w.amounts[r][c], n)
			if !ok {
				return false
			}
			row[firstRule+r] = amount
		}
	}
	return w.addTo(e, cluster, row)
}

func (w *worker) addTo(e *epoch, cluster uint32, row []uint64) bool {
	fits := true
	for _, g := range w.groupsOf[cluster] {
		sums := e.sums[g*len(row):][:len(row)]
		for i, v := range row {
			sum := sums[i] + v
			fits = fits && sum >= v
			sums[i] = sum
		}
	}
	return fits
}

// punishOdd adds the penalties of those without 32 ETH, one by one, because
// each rounds on its own.
func (w *worker) punishOdd(e *epoch, i int, perIncrement spec.Gwei) error {
	for _, f := range e.odd[i] {
		clear(w.row)
		how := f.Failing() &^ dataset.BalanceUnknown
		base := perIncrement * spec.Gwei(f.Increments())
		for r := range w.rules {
			p, ok := w.penalties(e.factors[r][i], base)
			if !ok {
				return w.overflow(e.slots[i].Slot)
			}
			w.row[firstRule+r] = uint64(p.of(w.conducts[how], &w.rules[r].Scope))
		}
		var cluster uint32
		if v := f.Validator(); uint64(v) < uint64(len(w.clusterOf)) {
			cluster = w.clusterOf[v]
		}
		if !w.addTo(e, cluster, w.row) {
			return w.overflow(e.slots[i].Slot)
		}
	}
	return nil
}
