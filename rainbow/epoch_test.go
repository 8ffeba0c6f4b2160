package rainbow

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/delegation"
	"github.com/stakesim/stakesim/spec"
)

const eth = spec.ETH

// small is a hand-made economy: operator a with 600 heavy and 30 light, b with 400
// heavy, c with 50 + 20 light; a lends the weight of a delegator's 100 to c.
func small(t *testing.T) (w *world, a, b, c delegation.OperatorID) {
	w = newWorld(t, plainConfig(), plainLedger(), 1000*eth, 1000*eth, 1000*eth, 1000*eth, 70*eth)
	a, b, c = w.operator(0, 100*eth), w.operator(1, 400*eth), w.operator(2, 10*eth)
	lot := w.do(delegation.Delegation{Owner: 3, Operator: a, Amount: 500 * eth}).Lots[0]
	w.do(delegation.LightDelegation{Owner: 3, Operator: a, Amount: 30 * eth})
	w.do(delegation.LightDelegation{Owner: 3, Operator: c, Amount: 50 * eth})
	w.do(delegation.LotPointer{Owner: 3, Lot: lot, Operator: c})
	w.service(gasper())
	w.service(lists())
	w.service(oracle())
	for owner, id := range []delegation.OperatorID{a, b, c} {
		for service := range ServiceID(3) {
			if (owner == 1 && service > 0) || (owner == 2 && service == 0) {
				continue
			}
			w.enter(delegation.AccountID(owner), id, service)
		}
	}
	w.warm()
	return w, a, b, c
}

func TestAnEpochByHand(t *testing.T) {
	w, a, b, c := small(t)
	require.Equal(t, []OperatorWeight{{a, 600 * eth, 30 * eth, 0}, {b, 400 * eth, 0, 0}, {c, 0, 50 * eth, 500 * eth}}, w.Go.Rows)

	duties := w.all()
	require.Len(t, duties, 6) // a: 0, 1, 2; b: 0; c: 1, 2
	duties[3].Weight /= 2     // b performs half
	r := w.epoch(EpochInput{Duties: duties})

	// 10^12 Gwei staked: 82181 * 64 * 10^6 a year, 64 * 10^6 an epoch.
	require.EqualValues(t, 1000*eth, r.Staked)
	issued := spec.Gwei(64_000_000)
	require.Equal(t, issued, r.Totals.Issued)
	require.Equal(t, issued/20, r.Totals.Light)
	heavy := issued - issued/20 // 60.8M
	require.Equal(t, heavy, r.Services[0].Budget)
	require.Equal(t, heavy*6/10+heavy*2/10, r.Services[0].Awarded)
	// 3.2M light: a third and two thirds, the odd Gwei to the larger remainder
	require.EqualValues(t, 1_066_667, r.Services[1].Budget)
	require.EqualValues(t, 2_133_333, r.Services[2].Budget)
	require.EqualValues(t, 1_066_666, r.Services[1].Awarded) // two performers, half each
	// half of the oracle's budget is for inclusion; the rest by weight 30 : 550
	rest := spec.Gwei(2_133_333 - 1_066_666)
	toA, toC := rest*30/580, rest*550/580
	require.Equal(t, toA+toC, r.Services[2].Awarded)
	require.Equal(t, issued-r.Services[0].Awarded-r.Services[1].Awarded-r.Services[2].Awarded, r.Totals.NotMinted)

	// c's light reward goes to principal and pointers as 50 : 500.
	o, _ := w.Ledger.Operator(c)
	light := 533_333 + toC
	lender, _ := w.Ledger.Account(3) // the snapshot of a grown lot pays what it earned
	require.Equal(t, light*500/550, o.Pointers.Reserve+lender.Free-420*eth)
	require.Equal(t, light-light*500/550, o.Light.Reserve)
	// a's heavy reward is shared with its pool as 100 : 500.
	o, _ = w.Ledger.Operator(a)
	require.Equal(t, 500*eth+heavy*6/10*500/600, o.PoolTokens)
}

func TestNobodyPerformsNothingIsMinted(t *testing.T) {
	w, _, _, _ := small(t)
	before := w.Ledger.Supply()
	r := w.epoch(EpochInput{})
	require.Equal(t, r.Totals.Issued, r.Totals.NotMinted)
	require.NotZero(t, r.Totals.Issued)
	require.Equal(t, before, w.Ledger.Supply())
}

