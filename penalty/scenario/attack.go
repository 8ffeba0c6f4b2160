package scenario

import (
	"github.com/stakesim/stakesim/penalty"
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
	Offline PPM
	Epochs  uint64
}

// Calm is the share of the stake that is offline without any incident in the
// attacks and open questions.
const Calm PPM = 3000

// PhaseLosses is what 32 ETH that are offline all the time lose in each of some
// phases that follow one another, the rule having settled on the first phase's
// calm: rewards forgone and penalties, mean over the slots, no leak. Rewards forgone
// are those of full participation, as the published cost tables count them; what a
// flag paid is less by the share that is offline. A share above one, and more
// than [MaxEpochs] in all phases, give [spec.ErrInput], a sum above 64 bits
// [spec.ErrOverflow].
func PhaseLosses(e Economics, rule penalty.Rule, calm PPM, phases []Phase) ([]spec.Gwei, error) {
	v, err := e.Epoch(Validator)
	if err != nil {
		return nil, err
	}
	obs := func(share PPM) (spec.SlotObs, error) {
		if share > Whole {
			return spec.SlotObs{}, spec.Atf("share", -1, spec.ErrInput, "%v is more than one", share.Float())
		}
		return spec.ObsOfOffline(e.TotalActive/SlotsPerEpoch/spec.Gwei(Whole)*spec.Gwei(share), e.TotalActive, SlotsPerEpoch)
	}
	before, err := obs(calm)
	if err != nil {
		return nil, err
	}
	memory, err := rule.Settled(&before)
	if err != nil {
		return nil, err
	}
	a, losses := account{rule: rule}, make([]spec.Gwei, len(phases))
	left := uint64(MaxEpochs)
	for i, p := range phases {
		if p.Epochs > left {
			return nil, spec.Atf("epochs", i, spec.ErrInput, "%d more, of at most %d in all", p.Epochs, MaxEpochs)
		}
		left -= p.Epochs
		o, err := obs(p.Offline)
		if err != nil {
			return nil, err
		}
		var sum uint64
		for range p.Epochs * SlotsPerEpoch {
			f, next, err := rule.Step(memory, &o)
			if err != nil {
				return nil, err
			}
			cost, err := a.cost(v.BaseReward, spec.ConductOf(0, false, false), f)
			if err != nil {
				return nil, err
			}
			if err := fits(book(&sum, 1, cost), rule.FullName()); err != nil {
				return nil, err
			}
			memory = next
		}
		losses[i] = spec.Gwei(p.Epochs)*v.Ideal + spec.Gwei(sum/SlotsPerEpoch)
	}
	return losses, nil
}

// overStake is an amount per 32 ETH over a share of the stake, at most one.
func (e Economics) overStake(per32 spec.Gwei, share PPM) (spec.Gwei, error) {
	validators := uint64(e.TotalActive/Validator) * uint64(min(share, Whole)) / uint64(Whole)
	all, ok := u64.Mul(per32, spec.Gwei(validators))
	if !ok {
		return 0, spec.Atf("stake", -1, spec.ErrOverflow, "%d Gwei of each of %d times 32 ETH", per32, validators)
	}
	return all, nil
}

// attack is what an attack costs, gains and damages, each an amount per 32 ETH over a
// share of the stake.
func (e Economics) attack(cost, gain, damage spec.Gwei, attacker, victims PPM) (a Attack, err error) {
	if a.Cost, err = e.overStake(cost, attacker); err != nil {
		return Attack{}, err
	}
	if a.Gain, err = e.overStake(gain, attacker); err != nil {
		return Attack{}, err
	}
	if a.Damage, err = e.overStake(damage, victims); err != nil {
		return Attack{}, err
	}
	return a, nil
}

// shares reports shares that are more than one, each or together.
func shares(of ...PPM) error {
	sum := PPM(0)
	for _, s := range of {
		if s > Whole {
			return spec.Atf("share", -1, spec.ErrInput, "%v is more than one", s.Float())
		}
		sum += s
	}
	if sum > Whole {
		return spec.Atf("share", -1, spec.ErrInput, "%v together are more than one", sum.Float())
	}
	return nil
}

// JoinOutage is the attack of going offline while others are: the attacker's
// share raises the factor of the victims, who are offline anyway.
func JoinOutage(e Economics, rule penalty.Rule, attacker, victims PPM, epochs uint64) (Attack, error) {
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
	return e.attack(joined[0], 0, joined[0]-min(joined[0], alone[0]), attacker, victims)
}

// RaiseAverage is the attack of going offline on purpose before an outage that
// the attacker expects, so that the smoothed average or the counter of excess
// penalties has risen when it comes. Cost is what the preparation costs, Gain what
// it spares in the outage; it pays where the gain exceeds the cost.
func RaiseAverage(e Economics, rule penalty.Rule, attacker PPM, prepare, outage uint64) (Attack, error) {
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
	return e.attack(prepared[0], plain[0]-min(plain[0], prepared[1]), 0, attacker, 0)
}

// Withhold is the attack of leaving the attestations of a share of the stake out
// of every block until they can no longer count: since a target counts until
// the end of the next epoch, it takes the power to decide on all blocks of two
// epochs. The attacker forgoes the proposer's part of the attestations, 8/56 of
// what they earn; the victims pay as if they were offline.
func Withhold(e Economics, rule penalty.Rule, victims PPM, epochs uint64) (Attack, error) {
	if err := shares(Calm, victims); err != nil {
		return Attack{}, err
	}
	loss, err := PhaseLosses(e, rule, Calm, []Phase{{Calm + victims, epochs}})
	if err != nil {
		return Attack{}, err
	}
	v, err := e.Epoch(Validator)
	if err != nil {
		return Attack{}, err
	}
	fee := spec.Gwei(epochs) * v.Ideal * 8 / 56
	return e.attack(fee, 0, loss[0], victims, victims)
}

// EmptyBlocks is the attack of a share of proposers that publish no block: the
// committee of the slot before misses its head vote, which no mechanism scales;
// source and target still count in the next block. The attacker forgoes the
// proposer's part of the head votes alone, the next proposer taking the rest. It
// returns the figures of so many epochs.
func EmptyBlocks(e Economics, proposers PPM, epochs uint64) (Attack, error) {
	if err := shares(proposers); err != nil {
		return Attack{}, err
	}
	if epochs > MaxEpochs {
		return Attack{}, spec.Atf("epochs", -1, spec.ErrInput, "%d, more than %d", epochs, MaxEpochs)
	}
	v, err := e.Epoch(Validator)
	if err != nil {
		return Attack{}, err
	}
	head, _ := penalty.One.Penalty(v.BaseReward, spec.TimelyHead.Weight())
	a, err := e.attack(spec.Gwei(epochs)*v.Ideal, 0, spec.Gwei(epochs)*head, proposers, proposers)
	a.Cost, _ = u64.MulDiv(a.Cost, 8, 56) // smaller
	return a, err
}
