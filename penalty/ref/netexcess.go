package ref

import (
	"math/big"

	"github.com/stakesim/stakesim/spec"
)

// NetExcess configures the net excess penalties of 2024 (ethresear.ch 19341;
// EIP-7716 of 2024-05-25). Its memory is Excess[0].
type NetExcess struct {
	Adjustment uint64 // PENALTY_ADJUSTMENT_FACTOR
	Cap        uint64 // MAX_PENALTY_FACTOR
	// Offline takes [IsOffline] for what counts and for whose penalties are
	// multiplied. Otherwise what counts is [IsNotAttesting], and the penalties
	// of every member that missed the flag are multiplied.
	Offline bool
}

// DefaultNetExcess has the constants of EIP-7716 (2024-05-25): 4096 and 4.
func DefaultNetExcess() NetExcess { return NetExcess{Adjustment: 4096, Cap: 4} }

// Step is the factor of a slot in which nab Gwei did not attest, of total Gwei
// active, when the counter stands at net; and the counter after it. Products
// have no limit. A counter that leaves uint64 is [spec.ErrOverflow], an
// argument outside it [spec.ErrInput] (EIP-7716 of 2024-05-25).
func (c NetExcess) Step(net, nab, total *big.Int) (*big.Rat, *big.Int, error) {
	if err := naturals("argument", orZero(net), nab, total); err != nil {
		return nil, nil, err
	}
	net = orZero(net)
	numerator := new(big.Int).Mul(nab, num(c.Adjustment))
	denominator := new(big.Int).Mul(net, total)
	denominator.Add(denominator, big.NewInt(1))
	f := minOf(numerator.Div(numerator, denominator), num(c.Cap))
	after, err := nextExcess(net, f)
	return integer(f), after, err
}

// nextExcess is max(1, net + f) - 1.
func nextExcess(net, f *big.Int) (*big.Int, error) {
	var c checked
	one := big.NewInt(1)
	return c.sub(maxOf(one, c.add(net, f)), one), c.err
}

// Walk is the [Mechanism] of net excess penalties.
func (c NetExcess) Walk(s State, m Memory) (Factors, Memory, error) {
	if err := s.Validate(); err != nil {
		return Factors{}, Memory{}, err
	}
	total, err := GetTotalActiveBalance(s)
	if err != nil {
		return Factors{}, Memory{}, err
	}
	balance := GetSlotNotAttestingBalance
	if c.Offline {
		balance = GetSlotOfflineBalance
	}
	var slots []*big.Rat
	err = eachSlot(s, func(offset uint8) error {
		nab, err := balance(s, offset)
		if err != nil {
			return err
		}
		var f *big.Rat
		if f, m.Excess[0], err = c.Step(m.Excess[0], nab, total); err != nil {
			return err
		}
		slots = append(slots, f)
		return nil
	})
	if err != nil {
		return Factors{}, Memory{}, err
	}
	f := Factors{}
	f.Slots[spec.TimelySource], f.Slots[spec.TimelyTarget] = slots, slots
	if c.Offline {
		f.Scales = IsOffline
	}
	return f, m, nil
}
