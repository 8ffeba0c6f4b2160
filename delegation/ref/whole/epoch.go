package whole

import (
	"cmp"
	"slices"
)

// AdvanceEpoch begins the next epoch: weight snapshot, queue, liens, announced
// commissions, evidence too old, records that nothing refers to.
func (l *Ledger) AdvanceEpoch() {
	if l == nil {
		return
	}
	l.Epoch++
	l.snapshot()
	l.release()
	for _, o := range l.Operators {
		if o.CommissionPending && o.PendingCommissionEpoch <= l.Epoch {
			o.Commission, o.CommissionPending, o.PendingCommission, o.PendingCommissionEpoch = o.PendingCommission, false, 0, 0
		}
	}
	for id, e := range l.Evidence {
		if !l.punishable(e.Epoch) {
			delete(l.Evidence, id)
		}
	}
	for _, id := range IDs(l.Operators) {
		if o := l.Operators[id]; o.Exit == BondLeaving && !l.referred(id) {
			if o.Bond > 0 {
				l.pay(o.Owner, o.Bond)
			}
			delete(l.Operators, id)
		}
	}
	l.recount()
}

// punishable says whether an infraction is neither in the future nor too old.
func (l *Ledger) punishable(h uint64) bool {
	return h <= l.Epoch && l.Epoch-h <= l.Config.UnbondingEpochs
}

// snapshot lets pending principal earn, pays what pointers earned and weighs them.
func (l *Ledger) snapshot() {
	l.SnapshotEpoch = l.Epoch
	for _, p := range l.Lights {
		if p.Pending > 0 {
			s := &l.Operators[p.Operator].Light
			p.Accrued += s.earned(p.Index, p.Principal)
			p.Index = s.Index
			p.Principal, p.Pending = p.Principal+p.Pending, 0
		}
	}
	byTarget := func(pointer func(id uint64) Pointer, ids []uint64) (list []uint64) {
		for _, id := range ids {
			if pointer(id).Set {
				list = append(list, id)
			}
		}
		slices.SortStableFunc(list, func(a, b uint64) int { return cmp.Compare(pointer(a).Operator, pointer(b).Operator) })
		return list
	}
	for _, id := range byTarget(func(id uint64) Pointer { return l.Lots[id].Pointer }, IDs(l.Lots)) {
		p := l.Lots[id]
		l.weighLot(p, l.Operators[p.Operator].Value(p.Shares))
	}
	for _, id := range byTarget(func(id uint64) Pointer { return l.Accounts[id].Pointer }, IDs(l.Accounts)) {
		a := l.Accounts[id]
		l.pay(id, 0)
		a.Pointer.Weight = a.Free
		l.sweep(a.Pointer.Operator)
	}
}

// release pays entries that are complete and lets liens go that have ended.
func (l *Ledger) release() {
	for _, id := range IDs(l.Unbondings) {
		if u := l.Unbondings[id]; u.Complete <= l.Epoch {
			delete(l.Unbondings, id)
			l.pay(u.Owner, u.Balance)
		} else if u.Lien.Set && u.Lien.End <= l.Epoch {
			u.Lien = Lien{}
		}
	}
	for _, p := range l.Lots {
		if p.Lien.Set && p.Lien.End <= l.Epoch {
			p.Lien = Lien{}
		}
	}
}

// referred says whether anything still refers to an operator that has left.
func (l *Ledger) referred(id uint64) bool {
	for _, u := range l.Unbondings {
		if u.Operator == id || (u.Lien.Set && u.Lien.Source == id) {
			return true
		}
	}
	for _, p := range l.Lots {
		if p.Lien.Set && p.Lien.Source == id {
			return true
		}
	}
	for _, e := range l.Evidence {
		if e.Operator == id {
			return true
		}
	}
	for _, p := range l.Lights {
		if p.Operator == id {
			return true
		}
	}
	return false
}