func TestAClassWithoutServicesIsNotMinted(t *testing.T) {
	w := newWorld(t, plainConfig(), plainLedger(), 1000*eth)
	a := w.operator(0, 1000*eth)
	w.service(gasper())
	w.enter(0, a, 0)
	w.warm()
	r := w.epoch(EpochInput{Duties: w.all()})
	require.NotZero(t, r.Totals.Light)
	require.Equal(t, r.Totals.Light, r.Totals.NotMinted)
}

func TestRewardsThatTheLedgerRefusesAreNotMinted(t *testing.T) {
	w, _, _, c := small(t)
	w.penalty(Penalty{Service: 1, Evidence: 1, Operator: c, Epoch: w.Ledger.Epoch(), Amount: 10 * eth})
	w.epoch(EpochInput{})
	o, _ := w.Ledger.Operator(c)
	require.Zero(t, o.Bond)
	supply := w.Ledger.Supply()
	r := w.epoch(EpochInput{Duties: w.all()})
	require.Equal(t, supply+r.Totals.Paid, w.Ledger.Supply())
	require.Less(t, r.Totals.Paid, r.Services[0].Awarded+r.Services[1].Awarded+r.Services[2].Awarded)
	after, _ := w.Ledger.Operator(c)
	require.Zero(t, after.Bond+after.Light.Reserve+after.Pointers.Reserve)
}

// A bonded light service takes the bond and nothing else; the cap of the service
// comes first, then the bond, and the shortfalls are reported apart.
func TestCappedSlashing(t *testing.T) {
	w, a, _, c := small(t)
	w.Services[1].MaxLoss = 33 * eth
	now := w.Ledger.Epoch()
	lights := w.Ledger.State().Lights
	w.penalty(Penalty{Service: 1, Evidence: 7, Operator: c, Epoch: now, Amount: 30 * eth})
	w.penalty(Penalty{Service: 1, Evidence: 3, Operator: a, Epoch: now, Amount: 36 * eth})
	r := w.epoch(EpochInput{})
	// 66 wanted, 33 allowed: half of each; c has 10 of its 15.
	require.Equal(t, []PenaltyResult{
		{1, 3, a, 36 * eth, 18 * eth, 0, 18 * eth},
		{1, 7, c, 30 * eth, 15 * eth, 5 * eth, 10 * eth},
	}, r.Penalties)
	s := w.Ledger.State()
	require.Equal(t, lights, s.Lights)
	require.Equal(t, 28*eth, s.Burned)
	v, _ := w.Service(1)
	require.Equal(t, ServiceTotals{Budget: v.Totals.Budget, Owed: 66 * eth, AboveMaxLoss: 33 * eth, AboveBond: 5 * eth, Collected: 28 * eth}, v.Totals)
}

// V6 of the delegation text through a service: bond 5, slashes 7 and 3 burn 5,
// attributed 4 and 1 (3.5 and 1.5: the tie goes to the lower evidence).
func TestAttributionOfABondThatIsTooSmall(t *testing.T) {
	w := newWorld(t, plainConfig(), plainLedger(), 5)
	a := w.operator(0, 5)
	w.service(lists())
	w.enter(0, a, 1)
	w.penalty(Penalty{Service: 1, Evidence: 1, Operator: a, Amount: 7})
	w.penalty(Penalty{Service: 1, Evidence: 2, Operator: a, Amount: 3})
	r := w.epoch(EpochInput{})
	require.Equal(t, []PenaltyResult{{1, 1, a, 7, 0, 3, 4}, {1, 2, a, 3, 0, 2, 1}}, r.Penalties)
}

// A tie under the service's cap goes to the lower operator, whatever its evidence.
func TestATieUnderTheServiceCapGoesToTheLowerOperator(t *testing.T) {
	w := newWorld(t, plainConfig(), plainLedger(), 100, 100)
	a, b := w.operator(0, 100), w.operator(1, 100)
	v := lists()
	v.MaxLoss = 3
	w.service(v)
	w.enter(0, a, 1)
	w.enter(1, b, 1)
	w.penalty(Penalty{Service: 1, Evidence: 1, Operator: b, Amount: 10})
	w.penalty(Penalty{Service: 1, Evidence: 2, Operator: a, Amount: 10})
	r := w.epoch(EpochInput{})
	require.Equal(t, []PenaltyResult{{1, 1, b, 10, 9, 0, 1}, {1, 2, a, 10, 8, 0, 2}}, r.Penalties)
}

