package epoch

import (
	"sort"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// registryUpdates is process_registry_updates of every fork.
var registryUpdates = perFork[func(*spec.Params, *spec.BeaconState, spec.Gwei, *sweep) (*registryChanges, error)]{
	spec.Altair:  registryUpdatesByCount,
	spec.Electra: registryUpdatesByBalance,
}

// ProcessRegistryUpdates queues for activation whoever has enough balance, ejects
// whoever has too little and activates those whose turn it is, as the fork of p
// does it (process_registry_updates, consensus-specs a08d8a6). total is the active
// balance of the current epoch. On an error, [spec.ErrOverflow] for an exit beyond 64
// bits, nothing has changed.
func ProcessRegistryUpdates(p *spec.Params, s *spec.BeaconState, total spec.Gwei) error {
	if err := CheckState(p, s); err != nil {
		return err
	}
	process, ok := registryUpdates.at(p.Fork)
	if !ok {
		return spec.Atf("fork", -1, spec.ErrUnknown, "%v", p.Fork)
	}
	var w sweep
	if err := w.over(p, s, false); err != nil {
		return err
	}
	changes, err := process(p, s, total, &w)
	if err != nil {
		return err
	}
	changes.swap(s)
	return nil
}

// registryChanges are new epochs of some validators, and the exit queue after them.
type registryChanges struct {
	rows  []lifeOf
	exits spec.ExitQueue
}

// lifeOf is the four epochs of validator i.
type lifeOf struct {
	i                                           int
	eligibility, activation, exit, withdrawable spec.Epoch
}

func lifeAt(r *spec.Registry, i int) lifeOf {
	return lifeOf{i, r.ActivationEligibilityEpoch[i], r.ActivationEpoch[i], r.ExitEpoch[i], r.WithdrawableEpoch[i]}
}

// swap exchanges the changes with what the state has, so that a second time undoes
// the first. A validator stands in the list once.
func (c *registryChanges) swap(s *spec.BeaconState) {
	r := s.Registry
	for k, l := range c.rows {
		c.rows[k] = lifeAt(r, l.i)
		r.ActivationEligibilityEpoch[l.i], r.ActivationEpoch[l.i] = l.eligibility, l.activation
		r.ExitEpoch[l.i], r.WithdrawableEpoch[l.i] = l.exit, l.withdrawable
	}
	s.Exits, c.exits = c.exits, s.Exits
}

// exitSlashed reports that a slashed validator begins to exit, which a chain has them do
// when they are slashed.
func (c *registryChanges) exitSlashed(r *spec.Registry) bool {
	for _, l := range c.rows {
		if r.Slashed[l.i] && l.exit != r.ExitEpoch[l.i] {
			return true
		}
	}
	return false
}

// registryUpdatesByCount is the step from altair to deneb: two passes, and limits
// on how many validators exit and are activated in an epoch (phase0 and deneb). The
// end of the exit queue is found once; the total is not read.
func registryUpdatesByCount(p *spec.Params, s *spec.BeaconState, _ spec.Gwei, w *sweep) (*registryChanges, error) {
	r, current := s.Registry, s.Epoch(p)
	changes := &registryChanges{exits: s.Exits}
	queue := exitQueue{limit: ValidatorChurnLimit(p, w.active), p: p, r: r}
	for _, row := range w.rows {
		i := int(row)
		effective := r.EffectiveBalance[i]
		queued := r.ActivationEligibilityEpoch[i] == spec.FarFutureEpoch && effective == p.MaxEffectiveBalance
		ejected := effective <= p.EjectionBalance && r.IsActive(i, current) && r.ExitEpoch[i] == spec.FarFutureEpoch
		if !queued && !ejected {
			continue
		}
		life := lifeAt(r, i)
		if queued {
			life.eligibility = current + 1
		}
		if ejected {
			if err := queue.exit(&life, delayedEpoch(p, current)); err != nil {
				return nil, err
			}
		}
		changes.rows = append(changes.rows, life)
	}
	changes.activate(r, s.Finality.Finalized.Epoch, delayedEpoch(p, current), ValidatorActivationChurnLimit(p, w.active), w.rows)
	return changes, nil
}

// activate gives an activation epoch to the first validators, at most limit, that wait
// for one and became eligible by the finalized epoch, in the order of eligibility and
// index. Eligibility is that after the changes so far: where the finalized epoch is to
// come, whoever is queued now is activated now.
func (c *registryChanges) activate(r *spec.Registry, finalized, at spec.Epoch, limit uint64, rows []uint32) {
	changed := make(map[int]int, len(c.rows))
	for k, l := range c.rows {
		changed[l.i] = k
	}
	type waiting struct {
		eligible spec.Epoch
		i        int
	}
	var queue []waiting
	for _, row := range rows {
		i := int(row)
		eligible := r.ActivationEligibilityEpoch[i]
		if r.ActivationEpoch[i] != spec.FarFutureEpoch {
			continue
		}
		if k, ok := changed[i]; ok {
			eligible = c.rows[k].eligibility
		}
		if eligible <= finalized {
			queue = append(queue, waiting{eligible, i})
		}
	}
	sort.SliceStable(queue, func(a, b int) bool { return queue[a].eligible < queue[b].eligible })
	for _, w := range queue[:min(uint64(len(queue)), limit)] {
		k, ok := changed[w.i]
		if !ok {
			k = len(c.rows)
			c.rows = append(c.rows, lifeAt(r, w.i))
		}
		c.rows[k].activation = at
	}
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

// exit is initiate_validator_exit of phase0, of a validator that does not leave yet:
// it leaves at the end of the queue, not before earliest.
func (q *exitQueue) exit(life *lifeOf, earliest spec.Epoch) error {
	if !q.known {
		q.find(earliest)
	}
	if q.count >= q.limit {
		q.epoch, q.count = q.epoch+1, 0
	}
	withdrawable, ok := u64.Add(q.epoch, spec.Epoch(q.p.MinValidatorWithdrawabilityDelay))
	if !ok {
		return spec.Atf("withdrawable_epoch", life.i, spec.ErrOverflow, "exit epoch %d plus %d", q.epoch, q.p.MinValidatorWithdrawabilityDelay)
	}
	life.exit, life.withdrawable = q.epoch, withdrawable
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

// registryUpdatesByBalance is the step from electra on: one pass in which a
// validator is queued, or ejected through the churn of balances, or activated
// (electra).
func registryUpdatesByBalance(p *spec.Params, s *spec.BeaconState, total spec.Gwei, w *sweep) (*registryChanges, error) {
	churn, ok := balanceChurns.at(p.Fork)
	if !ok {
		return nil, spec.Atf("fork", -1, spec.ErrUnknown, "%v has no churn of balances", p.Fork)
	}
	r, current, finalized := s.Registry, s.Epoch(p), s.Finality.Finalized.Epoch
	limit := churn(p, total).Exit
	changes := &registryChanges{exits: s.Exits}
	for _, row := range w.rows {
		i := int(row)
		effective, eligible := r.EffectiveBalance[i], r.ActivationEligibilityEpoch[i]
		switch {
		case eligible == spec.FarFutureEpoch && effective >= p.MaxEffectiveBalance:
			life := lifeAt(r, i)
			life.eligibility = current + 1
			changes.rows = append(changes.rows, life)
		case effective <= p.EjectionBalance && r.IsActive(i, current):
			if r.ExitEpoch[i] != spec.FarFutureEpoch {
				continue
			}
			life := lifeAt(r, i)
			var err error
			if changes.exits, err = exitByBalance(&life, p, changes.exits, effective, limit, delayedEpoch(p, current)); err != nil {
				return nil, err
			}
			changes.rows = append(changes.rows, life)
		case eligible <= finalized && r.ActivationEpoch[i] == spec.FarFutureEpoch:
			life := lifeAt(r, i)
			life.activation = delayedEpoch(p, current)
			changes.rows = append(changes.rows, life)
		}
	}
	return changes, nil
}

// exitByBalance lets a validator leave through the churn of balances.
func exitByBalance(life *lifeOf, p *spec.Params, q spec.ExitQueue, effective, limit spec.Gwei, earliest spec.Epoch) (spec.ExitQueue, error) {
	exit, next, err := TakeExitChurn(q, effective, limit, earliest)
	if err != nil {
		return q, spec.At("exit_epoch", life.i, err)
	}
	withdrawable, ok := u64.Add(exit, spec.Epoch(p.MinValidatorWithdrawabilityDelay))
	if !ok {
		return q, spec.Atf("withdrawable_epoch", life.i, spec.ErrOverflow, "exit epoch %d plus %d", exit, p.MinValidatorWithdrawabilityDelay)
	}
	life.exit, life.withdrawable = exit, withdrawable
	return next, nil
}

// InitiateExit makes validator i leave through the churn of balances
// (initiate_validator_exit, electra); nothing happens when it leaves already.
// total is the active balance of the current epoch. An index outside the registry
// gives [spec.ErrInput], a fork without that churn [spec.ErrUnknown], an epoch beyond
// 64 bits [spec.ErrOverflow]; then nothing has changed.
func InitiateExit(p *spec.Params, s *spec.BeaconState, i int, total spec.Gwei) error {
	if err := CheckState(p, s); err != nil {
		return err
	}
	churn, ok := balanceChurns.at(p.Fork)
	if !ok {
		return spec.Atf("fork", -1, spec.ErrUnknown, "%v has no churn of balances", p.Fork)
	}
	r := s.Registry
	if i < 0 || i >= r.Len() {
		return spec.Atf("validators", i, spec.ErrInput, "%d of %d", i, r.Len())
	}
	if r.ExitEpoch[i] != spec.FarFutureEpoch {
		return nil
	}
	life := lifeAt(r, i)
	queue, err := exitByBalance(&life, p, s.Exits, r.EffectiveBalance[i], churn(p, total).Exit, delayedEpoch(p, s.Epoch(p)))
	if err != nil {
		return err
	}
	(&registryChanges{[]lifeOf{life}, queue}).swap(s)
	return nil
}
