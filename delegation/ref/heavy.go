package ref

// ProcessOpening brings a balance in.
func (m *Ledger) ProcessOpening(id uint64, amount *Rat) {
	if m.made(amount) {
		m.Accounts[id] = &Account{Free: amount}
	}
}

// ProcessPayment moves free balance.
func (m *Ledger) ProcessPayment(from, to uint64, amount *Rat) {
	if !m.made(amount) || m.Accounts[from] == nil || m.Accounts[to] == nil {
		return
	}
	m.charge(from, amount)
	m.pay(to, amount)
	m.sweep()
}

// ProcessRegistration makes an operator; lot holds its locked shares, if any.
func (m *Ledger) ProcessRegistration(id, lot, owner uint64, bond, commission, locked *Rat) {
	if !m.made(bond, commission, locked) || m.Accounts[owner] == nil {
		return
	}
	m.charge(owner, add(bond, locked))
	zero := func() RewardIndex { return RewardIndex{new(Rat), new(Rat)} }
	m.Operators[id] = &Operator{Owner: owner, Bond: bond, PoolTokens: new(Rat), Commission: commission, Light: zero(), Pointers: zero()}
	if locked.Sign() > 0 {
		m.mint(lot, &Lot{Owner: owner, Operator: id}, locked)
	}
	m.sweep()
}

func (m *Ledger) mint(id uint64, p *Lot, amount *Rat) {
	p.Shares = m.minted(p.Operator, amount)
	o := m.Operators[p.Operator]
	o.PoolTokens = add(o.PoolTokens, amount)
	m.Lots[id] = p
}

// Bond adds to a bond; a negative amount is queued as entry id instead.
func (m *Ledger) Bond(operator, id uint64, amount *Rat) {
	if !m.made(amount) || m.Operators[operator] == nil {
		return
	}
	o := m.Operators[operator]
	o.Bond = add(o.Bond, amount)
	if amount.Sign() > 0 {
		m.charge(o.Owner, amount)
		m.sweep()
		return
	}
	out := new(Rat).Neg(amount)
	m.Unbondings[id] = &Unbonding{Owner: o.Owner, Operator: operator, Initial: out, Balance: out, Start: m.Epoch, Bond: true}
}

// ProcessDelegation buys a lot.
func (m *Ledger) ProcessDelegation(id, owner, operator uint64, amount *Rat) {
	if !m.made(amount) || m.Accounts[owner] == nil || m.Operators[operator] == nil {
		return
	}
	m.charge(owner, amount)
	m.mint(id, &Lot{Owner: owner, Operator: operator}, amount)
	m.sweep()
}

// leave takes shares out of a lot and their value out of the pool.
func (m *Ledger) leave(id uint64, shares *Rat) (amount *Rat, lien *Lien, pointer *Pointer) {
	p := m.Lots[id]
	m.settleLot(p)
	part := over(shares, p.Shares)
	amount = m.Value(p.Operator, shares)
	if p.Lien != nil {
		cut := *p.Lien
		cut.Initial = mul(cut.Initial, part)
		lien = &cut
		rest := *p.Lien
		rest.Initial = sub(rest.Initial, cut.Initial)
		p.Lien = &rest
	}
	if p.Pointer != nil {
		cut := *p.Pointer
		cut.Weight = mul(cut.Weight, part)
		pointer = &cut
		rest := *p.Pointer
		rest.Weight = sub(rest.Weight, cut.Weight)
		p.Pointer = &rest
	}
	o := m.Operators[p.Operator]
	o.PoolTokens = sub(o.PoolTokens, amount)
	p.Shares = sub(p.Shares, shares)
	if p.Shares.Sign() == 0 {
		delete(m.Lots, id)
	}
	return amount, lien, pointer
}

// SharesOf are the shares of a lot that an amount is.
func (m *Ledger) SharesOf(lot uint64, amount *Rat) *Rat {
	if !m.made(amount) || m.Lots[lot] == nil {
		return new(Rat)
	}
	p := m.Lots[lot]
	return least(p.Shares, over(mul(amount, m.Shares(p.Operator)), m.Operators[p.Operator].PoolTokens))
}

// ProcessUndelegation queues shares of a lot as entry id.
func (m *Ledger) ProcessUndelegation(id, lot uint64, shares *Rat) {
	if !m.made(shares) || m.Lots[lot] == nil {
		return
	}
	p := *m.Lots[lot]
	amount, lien, _ := m.leave(lot, shares)
	m.Unbondings[id] = &Unbonding{Owner: p.Owner, Operator: p.Operator, Initial: amount, Balance: amount, Start: m.Epoch, Lien: lien}
	m.sweep()
}

// ProcessRedelegation moves shares of a lot to another pool as lot id.
func (m *Ledger) ProcessRedelegation(id, lot, to uint64, shares *Rat) {
	if !m.made(shares) || m.Lots[lot] == nil || m.Operators[to] == nil {
		return
	}
	p := *m.Lots[lot]
	amount, _, pointer := m.leave(lot, shares)
	m.mint(id, &Lot{Owner: p.Owner, Operator: to, Pointer: pointer,
		Lien: &Lien{id, p.Operator, amount, m.Epoch, m.Epoch + m.Unbonding}}, amount)
	m.sweep()
}

