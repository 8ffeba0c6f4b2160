package rainbow

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/delegation"
	"github.com/stakesim/stakesim/spec"
)

// Every invariant that the state can break is noticed.
func TestBrokenStatesAreFound(t *testing.T) {
	base, a, _, _ := small(t)
	now := base.Ledger.Epoch()
	base.penalty(Penalty{Service: 1, Evidence: 1, Operator: a, Epoch: now, Amount: eth})
	base.penalty(Penalty{Service: 1, Evidence: 2, Operator: a, Epoch: now, Amount: eth})
	base.epoch(EpochInput{Duties: base.all()})
	now = base.Ledger.Epoch()
	for slot := range uint64(2) {
		require.NoError(t, ProcessCertificate(base.State, now, Certificate{1, slot, 342}))
	}
	for service := ServiceID(1); service < 3; service++ {
		require.NoError(t, AddRolePrice(base.State, RolePrice{Service: service, Price: 5, Sensitivity: half, Target: half}))
	}
	base.check()
	supply := base.Ledger.Supply()
	for does, f := range map[string]func(*State){
		"I16: the classes":              func(s *State) { s.Totals.Light-- },
		"I16: more than the classes":    func(s *State) { s.Totals.Light++ },
		"I16: paid and not minted":      func(s *State) { s.Totals.NotMinted++ },
		"I16: budgets above issuance":   func(s *State) { s.Services[0].Totals.Budget += s.Totals.Issued },
		"I16: paid more than awarded":   func(s *State) { s.Services[0].Totals.Awarded = 0 },
		"I19: awarded above the budget": func(s *State) { s.Services[2].Totals.Awarded = s.Services[2].Totals.Budget + 1 },
		"penalties that do not sum":     func(s *State) { s.Services[1].Totals.Collected-- },
		"services out of order":         func(s *State) { s.Services[0], s.Services[1] = s.Services[1], s.Services[0] },
		"a service that is none":        func(s *State) { s.Services[1].Weight = 0 },
		"service weights":               func(s *State) { s.Services[1].Weight, s.Services[2].Weight = maxWeights-1, maxWeights-1 },
		"a registration twice":          func(s *State) { s.Registrations[1] = s.Registrations[0] },
		"a registration of no service":  func(s *State) { s.Registrations[len(s.Registrations)-1].Service = 77 },
		"a registration of the future":  func(s *State) { s.Registrations[0].Start = now + 1 },
		"a registration past its window": func(s *State) {
			s.Services[0].Window, s.Registrations[0].Active, s.Registrations[0].Left = 0, false, now-1
		},
		"an allocation against delegators": func(s *State) { s.Registrations[0].Allocation = 1 },
		"a penalty twice":                  func(s *State) { s.Penalties[1] = s.Penalties[0] },
		"a penalty of nothing":             func(s *State) { s.Penalties[0].Amount = 0 },
		"a penalty of the future":          func(s *State) { s.Penalties[0].Epoch = now + 1 },
		"I23: a certificate under quorum":  func(s *State) { s.Certificates[0].Present = 341 },
		"a certificate of too many":        func(s *State) { s.Certificates[0].Present = 513 },
		"a certificate twice":              func(s *State) { s.Certificates[1] = s.Certificates[0] },
		"a certificate of no slot":         func(s *State) { s.Certificates[1].Slot = 32 },
		"a certificate without coupling":   func(s *State) { s.Certificates[0].Service = 0 },
		"prices out of order":              func(s *State) { s.Prices[0].Service = 2 },
		"a price at its floor":             func(s *State) { s.Prices[0].Floor = s.Prices[0].Price },
		"a price of a service without":     func(s *State) { s.Prices[0].Service = 0 },
		"I24: heavy weight above supply":   func(s *State) { s.Go.Rows[1].Heavy = supply },
		"I24: light weight above supply":   func(s *State) { s.Mark.Rows[2].Pointers = supply },
		"I24: weights beyond 64 bits":      func(s *State) { s.Set.Rows[0].Heavy = 1<<64 - 1 },
		"an operator twice":                func(s *State) { s.Set.Rows[1].Operator = s.Set.Rows[0].Operator },
		"a snapshot of the future":         func(s *State) { s.Mark.Epoch = now + 1 },
		"a snapshot that was not taken":    func(s *State) { s.Go.Taken = false },
		"a configuration":                  func(s *State) { s.Config.SlotsPerEpoch = 0 },
	} {
		t.Run(does, func(t *testing.T) {
			s := base.State.Clone()
			f(s)
			require.Error(t, CheckInvariants(s))
		})
	}
	base.check()
}

// A snapshot taken at the end of epoch n counts in n+3: committees are known ahead.
func TestSnapshotsRotate(t *testing.T) {
	w := newWorld(t, plainConfig(), plainLedger(), 100*eth)
	a := w.operator(0, 100*eth)
	w.service(gasper())
	w.enter(0, a, 0)
	row := []OperatorWeight{{Operator: a, Heavy: 100 * eth}}
	for n := range 3 {
		require.Equal(t, n > 0, len(w.Mark.Rows) > 0)
		require.Equal(t, n > 1, len(w.Set.Rows) > 0)
		require.Empty(t, w.Go.Rows)
		w.epoch(EpochInput{})
	}
	require.Equal(t, row, w.Go.Rows)
	require.Equal(t, []spec.Epoch{3, 2, 1}, []spec.Epoch{w.Mark.Epoch, w.Set.Epoch, w.Go.Epoch})
}

