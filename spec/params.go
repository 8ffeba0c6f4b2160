package spec

import (
	"fmt"

	"github.com/stakesim/stakesim/spec/u64"
)

// Params holds every constant that an epoch transition reads, resolved for one
// preset and fork, so that no formula sees a fork's name. It is a plain value:
// copy it and change a field to ask what another constant would do, then let
// [Params.Validate] check it.
type Params struct {
	Preset Preset
	Fork   Fork

	SlotsPerEpoch uint64

	BaseRewardFactor               uint64
	MaxEffectiveBalance            Gwei // without compounding credentials
	MaxEffectiveBalanceCompounding Gwei // with them; before electra the same

	InactivityScoreBias          uint64 // score points per missed epoch
	InactivityScoreRecoveryRate  uint64 // score points per epoch outside a leak
	InactivityPenaltyQuotient    uint64
	MinEpochsToInactivityPenalty uint64 // a leak begins above this finality delay

	ProportionalSlashingMultiplier uint64
	EpochsPerSlashingsVector       uint64
	SlashingPerIncrement           bool // electra's order of divisions

	HysteresisQuotient           uint64
	HysteresisDownwardMultiplier uint64
	HysteresisUpwardMultiplier   uint64

	ShuffleRoundCount         uint64
	TargetCommitteeSize       uint64
	MaxCommitteesPerSlot      uint64
	EpochsPerHistoricalVector uint64
	MinSeedLookahead          uint64

	// What the steps of an epoch read that move validators, queues and committees.
	Lifecycle
}

// Lifecycle holds the constants by which validators enter and leave, and by which
// a state's vectors turn.
type Lifecycle struct {
	GenesisForkVersion [4]byte // of the deposits' signing domain

	EjectionBalance                  Gwei
	MaxSeedLookahead                 uint64 // epochs
	MinValidatorWithdrawabilityDelay uint64 // epochs
	MaxPendingDepositsPerEpoch       uint64

	// Validators per epoch, before electra.
	MinPerEpochChurnLimit           uint64
	ChurnLimitQuotient              uint64
	MaxPerEpochActivationChurnLimit uint64 // zero before deneb, which has none

	// Effective balance per epoch, from electra on.
	MinPerEpochChurnLimitElectra        Gwei
	MaxPerEpochActivationExitChurnLimit Gwei

	// Effective balance per epoch, from gloas on (EIP-8061).
	ChurnLimitQuotientGloas              uint64
	MaxPerEpochActivationChurnLimitGloas Gwei
	ConsolidationChurnLimitQuotient      uint64

	SlotsPerHistoricalRoot       uint64
	EpochsPerEth1VotingPeriod    uint64
	EpochsPerSyncCommitteePeriod uint64
	SyncCommitteeSize            uint64
	PTCSize                      uint64
}

// lifecycleOf are the two presets with the configuration of their networks
// (consensus-specs a08d8a6).
var lifecycleOf = [presetCount]Lifecycle{
	Mainnet: {
		EjectionBalance: 16 * ETH, MaxSeedLookahead: 4, MinValidatorWithdrawabilityDelay: 256, MaxPendingDepositsPerEpoch: 16,
		MinPerEpochChurnLimit: 4, ChurnLimitQuotient: 65536, MaxPerEpochActivationChurnLimit: 8,
		MinPerEpochChurnLimitElectra: 128 * ETH, MaxPerEpochActivationExitChurnLimit: 256 * ETH,
		ChurnLimitQuotientGloas: 32768, MaxPerEpochActivationChurnLimitGloas: 256 * ETH, ConsolidationChurnLimitQuotient: 65536,
		SlotsPerHistoricalRoot: 8192, EpochsPerEth1VotingPeriod: 64, EpochsPerSyncCommitteePeriod: 256,
		SyncCommitteeSize: 512, PTCSize: 512,
	},
	Minimal: {
		GenesisForkVersion: [4]byte{0, 0, 0, 1},
		EjectionBalance:    16 * ETH, MaxSeedLookahead: 4, MinValidatorWithdrawabilityDelay: 256, MaxPendingDepositsPerEpoch: 16,
		MinPerEpochChurnLimit: 2, ChurnLimitQuotient: 32, MaxPerEpochActivationChurnLimit: 4,
		MinPerEpochChurnLimitElectra: 64 * ETH, MaxPerEpochActivationExitChurnLimit: 128 * ETH,
		ChurnLimitQuotientGloas: 16, MaxPerEpochActivationChurnLimitGloas: 128 * ETH, ConsolidationChurnLimitQuotient: 32,
		SlotsPerHistoricalRoot: 64, EpochsPerEth1VotingPeriod: 4, EpochsPerSyncCommitteePeriod: 8,
		SyncCommitteeSize: 32, PTCSize: 16,
	},
}

