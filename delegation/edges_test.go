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

// TestNoExportedFunctionPanicsOnEdgeValues calls every exported function with no
// ledger, an empty one and one at work, and with amounts, ids, epochs and lists of any
// size: two seconds and 256 MiB for each call.
func TestNoExportedFunctionPanicsOnEdgeValues(t *testing.T) {
	l, ids := richLedger(t)
	edges := budget.Edges{
		Dir: ".", Kinds: append(slices.Clone(sentinels), ErrInvariant),
		Functions: map[string]any{
			"Advance.Apply":            Advance.Apply,
			"BondDeposit.Apply":        BondDeposit.Apply,
			"BondForSeat":              BondForSeat,
			"BondWithdrawal.Apply":     BondWithdrawal.Apply,
			"Cancellation.Apply":       Cancellation.Apply,
			"CheckInvariants":          CheckInvariants,
			"CommissionChange.Apply":   CommissionChange.Apply,
			"Config.Validate":          (*Config).Validate,
			"CorruptionLeverage":       CorruptionLeverage,
			"DefaultConfig":            DefaultConfig,
			"Delegation.Apply":         Delegation.Apply,
			"EffectiveStake":           EffectiveStake,
			"EpochInput.Apply":         EpochInput.Apply,
			"EventKind.String":         EventKind.String,
			"EvidenceSubmission.Apply": EvidenceSubmission.Apply,
			"Exit.Apply":               Exit.Apply,
			"Exposure":                 func(l *Ledger, owner uint64) { drain(Exposure(l, owner)) },
			"FromState":                FromState,
			"HeavyReward.Apply":        HeavyReward.Apply,
			"ItemError.Error":          ItemError.Error,
			"ItemError.Unwrap":         ItemError.Unwrap,
			"Ledger.Account":           (*Ledger).Account,
			"Ledger.Burned":            (*Ledger).Burned,
			"Ledger.Clone":             (*Ledger).Clone,
			"Ledger.Config":            (*Ledger).Config,
			"Ledger.Epoch":             (*Ledger).Epoch,
			"Ledger.HeavyTokens":       (*Ledger).HeavyTokens,
			"Ledger.Light":             (*Ledger).Light,
			"Ledger.LightsOf":          func(l *Ledger, owner uint64) { drain(l.LightsOf(owner)) },
			"Ledger.Lot":               (*Ledger).Lot,
			"Ledger.LotsOf":            func(l *Ledger, owner uint64) { drain(l.LotsOf(owner)) },
			"Ledger.Operator":          (*Ledger).Operator,
			"Ledger.Standings":         func(l *Ledger) { drain(l.Standings()) },
			"Ledger.State":             (*Ledger).State,
			"Ledger.Supply":            (*Ledger).Supply,
			"Ledger.Unbonding":         (*Ledger).Unbonding,
			"Ledger.UnbondingsOf":      func(l *Ledger, owner uint64) { drain(l.UnbondingsOf(owner)) },
			"Ledger.Uncollected":       (*Ledger).Uncollected,
			"LightClaim.Apply":         LightClaim.Apply,
			"LightDelegation.Apply":    LightDelegation.Apply,
			"LightETHBalance":          LightETHBalance,
			"LightPosition.Total":      (*LightPosition).Total,
			"LightRedelegation.Apply":  LightRedelegation.Apply,
			"LightReward.Apply":        LightReward.Apply,
			"LightUndelegation.Apply":  LightUndelegation.Apply,
			"LotPointer.Apply":         LotPointer.Apply,
			"New":                      New,
			"NewOperation":             NewOperation,
			"Opening.Apply":            Opening.Apply,
			"OperationNames":           OperationNames,
			"Operator.Price":           (*Operator).Price,
			"Operator.Principal":       (*Operator).Principal,
			"Payment.Apply":            Payment.Apply,
			"PointerReward.Apply":      PointerReward.Apply,
			"PoolSplit.Member":         PoolSplit.Member,
			"PoolSplit.Operator":       PoolSplit.Operator,
			"Pot.String":               Pot.String,
			"PotKind.String":           PotKind.String,
			"PreviewSlash":             PreviewSlash,
			"PreviewUndelegation":      PreviewUndelegation,
			"Price.Compare":            Price.Compare,
			"ProcessBondDeposit":       ProcessBondDeposit,
			"ProcessBondWithdrawal":    ProcessBondWithdrawal,
			"ProcessCancellation":      ProcessCancellation,
			"ProcessCommissionChange":  ProcessCommissionChange,
			"ProcessDelegation":        ProcessDelegation,
			"ProcessEpoch":             ProcessEpoch,
			"ProcessEpochs":            ProcessEpochs,
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
			"Redelegation.Apply":       Redelegation.Apply,
			"Redemption.Apply":         Redemption.Apply,
			"Registration.Apply":       Registration.Apply,
			"SaturationReward":         SaturationReward,
			"SelfBondRatio":            SelfBondRatio,
			"SharePrice":               SharePrice,
			"SharesForDeposit":         SharesForDeposit,
			"Slashing.Apply":           Slashing.Apply,
			"SplitPoolReward":          SplitPoolReward,
			"Tokenisation.Apply":       Tokenisation.Apply,
			"TokensForShares":          TokensForShares,
			"Tombstoning.Apply":        Tombstoning.Apply,
			"Transfer.Apply":           Transfer.Apply,
			"Undelegation.Apply":       Undelegation.Apply,
			"Unjail.Apply":             Unjail.Apply,
			"WalletPointer.Apply":      WalletPointer.Apply,
		},
		Samples: []any{
			func(*rand.Rand) *Ledger { return l.Clone() },
			func(*rand.Rand) *State { return l.State() },
			func(*rand.Rand) Config { return DefaultConfig() },
			func(rng *rand.Rand) uint64 { return rng.Uint64N(ids.evidence + 2) },
			func(rng *rand.Rand) spec.Gwei { return spec.Gwei(rng.Uint64N(uint64(spec.ETH))) },
			func(rng *rand.Rand) spec.Epoch { return spec.Epoch(rng.Uint64N(4)) },
			func(rng *rand.Rand) Ratio { return Ratio{rng.Uint64N(4), 1 + rng.Uint64N(4)} },
		},
	}
	edges.Test(t)
}
