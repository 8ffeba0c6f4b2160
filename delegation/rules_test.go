package delegation

import (
	"testing"

	"github.com/stakesim/stakesim/spec"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestLossRules(t *testing.T) {
	for _, c := range []struct {
		name              string
		due               Due
		bond, queued      spec.Gwei // withdrawn from a bond of 100: 40
		pool, entry, lien spec.Gwei // of 200, 100 and 100 of a delegator
		uncollected       spec.Gwei
	}{
		{"half pro rata", Due{Fraction: Ratio{1, 2}}, 30, 20, 100, 50, 50, 0},
		{"half, operator first: 250 = 60 + 40 + 150 over 100, 50, 50", Due{Fraction: Ratio{1, 2}, Rule: OperatorFirst}, 0, 0, 200 - 75, 100 - 38, 100 - 37, 0},
		{"half, bond only", Due{Fraction: Ratio{1, 2}, Rule: BondOnly}, 30, 20, 200, 100, 100, 0},
		{"50 pro rata", Due{Amount: 50}, 54, 36, 180, 90, 90, 0},
		{"50, operator first", Due{Amount: 50, Rule: OperatorFirst}, 10, 40, 200, 100, 100, 0},
		{"104, operator first: 4 over 200, 100, 100", Due{Amount: 104, Rule: OperatorFirst}, 0, 0, 198, 99, 99, 0},
		{"50, bond only: 30 and 20", Due{Amount: 50, Rule: BondOnly}, 30, 20, 200, 100, 100, 0},
		{"150, bond only", Due{Amount: 150, Rule: BondOnly}, 0, 0, 200, 100, 100, 50},
		{"600, more than there is", Due{Amount: 600}, 0, 0, 0, 0, 0, 100},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, a, b := twoOperators(t, plainConfig(), 100, 0, million)
			lot := w.delegate(1, a, 400)
			queued := w.do(BondWithdrawal{0, a, 40})[0]
			entry := w.do(Undelegation{Owner: 1, Position: lot, Amount: 100})[0]
			moved := w.do(Redelegation{Owner: 1, Position: lot, To: b, Amount: 100})[0]
			c.due.ID, c.due.Operator = 1, a
			preview := PreviewSlash(w.l, []Due{c.due})
			burned := w.slash(c.due)
			assert.Equal(t, c.bond, w.op(a).Bond, "bond")
			assert.Equal(t, c.queued, w.entry(queued).Balance, "withdrawal")
			assert.Equal(t, c.pool, w.op(a).PoolTokens, "pool")
			assert.Equal(t, c.entry, w.entry(entry).Balance, "entry")
			p := w.lotOrZero(moved)
			o := w.op(b)
			assert.Equal(t, c.lien, o.value(p.Shares), "liened lot")
			left, _ := w.l.Uncollected(1)
			assert.Equal(t, c.uncollected, left.Amount, "uncollected")
			require.Len(t, preview.Collections, 1)
			assert.Equal(t, burned, preview.Collections[0].Collected)
			assert.Equal(t, left.Amount, preview.Collections[0].Wanted-burned)
		})
	}
}

// On one bond bond-only dues come first, then pro rata, then operator first.
func TestOrderOfRulesOnOneBond(t *testing.T) {
	w, a, _ := twoOperators(t, plainConfig(), 100, 0, million)
	w.delegate(1, a, 100)
	w.do(Slashing{[]Due{
		{ID: 3, Operator: a, Amount: 90, Rule: BondOnly},
		{ID: 2, Operator: a, Amount: 40},                      // 20 of each, 10 of them left
		{ID: 1, Operator: a, Amount: 30, Rule: OperatorFirst}, // nothing left: 30 of the pool
	}})
	assert.EqualValues(t, 0, w.op(a).Bond)
	assert.EqualValues(t, 50, w.op(a).PoolTokens)
	left, _ := w.l.Uncollected(2)
	assert.EqualValues(t, 10, left.Amount)
	assert.EqualValues(t, 1, w.l.uncollected.n)
}

