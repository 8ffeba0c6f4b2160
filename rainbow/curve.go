package rainbow

import (
	"fmt"
	"slices"

	"github.com/stakesim/stakesim/delegation"
	"github.com/stakesim/stakesim/spec"
)

// CurveKind is the form of an issuance curve.
type CurveKind uint8

// The forms, in ETH with c = epochs per year / sqrt(10^9) and D the stake. The
// texts are the issuance posts ethresear.ch 19171, 19675 and 20747.
const (
	CurveSqrt         CurveKind = iota // c F sqrt(D): today's
	CurveTempered                      // c F sqrt(D) / (1 + D/K)
	CurveGeneralised                   // c F sqrt(D) / (1 + (D/K)^N)
	CurveCubed                         // c F D / (sqrt(D) + (D/K)^3)
	CurveCapped                        // c F sqrt(min(D, Center))
	CurveRateCap                       // min(c F sqrt(D), Level)
	CurveSigmoidFloor                  // from sqrt to Level around Center, by powers of 2
	CurveHillFloor                     // from sqrt to Level around Center, by powers of D
	CurveEconomicCap                   // D (c F / sqrt(D) - 32 c / sqrt(Center - D)): may be negative
	curveKinds
)

var curveNames = [curveKinds]string{
	"sqrt", "tempered", "generalised", "cubed", "capped", "rate cap", "sigmoid floor", "Hill floor", "economic cap",
}

// String returns the name of the form.
func (k CurveKind) String() string {
	if k >= curveKinds {
		return fmt.Sprintf("curve(%d)", uint8(k))
	}
	return curveNames[k]
}

// The constants of mainnet.
const (
	// BaseRewardFactor is F of today's curve.
	BaseRewardFactor = 64
	// EpochsPerYear is 365.25 days of 225 epochs, floored.
	EpochsPerYear = 82_181
)

// Curve is an issuance curve. Make one with a function named for its form and
// change a field to ask what another constant would do. Fields that a form does
// not use are ignored.
type Curve struct {
	Kind          CurveKind
	Factor        uint64    // F
	EpochsPerYear uint64    // of the year that issuance is for
	K             spec.Gwei // scale of stake
	N             uint64    // exponent
	Center        spec.Gwei // stake at the cap, the middle of a floor, or the asymptote
	Level         spec.Gwei // Gwei a year: of the floor or of the rate cap
}

func curve(kind CurveKind) Curve {
	return Curve{Kind: kind, Factor: BaseRewardFactor, EpochsPerYear: EpochsPerYear}
}

// Sqrt is today's curve.
func Sqrt() Curve { return curve(CurveSqrt) }

// Halved is today's curve with half the factor.
func Halved() Curve {
	c := curve(CurveSqrt)
	c.Factor /= 2
	return c
}

// Tempered divides today's curve by 1 + D/k; it peaks at k with half of it.
func Tempered(k spec.Gwei) Curve {
	c := curve(CurveTempered)
	c.K = k
	return c
}

// Generalised divides today's curve by 1 + (D/k)^n; it peaks at k (2n-1)^(-1/n).
func Generalised(k spec.Gwei, n uint64) Curve {
	c := curve(CurveGeneralised)
	c.K, c.N = k, n
	return c
}

// Cubed is the curve of the yield c F / (sqrt(D) + (D/k)^3), D and k in ETH.
func Cubed(k spec.Gwei) Curve {
	c := curve(CurveCubed)
	c.K = k
	return c
}

// Capped is today's curve up to a stake, and flat beyond.
func Capped(at spec.Gwei) Curve {
	c := curve(CurveCapped)
	c.Center = at
	return c
}

// RateCap is today's curve up to a part of the supply a year: 0.5 % is
// 5,000,000 parts. The cap is floored, and at most 2^57 Gwei.
func RateCap(supply spec.Gwei, rate delegation.Parts) Curve {
	c := curve(CurveRateCap)
	c.Level = min(partsOf(supply, rate), delegation.MaxSupply)
	return c
}

// SigmoidFloor goes from today's curve to a floor of so many Gwei a year: the
// weight of the floor is 1 / (1 + 2^((center-D)/k)).
func SigmoidFloor(center, k, floor spec.Gwei) Curve {
	c := curve(CurveSigmoidFloor)
	c.Center, c.K, c.Level = center, k, floor
	return c
}

// HillFloor goes from today's curve to a floor of so many Gwei a year: the weight
// of the floor is D^n / (D^n + center^n).
func HillFloor(center spec.Gwei, n uint64, floor spec.Gwei) Curve {
	c := curve(CurveHillFloor)
	c.Center, c.N, c.Level = center, n, floor
	return c
}

// EconomicCap is today's curve less what makes it zero at 0.8 and steepest towards
// the asymptote; it is negative in between.
func EconomicCap(asymptote spec.Gwei) Curve {
	c := curve(CurveEconomicCap)
	c.Center = asymptote
	return c
}

const (
	maxFactor   = 1 << 20
	maxEpochs   = 1 << 32
	maxExponent = 16
)

// Validate reports the first constant that the curve's form cannot work with, as
// a [spec.FieldError] wrapping [spec.ErrInput].
func (c *Curve) Validate() error {
	if c == nil {
		return spec.Atf("curve", -1, spec.ErrInput, "nil")
	}
	uses := func(kinds ...CurveKind) (min uint64) {
		if slices.Contains(kinds, c.Kind) {
			return 1
		}
		return 0
	}
	for _, f := range []struct {
		field           string
		value, min, max uint64
	}{
		{"kind", uint64(c.Kind), 0, uint64(curveKinds) - 1},
		{"factor", c.Factor, 1, maxFactor},
		{"epochs_per_year", c.EpochsPerYear, 1, maxEpochs},
		{"k", uint64(c.K), uses(CurveTempered, CurveGeneralised, CurveCubed, CurveSigmoidFloor), uint64(delegation.MaxSupply)},
		{"n", c.N, uses(CurveGeneralised, CurveHillFloor), maxExponent},
		{"center", uint64(c.Center), uses(CurveCapped, CurveHillFloor, CurveEconomicCap), uint64(delegation.MaxSupply)},
		{"level", uint64(c.Level), 0, uint64(delegation.MaxSupply)},
	} {
		if f.value < f.min || f.value > f.max {
			return spec.Atf("curve."+f.field, -1, spec.ErrInput, "%d outside %d to %d", f.value, f.min, f.max)
		}
	}
	return nil
}
