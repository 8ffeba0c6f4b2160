package delegation

import (
	"testing"

	"github.com/stakesim/stakesim/spec"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The part of a lien that leaves is floored, the rest keeps the remainder.
func TestLienSplitsByFloor(t *testing.T) {
	w, a, b := twoOperators(t, plainConfig(), 0, 0, million)
	w.delegate(2, b, 10)
	w.do(HeavyReward{b, 10}) // 2 Gwei a share
	moved := w.do(Redelegation{Owner: 1, Lot: w.delegate(1, a, 11), To: b, Amount: 11}).Lots[0]
	require.EqualValues(t, 5, w.lot(moved).Shares)
	entry := w.do(Undelegation{Owner: 1, Lot: moved, Shares: 2}).Unbondings[0]
	assert.EqualValues(t, 4, w.unbonding(entry).Lien.Initial) // 11 * 2 / 5 = 4.4
	assert.EqualValues(t, 7, w.lot(moved).Lien.Initial)
}

// Slashes on a liened lot are of its initial amount: like those of an entry they add.
func TestLienedLotAdds(t *testing.T) {
	w, a, b := twoOperators(t, plainConfig(), 0, 0, million)
	moved := w.do(Redelegation{Owner: 1, Lot: w.delegate(1, a, 100), To: b, Amount: 100}).Lots[0]
	w.delegate(2, b, 100)
	for i, want := range []spec.Gwei{40, 40, 20, 0} {
		assert.Equal(t, want, w.slash(Slash{ID: SlashID(i), Operator: a, Fraction: Ratio{2, 5}}))
	}
	_, ok := w.l.Lot(moved)
	assert.False(t, ok)
	assert.EqualValues(t, 100, w.op(b).PoolTokens)
}

// Principal that does not earn yet leaves first.
func TestPendingPrincipalLeavesFirst(t *testing.T) {
	w, a, _ := twoOperators(t, plainConfig(), 1, 0, 10*spec.ETH)
	light := w.do(LightDelegation{1, a, 2 * spec.ETH}).Lights[0]
	w.advance(1)
	w.do(LightDelegation{1, a, spec.ETH})
	w.do(LightUndelegation{1, light, 3 * spec.ETH / 2})
	p, _ := w.l.Light(light)
	assert.Equal(t, 3*spec.ETH/2, p.Principal)
	assert.Zero(t, p.Pending)
}

// An entry that answers for two operators is valued for its lien after the cut of
// its own operator.
func TestLienedEntryUnderTwoSlashes(t *testing.T) {
	w, a, b := twoOperators(t, plainConfig(), 0, 0, million)
	moved := w.do(Redelegation{Owner: 1, Lot: w.delegate(1, a, 100), To: b, Amount: 100}).Lots[0]
	entry := w.do(Undelegation{Owner: 1, Lot: moved, Amount: 100}).Unbondings[0]
	w.do(Slashing{[]Slash{
		{ID: 1, Operator: a, Fraction: Ratio{3, 4}},
		{ID: 2, Operator: b, Fraction: Ratio{1, 2}},
	}})
	assert.Zero(t, w.unbonding(entry).Balance)
	left, _ := w.l.Uncollected(1)
	assert.EqualValues(t, 25, left.Amount, "75 of the 50 that the other left")
	_, ok := w.l.Uncollected(2)
	assert.False(t, ok)
}

// A batch is processed at the epoch that ends, so that what completes in the
// next one still pays.
func TestSlashesComeBeforeTheQueue(t *testing.T) {
	w, a, _ := twoOperators(t, plainConfig(), 0, 0, million)
	w.do(Undelegation{Owner: 1, Lot: w.delegate(1, a, 100), Amount: 100})
	w.advance(9)
	w.do(EpochInput{Slashes: []Slash{half(1, a, 0)}})
	assert.EqualValues(t, million-50, w.free(1))
}

// Rewards come before the batch: the pool that is slashed holds them.
func TestRewardsComeBeforeTheSlashes(t *testing.T) {
	w, a, _ := twoOperators(t, plainConfig(), 100, 0, million)
	w.delegate(1, a, 100)
	w.do(EpochInput{Rewards: []EpochReward{{Operator: a, Heavy: 100}}, Slashes: []Slash{half(1, a, 0)}})
	assert.EqualValues(t, 75, w.op(a).PoolTokens)
	assert.EqualValues(t, 75, w.op(a).Bond)
}

// What the queue pays counts as in-wallet weight from the snapshot after it,
// however many epochs are advanced at once.
func TestAdvanceTakesEverySnapshot(t *testing.T) {
	w, a, b := twoOperators(t, plainConfig(), 0, 0, million)
	w.do(Undelegation{Owner: 1, Lot: w.delegate(1, a, 100), Amount: 100})
	w.do(WalletPointer{Owner: 1, Operator: b})
	w.advance(10)
	assert.EqualValues(t, million-100, w.op(b).Pointers.Weight)
	w.advance(1)
	assert.EqualValues(t, million, w.op(b).Pointers.Weight)

	w.do(Undelegation{Owner: 1, Lot: w.delegate(1, a, 100), Amount: 100})
	w.advance(1 << 40) // takes no longer
	assert.EqualValues(t, million, w.op(b).Pointers.Weight)
	assert.Equal(t, spec.Epoch(1<<40+11), w.l.Epoch())
}

// What a snapshot pays into a wallet counts from the next one, advanced at once or
// one by one.
func TestAdvanceCountsWhatSnapshotsPay(t *testing.T) {
	w, a, _ := twoOperators(t, plainConfig(), 1, 0, 10*spec.ETH)
	w.do(WalletPointer{Owner: 1, Operator: a})
	w.advance(1)
	w.do(PointerReward{a, spec.ETH})
	w.do(Payment{2, 1, 5})
	one := &world{t, w.l.Clone()}
	w.advance(5)
	for range 5 {
		one.do(EpochInput{})
	}
	assert.Equal(t, one.op(a), w.op(a))
	assert.Equal(t, w.free(1), w.op(a).Pointers.Weight)
	assert.Greater(t, w.free(1), 11*spec.ETH-10)
}

// What a drained bond cannot pay of an operator-first amount, the pool does, even
// where its own rounded part was nothing.
func TestOperatorFirstBehindADrainedBond(t *testing.T) {
	w, a, _ := twoOperators(t, plainConfig(), 32, 0, million)
	w.delegate(1, a, 32)
	w.do(Slashing{[]Slash{
		{ID: 1, Operator: a, Amount: 32, Rule: BondOnly},
		{ID: 2, Operator: a, Amount: 1, Rule: OperatorFirst},
	}})
	assert.EqualValues(t, 31, w.op(a).PoolTokens)
	assert.Zero(t, w.l.uncollected.Len())
}

// The record of an operator stays until its last lien ends.
func TestRecordOutlivesLiens(t *testing.T) {
	w, a, b := twoOperators(t, plainConfig(), 0, 0, million)
	lot := w.delegate(1, a, 100)
	w.do(Exit{0, a})
	w.advance(10)
	moved := w.do(Redelegation{Owner: 1, Lot: lot, To: b, Amount: 100}).Lots[0]
	w.do(Exit{0, a})
	w.do(Exit{0, a})
	w.advance(9)
	assert.EqualValues(t, 50, w.slash(half(1, a, 10)))
	w.advance(1)
	_, ok := w.l.Operator(a)
	assert.False(t, ok)
	assert.EqualValues(t, 50, w.value(moved))
}

// One Gwei of commission is never invented: it is floored.
func TestCommissionIsFloored(t *testing.T) {
	w := newWorld(t, plainConfig(), 100*spec.ETH, 100*spec.ETH)
	a := w.do(Registration{Owner: 0, Bond: 0, Commission: One / 2}).Operators[0]
	w.delegate(1, a, 100)
	w.do(HeavyReward{a, 3}) // 1 to the bond; of 2 over a pool alone, 2
	assert.EqualValues(t, 1, w.op(a).Bond)
	assert.EqualValues(t, 102, w.op(a).PoolTokens)
}

// A clone shares nothing with its original.
func TestCloneIsApart(t *testing.T) {
	l, x := richLedger(t)
	state := encode(l)
	c := l.Clone()
	for _, op := range []any{
		Undelegation{Owner: 1, Lot: x.lot, Amount: 1000}, Delegation{1, x.a, 1000}, half1(x.a), LightClaim{1, x.light, false},
		Transfer{1, x.token, 0}, Opening{5}, Advance{20},
	} {
		_, err := Process(c, op)
		require.NoError(t, err)
	}
	assert.Equal(t, state, encode(l))
}

func half1(operator OperatorID) any { return Slashing{[]Slash{half(1, operator, 2)}} }
