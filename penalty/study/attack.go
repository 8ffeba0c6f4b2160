package study

import (
	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/scenario"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// Attack is what an attack costs whom, in Gwei over all the stake concerned.
type Attack struct {
	Cost   spec.Gwei // of the attacker: what it forgoes and pays
	Gain   spec.Gwei // of the attacker: what it is spared
	Damage spec.Gwei // of the victims, beyond what they lose without the attack
}

// Griefing is the damage for each Gwei that the attack costs, its gain set off; 0
// when there is no damage, and infinite for a damage that is free.
func (a Attack) Griefing() float64 {
	if a.Damage == 0 {
		return 0
	}
	return float64(a.Damage) / float64(a.Cost-min(a.Cost, a.Gain))
}

// Phase is a share of the stake that is offline for some epochs, evenly over the
// slots.
type Phase struct {
	Offline scenario.PPM
	Epochs  uint64
}

// Calm is the share of the stake that is offline without any incident in the
// attacks and open questions.
const Calm scenario.PPM = 3000

// PhaseLosses is what 32 ETH that are offline all the time lose in each of some
// phases that follow one another, the rule having settled on the first phase's
// calm: rewards forgone and penalties, mean over the slots, no leak. Rewards forgone
// are those of full participation, as the published cost tables count them; what a
// flag paid is less by the share that is offline. A share above one, and more
// than [scenario.MaxEpochs] in all phases, give [spec.ErrInput], a sum above 64 bits
// [spec.ErrOverflow].
func PhaseLosses(e scenario.Economics, rule penalty.Rule, calm scenario.PPM, phases []Phase) ([]spec.Gwei, error) {
	v, err := e.Epoch(scenario.Validator)
	if err != nil {
		return nil, err
	}
	obs := func(share scenario.PPM) (spec.SlotObs, error) {
		if share > scenario.Whole {
			return spec.SlotObs{}, spec.Atf("share", -1, spec.ErrInput, "%v is more than one", share.Float())
		}
		return spec.ObsOfOffline(e.TotalActive/scenario.SlotsPerEpoch/spec.Gwei(scenario.Whole)*spec.Gwei(share), e.TotalActive, scenario.SlotsPerEpoch)
	}
	before, err := obs(calm)
	if err != nil {
		return nil, err
	}
	memory, err := rule.Settled(&before)
	if err != nil {
		return nil, err
	}
	losses := make([]spec.Gwei, len(phases))
	left := uint64(scenario.MaxEpochs)
	for i, p := range phases {
		if p.Epochs > left {
			return nil, spec.Atf("epochs", i, spec.ErrInput, "%d more, of at most %d in all", p.Epochs, scenario.MaxEpochs)
		}
		left -= p.Epochs
		o, err := obs(p.Offline)
		if err != nil {
			return nil, err
		}
		var sum spec.Gwei
		for range p.Epochs * scenario.SlotsPerEpoch {
			f, next, err := rule.Step(memory, &o)
			if err != nil {
				return nil, err
			}
			cost, err := rule.Penalties(v.BaseReward, spec.ConductOf(0, false, false), f)
			if err != nil {
				return nil, err
			}
			var fits bool
			if sum, fits = u64.Add(sum, cost); !fits {
				return nil, spec.Atf(rule.FullName(), -1, spec.ErrOverflow, "what 32 ETH lose")
			}
			memory = next
		}
		losses[i] = spec.Gwei(p.Epochs)*v.Ideal + sum/scenario.SlotsPerEpoch
	}
	return losses, nil
}

// overStake is an amount per 32 ETH over a share of the stake, at most one.
func overStake(e scenario.Economics, per32 spec.Gwei, share scenario.PPM) (spec.Gwei, error) {
	validators := uint64(e.TotalActive/scenario.Validator) * uint64(min(share, scenario.Whole)) / uint64(scenario.Whole)
	all, ok := u64.Mul(per32, spec.Gwei(validators))
	if !ok {
		return 0, spec.Atf("stake", -1, spec.ErrOverflow, "%d Gwei of each of %d times 32 ETH", per32, validators)
	}
	return all, nil
}

// attackOf is what an attack costs, gains and damages, each an amount per 32 ETH over a
// share of the stake.
func attackOf(e scenario.Economics, cost, gain, damage spec.Gwei, attacker, victims scenario.PPM) (a Attack, err error) {
	if a.Cost, err = overStake(e, cost, attacker); err != nil {
		return Attack{}, err
	}
	if a.Gain, err = overStake(e, gain, attacker); err != nil {
		return Attack{}, err
	}
	if a.Damage, err = overStake(e, damage, victims); err != nil {
		return Attack{}, err
	}
	return a, nil
}

// shares reports shares that are more than one, each or together.
func shares(of ...scenario.PPM) error {
	sum := scenario.PPM(0)
	for _, s := range of {
		if s > scenario.Whole {
			return spec.Atf("share", -1, spec.ErrInput, "%v is more than one", s.Float())
		}
		sum += s
	}
	if sum > scenario.Whole {
		return spec.Atf("share", -1, spec.ErrInput, "%v together are more than one", sum.Float())
	}
	return nil
}

// JoinOutage is the attack of going offline while others are: the attacker's
// share raises the factor of the victims, who are offline anyway.
func JoinOutage(e scenario.Economics, rule penalty.Rule, attacker, victims scenario.PPM, epochs uint64) (Attack, error) {
	if err := shares(Calm, attacker, victims); err != nil {
		return Attack{}, err
	}
	alone, err := PhaseLosses(e, rule, Calm, []Phase{{Calm + victims, epochs}})
	if err != nil {
		return Attack{}, err
	}
	joined, err := PhaseLosses(e, rule, Calm, []Phase{{Calm + victims + attacker, epochs}})
	if err != nil {
		return Attack{}, err
	}
	return attackOf(e, joined[0], 0, joined[0]-min(joined[0], alone[0]), attacker, victims)
}

// RaiseAverage is the attack of going offline on purpose before an outage that
// the attacker expects, so that the smoothed average or the counter of excess
// penalties has risen when it comes. Cost is what the preparation costs, Gain what
// it spares in the outage; it pays where the gain exceeds the cost.
func RaiseAverage(e scenario.Economics, rule penalty.Rule, attacker scenario.PPM, prepare, outage uint64) (Attack, error) {
	if err := shares(Calm, attacker); err != nil {
		return Attack{}, err
	}
	plain, err := PhaseLosses(e, rule, Calm, []Phase{{Calm + attacker, outage}})
	if err != nil {
		return Attack{}, err
	}
	prepared, err := PhaseLosses(e, rule, Calm, []Phase{{Calm + attacker, prepare}, {Calm + attacker, outage}})
	if err != nil {
		return Attack{}, err
	}
	return attackOf(e, prepared[0], plain[0]-min(plain[0], prepared[1]), 0, attacker, 0)
}

// Withhold is the attack of leaving the attestations of a share of the stake out
// of every block until they can no longer count: since a target counts until
// the end of the next epoch, it takes the power to decide on all blocks of two
// epochs. The attacker forgoes the proposer's part of the attestations, 8/56 of
// what they earn; the victims pay as if they were offline.
func Withhold(e scenario.Economics, rule penalty.Rule, victims scenario.PPM, epochs uint64) (Attack, error) {
	if err := shares(Calm, victims); err != nil {
		return Attack{}, err
	}
	loss, err := PhaseLosses(e, rule, Calm, []Phase{{Calm + victims, epochs}})
	if err != nil {
		return Attack{}, err
	}
	v, err := e.Epoch(scenario.Validator)
	if err != nil {
		return Attack{}, err
	}
	fee := spec.Gwei(epochs) * v.Ideal * 8 / 56
	return attackOf(e, fee, 0, loss[0], victims, victims)
}

// EmptyBlocks is the attack of a share of proposers that publish no block: the
// committee of the slot before misses its head vote, which no mechanism scales;
// source and target still count in the next block. The attacker forgoes the
// proposer's part of the head votes alone, the next proposer taking the rest. It
// returns the figures of so many epochs.
func EmptyBlocks(e scenario.Economics, proposers scenario.PPM, epochs uint64) (Attack, error) {
	if err := shares(proposers); err != nil {
		return Attack{}, err
	}
	if epochs > scenario.MaxEpochs {
		return Attack{}, spec.Atf("epochs", -1, spec.ErrInput, "%d, more than %d", epochs, scenario.MaxEpochs)
	}
	v, err := e.Epoch(scenario.Validator)
	if err != nil {
		return Attack{}, err
	}
	head, _ := penalty.One.Penalty(v.BaseReward, spec.TimelyHead.Weight())
	a, err := attackOf(e, spec.Gwei(epochs)*v.Ideal, 0, spec.Gwei(epochs)*head, proposers, proposers)
	a.Cost, _ = u64.MulDiv(a.Cost, 8, 56) // smaller
	return a, err
}
