package scenario

import "github.com/stakesim/stakesim/spec"

// Params are the constants of scenarios: those of the main network.
func Params() (spec.Params, error) { return spec.ParamsFor(spec.Mainnet, spec.Electra) }

// CheckParams says whether scenarios have the constants of a network. They have those
// of the main one, so the constants that a run reads must be the same; else the error
// names the first that is not, and the network, and wraps [spec.ErrInput].
func CheckParams(p *spec.Params) error {
	if err := p.Validate(); err != nil {
		return err
	}
	own, err := Params()
	if err != nil {
		return err
	}
	for _, c := range []struct {
		name       string
		got, wants uint64
	}{
		{"SLOTS_PER_EPOCH", p.SlotsPerEpoch, SlotsPerEpoch},
		{"SLOT_DURATION_MS", p.SlotDurationMS, own.SlotDurationMS},
		{"BASE_REWARD_FACTOR", p.BaseRewardFactor, own.BaseRewardFactor},
		{"MIN_ACTIVATION_BALANCE", uint64(p.MaxEffectiveBalance), uint64(own.MaxEffectiveBalance)},
		{"MAX_EFFECTIVE_BALANCE_ELECTRA", uint64(p.MaxEffectiveBalanceCompounding), uint64(own.MaxEffectiveBalanceCompounding)},
		{"INACTIVITY_SCORE_BIAS", p.InactivityScoreBias, own.InactivityScoreBias},
		{"INACTIVITY_SCORE_RECOVERY_RATE", p.InactivityScoreRecoveryRate, own.InactivityScoreRecoveryRate},
		{"INACTIVITY_PENALTY_QUOTIENT", p.InactivityPenaltyQuotient, own.InactivityPenaltyQuotient},
		{"MIN_EPOCHS_TO_INACTIVITY_PENALTY", p.MinEpochsToInactivityPenalty, own.MinEpochsToInactivityPenalty},
		{"HYSTERESIS_QUOTIENT", p.HysteresisQuotient, own.HysteresisQuotient},
		{"HYSTERESIS_DOWNWARD_MULTIPLIER", p.HysteresisDownwardMultiplier, own.HysteresisDownwardMultiplier},
		{"HYSTERESIS_UPWARD_MULTIPLIER", p.HysteresisUpwardMultiplier, own.HysteresisUpwardMultiplier},
	} {
		if c.got != c.wants {
			return spec.Atf(c.name, -1, spec.ErrInput, "%d on %s; scenarios are computed with %d", c.got, p.Network, c.wants)
		}
	}
	return nil
}
