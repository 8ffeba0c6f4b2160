package rainbow

import (
	"math/bits"

	"github.com/stakesim/stakesim/delegation"
	"github.com/stakesim/stakesim/spec"
)

// FinalByBothLayers says whether both layers make a checkpoint final: at least two thirds of
// the heavy stake voted for it and more than half of the light weight was online.
// Zero totals are never final; votes above their total count as it.
func FinalByBothLayers(heavyVotes, heavyTotal, lightOnline, lightTotal spec.Gwei) bool {
	if heavyTotal == 0 || lightTotal == 0 {
		return false
	}
	ah, al := bits.Mul64(uint64(heavyVotes), 3)
	bh, bl := bits.Mul64(uint64(heavyTotal), 2)
	heavy := ah > bh || (ah == bh && al >= bl)
	return heavy && lightOnline > lightTotal/2
}

// MaxCommittee is the largest committee that is drawn, and for which
// [StallProbability] is computed: about as many members as mainnet has validators.
const MaxCommittee = 1 << 20

// StallProbability is the probability that a slot has no quorum when a part of the
// light weight withholds, from 0 to 1: that at most floor(quorum * n) of n
// members, drawn with replacement by weight, take part. It is floating point, for
// analysis only; its relative error is below 1e-10 for every committee, quorum and
// part, however small the probability, down to the smallest floats; what lies below
// them is 0. A part outside 0 to 1 or NaN gives [spec.ErrInput], a committee without
// members or above [MaxCommittee], a ratio over 0 or above 1 [ErrQuorum].
func StallProbability(n uint64, quorum delegation.Ratio, withheld float64) (float64, error) {
	below, err := BelowQuorum(n, quorum)
	if err != nil {
		return 0, err
	}
	if n == 0 || n > MaxCommittee {
		return 0, spec.Aboutf("committee size", n, ErrQuorum, "1 to %d", MaxCommittee)
	}
	if !(withheld >= 0 && withheld <= 1) {
		return 0, spec.Atf("withheld", -1, spec.ErrInput, "%v outside 0 to 1", withheld)
	}
	switch {
	case below == n: // more than everybody is never there
		return 1, nil
	case withheld == 0:
		return 0, nil
	case withheld == 1:
		return 1, nil
	}
	// A slot stalls when at least n - below members withhold. Counting those who
	// withhold, and not those who take part, keeps a small part exact.
	return min(upperTail(n, n-below, withheld), 1), nil
}

// RelativeReward is the yield of the stake of one kind of duty when its amount
// aa is compared with the amount fa of the other kind, given the other's yield:
//
//	y (0.75 - 0.5 e / (1/3 - e)), e = aa/fa - 1
//
// It is 0 from e = 0.2 on, where the formula turns negative, beyond e = 1/3 where it
// is not defined, and without stake to compare with. Floating point, for
// analysis.
func RelativeReward(y, aa, fa float64) float64 {
	const y0, slope, limit = 0.75, 0.5, 1.0 / 3
	e := aa/fa - 1
	if !(e < limit) || fa <= 0 || aa < 0 {
		return 0
	}
	return max(y*(y0-slope*e/(limit-e)), 0)
}
