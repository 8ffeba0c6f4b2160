package epoch

import (
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// ProcessPendingConsolidations moves the balances of consolidating validators, as
// far as their effective balances go, once they can be withdrawn
// (process_pending_consolidations, consensus-specs a08d8a6, electra). A slashed
// source is passed over; the first source that cannot be withdrawn yet ends the
// step. An index outside the registry gives [spec.ErrInput], a balance above 64
// bits [spec.ErrOverflow].
func ProcessPendingConsolidations(p *spec.Params, s *spec.BeaconState) error {
	if err := CheckState(p, s); err != nil {
		return err
	}
	r, next := s.Registry, s.Epoch(p)+1
	done := 0
	for i, c := range s.PendingConsolidations {
		n := spec.ValidatorIndex(r.Len())
		if c.Source >= n {
			return spec.Atf("pending_consolidations", i, spec.ErrInput, "source %d of %d validators", c.Source, n)
		}
		if r.Slashed[c.Source] {
			done++
			continue
		}
		if r.WithdrawableEpoch[c.Source] > next {
			break
		}
		if c.Target >= n {
			return spec.Atf("pending_consolidations", i, spec.ErrInput, "target %d of %d validators", c.Target, n)
		}
		moved := min(r.Balance[c.Source], r.EffectiveBalance[c.Source])
		r.Balance[c.Source] -= moved
		sum, ok := u64.Add(r.Balance[c.Target], moved)
		if !ok {
			return spec.Atf("balances", int(c.Target), spec.ErrOverflow, "%d plus %d of consolidation %d", r.Balance[c.Target], moved, i)
		}
		r.Balance[c.Target] = sum
		done++
	}
	s.PendingConsolidations = append([]spec.PendingConsolidation(nil), s.PendingConsolidations[done:]...)
	return nil
}

// InitiateConsolidation lets a source leave through the churn of consolidations and
// queues it for its target, as a request in a block does once it was found valid
// (process_consolidation_request, consensus-specs a08d8a6, electra). total is the active
// balance of the current epoch. An index outside the registry gives [spec.ErrInput], a
// churn of zero or an epoch beyond 64 bits [spec.ErrOverflow], a fork without
// consolidations [spec.ErrUnknown]; then nothing has changed.
func InitiateConsolidation(p *spec.Params, s *spec.BeaconState, source, target spec.ValidatorIndex, total spec.Gwei) error {
	if err := CheckState(p, s); err != nil {
		return err
	}
	churn, ok := balanceChurns.at(p.Fork)
	if !ok {
		return spec.Atf("fork", -1, spec.ErrUnknown, "%v has no consolidations", p.Fork)
	}
	r := s.Registry
	if n := uint64(r.Len()); uint64(source) >= n || uint64(target) >= n {
		return spec.Atf("pending_consolidations", -1, spec.ErrInput, "source %d and target %d of %d validators", source, target, n)
	}
	life := lifeAt(r, int(source))
	queue, err := exitByBalance(&life, p, s.Consolidations, r.EffectiveBalance[source], churn(p, total).Consolidation, delayedEpoch(p, s.Epoch(p)))
	if err != nil {
		return err
	}
	s.Consolidations = queue
	r.ExitEpoch[source], r.WithdrawableEpoch[source] = life.exit, life.withdrawable
	s.PendingConsolidations = append(s.PendingConsolidations, spec.PendingConsolidation{Source: source, Target: target})
	return nil
}
