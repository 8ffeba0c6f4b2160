package delegation

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/spec"
)

func TestWalletWeightCountsOnce(t *testing.T) {
	w, a, b := twoOperators(t, plainConfig(), 1, 1, 10*spec.ETH)
	w.do(WalletPointer{Owner: 1, Operator: a})
	w.do(WalletPointer{Owner: 2, Operator: b})
	assert.Zero(t, w.op(a).Pointers.Weight, "from the next snapshot")
	w.advance(1)
	assert.Equal(t, 10*spec.ETH, w.op(a).Pointers.Weight)
	w.do(Payment{1, 2, 4 * spec.ETH})
	assert.Equal(t, 6*spec.ETH, w.op(a).Pointers.Weight)
	assert.Equal(t, 10*spec.ETH, w.op(b).Pointers.Weight)
	w.do(Payment{2, 1, 10 * spec.ETH})
	assert.Equal(t, 10*spec.ETH, w.op(a).Pointers.Weight, "min(snapshot, balance)")
	assert.Equal(t, 4*spec.ETH, w.op(b).Pointers.Weight)
	w.advance(1)
	assert.Equal(t, 16*spec.ETH, w.op(a).Pointers.Weight)

	before := w.free(1)
	w.do(PointerReward{a, 1_600_000})
	w.do(WalletPointer{Owner: 1, Clear: true, Operator: a})
	assert.InDelta(t, 1_600_000, float64(w.free(1)-before), 4) // the carry: below 16 * 10^9 / 2^32
	// What the index could not divide is the operator's.
	assert.EqualValues(t, 1_600_000+1, w.op(a).Bond+w.free(1)-before)
}

func TestLotPointerDoesNotMakePrincipal(t *testing.T) {
	w, a, b := twoOperators(t, plainConfig(), 1, 1, 10*spec.ETH)
	lot := w.delegate(1, a, 4*spec.ETH)
	w.do(LotPointer{Owner: 1, Lot: lot, Operator: b})
	w.advance(1)
	o := w.op(b)
	assert.Equal(t, 4*spec.ETH, o.Pointers.Weight)
	assert.Zero(t, o.Principal())
	w.do(Undelegation{Owner: 1, Lot: lot, Amount: spec.ETH})
	assert.Equal(t, 3*spec.ETH, w.op(b).Pointers.Weight, "it leaves with the stake")
	w.slash(half(1, a, 1))
	w.advance(1)
	assert.Equal(t, 3*spec.ETH/2, w.op(b).Pointers.Weight, "the snapshot sees the slash")
}

func TestSmallLightPoolPaysTheBond(t *testing.T) {
	w, a, _ := twoOperators(t, plainConfig(), 1, 0, 10*spec.ETH)
	light := w.do(LightDelegation{1, a, spec.ETH - 1}).Lights[0]
	w.advance(1)
	w.do(LightReward{a, 1000})
	assert.EqualValues(t, 1001, w.op(a).Bond)
	w.do(LightDelegation{1, a, 1})
	w.advance(1)
	w.do(LightReward{a, 1000})
	assert.EqualValues(t, 1001, w.op(a).Bond)
	v, err := LightETHBalance(w.l, light)
	require.NoError(t, err)
	assert.EqualValues(t, spec.ETH+999, v, "1000 * 2^32 / 10^9 = 4294.97: 4294 a Gwei, 999.8")
	w.do(LightClaim{2, light, false})
	w.refuse(LightClaim{2, light, false}, ErrNothing)
	assert.EqualValues(t, 9*spec.ETH+999, w.free(1))
}

func TestCompounding(t *testing.T) {
	w, a, _ := twoOperators(t, plainConfig(), 1, 0, 10*spec.ETH)
	light := w.do(LightDelegation{1, a, 4 * spec.ETH}).Lights[0]
	w.advance(1)
	w.do(LightReward{a, spec.ETH})
	w.do(LightClaim{1, light, true})
	p, _ := w.l.Light(light)
	assert.InDelta(t, float64(spec.ETH), float64(p.Pending), 1)
	assert.Equal(t, 4*spec.ETH, p.Principal)
	w.advance(1)
	p, _ = w.l.Light(light)
	assert.Zero(t, p.Pending)
}

