package epoch

import (
	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// ProcessState is [ProcessState] with the accounting in one pass and the state
// changed in place: the same result for every input, the same errors, and on an
// error the same untouched state. Whatever could abort the epoch late is looked for
// before the first write; where that does not settle it, and at the end of a sync
// committee's period, the epoch goes step by step on a copy.
func (e *Engine) ProcessState(s *spec.BeaconState, m penalty.Memory, c Crypto) (penalty.Memory, error) {
	if e == nil {
		return m, spec.Atf("engine", -1, spec.ErrInput, "none")
	}
	e.changed = nil
	if err := checkState(&e.params, s); err != nil {
		return m, err
	}
	t := &transition{
		p: &e.params, rule: &e.rule, r: s.Registry, state: s, summary: &e.summary, factors: e.factors, crypto: c, keys: &e.keys,
		sum: spec.Summarize,
	}
	if err := t.begin(m, e.workers); err != nil {
		return t.whole(s, m) // on any state, which the tables are not made for
	}
	before := s.Finality
	if err := e.sweep.over(t.p, s, t.p.Fork >= spec.Fulu); err != nil {
		return m, err
	}
	if err := t.justifySwept(&e.sweep); err != nil {
		s.Finality = before
		return m, err
	}
	touched, ok := t.touched()
	if !ok || !t.cannotAbort() || !t.canDraw(&e.sweep) || !e.tables.fill(&e.params, &e.summary, e.factors) {
		s.Finality = before
		return t.whole(s, m)
	}
	changes, err := t.registryChanges(&e.sweep)
	if err != nil {
		s.Finality = before
		return m, err
	}
	if changes.exitSlashed(s.Registry) {
		s.Finality = before
		return t.whole(s, m)
	}
	changes.swap(s)
	e.changed = make([]spec.ValidatorIndex, 0, len(changes.rows))
	for _, l := range changes.rows {
		e.changed = append(e.changed, spec.ValidatorIndex(l.i))
	}
	old := make([]spec.Gwei, len(touched))
	for k, i := range touched {
		old[k] = s.Registry.EffectiveBalance[i]
	}
	e.run(s.Registry)
	for k, i := range touched {
		s.Registry.EffectiveBalance[i] = old[k]
	}
	t.drawn = e.sweep.drawn
	return t.after, t.finish(touched)
}

// Touched are the validators of which the last [Engine.ProcessState] may have changed
// more than balance, score and effective balance, new ones apart; nil means any.
func (e *Engine) Touched() []spec.ValidatorIndex {
	if e == nil {
		return nil
	}
	return e.changed
}

// registryChanges is the step of registry updates, not yet made. It reads nothing that
// the accounting writes, and the accounting reads nothing that it changes, unless a
// slashed validator exits: then whether it is eligible may change. Otherwise it may
// come first.
func (t *transition) registryChanges(w *sweep) (*registryChanges, error) {
	process, ok := registryUpdates.at(t.p.Fork)
	if !ok {
		return nil, spec.Atf("fork", -1, spec.ErrUnknown, "%v", t.p.Fork)
	}
	return process(t.p, t.state, t.total(), w)
}

// inPass are the steps that the single pass has done or that come before it.
var inPass = map[string]bool{
	"justification_and_finalization": true, "inactivity_updates": true, "rewards_and_penalties": true,
	"registry_updates": true, "slashings": true, "effective_balance_updates": true,
}

// finish runs the steps that the single pass leaves over. The touched validators
// and those that deposits have added follow their balances after the queues.
func (t *transition) finish(touched []int) error {
	n := t.r.Len()
	for i := range steps {
		s := &steps[i]
		if s.name == "effective_balance_updates" {
			for _, i := range touched {
				t.follow(i)
			}
			for i := n; i < t.r.Len(); i++ {
				t.follow(i)
			}
		}
		if !s.in(t.p.Fork) || inPass[s.name] {
			continue
		}
		if err := s.run(t); err != nil {
			return err
		}
	}
	return nil
}

func (t *transition) follow(i int) {
	r := t.r
	r.EffectiveBalance[i], _ = EffectiveBalance(r.EffectiveBalance[i], r.Balance[i], r.Compounding != nil && r.Compounding[i], t.p)
}

// maxAmount bounds a deposit that can add to any balance within the bounds of the
// single pass without leaving 64 bits, as often as an epoch can take one.
const maxAmount = spec.Gwei(1) << 55

// touched are the validators whose balances the queues may change between the
// slashings and the effective balances; false when one of the queues may abort.
func (t *transition) touched() (rows []int, ok bool) {
	s := t.state
	if t.p.Fork < spec.Electra {
		return nil, true
	}
	for i := range min(len(s.PendingDeposits), int(t.p.MaxPendingDepositsPerEpoch)) {
		d := &s.PendingDeposits[i]
		at, known := t.keys.Find(s.PublicKeys, d.PublicKey)
		if d.Amount > maxAmount || !known && t.crypto.Verify == nil {
			return nil, false
		}
		if known {
			rows = append(rows, at)
		}
	}
	n := spec.ValidatorIndex(t.r.Len())
	next := s.Epoch(t.p) + 1
	for _, c := range s.PendingConsolidations {
		if c.Source >= n || c.Target >= n {
			return nil, false
		}
		if !t.r.Slashed[c.Source] && t.r.WithdrawableEpoch[c.Source] > next {
			break
		}
		rows = append(rows, int(c.Source), int(c.Target))
	}
	return rows, true
}

// cannotAbort reports that none of the later steps can fail, registry updates and
// draws apart.
func (t *transition) cannotAbort() bool {
	p, s := t.p, t.state
	if ends(s.Epoch(p)+1, p.EpochsPerSyncCommitteePeriod) {
		return false
	}
	n := int(p.SlotsPerEpoch)
	if p.Fork >= spec.Fulu && len(s.ProposerLookahead) != 2*n ||
		p.Fork >= spec.Gloas && (len(s.BuilderPendingPayments) != 2*n || len(s.PTCWindow) != 3*n*int(p.PTCSize) || p.PTCSize == 0) {
		return false
	}
	if _, ok := u64.Mul(t.total(), builderThresholdNumerator); !ok {
		return false
	}
	_, fits := u64.Mul(uint64(t.summary.MaxBalance), uint64(t.r.Len())+1)
	finalized, ok := u64.Mul(uint64(s.Finality.Finalized.Epoch), p.SlotsPerEpoch)
	return fits && ok && finalized < 1<<63 && s.DepositBalanceToConsume < 1<<62
}

// canDraw reports that proposers and payload timeliness committees can be drawn for
// the epoch after next: enough validators are active then, with some balance.
func (t *transition) canDraw(w *sweep) bool {
	return t.p.Fork < spec.Fulu ||
		uint64(len(w.drawn)) >= 4*t.p.SlotsPerEpoch && w.stake >= spec.Gwei(len(w.drawn))*spec.EffectiveBalanceIncrement
}

// justifySwept is justify with the votes that are summed already.
func (t *transition) justifySwept(w *sweep) error {
	if t.state.Epoch(t.p) > spec.GenesisEpoch+1 {
		v := Votes{PreviousTarget: t.summary.Participating[spec.TimelyTarget], CurrentTarget: w.currentTarget, TotalActive: t.total()}
		if err := justify(t.p, t.state, v); err != nil {
			return err
		}
	}
	return t.summary.Finalize(t.p, t.state.Finality.Finalized.Epoch)
}
