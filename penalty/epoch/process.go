package epoch

import (
	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// step is one step of process_epoch, for the forks that have it.
type step struct {
	name        string // as in the specification, without "process_"
	from, until spec.Fork
	accounting  bool // reads and writes nothing but the registry's columns
	rule        bool // reads the rule's memory
	run         func(*transition) error
}

const lastFork = spec.EIP7716

// steps is the order of process_epoch (consensus-specs a08d8a6, beacon-chain.md of
// every fork and of the feature eip7716). Everything that runs an epoch step by
// step runs this list.
var steps = []step{
	{"justification_and_finalization", spec.Altair, lastFork, false, false, (*transition).justify},
	{"inactivity_updates", spec.Altair, lastFork, true, false, func(t *transition) error { return ProcessInactivityUpdates(t.p, t.r, t.summary) }},
	{"rewards_and_penalties", spec.Altair, lastFork, true, false, func(t *transition) error {
		return rewardsAndPenalties(t.p, t.r, t.summary, t.factors, t.rule.Scope, t.observe)
	}},
	{"smoothed_offline_balance", spec.EIP7716, lastFork, false, true, (*transition).remember},
	{"registry_updates", spec.Altair, lastFork, false, false, func(t *transition) error { return ProcessRegistryUpdates(t.p, t.state, t.total()) }},
	{"slashings", spec.Altair, lastFork, true, false, func(t *transition) error { return t.observe.slash(t.p, t.r, t.summary) }},
	{"eth1_data_reset", spec.Altair, lastFork, false, false, onState(ProcessEth1DataReset)},
	{"pending_deposits", spec.Electra, lastFork, false, false, func(t *transition) error {
		return ProcessPendingDeposits(t.p, t.state, t.total(), t.keys, t.crypto.Verify)
	}},
	{"pending_consolidations", spec.Electra, lastFork, false, false, onState(ProcessPendingConsolidations)},
	{"builder_pending_payments", spec.Gloas, lastFork, false, false, func(t *transition) error {
		return ProcessBuilderPendingPayments(t.p, t.state, t.total())
	}},
	{"effective_balance_updates", spec.Altair, lastFork, true, false, func(t *transition) error { return ProcessEffectiveBalanceUpdates(t.p, t.r) }},
	{"slashings_reset", spec.Altair, lastFork, false, false, onState(ProcessSlashingsReset)},
	{"randao_mixes_reset", spec.Altair, lastFork, false, false, onState(ProcessRandaoMixesReset)},
	{"historical_roots_update", spec.Altair, spec.Bellatrix, false, false, onState(ProcessHistoricalRootsUpdate)},
	{"historical_summaries_update", spec.Capella, lastFork, false, false, onState(ProcessHistoricalSummariesUpdate)},
	{"participation_flag_updates", spec.Altair, lastFork, false, false, onState(ProcessParticipationFlagUpdates)},
	{"sync_committee_updates", spec.Altair, lastFork, false, false, func(t *transition) error {
		return ProcessSyncCommitteeUpdates(t.p, t.state, t.crypto.Aggregate)
	}},
	{"proposer_lookahead", spec.Fulu, lastFork, false, false, func(t *transition) error {
		return proposerLookahead(t.p, t.state, t.drawn)
	}},
	{"ptc_window", spec.Gloas, lastFork, false, false, onState(ProcessPTCWindow)},
}

func onState(process func(*spec.Params, *spec.BeaconState) error) func(*transition) error {
	return func(t *transition) error { return process(t.p, t.state) }
}

// Steps are the names of a fork's steps in their order, without "process_".
func Steps(f spec.Fork) (names []string) {
	for _, s := range steps {
		if s.in(f) {
			names = append(names, s.name)
		}
	}
	return names
}

func (s *step) in(f spec.Fork) bool { return s.from <= f && f <= s.until }

// Crypto is what a transition needs of BLS, passed by the caller; package
// spec/bls has both. Verify is needed when a deposit of an unknown public key
// comes up, Aggregate at the end of a sync committee's period; there a nil
// function is [spec.ErrInput].
type Crypto struct {
	Verify    Verify
	Aggregate Aggregate
}

// transition is one epoch under way.
type transition struct {
	p       *spec.Params
	rule    *penalty.Rule
	r       *spec.Registry
	state   *spec.BeaconState // nil when only the accounting runs
	summary *spec.Summary
	factors []penalty.Factors
	after   penalty.Memory
	crypto  Crypto
	keys    *Keys
	observe Observer
	sum     func(*spec.Summary, *spec.Params, *spec.Registry, spec.Boundary, int) error
	drawn   []spec.ValidatorIndex // who can be drawn to propose, where it is known
}

// total is the active balance of the current epoch, which no step before the
// effective balances changes.
func (t *transition) total() spec.Gwei { return t.summary.TotalActive }

// run takes all steps, or those of the accounting. An error names the step.
func (t *transition) run() error {
	for i := range steps {
		s := &steps[i]
		if !s.in(t.p.Fork) || t.state == nil && !s.accounting {
			continue
		}
		if err := s.run(t); err != nil {
			return err
		}
	}
	return nil
}

// ProcessEpoch runs the accounting of one epoch transition under a rule: inactivity
// updates, rewards and penalties, the rule's memory, slashings, effective balances.
// It writes the registry's balances, scores and effective balances and returns the
// memory for the next epoch. This is the meaning of a mechanism, component by
// component; [Engine] gives the same result in one pass without allocating.
//
// Justification and registry updates are inputs here: [ProcessState] runs them too.
// On an error, a wrapped [spec.ErrInput] or [spec.ErrOverflow], the registry is as
// it was and the memory is the one given.
func ProcessEpoch(p *spec.Params, rule *penalty.Rule, r *spec.Registry, b spec.Boundary, m penalty.Memory) (penalty.Memory, error) {
	return ObserveEpoch(p, rule, r, b, m, Observer{})
}

// ObserveEpoch is [ProcessEpoch], and tells an observer of every component. On an
// error the observer may have been told of some.
func ObserveEpoch(p *spec.Params, rule *penalty.Rule, r *spec.Registry, b spec.Boundary, m penalty.Memory, o Observer) (penalty.Memory, error) {
	if rule == nil {
		return m, spec.Atf("rule", -1, spec.ErrInput, "none")
	}
	var s spec.Summary
	if err := spec.Summarize(&s, p, r, b, 1); err != nil {
		return m, err
	}
	factors := make([]penalty.Factors, len(s.Slots))
	next, err := penalty.Walk(factors, rule, m, s.Slots)
	if err != nil {
		return m, err
	}
	o.slots(&s, factors)
	t := &transition{p: p, rule: rule, r: r, summary: &s, factors: factors, observe: o}
	if err := t.account(); err != nil {
		return m, err
	}
	return next, nil
}

// account runs the accounting on copies of the columns that it writes, so that a
// late error leaves the registry as it was.
func (t *transition) account() error {
	r := t.r
	work := *r
	work.Balance = append([]spec.Gwei(nil), r.Balance...)
	work.InactivityScore = append([]uint64(nil), r.InactivityScore...)
	work.EffectiveBalance = append([]spec.Gwei(nil), r.EffectiveBalance...)
	t.r = &work
	if err := t.run(); err != nil {
		return err
	}
	copy(r.Balance, work.Balance)
	copy(r.InactivityScore, work.InactivityScore)
	copy(r.EffectiveBalance, work.EffectiveBalance)
	return nil
}

// ProcessStep runs one step of a fork by the name that [Steps] gives it, as the
// specification's tests do: on a state before that step. The accounting's steps, which
// also read sums and factors, have functions of their own and give [spec.ErrInput], as
// does a step that the fork has not. Errors as for the step's function; after one the
// state may be half-changed.
func ProcessStep(p *spec.Params, name string, s *spec.BeaconState, c Crypto) error {
	if err := CheckState(p, s); err != nil {
		return err
	}
	for i := range steps {
		step := &steps[i]
		if step.name != name || !step.in(p.Fork) {
			continue
		}
		if step.accounting || step.rule {
			return spec.Atf("step", -1, spec.ErrInput, "%s reads more than the state", name)
		}
		total, err := totalActive(p, s)
		if err != nil && step.readsTotal(p, s) {
			return err
		}
		t := &transition{p: p, r: s.Registry, state: s, summary: &spec.Summary{TotalActive: total}, crypto: c}
		if step.name == "justification_and_finalization" {
			return ProcessJustificationAndFinalization(p, s, total) // no leak is asked for here
		}
		return step.run(t)
	}
	return spec.Atf("step", -1, spec.ErrInput, "%v", spec.UnknownName("step of "+p.Fork.String(), name, Steps(p.Fork)))
}

// readsTotal reports whether the step's function in the specification reads the total
// active balance of this state.
func (s *step) readsTotal(p *spec.Params, state *spec.BeaconState) bool {
	switch s.name {
	case "justification_and_finalization":
		return state.Epoch(p) > spec.GenesisEpoch+1
	case "pending_deposits", "builder_pending_payments":
		return true
	case "registry_updates": // the churn of balances, where somebody is ejected
		r, current := state.Registry, state.Epoch(p)
		for i, effective := range r.EffectiveBalance {
			if p.Fork >= spec.Electra && effective <= p.EjectionBalance && r.IsActive(i, current) && r.ExitEpoch[i] == spec.FarFutureEpoch {
				return true
			}
		}
	}
	return false
}

// totalActive is get_total_active_balance.
func totalActive(p *spec.Params, s *spec.BeaconState) (spec.Gwei, error) {
	var sum spec.Gwei
	current := s.Epoch(p)
	for i, eb := range s.Registry.EffectiveBalance {
		if !s.Registry.IsActive(i, current) {
			continue
		}
		var ok bool
		if sum, ok = u64.Add(sum, eb); !ok {
			return 0, spec.Atf("effective_balance", i, spec.ErrOverflow, "sum of active balances")
		}
	}
	return max(sum, spec.EffectiveBalanceIncrement), nil
}
