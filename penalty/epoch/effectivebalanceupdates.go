package epoch

import (
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

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
