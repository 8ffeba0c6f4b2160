package rainbow

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/delegation"
	"github.com/stakesim/stakesim/spec"
)

// plainLedger has no defence that would disturb hand-computed figures.
func plainLedger() delegation.Config {
	c := delegation.DefaultConfig()
	c.UnbondingEpochs, c.CommissionDelay = 10, 10
	c.LeverageCap, c.LiquidCap, c.LiquidOperatorCap, c.LiquidBondFactor = delegation.Off, delegation.Off, delegation.Off, delegation.Off
	c.MinBond, c.MinDelegation, c.MinLockedShares = 0, 1, 0
	c.CommissionMax = delegation.One
	return c
}

func plainConfig() Config {
	return Config{
		Issuance:      Issuance{Curve: Sqrt(), Convention: AlphaIsShare, Alpha: delegation.Ratio{Num: 1, Den: 20}},
		Adoption:      SeparateLight,
		SlotsPerEpoch: 32,
	}
}

// world is a state under test with terse operations; each must succeed and leave
// the invariants whole.
type world struct {
	*testing.T
	*State
}

func newWorld(t *testing.T, c Config, lc delegation.Config, balances ...spec.Gwei) *world {
	t.Helper()
	l, err := delegation.New(lc, balances...)
	require.NoError(t, err)
	s, err := New(c, l)
	require.NoError(t, err)
	return &world{t, s}
}

func (w *world) check() {
	w.Helper()
	require.NoError(w, CheckInvariants(w.State))
}

// do applies an operation of the ledger and returns the rows that it made.
func (w *world) do(op any) delegation.Created {
	w.Helper()
	r, err := delegation.Process(w.Ledger, op)
	require.NoError(w, err, "%T%+v", op, op)
	return r.Created
}

// operator registers an operator of an account without commission.
func (w *world) operator(owner delegation.AccountID, bond spec.Gwei) delegation.OperatorID {
	w.Helper()
	return w.do(delegation.Registration{Owner: owner, Bond: bond}).Operators[0]
}

func (w *world) service(v Service) {
	w.Helper()
	require.NoError(w, AddService(w.State, v))
	w.check()
}

func (w *world) enter(owner delegation.AccountID, operator delegation.OperatorID, service ServiceID) {
	w.enterWith(owner, operator, service, 0)
}

func (w *world) enterWith(owner delegation.AccountID, operator delegation.OperatorID, service ServiceID, allocation spec.Gwei) {
	w.Helper()
	require.NoError(w, ProcessOptIn(w.State, OptIn{owner, operator, service, allocation}))
	w.check()
}

func (w *world) penalty(p Penalty) {
	w.Helper()
	require.NoError(w, ProcessPenalty(w.State, p))
	w.check()
}

func (w *world) epoch(in EpochInput) EpochReceipt {
	w.Helper()
	r, err := ProcessEpoch(w.State, in)
	require.NoError(w, err)
	w.check()
	t := r.Totals
	require.Equal(w, t.Issued, t.Heavy+t.Light)
	require.Equal(w, t.Issued, t.Paid+t.NotMinted)
	return r
}

// warm ends epochs until what is registered now counts.
func (w *world) warm() {
	w.Helper()
	for range 3 {
		w.epoch(EpochInput{})
	}
}

// all reports full performance of everyone that counts.
func (w *world) all() (duties []Duty) {
	for i := range w.Registrations {
		r := &w.Registrations[i]
		if row, ok := w.rowOf(r.Operator); ok {
			v, _ := w.Service(r.Service)
			if weight := w.counts(r, &v, &w.Go.Rows[row]); weight > 0 {
				duties = append(duties, Duty{r.Operator, r.Service, w.Ledger.Epoch(), weight})
			}
		}
	}
	return duties
}

// encode is a canonical encoding of the whole state: every field of every row in
// order, integers as 8 bytes, slices behind their length.
func encode(s *State) []byte {
	var b bytes.Buffer
	l := s.Ledger.State()
	for _, n := range []int{
		len(s.Services), len(s.Registrations), len(s.Prices), len(s.Penalties), len(s.Certificates), len(s.Mark.Rows), len(s.Set.Rows), len(s.Go.Rows),
		len(l.Operators), len(l.Lots), len(l.Unbondings), len(l.Lights), len(l.Accounts), len(l.Evidence), len(l.Uncollected),
	} {
		put(&b, uint64(n))
	}
	for _, v := range []any{
		s.Config, s.Services, s.Registrations, s.Prices, s.Penalties, s.Certificates, s.Totals, s.NextSlash,
		s.Mark.Taken, s.Mark.Epoch, s.Mark.Rows, s.Set.Taken, s.Set.Epoch, s.Set.Rows, s.Go.Taken, s.Go.Epoch, s.Go.Rows,
		l.Config, l.Epoch, l.SnapshotEpoch, l.NextID, l.Operators, l.Lots, l.Unbondings, l.Lights, l.Accounts, l.Evidence, l.Uncollected,
		l.Genesis, l.Minted, l.Burned, l.Treasury, l.LiquidTotal,
	} {
		put(&b, v)
	}
	return b.Bytes()
}

func put(b *bytes.Buffer, v any) {
	if err := binary.Write(b, binary.LittleEndian, v); err != nil {
		panic(err)
	}
}

// The services of most tests: one heavy, one light and bonded, one light and free.
func gasper() Service {
	return Service{ID: 0, Class: Heavy, LossRule: delegation.ProRata, Weight: 1, Window: 5, MaxLoss: delegation.Off}
}

func lists() Service {
	return Service{ID: 1, Class: LightBonded, LossRule: delegation.BondOnly, Weight: 1, Window: 5, MaxLoss: delegation.Off,
		Rule: EqualParts, Coupling: Strong, CommitteeSize: 512, Quorum: delegation.Ratio{Num: 2, Den: 3}}
}

func oracle() Service {
	return Service{ID: 2, Class: LightFree, LossRule: delegation.BondOnly, Weight: 2, Window: 5, MaxLoss: delegation.Off,
		Rule: ByWeight, Coupling: Weak, CommitteeSize: 512, Quorum: delegation.Ratio{Num: 1, Den: 2}, InclusionShare: delegation.One / 2}
}