// An allocation answers for its service alone; what is not allocated is shared.
func TestAllocationsKeepServicesApart(t *testing.T) {
	w := newWorld(t, plainConfig(), plainLedger(), 100)
	a := w.operator(0, 100)
	for id := ServiceID(1); id <= 4; id++ {
		v := lists()
		v.ID = id
		w.service(v)
	}
	w.enterWith(0, a, 1, 30)
	w.enterWith(0, a, 2, 20)
	w.enter(0, a, 3)
	require.ErrorIs(t, ProcessOptIn(w.State, OptIn{0, a, 4, 51}), ErrBond)
	w.enter(0, a, 4)
	for service, amount := range map[ServiceID]spec.Gwei{1: 99, 2: 5, 3: 60, 4: 40} {
		w.penalty(Penalty{Service: service, Evidence: 9, Operator: a, Amount: amount})
	}
	r := w.epoch(EpochInput{})
	require.Equal(t, []PenaltyResult{
		{1, 9, a, 99, 0, 69, 30}, {2, 9, a, 5, 0, 0, 5}, {3, 9, a, 60, 0, 30, 30}, {4, 9, a, 40, 0, 20, 20},
	}, r.Penalties)
	o, _ := w.Ledger.Operator(a)
	require.EqualValues(t, 15, o.Bond)
}

// A heavy fault slashes delegators, as a fraction of what they have after the
// rewards of the epoch.
func TestHeavyFaultIsMeasuredAfterTheRewards(t *testing.T) {
	w, a, _, _ := small(t)
	duties := w.all()
	other := &world{t, w.State.Clone()}
	other.epoch(EpochInput{Duties: duties})
	o, _ := other.Ledger.Operator(a)
	stake := o.Bond + o.PoolTokens

	w.penalty(Penalty{Service: 0, Evidence: 1, Operator: a, Epoch: w.Ledger.Epoch(), Fraction: delegation.Ratio{Num: 1, Den: 10}})
	r := w.epoch(EpochInput{Duties: duties})
	require.Len(t, r.Penalties, 1)
	require.InDelta(t, float64(stake)/10, float64(r.Penalties[0].Collected), 2)
	require.Equal(t, r.Penalties[0].Owed, r.Penalties[0].Collected)
	slashed, _ := w.Ledger.Operator(a)
	require.Equal(t, o.Bond-(o.Bond+9)/10, slashed.Bond)
	require.Equal(t, o.PoolTokens-(o.PoolTokens+9)/10, slashed.PoolTokens)
}

func TestARegistrationStaysLiableForItsWindow(t *testing.T) {
	w := newWorld(t, plainConfig(), plainLedger(), 100)
	a := w.operator(0, 100)
	w.service(lists())
	w.epoch(EpochInput{})
	w.enter(0, a, 1) // from epoch 1
	w.epoch(EpochInput{})
	require.NoError(t, ProcessOptOut(w.State, OptOut{0, a, 1})) // in epoch 2
	require.ErrorIs(t, ProcessOptIn(w.State, OptIn{0, a, 1, 0}), delegation.ErrDuplicate)
	fault := func(evidence EvidenceID, at spec.Epoch) error {
		return ProcessPenalty(w.State, Penalty{Service: 1, Evidence: evidence, Operator: a, Epoch: at, Amount: 1})
	}
	require.ErrorIs(t, fault(1, 0), delegation.ErrEpoch) // before it came
	require.NoError(t, fault(2, 1))
	for range 5 {
		w.epoch(EpochInput{})
	}
	require.EqualValues(t, 7, w.Ledger.Epoch())
	require.NoError(t, fault(3, 2))                      // the last epoch of the window
	require.ErrorIs(t, fault(4, 3), delegation.ErrEpoch) // after it left
	w.epoch(EpochInput{})
	require.ErrorIs(t, fault(5, 2), ErrNotRegistered)
	w.enter(0, a, 1)
}

func TestEvidenceCountsOnce(t *testing.T) {
	w := newWorld(t, plainConfig(), plainLedger(), 100)
	a := w.operator(0, 100)
	w.service(lists())
	w.enter(0, a, 1)
	p := Penalty{Service: 1, Evidence: 1, Operator: a, Amount: 1}
	w.penalty(p)
	for range 11 { // while the infraction can be punished at all
		require.ErrorIs(t, ProcessPenalty(w.State, p), delegation.ErrDuplicate)
		w.epoch(EpochInput{})
	}
	require.ErrorIs(t, ProcessPenalty(w.State, p), delegation.ErrEpoch)
	require.EqualValues(t, 1, w.Ledger.State().Burned)
}

