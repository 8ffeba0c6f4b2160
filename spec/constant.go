package spec

import (
	"math"
	"strings"
)

// constant is one constant of the specification under the name that it has in
// preset and configuration files.
type constant struct {
	name                     string
	preset                   bool // of a preset's files, else of config.yaml
	from, until              Fork // forks that read it, until excluded; 0: no end
	of                       func(*Params) *uint64
	mainnet, minimal, gnosis uint64 // of the presets' own networks; 0: as mainnet
	least, most              uint64 // that a transition can use; least is 0 or 1
}

// applies reports whether states of the fork go by the constant.
func (c *constant) applies(f Fork) bool { return f >= c.from && (c.until == 0 || f < c.until) }

// resolved is the name without the fork that changed the value: [Params] has one
// value, that of its fork.
func (c *constant) resolved() string {
	return strings.TrimSuffix(strings.TrimSuffix(c.name, "_ALTAIR"), "_BELLATRIX")
}

// unpublished stands for a value that a network has not set yet: no state of it
// has reached the fork.
const unpublished = math.MaxUint64

// Bounds of constants: one that is added to or multiplies an epoch or a fraction
// of an increment never leaves 64 bits, and a state's fixed part stays below 100
// MiB.
const (
	maxSmall  = 1 << 30
	maxVector = 1 << 20
	maxSeats  = 1 << 12
	maxGwei   = MaxIncrements * uint64(EffectiveBalanceIncrement)
	anyUint64 = math.MaxUint64
)

