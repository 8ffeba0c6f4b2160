// Package ref is the ledger of delegation.md on exact rationals: slow, literal,
// without indexes, bounds, refusals or rounding. It shares nothing with package
// delegation and is what that package is tested against: after any transition
// the two differ by dust alone.
//
// The caller names every new row, so that both models agree on ids, and calls
// only what the ledger admits: nothing here is refused. What is not there is left
// alone: with an unknown id, an amount of nil or a ledger that [New] did not make a
// transition changes nothing, and a value is 0.
package ref

import (
	"math/big"
	"slices"

	"github.com/stakesim/stakesim/spec"
)

// Rat is an exact amount, in Gwei or shares.
type Rat = big.Rat

// Ledger is the whole state.
type Ledger struct {
	Epoch, Unbonding spec.Epoch

	Accounts    map[uint64]*Account
	Operators   map[uint64]*Operator
	Lots        map[uint64]*Lot
	Unbondings  map[uint64]*Unbonding
	Lights      map[uint64]*LightPosition
	Uncollected map[uint64]*Rat // by slash
	Slashed     *Rat            // to wherever slashed Gwei go
	Minted      *Rat
}

// Account is a free balance with a pointer.
type Account struct {
	Free    *Rat
	Pointer *Pointer
}

// Pointer is weight lent to an operator's light duty.
type Pointer struct {
	Operator uint64
	Weight   *Rat // at the snapshot
	Index    *Rat // the stream's rewards per Gwei that have been paid
}

// RewardIndex is what one Gwei of weight has earned since the start.
type RewardIndex struct{ Index, Reserve *Rat }

// Operator is a bond, a pool and two streams.
type Operator struct {
	Owner                  uint64
	Bond, PoolTokens       *Rat
	Commission             *Rat
	PendingCommission      *Rat // commission announced, or nil
	PendingCommissionEpoch spec.Epoch
	Light, Pointers        RewardIndex
	Exit                   int // of the exit
	Jailed, Tombstoned     bool
	Evidence               []spec.Epoch // evidence filed, by epoch of the infraction
}

// Lien says for whom a moved lot still answers.
type Lien struct {
	ID, Source uint64
	Initial    *Rat
	Start, End spec.Epoch
}

// Lot is a heavy position.
type Lot struct {
	Owner, Operator uint64
	Shares          *Rat
	Lien            *Lien
	Pointer         *Pointer
	Tokenised       bool
}

// Unbonding is an amount in the unbonding queue.
type Unbonding struct {
	Owner, Operator  uint64
	Initial, Balance *Rat
	Start            spec.Epoch
	Lien             *Lien
	Bond             bool
}

// LightPosition is a light position.
type LightPosition struct {
	Owner, Operator    uint64
	Principal, Pending *Rat
	Index, Accrued     *Rat // Index: rewards per Gwei that are in Accrued or paid
}

// New returns an empty model.
func New(epoch, unbonding spec.Epoch) *Ledger {
	return &Ledger{
		Epoch: epoch, Unbonding: unbonding,
		Accounts: map[uint64]*Account{}, Operators: map[uint64]*Operator{}, Lots: map[uint64]*Lot{},
		Unbondings: map[uint64]*Unbonding{}, Lights: map[uint64]*LightPosition{}, Uncollected: map[uint64]*Rat{},
		Slashed: new(Rat), Minted: new(Rat),
	}
}

// made says whether New made the ledger, and that no amount is nil.
func (m *Ledger) made(amounts ...*Rat) bool {
	return m != nil && m.Accounts != nil && !slices.Contains(amounts, nil)
}

// Int is a whole number.
func Int[T ~uint64](v T) *Rat { return Frac(uint64(v), 1) }

// Frac is a fraction, and 0 for den = 0.
func Frac(num, den uint64) *Rat {
	if den == 0 {
		return new(Rat)
	}
	return new(Rat).SetFrac(new(big.Int).SetUint64(num), new(big.Int).SetUint64(den))
}

func add(a, b *Rat) *Rat { return new(Rat).Add(a, b) }
func sub(a, b *Rat) *Rat { return new(Rat).Sub(a, b) }
func mul(a, b *Rat) *Rat { return new(Rat).Mul(a, b) }

// over is a/b, and 0 for b = 0.
func over(a, b *Rat) *Rat {
	if b.Sign() == 0 {
		return new(Rat)
	}
	return new(Rat).Quo(a, b)
}

func least(a, b *Rat) *Rat {
	if a.Cmp(b) < 0 {
		return a
	}
	return b
}

func sum(list []*Rat) *Rat {
	s := new(Rat)
	for _, v := range list {
		s.Add(s, v)
	}
	return s
}

// ids are the keys of a map, ascending.
func ids[T any](m map[uint64]T) (list []uint64) {
	for id := range m {
		list = append(list, id)
	}
	slices.Sort(list)
	return list
}