// A pool keeps its last share when a lien takes a part of it, or its tokens would
// be nobody's.
func TestLienLeavesTheLastShare(t *testing.T) {
	w, a, b := twoOperators(t, plainConfig(), 0, 0, million)
	moved := w.do(Redelegation{Owner: 1, Position: w.delegate(1, a, 1), To: b, Amount: 1})[0]
	w.do(HeavyReward{b, 18}) // tokens 19, shares 1
	assert.EqualValues(t, 1, w.slash(Due{ID: 1, Operator: a, Fraction: Ratio{1, 1}}))
	assert.EqualValues(t, 1, w.lot(moved).Shares)
	assert.EqualValues(t, 18, w.value(moved))
}

func TestTreasury(t *testing.T) {
	c := plainConfig()
	c.SlashedToTreasury = true
	w, a, _ := twoOperators(t, c, 100, 0, 0)
	w.slash(half(1, a, 0))
	assert.EqualValues(t, 50, w.l.State().Treasury)
	assert.Zero(t, w.l.State().Burned)
}

func TestDuplicateDuesAreBothRefused(t *testing.T) {
	w, a, _ := twoOperators(t, plainConfig(), 100, 0, 0)
	r := w.receipt(Slashing{[]Due{half(1, a, 0), half(2, a, 0), half(1, a, 0)}})
	require.Len(t, r.Skipped, 2)
	assert.ErrorIs(t, r.Skipped[1], ErrDuplicate)
	assert.EqualValues(t, 50, w.op(a).Bond)
}

func TestJail(t *testing.T) {
	c := plainConfig()
	c.MinBond = 60
	w, a, _ := twoOperators(t, c, 100, 60, million)
	lot := w.delegate(1, a, 1000)
	evidence := w.do(Accusation{a, 0})[0]
	w.refuse(Delegation{1, a, 1}, ErrJailed)
	w.do(Undelegation{Owner: 1, Position: lot, Amount: 10}) // leaving is allowed
	w.advance(2)
	w.refuse(Unjail{0, a}, ErrJailed) // the term is over, the evidence pending
	w.slash(Due{ID: 1, Operator: a, Fraction: Ratio{1, 2}, Rule: BondOnly, Closes: true, Evidence: evidence})
	w.refuse(Unjail{0, a}, ErrMinimum)
	w.do(Payment{1, 0, 10})
	w.do(BondDeposit{0, a, 10})
	w.do(Unjail{0, a})
	w.delegate(1, a, 1)

	w.do(Accusation{a, 2})
	w.advance(10)
	w.refuse(Unjail{0, a}, ErrJailed)
	w.advance(1) // the evidence has lapsed
	w.do(Unjail{0, a})

	w.slash(Due{ID: 2, Operator: a, Epoch: 13, Amount: 1, Tombstone: true})
	w.refuse(Delegation{1, a, 1}, ErrTombstoned)
	w.refuse(Unjail{0, a}, ErrTombstoned)
	w.do(Undelegation{Owner: 1, Position: lot, Amount: 10})
}

func TestCommissionRiseIsDelayed(t *testing.T) {
	w, a, _ := twoOperators(t, plainConfig(), 100, 0, million)
	w.delegate(1, a, 100)
	w.do(CommissionChange{0, a, One})
	w.advance(9)
	w.do(HeavyReward{a, 100})
	assert.EqualValues(t, 150, w.op(a).PoolTokens)
	w.advance(1)
	w.do(HeavyReward{a, 100})
	assert.EqualValues(t, 150, w.op(a).PoolTokens)
	w.do(CommissionChange{0, a, 0}) // a fall is immediate
	w.do(HeavyReward{a, 100})       // over a bond of 250 and a pool of 150: 62.5 and 37.5
	assert.EqualValues(t, 187, w.op(a).PoolTokens)
	assert.EqualValues(t, 313, w.op(a).Bond)
}

