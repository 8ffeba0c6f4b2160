package epoch

import (
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// ValidatorChurnLimit is how many validators may exit in one epoch before
// electra, when so many are active (get_validator_churn_limit, phase0).
func ValidatorChurnLimit(p *spec.Params, active uint64) uint64 {
	if p == nil {
		return 0
	}
	return max(p.MinPerEpochChurnLimit, active/max(p.ChurnLimitQuotient, 1))
}

// ValidatorActivationChurnLimit is how many may be activated: from deneb on no
// more than a fixed number (get_validator_activation_churn_limit, deneb).
func ValidatorActivationChurnLimit(p *spec.Params, active uint64) uint64 {
	limit := ValidatorChurnLimit(p, active)
	if p != nil && p.MaxPerEpochActivationChurnLimit != 0 {
		limit = min(limit, p.MaxPerEpochActivationChurnLimit)
	}
	return limit
}

// BalanceChurn is how much effective balance an epoch lets through, from electra
// on, in whole increments.
type BalanceChurn struct{ Activation, Exit, Consolidation spec.Gwei }

// BalanceChurnElectra is the churn of electra and fulu (get_balance_churn_limit,
// get_activation_exit_churn_limit, get_consolidation_churn_limit, consensus-specs
// a08d8a6): activations and exits share a capped part, consolidations take the
// rest.
func BalanceChurnElectra(p *spec.Params, total spec.Gwei) BalanceChurn {
	if p == nil {
		return BalanceChurn{}
	}
	whole := churnBase(p, total, p.ChurnLimitQuotient)
	part := min(p.MaxPerEpochActivationExitChurnLimit, whole)
	return BalanceChurn{part, part, whole - part}
}

// BalanceChurnGloas is the churn from gloas on (EIP-8061, consensus-specs
// a08d8a6): exits have no cap, consolidations a quotient of their own and no
// minimum, so that theirs may be zero.
func BalanceChurnGloas(p *spec.Params, total spec.Gwei) BalanceChurn {
	if p == nil {
		return BalanceChurn{}
	}
	base := churnBase(p, total, p.ChurnLimitQuotientGloas)
	return BalanceChurn{
		Activation:    min(p.MaxPerEpochActivationChurnLimitGloas, base),
		Exit:          base,
		Consolidation: wholeIncrements(total / spec.Gwei(max(p.ConsolidationChurnLimitQuotient, 1))),
	}
}

func churnBase(p *spec.Params, total spec.Gwei, quotient uint64) spec.Gwei {
	return wholeIncrements(max(p.MinPerEpochChurnLimitElectra, total/spec.Gwei(max(quotient, 1))))
}

func wholeIncrements(g spec.Gwei) spec.Gwei { return g - g%spec.EffectiveBalanceIncrement }

// balanceChurns is the churn of every fork that counts balance.
var balanceChurns = perFork[func(*spec.Params, spec.Gwei) BalanceChurn]{
	spec.Electra: BalanceChurnElectra,
	spec.Gloas:   BalanceChurnGloas,
}

// perFork has something for the forks where it changes.
type perFork[T any] map[spec.Fork]T

// at is what holds in a fork, and false before the first.
func (m perFork[T]) at(f spec.Fork) (v T, ok bool) {
	for _, fork := range spec.Forks() {
		if at, changed := m[fork]; changed && fork <= f {
			v, ok = at, true
		}
	}
	return v, ok
}

// delayedEpoch is compute_activation_exit_epoch.
func delayedEpoch(p *spec.Params, e spec.Epoch) spec.Epoch {
	return e + 1 + spec.Epoch(p.MaxSeedLookahead)
}

// TakeExitChurn lets an amount of effective balance leave at the earliest epoch
// that has room for it (compute_exit_epoch_and_update_churn, and for
// consolidations compute_consolidation_epoch_and_update_churn, consensus-specs
// a08d8a6, electra). limit is what an epoch lets through, earliest the first epoch
// that may be given. It returns that epoch and the queue after it. A limit of zero
// where one is needed, and an epoch or a balance above 64 bits, give
// [spec.ErrOverflow].
func TakeExitChurn(q spec.ExitQueue, amount, limit spec.Gwei, earliest spec.Epoch) (spec.Epoch, spec.ExitQueue, error) {
	next := spec.ExitQueue{BalanceToConsume: q.BalanceToConsume, EarliestEpoch: max(q.EarliestEpoch, earliest)}
	if q.EarliestEpoch < next.EarliestEpoch {
		next.BalanceToConsume = limit
	}
	if amount > next.BalanceToConsume {
		if limit == 0 {
			return 0, q, spec.Atf("churn limit", -1, spec.ErrOverflow, "%d Gwei divided by zero", amount)
		}
		epochs := (amount-next.BalanceToConsume-1)/limit + 1
		more, ok := u64.Mul(epochs, limit)
		if ok {
			next.BalanceToConsume, ok = u64.Add(next.BalanceToConsume, more)
		}
		if ok {
			next.EarliestEpoch, ok = u64.Add(next.EarliestEpoch, spec.Epoch(epochs))
		}
		if !ok {
			return 0, q, spec.Atf("earliest_exit_epoch", -1, spec.ErrOverflow, "%d Gwei over a churn of %d", amount, limit)
		}
	}
	next.BalanceToConsume -= amount
	return next.EarliestEpoch, next, nil
}