// Shares are all shares of an operator's pool.
func (m *Ledger) Shares(operator uint64) *Rat {
	if !m.made() {
		return new(Rat)
	}
	s := new(Rat)
	for _, p := range m.Lots {
		if p.Operator == operator {
			s.Add(s, p.Shares)
		}
	}
	return s
}

// Value is what so many shares of a pool are worth.
func (m *Ledger) Value(operator uint64, shares *Rat) *Rat {
	if !m.made(shares) || m.Operators[operator] == nil {
		return new(Rat)
	}
	return over(mul(shares, m.Operators[operator].PoolTokens), m.Shares(operator))
}

// Prices are the prices of a share of every pool.
func (m *Ledger) Prices() map[uint64]*Rat {
	if !m.made() {
		return nil
	}
	shares := map[uint64]*Rat{}
	for id := range m.Operators {
		shares[id] = new(Rat)
	}
	for _, p := range m.Lots {
		shares[p.Operator].Add(shares[p.Operator], p.Shares)
	}
	for id, o := range m.Operators {
		shares[id] = over(o.PoolTokens, shares[id])
	}
	return shares
}

// minted is how many shares an amount buys.
func (m *Ledger) minted(operator uint64, amount *Rat) *Rat {
	all := m.Shares(operator)
	if all.Sign() == 0 {
		return amount
	}
	return over(mul(amount, all), m.Operators[operator].PoolTokens)
}

func (m *Ledger) pay(account uint64, amount *Rat) {
	a := m.Accounts[account]
	m.settleWallet(a)
	a.Free = add(a.Free, amount)
}

func (m *Ledger) charge(account uint64, amount *Rat) {
	m.pay(account, new(Rat).Neg(amount))
}

// settleWallet pays what an account's pointer has earned.
func (m *Ledger) settleWallet(a *Account) {
	if a.Pointer == nil {
		return
	}
	earned := m.pointerEarned(a.Pointer, least(a.Pointer.Weight, a.Free))
	a.Free = add(a.Free, earned)
}

func (m *Ledger) pointerEarned(p *Pointer, weight *Rat) *Rat {
	s := &m.Operators[p.Operator].Pointers
	earned := mul(sub(s.Index, p.Index), weight)
	p.Index = s.Index
	s.Reserve = sub(s.Reserve, earned)
	return earned
}

// Holds is an account's free balance and what its pointers have earned, settled
// or not.
func (m *Ledger) Holds(account uint64) *Rat {
	if !m.made() || m.Accounts[account] == nil {
		return new(Rat)
	}
	a := m.Accounts[account]
	total := a.Free
	owed := func(p *Pointer, weight *Rat) {
		if p != nil {
			total = add(total, mul(sub(m.Operators[p.Operator].Pointers.Index, p.Index), weight))
		}
	}
	if a.Pointer != nil {
		owed(a.Pointer, least(a.Pointer.Weight, a.Free))
	}
	for _, p := range m.Lots {
		if p.Owner == account && p.Pointer != nil {
			owed(p.Pointer, p.Pointer.Weight)
		}
	}
	return total
}

// settleLot pays what a lot's pointer has earned.
func (m *Ledger) settleLot(p *Lot) {
	if p.Pointer != nil {
		m.pay(p.Owner, m.pointerEarned(p.Pointer, p.Pointer.Weight))
	}
}

// sweep gives what streams without holders still hold to the bond.
func (m *Ledger) sweep() {
	for id, o := range m.Operators {
		if !slices.ContainsFunc(ids(m.Lights), func(q uint64) bool { return m.Lights[q].Operator == id }) {
			o.Bond, o.Light.Reserve = add(o.Bond, o.Light.Reserve), new(Rat)
		}
		if m.PointerWeight(id).Sign() == 0 {
			o.Bond, o.Pointers.Reserve = add(o.Bond, o.Pointers.Reserve), new(Rat)
		}
	}
}

// PointerWeight is what counts of all pointers to an operator.
func (m *Ledger) PointerWeight(operator uint64) *Rat {
	if !m.made() {
		return new(Rat)
	}
	w := new(Rat)
	for _, a := range m.Accounts {
		if a.Pointer != nil && a.Pointer.Operator == operator {
			w.Add(w, least(a.Pointer.Weight, a.Free))
		}
	}
	for _, p := range m.Lots {
		if p.Pointer != nil && p.Pointer.Operator == operator {
			w.Add(w, p.Pointer.Weight)
		}
	}
	return w
}

// Principal is the light principal of an operator that earns.
func (m *Ledger) Principal(operator uint64) *Rat {
	if !m.made() {
		return new(Rat)
	}
	w := new(Rat)
	for _, p := range m.Lights {
		if p.Operator == operator {
			w.Add(w, p.Principal)
		}
	}
	return w
}
