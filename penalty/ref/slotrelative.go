package ref

import (
	"fmt"
	"math/big"

	"github.com/stakesim/stakesim/spec"
)

// Form is how slot-relative penalties compare a slot's m with other slots.
type Form uint8

// The forms of ethresear.ch 19116 (2024-03-26).
const (
	Average Form = iota // the prose: m over the average of the window
	Sum                 // the printed formula: m over the sum of the window
	AsRun               // the published script: Multiplier * m // M, M the previous epoch's sum
	Excess              // its other script: how far m exceeds the average of the last slots
)

// Window says which slots [Average] and [Sum] compare with: never the slot
// itself. [AsRun] and [Excess] have windows of their own.
type Window uint8

// The windows.
const (
	LastSlots     Window = iota // the last WindowSlots slots, or those seen so far
	PreviousEpoch               // the last completed epoch of slots
)

// Scope is which failures count and whose penalty is multiplied.
type Scope uint8

// The scopes.
const (
	AllFailures Scope = iota
	MissesOnly        // failed in the epoch before as well
	FumblesOnly       // did not fail in the epoch before
)

// SlotRelative configures the strawman of ethresear.ch 19116 (2024-03-26). A
// member fails when it is slashed or lacks timely target, or, with Offline,
// when [IsOffline]. The factor multiplies the source and target penalties of
// every member in scope that missed the flag (with Offline: and is offline).
type SlotRelative struct {
	Window      Window
	WindowSlots uint64 // slots, for LastSlots and Excess; at least 1
	Form        Form
	Counted     bool // m counts validators; otherwise it is Gwei of effective balance
	Cap         uint64
	Scope       Scope
	// SkipMissing: a slot whose next block is missing has factor 0 and enters
	// the window with m = 0.
	SkipMissing bool
	Exponent    uint64 // 1, or for Average and Sum also 2: of the ratio, before the cap
	Multiplier  uint64 // of AsRun
	Offline     bool
}

// DefaultSlotRelative is every option's default: the prose of ethresear.ch
// 19116, balance-weighted as in its FAQ, with the script's multiplier of 322
// for [AsRun].
func DefaultSlotRelative() SlotRelative {
	return SlotRelative{WindowSlots: 32, Cap: 4, Exponent: 1, Multiplier: 322}
}

// Validate reports values that no rule can use, wrapping [spec.ErrInput].
func (c SlotRelative) Validate() error {
	switch {
	case c.Form > Excess || c.Window > PreviousEpoch || c.Scope > FumblesOnly:
		return fmt.Errorf("%w: form %d, window %d, scope %d", spec.ErrInput, c.Form, c.Window, c.Scope)
	case c.WindowSlots == 0 || c.Cap == 0:
		return fmt.Errorf("%w: a window of %d slots, a cap of %d", spec.ErrInput, c.WindowSlots, c.Cap)
	case c.Exponent != 1 && (c.Exponent != 2 || c.Form == AsRun || c.Form == Excess):
		return fmt.Errorf("%w: exponent %d with form %d", spec.ErrInput, c.Exponent, c.Form)
	}
	return nil
}

// Step is the factor of one slot in which m failed, Gwei or validators, and the
// memory after it. [Average], [Sum] and [Excess] give 1 when no slot has been
// seen; when nothing failed in the window, Average and Sum give the cap if m >
// 0 and else 0, where the post is silent. [AsRun] gives 0 in the first epoch
// and after one without failures. Numbers that are not unsigned 64-bit
// integers, and no slots in an epoch, are [spec.ErrInput]. A sum over the
// window or over the epoch under way, and m times the slots of the window, are
// in uint64: [spec.ErrOverflow] when they do not fit; AsRun's product is not.
func (c SlotRelative) Step(memory Memory, m *big.Int, nextBlockMissing bool, slotsPerEpoch uint64) (*big.Rat, Memory, error) {
	if err := c.Validate(); err != nil {
		return nil, Memory{}, err
	}
	if err := naturals("m", m); err != nil {
		return nil, Memory{}, err
	}
	if err := naturals("past", memory.Past...); err != nil {
		return nil, Memory{}, err
	}
	if slotsPerEpoch == 0 {
		return nil, Memory{}, fmt.Errorf("%w: SLOTS_PER_EPOCH is zero", spec.ErrInput)
	}
	if c.SkipMissing && nextBlockMissing {
		after, err := remember(memory, new(big.Int), slotsPerEpoch)
		return new(big.Rat), after, err
	}
	last := tail(memory.Past, c.WindowSlots)
	epoch := lastEpoch(memory.Past, slotsPerEpoch)
	var p *big.Rat
	var err error
	switch {
	case c.Form == AsRun:
		p, err = c.asRun(m, epoch)
	case c.Form == Excess:
		p, err = c.excess(m, last)
	case c.Window == PreviousEpoch:
		p, err = c.ratio(m, epoch)
	default:
		p, err = c.ratio(m, last)
	}
	if err != nil {
		return nil, Memory{}, err
	}
	after, err := remember(memory, m, slotsPerEpoch)
	return p, after, err
}

