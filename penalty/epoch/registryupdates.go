package epoch

import (
	"sort"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// registryUpdates is process_registry_updates of every fork.
var registryUpdates = perFork[func(*spec.Params, *spec.BeaconState, spec.Gwei) error]{
	spec.Altair:  ProcessRegistryUpdatesByCount,
	spec.Electra: ProcessRegistryUpdatesByBalance,
}

// ProcessRegistryUpdates queues for activation whoever has enough balance, ejects
// whoever has too little and activates those whose turn it is, as the fork of p
// does it. total is the active balance of the current epoch.
func ProcessRegistryUpdates(p *spec.Params, s *spec.BeaconState, total spec.Gwei) error {
	process, ok := registryUpdates.at(p.Fork)
	if !ok {
		return spec.Atf("fork", -1, spec.ErrUnknown, "%v", p.Fork)
	}
	return process(p, s, total)
}

// ProcessRegistryUpdatesByCount is the step from altair to deneb: two passes, and
// limits on how many validators exit and are activated in an epoch
// (process_registry_updates, consensus-specs a08d8a6, phase0 and deneb). The
// exit queue is found once; the total is not read.
func ProcessRegistryUpdatesByCount(p *spec.Params, s *spec.BeaconState, _ spec.Gwei) error {
	r, current := s.Registry, s.Epoch(p)
	active := uint64(0)
	for i := range r.ActivationEpoch {
		if r.IsActive(i, current) {
			active++
		}
	}
	queue := exitQueue{limit: ValidatorChurnLimit(p, active), p: p, r: r}
	for i, effective := range r.EffectiveBalance {
		if r.ActivationEligibilityEpoch[i] == spec.FarFutureEpoch && effective == p.MaxEffectiveBalance {
			r.ActivationEligibilityEpoch[i] = current + 1
		}
		if r.IsActive(i, current) && effective <= p.EjectionBalance {
			if err := queue.exit(i, delayedEpoch(p, current)); err != nil {
				return err
			}
		}
	}
	for _, i := range activationQueue(r, s.Finality.Finalized.Epoch, ValidatorActivationChurnLimit(p, active)) {
		r.ActivationEpoch[i] = delayedEpoch(p, current)
	}
	return nil
}

// activationQueue is the first validators, at most limit, that wait for their
// activation and became eligible by the finalized epoch, in the order of
// eligibility and index.
func activationQueue(r *spec.Registry, finalized spec.Epoch, limit uint64) []int {
	var queue []int
	for i, eligible := range r.ActivationEligibilityEpoch {
		if eligible <= finalized && r.ActivationEpoch[i] == spec.FarFutureEpoch {
			queue = append(queue, i)
		}
	}
	sort.SliceStable(queue, func(a, b int) bool {
		return r.ActivationEligibilityEpoch[queue[a]] < r.ActivationEligibilityEpoch[queue[b]]
	})
	return queue[:min(uint64(len(queue)), limit)]
}

// exitQueue is the end of the queue of exits before electra: the last epoch in
// which anybody leaves and how many do. It is found at the first exit.
type exitQueue struct {
	p     *spec.Params
	r     *spec.Registry
	limit uint64
	epoch spec.Epoch
	count uint64
	known bool
}

// exit is initiate_validator_exit of phase0: validator i leaves at the end of the
// queue, not before earliest. It does nothing for one that leaves already.
func (q *exitQueue) exit(i int, earliest spec.Epoch) error {
	if q.r.ExitEpoch[i] != spec.FarFutureEpoch {
		return nil
	}
	if !q.known {
		q.find(earliest)
	}
	if q.count >= q.limit {
		q.epoch, q.count = q.epoch+1, 0
	}
	withdrawable, ok := u64.Add(q.epoch, spec.Epoch(q.p.MinValidatorWithdrawabilityDelay))
	if !ok {
		return spec.Atf("withdrawable_epoch", i, spec.ErrOverflow, "exit epoch %d plus %d", q.epoch, q.p.MinValidatorWithdrawabilityDelay)
	}
	q.r.ExitEpoch[i], q.r.WithdrawableEpoch[i] = q.epoch, withdrawable
	q.count++
	return nil
}

func (q *exitQueue) find(earliest spec.Epoch) {
	q.known, q.epoch, q.count = true, earliest, 0
	for _, e := range q.r.ExitEpoch {
		switch {
		case e == spec.FarFutureEpoch || e < q.epoch:
		case e > q.epoch:
			q.epoch, q.count = e, 1
		default:
			q.count++
		}
	}
}

// ProcessRegistryUpdatesByBalance is the step from electra on: one pass in which
// a validator is queued, or ejected through the churn of balances, or activated
// (process_registry_updates, consensus-specs a08d8a6, electra).
func ProcessRegistryUpdatesByBalance(p *spec.Params, s *spec.BeaconState, total spec.Gwei) error {
	churn, ok := balanceChurns.at(p.Fork)
	if !ok {
		return spec.Atf("fork", -1, spec.ErrUnknown, "%v has no churn of balances", p.Fork)
	}
	r, current, finalized := s.Registry, s.Epoch(p), s.Finality.Finalized.Epoch
	limit := churn(p, total).Exit
	for i, effective := range r.EffectiveBalance {
		eligible := r.ActivationEligibilityEpoch[i]
		switch {
		case eligible == spec.FarFutureEpoch && effective >= p.MaxEffectiveBalance:
			r.ActivationEligibilityEpoch[i] = current + 1
		case effective <= p.EjectionBalance && r.IsActive(i, current):
			if err := InitiateExit(p, s, i, limit); err != nil {
				return err
			}
		case eligible <= finalized && r.ActivationEpoch[i] == spec.FarFutureEpoch:
			r.ActivationEpoch[i] = delayedEpoch(p, current)
		}
	}
	return nil
}

// InitiateExit makes validator i leave through the churn of balances
// (initiate_validator_exit, electra); nothing happens when it leaves already.
// limit is the exit churn of an epoch.
func InitiateExit(p *spec.Params, s *spec.BeaconState, i int, limit spec.Gwei) error {
	r := s.Registry
	if i < 0 || i >= r.Len() {
		return spec.Atf("validators", i, spec.ErrInput, "%d of %d", i, r.Len())
	}
	if r.ExitEpoch[i] != spec.FarFutureEpoch {
		return nil
	}
	exit, queue, err := TakeExitChurn(s.Exits, r.EffectiveBalance[i], limit, delayedEpoch(p, s.Epoch(p)))
	if err != nil {
		return spec.At("exit_epoch", i, err)
	}
	withdrawable, ok := u64.Add(exit, spec.Epoch(p.MinValidatorWithdrawabilityDelay))
	if !ok {
		return spec.Atf("withdrawable_epoch", i, spec.ErrOverflow, "exit epoch %d plus %d", exit, p.MinValidatorWithdrawabilityDelay)
	}
	s.Exits = queue
	r.ExitEpoch[i], r.WithdrawableEpoch[i] = exit, withdrawable
	return nil
}
