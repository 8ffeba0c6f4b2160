package main

import (
	"fmt"
	"math/bits"

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
	columns int
	sums    []uint64 // of one epoch, by class and column
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

// punish sums the penalties of an epoch by group, once its factors are known.
func (w *worker) punish(e *epoch) {
	clear(w.sums)
	perIncrement := spec.EffectiveBalanceIncrement * spec.Gwei(w.baseRewardFactor) / u64.Sqrt(e.total)
	for i := range e.slots {
		s := &e.slots[i]
		cells := e.cells[i]
		ok := w.price(&e.factors, i, perIncrement*cofailure.Standard)
		for j := range cells {
			ok = w.enter(&cells[j]) && ok
		}
		if !ok || !w.enterOdd(e, i, perIncrement) {
			e.err = fmt.Errorf("penalties of slot %d: %w", s.Slot, spec.ErrOverflow)
			return
		}
	}
	w.gather(e)
}

// price tabulates what 32 ETH pay in slot i for every conduct.
func (w *worker) price(factors *[][slotsPerEpoch]penalty.Factors, i int, base spec.Gwei) bool {
	for r := range w.rules {
		p, ok := w.penalties((*factors)[r][i], base)
		if !ok {
			return false
		}
		amounts := &w.amounts[r]
		for c := range amounts {
			amounts[c] = uint64(p.of(spec.Conduct(c), &w.rules[r].Scope))
		}
	}
	return true
}

// enter adds validators that failed alike to the sums of their class: their
// failures, and their penalties when they have 32 ETH each. False means that a
// sum does not fit.
func (w *worker) enter(cell *cofailure.Cell) bool {
	row, n := w.sums[int(cell.Class)*w.columns:][:w.columns], uint64(cell.Count)
	how := dataset.Failing(cell.How)
	if how&dataset.Missed != 0 {
		row[basic] += n
	}
	if how&dataset.Late != 0 {
		row[basicSingleSlot] += n
	}
	if !cell.Standard {
		return true
	}
	row, c, fits := row[firstRule:], w.conducts[how]%spec.ConductCount, true
	for r := range w.amounts {
		hi, amount := bits.Mul64(w.amounts[r][c], n)
		sum, carry := bits.Add64(row[r], amount, 0)
		row[r] = sum
		fits = fits && hi|carry == 0
	}
	return fits
}

// enterOdd adds the penalties of those without 32 ETH, one by one, because each
// rounds on its own.
func (w *worker) enterOdd(e *epoch, i int, perIncrement spec.Gwei) bool {
	for _, f := range spec.As[dataset.Failure](e.odd[i]) {
		var cluster uint16
		if v := f.Validator(); uint64(v) < uint64(len(w.Of)) {
			cluster = w.Of[v]
		}
		row := w.sums[int(w.Class[cluster])*w.columns+firstRule:]
		base := perIncrement * spec.Gwei(f.Increments())
		c := w.conducts[f.Failing()&^dataset.BalanceUnknown]
		for r := range w.rules {
			p, ok := w.penalties(e.factors[r][i], base)
			if !ok {
				return false
			}
			if row[r], ok = u64.Add(row[r], uint64(p.of(c, &w.rules[r].Scope))); !ok {
				return false
			}
		}
	}
	return true
}

// gather adds the sums of the classes to those of the groups.
func (w *worker) gather(e *epoch) {
	clear(e.sums)
	for class, groups := range w.classes {
		row := w.sums[class*w.columns:][:w.columns]
		for _, g := range groups {
			into(e.sums[g*w.columns:][:w.columns], row)
		}
	}
}
