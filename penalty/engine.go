package penalty

import (
	"sync"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// Engine runs epoch transitions under one rule in a single pass over the
// columns. It keeps its tables between epochs, so that after the first epoch it
// allocates nothing (with one worker). It is not safe for concurrent use; its
// results do not depend on the number of workers.
type Engine struct {
	params  spec.Params
	rule    Rule
	workers int

	summary spec.Summary
	factors []Factors
	tables  tables
	fused   bool
}

// NewEngine returns an engine for a rule that uses so many goroutines; fewer
// than two mean the caller's own. Constants that no transition can use give
// [spec.ErrInput], and so does a rule without a step.
func NewEngine(p spec.Params, rule Rule, workers int) (*Engine, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	if rule.Step == nil {
		return nil, spec.Atf("rule", -1, spec.ErrInput, "%q has no step", rule.FullName())
	}
	return &Engine{params: p, rule: rule, workers: max(workers, 1), factors: make([]Factors, p.SlotsPerEpoch)}, nil
}

// Summary holds the sums of the last epoch processed, valid until the next.
func (e *Engine) Summary() *spec.Summary { return &e.summary }

// Factors are the last epoch's, a row for each slot, valid until the next.
func (e *Engine) Factors() []Factors { return e.factors }

// ProcessEpoch is [ProcessEpoch] in one pass: the same result for every input,
// the same errors, and on an error the same untouched registry. Where a product
// might leave 64 bits it takes the components' way, which knows exactly.
func (e *Engine) ProcessEpoch(r *spec.Registry, b spec.Boundary, m Memory) (Memory, error) {
	if err := spec.Summarize(&e.summary, &e.params, r, b, e.workers); err != nil {
		return m, err
	}
	next, err := Walk(e.factors, &e.rule, m, e.summary.Slots)
	if err != nil {
		return m, err
	}
	e.fused = e.tables.fill(&e.params, &e.summary, e.factors)
	if !e.fused {
		return next, e.components(r, &next, m)
	}
	e.run(r)
	return next, nil
}

func (e *Engine) components(r *spec.Registry, next *Memory, m Memory) error {
	err := processComponents(&e.params, r, &e.summary, e.factors, e.rule.Scope)
	if err != nil {
		*next = m
	}
	return err
}

func (e *Engine) run(r *spec.Registry) {
	n := r.Len()
	var wg sync.WaitGroup
	for w := 1; w < e.workers; w++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			e.pass(r, n*w/e.workers, n*(w+1)/e.workers)
		}()
	}
	e.pass(r, 0, n/e.workers)
	wg.Wait()
}

// pass takes rows lo to hi through the whole epoch. The common validator,
// active and unslashed, with source and target reached, costs one look into the
// reward table; whoever missed one goes through [Engine.missed], the slashed and
// the inactive through [Engine.rare].
func (e *Engine) pass(r *spec.Registry, lo, hi int) {
	const increment = spec.EffectiveBalanceIncrement
	effective := r.EffectiveBalance[lo:hi]
	n := len(effective)
	balance, score := r.Balance[lo:hi][:n], r.InactivityScore[lo:hi][:n]
	flags, slashed := r.PreviousFlags[lo:hi][:n], r.Slashed[lo:hi][:n]
	activation, exit := r.ActivationEpoch[lo:hi][:n], r.ExitEpoch[lo:hi][:n]
	previous := e.summary.PreviousEpoch()
	genesis := e.summary.CurrentEpoch == spec.GenesisEpoch
	reward, stride := e.tables.reward, uint64(e.tables.stride)
	down := uint64(1)
	if !e.summary.InLeak {
		down += e.params.InactivityScoreRecoveryRate
	}
	step := increment / spec.Gwei(e.params.HysteresisQuotient)
	low := step * spec.Gwei(e.params.HysteresisDownwardMultiplier)
	high := step * spec.Gwei(e.params.HysteresisUpwardMultiplier)
	for i, eb := range effective {
		if slashed[i] || genesis || !(activation[i] <= previous && previous < exit[i]) {
			e.rare(r, lo+i)
		} else if f := flags[i] & spec.AllFlags; f&both == both {
			if s := score[i]; s != 0 {
				score[i] = u64.SubSat(s, down)
			}
			balance[i] += reward[uint64(f)*stride+uint64(eb/increment)]
		} else {
			e.missed(r, lo+i)
		}
		if b := balance[i]; b+low < eb || eb+high < b {
			effective[i], _ = EffectiveBalance(eb, b, r.Compounding != nil && r.Compounding[lo+i], &e.params)
		}
	}
}

