package ref

import (
	"fmt"
	"math/big"

	"github.com/stakesim/stakesim/spec"
)

// Deltas is what one component of the accounting gives to and takes from every
// validator, in Gwei.
type Deltas struct{ Rewards, Penalties []*big.Int }

// Factors says by how much a mechanism multiplies the flag penalties of one
// epoch, and whose. The zero value is the status quo.
type Factors struct {
	// Slots holds the factor of each slot offset of the previous epoch, for
	// each flag; nil means 1 in every slot.
	Slots [spec.FlagCount][]*big.Rat
	// Scales says of a committee member whether its penalty is multiplied; nil
	// means of every member.
	Scales func(s State, i spec.ValidatorIndex) bool
	// Rational factors multiply without the limit of 64 bits, which then holds
	// for the penalty only; integer factors multiply in uint64.
	Rational bool
}

// Of returns the factor on validator i's penalty for the flag, and whether the
// mechanism sets it: where it does not, the factor is 1.
func (f Factors) Of(s State, flag spec.Flag, i spec.ValidatorIndex) (*big.Rat, bool) {
	slot := int(at(s.registry().SlotOffset, i))
	if int(flag) >= spec.FlagCount || slot >= len(f.Slots[flag]) || !IsActiveValidator(s, i, GetPreviousEpoch(s)) {
		return big.NewRat(1, 1), false
	}
	if f.Scales != nil && !f.Scales(s, i) {
		return big.NewRat(1, 1), false
	}
	return f.Slots[flag][slot], true
}

// GetFlagIndexDeltas is the component of one participation flag. A missed
// source or target costs the base reward times weight times factor, floored
// once; a missed head nothing (consensus-specs a08d8a6, altair,
// get_flag_index_deltas; the factor as in EIP-7716).
func GetFlagIndexDeltas(s State, flag spec.Flag, f Factors) (Deltas, error) {
	if int(flag) >= spec.FlagCount {
		return Deltas{}, spec.Atf("flag", int(flag), spec.ErrInput, "unknown")
	}
	d := Deltas{zeros(s.Registry.Len()), zeros(s.Registry.Len())}
	rule, err := newFlagRule(s, flag)
	if err != nil {
		return Deltas{}, err
	}
	for _, i := range GetEligibleValidatorIndices(s) {
		base, err := baseReward(s, i, rule.perIncrement)
		switch {
		case err != nil:
		case rule.participates[i] && !rule.leak:
			d.Rewards[i], err = rule.reward(base)
		case !rule.participates[i] && flag != spec.TimelyHead:
			factor, scaled := f.Of(s, flag, i)
			d.Penalties[i], err = GetFlagPenalty(base, flag, factor, scaled && f.Rational)
		}
		if err != nil {
			return Deltas{}, fmt.Errorf("%v deltas of validator %d: %w", flag, i, err)
		}
	}
	return d, nil
}

// flagRule is what all validators share in the component of one flag.
type flagRule struct {
	participates                    []bool
	perIncrement, weight            *big.Int
	participatingIncrements, active *big.Int // increments
	leak                            bool
}

func newFlagRule(s State, flag spec.Flag) (r flagRule, err error) {
	indices, err := GetUnslashedParticipatingIndices(s, flag, GetPreviousEpoch(s))
	if err != nil {
		return r, err
	}
	participating, err := GetTotalBalance(s, indices)
	if err != nil {
		return r, err
	}
	total, err := GetTotalActiveBalance(s)
	if err != nil {
		return r, err
	}
	if r.perIncrement, err = GetBaseRewardPerIncrement(s); err != nil {
		return r, err
	}
	if r.leak, err = IsInInactivityLeak(s); err != nil {
		return r, err
	}
	r.participates, r.weight = members(s, indices), num(flag.Weight())
	r.participatingIncrements = new(big.Int).Div(participating, increment)
	r.active = new(big.Int).Div(total, increment)
	return r, nil
}

func (r flagRule) reward(base *big.Int) (*big.Int, error) {
	var c checked
	numerator := c.mul(base, r.weight, r.participatingIncrements)
	return c.div(numerator, c.mul(r.active, big.NewInt(spec.WeightDenominator))), c.err
}

// GetFlagPenalty is the penalty in Gwei for missing a flag at a base reward
// and a factor. An integer factor multiplies in uint64, in the order factor,
// base reward, weight; a rational one without limit, and only the penalty must
// fit. A fraction that is not said to be rational is [spec.ErrInput].
func GetFlagPenalty(base *big.Int, flag spec.Flag, factor *big.Rat, rational bool) (*big.Int, error) {
	if base == nil || factor == nil {
		return nil, fmt.Errorf("%w: no base reward, or no factor", spec.ErrInput)
	}
	weight, denominator := num(flag.Weight()), big.NewInt(spec.WeightDenominator)
	var c checked
	if rational {
		numerator := new(big.Int).Mul(base, weight)
		numerator.Mul(numerator, factor.Num())
		return c.fit(c.div(numerator, denominator.Mul(denominator, factor.Denom())), "penalty"), c.err
	}
	if !factor.IsInt() {
		return nil, fmt.Errorf("%w: factor %s is not an integer", spec.ErrInput, factor)
	}
	return c.div(c.mul(factor.Num(), base, weight), denominator), c.err
}

// GetInactivityPenaltyDeltas is the inactivity component, from the scores as
// they stand: penalties of those that missed the target (consensus-specs
// a08d8a6, altair and bellatrix, get_inactivity_penalty_deltas).
func GetInactivityPenaltyDeltas(s State) (Deltas, error) {
	d := Deltas{zeros(s.Registry.Len()), zeros(s.Registry.Len())}
	indices, err := GetUnslashedParticipatingIndices(s, spec.TimelyTarget, GetPreviousEpoch(s))
	if err != nil {
		return Deltas{}, err
	}
	participates := members(s, indices)
	for _, i := range GetEligibleValidatorIndices(s) {
		if participates[i] {
			continue
		}
		var c checked
		numerator := c.mul(num(s.Registry.EffectiveBalance[i]), num(s.Registry.InactivityScore[i]))
		denominator := c.mul(num(s.Params.InactivityScoreBias), num(s.Params.InactivityPenaltyQuotient))
		if d.Penalties[i] = c.div(numerator, denominator); c.err != nil {
			return Deltas{}, fmt.Errorf("inactivity penalty of validator %d: %w", i, c.err)
		}
	}
	return d, nil
}
