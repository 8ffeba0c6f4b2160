package whole

import (
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/spec/budget"
)

// coherent is a ledger whose tables refer to what is there, or nil.
type coherent interface{ ledger() *Ledger }

func (l *Ledger) ledger() *Ledger { return l }

// model turns a method of the ledger into a function of a coherent one.
func model(method any) any { return budget.Of(coherent.ledger, method) }

// atWork is a ledger with rows of every kind.
func atWork(rng *rand.Rand) coherent {
	lien := Lien{Set: true, ID: 4, Source: 2, Initial: 50, Start: 1, End: 9}
	return &Ledger{
		Config: Config{UnbondingEpochs: 8, LeverageCap: []uint64{Off, One, 0}[rng.IntN(3)]}, Epoch: rng.Uint64N(10), NextID: 20, Genesis: 100 * ETH,
		Operators: map[uint64]*Operator{
			1: {ID: 1, Bond: 1000, PoolTokens: 300, PoolShares: 250, Commission: One / 10, Light: RewardIndex{Weight: 2 * ETH}},
			2: {ID: 2, Bond: 7, PoolTokens: 1, PoolShares: 2, Pointers: RewardIndex{Weight: ETH}},
		},
		Lots: map[uint64]*Lot{
			3: {ID: 3, Owner: 0, Operator: 2, Shares: 2, Pointer: Pointer{Set: true, Operator: 1, Weight: 5}},
			4: {ID: 4, Owner: 0, Operator: 1, Shares: 250, Lien: lien},
		},
		Unbondings: map[uint64]*Unbonding{
			5: {ID: 5, Operator: 2, Initial: 60, Balance: 50, Start: 1, Complete: 9, Lien: Lien{}},
			6: {ID: 6, Operator: 1, Initial: 60, Balance: 60, Start: 2, Complete: 10, Lien: lien},
			7: {ID: 7, Operator: 2, Initial: 3, Balance: 3, Start: 3, Complete: 11, Bond: true},
		},
		Lights:   map[uint64]*LightPosition{8: {ID: 8, Operator: 1, Principal: 2 * ETH, Pending: 5}},
		Accounts: map[uint64]*Account{0: {ID: 0, Free: 2 * ETH, Pointer: Pointer{Set: true, Operator: 2, Weight: ETH}}},
		Evidence: map[uint64]*Evidence{9: {9, 2, 1}},
	}
}

// TestNoExportedFunctionPanicsOnEdgeValues calls every exported function with no
// ledger, an empty one and one at work, with ids and amounts of any size: two seconds
// and 256 MiB for each call.
func TestNoExportedFunctionPanicsOnEdgeValues(t *testing.T) {
	edges := budget.Edges{
		Dir: ".", Kinds: []error{ErrMirror},
		Functions: map[string]any{
			"Apportion":                   Apportion,
			"AtMost":                      AtMost,
			"Ceil":                        Ceil,
			"Compare":                     func(a, b any) bool { return Compare(a, b) == nil },
			"Copy":                        Copy,
			"Difference.Error":            (*Difference).Error,
			"Floor":                       Floor,
			"IDs":                         IDs[int],
			"Int":                         Int,
			"Ledger.AdvanceEpoch":         model((*Ledger).AdvanceEpoch),
			"Ledger.CheckSlash":           model((*Ledger).CheckSlash),
			"Ledger.Effective":            model((*Ledger).Effective),
			"Ledger.LiableBond":           model((*Ledger).LiableBond),
			"Ledger.Owed":                 model((*Ledger).Owed),
			"Ledger.ProcessHeavyReward":   model((*Ledger).ProcessHeavyReward),
			"Ledger.ProcessLightReward":   model((*Ledger).ProcessLightReward),
			"Ledger.ProcessPointerReward": model((*Ledger).ProcessPointerReward),
			"Ledger.ProcessSlashing":      model((*Ledger).ProcessSlashing),
			"Operator.Value":              (*Operator).Value,
			"Sum":                         Sum,
		},
		Samples: []any{
			atWork,
			func(*rand.Rand) coherent { return new(Ledger) },
			func(rng *rand.Rand) uint64 { return rng.Uint64N(12) },
			func(rng *rand.Rand) *big.Int { return big.NewInt(rng.Int64() - 1<<62) },
			func(rng *rand.Rand) any { return mirrors[rng.IntN(len(mirrors))]() },
		},
	}
	edges.Test(t)
}

// mirrors are what Copy and Compare can be given.
var mirrors = []func() any{
	func() any { return atWork(rand.New(rand.NewPCG(1, 2))) },
	func() any { return new(Ledger) },
	func() any { return (*Ledger)(nil) },
	func() any { return Ledger{} },
	func() any { return 5 },
	func() any { return new(int) },
	func() any { return []uint64{1} },
	func() any { return new(chan int) },
	func() any {
		return &struct {
			Rows map[uint64]*struct{ ID uint64 }
		}{}
	},
	func() any {
		return &struct {
			Rows map[uint64]*struct{ ID uint64 }
		}{map[uint64]*struct{ ID uint64 }{1: nil}}
	},
	func() any { return &struct{ Rows map[uint64]uint64 }{map[uint64]uint64{1: 2}} },
	func() any {
		return &struct {
			Rows map[string]*struct{ ID string }
		}{map[string]*struct{ ID string }{"a": nil}}
	},
	func() any { return struct{ Rows []struct{ ID uint8 } }{[]struct{ ID uint8 }{{1}, {1}}} },
	func() any { return struct{ Rows []struct{ ID string } }{[]struct{ ID string }{{"a"}}} },
	func() any { return struct{ Rows []struct{} }{[]struct{}{{}}} },
	func() any { return struct{ rows []uint64 }{} },
	func() any { return &struct{ rows []uint64 }{} },
	func() any { return &struct{ Rows *struct{ Rows *int } }{} },
}

func TestValuesOfTwoTypesDifferAndHiddenFieldsDoNot(t *testing.T) {
	type hidden struct{ a int }
	require.Nil(t, Compare(&hidden{1}, &hidden{2}))
	require.Nil(t, Compare(nil, nil))
	require.NotNil(t, Compare(&Ledger{}, (*Ledger)(nil)))
	require.NotNil(t, Compare(&Ledger{}, &Operator{}))
	require.NotNil(t, Compare(1, 2))
}
