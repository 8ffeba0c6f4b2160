package ref

import (
	"math/rand/v2"
	"testing"

	"github.com/stakesim/stakesim/spec/budget"
)

// model is a ledger that New made, or nil. (Edge values of the ledger's own type would
// be tables of rows of nil, which no function of this package makes.)
type model interface{ ledger() *Ledger }

func (m *Ledger) ledger() *Ledger { return m }

// made turns a method of the ledger into a function of a model.
func made(method any) any { return budget.Of(model.ledger, method) }

// atWork is a model with rows of every kind.
func atWork(*rand.Rand) model {
	m, eth := New(5, 10), Int(uint64(1_000_000_000))
	for id := range uint64(3) {
		m.ProcessOpening(id, mul(eth, Int(100+id)))
	}
	m.ProcessRegistration(3, 4, 0, eth, Frac(1, 10), eth)
	m.ProcessRegistration(5, 6, 1, eth, Frac(1, 20), new(Rat))
	m.ProcessDelegation(7, 1, 3, eth)
	m.ProcessDelegation(8, 2, 3, eth)
	m.ProcessRedelegation(9, 8, 5, Frac(1, 2))
	m.ProcessUndelegation(10, 7, Frac(1, 3))
	m.ProcessLightDelegation(11, 2, 5, mul(eth, Int(uint64(5))))
	m.ProcessLotPointer(7, 5, false)
	m.ProcessWalletPointer(2, 3, false)
	m.ProcessTokenisation(0, 7, Frac(1, 4))
	m.AdvanceEpoch()
	m.ProcessLightReward(5, eth)
	m.ProcessPointerReward(3, eth)
	return m
}

// TestNoExportedFunctionPanicsOnEdgeValues calls every exported function with no
// ledger, an empty one and one at work, with ids and amounts of any size: two seconds
// and 256 MiB for each call.
func TestNoExportedFunctionPanicsOnEdgeValues(t *testing.T) {
	edges := budget.Edges{
		Dir: ".",
		Functions: map[string]any{
			"Frac":                            Frac,
			"Int":                             Int[uint64],
			"Ledger.AdvanceEpoch":             made((*Ledger).AdvanceEpoch),
			"Ledger.Bond":                     made((*Ledger).Bond),
			"Ledger.Holds":                    made((*Ledger).Holds),
			"Ledger.PointerWeight":            made((*Ledger).PointerWeight),
			"Ledger.Prices":                   made((*Ledger).Prices),
			"Ledger.Principal":                made((*Ledger).Principal),
			"Ledger.ProcessCancellation":      made((*Ledger).ProcessCancellation),
			"Ledger.ProcessCommissionChange":  made((*Ledger).ProcessCommissionChange),
			"Ledger.ProcessDelegation":        made((*Ledger).ProcessDelegation),
			"Ledger.ProcessExit":              made((*Ledger).ProcessExit),
			"Ledger.ProcessHeavyReward":       made((*Ledger).ProcessHeavyReward),
			"Ledger.ProcessLightClaim":        made((*Ledger).ProcessLightClaim),
			"Ledger.ProcessLightDelegation":   made((*Ledger).ProcessLightDelegation),
			"Ledger.ProcessLightRedelegation": made((*Ledger).ProcessLightRedelegation),
			"Ledger.ProcessLightReward":       made((*Ledger).ProcessLightReward),
			"Ledger.ProcessLightUndelegation": made((*Ledger).ProcessLightUndelegation),
			"Ledger.ProcessLotPointer":        made((*Ledger).ProcessLotPointer),
			"Ledger.ProcessOpening":           made((*Ledger).ProcessOpening),
			"Ledger.ProcessPayment":           made((*Ledger).ProcessPayment),
			"Ledger.ProcessPointerReward":     made((*Ledger).ProcessPointerReward),
			"Ledger.ProcessRedelegation":      made((*Ledger).ProcessRedelegation),
			"Ledger.ProcessRedemption":        made((*Ledger).ProcessRedemption),
			"Ledger.ProcessRegistration":      made((*Ledger).ProcessRegistration),
			"Ledger.ProcessSlashing":          made((*Ledger).ProcessSlashing),
			"Ledger.ProcessTokenisation":      made((*Ledger).ProcessTokenisation),
			"Ledger.ProcessTransfer":          made((*Ledger).ProcessTransfer),
			"Ledger.ProcessUndelegation":      made((*Ledger).ProcessUndelegation),
			"Ledger.ProcessWalletPointer":     made((*Ledger).ProcessWalletPointer),
			"Ledger.Shares":                   made((*Ledger).Shares),
			"Ledger.SharesOf":                 made((*Ledger).SharesOf),
			"Ledger.Value":                    made((*Ledger).Value),
			"New":                             New,
		},
		Samples: []any{
			atWork,
			func(*rand.Rand) model { return New(0, 0) },
			func(*rand.Rand) model { return new(Ledger) },
			func(rng *rand.Rand) uint64 { return rng.Uint64N(13) },
			func(rng *rand.Rand) *Rat { return Frac(rng.Uint64N(4), 1+rng.Uint64N(4)) },
			func(rng *rand.Rand) *Rat { return new(Rat).SetFrac64(-rng.Int64(), 1+rng.Int64N(9)) },
		},
	}
	edges.Test(t)
}
