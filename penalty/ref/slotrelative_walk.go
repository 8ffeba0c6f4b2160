package ref

import (
	"math/big"

	"github.com/stakesim/stakesim/spec"
)

// InScope reports whether validator i's failures count and its penalties are
// multiplied, as far as the epoch before the previous one decides.
func (c SlotRelative) InScope(s State, i spec.ValidatorIndex) bool {
	failedBefore := at(s.registry().FailedBefore, i)
	switch c.Scope {
	case MissesOnly:
		return failedBefore
	case FumblesOnly:
		return !failedBefore
	}
	return true
}

// Failed reports whether validator i counts into its slot's m.
func (c SlotRelative) Failed(s State, i spec.ValidatorIndex) bool {
	if c.Offline {
		return IsOffline(s, i) && c.InScope(s, i)
	}
	return IsNotAttesting(s, i) && c.InScope(s, i)
}

// GetSlotFailures is m of the slot at an offset of the previous epoch: Gwei of
// effective balance, or validators.
func (c SlotRelative) GetSlotFailures(s State, offset uint8) (*big.Int, error) {
	if !c.Counted {
		return slotSum(s, offset, c.Failed)
	}
	if err := s.columns(); err != nil {
		return nil, err
	}
	count := new(big.Int)
	for _, i := range GetSlotMembers(s, offset) {
		if c.Failed(s, i) {
			count.Add(count, big.NewInt(1))
		}
	}
	return count, nil
}

// Walk is the [Mechanism] of slot-relative penalties.
func (c SlotRelative) Walk(s State, memory Memory) (Factors, Memory, error) {
	if err := s.Validate(); err != nil {
		return Factors{}, Memory{}, err
	}
	var slots []*big.Rat
	err := eachSlot(s, func(offset uint8) error {
		m, err := c.GetSlotFailures(s, offset)
		if err != nil {
			return err
		}
		missing := s.Boundary.NextBlockMissing>>offset&1 != 0
		var p *big.Rat
		if p, memory, err = c.Step(memory, m, missing, s.Params.SlotsPerEpoch); err != nil {
			return err
		}
		slots = append(slots, p)
		return nil
	})
	if err != nil {
		return Factors{}, Memory{}, err
	}
	f := Factors{Rational: true, Scales: func(s State, i spec.ValidatorIndex) bool {
		return c.InScope(s, i) && (!c.Offline || IsOffline(s, i))
	}}
	f.Slots[spec.TimelySource], f.Slots[spec.TimelyTarget] = slots, slots
	return f, memory, nil
}
