package ref

import (
	"fmt"
	"math/big"

	"github.com/stakesim/stakesim/spec"
)

// ProcessInactivityUpdates returns the state with the inactivity scores after
// the previous epoch; in epoch 0 unchanged ones (consensus-specs a08d8a6,
// altair, process_inactivity_updates).
func ProcessInactivityUpdates(s State) (State, error) {
	if err := s.columns(); err != nil {
		return State{}, err
	}
	out := s.copied()
	if s.Boundary.CurrentEpoch == spec.GenesisEpoch {
		return out, nil
	}
	indices, err := GetUnslashedParticipatingIndices(s, spec.TimelyTarget, GetPreviousEpoch(s))
	if err != nil {
		return State{}, err
	}
	leak, err := IsInInactivityLeak(s)
	if err != nil {
		return State{}, err
	}
	participates := members(s, indices)
	for _, i := range GetEligibleValidatorIndices(s) {
		var c checked
		score := num(s.Registry.InactivityScore[i])
		if participates[i] {
			score = c.sub(score, minOf(big.NewInt(1), score))
		} else {
			score = c.add(score, num(s.Params.InactivityScoreBias))
		}
		if !leak {
			score = c.sub(score, minOf(num(s.Params.InactivityScoreRecoveryRate), score))
		}
		if c.err != nil {
			return State{}, fmt.Errorf("inactivity score of validator %d: %w", i, c.err)
		}
		out.Registry.InactivityScore[i] = score.Uint64()
	}
	return out, nil
}

// GetDeltas lists the four components in the order of their application:
// source, target, head, inactivity.
func GetDeltas(s State, f Factors) ([]Deltas, error) {
	var all []Deltas
	for _, flag := range []spec.Flag{spec.TimelySource, spec.TimelyTarget, spec.TimelyHead} {
		d, err := GetFlagIndexDeltas(s, flag, f)
		if err != nil {
			return nil, err
		}
		all = append(all, d)
	}
	d, err := GetInactivityPenaltyDeltas(s)
	if err != nil {
		return nil, err
	}
	return append(all, d), nil
}

// ProcessRewardsAndPenalties returns the state after the four components have
// been applied one after the other, each decrease ending at zero. In epoch 0
// nothing is paid (consensus-specs a08d8a6, altair,
// process_rewards_and_penalties).
func ProcessRewardsAndPenalties(s State, f Factors) (State, error) {
	if err := s.columns(); err != nil {
		return State{}, err
	}
	out := s.copied()
	if s.Boundary.CurrentEpoch == spec.GenesisEpoch {
		return out, nil
	}
	all, err := GetDeltas(s, f)
	if err != nil {
		return State{}, err
	}
	for _, d := range all {
		for i := range out.Registry.Balance {
			if err := increaseBalance(out, i, d.Rewards[i]); err != nil {
				return State{}, fmt.Errorf("balance of validator %d: %w", i, err)
			}
			decreaseBalance(out, i, d.Penalties[i])
		}
	}
	return out, nil
}

// increaseBalance writes to s, a copy of its caller (consensus-specs a08d8a6,
// increase_balance).
func increaseBalance(s State, i int, delta *big.Int) error {
	var c checked
	s.Registry.Balance[i] = spec.Gwei(c.add(num(s.Registry.Balance[i]), delta).Uint64())
	return c.err
}

// decreaseBalance writes to s, a copy of its caller, and ends at zero
// (consensus-specs a08d8a6, decrease_balance).
func decreaseBalance(s State, i int, delta *big.Int) {
	balance := new(big.Int).Sub(num(s.Registry.Balance[i]), delta)
	s.Registry.Balance[i] = spec.Gwei(maxOf(new(big.Int), balance).Uint64())
}

// ProcessEpoch returns the state and the mechanism's memory after the epoch:
// inactivity updates, rewards and penalties, memory, slashings, effective
// balances. Justification and registry updates are inputs. An error leaves
// nothing half done (consensus-specs a08d8a6, process_epoch).
func ProcessEpoch(s State, mechanism Mechanism, m Memory) (State, Memory, error) {
	if err := s.Validate(); err != nil {
		return State{}, Memory{}, err
	}
	if mechanism == nil {
		return State{}, Memory{}, spec.Atf("mechanism", -1, spec.ErrInput, "none")
	}
	out, err := ProcessInactivityUpdates(s)
	if err != nil {
		return State{}, Memory{}, err
	}
	factors, after, err := mechanism(out, m)
	if err != nil {
		return State{}, Memory{}, err
	}
	if out, err = ProcessRewardsAndPenalties(out, factors); err != nil {
		return State{}, Memory{}, err
	}
	if out, err = ProcessSlashings(out); err != nil {
		return State{}, Memory{}, err
	}
	if out, err = ProcessEffectiveBalanceUpdates(out); err != nil {
		return State{}, Memory{}, err
	}
	return out, after, nil
}
