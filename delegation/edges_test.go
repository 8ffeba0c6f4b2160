package delegation

import (
	"iter"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/budget"
)

// drain goes through an iterator.
func drain[T any](seq iter.Seq[T]) {
	for range seq {
		continue
	}
}

func pickOne[T any](rng *rand.Rand, list ...T) T { return list[rng.IntN(len(list))] }

// TestNoExportedFunctionPanicsOnEdgeValues calls every exported function with no
// ledger, an empty one and one at work, and with amounts, ids, epochs and lists of any
// size: two seconds and 256 MiB for each call.
func TestNoExportedFunctionPanicsOnEdgeValues(t *testing.T) {
	l, ids := richLedger(t)
	edges := budget.Edges{
		Dir: ".", Kinds: append(slices.Clone(sentinels), ErrInvariant, spec.ErrUnknown),
		Functions: map[string]any{
			"BondForSeat":              BondForSeat,
			"BurnLightShares":          BurnLightShares,
			"CheckInvariants":          CheckInvariants,
			"Config.Validate":          (*Config).Validate,
			"Created.IDs":              Created.IDs,
			"CorruptionLeverage":       CorruptionLeverage,
			"DefaultConfig":            DefaultConfig,
			"EffectiveStake":           EffectiveStake,
			"Event.Evidence":           Event.Evidence,
			"Event.Light":              Event.Light,
			"Event.Lot":                Event.Lot,
			"Event.Slash":              Event.Slash,
			"Event.Unbonding":          Event.Unbonding,
			"EventKind.String":         EventKind.String,
			"Exposure":                 func(l *Ledger, owner AccountID) { drain(Exposure(l, owner)) },
			"FromState":                FromState,
			"ItemError.Error":          ItemError.Error,
			"ItemError.Unwrap":         ItemError.Unwrap,
			"Ledger.Account":           (*Ledger).Account,
			"Ledger.Burned":            (*Ledger).Burned,
			"Ledger.Clone":             (*Ledger).Clone,
			"Ledger.Config":            (*Ledger).Config,
			"Ledger.Epoch":             (*Ledger).Epoch,
			"Ledger.HeavyTokens":       (*Ledger).HeavyTokens,
			"Ledger.Light":             (*Ledger).Light,
			"Ledger.LightsOf":          func(l *Ledger, owner AccountID) { drain(l.LightsOf(owner)) },
			"Ledger.Lot":               (*Ledger).Lot,
			"Ledger.LotsOf":            func(l *Ledger, owner AccountID) { drain(l.LotsOf(owner)) },
			"Ledger.Operator":          (*Ledger).Operator,
			"Ledger.Standings":         func(l *Ledger) { drain(l.Standings()) },
			"Ledger.State":             (*Ledger).State,
			"Ledger.Supply":            (*Ledger).Supply,
			"Ledger.Unbonding":         (*Ledger).Unbonding,
			"Ledger.UnbondingsOf":      func(l *Ledger, owner AccountID) { drain(l.UnbondingsOf(owner)) },
			"Ledger.Uncollected":       (*Ledger).Uncollected,
			"LightETHBalance":          LightETHBalance,
			"LightPosition.Total":      (*LightPosition).Total,
			"MintLightShares":          MintLightShares,
			"New":                      New,
			"OperationNamed":           OperationNamed,
			"OperationOf":              OperationOf,
			"Operations":               Operations,
			"Operator.Price":           (*Operator).Price,
			"Operator.Principal":       (*Operator).Principal,
			"Parts.Of":                 Parts.Of,
			"PoolSplit.Member":         PoolSplit.Member,
			"PoolSplit.Operator":       PoolSplit.Operator,
			"Pot.String":               Pot.String,
			"PotKind.String":           PotKind.String,
			"PreviewSlashing":          PreviewSlashing,
			"PreviewUndelegation":      PreviewUndelegation,
			"Price.Compare":            Price.Compare,
			"Process":                  Process,
			"ProcessAdvance":           ProcessAdvance,
			"ProcessBondDeposit":       ProcessBondDeposit,
			"ProcessBondWithdrawal":    ProcessBondWithdrawal,
			"ProcessCancellation":      ProcessCancellation,
			"ProcessCommissionChange":  ProcessCommissionChange,
			"ProcessDelegation":        ProcessDelegation,
			"ProcessEpoch":             ProcessEpoch,
			"ProcessEvidence":          ProcessEvidence,
			"ProcessExit":              ProcessExit,
			"ProcessHeavyReward":       ProcessHeavyReward,
			"ProcessLienExpiry":        ProcessLienExpiry,
			"ProcessLightClaim":        ProcessLightClaim,
			"ProcessLightDelegation":   ProcessLightDelegation,
			"ProcessLightRedelegation": ProcessLightRedelegation,
			"ProcessLightReward":       ProcessLightReward,
			"ProcessLightUndelegation": ProcessLightUndelegation,
			"ProcessLotPointer":        ProcessLotPointer,
			"ProcessOpening":           ProcessOpening,
			"ProcessPayment":           ProcessPayment,
			"ProcessPointerReward":     ProcessPointerReward,
			"ProcessRedelegation":      ProcessRedelegation,
			"ProcessRedemption":        ProcessRedemption,
			"ProcessRegistration":      ProcessRegistration,
			"ProcessSlashing":          ProcessSlashing,
			"ProcessTokenisation":      ProcessTokenisation,
			"ProcessTombstoning":       ProcessTombstoning,
			"ProcessTransfer":          ProcessTransfer,
			"ProcessUnbondingQueue":    ProcessUnbondingQueue,
			"ProcessUndelegation":      ProcessUndelegation,
			"ProcessUnjail":            ProcessUnjail,
			"ProcessWalletPointer":     ProcessWalletPointer,
			"ProcessWeightSnapshot":    ProcessWeightSnapshot,
			"Ratio.Float64":            Ratio.Float64,
			"Receipt.Moves":            (*Receipt).Moves,
			"SaturationReward":         SaturationReward,
			"SelfBondRatio":            SelfBondRatio,
			"SharePrice":               SharePrice,
			"SharesForDeposit":         SharesForDeposit,
			"SplitHeavyReward":         SplitHeavyReward,
			"SplitPoolReward":          SplitPoolReward,
			"TokensForShares":          TokensForShares,
		},
		Samples: []any{
			func(*rand.Rand) *Ledger { return l.Clone() },
			func(*rand.Rand) *State { return l.State() },
			func(*rand.Rand) Config { return DefaultConfig() },
			func(rng *rand.Rand) AccountID { return AccountID(rng.Uint64N(4)) },
			func(rng *rand.Rand) OperatorID { return pickOne(rng, ids.a, ids.b) },
			func(rng *rand.Rand) LotID { return pickOne(rng, ids.lot, ids.liened, ids.token, ids.locked) },
			func(rng *rand.Rand) UnbondingID { return pickOne(rng, ids.unbonding, ids.bond) },
			func(rng *rand.Rand) PositionID { return ids.light },
			func(rng *rand.Rand) EvidenceID { return ids.evidence },
			func(rng *rand.Rand) any { return operations[rng.IntN(len(operations))].New() },
			func(rng *rand.Rand) spec.Gwei { return spec.Gwei(rng.Uint64N(uint64(spec.ETH))) },
			func(rng *rand.Rand) spec.Epoch { return spec.Epoch(rng.Uint64N(4)) },
			func(rng *rand.Rand) Ratio { return Ratio{rng.Uint64N(4), 1 + rng.Uint64N(4)} },
		},
	}
	edges.Test(t)
}
