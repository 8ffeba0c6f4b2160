package epoch_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/epoch"
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
			"AdjustedSlashings": epoch.AdjustedSlashings, "BaseReward": epoch.BaseReward, "Deltas.Apply": epoch.Deltas.Apply,
			"EffectiveBalance": epoch.EffectiveBalance, "Engine.Factors": (*epoch.Engine).Factors,
			"Engine.ProcessEpoch": (*epoch.Engine).ProcessEpoch, "Engine.Summary": (*epoch.Engine).Summary, "FlagDeltas": epoch.FlagDeltas,
			"FlagReward": epoch.FlagReward, "InactivityDeltas": epoch.InactivityDeltas, "NewDeltas": newDeltas, "NewEngine": epoch.NewEngine,
			"ProcessEffectiveBalanceUpdates": epoch.ProcessEffectiveBalanceUpdates, "ProcessEpoch": epoch.ProcessEpoch,
			"ProcessInactivityUpdates": epoch.ProcessInactivityUpdates, "ProcessRewardsAndPenalties": epoch.ProcessRewardsAndPenalties,
			"ProcessSlashings": epoch.ProcessSlashings, "SlashingPenalty": epoch.SlashingPenalty, "TakeExitChurn": epoch.TakeExitChurn,
			"BalanceChurnElectra":                 epoch.BalanceChurnElectra,
			"BalanceChurnGloas":                   epoch.BalanceChurnGloas,
			"CheckState":                          epoch.CheckState,
			"DepositSigningRoot":                  epoch.DepositSigningRoot,
			"InactivityPenalty":                   epoch.InactivityPenalty,
			"InitiateConsolidation":               epoch.InitiateConsolidation,
			"InitiateExit":                        epoch.InitiateExit,
			"NextInactivityScore":                 epoch.NextInactivityScore,
			"ObserveEpoch":                        epoch.ObserveEpoch,
			"ProcessBuilderPendingPayments":       epoch.ProcessBuilderPendingPayments,
			"ProcessEth1DataReset":                epoch.ProcessEth1DataReset,
			"ProcessHistoricalRootsUpdate":        epoch.ProcessHistoricalRootsUpdate,
			"ProcessHistoricalSummariesUpdate":    epoch.ProcessHistoricalSummariesUpdate,
			"ProcessJustificationAndFinalization": epoch.ProcessJustificationAndFinalization,
			"ProcessPTCWindow":                    epoch.ProcessPTCWindow,
			"ProcessParticipationFlagUpdates":     epoch.ProcessParticipationFlagUpdates,
			"ProcessPendingConsolidations":        epoch.ProcessPendingConsolidations,
			"ProcessPendingDeposits":              epoch.ProcessPendingDeposits,
			"ProcessProposerLookahead":            epoch.ProcessProposerLookahead,
			"ProcessRandaoMixesReset":             epoch.ProcessRandaoMixesReset,
			"ProcessRegistryUpdates":              epoch.ProcessRegistryUpdates,
			"ProcessSlashingsReset":               epoch.ProcessSlashingsReset,
			"ProcessState":                        epoch.ProcessState,
			"ProcessSyncCommitteeUpdates":         epoch.ProcessSyncCommitteeUpdates,
			"Steps":                               epoch.Steps,
			"SyncCommitteeIndices":                epoch.SyncCommitteeIndices,
			"Taken":                               epoch.Taken,
			"TargetVotes":                         epoch.TargetVotes,
			"ValidatorActivationChurnLimit":       epoch.ValidatorActivationChurnLimit,
			"ValidatorChurnLimit":                 epoch.ValidatorChurnLimit,
			"Engine.ProcessState":                 (*epoch.Engine).ProcessState, "Engine.Touched": (*epoch.Engine).Touched, "InState": epoch.InState, "ProcessStep": epoch.ProcessStep, "Observer.Silent": epoch.Observer.Silent, "Keys.Find": (*epoch.Keys).Find,
			"VectorRoot":                        epoch.VectorRoot,
			"WeighJustificationAndFinalization": epoch.WeighJustificationAndFinalization,
		},
		Samples: []any{edgeParams, edgeRegistry, edgeSummary, edgeRule, edgeRulePointer, edgeEngine, edgeDeltas, edgeState},
	}
	edges.Test(t)
}

// newDeltas leaves out the largest number that is allocated for.
func newDeltas(n int) epoch.Deltas {
	if n == spec.MaxValidators {
		return epoch.Deltas{}
	}
	return epoch.NewDeltas(n)
}

func edgeParams(rng *rand.Rand) *spec.Params {
	p, err := spec.ParamsFor(spec.Preset(rng.IntN(2)), spec.Fork(rng.IntN(len(spec.Forks()))))
	if err != nil {
		panic(err)
	}
	return &p
}

