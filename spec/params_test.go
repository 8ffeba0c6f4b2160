package spec_test

import (
	"errors"
	"math"
	"testing"

	"github.com/stakesim/stakesim/spec"
	"github.com/stretchr/testify/require"
)

// The constants as the executable specification reports them (consensus-specs
// a08d8a6): minimal and mainnet, altair, bellatrix and electra.
func TestParamsAreThoseOfTheSpecification(t *testing.T) {
	for _, c := range []struct {
		name             string
		value            func(spec.Params) uint64
		minimal, mainnet uint64
	}{
		{"SLOTS_PER_EPOCH", func(p spec.Params) uint64 { return p.SlotsPerEpoch }, 8, 32},
		{"BASE_REWARD_FACTOR", func(p spec.Params) uint64 { return p.BaseRewardFactor }, 64, 64},
		{"HYSTERESIS_QUOTIENT", func(p spec.Params) uint64 { return p.HysteresisQuotient }, 4, 4},
		{"HYSTERESIS_DOWNWARD_MULTIPLIER", func(p spec.Params) uint64 { return p.HysteresisDownwardMultiplier }, 1, 1},
		{"HYSTERESIS_UPWARD_MULTIPLIER", func(p spec.Params) uint64 { return p.HysteresisUpwardMultiplier }, 5, 5},
		{"EPOCHS_PER_SLASHINGS_VECTOR", func(p spec.Params) uint64 { return p.EpochsPerSlashingsVector }, 64, 8192},
		{"MIN_EPOCHS_TO_INACTIVITY_PENALTY", func(p spec.Params) uint64 { return p.MinEpochsToInactivityPenalty }, 4, 4},
		{"MAX_EFFECTIVE_BALANCE", func(p spec.Params) uint64 { return uint64(p.MaxEffectiveBalance) }, 32000000000, 32000000000},
		{"SHUFFLE_ROUND_COUNT", func(p spec.Params) uint64 { return p.ShuffleRoundCount }, 10, 90},
		{"TARGET_COMMITTEE_SIZE", func(p spec.Params) uint64 { return p.TargetCommitteeSize }, 4, 128},
		{"MAX_COMMITTEES_PER_SLOT", func(p spec.Params) uint64 { return p.MaxCommitteesPerSlot }, 4, 64},
		{"MIN_SEED_LOOKAHEAD", func(p spec.Params) uint64 { return p.MinSeedLookahead }, 1, 1},
		{"EPOCHS_PER_HISTORICAL_VECTOR", func(p spec.Params) uint64 { return p.EpochsPerHistoricalVector }, 64, 65536},
		{"INACTIVITY_SCORE_BIAS", func(p spec.Params) uint64 { return p.InactivityScoreBias }, 4, 4},
		{"INACTIVITY_SCORE_RECOVERY_RATE", func(p spec.Params) uint64 { return p.InactivityScoreRecoveryRate }, 16, 16},
	} {
		t.Run(c.name+" is the same in every fork", func(t *testing.T) {
			for _, fork := range spec.Forks() {
				require.Equal(t, c.minimal, c.value(params(t, spec.Minimal, fork)))
				require.Equal(t, c.mainnet, c.value(params(t, spec.Mainnet, fork)))
			}
		})
	}
	require.EqualValues(t, 1000000000, spec.EffectiveBalanceIncrement)
	require.EqualValues(t, 64, spec.WeightDenominator)
	require.Equal(t, []uint64{14, 26, 14},
		[]uint64{spec.TimelySource.Weight(), spec.TimelyTarget.Weight(), spec.TimelyHead.Weight()})
}

func TestParamsChangeWithTheForksThatChangedThem(t *testing.T) {
	for _, fork := range spec.Forks() {
		t.Run(fork.String()+" has its own quotients and cap", func(t *testing.T) {
			for _, preset := range []spec.Preset{spec.Mainnet, spec.Minimal} {
				p := params(t, preset, fork)
				require.Equal(t, preset.String(), p.Network)
				require.Equal(t, fork, p.Fork)
				quotient, multiplier := uint64(16777216), uint64(3)
				if fork == spec.Altair {
					quotient, multiplier = 50331648, 2
				}
				require.Equal(t, quotient, p.InactivityPenaltyQuotient)
				require.Equal(t, multiplier, p.ProportionalSlashingMultiplier)
				electra := fork >= spec.Electra
				require.Equal(t, electra, p.SlashingPerIncrement)
				limit := spec.Gwei(32000000000)
				if electra {
					limit = 2048000000000
				}
				require.Equal(t, limit, p.EffectiveBalanceCap(true))
				require.EqualValues(t, uint64(32000000000), p.EffectiveBalanceCap(false))
				require.NoError(t, p.Validate())
			}
		})
	}
}

