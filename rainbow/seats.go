package rainbow

import (
	"math/bits"

	"github.com/stakesim/stakesim/delegation"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// SeatStake is what a seat needs when so much stake shares so many seats, floored:
// 30M ETH over 8192 signatures (ethresear.ch 17989) are 3662109375000 Gwei. No
// seats give [spec.ErrInput].
func SeatStake(staked spec.Gwei, seats uint64) (spec.Gwei, error) {
	if seats == 0 {
		return 0, spec.About("seats", seats, spec.ErrInput)
	}
	return staked / spec.Gwei(seats), nil
}

// SeatRule says what makes up a seat.
type SeatRule uint8

// The two readings of "a bond of 1 to 100".
const (
	BondAndDelegated SeatRule = iota // bond + 100 times the bond are the seat
	DelegatedAlone                   // 100 times the bond are the seat
	seatRules
)

// BondForSeat is the smallest bond, in Gwei, that carries a seat when every Gwei of
// bond admits ratio Gwei of delegated stake, rounded up. A ratio of 0 under
// [DelegatedAlone] and one of 2^64-1 under [BondAndDelegated] give [spec.ErrInput].
// See [delegation.BondForSeat] for what is delegated already.
func BondForSeat(seat spec.Gwei, ratio uint64, rule SeatRule) (spec.Gwei, error) {
	if rule >= seatRules {
		return 0, spec.About("rule", uint64(rule), spec.ErrInput)
	}
	if rule == BondAndDelegated {
		ratio++ // to 0 at 2^64-1
	}
	bond, ok := u64.MulDivCeil(uint64(seat), 1, ratio)
	if !ok {
		return 0, spec.About("ratio", ratio, spec.ErrInput)
	}
	return spec.Gwei(bond), nil
}

// SeatClass is a number of seats of the same stake.
type SeatClass struct {
	Seats uint64
	Stake spec.Gwei // of each
}

// PowerClasses is the committee of the 8192 post: class i of n has 2^i seats of
// top / 2^i, floored, so that every class holds the same stake. More than 63 classes
// give [spec.ErrInput].
func PowerClasses(n uint64, top spec.Gwei) ([]SeatClass, error) {
	if n > 63 {
		return nil, spec.About("classes", n, spec.ErrInput)
	}
	list := make([]SeatClass, n)
	for i := range list {
		list[i] = SeatClass{1 << i, top >> i}
	}
	return list, nil
}

// ZipfStakes fills dst with stakes in proportion to 1, 1/2, 1/3 and so on, by
// largest remainder, that sum to total exactly; the weights are rounded down to
// 2^-40. An empty dst and one of more than 2^22, for which it would allocate more than
// 128 MiB, give [spec.ErrInput].
func ZipfStakes(dst []spec.Gwei, total spec.Gwei) error {
	if len(dst) == 0 || len(dst) > 1<<22 {
		return spec.About("stakes", uint64(len(dst)), spec.ErrInput)
	}
	clear(dst)
	weights := make([]spec.Gwei, len(dst))
	for i := range weights {
		weights[i] = 1 << 40 / spec.Gwei(i+1)
	}
	u64.Apportion(dst, total, weights)
	return nil
}

// OrbitInclusion is the probability that a validator with so much stake is in the
// committee of an epoch, min(stake/threshold, 1), exactly (ethresear.ch 19928).
// A threshold of 0 includes everybody.
func OrbitInclusion(stake, threshold spec.Gwei) delegation.Ratio {
	if stake >= threshold {
		return delegation.Ratio{Num: 1, Den: 1}
	}
	return delegation.Ratio{Num: uint64(stake), Den: uint64(threshold)}
}

// OrbitReward is what an included validator earns where one at the threshold earns
// reward: reward * max(1, stake/threshold), as whole Gwei and a remainder over the
// threshold. Inclusion times reward is reward * stake / threshold exactly, so that
// it does not pay to split or merge stake. A threshold of 0 gives [spec.ErrInput], a
// result of more than 64 bits [spec.ErrOverflow].
func OrbitReward(reward, stake, threshold spec.Gwei) (gwei, remainder spec.Gwei, err error) {
	if threshold == 0 {
		return 0, 0, spec.About("threshold", threshold, spec.ErrInput)
	}
	hi, lo := bits.Mul64(uint64(reward), uint64(max(stake, threshold)))
	if hi >= uint64(threshold) {
		return 0, 0, spec.About("reward", reward, spec.ErrOverflow)
	}
	q, r := bits.Div64(hi, lo, uint64(threshold))
	return spec.Gwei(q), spec.Gwei(r), nil
}
