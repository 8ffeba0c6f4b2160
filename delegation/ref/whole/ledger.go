// Package whole is the end of an epoch on the ledger of delegation.md in whole
// Gwei, with every rounding that the text names: rewards, one batch of slashes, the
// weight snapshot, the queue, liens, what was announced. It is slow and literal,
// finds rows by looking at all of them, and shares nothing with package delegation,
// with which it must agree to the last bit. Its sibling delegation/ref, on
// rationals, has all operations and no rounding.
//
// A nil ledger is left alone, and what is asked of it or of an unknown operator is 0.
// Its tables hold no nil, and refer to what is there.
package whole

import (
	"maps"
	"math/big"
	"slices"
)

// Ledger has the fields of delegation.State under their names, its rows by id;
// [Copy] fills it. Amounts are in Gwei.
type Ledger struct {
	Config                       Config
	Epoch, SnapshotEpoch, NextID uint64

	Operators   map[uint64]*Operator
	Lots        map[uint64]*Lot
	Unbondings  map[uint64]*Unbonding
	Lights      map[uint64]*LightPosition
	Accounts    map[uint64]*Account
	Evidence    map[uint64]*Evidence
	Uncollected map[uint64]*Uncollected

	Genesis, Minted, Burned, Treasury, LiquidTotal uint64
}

// Config holds the parameters of a ledger.
type Config struct {
	UnbondingEpochs                                uint64
	LeverageCap                                    uint64 // parts of 10^9, or Off
	LeverageMode                                   uint64
	MinBond, MinDelegation                         uint64
	MinLockedShares, ShareRateCap                  uint64
	MaxUnbondingEntries                            uint64
	CommissionMax, CommissionDelay                 uint64
	LiquidCap, LiquidOperatorCap, LiquidBondFactor uint64
	JailTerm                                       uint64
	SlashedToTreasury                              bool
	Saturation                                     Saturation
}

// Saturation holds the parameters of the Cardano reward.
type Saturation struct{ K, A0 uint64 }

// RewardIndex spreads rewards over weight by an index in units of 2^-32.
type RewardIndex struct{ Weight, Index, Carry, Reserve uint64 }

// Operator is a bond, a pool and two streams.
type Operator struct {
	ID, Owner, Bond                      uint64
	PoolTokens, PoolShares, LiquidShares uint64

	Light        RewardIndex
	LightPending uint64
	Pointers     RewardIndex

	Commission                                uint64
	CommissionPending                         bool
	PendingCommission, PendingCommissionEpoch uint64
	CostPerEpoch                              uint64

	Jailed          bool
	JailedUntil     uint64
	Tombstoned      bool
	Exit, ExitEpoch uint64
}

// Lien says for whom a moved lot still answers.
type Lien struct {
	Set                             bool
	ID, Source, Initial, Start, End uint64
}

// Pointer is weight lent to an operator's light duty.
type Pointer struct {
	Set                     bool
	Operator, Weight, Index uint64
}

// Lot is a lot of shares.
type Lot struct {
	ID, Owner, Operator, Shares uint64
	Pointer                     Pointer
	Lien                        Lien
	Locked, Tokenised           bool
}

// Unbonding is an amount in the queue.
type Unbonding struct {
	ID, Owner, Operator               uint64
	Initial, Balance, Start, Complete uint64
	Lien                              Lien
	Bond                              bool
}

// LightPosition is a light position.
type LightPosition struct {
	ID, Owner, Operator                uint64
	Principal, Pending, Index, Accrued uint64
}

// Account is a free balance.
type Account struct {
	ID, Free uint64
	Pointer  Pointer
}

// Evidence is an infraction that is not answered yet.
type Evidence struct{ ID, Operator, Epoch uint64 }

// Uncollected is what a slash could not get.
type Uncollected struct{ ID, Operator, Epoch, Amount uint64 }

// What has a number of its own in delegation.md.
const (
	Off       = 1<<64 - 1 // no cap
	One       = 1_000_000_000
	ETH       = 1_000_000_000
	MaxSupply = 1 << 57

	PoolClosed  = 2 // stages of an exit
	BondLeaving = 3
)

// Int is a whole number.
func Int(v uint64) *big.Int { return new(big.Int).SetUint64(v) }