func TestLightRedelegationIsInstant(t *testing.T) {
	w, a, b := twoOperators(t, plainConfig(), 1, 1, 10*spec.ETH)
	light := w.do(LightDelegation{1, a, 4 * spec.ETH}).Lights[0]
	w.advance(1)
	moved := w.do(LightRedelegation{1, light, b, 3 * spec.ETH}).Lights[0]
	p, _ := w.l.Light(moved)
	assert.Equal(t, 3*spec.ETH, p.Pending)
	w.do(LightReward{b, 1000}) // nothing earns there yet
	assert.EqualValues(t, 1001, w.op(b).Bond)
	w.do(LightRedelegation{1, light, b, spec.ETH}) // into the same position
	p, _ = w.l.Light(moved)
	assert.Equal(t, 4*spec.ETH, p.Pending)
	_, ok := w.l.Light(light)
	assert.False(t, ok)
}

func TestCancellation(t *testing.T) {
	w, a, b := twoOperators(t, plainConfig(), 100, 1, million)
	lot := w.delegate(1, a, 1000)
	moved := w.do(Redelegation{Owner: 1, Lot: lot, To: b, Amount: 1000}).Lots[0]
	entry := w.do(Undelegation{Owner: 1, Lot: moved, Amount: 999}).Unbondings[0]
	assert.EqualValues(t, 999, w.unbonding(entry).Lien.Initial)
	back := w.do(Cancellation{1, entry, 333}).Lots[0]
	assert.EqualValues(t, 333, w.lot(back).Lien.Initial)
	assert.EqualValues(t, 666, w.unbonding(entry).Lien.Initial)
	assert.EqualValues(t, 666, w.unbonding(entry).Initial)
	assert.Equal(t, moved, w.lot(back).Lien.ID, "the lien keeps the id of its first lot")
	bond := w.do(BondWithdrawal{0, a, 60}).Unbondings[0]
	w.do(Cancellation{0, bond, 60})
	assert.EqualValues(t, 100, w.op(a).Bond)
}

func TestPreviewUndelegation(t *testing.T) {
	w, a, _ := twoOperators(t, plainConfig(), 0, 0, million)
	lot := w.delegate(1, a, 100)
	w.do(HeavyReward{a, 1})
	op := Undelegation{Owner: 1, Lot: lot, Shares: 99}
	p, err := PreviewUndelegation(w.l, op)
	require.NoError(t, err)
	assert.Equal(t, UndelegationPreview{Shares: 99, Amount: 99, Rest: 2, Complete: 10}, p)
	entry := w.unbonding(w.do(op).Unbondings[0])
	assert.Equal(t, p.Amount, entry.Balance)
	assert.Equal(t, p.Complete, entry.Complete)
	_, err = PreviewUndelegation(w.l, op)
	assert.ErrorIs(t, err, ErrAmount)
}

func TestExposure(t *testing.T) {
	w, a, b := twoOperators(t, plainConfig(), 0, 0, million)
	w.advance(3)
	lot := w.delegate(1, a, 1000)
	moved := w.do(Redelegation{Owner: 1, Lot: lot, To: b, Amount: 400}).Lots[0]
	w.advance(1)
	entry := w.do(Undelegation{Owner: 1, Lot: moved, Amount: 100}).Unbondings[0]
	w.do(LightDelegation{1, a, 1000}) // never at risk
	var have []Risk
	for r := range Exposure(w.l, 1) {
		have = append(have, r)
	}
	ever := spec.FarFutureEpoch
	assert.Equal(t, []Risk{
		{poolOf(a), lot, a, ever, ever, 600},
		{poolOf(b), moved, b, ever, ever, 300},
		{poolOf(b), moved, a, 3, 13, 300},
		{unbondingOf(entry), 0, b, 4, 14, 100},
		{unbondingOf(entry), 0, a, 3, 13, 100},
	}, have)
	for range Exposure(w.l, 1) {
		break
	}
}

