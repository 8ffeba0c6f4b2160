package study

import (
	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/scenario"
	"github.com/stakesim/stakesim/spec"
)

// Split is the question of splitting or merging under larger effective balances:
// the factor of 2048 ETH that fail at once, as one validator in one slot, as 64 of
// 32 ETH in one slot, and as the same 64 spread over the slots of an epoch, two in
// each. The slots' other offline balance is what the rule has settled on.
func Split(e scenario.Economics, rule penalty.Rule) (lone, together, spread penalty.Factor, err error) {
	other := e.TotalActive / scenario.SlotsPerEpoch / spec.Gwei(scenario.Whole) * spec.Gwei(Calm)
	at := func(more spec.Gwei) (penalty.Factor, error) {
		before, err := spec.ObsOfOffline(other, e.TotalActive, scenario.SlotsPerEpoch)
		if err != nil {
			return penalty.Factor{}, err
		}
		memory, err := rule.Settled(&before)
		if err != nil {
			return penalty.Factor{}, err
		}
		o, err := spec.ObsOfOffline(other+more, e.TotalActive, scenario.SlotsPerEpoch)
		if err != nil {
			return penalty.Factor{}, err
		}
		f, _, err := rule.Step(memory, &o)
		return f.Target, err
	}
	if lone, err = at(2048 * spec.ETH); err != nil {
		return
	}
	if together, err = at(64 * 32 * spec.ETH); err != nil {
		return
	}
	spread, err = at(2 * 32 * spec.ETH)
	return
}

// Untriggered is the largest balance in Gwei that can be offline in every slot
// beside the calm without a factor above one in the first of them: the size below
// which an outage costs what it costs today.
func Untriggered(e scenario.Economics, rule penalty.Rule) (spec.Gwei, error) {
	if _, err := e.Epoch(scenario.Validator); err != nil {
		return 0, err
	}
	reference := e.TotalActive / scenario.SlotsPerEpoch
	other := reference / spec.Gwei(scenario.Whole) * spec.Gwei(Calm)
	before, err := spec.ObsOfOffline(other, e.TotalActive, scenario.SlotsPerEpoch)
	if err != nil {
		return 0, err
	}
	memory, err := rule.Settled(&before)
	if err != nil {
		return 0, err
	}
	low, high := spec.Gwei(0), reference-other
	for low < high {
		middle := low + (high-low+1)/2
		o, err := spec.ObsOfOffline(other+middle, e.TotalActive, scenario.SlotsPerEpoch)
		if err != nil {
			return 0, err
		}
		f, _, err := rule.Step(memory, &o)
		if err != nil {
			return 0, err
		}
		if f.Target.Float() <= 1 {
			low = middle
		} else {
			high = middle - 1
		}
	}
	return low, nil
}

// MutedDays is how long the fork seed mutes the rule of 2026: the days after the
// fork until a cohort that fails sees nine tenths of the factor it would see with
// the complete epoch's seed. The seed counts the last slot's committee as offline,
// so that it is too high by its online part over the slots of an epoch. A cohort that
// is more than the rest of the stake, or muted for more than three years, gives
// [spec.ErrInput].
func MutedDays(e scenario.Economics, rule penalty.Smoothed2026, cohort scenario.PPM) (float64, error) {
	if cohort > scenario.Whole-Calm {
		return 0, spec.Atf("cohort", -1, spec.ErrInput, "%v and what is offline anyway are more than one", cohort.Float())
	}
	reference := e.TotalActive / scenario.SlotsPerEpoch
	calm := reference / spec.Gwei(scenario.Whole) * spec.Gwei(Calm)
	normal, err := spec.ObsOfOffline(calm, e.TotalActive, scenario.SlotsPerEpoch)
	if err != nil {
		return 0, err
	}
	slots := make([]spec.SlotObs, scenario.SlotsPerEpoch)
	for i := range slots {
		slots[i] = normal
	}
	seed, err := penalty.ForkSeedUnflagged(slots)
	if err != nil {
		return 0, err
	}
	failing, err := spec.ObsOfOffline(calm+reference/spec.Gwei(scenario.Whole)*spec.Gwei(cohort), e.TotalActive, scenario.SlotsPerEpoch)
	if err != nil {
		return 0, err
	}
	enough, err := unmuted(rule, calm, seed, &failing)
	if err != nil {
		return 0, err
	}
	const limit = 3 * 365 * scenario.EpochsPerDay * scenario.SlotsPerEpoch
	for slot := range uint64(limit) {
		if seed <= enough {
			return float64(slot) / (scenario.EpochsPerDay * scenario.SlotsPerEpoch), nil
		}
		_, next, err := rule.Step(seed, &normal)
		if err != nil {
			return 0, err
		}
		if next == seed {
			break // it falls no further
		}
		seed = next
	}
	return 0, spec.Atf("cohort", -1, spec.ErrInput, "%v is muted for more than three years", cohort.Float())
}

