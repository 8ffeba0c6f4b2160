package rainbow

import (
	"math/rand/v2"
	"testing"

	"github.com/stakesim/stakesim/delegation"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/budget"
)

// TestNoExportedFunctionPanicsOnEdgeValues calls every exported function with no
// state, states of anything and economies at work, and with amounts, sizes of
// committees, ratios, curves and lists of any size: two seconds and 256 MiB for each
// call.
func TestNoExportedFunctionPanicsOnEdgeValues(t *testing.T) {
	list := economies(t, 6)
	edges := budget.Edges{
		Dir: ".", Kinds: sentinels,
		Functions: map[string]any{
			"CappedOperatorSlash":        CappedOperatorSlash,
			"DefaultConfig":              DefaultConfig,
			"AddRolePrice":               AddRolePrice,
			"AddService":                 AddService,
			"Admissible":                 Admissible,
			"AnnualIssuance":             AnnualIssuance,
			"BaseRewardPerIncrement":     BaseRewardPerIncrement,
			"BelowQuorum":                BelowQuorum,
			"BondForSeat":                BondForSeat,
			"Capped":                     Capped,
			"CheckInvariants":            CheckInvariants,
			"Class.String":               Class.String,
			"ConditionalShare":           ConditionalShare,
			"Config.Validate":            (*Config).Validate,
			"Cubed":                      Cubed,
			"Curve.Validate":             (*Curve).Validate,
			"CurveKind.String":           CurveKind.String,
			"EconomicCap":                EconomicCap,
			"EpochIssuance":              EpochIssuance,
			"FinalByBothLayers":          FinalByBothLayers,
			"Generalised":                Generalised,
			"Halved":                     Halved,
			"HillFloor":                  HillFloor,
			"Issuance.Share":             (*Issuance).Share,
			"LightCommittee":             LightCommittee,
			"ListerShare":                ListerShare,
			"New":                        New,
			"NextPrice":                  NextPrice,
			"OperatorWeight.Light":       (*OperatorWeight).Light,
			"OrbitIncluded":              OrbitIncluded,
			"OrbitInclusion":             OrbitInclusion,
			"OrbitReward":                OrbitReward,
			"Peak":                       Peak,
			"PowerClasses":               PowerClasses,
			"ProcessCertificate":         ProcessCertificate,
			"ProcessEpoch":               ProcessEpoch,
			"ProcessOptIn":               ProcessOptIn,
			"ProcessOptOut":              ProcessOptOut,
			"ProcessPenalty":             ProcessPenalty,
			"RateCap":                    RateCap,
			"RatioToHeavy.Share":         RatioToHeavy.Share,
			"RelativeReward":             RelativeReward,
			"SampleCommittee":            SampleCommittee,
			"ScheduledPenalty":           ScheduledPenalty,
			"SeatStake":                  SeatStake,
			"Service.Validate":           (*Service).Validate,
			"ShareOfTotal.Ratio":         ShareOfTotal.Ratio,
			"ShareOfTotal.SplitIssuance": ShareOfTotal.SplitIssuance,
			"ShareOfTotal.Validate":      ShareOfTotal.Validate,
			"SigmoidFloor":               SigmoidFloor,
			"SpecIssuance":               SpecIssuance,
			"SplitProposer":              SplitProposer,
			"Sqrt":                       Sqrt,
			"StallProbability":           StallProbability,
			"State.Clone":                (*State).Clone,
			"State.Registration":         (*State).Registration,
			"State.Service":              (*State).Service,
			"Tempered":                   Tempered,
			"UniquenessShare":            UniquenessShare,
			"Yield":                      Yield,
			"ZipfStakes":                 ZipfStakes,
		},
		Samples: []any{
			func(rng *rand.Rand) *State { return list[rng.IntN(len(list))].Clone() },
			func(rng *rand.Rand) *delegation.Ledger { return list[rng.IntN(len(list))].Ledger.Clone() },
			func(rng *rand.Rand) Config { return list[rng.IntN(len(list))].Config },
			func(rng *rand.Rand) Curve { return list[rng.IntN(len(list))].Config.Issuance.Curve },
			func(rng *rand.Rand) uint64 { return rng.Uint64N(12) },
			func(rng *rand.Rand) ServiceID { return ServiceID(rng.Uint64N(4)) },
			func(rng *rand.Rand) ItemID { return ItemID(rng.Uint64N(4)) },
			func(rng *rand.Rand) EvidenceID { return EvidenceID(rng.Uint64N(4)) },
			func(rng *rand.Rand) delegation.OperatorID { return delegation.OperatorID(rng.Uint64N(12)) },
			func(rng *rand.Rand) delegation.AccountID { return delegation.AccountID(rng.Uint64N(12)) },
			func(rng *rand.Rand) spec.Gwei { return spec.Gwei(rng.Uint64N(uint64(million))) },
			func(rng *rand.Rand) spec.Epoch { return spec.Epoch(rng.Uint64N(14)) },
			func(rng *rand.Rand) delegation.Ratio {
				return delegation.Ratio{Num: rng.Uint64N(4), Den: 1 + rng.Uint64N(4)}
			},
		},
	}
	edges.Test(t)
}
