package ref

import (
	"fmt"
	"math/big"

	"github.com/stakesim/stakesim/spec"
)

// ProcessSlashings returns the state after the correlated slashing penalties
// of those half way to withdrawal, in the form that the parameters name
// (consensus-specs a08d8a6, process_slashings).
func ProcessSlashings(s State) (State, error) {
	if err := s.columns(); err != nil {
		return State{}, err
	}
	total, err := GetTotalActiveBalance(s)
	if err != nil {
		return State{}, err
	}
	penalty := GetSlashingPenaltyAltair
	if s.Params.SlashingPerIncrement {
		penalty = GetSlashingPenaltyElectra
	}
	var c checked
	adjusted := minOf(c.mul(num(s.Boundary.SlashingsSum), num(s.Params.ProportionalSlashingMultiplier)), total)
	if c.err != nil {
		return State{}, fmt.Errorf("slashings: %w", c.err)
	}
	out := s.copied()
	half := num(s.Params.EpochsPerSlashingsVector / 2)
	for i, slashed := range s.Registry.Slashed {
		if !slashed {
			continue
		}
		due := c.add(num(s.Boundary.CurrentEpoch), half)
		if c.err == nil && due.Cmp(num(s.Registry.WithdrawableEpoch[i])) != 0 {
			continue
		}
		amount := new(big.Int)
		if c.err == nil {
			amount, c.err = penalty(num(s.Registry.EffectiveBalance[i]), adjusted, total)
		}
		if c.err != nil {
			return State{}, fmt.Errorf("slashing of validator %d: %w", i, c.err)
		}
		decreaseBalance(out, i, amount)
	}
	return out, nil
}

// GetSlashingPenaltyAltair is the penalty in Gwei at an effective balance, the
// adjusted sum of slashings and the total active balance, all Gwei
// (consensus-specs a08d8a6, altair to deneb, process_slashings).
func GetSlashingPenaltyAltair(effective, adjusted, total *big.Int) (*big.Int, error) {
	var c checked
	numerator := c.mul(c.div(effective, increment), adjusted)
	return c.mul(c.div(numerator, total), increment), c.err
}

// GetSlashingPenaltyElectra is [GetSlashingPenaltyAltair] with the penalty of
// one increment floored first (consensus-specs a08d8a6, electra,
// process_slashings).
func GetSlashingPenaltyElectra(effective, adjusted, total *big.Int) (*big.Int, error) {
	var c checked
	perIncrement := c.div(adjusted, c.div(total, increment))
	return c.mul(perIncrement, c.div(effective, increment)), c.err
}

// ProcessEffectiveBalanceUpdates returns the state after the effective balances
// followed the balances with hysteresis (consensus-specs a08d8a6,
// process_effective_balance_updates; electra's caps).
func ProcessEffectiveBalanceUpdates(s State) (State, error) {
	if err := s.columns(); err != nil {
		return State{}, err
	}
	out := s.copied()
	p := s.Params
	var c checked
	hysteresis := c.div(increment, num(p.HysteresisQuotient))
	down := c.mul(hysteresis, num(p.HysteresisDownwardMultiplier))
	up := c.mul(hysteresis, num(p.HysteresisUpwardMultiplier))
	if c.err != nil {
		return State{}, fmt.Errorf("hysteresis: %w", c.err)
	}
	for i := range s.Registry.Balance {
		balance, effective := num(s.Registry.Balance[i]), num(s.Registry.EffectiveBalance[i])
		changes := c.add(balance, down).Cmp(effective) < 0 || c.add(effective, up).Cmp(balance) < 0
		if c.err != nil {
			return State{}, fmt.Errorf("effective balance of validator %d: %w", i, c.err)
		}
		if changes {
			whole := c.sub(balance, new(big.Int).Mod(balance, increment))
			out.Registry.EffectiveBalance[i] = spec.Gwei(minOf(whole, GetMaxEffectiveBalance(s, i)).Uint64())
		}
	}
	return out, nil
}

// GetMaxEffectiveBalance is the cap on validator i's effective balance in Gwei;
// only from electra on do compounding credentials raise it (consensus-specs
// a08d8a6, electra, get_max_effective_balance).
func GetMaxEffectiveBalance(s State, i int) *big.Int {
	if i >= 0 && at(s.registry().Compounding, spec.ValidatorIndex(i)) {
		return num(s.Params.MaxEffectiveBalanceCompounding)
	}
	return num(s.Params.MaxEffectiveBalance)
}
