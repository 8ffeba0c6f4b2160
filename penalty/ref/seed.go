package ref

import (
	"fmt"
	"math/big"

	"github.com/stakesim/stakesim/spec"
)

// ForkSeed is the average at the fork as the specification's upgrade computes
// it from the state's flags: the offline balance of the previous epoch's slots
// over SLOTS_PER_EPOCH, in Gwei (consensus-specs pull request 5452, the fork's
// upgrade).
func ForkSeed(s State) (*big.Int, error) {
	return forkSeed(s, func(_ State, i spec.ValidatorIndex) bool { return IsOffline(s, i) })
}

// ForkSeedLastSlotUnseen is what [ForkSeed] gives at the moment of the fork,
// for a state whose flags are complete: no block could yet include the last
// slot's attestations, so that its whole committee, but for the slashed,
// counts as offline. The surplus over ForkSeed is the balance of the members
// that were online over SLOTS_PER_EPOCH, and decays with the average.
func ForkSeedLastSlotUnseen(s State) (*big.Int, error) {
	last := s.Params.SlotsPerEpoch - 1
	return forkSeed(s, func(_ State, i spec.ValidatorIndex) bool {
		unseen := uint64(s.Registry.SlotOffset[i]) == last && !s.Registry.Slashed[i]
		return unseen || IsOffline(s, i)
	})
}

func forkSeed(s State, offline func(State, spec.ValidatorIndex) bool) (*big.Int, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	var c checked
	sum := new(big.Int)
	err := eachSlot(s, func(offset uint8) error {
		o, err := slotSum(s, offset, offline)
		sum = c.add(sum, o)
		return err
	})
	if err != nil {
		return nil, err
	}
	return c.div(sum, num(s.Params.SlotsPerEpoch)), c.err
}

// CompleteEpochSeed is the mean of a finished epoch's offline balances, one
// for each slot, in Gwei; another number of slots is [spec.ErrInput].
func CompleteEpochSeed(offline []*big.Int, slotsPerEpoch uint64) (*big.Int, error) {
	if uint64(len(offline)) != slotsPerEpoch {
		return nil, fmt.Errorf("%w: %d slots in an epoch of %d", spec.ErrInput, len(offline), slotsPerEpoch)
	}
	return WindowMeanSeed(offline)
}

// WindowMeanSeed is the mean of the offline balances of any window of slots, in
// Gwei; no slots are [spec.ErrInput], a sum above 64 bits [spec.ErrOverflow].
func WindowMeanSeed(offline []*big.Int) (*big.Int, error) {
	if err := naturals("offline_balance", offline...); err != nil {
		return nil, err
	}
	var c checked
	sum := new(big.Int)
	for _, o := range offline {
		sum = c.add(sum, o)
	}
	return c.div(sum, big.NewInt(int64(len(offline)))), c.err
}

// Seed is the average to start from, given a mean of offline balances and the
// reference balance in Gwei: the mean, and under [E0] no less than its floor.
func (c Smoothed) Seed(mean, reference *big.Int) *big.Int {
	if c.FloorDivisor == 0 {
		return new(big.Int).Set(orZero(mean))
	}
	return maxOf(mean, quo(reference, num(c.FloorDivisor)))
}
