package delegation

import (
	"math/big"

	"github.com/stakesim/stakesim/delegation/ref"
	"github.com/stakesim/stakesim/spec"
)

// model copies the state into the rational model.
func model(l *Ledger) *ref.Ledger {
	m := ref.New(l.epoch, spec.Epoch(l.config.UnbondingEpochs))
	q32 := func(v uint64) *ref.Rat { return ref.Frac(v, 1<<32) }
	pointer := func(p Pointer) *ref.Pointer {
		if !p.Set {
			return nil
		}
		return &ref.Pointer{Operator: p.Operator, Weight: ref.Int(p.Weight), Index: q32(p.Index)}
	}
	lien := func(n Lien) *ref.Lien {
		if !n.Set {
			return nil
		}
		return &ref.Lien{ID: n.ID, Source: n.Source, Initial: ref.Int(n.Initial), Start: n.Start, End: n.End}
	}
	for a := range l.accounts.all() {
		m.Accounts[a.ID] = &ref.Account{Free: ref.Int(a.Free), Pointer: pointer(a.Pointer)}
	}
	for o := range l.operators.all() {
		r := &ref.Operator{Owner: o.Owner, Bond: ref.Int(o.Bond), PoolTokens: ref.Int(o.PoolTokens),
			Commission: ref.Frac(uint64(o.Commission), uint64(One)), Exit: int(o.Exit),
			Light:    ref.RewardIndex{Index: q32(o.Light.Index), Reserve: ref.Int(o.Light.Reserve)},
			Pointers: ref.RewardIndex{Index: q32(o.Pointers.Index), Reserve: ref.Int(o.Pointers.Reserve)}}
		if o.CommissionPending {
			r.PendingCommission, r.PendingCommissionEpoch = ref.Frac(uint64(o.PendingCommission), uint64(One)), o.PendingCommissionEpoch
		}
		m.Operators[o.ID] = r
	}
	for p := range l.lots.all() {
		m.Lots[p.ID] = &ref.Lot{Owner: p.Owner, Operator: p.Operator, Shares: ref.Int(p.Shares), Lien: lien(p.Lien),
			Pointer: pointer(p.Pointer), Tokenised: p.Tokenised}
	}
	for u := range l.unbondings.all() {
		m.Unbondings[u.ID] = &ref.Unbonding{Owner: u.Owner, Operator: u.Operator, Initial: ref.Int(u.Initial), Balance: ref.Int(u.Balance),
			Start: u.Start, Lien: lien(u.Lien), Bond: u.Bond}
	}
	for p := range l.lights.all() {
		m.Lights[p.ID] = &ref.LightPosition{Owner: p.Owner, Operator: p.Operator, Principal: ref.Int(p.Principal), Pending: ref.Int(p.Pending),
			Index: q32(p.Index), Accrued: ref.Int(p.Accrued)}
	}
	for u := range l.uncollected.all() {
		m.Uncollected[u.ID] = ref.Int(u.Amount)
	}
	m.Slashed = ref.Int(l.burned + l.treasury)
	m.Minted = ref.Int(l.minted)
	return m
}

