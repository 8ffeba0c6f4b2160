package rainbow

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/delegation"
	"github.com/stakesim/stakesim/spec"
)

// Every refusal is a typed error and leaves the state bit-identical.
func TestBadInputLeavesTheStateBitIdentical(t *testing.T) {
	w, a, b, c := small(t)
	comis := Service{ID: 5, Class: LightFree, LossRule: delegation.BondOnly, Weight: 1, MaxLoss: delegation.Off, Rule: Uniqueness}
	w.service(comis)
	focilr := comis
	focilr.ID, focilr.Rule, focilr.CommitteeSize, focilr.SoleShare = 6, FOCILR, 2, half
	w.service(focilr)
	w.enter(0, a, 5)
	w.enter(2, c, 5)
	w.enter(0, a, 6)
	w.warm()
	now := w.Ledger.Epoch()
	w.penalty(Penalty{Service: 1, Evidence: 1, Operator: a, Epoch: now, Amount: 1})
	require.NoError(t, ProcessCertificate(w.State, now, Certificate{1, 7, 400}))
	idle := w.operator(3, eth)
	weight := w.Go.Rows[0].Heavy

	service := func(f func(*Service)) func(*State) error {
		return func(s *State) error {
			v := lists()
			v.ID = 99
			f(&v)
			return AddService(s, v)
		}
	}
	penalty := func(f func(*Penalty)) func(*State) error {
		return func(s *State) error {
			p := Penalty{Service: 1, Evidence: 2, Operator: a, Epoch: now, Amount: 1}
			f(&p)
			return ProcessPenalty(s, p)
		}
	}
	epoch := func(in EpochInput) func(*State) error {
		return func(s *State) error { _, err := ProcessEpoch(s, in); return err }
	}
	duty := func(d Duty) func(*State) error { return epoch(EpochInput{Duties: []Duty{d}}) }
	item := func(it Item, more ...Item) func(*State) error {
		return epoch(EpochInput{Duties: []Duty{{a, 5, now, 1}, {a, 6, now, 1}, {c, 5, now, 1}}, Items: append([]Item{it}, more...)})
	}
	block := func(b ...Block) func(*State) error { return epoch(EpochInput{Blocks: b}) }
	certificate := func(e spec.Epoch, c Certificate) func(*State) error {
		return func(s *State) error { return ProcessCertificate(s, e, c) }
	}
	entry := func(e OptIn) func(*State) error { return func(s *State) error { return ProcessOptIn(s, e) } }
	departure := func(d OptOut) func(*State) error {
		return func(s *State) error { return ProcessOptOut(s, d) }
	}

	for _, bad := range []struct {
		does string
		op   func(*State) error
		kind error
	}{
		{"a service twice", service(func(v *Service) { v.ID = 1 }), delegation.ErrDuplicate},
		{"an unknown class", service(func(v *Service) { v.Class = classes }), spec.ErrInput},
		{"an unknown loss rule", service(func(v *Service) { v.LossRule = 9 }), spec.ErrInput},
		{"a light service that slashes delegators", service(func(v *Service) { v.LossRule = delegation.ProRata }), ErrClass},
		{"no weight", service(func(v *Service) { v.Weight = 0 }), ErrWeights},
		{"a weight of 2^32", service(func(v *Service) { v.Weight = maxWeights }), ErrWeights},
		{"weights of 2^32 together", service(func(v *Service) { v.Weight = maxWeights - 1 }), ErrWeights},
		{"a bond above all ether", service(func(v *Service) { v.MinBond = delegation.MaxSupply + 1 }), ErrBond},
		{"an endless window", service(func(v *Service) { v.Window = math.MaxUint64 }), delegation.ErrEpoch},
		{"an unknown reward rule", service(func(v *Service) { v.Rule = rewardRules }), spec.ErrInput},
		{"a heavy service by items", service(func(v *Service) { v.Class, v.Rule = Heavy, Uniqueness }), ErrClass},
		{"a proposer's share above 1", service(func(v *Service) { v.ProposerShare = delegation.One + 1 }), ErrWeights},
		{"a sole share of 1/n and less", service(func(v *Service) { v.Rule, v.SoleShare = FOCILR, delegation.Ratio{Num: 1, Den: 513} }), ErrWeights},
		{"an unknown coupling", service(func(v *Service) { v.Coupling = couplings }), spec.ErrInput},
		{"a coupled heavy service", service(func(v *Service) { v.Class, v.Rule = Heavy, ByWeight }), ErrClass},
		{"a quorum above 1", service(func(v *Service) { v.Quorum.Num = 4 }), ErrQuorum},
		{"a quorum over 0", service(func(v *Service) { v.Quorum = delegation.Ratio{} }), ErrQuorum},
		{"a coupling without a committee", service(func(v *Service) { v.CommitteeSize = 0 }), ErrQuorum},
		{"a committee of 2^32", service(func(v *Service) { v.CommitteeSize = 1 << 32 }), spec.ErrInput},
		{"inclusion above 1", service(func(v *Service) { v.InclusionShare = delegation.One + 1 }), ErrWeights},
		{"inclusion without coupling", service(func(v *Service) { v.Coupling, v.InclusionShare = Uncoupled, 1 }), ErrWeights},

		{"an entry to an unknown service", entry(OptIn{0, a, 9, 0}), delegation.ErrUnknownID},
		{"an entry of an unknown operator", entry(OptIn{0, 999, 1, 0}), delegation.ErrUnknownID},
		{"an entry of another's operator", entry(OptIn{1, a, 1, 0}), delegation.ErrOwner},
		{"an entry twice", entry(OptIn{0, a, 1, 0}), delegation.ErrDuplicate},
		{"an allocation of a bond", entry(OptIn{1, b, 1, math.MaxUint64}), ErrBond},
		{"an allocation for a service that slashes everybody", entry(OptIn{3, idle, 0, 1}), ErrClass},
		{"a departure from an unknown service", departure(OptOut{0, a, 9}), delegation.ErrUnknownID},
		{"a departure of nobody", departure(OptOut{3, idle, 1}), ErrNotRegistered},
		{"a departure of another's operator", departure(OptOut{3, a, 1}), delegation.ErrOwner},

		{"a penalty by an unknown service", penalty(func(p *Penalty) { p.Service = 9 }), delegation.ErrUnknownID},
		{"a penalty on an unknown operator", penalty(func(p *Penalty) { p.Operator = 999 }), delegation.ErrUnknownID},
		{"a penalty by a free service", penalty(func(p *Penalty) { p.Service = 2 }), ErrClass},
		{"a penalty on who does not serve", penalty(func(p *Penalty) { p.Operator = b }), ErrNotRegistered},
		{"a penalty for the future", penalty(func(p *Penalty) { p.Epoch = now + 1 }), delegation.ErrEpoch},
		{"evidence twice", penalty(func(p *Penalty) { p.Evidence = 1 }), delegation.ErrDuplicate},
		{"no amount", penalty(func(p *Penalty) { p.Amount = 0 }), delegation.ErrAmount},
		{"an amount and a fraction", penalty(func(p *Penalty) { p.Fraction = half }), delegation.ErrAmount},
		{"a fraction above 1", penalty(func(p *Penalty) { p.Amount, p.Fraction = 0, delegation.Ratio{Num: 2, Den: 1} }), delegation.ErrAmount},
		{"a fraction of 0", penalty(func(p *Penalty) { p.Amount, p.Fraction = 0, delegation.Ratio{Den: 1} }), delegation.ErrAmount},
		{"an amount of 2^57", penalty(func(p *Penalty) { p.Amount = delegation.MaxSupply }), delegation.ErrAmount},

		{"a certificate of an unknown service", certificate(now, Certificate{9, 0, 400}), delegation.ErrUnknownID},
		{"a certificate of a service without coupling", certificate(now, Certificate{0, 0, 400}), ErrClass},
		{"a certificate under quorum", certificate(now, Certificate{1, 0, 341}), ErrQuorum},
		{"a certificate of more than the committee", certificate(now, Certificate{1, 0, 513}), ErrQuorum},
		{"a certificate of another epoch", certificate(now-1, Certificate{1, 0, 400}), delegation.ErrEpoch},
		{"a certificate of a slot of no epoch", certificate(now, Certificate{1, 32, 400}), delegation.ErrEpoch},
		{"a certificate twice", certificate(now, Certificate{1, 7, 500}), delegation.ErrDuplicate},

		{"a report for an unknown service", duty(Duty{a, 77, now, 1}), delegation.ErrUnknownID},
		{"a report of an unknown operator", duty(Duty{999, 0, now, 1}), ErrNotRegistered},
		{"a report of an operator below all", duty(Duty{0, 0, now, 1}), ErrNotRegistered},
		{"a report of who does not serve", duty(Duty{b, 1, now, 1}), ErrNotRegistered},
		{"a report above the weight", duty(Duty{a, 0, now, weight + 1}), ErrWeight},
		{"a report of no weight", duty(Duty{a, 0, now, 0}), ErrWeight},
		{"a late report", duty(Duty{a, 0, now - 1, 1}), delegation.ErrEpoch},
		{"a late report of who has left", duty(Duty{999, 0, now - 1, 1}), delegation.ErrEpoch},
		{"an early report", duty(Duty{a, 0, now + 1, 1}), delegation.ErrEpoch},
		{"a report twice", epoch(EpochInput{Duties: []Duty{{a, 0, now, 1}, {b, 0, now, 1}, {a, 0, now, 2}}}), delegation.ErrDuplicate},

		{"an item of an unknown service", item(Item{Service: 9}), delegation.ErrUnknownID},
		{"an item of a service without items", item(Item{Service: 1}), ErrClass},
		{"an item twice", item(Item{Service: 5}, Item{Service: 5}), delegation.ErrDuplicate},
		{"a low tip above the high", item(Item{Service: 5, Value: 1, Low: 2}), spec.ErrInput},
		{"a value of 2^57", item(Item{Service: 5, Value: delegation.MaxSupply}), spec.ErrInput},
		{"a proposer where none is paid", item(Item{Service: 5, HasProposer: true, Proposer: a}), ErrClass},
		{"a proposer without heavy weight", item(Item{Service: 6, HasProposer: true, Proposer: c}), ErrNotRegistered},
		{"a lister twice", item(Item{Service: 5, Listers: []delegation.OperatorID{a, c, a}}), delegation.ErrDuplicate},
		{"a lister without a report", item(Item{Service: 6, Listers: []delegation.OperatorID{c}}), ErrNotRegistered},
		{"an unknown lister", item(Item{Service: 5, Listers: []delegation.OperatorID{12345}}), ErrNotRegistered},
		{"more listers than members", item(Item{Service: 6, Listers: []delegation.OperatorID{a, b, c}}), ErrWeights},

		{"a block without a strong certificate", block(Block{0, a, nil}), ErrInadmissible},
		{"a block of a slot of no epoch", block(Block{32, a, nil}), delegation.ErrEpoch},
		{"two blocks of a slot", block(Block{7, a, nil}, Block{7, b, nil}), delegation.ErrDuplicate},
		{"a block of a light operator", block(Block{7, c, nil}), ErrNotRegistered},
		{"a block with an unknown certificate", block(Block{7, a, []ServiceID{9}}), delegation.ErrUnknownID},
		{"a block with a certificate that is not there", block(Block{7, a, []ServiceID{2}}), ErrQuorum},
		{"a block with a certificate twice", block(Block{7, a, []ServiceID{1, 1}}), delegation.ErrDuplicate},

		{"a role price of an unknown service", func(s *State) error { return AddRolePrice(s, RolePrice{Service: 9}) }, delegation.ErrUnknownID},
		{"a role price below its floor", func(s *State) error {
			return AddRolePrice(s, RolePrice{Service: 1, Floor: 2, Price: 1, Sensitivity: half, Target: half})
		}, spec.ErrInput},
	} {
		t.Run(bad.does, func(t *testing.T) {
			before := encode(w.State)
			require.ErrorIs(t, bad.op(w.State), bad.kind)
			require.Equal(t, before, encode(w.State))
		})
	}

	// The same for an operator that may not serve.
	jailed := w.operator(3, eth)
	w.do(delegation.EvidenceSubmission{Operator: jailed, Epoch: now})
	require.ErrorIs(t, ProcessOptIn(w.State, OptIn{3, jailed, 1, 0}), delegation.ErrJailed)
	leaving := w.operator(3, eth)
	w.do(delegation.Exit{Owner: 3, Operator: leaving})
	require.ErrorIs(t, ProcessOptIn(w.State, OptIn{3, leaving, 1, 0}), delegation.ErrExiting)
	barred := w.operator(3, eth)
	w.do(delegation.Tombstoning{Operator: barred})
	require.ErrorIs(t, ProcessOptIn(w.State, OptIn{3, barred, 1, 0}), delegation.ErrTombstoned)
	w.Services[1].MinBond = 2 * eth
	require.ErrorIs(t, ProcessOptIn(w.State, OptIn{3, idle, 1, 0}), ErrBond)
}

