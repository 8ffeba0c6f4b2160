package epoch

import (
	"sync"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// Engine runs epoch transitions under one rule in a single pass over the
// columns. It keeps its tables between epochs, so that after the first epoch it
// allocates nothing (with one worker). It is not safe for concurrent use; its
// results do not depend on the number of workers.
type Engine struct {
	params  spec.Params
	rule    penalty.Rule
	workers int

	summary spec.Summary
	factors []penalty.Factors
	tables  tables
	keys    Keys
	sweep   sweep
	changed []spec.ValidatorIndex
}

// maxWorkers bounds the goroutines of an engine.
const maxWorkers = 1 << 10

// NewEngine returns an engine for a rule. It uses so many goroutines, 1024 at most;
// below two it runs on the caller's. Constants that no transition can use give
// [spec.ErrInput], and so does a rule that fails [penalty.Rule.Validate].
func NewEngine(p spec.Params, rule penalty.Rule, workers int) (*Engine, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	if err := rule.Validate(); err != nil {
		return nil, err
	}
	e := &Engine{params: p, rule: rule, workers: min(max(workers, 1), maxWorkers), factors: make([]penalty.Factors, p.SlotsPerEpoch)}
	e.tables.plan(&rule.Scope, len(e.factors))
	return e, nil
}

// Summary holds the sums of the last epoch processed, valid until the next; nil
// without an engine.
func (e *Engine) Summary() *spec.Summary {
	if e == nil {
		return nil
	}
	return &e.summary
}

// Factors are the last epoch's, a row for each slot, valid until the next.
func (e *Engine) Factors() []penalty.Factors {
	if e == nil {
		return nil
	}
	return e.factors
}

// ProcessEpoch is [ProcessEpoch] in one pass: the same result for every input,
// the same errors, and on an error the same untouched registry. Where a product
// might leave 64 bits it takes the components' way, which knows exactly.
func (e *Engine) ProcessEpoch(r *spec.Registry, b spec.Boundary, m penalty.Memory) (penalty.Memory, error) {
	if e == nil {
		return m, spec.Atf("engine", -1, spec.ErrInput, "none")
	}
	if err := spec.Summarize(&e.summary, &e.params, r, b, e.workers); err != nil {
		return m, err
	}
	next, err := penalty.Walk(e.factors, &e.rule, m, e.summary.Slots)
	if err != nil {
		return m, err
	}
	if e.tables.fill(&e.params, &e.summary, e.factors) {
		e.run(r)
		return next, nil
	}
	t := &transition{p: &e.params, rule: &e.rule, r: r, summary: &e.summary, factors: e.factors}
	if err := t.account(); err != nil {
		return m, err
	}
	return next, nil
}

func (e *Engine) run(r *spec.Registry) {
	n := r.Len()
	workers := min(e.workers, n)
	if workers < 2 {
		e.pass(r, 0, n)
		return
	}
	var wg sync.WaitGroup
	for w := range workers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			e.pass(r, share(n, w, workers), share(n, w+1, workers))
		}()
	}
	wg.Wait()
}

// share is where worker w of n rows begins.
func share(n, w, workers int) int { return int(uint64(n) * uint64(w) / uint64(workers)) }

// reachedBoth has the two flags that are penalised.
const reachedBoth = spec.Flags(1<<spec.TimelySource | 1<<spec.TimelyTarget)

