package epoch

import (
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// NextInactivityScore is a validator's inactivity score after an epoch in score
// points: one less for whoever reached the target, more by the bias for the others,
// and outside a leak less by the recovery rate as well, never below zero (altair
// process_inactivity_updates, consensus-specs a08d8a6); false when the score would
// need more than 64 bits, and without constants.
func NextInactivityScore(score uint64, reachedTarget, inLeak bool, p *spec.Params) (uint64, bool) {
	if p == nil {
		return 0, false
	}
	next, ok := score, true
	if reachedTarget {
		next = u64.SubSat(score, 1)
	} else {
		next, ok = u64.Add(score, p.InactivityScoreBias)
	}
	if !inLeak {
		next = u64.SubSat(next, p.InactivityScoreRecoveryRate)
	}
	return next, ok
}

// InactivityPenalty is effectiveBalance times score over the fork's quotient, in
// Gwei: what the inactivity of a validator that missed the target costs in an epoch
// (altair get_inactivity_penalty_deltas); false when the product exceeds 64 bits or
// the constants divide by zero or there are none.
func InactivityPenalty(effectiveBalance spec.Gwei, score uint64, p *spec.Params) (spec.Gwei, bool) {
	if p == nil {
		return 0, false
	}
	quotient, fits := u64.Mul(p.InactivityScoreBias, p.InactivityPenaltyQuotient)
	product, ok := u64.Mul(uint64(effectiveBalance), score)
	if !fits || !ok || quotient == 0 {
		return 0, false
	}
	return spec.Gwei(product / quotient), true
}

// ProcessInactivityUpdates moves the inactivity score of every eligible
// validator (altair process_inactivity_updates): down by one for a target
// participant, else up by the bias; outside a leak down by the recovery rate
// as well. Nothing changes in epoch 0. A score above 64 bits gives
// [spec.ErrOverflow]; on an error no score has changed.
func ProcessInactivityUpdates(p *spec.Params, r *spec.Registry, s *spec.Summary) error {
	if err := given(p); err != nil {
		return err
	}
	if err := belongs(r, s); err != nil {
		return err
	}
	if s.CurrentEpoch == spec.GenesisEpoch {
		return nil
	}
	for write := range 2 { // the first round only looks for overflow
		for i, score := range r.InactivityScore {
			if !r.IsEligible(i, s.PreviousEpoch()) {
				continue
			}
			next, ok := NextInactivityScore(score, reachedTarget(r, s, i), s.InLeak, p)
			if !ok {
				return spec.Atf("inactivity_scores", i, spec.ErrOverflow, "%d plus %d", score, p.InactivityScoreBias)
			}
			if write == 1 {
				r.InactivityScore[i] = next
			}
		}
	}
	return nil
}