// constants is every constant of [Params], in the order of the specification's
// files: consensus-specs a08d8a6, presets/{mainnet,minimal}/*.yaml and
// configs/{mainnet,minimal}.yaml; gnosischain/specs 1b05504,
// consensus/preset/gnosis/*.yaml, gnosischain/configs b88a0a8,
// mainnet/config.yaml, and for gloas sigp/lighthouse 40a1348,
// consensus/types/presets/gnosis/gloas.yaml.
//
// The values of [Params] for a fork are the rows that apply to it, of which there
// is one for each field.
var constants = [...]constant{
	{name: "MAX_COMMITTEES_PER_SLOT", preset: true, mainnet: 64, minimal: 4, least: 1, most: anyUint64,
		of: func(p *Params) *uint64 { return &p.MaxCommitteesPerSlot }},
	{name: "TARGET_COMMITTEE_SIZE", preset: true, mainnet: 128, minimal: 4, least: 1, most: anyUint64,
		of: func(p *Params) *uint64 { return &p.TargetCommitteeSize }},
	{name: "SHUFFLE_ROUND_COUNT", preset: true, mainnet: 90, minimal: 10, most: 255, // a round is a byte
		of: func(p *Params) *uint64 { return &p.ShuffleRoundCount }},
	{name: "HYSTERESIS_QUOTIENT", preset: true, mainnet: 4, least: 1, most: anyUint64,
		of: func(p *Params) *uint64 { return &p.HysteresisQuotient }},
	{name: "HYSTERESIS_DOWNWARD_MULTIPLIER", preset: true, mainnet: 1, most: maxSmall,
		of: func(p *Params) *uint64 { return &p.HysteresisDownwardMultiplier }},
	{name: "HYSTERESIS_UPWARD_MULTIPLIER", preset: true, mainnet: 5, most: maxSmall,
		of: func(p *Params) *uint64 { return &p.HysteresisUpwardMultiplier }},
	{name: "MAX_EFFECTIVE_BALANCE", preset: true, until: Electra, mainnet: 32e9, most: anyUint64,
		of: func(p *Params) *uint64 { return (*uint64)(&p.MaxEffectiveBalance) }},
	{name: "SLOTS_PER_EPOCH", preset: true, mainnet: 32, minimal: 8, gnosis: 16, least: 1, most: MaxSlotsPerEpoch,
		of: func(p *Params) *uint64 { return &p.SlotsPerEpoch }},
	{name: "MIN_SEED_LOOKAHEAD", preset: true, mainnet: 1, most: MaxSlotsPerEpoch,
		of: func(p *Params) *uint64 { return &p.MinSeedLookahead }},
	{name: "MAX_SEED_LOOKAHEAD", preset: true, mainnet: 4, most: maxSmall,
		of: func(p *Params) *uint64 { return &p.MaxSeedLookahead }},
	{name: "EPOCHS_PER_ETH1_VOTING_PERIOD", preset: true, mainnet: 64, minimal: 4, least: 1, most: maxVector,
		of: func(p *Params) *uint64 { return &p.EpochsPerEth1VotingPeriod }},
	{name: "SLOTS_PER_HISTORICAL_ROOT", preset: true, mainnet: 8192, minimal: 64, least: 1, most: maxVector,
		of: func(p *Params) *uint64 { return &p.SlotsPerHistoricalRoot }},
	{name: "MIN_EPOCHS_TO_INACTIVITY_PENALTY", preset: true, mainnet: 4, most: anyUint64,
		of: func(p *Params) *uint64 { return &p.MinEpochsToInactivityPenalty }},
	{name: "EPOCHS_PER_HISTORICAL_VECTOR", preset: true, mainnet: 65536, minimal: 64, least: 1, most: maxVector,
		of: func(p *Params) *uint64 { return &p.EpochsPerHistoricalVector }},
	{name: "EPOCHS_PER_SLASHINGS_VECTOR", preset: true, mainnet: 8192, minimal: 64, least: 1, most: maxVector,
		of: func(p *Params) *uint64 { return &p.EpochsPerSlashingsVector }},
	{name: "HISTORICAL_ROOTS_LIMIT", preset: true, mainnet: 1 << 24, least: 1, most: math.MaxUint32,
		of: func(p *Params) *uint64 { return &p.HistoricalRootsLimit }},
	{name: "BASE_REWARD_FACTOR", preset: true, mainnet: 64, gnosis: 25, least: 1, most: anyUint64,
		of: func(p *Params) *uint64 { return &p.BaseRewardFactor }},

	{name: "WHISTLEBLOWER_REWARD_QUOTIENT", preset: true, until: Electra, mainnet: 512, least: 1, most: anyUint64,
		of: func(p *Params) *uint64 { return &p.WhistleblowerRewardQuotient }},
	{name: "INACTIVITY_PENALTY_QUOTIENT_ALTAIR", preset: true, until: Bellatrix, mainnet: 3 << 24, least: 1, most: anyUint64,
		of: func(p *Params) *uint64 { return &p.InactivityPenaltyQuotient }},
	{name: "MIN_SLASHING_PENALTY_QUOTIENT_ALTAIR", preset: true, until: Bellatrix, mainnet: 64, least: 1, most: anyUint64,
		of: func(p *Params) *uint64 { return &p.MinSlashingPenaltyQuotient }},
	{name: "PROPORTIONAL_SLASHING_MULTIPLIER_ALTAIR", preset: true, until: Bellatrix, mainnet: 2, most: anyUint64,
		of: func(p *Params) *uint64 { return &p.ProportionalSlashingMultiplier }},
	{name: "SYNC_COMMITTEE_SIZE", preset: true, mainnet: 512, minimal: 32, least: 1, most: maxSeats,
		of: func(p *Params) *uint64 { return &p.SyncCommitteeSize }},
	{name: "EPOCHS_PER_SYNC_COMMITTEE_PERIOD", preset: true, mainnet: 256, minimal: 8, gnosis: 512, least: 1, most: anyUint64,
		of: func(p *Params) *uint64 { return &p.EpochsPerSyncCommitteePeriod }},
	{name: "INACTIVITY_PENALTY_QUOTIENT_BELLATRIX", preset: true, from: Bellatrix, mainnet: 1 << 24, least: 1, most: anyUint64,
		of: func(p *Params) *uint64 { return &p.InactivityPenaltyQuotient }},
	{name: "MIN_SLASHING_PENALTY_QUOTIENT_BELLATRIX", preset: true, from: Bellatrix, until: Electra, mainnet: 32, least: 1, most: anyUint64,
		of: func(p *Params) *uint64 { return &p.MinSlashingPenaltyQuotient }},
	{name: "PROPORTIONAL_SLASHING_MULTIPLIER_BELLATRIX", preset: true, from: Bellatrix, mainnet: 3, most: anyUint64,
		of: func(p *Params) *uint64 { return &p.ProportionalSlashingMultiplier }},
	{name: "MAX_WITHDRAWALS_PER_PAYLOAD", preset: true, from: Capella, mainnet: 16, minimal: 4, gnosis: 8, least: 1, most: maxVector,
		of: func(p *Params) *uint64 { return &p.MaxWithdrawalsPerPayload }},

	{name: "MIN_ACTIVATION_BALANCE", preset: true, from: Electra, mainnet: 32e9, most: anyUint64,
		of: func(p *Params) *uint64 { return (*uint64)(&p.MaxEffectiveBalance) }},
	{name: "MAX_EFFECTIVE_BALANCE_ELECTRA", preset: true, from: Electra, mainnet: 2048e9, most: anyUint64,
		of: func(p *Params) *uint64 { return (*uint64)(&p.MaxEffectiveBalanceCompounding) }},
	{name: "MIN_SLASHING_PENALTY_QUOTIENT_ELECTRA", preset: true, from: Electra, mainnet: 4096, least: 1, most: anyUint64,
		of: func(p *Params) *uint64 { return &p.MinSlashingPenaltyQuotient }},
	{name: "WHISTLEBLOWER_REWARD_QUOTIENT_ELECTRA", preset: true, from: Electra, mainnet: 4096, least: 1, most: anyUint64,
		of: func(p *Params) *uint64 { return &p.WhistleblowerRewardQuotient }},
	{name: "PENDING_DEPOSITS_LIMIT", preset: true, from: Electra, mainnet: 1 << 27, least: 1, most: math.MaxUint32,
		of: func(p *Params) *uint64 { return &p.PendingDepositsLimit }},
	{name: "PENDING_PARTIAL_WITHDRAWALS_LIMIT", preset: true, from: Electra, mainnet: 1 << 27, minimal: 64, least: 1, most: math.MaxUint32,
		of: func(p *Params) *uint64 { return &p.PendingPartialWithdrawalsLimit }},
	{name: "PENDING_CONSOLIDATIONS_LIMIT", preset: true, from: Electra, mainnet: 1 << 18, minimal: 64, least: 1, most: math.MaxUint32,
		of: func(p *Params) *uint64 { return &p.PendingConsolidationsLimit }},
	{name: "MAX_PENDING_DEPOSITS_PER_EPOCH", preset: true, from: Electra, mainnet: 16, most: math.MaxUint32,
		of: func(p *Params) *uint64 { return &p.MaxPendingDepositsPerEpoch }},
	{name: "PTC_SIZE", preset: true, from: Gloas, mainnet: 512, minimal: 16, least: 1, most: maxSeats,
		of: func(p *Params) *uint64 { return &p.PTCSize }},

	{name: slotDuration, mainnet: 12_000, minimal: 6_000, gnosis: 5_000, least: 1, most: maxSmall,
		of: func(p *Params) *uint64 { return &p.SlotDurationMS }},
	{name: "MIN_VALIDATOR_WITHDRAWABILITY_DELAY", mainnet: 256, most: maxSmall,
		of: func(p *Params) *uint64 { return &p.MinValidatorWithdrawabilityDelay }},
	{name: "INACTIVITY_SCORE_BIAS", mainnet: 4, least: 1, most: anyUint64,
		of: func(p *Params) *uint64 { return &p.InactivityScoreBias }},
	{name: "INACTIVITY_SCORE_RECOVERY_RATE", mainnet: 16, most: anyUint64,
		of: func(p *Params) *uint64 { return &p.InactivityScoreRecoveryRate }},
	{name: "EJECTION_BALANCE", mainnet: 16e9, most: maxGwei,
		of: func(p *Params) *uint64 { return (*uint64)(&p.EjectionBalance) }},
	{name: "MIN_PER_EPOCH_CHURN_LIMIT", mainnet: 4, minimal: 2, least: 1, most: maxSmall,
		of: func(p *Params) *uint64 { return &p.MinPerEpochChurnLimit }},
	{name: "CHURN_LIMIT_QUOTIENT", mainnet: 65536, minimal: 32, gnosis: 4096, least: 1, most: anyUint64,
		of: func(p *Params) *uint64 { return &p.ChurnLimitQuotient }},
	{name: "MAX_PER_EPOCH_ACTIVATION_CHURN_LIMIT", from: Deneb, mainnet: 8, minimal: 4, gnosis: 2, least: 1, most: maxSmall,
		of: func(p *Params) *uint64 { return &p.MaxPerEpochActivationChurnLimit }},
	{name: "MIN_PER_EPOCH_CHURN_LIMIT_ELECTRA", from: Electra, mainnet: 128e9, minimal: 64e9, least: 1, most: anyUint64,
		of: func(p *Params) *uint64 { return (*uint64)(&p.MinPerEpochChurnLimitElectra) }},
	{name: "MAX_PER_EPOCH_ACTIVATION_EXIT_CHURN_LIMIT", from: Electra, mainnet: 256e9, minimal: 128e9, gnosis: 64e9, least: 1, most: anyUint64,
		of: func(p *Params) *uint64 { return (*uint64)(&p.MaxPerEpochActivationExitChurnLimit) }},
	{name: "CHURN_LIMIT_QUOTIENT_GLOAS", from: Gloas, mainnet: 32768, minimal: 16, gnosis: unpublished, least: 1, most: anyUint64,
		of: func(p *Params) *uint64 { return &p.ChurnLimitQuotientGloas }},
	{name: "CONSOLIDATION_CHURN_LIMIT_QUOTIENT", from: Gloas, mainnet: 65536, minimal: 32, gnosis: unpublished, least: 1, most: anyUint64,
		of: func(p *Params) *uint64 { return &p.ConsolidationChurnLimitQuotient }},
	{name: "MAX_PER_EPOCH_ACTIVATION_CHURN_LIMIT_GLOAS", from: Gloas, mainnet: 256e9, minimal: 128e9, gnosis: unpublished, least: 1, most: anyUint64,
		of: func(p *Params) *uint64 { return (*uint64)(&p.MaxPerEpochActivationChurnLimitGloas) }},
}

// slotDuration is what the specification calls the length of a slot; most
// configurations state SECONDS_PER_SLOT.
const slotDuration = "SLOT_DURATION_MS"

// fixed are constants that this module computes with as they are in every preset;
// a network that states another value is refused.
var fixed = map[string]uint64{
	"EFFECTIVE_BALANCE_INCREMENT":     uint64(EffectiveBalanceIncrement),
	"TIMELY_SOURCE_WEIGHT":            14,
	"TIMELY_TARGET_WEIGHT":            26,
	"TIMELY_HEAD_WEIGHT":              14,
	"WEIGHT_DENOMINATOR":              WeightDenominator,
	"MIN_ATTESTATION_INCLUSION_DELAY": 1,
}

// constantNamed returns the place of a constant, -1 for another name.
func constantNamed(name string) int {
	for i := range constants {
		if constants[i].name == name {
			return i
		}
	}
	return -1
}