func TestJailedOperatorsDoNotCount(t *testing.T) {
	w, a, b, _ := small(t)
	w.do(delegation.EvidenceSubmission{Operator: b, Epoch: w.Ledger.Epoch()})
	w.epoch(EpochInput{})
	require.Equal(t, a, w.Mark.Rows[0].Operator)
	require.Len(t, w.Mark.Rows, 2)
	r, _ := w.Registration(b, 0)
	require.True(t, r.Active)
}

// A registration that is younger than the snapshot does not count, even of an
// operator that does for another service.
func TestAYoungRegistrationDoesNotCount(t *testing.T) {
	w, a, _, _ := small(t)
	v := oracle()
	v.ID, v.CommitteeSize = 7, 4
	w.service(v)
	w.enter(0, a, 7)
	w.epoch(EpochInput{})
	w.epoch(EpochInput{})
	require.Equal(t, w.Ledger.Epoch()-2, w.Go.Epoch) // taken before it entered in that epoch
	duty := Duty{a, 7, w.Ledger.Epoch(), 1}
	_, err := ProcessEpoch(w.State, EpochInput{Duties: []Duty{duty}})
	require.ErrorIs(t, err, ErrWeight)
	_, err = LightCommittee(w.State, &w.Go, 7, [32]byte{})
	require.ErrorIs(t, err, ErrWeights)
	w.epoch(EpochInput{})
	duty.Epoch++
	w.epoch(EpochInput{Duties: []Duty{duty}})
}

// A bond that is withdrawn after the fault still pays, under the same caps; another
// operator's withdrawal of the same owner does not.
func TestABondOnItsWayOutStillAnswers(t *testing.T) {
	w := newWorld(t, plainConfig(), plainLedger(), 300)
	a, b := w.operator(0, 100), w.operator(0, 100)
	w.service(lists())
	v := lists()
	v.ID = 3
	w.service(v)
	w.enterWith(0, a, 3, 10)
	w.enter(0, a, 1)
	w.do(delegation.BondWithdrawal{Owner: 0, Operator: a, Amount: 70})
	w.do(delegation.BondWithdrawal{Owner: 0, Operator: b, Amount: 60})
	w.penalty(Penalty{Service: 1, Evidence: 1, Operator: a, Amount: 95})
	r := w.epoch(EpochInput{})
	require.Equal(t, []PenaltyResult{{1, 1, a, 95, 0, 5, 90}}, r.Penalties) // 10 of the 100 are allocated
	for id := range w.Ledger.UnbondingsOf(0) {
		if u, _ := w.Ledger.Unbonding(id); u.Operator == b {
			require.EqualValues(t, 60, u.Balance)
		}
	}
}

func TestMinimumBondsAtTheirEdge(t *testing.T) {
	w := newWorld(t, plainConfig(), plainLedger(), 100, 100)
	a, b := w.operator(0, 50), w.operator(1, 49)
	v := lists()
	v.MinBond = 50
	w.service(v)
	w.enter(0, a, 1)
	require.ErrorIs(t, ProcessOptIn(w.State, OptIn{1, b, 1, 0}), ErrBond)
	require.ErrorIs(t, ProcessOptIn(w.State, OptIn{1, b, 1, 49}), ErrBond)
}

func TestEvidenceAtTheUnbondingPeriodIsRemembered(t *testing.T) {
	w := newWorld(t, plainConfig(), plainLedger(), 100)
	a := w.operator(0, 100)
	w.service(lists())
	w.enter(0, a, 1)
	p := Penalty{Service: 1, Evidence: 1, Operator: a, Amount: 1}
	for range 10 { // the last epoch in which the infraction can be punished
		w.epoch(EpochInput{})
	}
	w.penalty(p)
	w.epoch(EpochInput{})
	require.Empty(t, w.Penalties)
	require.ErrorIs(t, ProcessPenalty(w.State, p), delegation.ErrEpoch)
}

func TestALightPaymentIsSplitByWeight(t *testing.T) {
	for _, c := range []struct {
		light, principal, pointers spec.Gwei
		want                       [2]spec.Gwei
	}{
		{10, 1, 1, [2]spec.Gwei{5, 5}}, {11, 1, 1, [2]spec.Gwei{6, 5}}, {10, 0, 3, [2]spec.Gwei{0, 10}}, {10, 3, 0, [2]spec.Gwei{10, 0}}, {0, 1, 1, [2]spec.Gwei{}},
	} {
		p := payment{light: c.light}
		light, pointers := p.splitLight(&OperatorWeight{Principal: c.principal, Pointers: c.pointers})
		require.Equal(t, c.want, [2]spec.Gwei{light, pointers}, "%+v", c)
	}
}