// MaxIncrements bounds an effective balance cap in increments, so that tables
// over increments stay small: 32 times the cap of electra.
const MaxIncrements = 1 << 16

// byFork is one constant over the forks; zero means unchanged.
type byFork [forkCount]uint64

func (t byFork) at(f Fork) (v uint64) {
	for i := Altair; i <= f; i++ {
		if t[i] != 0 {
			v = t[i]
		}
	}
	return v
}

var (
	inactivityPenaltyQuotient = byFork{Altair: 3 << 24, Bellatrix: 1 << 24}
	slashingMultiplier        = byFork{Altair: 2, Bellatrix: 3}
	compoundingCapETH         = byFork{Altair: 32, Electra: 2048}
	slashingPerIncrement      = byFork{Electra: 1}
)

// maxSmall bounds constants that are added to or multiply an epoch or a fraction
// of an increment, so that those never leave 64 bits.
const maxSmall = 1 << 30

// ParamsFor resolves the constants of a preset and fork (consensus-specs
// a08d8a6, presets and configs). Unknown values give [ErrUnknown].
func ParamsFor(preset Preset, fork Fork) (Params, error) {
	if fork >= forkCount || preset >= presetCount {
		return Params{}, fmt.Errorf("%v, %v: %w", preset, fork, ErrUnknown)
	}
	p := Params{
		Preset: preset, Fork: fork,
		SlotsPerEpoch:                  32,
		BaseRewardFactor:               64,
		MaxEffectiveBalance:            32 * ETH,
		MaxEffectiveBalanceCompounding: Gwei(compoundingCapETH.at(fork)) * ETH,
		InactivityScoreBias:            4,
		InactivityScoreRecoveryRate:    16,
		InactivityPenaltyQuotient:      inactivityPenaltyQuotient.at(fork),
		MinEpochsToInactivityPenalty:   4,
		ProportionalSlashingMultiplier: slashingMultiplier.at(fork),
		EpochsPerSlashingsVector:       8192,
		SlashingPerIncrement:           slashingPerIncrement.at(fork) != 0,
		HysteresisQuotient:             4,
		HysteresisDownwardMultiplier:   1,
		HysteresisUpwardMultiplier:     5,
		ShuffleRoundCount:              90,
		TargetCommitteeSize:            128,
		MaxCommitteesPerSlot:           64,
		EpochsPerHistoricalVector:      65536,
		MinSeedLookahead:               1,
		Lifecycle:                      lifecycleOf[preset],
	}
	if fork < Deneb {
		p.MaxPerEpochActivationChurnLimit = 0
	}
	if preset == Minimal {
		p.SlotsPerEpoch = 8
		p.EpochsPerSlashingsVector = 64
		p.ShuffleRoundCount = 10
		p.TargetCommitteeSize = 4
		p.MaxCommitteesPerSlot = 4
		p.EpochsPerHistoricalVector = 64
	}
	return p, nil
}