// ratio is p of Average and Sum.
func (c SlotRelative) ratio(m *big.Int, window []*big.Int) (*big.Rat, error) {
	var u checked
	sum, numerator := total(&u, window), m
	if c.Form == Average {
		numerator = u.mul(m, big.NewInt(int64(len(window))))
	}
	switch {
	case u.err != nil:
		return nil, u.err
	case len(window) == 0:
		return big.NewRat(1, 1), nil
	case sum.Sign() == 0 && m.Sign() == 0:
		return new(big.Rat), nil
	case sum.Sign() == 0:
		return integer(num(c.Cap)), nil
	}
	p := new(big.Rat).SetFrac(numerator, sum)
	if c.Exponent == 2 {
		p.Mul(p, p)
	}
	return c.capped(p), nil
}

func (c SlotRelative) asRun(m *big.Int, epoch []*big.Int) (*big.Rat, error) {
	var u checked
	sum := total(&u, epoch)
	if sum.Sign() == 0 {
		return new(big.Rat), u.err
	}
	product := new(big.Int).Mul(num(c.Multiplier), m)
	return integer(minOf(num(c.Cap), product.Div(product, sum))), u.err
}

// excess is max(0, min(r - 1, cap)) with r = WindowSlots * m / (sum + 1): the
// divisor is the full window's even while fewer slots have been seen.
func (c SlotRelative) excess(m *big.Int, last []*big.Int) (*big.Rat, error) {
	if len(last) == 0 {
		return big.NewRat(1, 1), nil
	}
	var u checked
	numerator, denominator := u.mul(num(c.WindowSlots), m), u.add(total(&u, last), big.NewInt(1))
	if u.err != nil {
		return nil, u.err
	}
	r := new(big.Rat).SetFrac(numerator, denominator)
	p := c.capped(r.Sub(r, big.NewRat(1, 1)))
	if p.Sign() < 0 {
		return new(big.Rat), nil
	}
	return p, nil
}

func (c SlotRelative) capped(p *big.Rat) *big.Rat {
	if limit := integer(num(c.Cap)); p.Cmp(limit) > 0 {
		return limit
	}
	return p
}

func total(u *checked, values []*big.Int) *big.Int {
	sum := new(big.Int)
	for _, v := range values {
		sum = u.add(sum, v)
	}
	return sum
}

func tail(past []*big.Int, n uint64) []*big.Int {
	if uint64(len(past)) <= n {
		return past
	}
	return past[uint64(len(past))-n:]
}

// lastEpoch is the last completed epoch of past slots, empty before the first.
func lastEpoch(past []*big.Int, slotsPerEpoch uint64) []*big.Int {
	complete := uint64(len(past)) / slotsPerEpoch * slotsPerEpoch
	if complete == 0 {
		return nil
	}
	return past[complete-slotsPerEpoch : complete]
}

// remember appends in fresh memory. The sum of the epoch under way must fit.
func remember(memory Memory, m *big.Int, slotsPerEpoch uint64) (Memory, error) {
	past := make([]*big.Int, 0, len(memory.Past)+1)
	memory.Past = append(append(past, memory.Past...), new(big.Int).Set(m))
	under := uint64(len(memory.Past)-1) / slotsPerEpoch * slotsPerEpoch
	var u checked
	if total(&u, memory.Past[under:]); u.err != nil {
		return Memory{}, u.err
	}
	return memory, nil
}
