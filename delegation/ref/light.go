package ref

import (
	"slices"

	"github.com/stakesim/stakesim/spec"
)

func epochs(n uint64) spec.Epoch { return spec.Epoch(n) }

// ProcessLightDelegation adds to the owner's position with the operator, or opens it as id.
func (m *Ledger) ProcessLightDelegation(id, owner, operator uint64, amount *Rat) {
	if !m.made(amount) || m.Accounts[owner] == nil || m.Operators[operator] == nil {
		return
	}
	m.charge(owner, amount)
	m.enter(id, owner, operator, amount)
	m.sweep()
}

func (m *Ledger) enter(id, owner, operator uint64, amount *Rat) {
	for _, p := range m.Lights {
		if p.Owner == owner && p.Operator == operator {
			p.Pending = add(p.Pending, amount)
			return
		}
	}
	m.Lights[id] = &LightPosition{owner, operator, new(Rat), amount, m.Operators[operator].Light.Index, new(Rat)}
}

// settle moves what a position has earned to what has accrued.
func (m *Ledger) settle(p *LightPosition) {
	s := &m.Operators[p.Operator].Light
	p.Accrued = add(p.Accrued, mul(sub(s.Index, p.Index), p.Principal))
	p.Index = s.Index
}

// exit takes principal out, what does not earn yet first.
func (m *Ledger) exit(id uint64, amount *Rat) {
	p := m.Lights[id]
	m.settle(p)
	pending := least(p.Pending, amount)
	p.Pending = sub(p.Pending, pending)
	p.Principal = sub(p.Principal, sub(amount, pending))
	if add(p.Principal, p.Pending).Sign() == 0 {
		m.payAccrued(p)
		delete(m.Lights, id)
	}
}

func (m *Ledger) payAccrued(p *LightPosition) {
	s := &m.Operators[p.Operator].Light
	s.Reserve = sub(s.Reserve, p.Accrued)
	m.pay(p.Owner, p.Accrued)
	p.Accrued = new(Rat)
}

// ProcessLightUndelegation pays principal back.
func (m *Ledger) ProcessLightUndelegation(id uint64, amount *Rat) {
	if !m.made(amount) || m.Lights[id] == nil {
		return
	}
	owner := m.Lights[id].Owner
	m.exit(id, amount)
	m.pay(owner, amount)
	m.sweep()
}

// ProcessLightRedelegation moves principal to another operator, to position into if the
// owner has none there.
func (m *Ledger) ProcessLightRedelegation(into, id, to uint64, amount *Rat) {
	if !m.made(amount) || m.Lights[id] == nil || m.Operators[to] == nil {
		return
	}
	owner := m.Lights[id].Owner
	m.exit(id, amount)
	m.enter(into, owner, to, amount)
	m.sweep()
}

// ProcessLightClaim pays what a position has earned, or compounds it.
func (m *Ledger) ProcessLightClaim(id uint64, compound bool) {
	if !m.made() || m.Lights[id] == nil {
		return
	}
	p := m.Lights[id]
	m.settle(p)
	if compound {
		s := &m.Operators[p.Operator].Light
		s.Reserve = sub(s.Reserve, p.Accrued)
		p.Pending = add(p.Pending, p.Accrued)
		p.Accrued = new(Rat)
		return
	}
	m.payAccrued(p)
	m.sweep()
}

// ProcessLightReward spreads a reward over light principal.
func (m *Ledger) ProcessLightReward(operator uint64, reward *Rat) {
	if !m.made(reward) || m.Operators[operator] == nil {
		return
	}
	m.spread(operator, &m.Operators[operator].Light, m.Principal(operator), reward)
}

// ProcessPointerReward spreads a reward over the weight of pointers.
func (m *Ledger) ProcessPointerReward(operator uint64, reward *Rat) {
	if !m.made(reward) || m.Operators[operator] == nil {
		return
	}
	m.spread(operator, &m.Operators[operator].Pointers, m.PointerWeight(operator), reward)
}

func (m *Ledger) spread(operator uint64, s *RewardIndex, weight, reward *Rat) {
	o := m.Operators[operator]
	m.Minted = add(m.Minted, reward)
	if weight.Cmp(Int(spec.ETH)) < 0 {
		o.Bond = add(o.Bond, reward)
		return
	}
	commission := mul(reward, o.Commission)
	rest := sub(reward, commission)
	o.Bond = add(o.Bond, commission)
	s.Reserve = add(s.Reserve, rest)
	s.Index = add(s.Index, over(rest, weight))
}

// ProcessLotPointer sets or clears a lot's pointer.
func (m *Ledger) ProcessLotPointer(lot, operator uint64, clear bool) {
	if !m.made() || m.Lots[lot] == nil || m.Operators[operator] == nil && !clear {
		return
	}
	p := m.Lots[lot]
	m.settleLot(p)
	p.Pointer = m.pointer(operator, clear)
	m.sweep()
}

// ProcessWalletPointer sets or clears an account's pointer.
func (m *Ledger) ProcessWalletPointer(account, operator uint64, clear bool) {
	if !m.made() || m.Accounts[account] == nil || m.Operators[operator] == nil && !clear {
		return
	}
	a := m.Accounts[account]
	m.settleWallet(a)
	a.Pointer = m.pointer(operator, clear)
	m.sweep()
}

func (m *Ledger) pointer(operator uint64, clear bool) *Pointer {
	if clear {
		return nil
	}
	return &Pointer{operator, new(Rat), m.Operators[operator].Pointers.Index}
}

// AdvanceEpoch begins the next epoch: snapshot, queue, liens, announced changes.
func (m *Ledger) AdvanceEpoch() {
	if !m.made() {
		return
	}
	m.Epoch++
	for _, p := range m.Lights {
		m.settle(p)
		p.Principal, p.Pending = add(p.Principal, p.Pending), new(Rat)
	}
	prices := m.Prices()
	for _, id := range ids(m.Lots) {
		if p := m.Lots[id]; p.Pointer != nil {
			m.settleLot(p)
			p.Pointer.Weight = mul(p.Shares, prices[p.Operator])
		}
	}
	for _, a := range m.Accounts {
		if a.Pointer != nil {
			m.settleWallet(a)
			a.Pointer.Weight = a.Free
		}
	}
	m.sweep()
	m.release()
	for _, o := range m.Operators {
		if o.PendingCommission != nil && o.PendingCommissionEpoch <= m.Epoch {
			o.Commission, o.PendingCommission = o.PendingCommission, nil
		}
		o.Evidence = slices.DeleteFunc(o.Evidence, func(h spec.Epoch) bool { return h+m.Unbonding < m.Epoch })
	}
}

// release pays what is complete and frees what has served its time.
func (m *Ledger) release() {
	for _, id := range ids(m.Unbondings) {
		if e := m.Unbondings[id]; e.Start+m.Unbonding <= m.Epoch {
			delete(m.Unbondings, id)
			m.pay(e.Owner, e.Balance)
		} else if e.Lien != nil && e.Lien.End <= m.Epoch {
			e.Lien = nil
		}
	}
	for _, p := range m.Lots {
		if p.Lien != nil && p.Lien.End <= m.Epoch {
			p.Lien = nil
		}
	}
	m.sweep()
}