// earned is (index - snapshot) * weight >> 32.
func (s *RewardIndex) earned(snapshot, weight uint64) uint64 {
	return Floor(s.Index-snapshot, weight, 1<<32)
}

// pay adds to a free balance, after what the wallet's pointer has earned.
func (l *Ledger) pay(account, amount uint64) {
	a := l.Accounts[account]
	if a.Pointer.Set {
		s := &l.Operators[a.Pointer.Operator].Pointers
		earned := s.earned(a.Pointer.Index, min(a.Pointer.Weight, a.Free))
		a.Pointer.Index = s.Index
		s.Reserve -= earned
		amount += earned
	}
	a.Free += amount
	if a.Pointer.Set {
		l.sweep(a.Pointer.Operator)
	}
}

// weighLot pays what a lot's pointer has earned and sets its weight.
func (l *Ledger) weighLot(p *Lot, weight uint64) {
	if !p.Pointer.Set {
		return
	}
	s := &l.Operators[p.Pointer.Operator].Pointers
	earned := s.earned(p.Pointer.Index, p.Pointer.Weight)
	p.Pointer.Index, p.Pointer.Weight = s.Index, weight
	s.Reserve -= earned
	if earned > 0 {
		l.pay(p.Owner, earned)
	}
	l.sweep(p.Pointer.Operator)
}

// sweep gives the reserve of pointers without weight to the bond.
func (l *Ledger) sweep(operator uint64) {
	if o := l.Operators[operator]; l.pointed(operator) == 0 {
		o.Bond += o.Pointers.Reserve
		o.Pointers.Reserve, o.Pointers.Carry = 0, 0
	}
}

// ProcessHeavyReward pays an operator and its pool, unless it is leaving.
func (l *Ledger) ProcessHeavyReward(operator, amount uint64) bool {
	if l == nil {
		return false
	}
	o := l.Operators[operator]
	if !l.mint(o, amount) {
		return false
	}
	rest := amount - Floor(amount, o.Commission, One)
	pool := Floor(rest, o.PoolTokens, o.Bond+o.PoolTokens)
	o.PoolTokens += pool
	o.Bond += amount - pool
	l.recount()
	return true
}

// ProcessLightReward spreads a reward over light principal, ProcessPointerReward over the
// weight of pointers, unless the operator is leaving or has no bond.
func (l *Ledger) ProcessLightReward(operator, amount uint64) bool {
	return l.streamReward(operator, amount, func(o *Operator) *RewardIndex { return &o.Light })
}

// ProcessPointerReward is described at [Ledger.ProcessLightReward].
func (l *Ledger) ProcessPointerReward(operator, amount uint64) bool {
	return l.streamReward(operator, amount, func(o *Operator) *RewardIndex { return &o.Pointers })
}

func (l *Ledger) streamReward(operator, amount uint64, of func(o *Operator) *RewardIndex) bool {
	if l == nil {
		return false
	}
	o := l.Operators[operator]
	if o == nil || o.Bond == 0 || !l.mint(o, amount) {
		return false
	}
	s, rest := of(o), amount-Floor(amount, o.Commission, One)
	if s.Weight < ETH {
		rest = 0
	}
	o.Bond += amount - rest
	if rest > 0 { // num = reward * 2^32 + carry; index += num / weight; carry = num % weight
		num, weight := Int(rest), Int(s.Weight)
		num.Add(num.Lsh(num, 32), Int(s.Carry))
		num.DivMod(num, weight, weight)
		s.Index += num.Uint64()
		s.Carry = weight.Uint64()
		s.Reserve += rest
	}
	return true
}

func (l *Ledger) mint(o *Operator, amount uint64) bool {
	if o == nil || amount == 0 || o.Exit == BondLeaving || Sum(l.Genesis, l.Minted, amount).Cmp(Int(MaxSupply)) >= 0 {
		return false
	}
	l.Minted += amount
	return true
}
