package scenario

import (
	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/spec"
)

// OutageLoss is what 32 ETH lose that are offline for so many epochs together
// with a cohort of a given share of the stake, beside a calm share that is
// offline always, under any rule: rewards forgone, and penalties as the mean over
// the slots; no leak and no chance. The rule has settled on the calm before.
// Shares above one together give [spec.ErrInput].
func OutageLoss(e Economics, rule penalty.Rule, calm, cohort PPM, epochs uint64) (spec.Gwei, error) {
	if calm+cohort > Whole || calm > Whole || epochs > MaxEpochs {
		return 0, spec.Atf("cohort", -1, spec.ErrInput, "%v and %v of the stake for %d epochs", calm.Float(), cohort.Float(), epochs)
	}
	v, err := e.Epoch(Validator)
	if err != nil {
		return 0, err
	}
	reference := e.TotalActive / SlotsPerEpoch
	before, err := spec.ObsOfOffline(reference*spec.Gwei(calm)/spec.Gwei(Whole), e.TotalActive, SlotsPerEpoch)
	if err != nil {
		return 0, err
	}
	memory, err := rule.Settled(&before)
	if err != nil {
		return 0, err
	}
	during, err := spec.ObsOfOffline(reference*spec.Gwei(calm+cohort)/spec.Gwei(Whole), e.TotalActive, SlotsPerEpoch)
	if err != nil {
		return 0, err
	}
	a := account{rule: rule}
	var sum uint64
	for range epochs * SlotsPerEpoch {
		f, next, err := rule.Step(memory, &during)
		if err != nil {
			return 0, err
		}
		paid, err := a.cost(v.BaseReward, spec.ConductOf(0, false, false), f)
		if err != nil {
			return 0, err
		}
		sum, memory = sum+paid, next
	}
	return spec.Gwei(epochs)*v.Ideal + spec.Gwei(sum/SlotsPerEpoch), nil
}
