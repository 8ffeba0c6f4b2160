package ref

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/delegation/ref/whole"
	"github.com/stakesim/stakesim/spec/budget"
)

// coherent is a state whose tables refer to what is there, or nil.
type coherent interface{ state() *State }

func (s *State) state() *State { return s }

// model turns a method of the state into a function of a coherent one.
func model(method any) any { return budget.Of(coherent.state, method) }

// atWork is an economy of two operators and four services, with some of everything.
func atWork(rng *rand.Rand) coherent {
	const eth = whole.ETH
	now := 4 + rng.Uint64N(3)
	half := Ratio{1, 2}
	s := &State{
		Config: Config{
			Issuance:      Issuance{Curve: Curve{Kind: rng.Uint64N(9), Factor: 64, EpochsPerYear: 1 + rng.Uint64N(9), K: eth, N: 2, Center: 900 * eth, Level: 9}, Alpha: half, Convention: rng.Uint64N(2)},
			SlotsPerEpoch: rng.Uint64N(4), Adoption: rng.Uint64N(3),
		},
		Ledger: &whole.Ledger{
			Config: whole.Config{UnbondingEpochs: 4, LeverageCap: whole.Off}, Epoch: now, Genesis: 200 * eth, NextID: 9,
			Operators: map[uint64]*whole.Operator{1: {ID: 1, Bond: 32 * eth}, 2: {ID: 2, Bond: 64 * eth, PoolTokens: 5, PoolShares: 5}},
			Lots:      map[uint64]*whole.Lot{3: {ID: 3, Operator: 2, Shares: 5}},
			Accounts:  map[uint64]*whole.Account{0: {}},
		},
		Services: map[uint64]*Service{
			0: {ID: 0, Weight: 1, MaxLoss: whole.Off},
			1: {ID: 1, Class: LightBonded, LossRule: whole.BondOnly, Weight: 2, Rule: EqualParts, Coupling: Strong, CommitteeSize: 4, Quorum: half, InclusionShare: whole.One / 2, Window: 3},
			2: {ID: 2, Class: LightFree, LossRule: whole.BondOnly, Weight: 3, Rule: FOCILR, CommitteeSize: 4, SoleShare: half, MaxLoss: 7},
			3: {ID: 3, Class: LightFree, LossRule: whole.BondOnly, Weight: 3, Rule: rng.Uint64N(5), Coupling: Weak, CommitteeSize: 4, Quorum: half},
		},
		Registrations: map[RegistrationKey]*Registration{
			{1, 0}: {Operator: 1, Active: true}, {1, 1}: {Operator: 1, Service: 1, Active: true, Allocation: eth},
			{2, 0}: {Operator: 2, Active: true}, {2, 2}: {Operator: 2, Service: 2, Active: true}, {2, 3}: {Operator: 2, Service: 3, Left: 2},
		},
		Prices:       map[uint64]*RolePrice{1: {Service: 1, Floor: 5, Price: 6, Sensitivity: half, Target: half}},
		Penalties:    map[PenaltyKey]*Penalty{{1, 9}: {Service: 1, Evidence: 9, Operator: 1, Epoch: 4, Fraction: half}},
		Certificates: map[CertificateKey]*Certificate{{1, 0}: {1, 0, 3}},
		Go:           Snapshot{Taken: true, Epoch: 2, Rows: map[uint64]*OperatorWeight{1: {1, 32 * eth, 5, 5}, 2: {2, 64 * eth, 6, 0}}},
		NextSlash:    1 << 63,
	}
	return s
}

// TestNoExportedFunctionPanicsOnEdgeValues calls every exported function with no
// state, an empty one and one at work, with ids, amounts, sizes and numbers of any size
// and none: two seconds and 256 MiB for each call.
func TestNoExportedFunctionPanicsOnEdgeValues(t *testing.T) {
	numbers := []float64{0, 1, -1, 0.5, 3e7, 1e300, -1e300, math.Inf(1), math.Inf(-1), math.SmallestNonzeroFloat64}
	edges := budget.Edges{
		Dir: ".", Kinds: []error{whole.ErrMirror},
		Functions: map[string]any{
			"Apportion":                Apportion,
			"Constant":                 Constant,
			"Cubed":                    Cubed,
			"Curve.AnnualIssuance":     (*Curve).AnnualIssuance,
			"ETH":                      ETH,
			"EconomicCap":              EconomicCap,
			"Floor":                    Floor,
			"Generalised":              Generalised,
			"HillFloor":                HillFloor,
			"Int":                      Int,
			"ListerShare":              ListerShare,
			"Load":                     Load,
			"LoadEpochInput":           LoadEpochInput,
			"Power2":                   Power2,
			"SigmoidFloor":             SigmoidFloor,
			"Sqrt":                     Sqrt,
			"State.AddRolePrice":       model((*State).AddRolePrice),
			"State.ProcessCertificate": model((*State).ProcessCertificate),
			"State.ProcessEpoch":       model((*State).ProcessEpoch),
			"State.ProcessOptIn":       model((*State).ProcessOptIn),
			"State.ProcessOptOut":      model((*State).ProcessOptOut),
			"State.ProcessPenalty":     model((*State).ProcessPenalty),
			"State.Refusals":           model((*State).Refusals),
			"Tempered":                 Tempered,
		},
		Samples: []any{
			atWork,
			func(*rand.Rand) coherent { return new(State) },
			func(*rand.Rand) coherent { return &State{Ledger: new(whole.Ledger)} },
			func(rng *rand.Rand) uint64 { return rng.Uint64N(10) },
			func(rng *rand.Rand) *big.Float { return big.NewFloat(numbers[rng.IntN(len(numbers))]) },
			func(rng *rand.Rand) *big.Float {
				return new(big.Float).SetMantExp(big.NewFloat(0.7), int(int32(rng.Uint32())))
			},
			func(rng *rand.Rand) *big.Rat { return big.NewRat(rng.Int64()-1<<62, 1+rng.Int64N(9)) },
			func(*rand.Rand) any { return []struct{ Operator, Service, Epoch, Weight uint8 }{{1, 2, 3, 4}} },
			func(*rand.Rand) any { return &State{} },
			func(rng *rand.Rand) any { return atWork(rng) },
			func(*rand.Rand) any { return whole.Ledger{} },
		},
	}
	edges.Test(t)
}

func TestAFormulaOfNoNumberIsNil(t *testing.T) {
	require.Nil(t, ETH(math.NaN()))
	require.Nil(t, Sqrt(ETH(1), ETH(1), ETH(-1)))
	require.Nil(t, Generalised(ETH(1), ETH(1), ETH(0), ETH(0), 1))
	require.Nil(t, Power2(nil))
	require.Zero(t, Power2(ETH(-1e300)).Sign())
	require.True(t, Power2(ETH(1e300)).IsInf())
	require.Zero(t, new(Curve).AnnualIssuance(5).Sign())
	require.Equal(t, []Refusal{Malformed}, (*State)(nil).Refusals(nil))
}
