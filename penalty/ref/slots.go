package ref

import (
	"math/big"

	"github.com/stakesim/stakesim/spec"
)

// GetSlotMembers lists the validators whose committee attested in the slot at
// an offset of the previous epoch, ascending: active then, and assigned to it.
func GetSlotMembers(s State, offset uint8) []spec.ValidatorIndex {
	return s.where(func(i spec.ValidatorIndex) bool {
		return offset != spec.NoSlot && at(s.Registry.SlotOffset, i) == offset &&
			IsActiveValidator(s, i, GetPreviousEpoch(s))
	})
}

// GetSlotReferenceBalance is R, an average slot's share of the total active
// balance of the current epoch, in Gwei (consensus-specs pull request 5452).
func GetSlotReferenceBalance(s State) (*big.Int, error) {
	total, err := GetTotalActiveBalance(s)
	if err != nil {
		return nil, err
	}
	var c checked
	return c.div(total, num(s.Params.SlotsPerEpoch)), c.err
}

// IsOffline is the test of consensus-specs pull request 5452: not slashed, and
// without timely source and timely target in the previous epoch.
func IsOffline(s State, i spec.ValidatorIndex) bool {
	flags := at(s.registry().PreviousFlags, i)
	return s.has(i) && !at(s.Registry.Slashed, i) && !spec.TimelySource.In(flags) && !spec.TimelyTarget.In(flags)
}

// IsNotAttesting is the test taken for EIP-7716 (2024-05-25), which leaves it
// open: slashed, or without timely target in the previous epoch.
func IsNotAttesting(s State, i spec.ValidatorIndex) bool {
	return s.has(i) && (at(s.Registry.Slashed, i) || !spec.TimelyTarget.In(at(s.Registry.PreviousFlags, i)))
}

// slotSum is the effective balance of the slot's members that pass the test, in
// Gwei.
func slotSum(s State, offset uint8, test func(State, spec.ValidatorIndex) bool) (*big.Int, error) {
	if err := s.columns(); err != nil {
		return nil, err
	}
	var passed []spec.ValidatorIndex
	for _, i := range GetSlotMembers(s, offset) {
		if test(s, i) {
			passed = append(passed, i)
		}
	}
	return sumBalances(s, passed)
}

// GetSlotOfflineBalance is o, the offline effective balance of the slot's
// committees in Gwei (consensus-specs pull request 5452).
func GetSlotOfflineBalance(s State, offset uint8) (*big.Int, error) {
	return slotSum(s, offset, IsOffline)
}

// GetSlotNotAttestingBalance is nab, the effective balance of the slot's
// committees that did not attest, in Gwei (EIP-7716, 2024-05-25).
func GetSlotNotAttestingBalance(s State, offset uint8) (*big.Int, error) {
	return slotSum(s, offset, IsNotAttesting)
}

// GetSlotFlagBalances is the effective balance of the slot's committees and of
// those members that are not slashed and reached the flag, in Gwei
// (consensus-specs pull request 3780).
func GetSlotFlagBalances(s State, offset uint8, flag spec.Flag) (committee, participating *big.Int, err error) {
	everyone := func(State, spec.ValidatorIndex) bool { return true }
	if committee, err = slotSum(s, offset, everyone); err != nil {
		return nil, nil, err
	}
	participating, err = slotSum(s, offset, func(s State, i spec.ValidatorIndex) bool {
		return !s.Registry.Slashed[i] && flag.In(s.Registry.PreviousFlags[i])
	})
	return committee, participating, err
}