const both = 1<<spec.TimelySource | 1<<spec.TimelyTarget

// missed settles an active, unslashed validator that lacks source or target.
func (e *Engine) missed(r *spec.Registry, i int) {
	flags := r.PreviousFlags[i] & spec.AllFlags
	var row uint8
	if slot := r.SlotOffset[i]; slot != spec.NoSlot {
		row = slot + 1
	}
	e.settle(r, i, conduct(r, i), flags, row)
}

// rare settles a validator that is slashed or inactive, or anyone in epoch 0.
func (e *Engine) rare(r *spec.Registry, i int) {
	s := &e.summary
	if s.CurrentEpoch != spec.GenesisEpoch && r.IsEligible(i, s.PreviousEpoch()) {
		var row uint8
		if slot := r.SlotOffset[i]; slot != spec.NoSlot && r.IsActive(i, s.PreviousEpoch()) {
			row = slot + 1
		}
		e.settle(r, i, conduct(r, i), 0, row)
	}
	if slashedNow(&e.params, r, s, i) {
		penalty, _ := SlashingPenalty(r.EffectiveBalance[i], e.tables.adjusted, &e.params, s)
		r.Balance[i] = u64.SubSat(r.Balance[i], penalty)
	}
}

// settle applies score and the four components to one eligible validator that
// reached the given flags.
func (e *Engine) settle(r *spec.Registry, i int, c spec.Conduct, reached spec.Flags, row uint8) {
	t := &e.tables
	score := r.InactivityScore[i]
	eb := r.EffectiveBalance[i]
	inc := int(eb / spec.EffectiveBalanceIncrement)
	var loss [spec.FlagCount + 1]spec.Gwei // source, target, none for head, inactivity
	if !spec.TimelySource.In(reached) {
		loss[0] = t.source[scopedRow(e.rule.Scope.Source, c, row)*t.stride+inc]
	}
	if !spec.TimelyTarget.In(reached) {
		loss[1] = t.target[scopedRow(e.rule.Scope.Target, c, row)*t.stride+inc]
		score += e.params.InactivityScoreBias
	} else {
		score = u64.SubSat(score, 1)
	}
	if !e.summary.InLeak {
		score = u64.SubSat(score, e.params.InactivityScoreRecoveryRate)
	}
	if score != r.InactivityScore[i] {
		r.InactivityScore[i] = score
	}
	if !spec.TimelyTarget.In(reached) {
		loss[3] = spec.Gwei(uint64(eb) * score >> t.inactivityShift)
		if t.inactivityOdd != 1 {
			loss[3] /= spec.Gwei(t.inactivityOdd)
		}
	}
	balance := r.Balance[i]
	if total := loss[0] + loss[1] + loss[3]; balance >= total {
		// no component can reach zero, so their order does not matter
		r.Balance[i] = balance + t.reward[int(reached)*t.stride+inc] - total
		return
	}
	for flag := range loss {
		if flag < spec.FlagCount && spec.Flag(flag).In(reached) {
			balance += t.reward[(1<<flag)*t.stride+inc]
		}
		balance = u64.SubSat(balance, loss[flag])
	}
	r.Balance[i] = balance
}

func scopedRow(scope spec.Conducts, c spec.Conduct, row uint8) int {
	if scope.Has(c) {
		return int(row)
	}
	return 0
}
