package spec_test

import (
	"testing"

	"github.com/stakesim/stakesim/spec"
	"github.com/stretchr/testify/require"
)

func TestColumnsThatDoNotFitAreRefused(t *testing.T) {
	for _, c := range []struct {
		does, field string
		row         int
		change      func(*spec.Registry)
	}{
		{"a short balance column", "balance", -1, func(r *spec.Registry) { r.Balance = r.Balance[1:] }},
		{"a short slashed column", "slashed", -1, func(r *spec.Registry) { r.Slashed = r.Slashed[1:] }},
		{"a missing slashed column", "slashed", -1, func(r *spec.Registry) { r.Slashed = nil }},
		{"a short compounding column", "compounding", -1, func(r *spec.Registry) { r.Compounding = r.Compounding[1:] }},
		{"an empty compounding column", "compounding", -1, func(r *spec.Registry) { r.Compounding = []bool{} }},
		{"a short activation column", "activation_epoch", -1, func(r *spec.Registry) { r.ActivationEpoch = r.ActivationEpoch[1:] }},
		{"a short exit column", "exit_epoch", -1, func(r *spec.Registry) { r.ExitEpoch = r.ExitEpoch[1:] }},
		{"a short withdrawable column", "withdrawable_epoch", -1, func(r *spec.Registry) { r.WithdrawableEpoch = r.WithdrawableEpoch[1:] }},
		{"a short participation column", "previous_epoch_participation", -1, func(r *spec.Registry) { r.PreviousFlags = r.PreviousFlags[1:] }},
		{"a short current participation column", "current_epoch_participation", -1, func(r *spec.Registry) { r.CurrentFlags = r.CurrentFlags[1:] }},
		{"a short score column", "inactivity_scores", -1, func(r *spec.Registry) { r.InactivityScore = r.InactivityScore[1:] }},
		{"a long slot column", "slot_offset", -1, func(r *spec.Registry) { r.SlotOffset = append(r.SlotOffset, 0) }},
		{"a short failure column", "failed_before", -1, func(r *spec.Registry) { r.FailedBefore = r.FailedBefore[1:] }},
		{"an effective balance above the cap", "effective_balance", 2, func(r *spec.Registry) { r.EffectiveBalance[2] = 2048*spec.ETH + 1 }},
		{"an effective balance near 2^64", "effective_balance", 1, func(r *spec.Registry) { r.EffectiveBalance[1] = 1<<64 - 1 }},
		{"a slot beyond the epoch", "slot_offset", 1, func(r *spec.Registry) { r.SlotOffset[1] = 32 }},
		{"a slot just below the mark", "slot_offset", 0, func(r *spec.Registry) { r.SlotOffset[0] = spec.NoSlot - 1 }},
	} {
		t.Run(c.does+" is refused where it lies", func(t *testing.T) {
			p := params(t, spec.Mainnet, spec.Electra)
			r := spec.NewRegistry(3)
			c.change(r)
			requireField(t, r.Validate(&p), c.field, c.row, spec.ErrInput)
			var s spec.Summary
			requireField(t, spec.Summarize(&s, &p, r, spec.Boundary{CurrentEpoch: 5}, 1), c.field, c.row, spec.ErrInput)
		})
	}
}

func TestARegistryIsValidatedWithItsParams(t *testing.T) {
	p := params(t, spec.Minimal, spec.Altair)
	r := spec.NewRegistry(2)
	r.Compounding, r.CurrentFlags, r.FailedBefore = nil, nil, nil
	r.EffectiveBalance[0], r.SlotOffset[0] = 32*spec.ETH, 7
	require.NoError(t, r.Validate(&p))
	r.EffectiveBalance[1] = 32*spec.ETH + 1
	requireField(t, r.Validate(&p), "effective_balance", 1, spec.ErrInput)
	p.SlotsPerEpoch = 0
	requireField(t, r.Validate(&p), "SLOTS_PER_EPOCH", -1, spec.ErrInput)
	p = params(t, spec.Minimal, spec.Altair)
	require.NoError(t, new(spec.Registry).Validate(&p))
}

func TestANewRegistryIsAllThere(t *testing.T) {
	p := params(t, spec.Mainnet, spec.Electra)
	r := spec.NewRegistry(2)
	require.NoError(t, r.Validate(&p))
	require.Equal(t, 2, r.Len())
	require.Equal(t, []spec.Epoch{spec.FarFutureEpoch, spec.FarFutureEpoch}, r.ExitEpoch)
	require.Equal(t, []spec.Epoch{spec.FarFutureEpoch, spec.FarFutureEpoch}, r.WithdrawableEpoch)
	require.Equal(t, []uint8{spec.NoSlot, spec.NoSlot}, r.SlotOffset)
}

func TestActivityAndEligibilityAtTheirEdges(t *testing.T) {
	for _, c := range []struct {
		does                           string
		activation, exit, withdrawable spec.Epoch
		slashed, active, eligible      bool
	}{
		{"active from its activation epoch", 10, 11, 300, false, true, true},
		{"not active before it", 11, 20, 300, false, false, false},
		{"not active from its exit epoch", 1, 10, 300, false, false, false},
		{"never active when it exits first", 12, 9, 300, false, false, false},
		{"eligible while slashed and not yet withdrawable", 1, 10, 12, true, false, true},
		{"not eligible in the epoch before it can withdraw", 1, 10, 11, true, false, false},
	} {
		t.Run("a validator is "+c.does, func(t *testing.T) {
			r := spec.NewRegistry(1)
			r.ActivationEpoch[0], r.ExitEpoch[0], r.WithdrawableEpoch[0] = c.activation, c.exit, c.withdrawable
			r.Slashed[0] = c.slashed
			require.Equal(t, c.active, r.IsActive(0, 10))
			require.Equal(t, c.eligible, r.IsEligible(0, 10))
			require.Equal(t, c.active, len(r.ActiveIndices(nil, 10)) == 1)
		})
	}
}

func TestActiveIndicesAreAppended(t *testing.T) {
	r := spec.NewRegistry(4)
	r.ExitEpoch[1] = 3
	dst := make([]spec.ValidatorIndex, 1, 8)
	dst[0] = 9
	require.Equal(t, []spec.ValidatorIndex{9, 0, 2, 3}, r.ActiveIndices(dst, 3))
}

func TestACloneSharesNothing(t *testing.T) {
	r := mainnetLike(50, 1000, 1)
	c := r.Clone()
	require.Equal(t, r, c)
	c.EffectiveBalance[0]++
	c.Slashed[0] = !c.Slashed[0]
	c.SlotOffset[0]++
	c.FailedBefore[0] = true
	require.NotEqual(t, r.EffectiveBalance[0], c.EffectiveBalance[0])
	require.Equal(t, mainnetLike(50, 1000, 1), r)
	c.Compounding = nil
	require.Nil(t, c.Clone().Compounding)
}

func TestAsSharesMemory(t *testing.T) {
	client := []uint64{1, 2, 3}
	column := spec.As[spec.Gwei](client)
	require.Equal(t, []spec.Gwei{1, 2, 3}, column)
	column[1] = 7
	client[2] = 8
	require.Equal(t, []uint64{1, 7, 8}, client)
	require.Equal(t, []spec.Gwei{1, 7, 8}, column)
	require.Zero(t, testing.AllocsPerRun(10, func() { column = spec.As[spec.Gwei](client) }))
	require.Empty(t, spec.As[spec.Epoch]([]uint64(nil)))
	require.Empty(t, spec.As[spec.Epoch]([]uint64{}))
}
