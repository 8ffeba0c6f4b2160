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
