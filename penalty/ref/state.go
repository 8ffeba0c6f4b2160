package ref

import (
	"fmt"
	"math/big"

	"github.com/stakesim/stakesim/spec"
)

var increment = num(spec.EffectiveBalanceIncrement)

// State is what an epoch transition reads. Functions of this package never
// write to it: those that change a state return another.
type State struct {
	Params   spec.Params
	Boundary spec.Boundary
	Registry *spec.Registry
}

// Validate reports what makes the state unusable, wrapping [spec.ErrInput]:
// impossible constants, columns that do not belong together, a finalized epoch
// after the previous one; and [spec.ErrOverflow] for an epoch whose slots do not
// fit 64 bits. The getters expect a state that passes: of another they give
// [spec.ErrInput], or where they cannot fail what nobody is and has.
func (s State) Validate() error {
	if err := s.Registry.Validate(&s.Params); err != nil {
		return err
	}
	var c checked
	if c.mul(num(s.Boundary.CurrentEpoch), num(s.Params.SlotsPerEpoch)); c.err != nil {
		return spec.At("slot", -1, c.err)
	}
	if f, p := s.Boundary.FinalizedEpoch, GetPreviousEpoch(s); f > p {
		return spec.Atf("finalized_checkpoint.epoch", -1, spec.ErrInput, "%d after the previous epoch %d", f, p)
	}
	return nil
}

// columns reports columns that do not belong together, or none: what every function
// that can fail checks of a state that nobody has validated.
func (s State) columns() error { return s.Registry.ValidateColumns() }

// at is row i of a column, and zero where it has none, so that whoever is not there
// is not active, has no flag and no balance.
func at[T any](column []T, i spec.ValidatorIndex) (value T) {
	if uint64(i) < uint64(len(column)) {
		value = column[i]
	}
	return value
}

// registry is the state's, and an empty one where it has none.
func (s State) registry() *spec.Registry {
	if s.Registry == nil {
		return new(spec.Registry)
	}
	return s.Registry
}

// has reports whether there is a validator i.
func (s State) has(i spec.ValidatorIndex) bool { return uint64(i) < uint64(s.Registry.Len()) }

// copied is the state with a registry of its own.
func (s State) copied() State {
	s.Registry = s.Registry.Clone()
	return s
}

// GetPreviousEpoch is the epoch that the transition accounts; in epoch 0 the
// current one (consensus-specs a08d8a6, get_previous_epoch).
func GetPreviousEpoch(s State) spec.Epoch {
	if s.Boundary.CurrentEpoch == spec.GenesisEpoch {
		return spec.GenesisEpoch
	}
	return s.Boundary.CurrentEpoch - 1
}

// IsActiveValidator reports whether validator i is active in epoch e
// (consensus-specs a08d8a6, is_active_validator).
func IsActiveValidator(s State, i spec.ValidatorIndex, e spec.Epoch) bool {
	r := s.registry()
	return at(r.ActivationEpoch, i) <= e && e < at(r.ExitEpoch, i)
}

// GetActiveValidatorIndices lists the validators active in epoch e, ascending
// (consensus-specs a08d8a6, get_active_validator_indices).
func GetActiveValidatorIndices(s State, e spec.Epoch) []spec.ValidatorIndex {
	return s.where(func(i spec.ValidatorIndex) bool { return IsActiveValidator(s, i, e) })
}

func (s State) where(test func(spec.ValidatorIndex) bool) (indices []spec.ValidatorIndex) {
	for i := range spec.ValidatorIndex(s.Registry.Len()) {
		if test(i) {
			indices = append(indices, i)
		}
	}
	return indices
}

// GetTotalBalance is the effective balance of the validators in Gwei, at least
// one increment (consensus-specs a08d8a6, get_total_balance).
func GetTotalBalance(s State, indices []spec.ValidatorIndex) (*big.Int, error) {
	sum, err := sumBalances(s, indices)
	return maxOf(increment, sum), err
}

func sumBalances(s State, indices []spec.ValidatorIndex) (*big.Int, error) {
	var c checked
	sum := new(big.Int)
	for _, i := range indices {
		if !s.has(i) {
			return sum, spec.Atf("validators", -1, spec.ErrInput, "no validator %d of %d", i, s.Registry.Len())
		}
		sum = c.add(sum, num(s.Registry.EffectiveBalance[i]))
	}
	return sum, c.err
}

