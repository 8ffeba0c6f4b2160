package delegation

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"testing"

	"github.com/stakesim/stakesim/spec"
	"github.com/stretchr/testify/require"
)

// plainConfig has no defence that would disturb hand-computed figures.
func plainConfig() Config {
	c := DefaultConfig()
	c.UnbondingEpochs, c.CommissionDelay = 10, 10
	c.LeverageCap, c.LiquidCap, c.LiquidOperatorCap, c.LiquidBondFactor = Off, Off, Off, Off
	c.MinBond, c.MinDelegation, c.MinLockedShares = 0, 1, 0
	c.JailTerm = 2
	c.CommissionMax = One
	return c
}

// world is a ledger under test with terse operations; each must succeed and
// leave the invariants whole.
type world struct {
	*testing.T
	l *Ledger
}

func newWorld(t *testing.T, c Config, balances ...spec.Gwei) *world {
	t.Helper()
	l, err := New(c, balances...)
	require.NoError(t, err)
	return &world{t, l}
}

// do applies an operation and returns the rows that it made.
func (w *world) do(op any) Created {
	w.Helper()
	return w.receipt(op).Created
}

func (w *world) receipt(op any) Receipt {
	w.Helper()
	before := w.l.Clone()
	r, err := Process(w.l, op)
	require.NoError(w, err, "%T%+v", op, op)
	require.NoError(w, CheckInvariants(w.l), "%T%+v", op, op)
	require.NoError(w, checkReceipt(before, w.l, &r), "%T%+v", op, op)
	return r
}

// refuse applies an operation that must fail with kind and change nothing.
func (w *world) refuse(op any, kind error) {
	w.Helper()
	before := encode(w.l)
	_, err := Process(w.l, op)
	require.ErrorIs(w, err, kind, "%T%+v", op, op)
	require.True(w, bytes.Equal(before, encode(w.l)), "%T%+v changed the state", op, op)
}

// operator registers an operator without commission.
func (w *world) operator(owner AccountID, bond spec.Gwei) OperatorID {
	w.Helper()
	return w.do(Registration{Owner: owner, Bond: bond}).Operators[0]
}

func (w *world) delegate(owner AccountID, operator OperatorID, amount spec.Gwei) LotID {
	w.Helper()
	return w.do(Delegation{owner, operator, amount}).Lots[0]
}

// slash applies one slash and returns what it burned in all.
func (w *world) slash(d Slash) spec.Gwei {
	w.Helper()
	before := w.l.burned + w.l.treasury
	r := w.receipt(Slashing{[]Slash{d}})
	require.Empty(w, r.Skipped)
	return w.l.burned + w.l.treasury - before
}

func (w *world) op(id OperatorID) Operator {
	w.Helper()
	o, ok := w.l.Operator(id)
	require.True(w, ok, "operator %d", id)
	return o
}

func (w *world) lot(id LotID) Lot {
	w.Helper()
	p, ok := w.l.Lot(id)
	require.True(w, ok, "lot %d", id)
	return p
}

// value is what a lot would be redeemed for.
func (w *world) value(id LotID) spec.Gwei {
	w.Helper()
	p := w.lot(id)
	o := w.op(p.Operator)
	return o.value(p.Shares)
}

func (w *world) unbonding(id UnbondingID) Unbonding {
	w.Helper()
	u, ok := w.l.Unbonding(id)
	require.True(w, ok, "unbonding %d", id)
	return u
}

func (w *world) free(id AccountID) spec.Gwei {
	w.Helper()
	a, ok := w.l.Account(id)
	require.True(w, ok, "account %d", id)
	return a.Free
}

func (w *world) advance(n uint64) { w.Helper(); w.do(Advance{n}) }

// encode is a canonical encoding of the whole state: every field of every row
// in order, integers as 8 bytes, slices behind their length.
func encode(l *Ledger) []byte {
	var b bytes.Buffer
	s := l.State()
	put := func(v any) {
		if err := binary.Write(&b, binary.LittleEndian, v); err != nil {
			panic(err)
		}
	}
	put([]uint64{uint64(len(s.Operators)), uint64(len(s.Lots)), uint64(len(s.Unbondings)), uint64(len(s.Lights)),
		uint64(len(s.Accounts)), uint64(len(s.Evidence)), uint64(len(s.Uncollected))})
	for _, v := range []any{
		s.Config, s.Epoch, s.SnapshotEpoch, s.NextID,
		s.Operators, s.Lots, s.Unbondings, s.Lights, s.Accounts, s.Evidence, s.Uncollected,
		s.Genesis, s.Minted, s.Burned, s.Treasury, s.LiquidTotal,
	} {
		put(v)
	}
	return b.Bytes()
}

// pots is what every pot holds.
func pots(l *Ledger) map[Pot]int64 {
	m := map[Pot]int64{
		{Kind: PotOutside}: -int64(l.genesis), {Kind: PotIssuance}: -int64(l.minted),
		{Kind: PotBurned}: int64(l.burned), {Kind: PotTreasury}: int64(l.treasury),
	}
	for a := range l.accounts.All() {
		m[freeOf(a.ID)] = int64(a.Free)
	}
	for o := range l.operators.All() {
		m[bondOf(o.ID)] = int64(o.Bond)
		m[poolOf(o.ID)] = int64(o.PoolTokens)
		m[rewardsOf(PotLightRewards, o)] = int64(o.Light.Reserve)
		m[rewardsOf(PotPointerRewards, o)] = int64(o.Pointers.Reserve)
	}
	for u := range l.unbondings.All() {
		m[unbondingOf(u.ID)] = int64(u.Balance)
	}
	for p := range l.lights.All() {
		m[lightOf(p.ID)] = int64(p.Total())
	}
	return m
}

// checkReceipt says whether a receipt accounts for every Gwei that moved.
func checkReceipt(before, after *Ledger, r *Receipt) error {
	have := pots(before)
	for p, v := range r.Moves() {
		have[p] += v
	}
	for p, v := range pots(after) {
		if have[p] != v {
			return fmt.Errorf("receipt of %s: %v holds %d, by the receipt %d", r.Operation, p, v, have[p])
		}
		delete(have, p)
	}
	for p, v := range have {
		if v != 0 {
			return fmt.Errorf("receipt of %s: %v is gone, by the receipt it holds %d", r.Operation, p, v)
		}
	}
	return nil
}

func half(id SlashID, operator OperatorID, h spec.Epoch) Slash {
	return Slash{ID: id, Operator: operator, Epoch: h, Fraction: Ratio{1, 2}}
}