func TestABarredOperatorLeavesItsServices(t *testing.T) {
	w, a, _, _ := small(t)
	w.penalty(Penalty{Service: 0, Evidence: 1, Operator: a, Epoch: w.Ledger.Epoch(), Amount: 1, Tombstone: true})
	w.epoch(EpochInput{})
	for service := range ServiceID(3) {
		r, ok := w.Registration(a, service)
		require.True(t, ok)
		require.False(t, r.Active)
	}
	// barred even where the caps leave nothing to collect
	w, a, _, _ = small(t)
	w.Services[0].MaxLoss = 0
	w.penalty(Penalty{Service: 0, Evidence: 1, Operator: a, Epoch: w.Ledger.Epoch(), Amount: 5, Tombstone: true})
	r := w.epoch(EpochInput{})
	require.Equal(t, []PenaltyResult{{0, 1, a, 5, 5, 0, 0}}, r.Penalties)
	o, _ := w.Ledger.Operator(a)
	require.True(t, o.Tombstoned)
}

// An operator without a bond can go through all stages of its exit within an epoch:
// its record is gone when the weights are taken.
func TestAnOperatorWhoseRecordIsGoneLeavesItsServices(t *testing.T) {
	for gone := range 3 {
		w := newWorld(t, plainConfig(), plainLedger(), 1, 1, 1)
		w.service(gasper())
		var ids []delegation.OperatorID
		for owner := range delegation.AccountID(3) {
			ids = append(ids, w.operator(owner, 0))
			w.enter(owner, ids[owner], 0)
		}
		exit := delegation.Exit{Owner: delegation.AccountID(gone), Operator: ids[gone]}
		w.do(exit)
		for range 10 {
			w.epoch(EpochInput{})
		}
		w.do(exit)
		w.do(exit)
		w.epoch(EpochInput{})
		for i, id := range ids {
			_, there := w.Ledger.Operator(id)
			r, ok := w.Registration(id, 0)
			require.True(t, ok)
			require.Equal(t, i != gone, r.Active)
			require.Equal(t, i != gone, there)
			require.Equal(t, i != gone, slices.ContainsFunc(w.Mark.Rows, func(row OperatorWeight) bool { return row.Operator == id }))
		}
	}
}

// Permutations of services, operators, penalties, certificates and reports give the
// same state, bit for bit.
func TestOrderDoesNotMatter(t *testing.T) {
	var want []byte
	for seed := range uint64(40) {
		rng := rand.New(rand.NewPCG(seed, 4))
		balances := make([]spec.Gwei, 8)
		for i := range balances {
			balances[i] = spec.Gwei(1000+i) * eth
		}
		w := newWorld(t, plainConfig(), plainLedger(), balances...)
		ids := make([]delegation.OperatorID, len(balances))
		for i := range ids {
			ids[i] = w.operator(delegation.AccountID(i), spec.Gwei(3+i)*eth)
			w.do(delegation.LightDelegation{Owner: delegation.AccountID(i), Operator: ids[i], Amount: spec.Gwei(100+i) * eth})
		}
		shuffle := func(n int, f func(i int)) {
			for _, i := range rng.Perm(n) {
				f(i)
			}
		}
		services := []Service{gasper(), lists(), oracle()}
		services[1].MaxLoss, services[0].MaxLoss = 9*eth+1, 5*eth+3
		shuffle(3, func(i int) { w.service(services[i]) })
		shuffle(3*len(ids), func(i int) { w.enter(delegation.AccountID(i/3), ids[i/3], ServiceID(i%3)) })
		w.warm()
		for range 2 {
			now := w.Ledger.Epoch()
			shuffle(16, func(i int) {
				w.penalty(Penalty{Service: ServiceID(i % 2), Evidence: EvidenceID(uint64(now)*100 + uint64(i)), Operator: ids[i%7], Epoch: now, Amount: spec.Gwei(i+1) * eth / 3})
			})
			shuffle(8, func(i int) {
				require.NoError(t, ProcessCertificate(w.State, now, Certificate{1 + ServiceID(i%2), uint64(i / 2), 400}))
			})
			duties := w.all()
			blocks := []Block{{0, ids[0], []ServiceID{1, 2}}, {1, ids[1], []ServiceID{1}}, {2, ids[0], []ServiceID{2}}}
			rng.Shuffle(len(duties), func(i, j int) { duties[i], duties[j] = duties[j], duties[i] })
			rng.Shuffle(len(blocks), func(i, j int) { blocks[i], blocks[j] = blocks[j], blocks[i] })
			r := w.epoch(EpochInput{Duties: duties, Blocks: blocks})
			require.EqualValues(t, 1, r.Services[2].Omitted)
		}
		got := encode(w.State)
		if want == nil {
			want = got
		}
		require.Equal(t, want, got, "seed %d", seed)
	}
}
