package penalty

import (
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// ForkSeed is the average with which the 2026 rule starts when it is switched
// on: the mean offline balance over the slots of the last epoch before the
// fork, floored (consensus-specs pull request 5452). An empty slice gives
// [spec.ErrInput], a sum above 64 bits [spec.ErrOverflow].
//
// On a live chain the fork happens before the last slot's committee can have
// its flags: [ForkSeedUnflagged] models that.
func ForkSeed(slots []spec.SlotObs) (spec.Gwei, error) {
	return MeanOffline(len(slots), func(i int) spec.Gwei { return slots[i].Tally.Balance(spec.Offline) })
}

// ForkSeedUnflagged is the fork seed as a live chain computes it: the last
// slot's committee has no flags yet, so that all its unslashed members count as
// offline. The surplus over [ForkSeed], about R // SLOTS_PER_EPOCH, mutes the
// factors for weeks: it halves every Window * ln 2 slots.
func ForkSeedUnflagged(slots []spec.SlotObs) (spec.Gwei, error) {
	unslashed := spec.MissedTarget&spec.Offline | spec.Participated(spec.TimelyTarget) | spec.Participated(spec.TimelySource)
	return MeanOffline(len(slots), func(i int) spec.Gwei {
		if i == len(slots)-1 {
			return slots[i].Tally.Balance(unslashed)
		}
		return slots[i].Tally.Balance(spec.Offline)
	})
}

// maxMean bounds the slots of a mean: six years.
const maxMean = 1 << 24

// MeanOffline is the mean of n offline balances, floored: over the slots of a
// finished epoch the complete-epoch seed, over a longer past the window-mean
// seed. n below 1 or above 2^24 and no function give [spec.ErrInput], a sum above
// 64 bits [spec.ErrOverflow].
func MeanOffline(n int, offline func(i int) spec.Gwei) (spec.Gwei, error) {
	if n < 1 || n > maxMean || offline == nil {
		return 0, spec.Atf("slots", -1, spec.ErrInput, "a mean of %d, not of 1 to %d, or of nothing", n, maxMean)
	}
	var sum spec.Gwei
	for i := range n {
		var ok bool
		if sum, ok = u64.Add(sum, offline(i)); !ok {
			return 0, spec.Atf("slots", i, spec.ErrOverflow, "sum of offline balances")
		}
	}
	return sum / spec.Gwei(n), nil
}

// SeedFloor raises a seed to R // FloorDivisor where the rule has a floor (E0),
// and returns it unchanged elsewhere.
func (r Smoothed2026) SeedFloor(seed, reference spec.Gwei) spec.Gwei {
	if r.FloorDivisor == 0 {
		return seed
	}
	return max(seed, reference/spec.Gwei(r.FloorDivisor))
}
