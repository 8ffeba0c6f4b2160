package epoch

import (
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

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
