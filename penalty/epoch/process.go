package epoch

import (
	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

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
			next, ok := score, true
			if reachedTarget(r, s, i) {
				next = u64.SubSat(score, 1)
			} else if next, ok = u64.Add(score, p.InactivityScoreBias); !ok {
				return spec.Atf("inactivity_scores", i, spec.ErrOverflow, "%d plus %d", score, p.InactivityScoreBias)
			}
			if !s.InLeak {
				next = u64.SubSat(next, p.InactivityScoreRecoveryRate)
			}
			if write == 1 {
				r.InactivityScore[i] = next
			}
		}
	}
	return nil
}

// ProcessRewardsAndPenalties applies the four components of an epoch in order
// (source, target, head, inactivity), each decrease stopping at zero (altair
// process_rewards_and_penalties). factors and scope are a mechanism's, nil for
// the status quo. Nothing is paid in epoch 0. On an error no balance has changed.
// It allocates working columns: [Engine] does not.
func ProcessRewardsAndPenalties(p *spec.Params, r *spec.Registry, s *spec.Summary, factors []penalty.Factors, scope penalty.Scope) error {
	if err := given(p); err != nil {
		return err
	}
	if err := belongs(r, s); err != nil {
		return err
	}
	if s.CurrentEpoch == spec.GenesisEpoch {
		return nil
	}
	d := NewDeltas(r.Len())
	balance := append([]spec.Gwei(nil), r.Balance...)
	for flag := range spec.Flag(spec.FlagCount) {
		if err := FlagDeltas(d, r, s, flag, factors, scope); err != nil {
			return err
		}
		if err := d.Apply(balance); err != nil {
			return err
		}
	}
	if err := InactivityDeltas(d, p, r, s); err != nil {
		return err
	}
	if err := d.Apply(balance); err != nil {
		return err
	}
	copy(r.Balance, balance)
	return nil
}

// AdjustedSlashings is the slashings sum times the fork's multiplier, at most
// the total active balance; false when the product exceeds 64 bits, and without
// constants or a summary.
func AdjustedSlashings(p *spec.Params, s *spec.Summary) (spec.Gwei, bool) {
	if p == nil || s == nil {
		return 0, false
	}
	adjusted, ok := u64.Mul(s.SlashingsSum, spec.Gwei(p.ProportionalSlashingMultiplier))
	return min(adjusted, s.TotalActive), ok
}

// SlashingPenalty is the correlated penalty in Gwei of a validator slashed half
// a slashings vector ago, in the order of divisions of its fork (phase0 and
// electra process_slashings), given [AdjustedSlashings]; false when a product
// exceeds 64 bits, without constants, and for a summary that was never made.
func SlashingPenalty(effectiveBalance, adjusted spec.Gwei, p *spec.Params, s *spec.Summary) (spec.Gwei, bool) {
	const increment = spec.EffectiveBalanceIncrement
	if p == nil || s == nil || s.TotalActive < increment {
		return 0, false
	}
	if p.SlashingPerIncrement {
		return u64.Mul(adjusted/(s.TotalActive/increment), effectiveBalance/increment)
	}
	product, ok := u64.Mul(effectiveBalance/increment, adjusted)
	if !ok {
		return 0, false
	}
	return u64.Mul(product/s.TotalActive, increment)
}

// ProcessSlashings takes the correlated penalty from every validator whose
// withdrawable epoch lies half a slashings vector ahead. On an error no balance
// has changed; at the end of time, where that epoch exceeds 64 bits, any slashed
// validator gives one.
func ProcessSlashings(p *spec.Params, r *spec.Registry, s *spec.Summary) error {
	if err := given(p); err != nil {
		return err
	}
	if err := belongs(r, s); err != nil {
		return err
	}
	adjusted, ok := AdjustedSlashings(p, s)
	if !ok {
		return spec.Atf("slashings", -1, spec.ErrOverflow, "sum %d times %d", s.SlashingsSum, p.ProportionalSlashingMultiplier)
	}
	_, fits := halfVector(p, s)
	for write := range 2 { // the first round only looks for overflow
		for i := range r.Balance {
			if r.Slashed[i] && !fits {
				return spec.Atf("slashings", i, spec.ErrOverflow, "epoch %d and half a vector of %d", s.CurrentEpoch, p.EpochsPerSlashingsVector)
			}
			if !slashedNow(p, r, s, i) {
				continue
			}
			penalty, ok := SlashingPenalty(r.EffectiveBalance[i], adjusted, p, s)
			if !ok {
				return spec.Atf("slashings", i, spec.ErrOverflow, "effective balance %d", r.EffectiveBalance[i])
			}
			if write == 1 {
				r.Balance[i] = u64.SubSat(r.Balance[i], penalty)
			}
		}
	}
	return nil
}

