package epoch

import (
	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// Deltas is one component of an epoch's rewards and penalties in Gwei, a row
// per validator.
type Deltas struct{ Rewards, Penalties []spec.Gwei }

// NewDeltas allocates a component for n validators, 16 bytes for each. An n outside
// 0 to [spec.MaxValidators] gives a component for none.
func NewDeltas(n int) Deltas {
	if n < 0 || n > spec.MaxValidators {
		n = 0
	}
	return Deltas{make([]spec.Gwei, n), make([]spec.Gwei, n)}
}

func (d Deltas) check(n int) error {
	if len(d.Rewards) != n || len(d.Penalties) != n {
		return spec.Atf("deltas", -1, spec.ErrInput, "%d rewards and %d penalties for %d validators",
			len(d.Rewards), len(d.Penalties), n)
	}
	return nil
}

// belongs reports a registry or a summary that was never made, a column of another
// length, and a summary of another number of validators: what a caller may mix up.
func belongs(r *spec.Registry, s *spec.Summary) error {
	if err := r.ValidateColumns(); err != nil {
		return err
	}
	if s == nil || s.TotalActive < spec.EffectiveBalanceIncrement || s.Len() != r.Len() {
		return spec.Atf("validators", -1, spec.ErrInput, "the summary is not that of these %d", r.Len())
	}
	return nil
}

// given reports constants that are not there. Every component checks those that it
// divides by.
func given(p *spec.Params) error {
	if p == nil {
		return spec.Atf("params", -1, spec.ErrInput, "no constants")
	}
	return nil
}

// Apply adds the rewards to the balances and then takes the penalties off, each
// balance stopping at zero. A balance above 64 bits gives [spec.ErrOverflow];
// on an error no balance has changed.
func (d Deltas) Apply(balances []spec.Gwei) error {
	if err := d.check(len(balances)); err != nil {
		return err
	}
	for i, b := range balances {
		if _, ok := u64.Add(b, d.Rewards[i]); !ok {
			return spec.Atf("balance", i, spec.ErrOverflow, "%d plus a reward of %d", b, d.Rewards[i])
		}
	}
	for i, b := range balances {
		balances[i] = u64.SubSat(b+d.Rewards[i], d.Penalties[i])
	}
	return nil
}

// BaseReward is a validator's base reward in Gwei; false when it exceeds 64 bits,
// and without a summary.
func BaseReward(effectiveBalance spec.Gwei, s *spec.Summary) (spec.Gwei, bool) {
	if s == nil {
		return 0, false
	}
	return u64.Mul(effectiveBalance/spec.EffectiveBalanceIncrement, spec.Gwei(s.BaseRewardPerIncrement))
}

// FlagDeltas writes to dst what every validator earns or loses for one flag:
// the reward of participants, withheld in a leak, and for source and target the
// penalty of the others, scaled by the factor of their slot where the scope
// says so (altair get_flag_index_deltas; consensus-specs a08d8a6). factors has
// a row for each slot of s; nil scales nothing. s must be the summary of r.
//
// Errors name the validator and wrap [spec.ErrOverflow] or [spec.ErrInput];
// dst then holds nothing of use.
func FlagDeltas(dst Deltas, r *spec.Registry, s *spec.Summary, flag spec.Flag, factors []penalty.Factors, scope penalty.Scope) error {
	if err := belongs(r, s); err != nil {
		return err
	}
	if err := dst.check(r.Len()); err != nil {
		return err
	}
	if int(flag) >= spec.FlagCount {
		return spec.Atf("flag", int(flag), spec.ErrInput, "unknown")
	}
	if factors != nil && len(factors) != len(s.Slots) {
		return spec.Atf("factors", -1, spec.ErrInput, "%d rows for %d slots", len(factors), len(s.Slots))
	}
	flags := r.PreviousFlags
	if s.CurrentEpoch == spec.GenesisEpoch {
		flags = r.CurrentFlags
	}
	scaled := scope.Of(flag)
	for i := range dst.Rewards {
		dst.Rewards[i], dst.Penalties[i] = 0, 0
		if !r.IsEligible(i, s.PreviousEpoch()) {
			continue
		}
		base, ok := BaseReward(r.EffectiveBalance[i], s)
		active := r.IsActive(i, s.PreviousEpoch())
		switch {
		case !ok:
		case active && flags != nil && spec.ConductOf(flags[i], r.Slashed[i], false).Participates(flag):
			dst.Rewards[i], ok = FlagReward(base, flag, s)
		case flag != spec.TimelyHead:
			f := penalty.One
			if slot := r.SlotOffset[i]; int(slot) < len(factors) && active && scaled.Has(conduct(r, i)) {
				f = factors[slot].Of(flag)
			}
			dst.Penalties[i], ok = f.Penalty(base, flag.Weight())
		}
		if !ok {
			return spec.Atf(flag.String()+" deltas", i, spec.ErrOverflow, "effective balance %d", r.EffectiveBalance[i])
		}
	}
	return nil
}

func conduct(r *spec.Registry, i int) spec.Conduct {
	return spec.ConductOf(r.PreviousFlags[i], r.Slashed[i], r.FailedBefore != nil && r.FailedBefore[i])
}

// FlagReward is what a participant of that base reward earns for one flag: base
// reward times weight times participating increments over active increments times
// 64, floored; zero in a leak. The participating balance is that of unslashed
// participants, so that everybody earns less when others fail (altair
// get_flag_index_deltas; consensus-specs a08d8a6). It reads InLeak, Participating
// and TotalActive of s. False when the product exceeds 64 bits, for an unknown flag
// and for a summary that was never made.
func FlagReward(base spec.Gwei, flag spec.Flag, s *spec.Summary) (spec.Gwei, bool) {
	const increment = spec.EffectiveBalanceIncrement
	if s == nil || int(flag) >= spec.FlagCount || s.TotalActive < increment {
		return 0, false
	}
	if s.InLeak {
		return 0, true
	}
	product, ok := u64.Product(base, spec.Gwei(flag.Weight()), s.Participating[flag]/increment)
	return product / (s.TotalActive / increment * spec.WeightDenominator), ok
}

// InactivityDeltas writes to dst the inactivity penalty of every eligible
// validator that missed the target: effective balance times score over the
// fork's quotient (altair get_inactivity_penalty_deltas). Scores must already be
// this epoch's. Errors as for [FlagDeltas].
func InactivityDeltas(dst Deltas, p *spec.Params, r *spec.Registry, s *spec.Summary) error {
	if err := belongs(r, s); err != nil {
		return err
	}
	if err := given(p); err != nil {
		return err
	}
	if err := dst.check(r.Len()); err != nil {
		return err
	}
	quotient, ok := u64.Mul(p.InactivityScoreBias, p.InactivityPenaltyQuotient)
	if !ok {
		return spec.Atf("INACTIVITY_PENALTY_QUOTIENT", -1, spec.ErrOverflow, "times the score bias")
	}
	if quotient == 0 {
		return spec.Atf("INACTIVITY_PENALTY_QUOTIENT", -1, spec.ErrInput, "zero, or the score bias")
	}
	for i := range dst.Rewards {
		dst.Rewards[i], dst.Penalties[i] = 0, 0
		if !r.IsEligible(i, s.PreviousEpoch()) || reachedTarget(r, s, i) {
			continue
		}
		if dst.Penalties[i], ok = InactivityPenalty(r.EffectiveBalance[i], r.InactivityScore[i], p); !ok {
			return spec.Atf("inactivity_scores", i, spec.ErrOverflow,
				"effective balance %d times score %d", r.EffectiveBalance[i], r.InactivityScore[i])
		}
	}
	return nil
}

// reachedTarget reports whether validator i is an unslashed participant in
// timely target of the epoch that s accounts.
func reachedTarget(r *spec.Registry, s *spec.Summary, i int) bool {
	flags := r.PreviousFlags
	if s.CurrentEpoch == spec.GenesisEpoch {
		flags = r.CurrentFlags
	}
	return flags != nil && r.IsActive(i, s.PreviousEpoch()) &&
		spec.ConductOf(flags[i], r.Slashed[i], false).Participates(spec.TimelyTarget)
}
