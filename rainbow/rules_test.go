package rainbow

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/delegation"
	"github.com/stakesim/stakesim/spec"
)

// committee is one heavy operator and four light ones with a service of the rule,
// which gets all light issuance, half of everything.
func committee(t *testing.T, v Service) (w *world, ids []delegation.OperatorID) {
	c := plainConfig()
	c.Issuance.Alpha = delegation.Ratio{Num: 1, Den: 2}
	w = newWorld(t, c, plainLedger(), 10_000*eth, 100*eth, 100*eth, 100*eth, 100*eth)
	w.service(gasper())
	v.ID, v.Class, v.LossRule, v.Weight, v.MaxLoss = 1, LightBonded, delegation.BondOnly, 1, delegation.Off
	w.service(v)
	for owner := range delegation.AccountID(5) {
		id := w.operator(owner, 10*eth)
		service := ServiceID(1)
		if owner == 0 {
			w.do(delegation.BondDeposit{Owner: 0, Operator: id, Amount: 9990 * eth})
			service = 0
		} else {
			w.do(delegation.LightDelegation{Owner: owner, Operator: id, Amount: 10 * eth})
		}
		w.enter(owner, id, service)
		ids = append(ids, id)
	}
	w.warm()
	return w, ids
}

// paid is what each operator and its holders were given in an epoch.
func paid(r *EpochReceipt) map[delegation.OperatorID]spec.Gwei {
	m := map[delegation.OperatorID]spec.Gwei{}
	for _, e := range append(r.EarlyRewards, r.Ledger.Events...) {
		if e.Kind == delegation.Rewarded && e.From.Kind == delegation.PotIssuance {
			m[e.Operator] += e.Amount
		}
	}
	return m
}

// The COMIS vector: fees 6, 4, 1 and 0 listed by 4, 3, 3 and 4 members give
// 6/4 + 4/3 + 1/3 + 0 = 3.1666 to a member who listed all.
func TestUniquenessVector(t *testing.T) {
	w, ids := committee(t, Service{Rule: Uniqueness})
	const unit = 120_000
	items := []Item{
		{Service: 1, ID: 0, Value: 6 * unit, Listers: ids[1:]},
		{Service: 1, ID: 1, Value: 4 * unit, Listers: ids[1:4]},
		{Service: 1, ID: 2, Value: 1 * unit, Listers: ids[1:4]},
		{Service: 1, ID: 3, Value: 0, Listers: ids[1:]},
	}
	r := w.epoch(EpochInput{Duties: w.all(), Items: items})
	require.GreaterOrEqual(t, r.Services[1].Budget, spec.Gwei(11*unit))
	p := paid(&r)
	require.EqualValues(t, unit*6/4+unit*4/3+unit/3, p[ids[1]])
	require.InDelta(t, 3.1666, float64(p[ids[1]])/unit, 0.0001)
	require.Equal(t, p[ids[1]], p[ids[2]])
	require.Equal(t, p[ids[1]], p[ids[3]])
	require.EqualValues(t, unit*6/4, p[ids[4]])
	require.EqualValues(t, 11*unit, r.Services[1].Awarded)

	// Floors stay unminted: 10 Gwei among three.
	r = w.epoch(EpochInput{Duties: w.all(), Items: []Item{{Service: 1, Value: 10, Listers: ids[1:4]}}})
	require.EqualValues(t, 9, r.Services[1].Awarded)
}

// Items worth more than the budget are scaled down to it.
func TestItemsNeverPayMoreThanTheBudget(t *testing.T) {
	for _, v := range []Service{
		{Rule: Uniqueness}, {Rule: ConditionalTip},
		{Rule: FOCILR, CommitteeSize: 4, SoleShare: delegation.Ratio{Num: 1, Den: 3}, ProposerShare: delegation.One / 4},
	} {
		w, ids := committee(t, v)
		var items []Item
		for i := range ItemID(20) {
			items = append(items, Item{Service: 1, ID: i, Value: spec.Gwei(i+1) << 50, Low: spec.Gwei(i+1) << 49, Listers: ids[1 : 2+i%4]})
			if v.Rule == FOCILR {
				items[i].HasProposer, items[i].Proposer = true, ids[0]
			}
		}
		r := w.epoch(EpochInput{Duties: w.all(), Items: items})
		require.LessOrEqual(t, r.Services[1].Awarded, r.Services[1].Budget)
		require.Greater(t, r.Services[1].Awarded, r.Services[1].Budget/3)
	}
}

