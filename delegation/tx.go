package delegation

import (
	"math"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// tx writes to a ledger and records what it wrote. Everything is validated
// before the first write, so that nothing here fails.
type tx struct {
	l     *Ledger
	r     Receipt
	brief bool // no Rewarded events
}

func (l *Ledger) begin(operation string) *tx {
	return &tx{l: l, r: Receipt{Operation: operation, Epoch: l.epoch, Events: make([]Event, 0, 2)}}
}

func (t *tx) emit(e Event) { t.r.Events = append(t.r.Events, e) }

// move records Gwei going from one pot to another; nothing when there are none.
func (t *tx) move(kind EventKind, from, to Pot, operator, lot uint64, amount spec.Gwei) {
	if amount > 0 && !(t.brief && kind == Rewarded) {
		t.emit(Event{Kind: kind, From: from, To: to, Operator: operator, Lot: lot, Amount: amount})
	}
}

func (t *tx) newID() uint64 {
	id := t.l.nextID
	t.l.nextID++
	t.r.Created = append(t.r.Created, id)
	return id
}

// setPool writes the three figures of a pool and what is derived from them.
func (l *Ledger) setPool(o *Operator, tokens spec.Gwei, shares, liquid uint64) {
	l.liquid -= o.liquidValue()
	l.heavy -= o.PoolTokens
	o.PoolTokens, o.PoolShares, o.LiquidShares = tokens, shares, liquid
	l.liquid += o.liquidValue()
	l.heavy += tokens
}

func (o *Operator) liquidValue() spec.Gwei {
	if o.LiquidShares == 0 {
		return 0
	}
	return o.value(o.LiquidShares)
}

// value is what shares of the pool are worth, floored; 0 in a pool without.
func (o *Operator) value(shares uint64) spec.Gwei {
	v, _ := u64.MulDiv(shares, uint64(o.PoolTokens), o.PoolShares)
	return spec.Gwei(v)
}

// credit adds to a free balance, debit takes from it.
func (t *tx) credit(account uint64, amount spec.Gwei) {
	t.pay(t.l.accounts.get(account), amount)
}

func (t *tx) pay(a *Account, amount spec.Gwei) { t.reweigh(a, a.Free+amount, a.Pointer.Weight) }

func (t *tx) debit(account uint64, amount spec.Gwei) {
	a := t.l.accounts.get(account)
	t.reweigh(a, a.Free-amount, a.Pointer.Weight)
}

// counted is the weight of an account's pointer.
func (a *Account) counted() spec.Gwei { return min(a.Free, a.Pointer.Weight) }

// reweigh sets an account's free balance and snapshot weight, after it has been
// paid what its pointer earned so far.
func (t *tx) reweigh(a *Account, free, weight spec.Gwei) {
	if !a.Pointer.Set {
		a.Free = free
		return
	}
	o := t.l.operators.get(a.Pointer.Operator)
	earned := o.Pointers.settle(&a.Pointer.Index, a.counted())
	o.Pointers.Reserve -= earned
	t.move(Rewarded, Pot{PotPointerRewards, o.ID}, Pot{PotFree, a.ID}, o.ID, 0, earned)
	before := a.counted()
	a.Free, a.Pointer.Weight = free+earned, weight
	t.shiftPointerWeight(o, before, a.counted())
}

// setWeight sets the weight of a lot's pointer, if it has one.
func (t *tx) setWeight(p *Lot, weight spec.Gwei) {
	if p.Pointer.Set {
		t.reweighLot(p, t.l.accounts.get(p.Owner), weight)
	}
}

// reweighLot sets the weight of a lot's pointer after its owner has been paid
// what it earned so far.
func (t *tx) reweighLot(p *Lot, owner *Account, weight spec.Gwei) {
	o := t.l.operators.get(p.Pointer.Operator)
	earned := o.Pointers.settle(&p.Pointer.Index, p.Pointer.Weight)
	before := p.Pointer.Weight
	p.Pointer.Weight = weight
	o.Pointers.Reserve -= earned
	if earned > 0 {
		t.move(Rewarded, Pot{PotPointerRewards, o.ID}, Pot{PotFree, p.Owner}, o.ID, p.ID, earned)
		t.pay(owner, earned)
	}
	t.shiftPointerWeight(o, before, weight)
}

// shiftPointerWeight replaces one holder's weight. The last weight out leaves
// what remains of the reserve to the bond.
func (t *tx) shiftPointerWeight(o *Operator, before, after spec.Gwei) {
	o.Pointers.Weight += after - before
	if o.Pointers.Weight == 0 {
		t.sweep(o, &o.Pointers, PotPointerRewards)
	}
}

// sweep gives the reserve of a stream without holders to the bond.
func (t *tx) sweep(o *Operator, s *RewardIndex, pot PotKind) {
	t.move(Rewarded, Pot{pot, o.ID}, Pot{PotBond, o.ID}, o.ID, 0, s.Reserve)
	o.Bond += s.Reserve
	s.Reserve, s.Carry = 0, 0
}

// settle returns what weight earned since the snapshot of the index, floored,
// and moves the snapshot up.
func (s *RewardIndex) settle(snapshot *uint64, weight spec.Gwei) spec.Gwei {
	earned := s.earned(*snapshot, weight)
	*snapshot = s.Index
	return earned
}

// earned is what weight earned since the snapshot of the index, floored, and 2^64-1
// where that needs more bits, which [CheckInvariants] admits of no reserve.
func (s *RewardIndex) earned(snapshot uint64, weight spec.Gwei) spec.Gwei {
	v, ok := u64.MulDiv(s.Index-snapshot, uint64(weight), 1<<32)
	if !ok {
		return math.MaxUint64
	}
	return spec.Gwei(v)
}

// add takes in a reward for weight above 0.
func (s *RewardIndex) add(reward spec.Gwei) {
	hi, lo := uint64(reward)>>32, uint64(reward)<<32
	step, carry := divCarry(hi, lo, s.Carry, uint64(s.Weight))
	s.Index += step
	s.Carry = carry
	s.Reserve += reward
}

// mintLot pays amount, already taken from its pot, into the pool as a new lot of
// so many shares, and returns its id.
func (t *tx) mintLot(from Pot, p Lot, amount spec.Gwei) uint64 {
	p.ID = t.newID()
	o := t.l.operators.get(p.Operator)
	before := o.Price()
	t.l.setPool(o, o.PoolTokens+amount, o.PoolShares+p.Shares, o.LiquidShares)
	t.l.lots.insert(p.ID, p)
	t.l.index.lot(&p, true)
	t.emit(Event{Kind: Moved, From: from, To: Pot{PotPool, o.ID}, Operator: o.ID, Lot: p.ID,
		Amount: amount, Shares: p.Shares, Before: before, After: o.Price()})
	t.emit(Event{Kind: LotCreated, Operator: o.ID, Lot: p.ID, Shares: p.Shares, To: Pot{PotFree, p.Owner}})
	if p.Lien.Set {
		t.emit(Event{Kind: LienSet, Operator: p.Lien.Source, Lot: p.ID, Amount: p.Lien.Initial})
	}
	return p.ID
}

// part is what leaves a lot: the shares and what goes with them.
type part struct {
	lien    Lien
	pointer Pointer // not entered anywhere
}

// takeShares takes shares off a lot, with their parts of its lien and pointer,
// and deletes the lot when none are left. The pool is untouched.
func (t *tx) takeShares(id uint64, shares uint64) part {
	p := t.l.lots.get(id)
	whole := shares == p.Shares
	out := part{lien: p.Lien.part(shares, p.Shares)}
	weight := part64(p.Pointer.Weight, shares, p.Shares)
	t.setWeight(p, p.Pointer.Weight-weight)
	out.pointer = p.Pointer
	out.pointer.Weight = weight
	if whole {
		t.l.index.lot(p, false)
		t.l.lots.remove(id)
		return out
	}
	p.Shares -= shares
	p.Lien.Initial -= out.lien.Initial
	return out
}

// enterPointer gives a lot that is not in the table yet the pointer of the part
// that it is made of.
func (t *tx) enterPointer(p *Lot, pointer Pointer) {
	if !pointer.Set {
		return
	}
	o := t.l.operators.get(pointer.Operator)
	pointer.Index = o.Pointers.Index
	t.shiftPointerWeight(o, 0, pointer.Weight)
	p.Pointer = pointer
}

// part is the lien that goes with shares of total: its initial floored.
func (l Lien) part(shares, total uint64) Lien {
	l.Initial = part64(l.Initial, shares, total)
	return l
}

// part64 is floor(amount * shares / total), for shares up to total.
func part64(amount spec.Gwei, shares, total uint64) spec.Gwei {
	v, _ := u64.MulDiv(uint64(amount), shares, total)
	return spec.Gwei(v)
}

// payOut takes the tokens of shares out of the pool; their lot has been cut
// already. The last shares take everything.
func (t *tx) payOut(o *Operator, lot, shares, liquid uint64, to Pot) spec.Gwei {
	before, tokens := o.Price(), o.value(shares)
	t.l.setPool(o, o.PoolTokens-tokens, o.PoolShares-shares, o.LiquidShares-liquid)
	t.emit(Event{Kind: Moved, From: Pot{PotPool, o.ID}, To: to, Operator: o.ID, Lot: lot,
		Amount: tokens, Shares: shares, Before: before, After: o.Price()})
	return tokens
}

// queue puts an amount, taken from its pot already, into the unbonding queue as
// entry u.ID.
func (t *tx) queue(u Unbonding) {
	u.Start = t.l.epoch
	u.Complete = u.Start + spec.Epoch(t.l.config.UnbondingEpochs)
	u.Balance = u.Initial
	t.l.unbondings.insert(u.ID, u)
	t.l.index.entry(&u, true)
}
