package ref_test

import (
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stakesim/stakesim/penalty/ref"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/budget"
)

// TestNoExportedFunctionPanicsOnEdgeValues calls every exported function with nil,
// zero, the largest numbers and columns of any lengths: two seconds and 256 MiB for
// each call.
func TestNoExportedFunctionPanicsOnEdgeValues(t *testing.T) {
	edges := budget.Edges{
		Dir: ".", Kinds: []error{spec.ErrInput, spec.ErrOverflow, spec.ErrUnknown},
		Functions: map[string]any{
			"CompleteEpochSeed": ref.CompleteEpochSeed, "ComputeCommittee": ref.ComputeCommittee, "ComputeShuffledIndex": ref.ComputeShuffledIndex,
			"DefaultDiversity": ref.DefaultDiversity, "DefaultNetExcess": ref.DefaultNetExcess,
			"DefaultNetExcessPerFlag": ref.DefaultNetExcessPerFlag, "DefaultSlotRelative": ref.DefaultSlotRelative,
			"Diversity.Multiplier": ref.Diversity.Multiplier, "Diversity.Multipliers": ref.Diversity.Multipliers,
			"Diversity.Validate": ref.Diversity.Validate, "Diversity.Weight": ref.Diversity.Weight, "E0": ref.E0, "E1": ref.E1, "E2": ref.E2,
			"E3": ref.E3, "Factors.Of": ref.Factors.Of, "ForkSeed": ref.ForkSeed, "ForkSeedLastSlotUnseen": ref.ForkSeedLastSlotUnseen,
			"Fraction": ref.Fraction, "GetActiveValidatorIndices": ref.GetActiveValidatorIndices, "GetBaseReward": ref.GetBaseReward,
			"GetBaseRewardPerIncrement": ref.GetBaseRewardPerIncrement, "GetBeaconCommittee": ref.GetBeaconCommittee,
			"GetCommitteeCountPerSlot": ref.GetCommitteeCountPerSlot, "GetDeltas": ref.GetDeltas,
			"GetEligibleValidatorIndices": ref.GetEligibleValidatorIndices, "GetFinalityDelay": ref.GetFinalityDelay,
			"GetFlagIndexDeltas": ref.GetFlagIndexDeltas, "GetFlagPenalty": ref.GetFlagPenalty,
			"GetInactivityPenaltyDeltas": ref.GetInactivityPenaltyDeltas, "GetMaxEffectiveBalance": ref.GetMaxEffectiveBalance,
			"GetPreviousEpoch": ref.GetPreviousEpoch, "GetRandaoMixIndex": ref.GetRandaoMixIndex, "GetSeed": ref.GetSeed,
			"GetSlashingPenaltyAltair": ref.GetSlashingPenaltyAltair, "GetSlashingPenaltyElectra": ref.GetSlashingPenaltyElectra,
			"GetSlotFlagBalances": ref.GetSlotFlagBalances, "GetSlotMembers": ref.GetSlotMembers,
			"GetSlotNotAttestingBalance": ref.GetSlotNotAttestingBalance, "GetSlotOfflineBalance": ref.GetSlotOfflineBalance,
			"GetSlotReferenceBalance": ref.GetSlotReferenceBalance, "GetTotalActiveBalance": ref.GetTotalActiveBalance,
			"GetTotalBalance": ref.GetTotalBalance, "GetUnslashedParticipatingIndices": ref.GetUnslashedParticipatingIndices,
			"IsActiveValidator": ref.IsActiveValidator, "IsInInactivityLeak": ref.IsInInactivityLeak, "IsNotAttesting": ref.IsNotAttesting,
			"IsOffline": ref.IsOffline, "NetExcess.Step": ref.NetExcess.Step, "NetExcess.Walk": ref.NetExcess.Walk,
			"NetExcessPerFlag.Step": ref.NetExcessPerFlag.Step, "NetExcessPerFlag.Walk": ref.NetExcessPerFlag.Walk, "One": ref.One,
			"Payout": ref.Payout, "ProcessEffectiveBalanceUpdates": ref.ProcessEffectiveBalanceUpdates, "ProcessEpoch": ref.ProcessEpoch,
			"ProcessInactivityUpdates": ref.ProcessInactivityUpdates, "ProcessRewardsAndPenalties": ref.ProcessRewardsAndPenalties,
			"ProcessSlashings": ref.ProcessSlashings, "SlotRelative.Failed": ref.SlotRelative.Failed,
			"SlotRelative.GetSlotFailures": ref.SlotRelative.GetSlotFailures, "SlotRelative.InScope": ref.SlotRelative.InScope,
			"SlotRelative.Step": ref.SlotRelative.Step, "SlotRelative.Validate": ref.SlotRelative.Validate,
			"SlotRelative.Walk": ref.SlotRelative.Walk, "Smoothed.GetPenaltyFactor": ref.Smoothed.GetPenaltyFactor,
			"Smoothed.GetSmoothedOfflineBalance": ref.Smoothed.GetSmoothedOfflineBalance, "Smoothed.Seed": ref.Smoothed.Seed,
			"Smoothed.Step": ref.Smoothed.Step, "Smoothed.Walk": ref.Smoothed.Walk, "State.Validate": ref.State.Validate, "StatusQuo": ref.StatusQuo,
			"WindowMeanSeed": ref.WindowMeanSeed,
		},
		Samples: []any{edgeState, edgeParams, edgeRegistry, edgeNumber, edgeMechanism},
	}
	edges.Test(t)
}

func edgeParams(rng *rand.Rand) spec.Params {
	p, err := spec.ParamsFor(spec.Preset(rng.IntN(2)), spec.Fork(rng.IntN(len(spec.Forks()))))
	if err != nil {
		panic(err)
	}
	return p
}

// edgeRegistry is one of four validators, half the time with short columns.
func edgeRegistry(rng *rand.Rand) *spec.Registry {
	s := newState(4)
	r := s.Registry
	if rng.IntN(2) == 0 {
		return r
	}
	r.Balance = r.Balance[:rng.IntN(5)]
	r.SlotOffset = r.SlotOffset[:rng.IntN(5)]
	r.PreviousFlags, r.FailedBefore = r.PreviousFlags[:rng.IntN(5)], r.FailedBefore[:rng.IntN(5)]
	return r
}

func edgeState(rng *rand.Rand) ref.State {
	return ref.State{
		Params: edgeParams(rng), Registry: edgeRegistry(rng),
		Boundary: spec.Boundary{CurrentEpoch: spec.Epoch(rng.IntN(3) * 50), NextBlockMissing: rng.Uint64()},
	}
}

// edgeNumber is a number beyond 64 bits, or below zero.
func edgeNumber(rng *rand.Rand) *big.Int {
	v := new(big.Int).Lsh(big.NewInt(rng.Int64()-rng.Int64()), uint(rng.IntN(100)))
	return v.Sub(v, big.NewInt(rng.Int64N(3)))
}

func edgeMechanism(rng *rand.Rand) ref.Mechanism {
	return []ref.Mechanism{ref.StatusQuo, ref.E0().Walk, ref.E3().Walk, ref.DefaultNetExcess().Walk, ref.DefaultNetExcessPerFlag().Walk, ref.DefaultSlotRelative().Walk}[rng.IntN(6)]
}
