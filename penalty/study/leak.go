package study

import (
	"github.com/stakesim/stakesim/penalty/epoch"
	"github.com/stakesim/stakesim/penalty/scenario"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// SimplifiedLeak is the inactivity leak of the published figures, in Gwei: from
// the first epoch on the score grows by four, and epoch k costs effective balance
// times 4k over four times the quotient. It ignores that a leak begins only after
// four epochs without finality, and keeps the effective balance. More than 2048
// ETH and a length outside 0 to [scenario.MaxEpochs] give [spec.ErrInput].
func SimplifiedLeak(effectiveBalance spec.Gwei, epochs int) (spec.Gwei, error) {
	p, err := scenario.Params()
	if err != nil {
		return 0, err
	}
	if err := checkLeak(effectiveBalance, epochs); err != nil {
		return 0, err
	}
	var score uint64
	var sum spec.Gwei
	for range epochs {
		score, _ = epoch.NextInactivityScore(score, false, true, &p) // bounded by checkLeak
		leak, _ := epoch.InactivityPenalty(effectiveBalance, score, &p)
		sum += leak
	}
	return sum, nil
}

// LeakEpoch is one epoch of a validator that misses every target while nobody
// can finalize.
type LeakEpoch struct {
	InLeak           bool
	Score            uint64    // inactivity score after the epoch
	Leak             spec.Gwei // inactivity penalty
	EffectiveBalance spec.Gwei // that the epoch is accounted with
}

// ExactLeak is the inactivity leak of such a validator, epoch by epoch (altair
// process_inactivity_updates and get_inactivity_penalty_deltas, consensus-specs
// a08d8a6): the first three epochs pass before the finality delay exceeds four.
// other is what each epoch takes besides, per increment of effective balance;
// nil keeps the effective balance, otherwise it follows the balance, which starts
// level with it. Errors as for [SimplifiedLeak].
func ExactLeak(effectiveBalance spec.Gwei, epochs int, other func(epoch int, inLeak bool) spec.Gwei) ([]LeakEpoch, error) {
	p, err := scenario.Params()
	if err != nil {
		return nil, err
	}
	if err := checkLeak(effectiveBalance, epochs); err != nil {
		return nil, err
	}
	out := make([]LeakEpoch, epochs)
	balance, effective := effectiveBalance, effectiveBalance
	var score uint64
	for k := range out {
		// The first missed epoch is the third after the last finalized one.
		inLeak := uint64(k)+2 > p.MinEpochsToInactivityPenalty
		score, _ = epoch.NextInactivityScore(score, false, inLeak, &p) // bounded by checkLeak
		leak, _ := epoch.InactivityPenalty(effective, score, &p)
		out[k] = LeakEpoch{inLeak, score, leak, effective}
		if other == nil {
			continue
		}
		loss, ok := u64.Mul(other(k, inLeak), effective/spec.EffectiveBalanceIncrement)
		if sum, fits := u64.Add(loss, leak); ok && fits {
			loss = sum
		} else {
			loss = balance
		}
		balance -= min(balance, loss)
		effective, _ = epoch.EffectiveBalance(effective, balance, false, &p)
	}
	return out, nil
}

// checkLeak bounds a leak, so that no product leaves 64 bits.
func checkLeak(effectiveBalance spec.Gwei, epochs int) error {
	if effectiveBalance > 2048*spec.ETH || epochs < 0 || epochs > scenario.MaxEpochs {
		return spec.Atf("effective_balance", -1, spec.ErrInput, "%d Gwei for %d epochs", effectiveBalance, epochs)
	}
	return nil
}
