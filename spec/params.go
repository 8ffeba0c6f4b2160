package spec

import (
	"fmt"

	"github.com/stakesim/stakesim/spec/u64"
)

// Params holds every constant that an epoch transition reads, resolved for one
// network and fork, so that no formula sees the name of either. It is a plain
// value: copy it and change a field to ask what another constant would do, then
// let [Params.Validate] check it. A constant that came with a later fork is zero.
//
// [Network.Params] resolves it, [ParamsFor] for a preset.
type Params struct {
	Network     string // the name of the network, for titles and errors
	Fork        Fork
	ForkVersion ForkVersion // in states of this fork; zero where none is known

	SlotDurationMS uint64 // milliseconds
	SlotsPerEpoch  uint64

	BaseRewardFactor               uint64
	MaxEffectiveBalance            Gwei // without compounding credentials
	MaxEffectiveBalanceCompounding Gwei // with them; before electra the same

	InactivityScoreBias          uint64 // score points per missed epoch
	InactivityScoreRecoveryRate  uint64 // score points per epoch outside a leak
	InactivityPenaltyQuotient    uint64
	MinEpochsToInactivityPenalty uint64 // a leak begins above this finality delay

	ProportionalSlashingMultiplier uint64
	EpochsPerSlashingsVector       uint64
	SlashingPerIncrement           bool   // electra's order of divisions
	MinSlashingPenaltyQuotient     uint64 // of the penalty on being slashed
	WhistleblowerRewardQuotient    uint64

	HysteresisQuotient           uint64
	HysteresisDownwardMultiplier uint64
	HysteresisUpwardMultiplier   uint64

	ShuffleRoundCount         uint64
	TargetCommitteeSize       uint64
	MaxCommitteesPerSlot      uint64
	EpochsPerHistoricalVector uint64
	MinSeedLookahead          uint64

	// Most elements of a state's lists.
	HistoricalRootsLimit           uint64
	MaxWithdrawalsPerPayload       uint64 // from capella
	PendingDepositsLimit           uint64 // from electra, as the two below
	PendingPartialWithdrawalsLimit uint64
	PendingConsolidationsLimit     uint64

	// What the steps of an epoch read that move validators, queues and committees.
	Lifecycle
}

// Lifecycle holds the constants by which validators enter and leave, and by which
// a state's vectors turn.
type Lifecycle struct {
	GenesisForkVersion ForkVersion // of the deposits' signing domain

	EjectionBalance                  Gwei
	MaxSeedLookahead                 uint64 // epochs
	MinValidatorWithdrawabilityDelay uint64 // epochs
	MaxPendingDepositsPerEpoch       uint64 // from electra

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
	SyncCommitteeSize            uint64 // validators
	PTCSize                      uint64 // validators, from gloas
}

// MaxIncrements bounds an effective balance cap in increments, so that tables
// over increments stay small: 32 times the cap of electra.
const MaxIncrements = 1 << 16

// ParamsFor resolves the constants of a preset's own network, as the fixtures
// named after the preset have them: [Mainnet], [Minimal] or [Gnosis]. Unknown
// values give [ErrUnknown].
func ParamsFor(preset Preset, fork Fork) (Params, error) {
	if preset >= presetCount {
		return Params{}, fmt.Errorf("%v: %w", preset, ErrUnknown)
	}
	n, err := NetworkNamed(preset.String())
	if err != nil {
		return Params{}, err
	}
	return n.Params(fork)
}

// Validate reports the first constant that no transition could use: one outside
// the bounds of its name, an epoch longer than [MaxSlotsPerEpoch], a product of
// constants above 64 bits, a cap that is not a whole number of increments or exceeds
// [MaxIncrements] of them.
func (p *Params) Validate() error {
	if p == nil {
		return Atf("params", -1, ErrInput, "no constants")
	}
	if p.Fork >= forkCount {
		return Atf("fork", -1, ErrUnknown, "%v", p.Fork)
	}
	for i := range constants {
		c := &constants[i]
		if !c.applies(p.Fork) {
			continue
		}
		switch v := *c.of(p); {
		case v == 0 && c.least > 0:
			return Atf(c.resolved(), -1, ErrInput, "zero")
		case v > c.most:
			return Atf(c.resolved(), -1, ErrInput, "%d above %d", v, c.most)
		}
	}
	if _, ok := u64.Mul(uint64(EffectiveBalanceIncrement), p.BaseRewardFactor); !ok {
		return Atf("BASE_REWARD_FACTOR", -1, ErrOverflow, "%d times one increment", p.BaseRewardFactor)
	}
	if _, ok := u64.Mul(p.InactivityScoreBias, p.InactivityPenaltyQuotient); !ok {
		return Atf("INACTIVITY_PENALTY_QUOTIENT", -1, ErrOverflow, "%d times the score bias %d", p.InactivityPenaltyQuotient, p.InactivityScoreBias)
	}
	return p.validateCaps()
}

func (p *Params) validateCaps() error {
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
