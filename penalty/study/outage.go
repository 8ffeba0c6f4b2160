package study

import (
	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/scenario"
	"github.com/stakesim/stakesim/spec"
)

// OutageLoss is what 32 ETH lose that are offline for so many epochs together
// with a cohort of a given share of the stake, beside a calm share that is
// offline always, under any rule: rewards forgone at full participation, and
// penalties as the mean over the slots (see [PhaseLosses]); no leak and no chance.
// The rule has settled on the calm before.
// Shares above one together give [spec.ErrInput].
func OutageLoss(e scenario.Economics, rule penalty.Rule, calm, cohort scenario.PPM, epochs uint64) (spec.Gwei, error) {
	losses, err := PhaseLosses(e, rule, calm, []Phase{{calm + cohort, epochs}})
	if err != nil {
		return 0, err
	}
	return losses[0], nil
}