const edgeValidators = 5

// edgeRegistry is one of five validators, half the time with a column of another
// length.
func edgeRegistry(rng *rand.Rand) *spec.Registry {
	r := spec.NewRegistry(edgeValidators)
	for i := range r.Len() {
		r.EffectiveBalance[i], r.Balance[i], r.SlotOffset[i] = 32*spec.ETH, 32*spec.ETH, uint8(rng.IntN(8))
		r.PreviousFlags[i], r.Slashed[i] = spec.Flags(rng.IntN(8)), rng.IntN(4) == 0
	}
	if rng.IntN(2) == 0 {
		shorten(r, rng.IntN(columns), rng.IntN(8))
	}
	return r
}

// columns is how many columns a registry has.
const columns = 12

// shorten makes a column another length, with zeros where it grows.
func shorten(r *spec.Registry, column, n int) {
	switch column {
	case 0:
		r.EffectiveBalance = make([]spec.Gwei, n)
	case 1:
		r.Balance = make([]spec.Gwei, n)
	case 2:
		r.Slashed = make([]bool, n)
	case 3:
		r.Compounding = make([]bool, n)
	case 4:
		r.ActivationEpoch = make([]spec.Epoch, n)
	case 5:
		r.ExitEpoch = make([]spec.Epoch, n)
	case 6:
		r.WithdrawableEpoch = make([]spec.Epoch, n)
	case 7:
		r.PreviousFlags = make([]spec.Flags, n)
	case 8:
		r.CurrentFlags = make([]spec.Flags, n)
	case 9:
		r.InactivityScore = make([]uint64, n)
	case 10:
		r.SlotOffset = make([]uint8, n)
	case 11:
		r.FailedBefore = make([]bool, n)
	}
}

func edgeSummary(rng *rand.Rand) *spec.Summary {
	p, r, s := edgeParams(rng), edgeRegistry(rng), new(spec.Summary)
	_ = spec.Summarize(s, p, r, spec.Boundary{CurrentEpoch: spec.Epoch(rng.IntN(3) * 50)}, 1)
	return s
}

func edgeRule(rng *rand.Rand) penalty.Rule {
	rules := penalty.Rules()
	return rules[rng.IntN(len(rules))]
}

func edgeRulePointer(rng *rand.Rand) *penalty.Rule {
	r := edgeRule(rng)
	return &r
}

func edgeEngine(rng *rand.Rand) *epoch.Engine {
	e, err := epoch.NewEngine(*edgeParams(rng), edgeRule(rng), rng.IntN(4))
	if err != nil {
		panic(err)
	}
	return e
}

func edgeDeltas(*rand.Rand) epoch.Deltas { return epoch.NewDeltas(edgeValidators) }

// edgeState is a state of the minimal preset with five validators, sometimes with a
// list of another length.
func edgeState(rng *rand.Rand) *spec.BeaconState {
	p, err := spec.ParamsFor(spec.Minimal, spec.EIP7716)
	if err != nil {
		panic(err)
	}
	r := edgeRegistry(rng)
	r.ActivationEligibilityEpoch = make([]spec.Epoch, edgeValidators)
	s := &spec.BeaconState{
		Slot: spec.Slot(rng.IntN(4)*8 + 7), Registry: r,
		PublicKeys: make([]spec.PublicKey, edgeValidators), WithdrawalCredentials: make([]spec.Root, edgeValidators),
		BlockRoots: make([]spec.Root, p.SlotsPerHistoricalRoot), StateRoots: make([]spec.Root, p.SlotsPerHistoricalRoot),
		RandaoMixes: make([]spec.Root, p.EpochsPerHistoricalVector), Slashings: make([]spec.Gwei, p.EpochsPerSlashingsVector),
		PendingDeposits:           make([]spec.PendingDeposit, rng.IntN(3)),
		PendingConsolidations:     make([]spec.PendingConsolidation, rng.IntN(3)),
		ProposerLookahead:         make([]spec.ValidatorIndex, 2*p.SlotsPerEpoch),
		BuilderPendingPayments:    make([]spec.BuilderPendingPayment, 2*p.SlotsPerEpoch),
		PTCWindow:                 make([]spec.ValidatorIndex, 3*p.SlotsPerEpoch*p.PTCSize),
		DepositRequestsStartIndex: uint64(rng.IntN(2)),
	}
	switch rng.IntN(8) {
	case 0:
		s.RandaoMixes = nil
	case 1:
		s.PTCWindow = s.PTCWindow[1:]
	case 2:
		s.PublicKeys = nil
	case 3:
		r.ActivationEligibilityEpoch = nil
	}
	return s
}
