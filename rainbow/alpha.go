package rainbow

import (
	"github.com/stakesim/stakesim/delegation"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// The text on two-dimensional issuance (ethresear.ch 18683) calls two things
// alpha; here each has its name. Both are exact fractions.
type (
	// ShareOfTotal is I_L / I: the part of all issuance that goes to light
	// services. It is at most 1.
	ShareOfTotal delegation.Ratio
	// RatioToHeavy is I_L / I_H: light issuance per Gwei of heavy issuance.
	RatioToHeavy delegation.Ratio
)

// Today's sync committee is the nearest thing to a light service: 2 of 56 parts of
// what attesters and sync committees earn together, which as a ratio is 2 of 54.
// The post's "3.6 %" is this share.
var (
	TodayShare = ShareOfTotal{1, 28}
	TodayRatio = RatioToHeavy{1, 27}
)

// Ratio converts exactly: n/d of the total is n/(d-n) of heavy issuance. It fails
// with [ErrAlpha] for a share of 1, to which no ratio corresponds, or one that
// does not validate.
func (a ShareOfTotal) Ratio() (RatioToHeavy, error) {
	if err := a.Validate(); err != nil {
		return RatioToHeavy{}, err
	}
	if a.Num == a.Den {
		return RatioToHeavy{}, spec.Aboutf("share", a.Num, ErrAlpha, "nothing is left for heavy services")
	}
	return RatioToHeavy{a.Num, a.Den - a.Num}, nil
}

// Share converts exactly: n/d of heavy issuance is n/(n+d) of the total. It fails
// with [ErrAlpha] for a ratio over 0 and [spec.ErrOverflow] when n+d needs more
// than 64 bits.
func (a RatioToHeavy) Share() (ShareOfTotal, error) {
	if a.Den == 0 {
		return ShareOfTotal{}, spec.Aboutf("ratio", a.Num, ErrAlpha, "over 0")
	}
	sum, ok := u64.Add(a.Num, a.Den)
	if !ok {
		return ShareOfTotal{}, spec.About("ratio", a.Num, spec.ErrOverflow)
	}
	return ShareOfTotal{a.Num, sum}, nil
}

// Validate reports a share over 0 or above 1 as [ErrAlpha].
func (a ShareOfTotal) Validate() error {
	if a.Den == 0 || a.Num > a.Den {
		return spec.Aboutf("share", a.Num, ErrAlpha, "over %d", a.Den)
	}
	return nil
}

// SplitIssuance divides issuance: light is floor(issuance * share), heavy the rest, so that
// they sum to it exactly.
func (a ShareOfTotal) SplitIssuance(issuance spec.Gwei) (heavy, light spec.Gwei, err error) {
	if err := a.Validate(); err != nil {
		return 0, 0, err
	}
	v, _ := u64.MulDiv(uint64(issuance), a.Num, a.Den)
	return issuance - spec.Gwei(v), spec.Gwei(v), nil
}