// Floor is a * b / c rounded down, and 0 for c = 0.
func Floor(a, b, c uint64) uint64 {
	if c == 0 {
		return 0
	}
	v := new(big.Int).Mul(Int(a), Int(b))
	return v.Div(v, Int(c)).Uint64()
}

// Ceil is a * b / c rounded up, and 0 for c = 0.
func Ceil(a, b, c uint64) uint64 {
	if c == 0 {
		return 0
	}
	v := new(big.Int).Mul(Int(a), Int(b))
	v.Add(v, Int(c-1))
	return v.Div(v, Int(c)).Uint64()
}

// Sum adds without a bound.
func Sum(list ...uint64) *big.Int {
	s := new(big.Int)
	for _, v := range list {
		s.Add(s, Int(v))
	}
	return s
}

// AtMost is the lower of a limit and a sum, and 0 for a sum below 0 or nil.
func AtMost(limit uint64, sum *big.Int) uint64 {
	if sum == nil || sum.Sign() < 0 {
		return 0
	}
	if sum.Cmp(Int(limit)) < 0 {
		return sum.Uint64()
	}
	return limit
}

// Apportion gives each weight the floor of its part of total, and then one more to
// the largest fractional parts, ties to the first, until all is given. Without
// weight nobody gets anything.
func Apportion(total uint64, weights []uint64) []uint64 {
	parts, left, sum := make([]uint64, len(weights)), total, Sum(weights...)
	if sum.Sign() == 0 {
		return parts
	}
	order, rest := make([]int, len(weights)), make([]*big.Rat, len(weights))
	for i, w := range weights {
		exact := new(big.Rat).SetFrac(new(big.Int).Mul(Int(total), Int(w)), sum)
		parts[i] = new(big.Int).Div(exact.Num(), exact.Denom()).Uint64()
		order[i], rest[i] = i, exact.Sub(exact, new(big.Rat).SetInt(Int(parts[i])))
		left -= parts[i]
	}
	slices.SortStableFunc(order, func(a, b int) int { return rest[b].Cmp(rest[a]) })
	for _, i := range order[:left] {
		parts[i]++
	}
	return parts
}

// IDs are the keys of a table, ascending.
func IDs[T any](table map[uint64]T) []uint64 { return slices.Sorted(maps.Keys(table)) }

// Value is what shares of an operator's pool are worth; 0 for nil.
func (o *Operator) Value(shares uint64) uint64 {
	if o == nil {
		return 0
	}
	return Floor(shares, o.PoolTokens, o.PoolShares)
}

// Effective is the stake that counts: bond + min(delegated, cap * bond); 0 for nil.
func (l *Ledger) Effective(o *Operator) uint64 {
	if l == nil || o == nil {
		return 0
	}
	limit := o.PoolTokens
	if l.Config.LeverageCap != Off {
		most := new(big.Int).Mul(Int(l.Config.LeverageCap), Int(o.Bond))
		limit = AtMost(limit, most.Div(most, Int(One)))
	}
	return o.Bond + limit
}

// LiableBond is an operator's bond and what of it is in the queue; 0 for an unknown one.
func (l *Ledger) LiableBond(operator uint64) uint64 {
	if l == nil || l.Operators[operator] == nil {
		return 0
	}
	sum := l.Operators[operator].Bond
	for _, u := range l.Unbondings {
		if u.Operator == operator && u.Bond {
			sum += u.Balance
		}
	}
	return sum
}

// recount sums anew what the ledger keeps as sums.
func (l *Ledger) recount() {
	l.LiquidTotal = 0
	for id, o := range l.Operators {
		o.Light.Weight, o.LightPending, o.Pointers.Weight = 0, 0, l.pointed(id)
		l.LiquidTotal += o.Value(o.LiquidShares)
	}
	for _, p := range l.Lights {
		o := l.Operators[p.Operator]
		o.Light.Weight += p.Principal
		o.LightPending += p.Pending
	}
}

// pointed is the weight of all pointers to an operator.
func (l *Ledger) pointed(operator uint64) (sum uint64) {
	for _, p := range l.Lots {
		if p.Pointer.Set && p.Pointer.Operator == operator {
			sum += p.Pointer.Weight
		}
	}
	for _, a := range l.Accounts {
		if a.Pointer.Set && a.Pointer.Operator == operator {
			sum += min(a.Pointer.Weight, a.Free)
		}
	}
	return sum
}