func TestBadConfigurations(t *testing.T) {
	l, err := delegation.New(plainLedger())
	require.NoError(t, err)
	for does, f := range map[string]func(*Config){
		"a curve without a factor": func(c *Config) { c.Issuance.Curve.Factor = 0 },
		"a share above 1":          func(c *Config) { c.Issuance.Alpha.Num = 21 },
		"a share over 0":           func(c *Config) { c.Issuance.Alpha.Den = 0 },
		"a ratio over 0":           func(c *Config) { c.Issuance.Alpha.Den, c.Issuance.Convention = 0, AlphaIsRatio },
		"an unknown convention":    func(c *Config) { c.Issuance.Convention = conventions },
		"an unknown adoption":      func(c *Config) { c.Adoption = adoptions },
		"no slots":                 func(c *Config) { c.SlotsPerEpoch = 0 },
	} {
		c := plainConfig()
		f(&c)
		_, err := New(c, l)
		require.Error(t, err, does)
	}
	_, err = New(plainConfig(), nil)
	require.ErrorIs(t, err, spec.ErrInput)
}

// The two bounds that stop an epoch: of the ledger's supply, and of its epochs.
func TestAnEpochBeyondTheBounds(t *testing.T) {
	w := newWorld(t, plainConfig(), plainLedger(), delegation.MaxSupply-1)
	a := w.operator(0, delegation.MaxSupply-1)
	w.service(gasper())
	w.enter(0, a, 0)
	w.warm()
	before := encode(w.State)
	_, err := ProcessEpoch(w.State, EpochInput{})
	require.ErrorIs(t, err, delegation.ErrBound)
	require.Equal(t, before, encode(w.State))
	w.Config.Issuance.Curve = EconomicCap(million) // a stake beyond its asymptote
	_, err = ProcessEpoch(w.State, EpochInput{})
	require.ErrorIs(t, err, ErrDomain)
}