func TestPureFunctions(t *testing.T) {
	r, infinite, err := CorruptionLeverage(spec.ETH, 9*spec.ETH, spec.ETH)
	require.NoError(t, err)
	assert.InDelta(t, 10, r.Float64(), 0)
	assert.False(t, infinite)
	_, infinite, err = CorruptionLeverage(1, 1, 0)
	require.NoError(t, err)
	assert.True(t, infinite)
	_, _, err = CorruptionLeverage(1, 1<<64-1, 0)
	assert.ErrorIs(t, err, spec.ErrOverflow)

	assert.Equal(t, Ratio{1, 10}, SelfBondRatio(1, 9))
	assert.Equal(t, Ratio{}, SelfBondRatio(0, 0))
	assert.Equal(t, Ratio{}, SelfBondRatio(1<<63, 1<<63))

	for _, c := range []struct {
		seat, delegated spec.Gwei
		limit           Parts
		want            spec.Gwei
	}{
		{32, 24, 3 * One, 8}, {32, 25, 3 * One, 8}, {33, 25, 3 * One, 9}, {32, 0, 3 * One, 32}, {0, 5, One, 0}, {32, 24, Off, 8},
		{32, 40, Off, 0}, {7, 100, One / 2, 5}, {1<<64 - 1, 0, One, 1<<64 - 1}, {1000, 1000, Off - 1, 1}, {0, 0, Off - 1, 0},
	} {
		b := BondForSeat(c.seat, c.delegated, c.limit)
		assert.Equal(t, c.want, b, "%+v", c)
		assert.GreaterOrEqual(t, EffectiveStake(b, c.delegated, c.limit), c.seat)
		if b > 0 {
			assert.Less(t, EffectiveStake(b-1, c.delegated, c.limit), c.seat)
		}
	}
	_, err = SharesForDeposit(1, Price{2, 1}, 64)
	assert.ErrorIs(t, err, ErrZeroShares)
	_, err = SharesForDeposit(0, Price{}, 64)
	assert.ErrorIs(t, err, ErrZeroShares)
	_, err = SharesForDeposit(1, Price{1, 65}, 64)
	assert.ErrorIs(t, err, ErrShareRate)
	_, err = SharesForDeposit(1, Price{0, 1}, 64)
	assert.ErrorIs(t, err, ErrShareRate)
	n, err := SharesForDeposit(1, Price{1, 64}, 64)
	require.NoError(t, err)
	assert.EqualValues(t, 64, n)
	_, err = SharesForDeposit(1<<63, Price{1, 64}, 64)
	assert.ErrorIs(t, err, spec.ErrOverflow)
	_, err = TokensForShares(2, Price{1, 1})
	assert.ErrorIs(t, err, ErrAmount)
	v, err := TokensForShares(0, Price{})
	require.NoError(t, err)
	assert.Zero(t, v)
}

// shares above ShareRateCap * tokens refuse mints only.
func TestShareRateCap(t *testing.T) {
	c := plainConfig()
	c.ShareRateCap = 2
	w, a, b := twoOperators(t, c, 0, 0, million)
	lot := w.delegate(1, a, 100)
	w.delegate(1, b, 100)
	w.slash(half(1, a, 0))
	w.delegate(1, a, 1) // 2 shares a Gwei
	w.slash(Slash{ID: 2, Operator: a, Amount: 1})
	w.refuse(Delegation{1, a, 10}, ErrShareRate)
	w.do(Undelegation{Owner: 1, Lot: lot, Shares: 50})
	w.do(HeavyReward{a, 1})
	w.slash(half(3, a, 0))
	w.do(Redelegation{Owner: 1, Lot: lot, To: b, Shares: 50})
}

func TestFromStateRefusesBrokenStates(t *testing.T) {
	l, _ := richLedger(t)
	for name, change := range map[string]func(*State){
		"I1":              func(s *State) { s.Burned++ },
		"I2":              func(s *State) { s.Lots[0].Shares++ },
		"I2 light":        func(s *State) { s.Lights[0].Principal-- },
		"I8":              func(s *State) { s.Lights[0].Accrued += 1 << 40 },
		"I15":             func(s *State) { s.LiquidTotal++ },
		"id above next":   func(s *State) { s.NextID = 3 },
		"order":           func(s *State) { s.Accounts[0], s.Accounts[1] = s.Accounts[1], s.Accounts[0] },
		"unknown owner":   func(s *State) { s.Lots[0].Owner = 999 },
		"unknown place":   func(s *State) { s.Unbondings[0].Operator = 999 },
		"future snapshot": func(s *State) { s.SnapshotEpoch++ },
		"supply":          func(s *State) { s.Genesis += 1 << 60; s.Burned += 1 << 60 },
		"entry":           func(s *State) { s.Unbondings[0].Balance = s.Unbondings[0].Initial + 1 },
		"configuration":   func(s *State) { s.Config.UnbondingEpochs = 0 },
		"pointer":         func(s *State) { s.Accounts[1].Pointer.Operator = 999 },
		"lien":            func(s *State) { s.Lots[len(s.Lots)-1].Lien.Initial = 1 },
		"shares":          func(s *State) { s.Operators[0].PoolShares = 1<<63 + 1 },
		"index":           func(s *State) { s.Operators[0].Light.Index = 1 << 61 },
	} {
		s := l.State()
		_, err := FromState(s)
		require.NoError(t, err)
		change(s)
		_, err = FromState(s)
		assert.Error(t, err, name)
	}
}
