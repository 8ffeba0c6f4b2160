package backtest

import (
	"math/bits"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/cofailure"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// Sums are the failures and the penalties, in Gwei, of an epoch by group and
// column: see [Study.Columns]. They travel by their binary form.
type Sums struct {
	Epoch spec.Epoch
	Index uint32   // the epoch's place among those of the walk, from 0
	Of    []uint64 // columns of the first group, then of the next
}

// Punisher finds the penalties of epochs (the third step), in any order, apart
// from other punishers.
type Punisher struct {
	study   *Study
	amounts []uint64 // by conduct and rule: Gwei of a validator of 32 ETH
	classes []uint64 // sums of one epoch, by class and column
	groups  []uint64 // the same by group
}

// NewPunisher makes a punisher. A study that [NewStudy] has not made gives one that
// punishes nothing: every call is an error.
func (s *Study) NewPunisher() *Punisher {
	if !s.made() {
		return new(Punisher)
	}
	return &Punisher{
		study: s, amounts: make([]uint64, spec.ConductCount*len(s.Rules)),
		classes: make([]uint64, s.columns*len(s.Population.classes)), groups: make([]uint64, s.width),
	}
}

// Punish sums what the failures of an epoch cost under its factors into sums,
// whose memory is reused. Factors of another epoch or of other rules, and classes
// that the population has not, wrap [spec.ErrInput], a sum above 64 bits
// [spec.ErrOverflow]; then sums is as before.
func (w *Punisher) Punish(sums *Sums, failures *Failures, factors *Factors) error {
	if w == nil || w.study == nil || sums == nil || failures == nil || factors == nil {
		return absent("punisher")
	}
	if failures.Epoch != factors.Epoch {
		return spec.Atf("factors", -1, spec.ErrInput, "of epoch %d, not %d", factors.Epoch, failures.Epoch)
	}
	if len(factors.Rules) != len(w.study.Rules) {
		return spec.Atf("factors", -1, spec.ErrInput, "of %d rules, not %d", len(factors.Rules), len(w.study.Rules))
	}
	if failures.classes > len(w.study.Population.classes) {
		return spec.Atf("failures", -1, spec.ErrInput, "epoch %d has %d classes, the population %d", failures.Epoch, failures.classes, len(w.study.Population.classes))
	}
	clear(w.classes)
	base, _ := spec.BaseRewardPerIncrement(w.study.baseRewardFactor, failures.total) // a network's factor fits
	perIncrement := spec.Gwei(base)
	for i := range SlotsPerEpoch {
		ok := w.price(factors, i, perIncrement*cofailure.Standard)
		for j := range failures.cells[i] {
			ok = w.enter(&failures.cells[i][j]) && ok
		}
		if !ok || !w.enterOdd(failures.odd[i], factors, i, perIncrement) {
			return spec.Atf("penalties", i, spec.ErrOverflow, "epoch %d", failures.Epoch)
		}
	}
	if !w.gather() {
		return spec.Atf("penalties", -1, spec.ErrOverflow, "epoch %d", failures.Epoch)
	}
	sums.Epoch, sums.Index = failures.Epoch, factors.Index
	sums.Of = append(sums.Of[:0], w.groups...)
	return nil
}

// penalties are what a validator of one effective balance pays in a slot.
type penalties struct{ source, target, scaledSource, scaledTarget spec.Gwei }

// penaltiesOf are those under factors f; false when one does not fit.
func penaltiesOf(f *penalty.Factors, base spec.Gwei) (p penalties, ok bool) {
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
	return p, all && p.scaledSource <= maxPenalty && p.scaledTarget <= maxPenalty
}

// maxPenalty bounds one penalty, so that source and target together fit.
const maxPenalty = 1<<63 - 1

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

// price tabulates what 32 ETH pay in slot i for every conduct.
func (w *Punisher) price(factors *Factors, i int, base spec.Gwei) bool {
	rules := w.study.Rules
	for r := range rules {
		p, ok := penaltiesOf(&factors.Rules[r][i], base)
		if !ok {
			return false
		}
		for c := range spec.Conduct(spec.ConductCount) {
			w.amounts[int(c)*len(rules)+r] = uint64(p.of(c, &rules[r].Scope))
		}
	}
	return true
}

// enter adds validators that failed alike to the sums of their class: their
// failures, and their penalties when they have 32 ETH each. False means that a
// sum does not fit.
func (w *Punisher) enter(cell *cofailure.Cell) bool {
	row, n := w.classes[int(cell.Class)*w.study.columns:][:w.study.columns], uint64(cell.Count)
	if cell.How&cofailure.Missed != 0 {
		row[basic] += n
	}
	if cell.How&cofailure.Late != 0 {
		row[basicSingleSlot] += n
	}
	c := w.study.conducts[cell.How%cofailure.HowCount]
	if !cell.Standard || paysNothing.Has(c) {
		return true
	}
	row = row[firstRule:]
	var carries uint64
	for r, amount := range w.amounts[int(c)*len(row):][:len(row)] {
		hi, lo := bits.Mul64(amount, n)
		sum, carry := bits.Add64(row[r], lo, 0)
		row[r] = sum
		carries |= hi | carry
	}
	return carries == 0
}

// paysNothing holds those that are neither without source nor without target.
var paysNothing = spec.Participated(spec.TimelySource) & spec.Participated(spec.TimelyTarget)

// enterOdd adds the penalties of those without 32 ETH, one by one, because each
// rounds on its own.
func (w *Punisher) enterOdd(odd []odd, factors *Factors, i int, perIncrement spec.Gwei) bool {
	for _, f := range odd {
		row := w.classes[int(f.Validator())*w.study.columns+firstRule:]
		base, c := perIncrement*spec.Gwei(f.Increments()), w.study.conducts[f.How()]
		for r := range w.study.Rules {
			p, ok := penaltiesOf(&factors.Rules[r][i], base)
			if !ok {
				return false
			}
			if row[r], ok = u64.Add(row[r], uint64(p.of(c, &w.study.Rules[r].Scope))); !ok {
				return false
			}
		}
	}
	return true
}

// gather adds the sums of the classes to those of the groups.
func (w *Punisher) gather() bool {
	clear(w.groups)
	columns, fits := w.study.columns, true
	for class, groups := range w.study.Population.classes {
		row := w.classes[class*columns:][:columns]
		for _, g := range groups {
			fits = into(w.groups[g*columns:][:columns], row) && fits
		}
	}
	return fits
}

// into adds a row to another of the same length; false when a sum does not fit.
func into(to, from []uint64) bool {
	var carries uint64
	for i, v := range from {
		sum, carry := bits.Add64(to[i], v, 0)
		to[i] = sum
		carries |= carry
	}
	return carries == 0
}