// ProcessCancellation puts a part of an entry back to work, as lot id if it is no bond.
func (m *Ledger) ProcessCancellation(id, entry uint64, amount *Rat) {
	if !m.made(amount) || m.Unbondings[entry] == nil {
		return
	}
	e := m.Unbondings[entry]
	part := over(amount, e.Balance)
	var lien *Lien
	if e.Lien != nil {
		cut, rest := *e.Lien, *e.Lien
		cut.Initial = mul(cut.Initial, part)
		rest.Initial = sub(rest.Initial, cut.Initial)
		lien, e.Lien = &cut, &rest
	}
	e.Initial = sub(e.Initial, mul(e.Initial, part))
	e.Balance = sub(e.Balance, amount)
	if e.Balance.Sign() == 0 {
		delete(m.Unbondings, entry)
	}
	if e.Bond {
		o := m.Operators[e.Operator]
		o.Bond = add(o.Bond, amount)
		return
	}
	m.mint(id, &Lot{Owner: e.Owner, Operator: e.Operator, Lien: lien}, amount)
}

// ProcessTokenisation flags shares of a lot; less than all of them become lot id.
func (m *Ledger) ProcessTokenisation(id, lot uint64, shares *Rat) {
	if !m.made(shares) || m.Lots[lot] == nil {
		return
	}
	p := m.Lots[lot]
	if shares.Cmp(p.Shares) == 0 {
		p.Tokenised = true
		return
	}
	m.settleLot(p)
	q := *p
	q.Shares, q.Tokenised = shares, true
	if p.Pointer != nil {
		cut, rest := *p.Pointer, *p.Pointer
		cut.Weight = mul(cut.Weight, over(shares, p.Shares))
		rest.Weight = sub(rest.Weight, cut.Weight)
		q.Pointer, p.Pointer = &cut, &rest
	}
	p.Shares = sub(p.Shares, shares)
	m.Lots[id] = &q
}

// ProcessRedemption takes the flag off a lot.
func (m *Ledger) ProcessRedemption(lot uint64) {
	if m.made() && m.Lots[lot] != nil {
		m.Lots[lot].Tokenised = false
	}
}

// ProcessTransfer gives a lot to another owner, without its pointer.
func (m *Ledger) ProcessTransfer(lot, to uint64) {
	if !m.made() || m.Lots[lot] == nil || m.Accounts[to] == nil {
		return
	}
	p := m.Lots[lot]
	m.settleLot(p)
	p.Pointer, p.Owner = nil, to
	m.sweep()
}

// ProcessHeavyReward pays an operator and its pool.
func (m *Ledger) ProcessHeavyReward(operator uint64, reward *Rat) {
	if !m.made(reward) || m.Operators[operator] == nil {
		return
	}
	o := m.Operators[operator]
	rest := sub(reward, mul(reward, o.Commission))
	pool := over(mul(rest, o.PoolTokens), add(o.Bond, o.PoolTokens))
	o.PoolTokens = add(o.PoolTokens, pool)
	o.Bond = add(o.Bond, sub(reward, pool))
	m.Minted = add(m.Minted, reward)
}

// ProcessCommissionChange changes the commission, at once when it does not rise.
func (m *Ledger) ProcessCommissionChange(operator uint64, commission *Rat, at uint64) {
	if !m.made(commission) || m.Operators[operator] == nil {
		return
	}
	o := m.Operators[operator]
	o.PendingCommission = nil
	if commission.Cmp(o.Commission) <= 0 {
		o.Commission = commission
		return
	}
	o.PendingCommission, o.PendingCommissionEpoch = commission, m.Epoch+epochs(at)
}

// ProcessExit takes an operator one stage on; entries names the entry of each lot that
// is unbonded, and under the operator's own id that of the bond.
func (m *Ledger) ProcessExit(operator uint64, entries map[uint64]uint64) {
	if !m.made() || m.Operators[operator] == nil {
		return
	}
	o := m.Operators[operator]
	o.Exit++
	switch o.Exit {
	case 2:
		for _, id := range ids(m.Lots) {
			if p := m.Lots[id]; p.Operator == operator {
				entry, ok := entries[id]
				m.ProcessUndelegation(entry, id, p.Shares)
				if !ok { // worth less than a Gwei: what it was stays in the pool, and here is nobody's
					delete(m.Unbondings, entry)
				}
			}
		}
		o.PoolTokens = new(Rat)
	case 3:
		for _, p := range m.Lots {
			if p.Pointer != nil && p.Pointer.Operator == operator {
				m.settleLot(p)
				p.Pointer = nil
			}
		}
		for _, a := range m.Accounts {
			if a.Pointer != nil && a.Pointer.Operator == operator {
				m.settleWallet(a)
				a.Pointer = nil
			}
		}
		m.sweep()
		if entry, ok := entries[operator]; ok {
			m.Bond(operator, entry, new(Rat).Neg(o.Bond))
		}
	}
}
