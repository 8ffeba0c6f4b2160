package epoch

import (
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// sweep is what one pass over the registry finds for the steps around the accounting.
type sweep struct {
	currentTarget spec.Gwei // votes for the current epoch's target, at least one increment
	active        uint64    // validators active in the current epoch
	// rows are the validators that registry updates may change: who is not queued, not
	// activated, or has as little as is ejected.
	rows []uint32
	// drawn are those that can be drawn to propose in the epoch after next, and stake is
	// their effective balance, of each at most MAX_EFFECTIVE_BALANCE.
	drawn []spec.ValidatorIndex
	stake spec.Gwei
}

// over sweeps the registry, reusing memory; with draws it lists who can propose.
func (w *sweep) over(p *spec.Params, s *spec.BeaconState, draws bool) error {
	r, current, ahead := s.Registry, s.Epoch(p), lookahead(p, s)
	*w = sweep{rows: w.rows[:0], drawn: w.drawn[:0]}
	n := r.Len()
	if n > spec.MaxValidators {
		return spec.Atf("validators", -1, spec.ErrInput, "%d, at most %d", n, spec.MaxValidators)
	}
	flags := r.CurrentFlags
	if flags == nil {
		flags = make([]spec.Flags, n)
	}
	slashedToo, _ := slashedPropose.at(p.Fork)
	eligibility, activation, exit := r.ActivationEligibilityEpoch[:n], r.ActivationEpoch[:n], r.ExitEpoch[:n]
	slashed := r.Slashed[:n]
	flags = flags[:n]
	var votes spec.Gwei
	fits := true
	for i, effective := range r.EffectiveBalance {
		from, to := activation[i], exit[i]
		if from <= current && current < to {
			w.active++
			if spec.TimelyTarget.In(flags[i]) && !slashed[i] {
				sum := votes + effective
				fits = fits && sum >= votes
				votes = sum
			}
		}
		if eligibility[i] == spec.FarFutureEpoch || from == spec.FarFutureEpoch || effective <= p.EjectionBalance {
			w.rows = append(w.rows, uint32(i))
		}
		if draws && from <= ahead && ahead < to && (slashedToo || !slashed[i]) {
			w.drawn = append(w.drawn, spec.ValidatorIndex(i))
			w.stake, _ = u64.Add(w.stake, min(effective, p.MaxEffectiveBalance)) // 2^24 validators of 2^46 at most
		}
	}
	if !fits {
		return spec.Atf("effective_balance", -1, spec.ErrOverflow, "sum of target votes")
	}
	w.currentTarget = max(votes, spec.EffectiveBalanceIncrement)
	return nil
}
