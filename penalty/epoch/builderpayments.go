package epoch

import (
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// The part of a slot's stake that must attest for a builder to pay.
const (
	builderThresholdNumerator   = 6  // BUILDER_PAYMENT_THRESHOLD_NUMERATOR
	builderThresholdDenominator = 10 // BUILDER_PAYMENT_THRESHOLD_DENOMINATOR
)

// ProcessBuilderPendingPayments sends off the payments of the previous epoch whose
// weight reached the quorum, an amount of zero too, and moves the current epoch's
// into their place (process_builder_pending_payments, consensus-specs a08d8a6,
// gloas). total is the active balance of the current epoch. A list of another
// length than two epochs of slots gives [spec.ErrInput].
func ProcessBuilderPendingPayments(p *spec.Params, s *spec.BeaconState, total spec.Gwei) error {
	if err := CheckState(p, s); err != nil {
		return err
	}
	n := int(p.SlotsPerEpoch)
	payments := s.BuilderPendingPayments
	if len(payments) != 2*n {
		return spec.Atf("builder_pending_payments", -1, spec.ErrInput, "%d, two epochs have %d slots", len(payments), 2*n)
	}
	quorum, ok := u64.Mul(total/spec.Gwei(p.SlotsPerEpoch), builderThresholdNumerator)
	if !ok {
		return spec.Atf("builder_pending_payments", -1, spec.ErrOverflow, "quorum of %d Gwei", total)
	}
	quorum /= builderThresholdDenominator
	for _, payment := range payments[:n] {
		if payment.Weight >= quorum {
			s.BuilderPendingWithdrawals = append(s.BuilderPendingWithdrawals, payment.Withdrawal)
		}
	}
	copy(payments, payments[n:])
	clear(payments[n:])
	return nil
}
