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
		return &ref.Pointer{Operator: uint64(p.Operator), Weight: ref.Int(p.Weight), Index: q32(p.Index)}
	}
	lien := func(n Lien) *ref.Lien {
		if !n.Set {
			return nil
		}
		return &ref.Lien{ID: uint64(n.ID), Source: uint64(n.Source), Initial: ref.Int(n.Initial), Start: n.Start, End: n.End}
	}
	for a := range l.accounts.All() {
		m.Accounts[uint64(a.ID)] = &ref.Account{Free: ref.Int(a.Free), Pointer: pointer(a.Pointer)}
	}
	for o := range l.operators.All() {
		r := &ref.Operator{Owner: uint64(o.Owner), Bond: ref.Int(o.Bond), PoolTokens: ref.Int(o.PoolTokens),
			Commission: ref.Frac(uint64(o.Commission), uint64(One)), Exit: int(o.Exit),
			Light:    ref.RewardIndex{Index: q32(o.Light.Index), Reserve: ref.Int(o.Light.Reserve)},
			Pointers: ref.RewardIndex{Index: q32(o.Pointers.Index), Reserve: ref.Int(o.Pointers.Reserve)}}
		if o.CommissionPending {
			r.PendingCommission, r.PendingCommissionEpoch = ref.Frac(uint64(o.PendingCommission), uint64(One)), o.PendingCommissionEpoch
		}
		m.Operators[uint64(o.ID)] = r
	}
	for p := range l.lots.All() {
		m.Lots[uint64(p.ID)] = &ref.Lot{Owner: uint64(p.Owner), Operator: uint64(p.Operator), Shares: ref.Int(p.Shares), Lien: lien(p.Lien),
			Pointer: pointer(p.Pointer), Tokenised: p.Tokenised}
	}
	for u := range l.unbondings.All() {
		m.Unbondings[uint64(u.ID)] = &ref.Unbonding{Owner: uint64(u.Owner), Operator: uint64(u.Operator), Initial: ref.Int(u.Initial), Balance: ref.Int(u.Balance),
			Start: u.Start, Lien: lien(u.Lien), Bond: u.Bond}
	}
	for p := range l.lights.All() {
		m.Lights[uint64(p.ID)] = &ref.LightPosition{Owner: uint64(p.Owner), Operator: uint64(p.Operator), Principal: ref.Int(p.Principal), Pending: ref.Int(p.Pending),
			Index: q32(p.Index), Accrued: ref.Int(p.Accrued)}
	}
	for u := range l.uncollected.All() {
		m.Uncollected[uint64(u.ID)] = ref.Int(u.Amount)
	}
	m.Slashed = ref.Int(l.burned + l.treasury)
	m.Minted = ref.Int(l.minted)
	return m
}

// follow applies an admitted operation to the model. before is the ledger that
// admitted it, r its receipt.
func follow(m *ref.Ledger, before *Ledger, op any, r *Receipt) {
	id := func(i int) uint64 {
		if made := r.IDs(); i < len(made) {
			return made[i]
		}
		return 0
	}
	shares := func(lot LotID, amount spec.Gwei, shares uint64) *ref.Rat {
		switch p := before.lots.Get(lot); {
		case shares > 0:
			return ref.Int(shares)
		case amount == 0 || before.operators.Get(p.Operator).value(p.Shares) == amount:
			return ref.Int(p.Shares) // what is worth so much, floored, is the whole lot
		}
		exact, whole := m.SharesOf(uint64(lot), ref.Int(amount)), ref.Int(before.lots.Get(lot).Shares)
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
		m.ProcessPayment(uint64(op.From), uint64(op.To), ref.Int(op.Amount))
	case Registration:
		m.ProcessRegistration(id(0), id(1), uint64(op.Owner), ref.Int(op.Bond), parts(op.Commission), ref.Int(before.config.MinLockedShares))
	case BondDeposit:
		m.Bond(uint64(uint64(op.Operator)), 0, ref.Int(op.Amount))
	case BondWithdrawal:
		m.Bond(uint64(uint64(op.Operator)), id(0), new(ref.Rat).Neg(ref.Int(op.Amount)))
	case CommissionChange:
		m.ProcessCommissionChange(uint64(uint64(op.Operator)), parts(op.Commission), before.config.CommissionDelay)
	case Delegation:
		m.ProcessDelegation(id(0), uint64(op.Owner), uint64(uint64(op.Operator)), ref.Int(op.Amount))
	case Undelegation:
		m.ProcessUndelegation(id(0), uint64(op.Lot), shares(op.Lot, op.Amount, op.Shares))
		if len(r.Unbondings) == 0 { // worth less than a Gwei
			delete(m.Unbondings, 0)
		}
	case Redelegation:
		m.ProcessRedelegation(id(0), uint64(op.Lot), uint64(op.To), shares(op.Lot, op.Amount, op.Shares))
	case Cancellation:
		m.ProcessCancellation(id(0), uint64(op.Unbonding), ref.Int(op.Amount))
	case LightDelegation:
		m.ProcessLightDelegation(id(0), uint64(op.Owner), uint64(uint64(op.Operator)), ref.Int(op.Amount))
	case LightUndelegation:
		m.ProcessLightUndelegation(uint64(op.Position), ref.Int(op.Amount))
	case LightRedelegation:
		m.ProcessLightRedelegation(id(0), uint64(op.Position), uint64(op.To), ref.Int(op.Amount))
	case LightClaim:
		m.ProcessLightClaim(uint64(op.Position), op.Compound)
	case LotPointer:
		m.ProcessLotPointer(uint64(op.Lot), uint64(uint64(op.Operator)), op.Clear)
	case WalletPointer:
		m.ProcessWalletPointer(uint64(op.Owner), uint64(uint64(op.Operator)), op.Clear)
	case Tokenisation:
		m.ProcessTokenisation(id(0), uint64(op.Lot), shares(op.Lot, op.Amount, op.Shares))
	case Redemption:
		m.ProcessRedemption(uint64(op.Lot))
	case Transfer:
		m.ProcessTransfer(uint64(op.Lot), uint64(op.To))
	case HeavyReward:
		m.ProcessHeavyReward(uint64(uint64(op.Operator)), ref.Int(op.Amount))
	case LightReward:
		m.ProcessLightReward(uint64(uint64(op.Operator)), ref.Int(op.Amount))
	case PointerReward:
		m.ProcessPointerReward(uint64(uint64(op.Operator)), ref.Int(op.Amount))
	case Slashing:
		m.ProcessSlashing(modelSlashes(op.Slashes, r))
	case Exit:
		m.ProcessExit(uint64(uint64(op.Operator)), exitEntries(uint64(uint64(op.Operator)), r))
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
		slash := ref.Slash{ID: uint64(d.ID), Operator: uint64(d.Operator), Epoch: d.Epoch, Amount: ref.Int(d.Amount), Rule: int(d.Rule)}
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
			m.ProcessHeavyReward(uint64(w.Operator), ref.Int(w.Heavy))
		}
		if w.Light > 0 {
			m.ProcessLightReward(uint64(w.Operator), ref.Int(w.Light))
		}
		if w.Pointers > 0 {
			m.ProcessPointerReward(uint64(w.Operator), ref.Int(w.Pointers))
		}
	}
}

// partlySkipped says that an epoch reward of several was paid in part, which the
// receipt does not tell apart.
func partlySkipped(op any, r *Receipt) bool {
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
				entries[e.ID] = e.To.ID
			}
		}
	}
	return entries
}
