package zrnt

import (
	"fmt"

	"github.com/protolambda/zrnt/eth2/beacon/common"

	"github.com/stakesim/stakesim/spec"
)

// guarded runs a part of zrnt, which trusts the states that it is given: a panic is
// an error of input.
func guarded(what string, f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%s: %w: zrnt: %v", what, spec.ErrInput, r)
		}
	}()
	return f()
}

// minDrawn is the smallest mean effective balance of which a sync committee is drawn.
// zrnt tries validators until it has enough; each is taken with a probability of its
// effective balance in 32 ETH, so that below this it would take minutes.
const minDrawn = common.Gwei(spec.ETH)

// drawable refuses a state of whose validators, active in the next epoch, no sync
// committee can be drawn in time.
func drawable(c *common.Spec, epc *common.EpochsContext, state common.BeaconState) error {
	validators, err := state.Validators()
	if err != nil {
		return err
	}
	var sum, count common.Gwei
	for _, i := range epc.NextEpoch.ActiveIndices {
		v, err := validators.Validator(i)
		if err != nil {
			return err
		}
		effective, err := v.EffectiveBalance()
		if err != nil {
			return err
		}
		sum, count = sum+min(effective, c.MAX_EFFECTIVE_BALANCE), count+1
	}
	if sum/max(count, 1) < minDrawn {
		return spec.Atf("validators.effective_balance", -1, spec.ErrInput,
			"%d Gwei of %d active validators: a sync committee is drawn of 1 ETH each on the average", sum, count)
	}
	return nil
}
