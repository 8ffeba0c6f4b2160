package delegation

import (
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// EffectiveStake is the stake that counts, in Gwei: bond + min(delegated,
// floor(limit * bond)), in both leverage modes. A limit of [Off] counts all of it.
// Sums above 64 bits give 2^64-1.
func EffectiveStake(bond, delegated spec.Gwei, limit Parts) spec.Gwei {
	return addSat(bond, min(delegated, limit.Of(bond)))
}

// SelfBondRatio is bond / (bond + delegated), and no ratio (a Den of 0) when there is
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
// [spec.ErrOverflow]. In ethresear.ch 11815, 9 ETH delegated to a 1 ETH operator is
// a leverage of 10.
func CorruptionLeverage(bond, delegated, atRisk spec.Gwei) (ratio Ratio, infinite bool, err error) {
	sum, ok := u64.Add(bond, delegated)
	if !ok {
		return Ratio{}, false, spec.About("delegated", delegated, spec.ErrOverflow)
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
