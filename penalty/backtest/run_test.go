package backtest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/penalty/backtest"
	"github.com/stakesim/stakesim/spec"
)

func TestAnIncompleteEpochIsLeftOutAndCounted(t *testing.T) {
	p, slots := randomList(t)
	study, err := backtest.NewStudy(p, backtest.Options{Rules: rulesNamed(t, "status-quo")})
	require.NoError(t, err)
	var gaps []backtest.Slot
	for i, s := range slots {
		if i != 40 && i >= 3 && i < 32*7+5 {
			gaps = append(gaps, s)
		}
	}
	o, err := study.Run(list(gaps), 2)
	require.NoError(t, err)
	require.Equal(t, 3, o.Incomplete, "the first, the second and the last")
	require.Equal(t, 5, o.Totals.Epochs())
}

func TestMoreFailuresThanTheCommitteeCanHoldAreAnError(t *testing.T) {
	p, slots := randomList(t)
	study, err := backtest.NewStudy(p, backtest.Options{Rules: rulesNamed(t, "status-quo")})
	require.NoError(t, err)
	slots[7].Balance = 5
	_, err = study.Run(list(slots[:32]), 1)
	require.ErrorIs(t, err, spec.ErrInput)
	require.ErrorContains(t, err, "slot 3207")
}