// unmuted is the highest average between low and high under which the failing slot
// has nine tenths of the factor that it has at low. A factor falls as the average
// rises, so that bisection finds it.
func unmuted(rule penalty.Smoothed2026, low, high spec.Gwei, failing *spec.SlotObs) (spec.Gwei, error) {
	full, _, err := rule.Step(low, failing)
	if err != nil {
		return 0, err
	}
	for low < high {
		middle := low + (high-low+1)/2
		f, _, err := rule.Step(middle, failing)
		if err != nil {
			return 0, err
		}
		if f.Num >= full.Num-full.Num/10 {
			low = middle
		} else {
			high = middle - 1
		}
	}
	return low, nil
}

// Cycle is the factors that a constant offline share gives slot after slot once
// the rule has settled on it: under the rule of 2024 a share of up to 1/4096 of the
// stake in each slot alternates 4, 0, 0, 0, and who knows the counter can be
// offline in the slots that cost nothing. A number of slots outside 0 to
// [scenario.MaxEpochs] gives [spec.ErrInput].
func Cycle(e scenario.Economics, rule penalty.Rule, perSlot spec.Gwei, slots int) ([]penalty.Factor, error) {
	if slots < 0 || slots > scenario.MaxEpochs {
		return nil, spec.Atf("slots", -1, spec.ErrInput, "%d", slots)
	}
	o, err := spec.ObsOfOffline(perSlot, e.TotalActive, scenario.SlotsPerEpoch)
	if err != nil {
		return nil, err
	}
	memory, err := rule.Settled(&o)
	if err != nil {
		return nil, err
	}
	factors := make([]penalty.Factor, slots)
	for i := range factors {
		f, next, err := rule.Step(memory, &o)
		if err != nil {
			return nil, err
		}
		factors[i], memory = f.Target, next
	}
	return factors, nil
}

// ByShare is what 32 ETH lose in one outage of everything that shares a region, a
// client or a provider, for each share of the stake: the premium on crowding, paid
// by whoever is there, whoever caused it.
func ByShare(e scenario.Economics, rule penalty.Rule, shares []scenario.PPM, epochs uint64) ([]spec.Gwei, error) {
	losses := make([]spec.Gwei, len(shares))
	for i, s := range shares {
		var err error
		if losses[i], err = OutageLoss(e, rule, Calm, s, epochs); err != nil {
			return nil, err
		}
	}
	return losses, nil
}

// BreakEven is the dilemma of a minority client: how many times as often as the
// client of the majority it may fail, in outages of the same length, before it
// costs its users more. One means that sharing the majority's client costs
// nothing more.
func BreakEven(e scenario.Economics, rule penalty.Rule, majority, minority scenario.PPM, epochs uint64) (float64, error) {
	losses, err := ByShare(e, rule, []scenario.PPM{majority, minority}, epochs)
	if err != nil {
		return 0, err
	}
	return float64(losses[0]) / float64(losses[1]), nil
}

// Declared is the proposal that an operator declares which validators are its own
// and pays a reduced excess for it: factor 1 + (f - 1) * (1 - discount). It
// returns what 32 ETH of a cohort lose undeclared and declared. Declaring never
// costs anything here, so that everybody declares, whatever is true: the discount
// then merely weakens the rule.
func Declared(e scenario.Economics, rule penalty.Rule, cohort, discount scenario.PPM, epochs uint64) (undeclared, declared spec.Gwei, err error) {
	if discount > scenario.Whole {
		return 0, 0, spec.Atf("discount", -1, spec.ErrInput, "%v is more than one", discount.Float())
	}
	if undeclared, err = OutageLoss(e, rule, Calm, cohort, epochs); err != nil {
		return 0, 0, err
	}
	plain, err := OutageLoss(e, penalty.StatusQuo(), Calm, cohort, epochs)
	if err != nil {
		return 0, 0, err
	}
	excess := undeclared - min(undeclared, plain)
	kept := excess / spec.Gwei(scenario.Whole) * spec.Gwei(scenario.Whole-discount)
	kept += excess % spec.Gwei(scenario.Whole) * spec.Gwei(scenario.Whole-discount) / spec.Gwei(scenario.Whole)
	return undeclared, undeclared - excess + kept, nil
}
