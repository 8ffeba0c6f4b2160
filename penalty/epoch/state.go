package epoch

import (
	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// ProcessState runs the whole of process_epoch on a state in the last slot of its
// epoch, step by step in the order of [Steps]: justification decides whether the
// rewards are those of a leak, registry updates eject, queues move. The rule's
// memory is m, but the state's own where the fork has one for it; the memory after
// the epoch is returned.
//
// Errors wrap [spec.ErrInput] or [spec.ErrOverflow]; the state is then as it was
// and the memory the one given. On success s is the state after the epoch, with its
// slot unchanged; columns and lists may be other ones than before.
func ProcessState(p *spec.Params, rule *penalty.Rule, s *spec.BeaconState, m penalty.Memory, c Crypto, o Observer) (penalty.Memory, error) {
	if rule == nil {
		return m, spec.Atf("rule", -1, spec.ErrInput, "none")
	}
	var summary spec.Summary
	t := &transition{p: p, rule: rule, summary: &summary, crypto: c, keys: new(Keys), observe: o}
	next, err := t.whole(s, m)
	if err != nil {
		return m, err
	}
	return next, nil
}

// whole runs every step on a copy of the state and puts it in the state's place.
func (t *transition) whole(s *spec.BeaconState, m penalty.Memory) (penalty.Memory, error) {
	if err := checkState(t.p, s); err != nil {
		return m, err
	}
	work := s.Clone()
	t.state, t.r, t.sum = work, work.Registry, summarizeAny
	if err := t.begin(m, 1); err != nil {
		return m, err
	}
	if err := t.run(); err != nil {
		return m, err
	}
	registry := s.Registry
	*registry = *work.Registry
	*s = *work
	s.Registry = registry
	return t.after, nil
}

// begin sums the state, finds the committees where the rule needs them, and walks
// the rule over the slots of the previous epoch.
func (t *transition) begin(m penalty.Memory, workers int) error {
	s := t.state
	if t.rule.Scope != (penalty.Scope{}) {
		if err := assignSlots(t.p, s, workers); err != nil {
			return err
		}
	}
	b, err := boundaryOf(t.p, s)
	if err != nil {
		return err
	}
	if err := t.sum(t.summary, t.p, t.r, b, workers); err != nil {
		return err
	}
	if t.inState() {
		t.rule.SetWord(&m, penalty.SmoothedOfflineBalance, uint64(s.SmoothedOfflineBalance))
	}
	if len(t.factors) != len(t.summary.Slots) {
		t.factors = make([]penalty.Factors, len(t.summary.Slots))
	}
	t.after, err = penalty.Walk(t.factors, t.rule, m, t.summary.Slots)
	return err
}

// summarizeAny is [spec.Summarize], and takes effective balances above the cap as the
// specification does, as long as all of them add up.
func summarizeAny(dst *spec.Summary, p *spec.Params, r *spec.Registry, b spec.Boundary, workers int) error {
	err := spec.Summarize(dst, p, r, b, workers)
	if err == nil {
		return nil
	}
	var sum spec.Gwei
	for _, eb := range r.EffectiveBalance {
		var ok bool
		if sum, ok = u64.Add(sum, eb); !ok {
			return err
		}
	}
	return spec.SummarizeStep(dst, p, r, b, spec.ReadsTotal|spec.ReadsFlags|spec.ReadsOffline)
}

// inState reports that the state holds the rule's memory.
func (t *transition) inState() bool { return InState(t.p, t.rule) }

// InState reports that a state of the fork has a field for the rule's memory: then the
// state's is read and written, not the one that is passed.
func InState(p *spec.Params, rule *penalty.Rule) bool {
	_, ok := rule.Word(new(penalty.Memory), penalty.SmoothedOfflineBalance)
	return ok && p != nil && p.Fork >= spec.EIP7716
}

// remember is process_smoothed_offline_balance: the memory that the rule's walk
// ended with.
func (t *transition) remember() error {
	if v, ok := t.rule.Word(&t.after, penalty.SmoothedOfflineBalance); ok && t.inState() {
		t.state.SmoothedOfflineBalance = spec.Gwei(v)
	}
	return nil
}

// justify moves the checkpoints and, with them, whether the epoch is one of a leak.
func (t *transition) justify() error {
	if err := ProcessJustificationAndFinalization(t.p, t.state, t.total()); err != nil {
		return err
	}
	if err := t.summary.Finalize(t.p, t.state.Finality.Finalized.Epoch); err != nil {
		return err
	}
	t.observe.slots(t.summary, t.factors)
	return nil
}

// boundaryOf is what the sums need of the state before justification.
func boundaryOf(p *spec.Params, s *spec.BeaconState) (spec.Boundary, error) {
	b := spec.Boundary{CurrentEpoch: s.Epoch(p)}
	b.FinalizedEpoch = b.PreviousEpoch() // until justification has run
	sum, err := slashingsSum(s.Slashings)
	b.SlashingsSum = sum
	return b, err
}

func slashingsSum(slashings []spec.Gwei) (sum spec.Gwei, err error) {
	for i, v := range slashings {
		if sum+v < sum {
			return 0, spec.Atf("slashings", i, spec.ErrOverflow, "the sum")
		}
		sum += v
	}
	return sum, nil
}

// assignSlots finds the slot of every validator's committee in the previous epoch.
func assignSlots(p *spec.Params, s *spec.BeaconState, workers int) error {
	previous := spec.Boundary{CurrentEpoch: s.Epoch(p)}.PreviousEpoch()
	seed, err := seedOf(p, s, spec.DomainBeaconAttester, previous)
	if err != nil {
		return err
	}
	var c spec.Committees
	if err := c.Assign(p, s.Registry.ActiveIndices(nil, previous), seed, workers); err != nil {
		return err
	}
	return c.SlotOffsets(s.Registry.SlotOffset)
}

// checkState reports what makes a state unusable for a transition before anything is
// computed.
func checkState(p *spec.Params, s *spec.BeaconState) error {
	if err := CheckState(p, s); err != nil {
		return err
	}
	if s.Slot == 1<<64-1 || (uint64(s.Slot)+1)%p.SlotsPerEpoch != 0 {
		return spec.Atf("slot", -1, spec.ErrInput, "%d is not the last of an epoch of %d", s.Slot, p.SlotsPerEpoch)
	}
	return nil
}

// CheckState reports a state that no chain with these constants can have, wrapping
// [spec.ErrInput]: no registry, columns or vectors of other lengths.
func CheckState(p *spec.Params, s *spec.BeaconState) error {
	if p == nil || s == nil || s.Registry == nil {
		return spec.Atf("state", -1, spec.ErrInput, "none, or without a registry or constants")
	}
	if err := p.Validate(); err != nil {
		return err
	}
	if err := s.Registry.ValidateColumns(); err != nil {
		return err
	}
	n := s.Registry.Len()
	for _, l := range [...]struct {
		field     string
		got, want int
	}{
		{"public keys", len(s.PublicKeys), n},
		{"withdrawal_credentials", len(s.WithdrawalCredentials), n},
		{"activation_eligibility_epoch", len(s.Registry.ActivationEligibilityEpoch), n},
		{"block_roots", len(s.BlockRoots), int(p.SlotsPerHistoricalRoot)},
		{"state_roots", len(s.StateRoots), int(p.SlotsPerHistoricalRoot)},
		{"randao_mixes", len(s.RandaoMixes), int(p.EpochsPerHistoricalVector)},
		{"slashings", len(s.Slashings), int(p.EpochsPerSlashingsVector)},
	} {
		if l.got != l.want {
			return spec.Atf(l.field, -1, spec.ErrInput, "%d where the state has %d", l.got, l.want)
		}
	}
	return nil
}