// halfVector is the epoch half a slashings vector ahead; false when it exceeds 64
// bits.
func halfVector(p *spec.Params, s *spec.Summary) (spec.Epoch, bool) {
	return u64.Add(s.CurrentEpoch, spec.Epoch(p.EpochsPerSlashingsVector/2))
}

func slashedNow(p *spec.Params, r *spec.Registry, s *spec.Summary, i int) bool {
	at, fits := halfVector(p, s)
	return r.Slashed[i] && fits && r.WithdrawableEpoch[i] == at
}

// EffectiveBalance is a validator's effective balance after its balance has
// changed: it follows only across the hysteresis thresholds, in whole
// increments and up to the cap (process_effective_balance_updates); false when
// a threshold that is looked at exceeds 64 bits, the constants divide by zero or
// there are none.
func EffectiveBalance(effective, balance spec.Gwei, compounding bool, p *spec.Params) (spec.Gwei, bool) {
	const increment = spec.EffectiveBalanceIncrement
	if p == nil || p.HysteresisQuotient == 0 {
		return 0, false
	}
	step := increment / spec.Gwei(p.HysteresisQuotient)
	down, ok1 := u64.Mul(step, spec.Gwei(p.HysteresisDownwardMultiplier))
	up, ok2 := u64.Mul(step, spec.Gwei(p.HysteresisUpwardMultiplier))
	low, ok3 := u64.Add(balance, down)
	if !ok1 || !ok2 || !ok3 {
		return effective, false
	}
	if low >= effective { // else the specification does not look at the upper threshold
		high, ok := u64.Add(effective, up)
		if !ok || high >= balance {
			return effective, ok
		}
	}
	return min(balance-balance%increment, p.EffectiveBalanceCap(compounding)), true
}

// ProcessEffectiveBalanceUpdates moves every effective balance. On an error, a
// wrapped [spec.ErrInput] or [spec.ErrOverflow], none has changed.
func ProcessEffectiveBalanceUpdates(p *spec.Params, r *spec.Registry) error {
	if err := given(p); err != nil {
		return err
	}
	if err := r.ValidateColumns(); err != nil {
		return err
	}
	if p.HysteresisQuotient == 0 {
		return spec.Atf("HYSTERESIS_QUOTIENT", -1, spec.ErrInput, "zero")
	}
	for write := range 2 { // the first round only looks for overflow
		for i, effective := range r.EffectiveBalance {
			next, ok := EffectiveBalance(effective, r.Balance[i], r.Compounding != nil && r.Compounding[i], p)
			if !ok {
				return spec.Atf("balance", i, spec.ErrOverflow, "%d plus the hysteresis", r.Balance[i])
			}
			if write == 1 {
				r.EffectiveBalance[i] = next
			}
		}
	}
	return nil
}

// ProcessEpoch runs one epoch transition under a rule: inactivity updates,
// rewards and penalties, the rule's memory, slashings, effective balances. It
// writes the registry's balances, scores and effective balances and returns the
// memory for the next epoch. This is the meaning of a mechanism, component by
// component; [Engine] gives the same result in one pass without allocating.
//
// Justification and registry updates are inputs: run them as the chain does
// around it. On an error, a wrapped [spec.ErrInput] or [spec.ErrOverflow], the
// registry is as it was and the memory is the one given.
func ProcessEpoch(p *spec.Params, rule *penalty.Rule, r *spec.Registry, b spec.Boundary, m penalty.Memory) (penalty.Memory, error) {
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
	if err := processComponents(p, r, &s, factors, rule.Scope); err != nil {
		return m, err
	}
	return next, nil
}

// processComponents works on copies of the columns it writes, so that a late
// error leaves r as it was.
func processComponents(p *spec.Params, r *spec.Registry, s *spec.Summary, factors []penalty.Factors, scope penalty.Scope) error {
	work := *r
	work.Balance = append([]spec.Gwei(nil), r.Balance...)
	work.InactivityScore = append([]uint64(nil), r.InactivityScore...)
	work.EffectiveBalance = append([]spec.Gwei(nil), r.EffectiveBalance...)
	if err := ProcessInactivityUpdates(p, &work, s); err != nil {
		return err
	}
	if err := ProcessRewardsAndPenalties(p, &work, s, factors, scope); err != nil {
		return err
	}
	if err := ProcessSlashings(p, &work, s); err != nil {
		return err
	}
	if err := ProcessEffectiveBalanceUpdates(p, &work); err != nil {
		return err
	}
	copy(r.Balance, work.Balance)
	copy(r.InactivityScore, work.InactivityScore)
	copy(r.EffectiveBalance, work.EffectiveBalance)
	return nil
}