// follow applies an admitted operation to the model. before is the ledger that
// admitted it, r its receipt.
func follow(m *ref.Ledger, before *Ledger, op Operation, r *Receipt) {
	id := func(i int) uint64 {
		if i < len(r.Created) {
			return r.Created[i]
		}
		return 0
	}
	shares := func(lot uint64, amount spec.Gwei, shares uint64) *ref.Rat {
		switch p := before.lots.get(lot); {
		case shares > 0:
			return ref.Int(shares)
		case amount == 0 || before.operators.get(p.Operator).value(p.Shares) == amount:
			return ref.Int(p.Shares) // what is worth so much, floored, is the whole lot
		}
		exact, whole := m.SharesOf(lot, ref.Int(amount)), ref.Int(before.lots.get(lot).Shares)
		if new(big.Rat).Sub(whole, exact).Cmp(big.NewRat(1, 1)) < 0 {
			return whole // rounded up to shares, nothing is left
		}
		return exact
	}
	parts := func(p Parts) *ref.Rat { return ref.Frac(uint64(p), uint64(One)) }
	switch op := op.(type) {
	case Opening:
		m.ProcessOpening(id(0), ref.Int(op.Amount))
	case Payment:
		m.ProcessPayment(op.From, op.To, ref.Int(op.Amount))
	case Registration:
		m.ProcessRegistration(id(0), id(1), op.Owner, ref.Int(op.Bond), parts(op.Commission), ref.Int(before.config.MinLockedShares))
	case BondDeposit:
		m.Bond(op.Operator, 0, ref.Int(op.Amount))
	case BondWithdrawal:
		m.Bond(op.Operator, id(0), new(ref.Rat).Neg(ref.Int(op.Amount)))
	case CommissionChange:
		m.ProcessCommissionChange(op.Operator, parts(op.Commission), before.config.CommissionDelay)
	case Delegation:
		m.ProcessDelegation(id(0), op.Owner, op.Operator, ref.Int(op.Amount))
	case Undelegation:
		m.ProcessUndelegation(id(0), op.Lot, shares(op.Lot, op.Amount, op.Shares))
		if len(r.Created) == 0 { // worth less than a Gwei
			delete(m.Unbondings, 0)
		}
	case Redelegation:
		m.ProcessRedelegation(id(0), op.Lot, op.To, shares(op.Lot, op.Amount, op.Shares))
	case Cancellation:
		m.ProcessCancellation(id(0), op.Unbonding, ref.Int(op.Amount))
	case LightDelegation:
		m.ProcessLightDelegation(id(0), op.Owner, op.Operator, ref.Int(op.Amount))
	case LightUndelegation:
		m.ProcessLightUndelegation(op.Position, ref.Int(op.Amount))
	case LightRedelegation:
		m.ProcessLightRedelegation(id(0), op.Position, op.To, ref.Int(op.Amount))
	case LightClaim:
		m.ProcessLightClaim(op.Position, op.Compound)
	case LotPointer:
		m.ProcessLotPointer(op.Lot, op.Operator, op.Clear)
	case WalletPointer:
		m.ProcessWalletPointer(op.Owner, op.Operator, op.Clear)
	case Tokenisation:
		m.ProcessTokenisation(id(0), op.Lot, shares(op.Lot, op.Amount, op.Shares))
	case Redemption:
		m.ProcessRedemption(op.Lot)
	case Transfer:
		m.ProcessTransfer(op.Lot, op.To)
	case HeavyReward:
		m.ProcessHeavyReward(op.Operator, ref.Int(op.Amount))
	case LightReward:
		m.ProcessLightReward(op.Operator, ref.Int(op.Amount))
	case PointerReward:
		m.ProcessPointerReward(op.Operator, ref.Int(op.Amount))
	case Slashing:
		m.ProcessSlashing(modelSlashes(op.Slashes, r))
	case Exit:
		m.ProcessExit(op.Operator, exitEntries(op.Operator, r))
	case Advance:
		for range op.Epochs {
			m.AdvanceEpoch()
		}
	case EpochInput:
		followRewards(m, op.Rewards, r)
		m.ProcessSlashing(modelSlashes(op.Slashes, r))
		m.AdvanceEpoch()
	}
}

// modelSlashes are the slashes that were not skipped.
func modelSlashes(slashes []Slash, r *Receipt) (list []ref.Slash) {
	skipped := map[int]bool{}
	for _, s := range r.Skipped {
		skipped[s.Index] = skipped[s.Index] || s.List == "slashes"
	}
	for i, d := range slashes {
		if skipped[i] {
			continue
		}
		slash := ref.Slash{ID: d.ID, Operator: d.Operator, Epoch: d.Epoch, Amount: ref.Int(d.Amount), Rule: int(d.Rule)}
		if d.Fraction.Den > 0 {
			slash.Fraction = ref.Frac(d.Fraction.Num, d.Fraction.Den)
		}
		list = append(list, slash)
	}
	return list
}

// followRewards pays the rewards that were not skipped.
func followRewards(m *ref.Ledger, rewards []EpochReward, r *Receipt) {
	skipped := map[int]bool{}
	for _, s := range r.Skipped {
		skipped[s.Index] = skipped[s.Index] || s.List == "rewards"
	}
	for i, w := range rewards {
		if skipped[i] {
			continue
		}
		if w.Heavy > 0 {
			m.ProcessHeavyReward(w.Operator, ref.Int(w.Heavy))
		}
		if w.Light > 0 {
			m.ProcessLightReward(w.Operator, ref.Int(w.Light))
		}
		if w.Pointers > 0 {
			m.ProcessPointerReward(w.Operator, ref.Int(w.Pointers))
		}
	}
}

// partlySkipped says that an epoch reward of several was paid in part, which the
// receipt does not tell apart.
func partlySkipped(op Operation, r *Receipt) bool {
	in, ok := op.(EpochInput)
	if !ok {
		return false
	}
	for _, s := range r.Skipped {
		if s.List == "rewards" {
			w := in.Rewards[s.Index]
			n := 0
			for _, v := range []spec.Gwei{w.Heavy, w.Light, w.Pointers} {
				if v > 0 {
					n++
				}
			}
			if n > 1 {
				return true
			}
		}
	}
	return false
}

func exitEntries(operator uint64, r *Receipt) map[uint64]uint64 {
	entries := map[uint64]uint64{}
	for _, e := range r.Events {
		if e.Kind == Moved && e.To.Kind == PotUnbonding {
			if e.From.Kind == PotBond {
				entries[operator] = e.To.ID
			} else {
				entries[e.Lot] = e.To.ID
			}
		}
	}
	return entries
}