// pass takes rows lo to hi through the whole epoch. The common validator,
// active and unslashed, with source and target reached, costs one look into the
// reward table; whoever missed one a second look, into the loss table. The
// slashed, and a balance that a loss could empty, go through [Engine.settle].
func (e *Engine) pass(r *spec.Registry, lo, hi int) {
	const increment = spec.EffectiveBalanceIncrement
	t := &e.tables
	effective := r.EffectiveBalance[lo:hi]
	n := len(effective)
	balance, score := r.Balance[lo:hi][:n], r.InactivityScore[lo:hi][:n]
	activation, exit := r.ActivationEpoch[lo:hi][:n], r.ExitEpoch[lo:hi][:n]
	flags, slashed := r.PreviousFlags[lo:hi][:n], r.Slashed[lo:hi][:n]
	previous, genesis := e.summary.PreviousEpoch(), e.summary.CurrentEpoch == spec.GenesisEpoch
	for i, eb := range effective {
		b, f := balance[i], flags[i]&spec.AllFlags
		switch {
		case slashed[i]:
			b = e.rare(r, lo+i)
		case genesis || !(activation[i] <= previous && previous < exit[i]): // not eligible
		case f&reachedBoth == reachedBoth:
			if points := score[i]; points != 0 {
				score[i] = u64.SubSat(points, t.down)
			}
			b += t.reward[uint64(f)*t.stride+uint64(eb/increment)]
		default:
			missed := uint64(f>>spec.TimelyTarget&1) - 1 // all ones or zero
			points := u64.SubSat(score[i], 1)
			points ^= (points ^ (score[i] + t.up)) & missed
			points = u64.SubSat(points, t.recovery)
			if points != score[i] {
				score[i] = points
			}
			inc := uint64(eb / increment)
			row := t.lossRow[lossKey(conduct(r, lo+i), r.SlotOffset[lo+i]+1)]
			loss := t.loss[uint64(row)*t.stride+inc] + t.inactivity(eb, points&missed)
			if b < loss {
				b = e.settle(r, lo+i, f)
			} else {
				b += t.reward[uint64(f)*t.stride+inc] - loss
			}
		}
		balance[i] = b
		if b+t.low-eb > t.span { // outside eb-low to eb+high
			effective[i], _ = EffectiveBalance(eb, b, r.Compounding != nil && r.Compounding[lo+i], &e.params)
		}
	}
}

// rare is the balance of a slashed validator. It writes the score.
func (e *Engine) rare(r *spec.Registry, i int) spec.Gwei {
	s := &e.summary
	balance := r.Balance[i]
	if s.CurrentEpoch != spec.GenesisEpoch && r.IsEligible(i, s.PreviousEpoch()) {
		points := r.InactivityScore[i] + e.params.InactivityScoreBias
		r.InactivityScore[i] = u64.SubSat(points, e.tables.recovery)
		balance = e.settle(r, i, 0)
	}
	if slashedNow(&e.params, r, s, i) {
		penalty, _ := SlashingPenalty(r.EffectiveBalance[i], e.tables.adjusted, &e.params, s)
		balance = u64.SubSat(balance, penalty)
	}
	return balance
}

// settle is the balance after the four components in order, each decrease
// stopping at zero, of an eligible validator that reached the given flags and
// whose score is already this epoch's.
func (e *Engine) settle(r *spec.Registry, i int, reached spec.Flags) spec.Gwei {
	t, c := &e.tables, conduct(r, i)
	row := 0
	if r.IsActive(i, e.summary.PreviousEpoch()) {
		row = int(r.SlotOffset[i] + 1) // NoSlot becomes row 0
	}
	balance, eb := r.Balance[i], r.EffectiveBalance[i]
	inc := int(eb / spec.EffectiveBalanceIncrement)
	for flag := range spec.Flag(spec.FlagCount) {
		switch {
		case flag.In(reached):
			balance += t.row(t.reward, 1<<flag)[inc]
		case flag == spec.TimelySource:
			balance = u64.SubSat(balance, t.row(t.source, scopedRow(e.rule.Scope.Source, c, row))[inc])
		case flag == spec.TimelyTarget:
			balance = u64.SubSat(balance, t.row(t.target, scopedRow(e.rule.Scope.Target, c, row))[inc])
		}
	}
	if spec.TimelyTarget.In(reached) {
		return balance
	}
	return u64.SubSat(balance, t.inactivity(eb, r.InactivityScore[i]))
}
