package epoch_test

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/penalty/internal/twin"
	"github.com/stakesim/stakesim/penalty/ref"
	"github.com/stakesim/stakesim/spec"
)

// checkRef runs one fork and mechanism through penalty/ref, step by step and
// then as one, against the same outputs.
func (c *pyspecCase) checkRef(t *testing.T, preset spec.Preset, fork spec.Fork, mechanism ref.Mechanism, out, base pyspecOutput) {
	s := ref.State{Params: paramsOf(t, preset, fork), Boundary: c.boundary(), Registry: c.registry()}
	m := ref.Memory{Smoothed: twin.BigOf(c.SmoothedOfflineBalance)}
	c.checkRefState(t, s, base)
	factors, after, err := mechanism(s, m)
	require.NoError(t, err)
	if fork == spec.EIP7716 {
		c.checkRefSlots(t, s, factors, after, out)
	}
	last := c.checkRefSteps(t, s, factors, out, base)
	whole, memory, err := ref.ProcessEpoch(s, mechanism, m)
	require.NoError(t, err)
	require.Equal(t, after, memory)
	require.Equal(t, last, whole)
	require.Equal(t, c.registry(), s.Registry, "an argument changed")
}

func (c *pyspecCase) checkRefState(t *testing.T, s ref.State, base pyspecOutput) {
	require.Equal(t, c.PreviousEpoch, ref.GetPreviousEpoch(s))
	total, err := ref.GetTotalActiveBalance(s)
	require.NoError(t, err)
	require.Equal(t, *base.TotalActiveBalance, twin.GweiOf(total))
	perIncrement, err := ref.GetBaseRewardPerIncrement(s)
	require.NoError(t, err)
	require.Equal(t, *base.BaseRewardPerIncrement, perIncrement.Uint64())
	leak, err := ref.IsInInactivityLeak(s)
	require.NoError(t, err)
	require.Equal(t, *base.InLeak, leak)
	eligible := make([]uint64, s.Registry.Len())
	for _, i := range ref.GetEligibleValidatorIndices(s) {
		eligible[i] = 1
	}
	requireColumn(t, "eligible", base.Eligible, eligible)
}

func (c *pyspecCase) checkRefSlots(t *testing.T, s ref.State, factors ref.Factors, after ref.Memory, out pyspecOutput) {
	reference, err := ref.GetSlotReferenceBalance(s)
	require.NoError(t, err)
	require.Equal(t, out.SlotReferenceBalance, twin.GweiOf(reference))
	for slot := range s.Params.SlotsPerEpoch {
		offline, err := ref.GetSlotOfflineBalance(s, uint8(slot))
		require.NoError(t, err)
		require.Equal(t, out.SlotOfflineBalance[slot], twin.GweiOf(offline), "slot %d", slot)
		require.Equal(t, twin.BigOf(out.PenaltyFactors[slot]).String(), factors.Slots[spec.TimelyTarget][slot].RatString())
	}
	require.Nil(t, factors.Slots[spec.TimelySource])
	require.Equal(t, out.SmoothedAfter, twin.GweiOf(after.Smoothed))
	seed, err := ref.ForkSeed(s)
	require.NoError(t, err)
	require.Equal(t, out.ForkSeed, twin.GweiOf(seed))
}

// checkRefSteps takes the state through the transition step by step.
func (c *pyspecCase) checkRefSteps(t *testing.T, s ref.State, factors ref.Factors, out, base pyspecOutput) ref.State {
	scored, err := ref.ProcessInactivityUpdates(s)
	require.NoError(t, err)
	requireColumn(t, "inactivity_scores", base.InactivityScores, scored.Registry.InactivityScore)
	deltas, err := ref.GetDeltas(scored, factors)
	require.NoError(t, err)
	for k, want := range [][2]*[]spec.Gwei{
		{base.Flag0Rewards, either(out.Flag0Penalties, base.Flag0Penalties)},
		{base.Flag1Rewards, either(out.Flag1Penalties, base.Flag1Penalties)},
		{base.Flag2Rewards, base.Flag2Penalties},
		{new([]spec.Gwei), either(out.Inactivity, base.Inactivity)},
	} {
		requireColumn(t, "rewards", *want[0], gweiColumn(deltas[k].Rewards))
		requireColumn(t, "penalties", *want[1], gweiColumn(deltas[k].Penalties))
	}
	paid, err := ref.ProcessRewardsAndPenalties(scored, factors)
	require.NoError(t, err)
	slashed, err := ref.ProcessSlashings(paid)
	require.NoError(t, err)
	last, err := ref.ProcessEffectiveBalanceUpdates(slashed)
	require.NoError(t, err)
	requireDifference(t, "d_balance_rewards_and_penalties", out.DRewards, scored.Registry.Balance, paid.Registry.Balance)
	requireDifference(t, "d_balance_slashings", out.DSlashings, paid.Registry.Balance, slashed.Registry.Balance)
	requireDifference(t, "d_effective_balance", out.DEffective, slashed.Registry.EffectiveBalance, last.Registry.EffectiveBalance)
	require.Equal(t, out.Hash, hashBalances(last.Registry.Balance))
	return last
}

func gweiColumn(column []*big.Int) []spec.Gwei {
	out := make([]spec.Gwei, len(column))
	for i, v := range column {
		out[i] = twin.GweiOf(v)
	}
	return out
}