func TestExitInStages(t *testing.T) {
	c := plainConfig()
	c.MinLockedShares, c.MaxUnbondingEntries = 50, 1
	w, a, b := twoOperators(t, c, 100, 100, 10*spec.ETH)
	lot, token := w.delegate(1, a, 300), w.delegate(1, a, 30)
	w.do(Tokenisation{Owner: 1, Position: token})
	moved := w.do(Redelegation{Owner: 1, Position: lot, To: b, Amount: 100})[0]
	light := w.do(LightDelegation{1, a, 2 * spec.ETH})[0]
	w.do(WalletPointer{Owner: 1, Operator: a})
	w.advance(1)

	w.do(Exit{0, a})
	w.refuse(Delegation{1, a, 1}, ErrExiting)
	w.refuse(LightDelegation{1, a, spec.ETH}, ErrExiting)
	w.do(LightReward{a, 1000}) // it still works
	w.refuse(Exit{0, a}, ErrStage)
	w.advance(10)
	assert.False(t, w.lot(moved).Lien.Set)
	w.do(Exit{0, a}) // every lot is unbonded, the limit of entries or not
	assert.EqualValues(t, 0, w.op(a).PoolShares)
	w.do(Exit{0, a})
	assert.EqualValues(t, 0, w.op(a).Bond)
	w.refuse(Exit{0, a}, ErrStage)
	w.refuse(HeavyReward{a, 1}, ErrExiting)
	w.refuse(LightReward{a, 1}, ErrExiting)
	assert.EqualValues(t, 50+140, w.slash(half(1, a, 11)), "the bond of 100 and lots of 280 are still liable")
	w.advance(10)
	before := w.free(1)
	w.do(LightUndelegation{1, light, 2 * spec.ETH}) // always, with what it has earned
	assert.EqualValues(t, 2*spec.ETH+999, w.free(1)-before, "1000 over 2 ETH is an index of 2147.48, 999.9 Gwei")
	w.advance(1)
	_, ok := w.l.Operator(a)
	assert.False(t, ok, "the record is gone")
	w.lot(moved)
}

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
	w.do(LotPointer{Owner: 1, Position: lot, Operator: b})
	w.advance(1)
	o := w.op(b)
	assert.Equal(t, 4*spec.ETH, o.Pointers.Weight)
	assert.Zero(t, o.Principal())
	w.do(Undelegation{Owner: 1, Position: lot, Amount: spec.ETH})
	assert.Equal(t, 3*spec.ETH, w.op(b).Pointers.Weight, "it leaves with the stake")
	w.slash(half(1, a, 1))
	w.advance(1)
	assert.Equal(t, 3*spec.ETH/2, w.op(b).Pointers.Weight, "the snapshot sees the slash")
}

func TestSmallLightPoolPaysTheBond(t *testing.T) {
	w, a, _ := twoOperators(t, plainConfig(), 1, 0, 10*spec.ETH)
	light := w.do(LightDelegation{1, a, spec.ETH - 1})[0]
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
	light := w.do(LightDelegation{1, a, 4 * spec.ETH})[0]
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
	light := w.do(LightDelegation{1, a, 4 * spec.ETH})[0]
	w.advance(1)
	moved := w.do(LightRedelegation{1, light, b, 3 * spec.ETH})[0]
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
	moved := w.do(Redelegation{Owner: 1, Position: lot, To: b, Amount: 1000})[0]
	entry := w.do(Undelegation{Owner: 1, Position: moved, Amount: 999})[0]
	assert.EqualValues(t, 999, w.entry(entry).Lien.Initial)
	back := w.do(Cancellation{1, entry, 333})[0]
	assert.EqualValues(t, 333, w.lot(back).Lien.Initial)
	assert.EqualValues(t, 666, w.entry(entry).Lien.Initial)
	assert.EqualValues(t, 666, w.entry(entry).Initial)
	assert.Equal(t, moved, w.lot(back).Lien.ID, "the lien keeps the id of its first lot")
	bond := w.do(BondWithdrawal{0, a, 60})[0]
	w.do(Cancellation{0, bond, 60})
	assert.EqualValues(t, 100, w.op(a).Bond)
}

