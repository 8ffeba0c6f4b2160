package ref

import (
	"fmt"
	"math/big"

	"github.com/stakesim/stakesim/spec"
)

// Smoothed configures the smoothed offline balance of 2026 (consensus-specs
// pull request 5452; EIPs pull request 11962). Its memory is Smoothed, s.
type Smoothed struct {
	Slope  uint64 // PENALTY_SLOPE
	Cap    uint64 // MAX_PENALTY_FACTOR
	Window uint64 // SMOOTHING_FACTOR, slots
	// FloorDivisor, where not zero, makes the excess relative to the average
	// instead of the reference balance R: to max(s, R // FloorDivisor).
	FloorDivisor uint64
}

// E0 is the draft of 2026-07-17, relative to the average.
func E0() Smoothed { return Smoothed{Slope: 6, Cap: 64, Window: 1 << 17, FloorDivisor: 2048} }

// E1 is the draft of 2026-07-18.
func E1() Smoothed { return Smoothed{Slope: 381, Cap: 128, Window: 1 << 17} }

// E2 is the draft of 2026-08-20 (EIPs pull request 11962).
func E2() Smoothed { return Smoothed{Slope: 765, Cap: 256, Window: 1 << 17} }

// E3 is the published specification page of 2026-09, the default.
func E3() Smoothed { return Smoothed{Slope: 765, Cap: 256, Window: 1 << 16} }

// GetPenaltyFactor is a slot's factor when offline Gwei are offline, the
// average before the slot is smoothed and an average slot holds reference, all
// Gwei. Products are in uint64; a zero divisor or cap is [spec.ErrInput]
// (consensus-specs pull request 5452, get_penalty_factor).
func (c Smoothed) GetPenaltyFactor(smoothed, offline, reference *big.Int) (*big.Rat, error) {
	if err := naturals("argument", orZero(smoothed), offline, reference); err != nil {
		return nil, err
	}
	smoothed = orZero(smoothed)
	var u checked
	divisor := reference
	if c.FloorDivisor != 0 {
		divisor = maxOf(smoothed, u.div(reference, num(c.FloorDivisor)))
	}
	if divisor.Sign() == 0 || c.Cap == 0 {
		return nil, fmt.Errorf("%w: divisor %s, cap %d", spec.ErrInput, divisor, c.Cap)
	}
	excess := u.sub(offline, minOf(offline, smoothed))
	f := u.add(big.NewInt(1), u.div(u.mul(num(c.Slope), excess), divisor))
	if u.err != nil {
		return nil, u.err
	}
	return integer(minOf(f, num(c.Cap))), nil
}

// GetSmoothedOfflineBalance is the average after a slot in which offline Gwei
// were offline; a zero Window is [spec.ErrInput] (consensus-specs pull request
// 5452).
func (c Smoothed) GetSmoothedOfflineBalance(smoothed, offline *big.Int) (*big.Int, error) {
	if err := naturals("argument", orZero(smoothed), offline); err != nil {
		return nil, err
	}
	smoothed = orZero(smoothed)
	var u checked
	if offline.Cmp(smoothed) > 0 {
		return u.add(smoothed, u.div(u.sub(offline, smoothed), num(c.Window))), u.err
	}
	return u.sub(smoothed, u.div(u.sub(smoothed, offline), num(c.Window))), u.err
}

// Step is a slot's factor and the average after the slot; it fails as
// [Smoothed.GetPenaltyFactor] and [Smoothed.GetSmoothedOfflineBalance].
func (c Smoothed) Step(smoothed, offline, reference *big.Int) (*big.Rat, *big.Int, error) {
	if c.Window == 0 {
		return nil, nil, fmt.Errorf("%w: a window of no slots", spec.ErrInput)
	}
	f, err := c.GetPenaltyFactor(smoothed, offline, reference)
	if err != nil {
		return nil, nil, err
	}
	after, err := c.GetSmoothedOfflineBalance(smoothed, offline)
	return f, after, err
}

// Walk is the [Mechanism] of the smoothed offline balance: the factor
// multiplies the target penalty of offline validators only.
func (c Smoothed) Walk(s State, m Memory) (Factors, Memory, error) {
	if err := s.Validate(); err != nil {
		return Factors{}, Memory{}, err
	}
	reference, err := GetSlotReferenceBalance(s)
	if err != nil {
		return Factors{}, Memory{}, err
	}
	var slots []*big.Rat
	err = eachSlot(s, func(offset uint8) error {
		offline, err := GetSlotOfflineBalance(s, offset)
		if err != nil {
			return err
		}
		var f *big.Rat
		if f, m.Smoothed, err = c.Step(m.Smoothed, offline, reference); err != nil {
			return err
		}
		slots = append(slots, f)
		return nil
	})
	if err != nil {
		return Factors{}, Memory{}, err
	}
	f := Factors{Scales: IsOffline}
	f.Slots[spec.TimelyTarget] = slots
	return f, m, nil
}