// Validate reports the first constant that no transition could use: a zero
// divisor, an epoch longer than [MaxSlotsPerEpoch], a product of constants above 64
// bits, a cap that is not a whole number of increments or exceeds [MaxIncrements] of
// them.
func (p *Params) Validate() error {
	if p == nil {
		return Atf("params", -1, ErrInput, "no constants")
	}
	for _, d := range []struct {
		field string
		value uint64
	}{
		{"SLOTS_PER_EPOCH", p.SlotsPerEpoch},
		{"BASE_REWARD_FACTOR", p.BaseRewardFactor},
		{"INACTIVITY_SCORE_BIAS", p.InactivityScoreBias},
		{"INACTIVITY_PENALTY_QUOTIENT", p.InactivityPenaltyQuotient},
		{"EPOCHS_PER_SLASHINGS_VECTOR", p.EpochsPerSlashingsVector},
		{"HYSTERESIS_QUOTIENT", p.HysteresisQuotient},
		{"TARGET_COMMITTEE_SIZE", p.TargetCommitteeSize},
		{"MAX_COMMITTEES_PER_SLOT", p.MaxCommitteesPerSlot},
		{"EPOCHS_PER_HISTORICAL_VECTOR", p.EpochsPerHistoricalVector},
	} {
		if d.value == 0 {
			return Atf(d.field, -1, ErrInput, "zero")
		}
	}
	if p.SlotsPerEpoch > MaxSlotsPerEpoch {
		return Atf("SLOTS_PER_EPOCH", -1, ErrInput, "%d above %d", p.SlotsPerEpoch, MaxSlotsPerEpoch)
	}
	if _, ok := u64.Mul(uint64(EffectiveBalanceIncrement), p.BaseRewardFactor); !ok {
		return Atf("BASE_REWARD_FACTOR", -1, ErrOverflow, "%d times one increment", p.BaseRewardFactor)
	}
	if _, ok := u64.Mul(p.InactivityScoreBias, p.InactivityPenaltyQuotient); !ok {
		return Atf("INACTIVITY_PENALTY_QUOTIENT", -1, ErrOverflow, "%d times the score bias %d", p.InactivityPenaltyQuotient, p.InactivityScoreBias)
	}
	for _, b := range []struct {
		field string
		value uint64
	}{
		{"EPOCHS_PER_SLASHINGS_VECTOR", p.EpochsPerSlashingsVector},
		{"HYSTERESIS_DOWNWARD_MULTIPLIER", p.HysteresisDownwardMultiplier},
		{"HYSTERESIS_UPWARD_MULTIPLIER", p.HysteresisUpwardMultiplier},
	} {
		if b.value > maxSmall {
			return Atf(b.field, -1, ErrInput, "%d above %d", b.value, uint64(maxSmall))
		}
	}
	if p.ShuffleRoundCount > 255 {
		return Atf("SHUFFLE_ROUND_COUNT", -1, ErrInput, "%d does not fit one byte", p.ShuffleRoundCount)
	}
	for _, c := range []struct {
		field string
		value Gwei
	}{
		{"MAX_EFFECTIVE_BALANCE", p.MaxEffectiveBalance},
		{"MAX_EFFECTIVE_BALANCE_ELECTRA", p.MaxEffectiveBalanceCompounding},
	} {
		if c.value == 0 || c.value%EffectiveBalanceIncrement != 0 || c.value/EffectiveBalanceIncrement > MaxIncrements {
			return Atf(c.field, -1, ErrInput, "%d Gwei is not 1 to %d whole increments", c.value, MaxIncrements)
		}
	}
	return nil
}

// EffectiveBalanceCap is the highest effective balance that the fork allows a
// validator of either kind of withdrawal credentials; zero without constants.
func (p *Params) EffectiveBalanceCap(compounding bool) Gwei {
	switch {
	case p == nil:
		return 0
	case compounding:
		return p.MaxEffectiveBalanceCompounding
	}
	return p.MaxEffectiveBalance
}
