package spec

import "github.com/stakesim/stakesim/spec/u64"

// BaseRewardFactor is BASE_REWARD_FACTOR of mainnet and of the public test networks
// that follow it; [Params] has a network's own.
const BaseRewardFactor = 64

// BaseRewardPerIncrement is what one increment of effective balance is worth in an
// epoch, in Gwei, before it is split by weights: EFFECTIVE_BALANCE_INCREMENT * factor
// // isqrt(total) (get_base_reward_per_increment, consensus-specs a08d8a6, altair). total
// is the active balance in Gwei, at least one increment, as the specification has it;
// less counts as one. False when the product exceeds 64 bits.
func BaseRewardPerIncrement(factor uint64, total Gwei) (uint64, bool) {
	product, ok := u64.Mul(uint64(EffectiveBalanceIncrement), factor)
	return product / uint64(u64.Sqrt(max(total, EffectiveBalanceIncrement))), ok
}

// AsBytes reads a column of one kind of bytes as another without copying, as [As] does
// for numbers of 64 bits: a client's participation bytes as [Flags].
func AsBytes[To, From ~uint8](column []From) []To { return as[To](column) }
