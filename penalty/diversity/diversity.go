package diversity

import (
	"math/bits"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// Multiplier is a reward multiplier in units of 2^-32: [Flat] pays what is paid
// today.
type Multiplier uint64

// Flat is the multiplier one, 2^32.
const Flat Multiplier = 1 << 32

// Float is the multiplier as a floating-point number, for tables only.
func (m Multiplier) Float() float64 { return float64(m) / float64(Flat) }

// Pay is floor(reward * m) Gwei with a 128-bit product; what the floor leaves is
// not minted. False when the result exceeds 64 bits.
func (m Multiplier) Pay(reward spec.Gwei) (spec.Gwei, bool) {
	return u64.MulDiv(reward, spec.Gwei(m), spec.Gwei(Flat))
}

// Shape is how a family's weight falls with its share of the attesting stake.
type Shape uint8

// The shapes of the discussion (ethresear.ch topic 11986).
const (
	Inverse Shape = iota
	LinearShape
	Quadratic
	Tent
)

// String is the shape's name.
func (s Shape) String() string {
	return [...]string{"inverse", "linear", "quadratic", "tent"}[s%4]
}

// Diversity is a reward rule for client diversity: a multiplier for every client
// family, inversely related to its share of the attesting stake, bounded below
// and above, and never paying more in total than today. How a client is proved
// is not its business; stake that attests none is paid flat and left out.
type Diversity struct {
	Shape     Shape
	Low, High Multiplier // bounds of every multiplier
	// The tent rises by Bonus up to the share From, stays level up to To, and
	// falls to one less Malus at Cap. Shares are in units of 2^-32.
	From, To, Cap uint64
	Bonus, Malus  Multiplier
}

// DefaultDiversity has the default tent (2 %, 10 %, 1/3, a tenth up and down)
// and the given bounds.
func DefaultDiversity(shape Shape, low, high Multiplier) Diversity {
	const one = uint64(Flat)
	return Diversity{
		Shape: shape, Low: low, High: high,
		From: one * 2 / 100, To: one / 10, Cap: one / 3, Bonus: Flat / 10, Malus: Flat / 10,
	}
}

const diversityName = "client-diversity"

// Validate reports constants that no multiplier follows from, wrapping
// [spec.ErrInput]: bounds in the wrong order, a low bound that alone exceeds the
// budget, a tent whose shares do not ascend.
func (d *Diversity) Validate() error {
	switch {
	case d == nil:
		return spec.Atf(diversityName, -1, spec.ErrInput, "no constants")
	case d.Shape > Tent:
		return spec.Atf(diversityName, -1, spec.ErrInput, "shape %d", d.Shape)
	case d.Low > d.High:
		return spec.Atf(diversityName, -1, spec.ErrInput, "low %d above high %d", d.Low, d.High)
	case d.Low > Flat:
		return spec.Atf(diversityName, -1, spec.ErrInput, "low %d alone exceeds the budget", d.Low)
	case d.High > 1<<48:
		return spec.Atf(diversityName, -1, spec.ErrInput, "high %d above 2^48", d.High)
	case d.Shape == Tent && (d.From == 0 || d.From > d.To || d.To >= d.Cap || d.Cap > uint64(Flat) || d.Malus > Flat || d.Bonus > Flat):
		return spec.Atf(diversityName, -1, spec.ErrInput, "tent of %d, %d, %d with %d up and %d down", d.From, d.To, d.Cap, d.Bonus, d.Malus)
	}
	return nil
}

// Multipliers writes a multiplier for every family to dst, given the families'
// attesting stake in Gwei. It uses the largest integer scale of the weights that
// keeps the payout within the budget, found by bisection in 128 bits. dst must
// have the length of stakes; no stake at all gives [spec.ErrInput], a sum above
// 64 bits [spec.ErrOverflow].
func (d *Diversity) Multipliers(dst []Multiplier, stakes []spec.Gwei) error {
	if err := d.Validate(); err != nil {
		return err
	}
	if len(dst) != len(stakes) {
		return spec.Atf("multipliers", -1, spec.ErrInput, "%d for %d families", len(dst), len(stakes))
	}
	var total spec.Gwei
	for i, s := range stakes {
		var ok bool
		if total, ok = u64.Add(total, s); !ok {
			return spec.Atf("stake", i, spec.ErrOverflow, "sum of stakes")
		}
	}
	if total == 0 {
		return spec.Atf("stake", -1, spec.ErrInput, "nobody attests a client")
	}
	var low, high uint64 = 0, 1<<64 - 1
	for low < high {
		middle := low + (high-low)/2 + (high-low)%2
		if d.affordable(stakes, total, middle) {
			low = middle
		} else {
			high = middle - 1
		}
	}
	for i, s := range stakes {
		dst[i] = d.multiplier(s, total, low)
	}
	return nil
}

// affordable reports whether the payout at a scale stays within the budget.
func (d *Diversity) affordable(stakes []spec.Gwei, total spec.Gwei, scale uint64) bool {
	budgetHi, budgetLo := bits.Mul64(uint64(total), uint64(Flat))
	var hi, lo uint64
	for _, s := range stakes {
		h, l := bits.Mul64(uint64(s), uint64(d.multiplier(s, total, scale)))
		var carry uint64
		lo, carry = bits.Add64(lo, l, 0)
		hi += h + carry
	}
	return hi < budgetHi || hi == budgetHi && lo <= budgetLo
}

// multiplier is the weight of a stake times the scale, within the bounds.
func (d *Diversity) multiplier(stake, total spec.Gwei, scale uint64) Multiplier {
	share, _ := u64.MulDiv(uint64(stake), uint64(Flat), uint64(total)) // stake <= total
	w := d.weight(share)
	w.Mul(scale)
	w.Div(uint64(Flat))
	if w[1]|w[2]|w[3] != 0 {
		return d.High
	}
	return min(max(Multiplier(w[0]), d.Low), d.High)
}

// weight is the shape at a share, both in units of 2^-32. Only the inverse of
// the smallest share needs more than 64 bits.
func (d *Diversity) weight(share uint64) u64.Wide {
	const one = uint64(Flat)
	switch d.Shape {
	case Inverse:
		if share == 0 {
			return u64.Wide{}
		}
		w := u64.Wide{0, 1} // one squared
		w.Div(share)
		return w
	case LinearShape:
		return u64.Wide{one - share}
	case Quadratic:
		q, _ := u64.MulDiv(share, share, one) // at most one
		return u64.Wide{one - q}
	default:
		return u64.Wide{d.tent(share)}
	}
}

func (d *Diversity) tent(share uint64) uint64 {
	const one = uint64(Flat)
	bonus, malus := uint64(d.Bonus), uint64(d.Malus)
	switch {
	case share <= d.To:
		return one + bonus*min(share, d.From)/d.From
	case share < d.Cap:
		fall, _ := u64.MulDiv(bonus+malus, share-d.To, d.Cap-d.To) // at most bonus+malus
		return one + bonus - fall
	default:
		return one - malus
	}
}

// Move is what a staker gains who attests another client than it runs, or forks
// its client under a new name: the multiplier of amount Gwei before and after
// that stake moves from one family to another. to may be len(stakes): a family
// of its own. stakes is not changed.
func (d *Diversity) Move(stakes []spec.Gwei, from, to int, amount spec.Gwei) (before, after Multiplier, err error) {
	if from < 0 || from >= len(stakes) || to < 0 || to > len(stakes) || amount > stakes[from] {
		return 0, 0, spec.Atf("stake", from, spec.ErrInput, "%d Gwei from family %d to %d of %d", amount, from, to, len(stakes))
	}
	moved := append(append([]spec.Gwei(nil), stakes...), 0)
	m := make([]Multiplier, len(moved))
	if err := d.Multipliers(m[:len(stakes)], stakes); err != nil {
		return 0, 0, err
	}
	before = m[from]
	moved[from] -= amount
	moved[to] += amount
	if err := d.Multipliers(m, moved); err != nil {
		return 0, 0, err
	}
	return before, m[to], nil
}

// ByLineage sums the stakes of families that share a lineage: lineage[i] is the
// group of family i, below groups. A group out of range or an overflow is an
// error, [spec.ErrInput] or [spec.ErrOverflow].
func ByLineage(stakes []spec.Gwei, lineage []int, groups int) ([]spec.Gwei, error) {
	if len(lineage) != len(stakes) || groups < 0 || groups > len(stakes) {
		return nil, spec.Atf("lineage", -1, spec.ErrInput, "%d rows in %d groups for %d families", len(lineage), groups, len(stakes))
	}
	sums := make([]spec.Gwei, groups)
	for i, g := range lineage {
		if g < 0 || g >= groups {
			return nil, spec.Atf("lineage", i, spec.ErrInput, "group %d of %d", g, groups)
		}
		var ok bool
		if sums[g], ok = u64.Add(sums[g], stakes[i]); !ok {
			return nil, spec.Atf("stake", i, spec.ErrOverflow, "sum of group %d", g)
		}
	}
	return sums, nil
}