func TestUnknownNamesAreRefused(t *testing.T) {
	_, err := spec.ParamsFor(spec.Preset(3), spec.Altair)
	require.ErrorIs(t, err, spec.ErrUnknown)
	_, err = spec.ParamsFor(spec.Mainnet, spec.Fork(len(spec.Forks())))
	require.ErrorIs(t, err, spec.ErrUnknown)
	_, err = spec.ParseFork("phase0")
	require.ErrorIs(t, err, spec.ErrUnknown)
	_, err = spec.ParsePreset("")
	require.ErrorIs(t, err, spec.ErrUnknown)
	for _, f := range spec.Forks() {
		parsed, err := spec.ParseFork(f.String())
		require.NoError(t, err)
		require.Equal(t, f, parsed)
	}
	require.Equal(t, "fork(200)", spec.Fork(200).String())
	require.Equal(t, "preset(200)", spec.Preset(200).String())
}

func TestParamsThatNoTransitionCanUseAreRefused(t *testing.T) {
	for _, c := range []struct {
		does, field string
		kind        error
		change      func(*spec.Params)
	}{
		{"an epoch without slots", "SLOTS_PER_EPOCH", spec.ErrInput, func(p *spec.Params) { p.SlotsPerEpoch = 0 }},
		{"an epoch too long for a byte", "SLOTS_PER_EPOCH", spec.ErrInput, func(p *spec.Params) { p.SlotsPerEpoch = spec.MaxSlotsPerEpoch + 1 }},
		{"no reward", "BASE_REWARD_FACTOR", spec.ErrInput, func(p *spec.Params) { p.BaseRewardFactor = 0 }},
		{"a reward beyond 64 bits", "BASE_REWARD_FACTOR", spec.ErrOverflow, func(p *spec.Params) { p.BaseRewardFactor = 1 << 35 }},
		{"a score without bias", "INACTIVITY_SCORE_BIAS", spec.ErrInput, func(p *spec.Params) { p.InactivityScoreBias = 0 }},
		{"a leak beyond 64 bits", "INACTIVITY_PENALTY_QUOTIENT", spec.ErrOverflow, func(p *spec.Params) { p.InactivityPenaltyQuotient = 1 << 62 }},
		{"a division by zero", "INACTIVITY_PENALTY_QUOTIENT", spec.ErrInput, func(p *spec.Params) { p.InactivityPenaltyQuotient = 0 }},
		{"no slashings vector", "EPOCHS_PER_SLASHINGS_VECTOR", spec.ErrInput, func(p *spec.Params) { p.EpochsPerSlashingsVector = 0 }},
		{"no hysteresis", "HYSTERESIS_QUOTIENT", spec.ErrInput, func(p *spec.Params) { p.HysteresisQuotient = 0 }},
		{"empty committees", "TARGET_COMMITTEE_SIZE", spec.ErrInput, func(p *spec.Params) { p.TargetCommitteeSize = 0 }},
		{"no committees", "MAX_COMMITTEES_PER_SLOT", spec.ErrInput, func(p *spec.Params) { p.MaxCommitteesPerSlot = 0 }},
		{"no mixes", "EPOCHS_PER_HISTORICAL_VECTOR", spec.ErrInput, func(p *spec.Params) { p.EpochsPerHistoricalVector = 0 }},
		{"a round that is no byte", "SHUFFLE_ROUND_COUNT", spec.ErrInput, func(p *spec.Params) { p.ShuffleRoundCount = 256 }},
		{"a cap of nothing", "MAX_EFFECTIVE_BALANCE", spec.ErrInput, func(p *spec.Params) { p.MaxEffectiveBalance = 0 }},
		{"a cap between increments", "MAX_EFFECTIVE_BALANCE", spec.ErrInput, func(p *spec.Params) { p.MaxEffectiveBalance++ }},
		{"a cap beyond the tables", "MAX_EFFECTIVE_BALANCE_ELECTRA", spec.ErrInput, func(p *spec.Params) {
			p.MaxEffectiveBalanceCompounding = (spec.MaxIncrements + 1) * spec.EffectiveBalanceIncrement
		}},
		{"a cap near 2^64", "MAX_EFFECTIVE_BALANCE_ELECTRA", spec.ErrInput, func(p *spec.Params) {
			p.MaxEffectiveBalanceCompounding = math.MaxUint64
		}},
	} {
		t.Run(c.does+" is refused by its name", func(t *testing.T) {
			p := params(t, spec.Mainnet, spec.Electra)
			c.change(&p)
			requireField(t, p.Validate(), c.field, -1, c.kind)
		})
	}
}

func params(t testing.TB, preset spec.Preset, fork spec.Fork) spec.Params {
	p, err := spec.ParamsFor(preset, fork)
	require.NoError(t, err)
	return p
}

func requireField(t testing.TB, err error, field string, row int, kind error) {
	t.Helper()
	require.ErrorIs(t, err, kind)
	var f *spec.FieldError
	require.True(t, errors.As(err, &f))
	require.Equal(t, field, f.Field)
	require.Equal(t, row, f.Row)
}
