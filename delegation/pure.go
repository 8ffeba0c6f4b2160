package delegation

import (
	"iter"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// EffectiveStake is the stake that counts, in Gwei: bond + min(delegated,
// floor(limit * bond)), in both leverage modes. A limit of [Off] counts all.
// Sums above 64 bits give 2^64-1.
func EffectiveStake(bond, delegated spec.Gwei, limit Parts) spec.Gwei {
	return addSat(bond, min(delegated, limit.of(bond)))
}

// SelfBondRatio is bond / (bond + delegated), and no ratio (Den 0) when there is
// no stake or the sum needs more than 64 bits.
func SelfBondRatio(bond, delegated spec.Gwei) Ratio {
	sum, ok := u64.Add(bond, delegated)
	if !ok || sum == 0 {
		return Ratio{}
	}
	return Ratio{uint64(bond), uint64(sum)}
}

// CorruptionLeverage is (bond + delegated) / loss at risk: how much stake is
// steered per Gwei that the one who steers can lose. It is infinite, and the Den
// of the ratio 0, when nothing is at risk. Sums above 64 bits give
// [spec.ErrOverflow]. See ethresear.ch 11815: 9 ETH delegated to a 1 ETH operator
// is 10x.
func CorruptionLeverage(bond, delegated, atRisk spec.Gwei) (ratio Ratio, infinite bool, err error) {
	sum, ok := u64.Add(bond, delegated)
	if !ok {
		return Ratio{}, false, about("delegated", uint64(delegated), spec.ErrOverflow)
	}
	return Ratio{uint64(sum), uint64(atRisk)}, atRisk == 0, nil
}

// BondForSeat is the smallest bond whose [EffectiveStake] with so much delegated
// reaches a seat of so many Gwei; a seat of zero needs none.
func BondForSeat(seat, delegated spec.Gwei, limit Parts) spec.Gwei {
	need := u64.SubSat(seat, delegated)
	if limit == Off {
		return need
	}
	if whole, ok := u64.Add(limit, One); ok {
		byCap, _ := u64.MulDivCeil(seat, spec.Gwei(One), spec.Gwei(whole))
		return max(need, byCap)
	}
	// A limit near 2^64 lifts every Gwei by more than 2^34.
	byCap, _ := u64.MulDivCeil(seat, spec.Gwei(One), spec.Gwei(limit))
	for byCap > 0 && EffectiveStake(byCap-1, seat, limit) >= seat {
		byCap--
	}
	return max(need, byCap)
}

// Float64 returns the ratio as a floating point number, for display; 0/0 is NaN.
func (r Ratio) Float64() float64 { return float64(r.Num) / float64(r.Den) }

// Risk is one way in which an owner can lose stake.
type Risk struct {
	Pot      Pot        // PotPool or PotUnbonding, with the operator's or the entry's id
	Lot      uint64     // the lot or entry
	Operator uint64     // for whose infractions
	From     spec.Epoch // infractions at or before it count; FarFutureEpoch in a pool
	Until    spec.Epoch // first epoch without the risk; FarFutureEpoch in a pool
	Amount   spec.Gwei  // at most so much
}

// Exposure yields what an owner can lose with stake delegated: to whom, until
// when, and how much at most. Amounts of a lot or entry under two operators are
// not additive: it can be lost once. Light principal is never at risk, and an
// operator's bond and withdrawal entries are all of them at risk (entries appear
// here, bonds do not).
func Exposure(l *Ledger, owner uint64) iter.Seq[Risk] {
	return func(yield func(Risk) bool) {
		l := l.orEmpty()
		for id := range l.LotsOf(owner) {
			p := l.lots.get(id)
			value := l.operators.get(p.Operator).value(p.Shares)
			r := Risk{Pot{PotPool, p.Operator}, id, p.Operator, spec.FarFutureEpoch, spec.FarFutureEpoch, value}
			if !yield(r) || !yieldLien(yield, r, &p.Lien) {
				return
			}
		}
		for id := range l.UnbondingsOf(owner) {
			u := l.unbondings.get(id)
			r := Risk{Pot{PotUnbonding, id}, id, u.Operator, u.Start, u.Complete, u.Balance}
			if !yield(r) || !yieldLien(yield, r, &u.Lien) {
				return
			}
		}
	}
}

// yieldLien yields the risk of a lien beside the risk r of what carries it.
func yieldLien(yield func(Risk) bool, r Risk, n *Lien) bool {
	if !n.Set {
		return true
	}
	r.Operator, r.From, r.Until = n.Source, n.Start, n.End
	r.Amount = min(r.Amount, n.Initial)
	return yield(r)
}

// UndelegationPreview is what an undelegation would do now.
type UndelegationPreview struct {
	Shares   uint64     // burned
	Amount   spec.Gwei  // queued
	Rest     spec.Gwei  // what the rest of the lot is worth afterwards
	Complete spec.Epoch // when it is paid
}

// PreviewUndelegation says what [ProcessUndelegation] would do now, with the same
// errors, and changes nothing.
func PreviewUndelegation(l *Ledger, op Undelegation) (UndelegationPreview, error) {
	p, o, shares, err := l.checkLeaving(op.Owner, op.Lot, op.Amount, op.Shares)
	if err != nil {
		return UndelegationPreview{}, err
	}
	if err := l.checkEntry(p.Owner, o.ID); err != nil {
		return UndelegationPreview{}, err
	}
	amount := o.value(shares)
	after := Operator{PoolTokens: o.PoolTokens - amount, PoolShares: o.PoolShares - shares}
	return UndelegationPreview{shares, amount, after.value(p.Shares - shares), l.epoch + spec.Epoch(l.config.UnbondingEpochs)}, nil
}
