package delegation

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/spec"
)

func TestLossRules(t *testing.T) {
	for _, c := range []struct {
		name              string
		slash             Slash
		bond, queued      spec.Gwei // withdrawn from a bond of 100: 40
		pool, entry, lien spec.Gwei // of 200, 100 and 100 of a delegator
		uncollected       spec.Gwei
	}{
		{"half pro rata", Slash{Fraction: Ratio{1, 2}}, 30, 20, 100, 50, 50, 0},
		{"half, operator first: 250 = 60 + 40 + 150 over 100, 50, 50", Slash{Fraction: Ratio{1, 2}, Rule: OperatorFirst}, 0, 0, 200 - 75, 100 - 38, 100 - 37, 0},
		{"half, bond only", Slash{Fraction: Ratio{1, 2}, Rule: BondOnly}, 30, 20, 200, 100, 100, 0},
		{"50 pro rata", Slash{Amount: 50}, 54, 36, 180, 90, 90, 0},
		{"50, operator first", Slash{Amount: 50, Rule: OperatorFirst}, 10, 40, 200, 100, 100, 0},
		{"104, operator first: 4 over 200, 100, 100", Slash{Amount: 104, Rule: OperatorFirst}, 0, 0, 198, 99, 99, 0},
		{"50, bond only: 30 and 20", Slash{Amount: 50, Rule: BondOnly}, 30, 20, 200, 100, 100, 0},
		{"150, bond only", Slash{Amount: 150, Rule: BondOnly}, 0, 0, 200, 100, 100, 50},
		{"600, more than there is", Slash{Amount: 600}, 0, 0, 0, 0, 0, 100},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, a, b := twoOperators(t, plainConfig(), 100, 0, million)
			lot := w.delegate(1, a, 400)
			queued := w.do(BondWithdrawal{0, a, 40}).Unbondings[0]
			entry := w.do(Undelegation{Owner: 1, Lot: lot, Amount: 100}).Unbondings[0]
			moved := w.do(Redelegation{Owner: 1, Lot: lot, To: b, Amount: 100}).Lots[0]
			c.slash.ID, c.slash.Operator = 1, a
			preview := PreviewSlashing(w.l, Slashing{[]Slash{c.slash}})
			burned := w.slash(c.slash)
			assert.Equal(t, c.bond, w.op(a).Bond, "bond")
			assert.Equal(t, c.queued, w.unbonding(queued).Balance, "withdrawal")
			assert.Equal(t, c.pool, w.op(a).PoolTokens, "pool")
			assert.Equal(t, c.entry, w.unbonding(entry).Balance, "entry")
			p := w.lotOrZero(moved)
			o := w.op(b)
			assert.Equal(t, c.lien, o.value(p.Shares), "liened lot")
			left, _ := w.l.Uncollected(1)
			assert.Equal(t, c.uncollected, left.Amount, "uncollected")
			require.Len(t, preview.Results, 1)
			assert.Equal(t, burned, preview.Results[0].Collected)
			assert.Equal(t, left.Amount, preview.Results[0].Owed-burned)
		})
	}
}

// On one bond bond-only slashes come first, then pro rata, then operator first.
func TestOrderOfRulesOnOneBond(t *testing.T) {
	w, a, _ := twoOperators(t, plainConfig(), 100, 0, million)
	w.delegate(1, a, 100)
	w.do(Slashing{[]Slash{
		{ID: 3, Operator: a, Amount: 90, Rule: BondOnly},
		{ID: 2, Operator: a, Amount: 40},                      // 20 of each, 10 of them left
		{ID: 1, Operator: a, Amount: 30, Rule: OperatorFirst}, // nothing left: 30 of the pool
	}})
	assert.EqualValues(t, 0, w.op(a).Bond)
	assert.EqualValues(t, 50, w.op(a).PoolTokens)
	left, _ := w.l.Uncollected(2)
	assert.EqualValues(t, 10, left.Amount)
	assert.EqualValues(t, 1, w.l.uncollected.Len())
}

// A pool keeps its last share when a lien takes a part of it, or its tokens would
// be nobody's.
func TestLienLeavesTheLastShare(t *testing.T) {
	w, a, b := twoOperators(t, plainConfig(), 0, 0, million)
	moved := w.do(Redelegation{Owner: 1, Lot: w.delegate(1, a, 1), To: b, Amount: 1}).Lots[0]
	w.do(HeavyReward{b, 18}) // tokens 19, shares 1
	assert.EqualValues(t, 1, w.slash(Slash{ID: 1, Operator: a, Fraction: Ratio{1, 1}}))
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

func TestDuplicateSlashesAreBothRefused(t *testing.T) {
	w, a, _ := twoOperators(t, plainConfig(), 100, 0, 0)
	r := w.receipt(Slashing{[]Slash{half(1, a, 0), half(2, a, 0), half(1, a, 0)}})
	require.Len(t, r.Skipped, 2)
	assert.ErrorIs(t, r.Skipped[1], ErrDuplicate)
	assert.EqualValues(t, 50, w.op(a).Bond)
}

func TestJail(t *testing.T) {
	c := plainConfig()
	c.MinBond = 60
	w, a, _ := twoOperators(t, c, 100, 60, million)
	lot := w.delegate(1, a, 1000)
	evidence := w.do(EvidenceSubmission{a, 0}).Evidence[0]
	w.refuse(Delegation{1, a, 1}, ErrJailed)
	w.do(Undelegation{Owner: 1, Lot: lot, Amount: 10}) // leaving is allowed
	w.advance(2)
	w.refuse(Unjail{0, a}, ErrJailed) // the term is over, the evidence pending
	w.slash(Slash{ID: 1, Operator: a, Fraction: Ratio{1, 2}, Rule: BondOnly, Closes: true, Evidence: evidence})
	w.refuse(Unjail{0, a}, ErrMinimum)
	w.do(Payment{1, 0, 10})
	w.do(BondDeposit{0, a, 10})
	w.do(Unjail{0, a})
	w.delegate(1, a, 1)

	w.do(EvidenceSubmission{a, 2})
	w.advance(10)
	w.refuse(Unjail{0, a}, ErrJailed)
	w.advance(1) // the evidence has lapsed
	w.do(Unjail{0, a})

	w.slash(Slash{ID: 2, Operator: a, Epoch: 13, Amount: 1, Tombstone: true})
	w.refuse(Delegation{1, a, 1}, ErrTombstoned)
	w.refuse(Unjail{0, a}, ErrTombstoned)
	w.do(Undelegation{Owner: 1, Lot: lot, Amount: 10})
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
	w.do(Tokenisation{Owner: 1, Lot: token})
	moved := w.do(Redelegation{Owner: 1, Lot: lot, To: b, Amount: 100}).Lots[0]
	light := w.do(LightDelegation{1, a, 2 * spec.ETH}).Lights[0]
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
