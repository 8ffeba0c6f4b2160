package rainbow

import (
	"math/bits"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// CappedOperatorSlash cuts penalties to a limit that holds for all of them together.
// dst gets each penalty whole where they fit, and else its part of the limit by largest
// remainder, never more than the penalty; ties go to the first. What the cap leaves, the
// differences, is uncollected.
//
// An epoch caps twice: first the penalties of each service, over all operators, to the
// service's maximum loss; then, under the loss rule BondOnly, those on each operator to
// its allocation for the service or else to what of its bond is not allocated. dst must
// be as long as penalties, and may be the same slice; otherwise [spec.ErrInput].
// Source: ethresear.ch 18683, capped slashing of light services.
func CappedOperatorSlash(dst, penalties []spec.Gwei, limit spec.Gwei) error {
	if len(dst) != len(penalties) {
		return spec.Atf("dst", -1, spec.ErrInput, "%d rows for %d penalties", len(dst), len(penalties))
	}
	var sum, hi, carry uint64
	for _, p := range penalties {
		sum, carry = bits.Add64(sum, uint64(p), 0)
		hi += carry
	}
	if hi == 0 && spec.Gwei(sum) <= limit {
		copy(dst, penalties)
		return nil
	}
	parts := make([]spec.Gwei, len(penalties))
	u64.Apportion(parts, limit, penalties)
	for i, p := range penalties {
		dst[i] = min(parts[i], p)
	}
	return nil
}