func TestPreviewUndelegation(t *testing.T) {
	w, a, _ := twoOperators(t, plainConfig(), 0, 0, million)
	lot := w.delegate(1, a, 100)
	w.do(HeavyReward{a, 1})
	op := Undelegation{Owner: 1, Position: lot, Shares: 99}
	p, err := PreviewUndelegation(w.l, op)
	require.NoError(t, err)
	assert.Equal(t, UndelegationPreview{Shares: 99, Amount: 99, Rest: 2, Complete: 10}, p)
	entry := w.entry(w.do(op)[0])
	assert.Equal(t, p.Amount, entry.Balance)
	assert.Equal(t, p.Complete, entry.Complete)
	_, err = PreviewUndelegation(w.l, op)
	assert.ErrorIs(t, err, ErrAmount)
}

func TestExposure(t *testing.T) {
	w, a, b := twoOperators(t, plainConfig(), 0, 0, million)
	w.advance(3)
	lot := w.delegate(1, a, 1000)
	moved := w.do(Redelegation{Owner: 1, Position: lot, To: b, Amount: 400})[0]
	w.advance(1)
	entry := w.do(Undelegation{Owner: 1, Position: moved, Amount: 100})[0]
	w.do(LightDelegation{1, a, 1000}) // never at risk
	var have []Risk
	for r := range Exposure(w.l, 1) {
		have = append(have, r)
	}
	ever := spec.FarFutureEpoch
	assert.Equal(t, []Risk{
		{Place{Pool, a}, lot, a, ever, ever, 600},
		{Place{Pool, b}, moved, b, ever, ever, 300},
		{Place{Pool, b}, moved, a, 3, 13, 300},
		{Place{Queue, entry}, entry, b, 4, 14, 100},
		{Place{Queue, entry}, entry, a, 3, 13, 100},
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
	w.slash(Due{ID: 2, Operator: a, Amount: 1})
	w.refuse(Delegation{1, a, 10}, ErrShareRate)
	w.do(Undelegation{Owner: 1, Position: lot, Shares: 50})
	w.do(HeavyReward{a, 1})
	w.slash(half(3, a, 0))
	w.do(Redelegation{Owner: 1, Position: lot, To: b, Shares: 50})
}

func TestFromStateRefusesBrokenStates(t *testing.T) {
	l, _ := richLedger(t)
	for name, change := range map[string]func(*State){
		"I1":              func(s *State) { s.Burned++ },
		"I2":              func(s *State) { s.Positions[0].Shares++ },
		"I2 light":        func(s *State) { s.Lights[0].Principal-- },
		"I8":              func(s *State) { s.Lights[0].Accrued += 1 << 40 },
		"I15":             func(s *State) { s.LiquidTotal++ },
		"id above next":   func(s *State) { s.NextID = 3 },
		"order":           func(s *State) { s.Accounts[0], s.Accounts[1] = s.Accounts[1], s.Accounts[0] },
		"unknown owner":   func(s *State) { s.Positions[0].Owner = 999 },
		"unknown place":   func(s *State) { s.Unbondings[0].Operator = 999 },
		"future snapshot": func(s *State) { s.SnapshotEpoch++ },
		"supply":          func(s *State) { s.Genesis += 1 << 60; s.Burned += 1 << 60 },
		"entry":           func(s *State) { s.Unbondings[0].Balance = s.Unbondings[0].Initial + 1 },
		"configuration":   func(s *State) { s.Config.UnbondingEpochs = 0 },
		"pointer":         func(s *State) { s.Accounts[1].Pointer.Operator = 999 },
		"lien":            func(s *State) { s.Positions[len(s.Positions)-1].Lien.Initial = 1 },
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
