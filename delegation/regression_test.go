package delegation

import (
	"testing"

	"github.com/stakesim/stakesim/spec"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const million = 1_000_000

// twoOperators has account 0 own operators a and b with a bond each, and
// account 1 a free balance.
func twoOperators(t *testing.T, c Config, bondA, bondB, free spec.Gwei) (w *world, a, b OperatorID) {
	w = newWorld(t, c, bondA+bondB+2*spec.Gwei(c.MinLockedShares), free, free, free)
	a = w.operator(0, bondA)
	b = w.operator(0, bondB)
	return w, a, b
}

func TestRegressionR1Evasion(t *testing.T) {
	w, a, b := twoOperators(t, plainConfig(), 100, 100, million)
	lot := w.delegate(1, a, million)
	moved := w.do(Redelegation{Owner: 1, Lot: lot, To: b, Amount: million}).Lots[0]
	entry := w.do(Undelegation{Owner: 1, Lot: moved, Amount: million}).Unbondings[0]
	assert.EqualValues(t, 500_000+50, w.slash(half(1, a, 0)), "Cosmos burned only the bond")
	assert.EqualValues(t, 500_000, w.unbonding(entry).Balance)
	assert.EqualValues(t, 50, w.op(a).Bond)
	assert.EqualValues(t, 100, w.op(b).Bond)
}

func TestRegressionR2OverSlash(t *testing.T) {
	w, a, b := twoOperators(t, plainConfig(), 0, 0, million)
	moved := w.do(Redelegation{Owner: 1, Lot: w.delegate(1, a, million), To: b, Amount: million}).Lots[0]
	entry := w.do(Undelegation{Owner: 1, Lot: moved, Amount: 400_000}).Unbondings[0]
	assert.EqualValues(t, 500_000, w.slash(half(1, a, 0)), "the fixed Cosmos burned 900,000")
	assert.EqualValues(t, 200_000, w.unbonding(entry).Balance)
	assert.EqualValues(t, 300_000, w.value(moved))
}

func TestRegressionR3StrangersEntry(t *testing.T) {
	w, a, b := twoOperators(t, plainConfig(), 0, 0, million)
	moved := w.do(Redelegation{Owner: 1, Lot: w.delegate(1, a, million), To: b, Amount: million}).Lots[0]
	own := w.do(Undelegation{Owner: 2, Lot: w.delegate(2, b, million), Amount: million}).Unbondings[0]
	w.slash(half(1, a, 0))
	assert.EqualValues(t, million, w.unbonding(own).Balance)
	assert.EqualValues(t, 500_000, w.value(moved))
}

func TestRegressionR4ArrivalBetweenFaultAndEvidence(t *testing.T) {
	w, a, _ := twoOperators(t, plainConfig(), 0, 0, million)
	early := w.delegate(1, a, 1000)
	w.advance(1)
	late := w.delegate(2, a, 3000)
	assert.EqualValues(t, 2000, w.slash(half(1, a, 0)), "late stake pays pro rata")
	assert.EqualValues(t, 500, w.value(early))
	assert.EqualValues(t, 1500, w.value(late))
	w.slash(half(2, a, 0))
	assert.EqualValues(t, 250, w.value(early), "a pool multiplies")

	entry := w.do(Undelegation{Owner: 2, Lot: late, Shares: 3000}).Unbondings[0]
	require.EqualValues(t, 750, w.unbonding(entry).Initial)
	for id := range SlashID(2) { // ceil(750/4) = 188 each time
		w.slash(Slash{ID: 3 + id, Operator: a, Epoch: 1, Fraction: Ratio{1, 4}})
	}
	assert.EqualValues(t, 374, w.unbonding(entry).Balance, "an entry adds")
}

func TestRegressionR5Uncollected(t *testing.T) {
	w, a, _ := twoOperators(t, plainConfig(), 60, 0, 0)
	assert.EqualValues(t, 60, w.slash(Slash{ID: 9, Operator: a, Amount: 100, Rule: BondOnly}))
	w.advance(30)
	left, ok := w.l.Uncollected(9)
	require.True(t, ok)
	assert.Equal(t, Uncollected{ID: 9, Operator: a, Epoch: 0, Amount: 40}, left)
	// The id of an uncollected slash is taken.
	r := w.receipt(Slashing{[]Slash{{ID: 9, Operator: a, Epoch: 30, Amount: 1}}})
	require.Len(t, r.Skipped, 1)
	assert.ErrorIs(t, r.Skipped[0], ErrDuplicate)
}

func TestRegressionR6BondWithdrawnAfterTheFault(t *testing.T) {
	for _, rule := range []LossRule{ProRata, OperatorFirst, BondOnly} {
		w, a, _ := twoOperators(t, plainConfig(), 60, 0, 0)
		w.do(BondWithdrawal{0, a, 60})
		assert.EqualValues(t, 60, w.slash(Slash{ID: 1, Operator: a, Amount: 60, Rule: rule}), "naively 0")
		assert.EqualValues(t, 0, w.l.uncollected.Len())
	}
}

func TestRegressionR9TokenisedLotIsWhatLeft(t *testing.T) {
	w, a, _ := twoOperators(t, plainConfig(), 0, 0, million)
	lot := w.delegate(1, a, 1000)
	w.do(HeavyReward{a, 501}) // a price that does not divide
	before := w.lot(lot).Shares
	token := w.do(Tokenisation{Owner: 1, Lot: lot, Shares: 333}).Lots[0]
	assert.EqualValues(t, before-333, w.lot(lot).Shares)
	assert.EqualValues(t, 333, w.lot(token).Shares)
	assert.EqualValues(t, 333, w.op(a).LiquidShares)
	w.do(Transfer{1, token, 2})
	w.slash(half(1, a, 0))
	assert.EqualValues(t, 333, w.lot(token).Shares, "it is slashed with the pool, by its price")
	w.refuse(Undelegation{Owner: 2, Lot: token, Shares: 333}, ErrTokenised)
	w.refuse(Redelegation{Owner: 2, Lot: token, To: a, Shares: 333}, ErrTokenised)
	w.do(Redemption{2, token})
	w.do(Undelegation{Owner: 2, Lot: token, Shares: 333})
	assert.Zero(t, w.l.liquid)
}

func TestRegressionR10NoTokensOfLienedLots(t *testing.T) {
	w, a, b := twoOperators(t, plainConfig(), 0, 0, million)
	moved := w.do(Redelegation{Owner: 1, Lot: w.delegate(1, a, 1000), To: b, Amount: 1000}).Lots[0]
	w.refuse(Tokenisation{Owner: 1, Lot: moved}, ErrLiened)
	w.refuse(Redelegation{Owner: 1, Lot: moved, To: a, Amount: 1000}, ErrLiened)
	w.advance(9)
	w.refuse(Tokenisation{Owner: 1, Lot: moved}, ErrLiened)
	w.advance(1)
	w.do(Tokenisation{Owner: 1, Lot: moved})
}

func TestRegressionR11StrangerInABatch(t *testing.T) {
	w, a, b := twoOperators(t, plainConfig(), 0, 0, million)
	moved := w.do(Redelegation{Owner: 1, Lot: w.delegate(1, a, 100), To: b, Amount: 100}).Lots[0]
	stranger := w.delegate(2, b, 100)
	w.do(Slashing{[]Slash{{ID: 1, Operator: a, Fraction: Ratio{1, 1}}, half(2, b, 0)}})
	assert.EqualValues(t, 50, w.value(stranger))
	_, ok := w.l.Lot(moved)
	assert.False(t, ok, "the liened lot has lost everything")
	assert.EqualValues(t, 150, w.l.burned)
}

func TestRegressionE1PenaltyIsConserved(t *testing.T) {
	for _, c := range []struct{ bond, pool, fromBond, fromPool spec.Gwei }{
		{32, 32, 5, 5},
		{33, 31, 5, 5}, // 5.16 and 4.84
	} {
		w, a, _ := twoOperators(t, plainConfig(), c.bond, 0, million)
		lot := w.delegate(1, a, c.pool)
		assert.EqualValues(t, 10, w.slash(Slash{ID: 1, Operator: a, Amount: 10}))
		assert.Equal(t, c.bond-c.fromBond, w.op(a).Bond)
		assert.Equal(t, c.pool-c.fromPool, w.op(a).PoolTokens)
		assert.EqualValues(t, c.bond+c.pool-10, w.op(a).Bond+w.value(lot), "individual balances fall by the same 10")
	}
}

func TestRegressionE2IDZero(t *testing.T) {
	w := newWorld(t, plainConfig(), 1000, 1000)
	w.do(Payment{0, 1, 10})
	assert.EqualValues(t, 990, w.free(0))
	l, err := New(plainConfig())
	require.NoError(t, err)
	w = &world{t, l}
	require.Equal(t, []AccountID{0}, w.do(Opening{1000}).Accounts)
	require.Equal(t, []OperatorID{1}, w.do(Registration{Owner: 0, Bond: 10}).Operators)
	// Id 0 as an operator, a lien source and a slash.
	s := &State{Config: plainConfig(), NextID: 3, Genesis: 2000,
		Operators: []Operator{{ID: 0, Owner: 1, Bond: 100}, {ID: 2, Owner: 1}},
		Accounts:  []Account{{ID: 1, Free: 1900}}}
	l, err = FromState(s)
	require.NoError(t, err)
	w = &world{t, l}
	moved := w.do(Redelegation{Owner: 1, Lot: w.delegate(1, 0, 1000), To: 2, Amount: 1000}).Lots[0]
	assert.EqualValues(t, 550, w.slash(half(0, 0, 0)))
	assert.EqualValues(t, 500, w.value(moved))
}

func TestRegressionE3BadItemBlocksNobody(t *testing.T) {
	w, a, b := twoOperators(t, plainConfig(), 100, 100, 0)
	r := w.receipt(Slashing{[]Slash{half(1, a, 0), half(2, 999, 0), half(3, b, 0)}})
	require.Len(t, r.Skipped, 1)
	assert.Equal(t, 1, r.Skipped[0].Index)
	assert.ErrorIs(t, r.Skipped[0], ErrUnknownID)
	assert.EqualValues(t, 50, w.op(a).Bond)
	assert.EqualValues(t, 50, w.op(b).Bond)

	r = w.receipt(EpochInput{Rewards: []EpochReward{{Operator: 999, Heavy: 5}, {Operator: a, Heavy: 5}}})
	require.Len(t, r.Skipped, 1)
	assert.EqualValues(t, 55, w.op(a).Bond)
}

func TestRegressionV2EntryAdds(t *testing.T) {
	w, a, _ := twoOperators(t, plainConfig(), 0, 0, million)
	entry := w.do(Undelegation{Owner: 1, Lot: w.delegate(1, a, 100), Amount: 100}).Unbondings[0]
	for i, want := range []spec.Gwei{50, 50, 0} {
		assert.Equal(t, want, w.slash(half(SlashID(i), a, 0)))
	}
	assert.EqualValues(t, 0, w.unbonding(entry).Balance, "it stays in the queue")
}

func TestRegressionV3Liability(t *testing.T) {
	for h, burned := range map[spec.Epoch]spec.Gwei{4: 50, 5: 50, 6: 0} {
		w, a, _ := twoOperators(t, plainConfig(), 0, 0, million)
		lot := w.delegate(1, a, 100)
		w.advance(5)
		w.do(Undelegation{Owner: 1, Lot: lot, Amount: 100})
		w.advance(1)
		assert.Equal(t, burned, w.slash(half(1, a, h)), "infraction at %d, entry at 5", h)
	}
	// At the last epoch before completion it still pays; then it is gone.
	w, a, _ := twoOperators(t, plainConfig(), 0, 0, million)
	entry := w.do(Undelegation{Owner: 1, Lot: w.delegate(1, a, 100), Amount: 100}).Unbondings[0]
	w.advance(9)
	assert.EqualValues(t, 50, w.slash(half(1, a, 0)))
	w.advance(1)
	_, ok := w.l.Unbonding(entry)
	assert.False(t, ok)
	assert.EqualValues(t, million-50, w.free(1))
	assert.EqualValues(t, 0, w.slash(half(2, a, 0)))
	w.advance(1)
	r := w.receipt(Slashing{[]Slash{half(3, a, 0)}})
	require.Len(t, r.Skipped, 1)
	assert.ErrorIs(t, r.Skipped[0], ErrEpoch)
}

func TestRegressionV4CheapShares(t *testing.T) {
	w, a, _ := twoOperators(t, plainConfig(), 0, 0, million)
	w.delegate(1, a, 100)
	w.slash(half(1, a, 0)) // tokens 50, shares 100
	lot := w.delegate(2, a, 10)
	assert.EqualValues(t, 20, w.lot(lot).Shares)
	assert.EqualValues(t, 10, w.unbonding(w.do(Undelegation{Owner: 2, Lot: lot, Shares: 20}).Unbondings[0]).Balance)
}

func TestRegressionV5LastShareTakesTheTrimmings(t *testing.T) {
	w, a, _ := twoOperators(t, plainConfig(), 0, 0, million)
	lot := w.delegate(1, a, 100)
	w.do(HeavyReward{a, 1}) // tokens 101, shares 100
	assert.EqualValues(t, 99, w.unbonding(w.do(Undelegation{Owner: 1, Lot: lot, Shares: 99}).Unbondings[0]).Balance)
	assert.EqualValues(t, 2, w.unbonding(w.do(Undelegation{Owner: 1, Lot: lot, Shares: 1}).Unbondings[0]).Balance)
}

func TestRegressionV6Attribution(t *testing.T) {
	w, a, _ := twoOperators(t, plainConfig(), 5, 0, 0)
	w.do(Slashing{[]Slash{{ID: 2, Operator: a, Amount: 3, Rule: BondOnly}, {ID: 1, Operator: a, Amount: 7, Rule: BondOnly}}})
	// The amounts are cut to what is there only together: see the uncollected.
	one, _ := w.l.Uncollected(1)
	two, _ := w.l.Uncollected(2)
	assert.EqualValues(t, 7-4, one.Amount)
	assert.EqualValues(t, 3-1, two.Amount)
	assert.EqualValues(t, 5, w.l.burned)
}

func TestRegressionV7LeverageCap(t *testing.T) {
	c := plainConfig()
	c.LeverageCap = 3 * One
	w, a, _ := twoOperators(t, c, 8, 0, million)
	w.delegate(1, a, 24)
	w.refuse(Delegation{1, a, 1}, ErrLeverage)
	w.refuse(BondWithdrawal{0, a, 1}, ErrLeverage)

	c.LeverageMode = Clip
	w, a, _ = twoOperators(t, c, 8, 0, million)
	w.delegate(1, a, 24)
	w.delegate(1, a, 1)
	o := w.op(a)
	assert.EqualValues(t, 32, EffectiveStake(o.Bond, o.PoolTokens, c.LeverageCap))
}

func TestRegressionV8LiquidCaps(t *testing.T) {
	c := plainConfig()
	c.LiquidCap, c.LiquidOperatorCap = One/4, One/2
	w, a, b := twoOperators(t, c, 1000, 0, million)
	lot := w.delegate(1, a, 400)
	w.delegate(2, b, 400)
	w.refuse(Tokenisation{Owner: 1, Lot: lot, Shares: 201}, ErrLiquidCap) // both caps
	w.do(Tokenisation{Owner: 1, Lot: lot, Shares: 200})                   // 25 % of 800 and 50 % of 400
	w.refuse(Tokenisation{Owner: 1, Lot: lot, Shares: 1}, ErrLiquidCap)

	c.LiquidCap = Off
	w, a, _ = twoOperators(t, c, 1000, 0, million)
	lot = w.delegate(1, a, 400)
	w.refuse(Tokenisation{Owner: 1, Lot: lot, Shares: 201}, ErrLiquidCap)
	w.do(Tokenisation{Owner: 1, Lot: lot, Shares: 200})

	c.LiquidOperatorCap, c.LiquidBondFactor = Off, 250
	w, a, _ = twoOperators(t, c, 1000, 0, million)
	lot = w.delegate(1, a, million)
	w.refuse(Tokenisation{Owner: 1, Lot: lot, Shares: 250_001}, ErrLiquidCap)
	w.do(Tokenisation{Owner: 1, Lot: lot, Shares: 250_000})
}

func TestRegressionV11LightCarry(t *testing.T) {
	w, a, _ := twoOperators(t, plainConfig(), 1, 0, 100*spec.ETH)
	var lights []PositionID
	for i, eth := range []spec.Gwei{10, 20, 70} {
		lights = append(lights, w.do(LightDelegation{AccountID(i + 1), a, eth * spec.ETH}).Lights[0])
	}
	w.advance(1)
	for range 3 {
		w.do(LightReward{a, 1})
	}
	o := w.op(a)
	// 3 * 2^32 over 10^11 Gwei of principal: 0 a Gwei, all in the carry.
	assert.EqualValues(t, 0, o.Light.Index)
	assert.Equal(t, uint64(3<<32), o.Light.Carry)
	assert.EqualValues(t, 3, o.Light.Reserve)
	for range 30 { // until the index moves
		w.do(LightReward{a, 1})
	}
	// 33 * 2^32 / 10^11 = 1.417: index 1, the rest in the carry.
	o = w.op(a)
	assert.EqualValues(t, 1, o.Light.Index)
	assert.Equal(t, uint64(33<<32-100*1_000_000_000), o.Light.Carry)
	claims := spec.Gwei(0)
	for i, id := range lights {
		v, err := LightETHBalance(w.l, id)
		require.NoError(t, err)
		claims += v - []spec.Gwei{10, 20, 70}[i]*spec.ETH
	}
	assert.LessOrEqual(t, claims, spec.Gwei(33))
	assert.EqualValues(t, 2+4+16, claims) // floors of 2.3, 4.7 and 16.3
}

func TestRegressionV12Commissions(t *testing.T) {
	w := newWorld(t, plainConfig(), 100*spec.ETH, 100*spec.ETH, 100*spec.ETH)
	for commission, want := range map[Parts]spec.Gwei{One / 20: 950_000_000, One / 10: 900_000_000} {
		op := w.do(Registration{Owner: 0, Bond: spec.ETH, Commission: commission}).Operators[0]
		light := w.do(LightDelegation{1, op, 4 * spec.ETH}).Lights[0]
		w.advance(1)
		w.do(LightReward{op, spec.ETH})
		v, err := LightETHBalance(w.l, light)
		require.NoError(t, err)
		assert.InDelta(t, float64(want), float64(v-4*spec.ETH), 1)
		assert.LessOrEqual(t, v-4*spec.ETH, want)
		assert.Equal(t, 2*spec.ETH-want, w.op(op).Bond)
	}
}

func TestRegressionV15EntryIsFixedInGwei(t *testing.T) {
	w, a, _ := twoOperators(t, plainConfig(), 0, 0, million)
	lot := w.delegate(1, a, 1000)
	w.advance(1)
	entry := w.do(Undelegation{Owner: 1, Lot: lot, Amount: 110}).Unbondings[0]
	w.advance(1)
	w.do(HeavyReward{a, 777})                                            // a rise
	w.slash(Slash{ID: 1, Operator: a, Epoch: 2, Fraction: Ratio{9, 10}}) // a fall, of a later infraction
	w.slash(Slash{ID: 2, Operator: a, Epoch: 1, Fraction: Ratio{1, 22}}) // an earlier one
	w.slash(Slash{ID: 3, Operator: a, Epoch: 2, Amount: 5})              // later again
	assert.EqualValues(t, 105, w.unbonding(entry).Balance)
	before := w.free(1)
	w.advance(9)
	assert.EqualValues(t, 105, w.free(1)-before)
}

func TestRegressionS3TinySlash(t *testing.T) {
	w, a, _ := twoOperators(t, plainConfig(), 0, 0, million)
	w.delegate(1, a, 10)
	assert.EqualValues(t, 1, w.slash(Slash{ID: 1, Operator: a, Fraction: Ratio{1, million}}))
}

func TestRegressionS4PoolRestartsOneToOne(t *testing.T) {
	c := plainConfig()
	c.MinLockedShares = 500
	w, a, _ := twoOperators(t, c, 0, 0, million)
	lot := w.delegate(1, a, 1000)
	w.do(Tokenisation{Owner: 1, Lot: lot, Shares: 10})
	assert.EqualValues(t, 1500, w.slash(Slash{ID: 1, Operator: a, Fraction: Ratio{1, 1}}))
	o := w.op(a)
	assert.Zero(t, o.PoolShares)
	assert.Zero(t, o.LiquidShares)
	_, ok := w.l.Lot(lot)
	assert.False(t, ok)
	assert.EqualValues(t, 700, w.lot(w.delegate(1, a, 700)).Shares)
}

func TestRegressionS5JustInTimeDeposit(t *testing.T) {
	w, a, _ := twoOperators(t, plainConfig(), 1, 0, 100*spec.ETH)
	old := w.do(LightDelegation{1, a, 10 * spec.ETH}).Lights[0]
	w.advance(1)
	late := w.do(LightDelegation{2, a, 90 * spec.ETH}).Lights[0]
	w.do(EpochInput{Rewards: []EpochReward{{Operator: a, Light: spec.ETH}}})
	v, _ := LightETHBalance(w.l, late)
	assert.Equal(t, 90*spec.ETH, v)
	v, _ = LightETHBalance(w.l, old)
	assert.InDelta(t, float64(11*spec.ETH), float64(v), 10) // the carry is below one index step, 2.3 Gwei here
	w.do(EpochInput{Rewards: []EpochReward{{Operator: a, Light: spec.ETH}}})
	v, _ = LightETHBalance(w.l, late)
	assert.InDelta(t, float64(90*spec.ETH+900_000_000), float64(v), 30)
}