// GetTotalActiveBalance is T: the effective balance active in the current
// epoch in Gwei, at least one increment (consensus-specs a08d8a6,
// get_total_active_balance).
func GetTotalActiveBalance(s State) (*big.Int, error) {
	return GetTotalBalance(s, GetActiveValidatorIndices(s, s.Boundary.CurrentEpoch))
}

// GetBaseRewardPerIncrement is in Gwei per increment of effective balance
// (consensus-specs a08d8a6, altair, get_base_reward_per_increment).
func GetBaseRewardPerIncrement(s State) (*big.Int, error) {
	total, err := GetTotalActiveBalance(s)
	if err != nil {
		return nil, err
	}
	var c checked
	root := new(big.Int).Sqrt(total)
	return c.div(c.mul(increment, num(s.Params.BaseRewardFactor)), root), c.err
}

// GetBaseReward is validator i's base reward of an epoch in Gwei
// (consensus-specs a08d8a6, altair, get_base_reward).
func GetBaseReward(s State, i spec.ValidatorIndex) (*big.Int, error) {
	perIncrement, err := GetBaseRewardPerIncrement(s)
	if err != nil {
		return nil, err
	}
	if !s.has(i) {
		return nil, spec.Atf("validators", -1, spec.ErrInput, "no validator %d of %d", i, s.Registry.Len())
	}
	return baseReward(s, i, perIncrement)
}

// baseReward is GetBaseReward with what does not depend on i taken out.
func baseReward(s State, i spec.ValidatorIndex, perIncrement *big.Int) (*big.Int, error) {
	var c checked
	return c.mul(c.div(num(s.Registry.EffectiveBalance[i]), increment), perIncrement), c.err
}

// GetFinalityDelay is the number of epochs from the finalized to the previous
// one; [spec.ErrInput] when finality lies after it (consensus-specs a08d8a6,
// get_finality_delay).
func GetFinalityDelay(s State) (*big.Int, error) {
	previous, finalized := GetPreviousEpoch(s), s.Boundary.FinalizedEpoch
	if finalized > previous {
		return nil, fmt.Errorf("%w: finalized epoch %d after the previous epoch %d", spec.ErrInput, finalized, previous)
	}
	return new(big.Int).Sub(num(previous), num(finalized)), nil
}

// IsInInactivityLeak reports a finality delay above
// MIN_EPOCHS_TO_INACTIVITY_PENALTY; it fails as [GetFinalityDelay]
// (consensus-specs a08d8a6, is_in_inactivity_leak).
func IsInInactivityLeak(s State) (bool, error) {
	delay, err := GetFinalityDelay(s)
	if err != nil {
		return false, err
	}
	return delay.Cmp(num(s.Params.MinEpochsToInactivityPenalty)) > 0, nil
}

// GetEligibleValidatorIndices lists the validators that rewards, penalties and
// scores touch, ascending (consensus-specs a08d8a6,
// get_eligible_validator_indices).
func GetEligibleValidatorIndices(s State) []spec.ValidatorIndex {
	previous := GetPreviousEpoch(s)
	return s.where(func(i spec.ValidatorIndex) bool {
		return IsActiveValidator(s, i, previous) ||
			(at(s.Registry.Slashed, i) && previous+1 < at(s.Registry.WithdrawableEpoch, i))
	})
}

// GetUnslashedParticipatingIndices lists the validators that reached the flag
// in epoch e, the previous or the current one, else [spec.ErrInput]. In epoch
// 0, where both are the same, it reads the current participation, as the
// specification does (consensus-specs a08d8a6, altair,
// get_unslashed_participating_indices).
func GetUnslashedParticipatingIndices(s State, flag spec.Flag, e spec.Epoch) ([]spec.ValidatorIndex, error) {
	if err := s.columns(); err != nil {
		return nil, err
	}
	participation := s.Registry.PreviousFlags
	switch e {
	case s.Boundary.CurrentEpoch:
		participation = s.Registry.CurrentFlags
	case GetPreviousEpoch(s):
	default:
		return nil, fmt.Errorf("%w: epoch %d is neither the previous nor the current one", spec.ErrInput, e)
	}
	return s.where(func(i spec.ValidatorIndex) bool {
		return participation != nil && flag.In(participation[i]) &&
			IsActiveValidator(s, i, e) && !s.Registry.Slashed[i]
	}), nil
}

// members marks the listed validators among all.
func members(s State, indices []spec.ValidatorIndex) []bool {
	marked := make([]bool, s.Registry.Len())
	for _, i := range indices {
		marked[i] = true
	}
	return marked
}