func TestConditionalTip(t *testing.T) {
	w, ids := committee(t, Service{Rule: ConditionalTip})
	r := w.epoch(EpochInput{Duties: w.all(), Items: []Item{
		{Service: 1, ID: 0, Value: 900, Low: 7, Listers: ids[1:2]},
		{Service: 1, ID: 1, Value: 900, Low: 7, Listers: ids[1:4]},
		{Service: 1, ID: 2, Value: 900, Low: 7},
	}})
	p := paid(&r)
	require.EqualValues(t, 907, p[ids[1]])
	require.EqualValues(t, 7, p[ids[2]])
	require.Zero(t, p[ids[4]])
}

func TestFOCILRSplit(t *testing.T) {
	w, ids := committee(t, Service{Rule: FOCILR, CommitteeSize: 16, SoleShare: delegation.Ratio{Num: 1, Den: 3}, ProposerShare: delegation.One / 10})
	before := w.all()
	r := w.epoch(EpochInput{Duties: before[1:], Items: []Item{
		{Service: 1, ID: 0, Value: 1_000_000, Listers: ids[1:3], HasProposer: true, Proposer: ids[0]},
	}})
	p := paid(&r)
	require.EqualValues(t, 100_000, p[ids[0]])
	require.EqualValues(t, 900_000*15/58, p[ids[1]]) // 0.2586 of what the proposer leaves
	require.Equal(t, p[ids[1]], p[ids[2]])
	require.Equal(t, p[ids[0]]+2*p[ids[1]], r.Services[1].Awarded)
}

func TestEqualListersEqualPay(t *testing.T) {
	w, ids := committee(t, Service{Rule: EqualParts})
	r := w.epoch(EpochInput{Duties: w.all()[1:4]}) // three of four light operators
	p := paid(&r)
	require.Equal(t, r.Services[1].Budget/3, p[ids[1]])
	require.Equal(t, p[ids[1]], p[ids[2]])
	require.Equal(t, p[ids[1]], p[ids[3]])
	require.Zero(t, p[ids[4]])
}

// A slot-relative schedule makes a penalty that many share dearer.
func TestScheduledPenaltyThroughAService(t *testing.T) {
	w, ids := committee(t, Service{Rule: EqualParts})
	factors := make([]uint64, 32)
	for i := range factors {
		factors[i] = 1
	}
	factors[9] = 20 // many missed slot 9
	for i, missed := range [][]uint64{{3}, {9}} {
		amount, err := ScheduledPenalty(1000, missed, factors)
		require.NoError(t, err)
		w.penalty(Penalty{Service: 1, Evidence: EvidenceID(i), Operator: ids[1+i], Epoch: w.Ledger.Epoch(), Amount: amount})
	}
	r := w.epoch(EpochInput{})
	require.EqualValues(t, 1000, r.Penalties[0].Collected)
	require.EqualValues(t, 20_000, r.Penalties[1].Collected)
}

