package ref

import (
	"math/big"

	"github.com/stakesim/stakesim/spec"
)

// NetExcessPerFlag configures net excess penalties with a counter per flag
// (consensus-specs pull request 3780, 2024-05-26). The text cannot run: it is
// off by one slot, mixes units, updates after the flags rotate and does not
// persist. This is a repair: a slot's own factor, its committee's balance for
// both sides of the fraction, counters persisted once per epoch and flag
// before the rotation. Its memory is Excess, source and target.
type NetExcessPerFlag struct {
	Adjustment uint64 // PENALTY_ADJUSTMENT_FACTOR
	Cap        uint64 // MAX_PENALTY_FACTOR
}

// DefaultNetExcessPerFlag has the constants of the pull request: 4096 and 4.
func DefaultNetExcessPerFlag() NetExcessPerFlag { return NetExcessPerFlag{Adjustment: 4096, Cap: 4} }

// Step is the factor of one flag in a slot whose committee holds so many Gwei,
// of which participating reached the flag, when the flag's counter stands at
// net; and the counter after it. Products have no limit, as in
// [NetExcess.Step]; more participants than members are [spec.ErrOverflow]. A
// committee of nobody is allowed (consensus-specs pull request 3780, repaired).
func (c NetExcessPerFlag) Step(net, committee, participating *big.Int) (*big.Rat, *big.Int, error) {
	if err := naturals("argument", orZero(net), committee, participating); err != nil {
		return nil, nil, err
	}
	net = orZero(net)
	var u checked
	missed := u.sub(committee, participating)
	if u.err != nil {
		return nil, nil, u.err
	}
	return NetExcess{Adjustment: c.Adjustment, Cap: c.Cap}.Step(net, missed, committee)
}

// Walk is the [Mechanism] of net excess penalties per flag: each flag's factor
// multiplies that flag's penalties of every member.
func (c NetExcessPerFlag) Walk(s State, m Memory) (Factors, Memory, error) {
	if err := s.Validate(); err != nil {
		return Factors{}, Memory{}, err
	}
	var f Factors
	for k, flag := range []spec.Flag{spec.TimelySource, spec.TimelyTarget} {
		err := eachSlot(s, func(offset uint8) error {
			committee, participating, err := GetSlotFlagBalances(s, offset, flag)
			if err != nil {
				return err
			}
			var factor *big.Rat
			if factor, m.Excess[k], err = c.Step(m.Excess[k], committee, participating); err != nil {
				return err
			}
			f.Slots[flag] = append(f.Slots[flag], factor)
			return nil
		})
		if err != nil {
			return Factors{}, Memory{}, err
		}
	}
	return f, m, nil
}
