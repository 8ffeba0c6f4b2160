package vector

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/spec"
)

func TestARunnerOfNothingIsAnInputError(t *testing.T) {
	require.ErrorIs(t, (*Runner)(nil).Check(new(Case)), spec.ErrInput)
	require.ErrorIs(t, new(Runner).Check(new(Case)), spec.ErrInput)
	r := Runner{Verify: func(*Case) error { return nil }}
	require.ErrorIs(t, r.Check(nil), spec.ErrInput)
}

func TestSkippedLeavesItsArgumentsAsTheyWere(t *testing.T) {
	args := []any{"a\x1b", 1}
	_ = Skipped("%s %d", args...)
	require.Equal(t, []any{"a\x1b", 1}, args)
}

func TestRowsOfDifferentNumbersAreAMismatch(t *testing.T) {
	require.EqualError(t, CompareRows("f", "balances", Validator, []uint64{1, 2}, []uint64{1}), "f: balances rows: wanted 2, got 1")
	require.NoError(t, CompareRows[uint64]("f", "balances", Validator, nil, nil))
}