func TestStrongAndWeakCoupling(t *testing.T) {
	w, a, b, _ := small(t)
	now := w.Ledger.Epoch()
	certificate := func(service ServiceID, slot, present uint64) error {
		return ProcessCertificate(w.State, now, Certificate{service, slot, present})
	}
	// I23: strong needs a quorum, weak does not matter.
	require.ErrorIs(t, Admissible(w.State, 3), ErrInadmissible)
	require.ErrorIs(t, certificate(1, 3, 341), ErrQuorum)
	require.ErrorIs(t, Admissible(w.State, 3), ErrInadmissible)
	require.NoError(t, certificate(1, 3, 342))
	require.NoError(t, Admissible(w.State, 3))
	require.NoError(t, certificate(1, 4, 512))
	require.ErrorIs(t, certificate(2, 3, 256), ErrQuorum)
	require.NoError(t, Admissible(w.State, 3))
	require.NoError(t, certificate(2, 3, 257))
	require.NoError(t, certificate(2, 4, 257))
	require.NoError(t, certificate(2, 5, 257)) // a slot without a block
	require.NoError(t, Admissible(w.State, 3))

	r := w.epoch(EpochInput{Blocks: []Block{{3, a, []ServiceID{1, 2}}, {4, b, []ServiceID{1}}}})
	require.EqualValues(t, 1, r.Services[2].Omitted)
	require.EqualValues(t, 3, r.Services[2].Certified)
	require.EqualValues(t, 2, r.Services[1].Certified)
	inclusion := r.Services[2].Budget / 2 / 32
	require.Equal(t, inclusion, paid(&r)[a])
	require.Zero(t, paid(&r)[b])
	require.Equal(t, inclusion, r.Totals.Paid) // inside I
	v, _ := w.Service(2)
	require.EqualValues(t, 1, v.Totals.Omitted)
	require.ErrorIs(t, Admissible(w.State, 3), ErrInadmissible) // of the new epoch
}

func TestLevelsOfAdoption(t *testing.T) {
	c := plainConfig()
	c.Adoption = DelegationOnly
	w := newWorld(t, c, plainLedger(), 100*eth)
	w.service(gasper())
	require.ErrorIs(t, AddService(w.State, lists()), ErrAdoption)

	c.Adoption = LightByHeavy
	w = newWorld(t, c, plainLedger(), 100*eth, 100*eth)
	heavy, light := w.operator(0, 10*eth), w.operator(1, 10*eth)
	w.service(gasper())
	w.service(lists())
	require.ErrorIs(t, ProcessOptIn(w.State, OptIn{1, light, 1, 0}), ErrAdoption)
	w.enter(0, heavy, 0)
	w.enter(0, heavy, 1)
	require.ErrorIs(t, ProcessOptOut(w.State, OptOut{0, heavy, 0}), ErrAdoption)
	require.NoError(t, ProcessOptOut(w.State, OptOut{0, heavy, 1}))
	require.NoError(t, ProcessOptOut(w.State, OptOut{0, heavy, 0}))

	c.Adoption = SeparateLight
	w = newWorld(t, c, plainLedger(), 100*eth, 100*eth)
	light = w.operator(1, 10*eth)
	w.service(lists())
	w.enter(1, light, 1)
	w.check()
}

// A role's price follows registered operators over seats.
func TestRolePricesFollowDemand(t *testing.T) {
	w, _ := committee(t, Service{Rule: EqualParts, CommitteeSize: 2})
	price := RolePrice{Service: 1, Floor: 100, Price: 1100, Sensitivity: delegation.Ratio{Num: 1, Den: 10}, Target: delegation.Ratio{Num: 1, Den: 1}}
	require.NoError(t, AddRolePrice(w.State, price))
	require.ErrorIs(t, AddRolePrice(w.State, price), delegation.ErrDuplicate)
	price.Service = 0
	require.ErrorIs(t, AddRolePrice(w.State, price), ErrClass)
	w.epoch(EpochInput{}) // four operators for two seats: 1 + 0.1 (2 - 1)
	require.EqualValues(t, 1200, w.Prices[0].Price)
}

func TestLightCommitteeIsOfTheRegistered(t *testing.T) {
	w, a, b, c := small(t)
	members, err := LightCommittee(w.State, &w.Set, 1, [32]byte{3})
	require.NoError(t, err)
	require.Len(t, members, 512)
	count := map[delegation.OperatorID]int{}
	for _, id := range members {
		count[id]++
	}
	require.Zero(t, count[b])
	require.InDelta(t, 512*30.0/580, count[a], 20) // four standard deviations
	require.Equal(t, 512, count[a]+count[c])
	_, err = LightCommittee(w.State, &w.Set, 0, [32]byte{})
	require.ErrorIs(t, err, ErrClass)
	_, err = LightCommittee(w.State, &w.Set, 9, [32]byte{})
	require.ErrorIs(t, err, delegation.ErrUnknownID)
	_, err = LightCommittee(w.State, &Snapshot{}, 1, [32]byte{})
	require.ErrorIs(t, err, ErrWeights)
}
