package backtest_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/penalty/backtest"
	"github.com/stakesim/stakesim/spec"
)

// after is a head, then n times a unit.
func after(head []byte, n int, unit ...byte) []byte {
	return append(bytes.Clone(head), bytes.Repeat(unit, n)...)
}

// Each form by hand: one that is read, and what would not be written.
func TestFormsThatNobodyWritesAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		to   travels
		good []byte
		bad  map[string][]byte
	}{
		"aggregates": {new(backtest.Aggregates), after([]byte{'a', 1, 10, 1, 0, 1}, 31, 0), map[string][]byte{
			"a bin of nothing":   after([]byte{'a', 1, 10, 1, 0, 0}, 31, 0),
			"a conduct too high": after([]byte{'a', 1, 10, 0x80, 0x80, 0x80, 0x80, 0x20}, 31, 0),
			"above 64 bits":      after([]byte{'a', 1, 10, 1, 0, 1, 1, 0, 1}, 30, 0), // 2^64-1 Gwei twice
			"an epoch too high":  after([]byte{'a', 1, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1}, 32, 0),
		}},
		"failures": {new(backtest.Failures), after([]byte{'f', 1, 10, 0, 1, 3, 0xff, 5, 1, 2, 127, 9}, 31, 0, 0), map[string][]byte{
			"an odd way to fail": after([]byte{'f', 1, 10, 0, 0, 1, 2, 128, 9}, 31, 0, 0),
			"a class too high":   after([]byte{'f', 1, 10, 0, 1, 0x80, 0x20, 1, 5, 0}, 31, 0, 0),
		}},
		"factors": {new(backtest.Factors), after([]byte{'x', 1, 10, 0, 1, 1 | 4<<3, 5}, 31, 0), map[string][]byte{
			"one as an integer":         after([]byte{'x', 1, 10, 0, 1, 1, 1}, 31, 0),
			"an integer as a rational":  after([]byte{'x', 1, 10, 0, 1, 2, 5, 1}, 31, 0),
			"over nothing":              after([]byte{'x', 1, 10, 0, 1, 2, 5, 0}, 31, 0),
			"nothing squared":           after([]byte{'x', 1, 10, 0, 1, 3, 5, 0}, 31, 0),
			"twice the same":            after([]byte{'x', 1, 10, 0, 1, 1 | 1<<3, 5, 5}, 31, 0),
			"the same as one":           after([]byte{'x', 1, 10, 0, 1, 4 << 3}, 31, 0),
			"a source like itself":      after([]byte{'x', 1, 10, 0, 1, 4}, 31, 0),
			"a form that there is not":  after([]byte{'x', 1, 10, 0, 1, 5 << 3}, 31, 0),
			"more rules than there are": after([]byte{'x', 1, 10, 0, 2}, 32, 0),
		}},
		"sums": {new(backtest.Sums), []byte{'s', 1, 10, 3, 2, 7, 8}, map[string][]byte{
			"an index too high": {'s', 1, 10, 0x80, 0x80, 0x80, 0x80, 4, 0},
		}},
		"totals": {new(backtest.Totals), []byte{'t', 1, 1, 1, 2, 0, 1, 7}, map[string][]byte{
			"more epochs than there can be": {'t', 1, 1, 2, 1, 1, 7},
			"no blocks of an epoch":         {'t', 1, 0, 1, 1, 1, 7},
			"blocks of no epoch":            {'t', 1, 1, 0, 0},
			"blocks too long":               {'t', 1, 2, 1, 1, 1, 7},
			"rows of two lengths":           {'t', 1, 1, 2, 2, 1, 7, 2, 7, 7},
			"blocks too short":              after([]byte{'t', 1, 1, 1, 0x81, 0x10, 1, 7}, 2048, 0),
		}},
		"population": {hamlet(), []byte{'p', 1, 2, 5, 1, 1, 'A', 1, 1, 20, 2, 40, 0, 4}, map[string][]byte{
			"a run of nobody":           {'p', 1, 2, 5, 1, 1, 'A', 1, 1, 20, 0, 0, 2, 44},
			"a run in two":              {'p', 1, 2, 5, 1, 1, 'A', 1, 1, 20, 1, 44},
			"more than there are":       {'p', 1, 2, 5, 1, 1, 'A', 1, 1, 20, 2, 45},
			"a label that is not there": {'p', 1, 2, 5, 1, 1, 'A', 1, 1, 20, 3, 44},
			"a grouping":                {'p', 1, 3, 5, 1, 1, 'A', 1, 1, 64},
		}},
	} {
		require.NoError(t, c.to.UnmarshalBinary(c.good), name)
		require.Equal(t, c.good, form(t, c.to), name)
		for what, data := range c.bad {
			require.ErrorIs(t, c.to.UnmarshalBinary(data), spec.ErrInput, "%s: %s", name, what)
			require.Equal(t, c.good, form(t, c.to), "%s: %s", name, what)
		}
	}
}

func TestClassesOfAnotherPopulationArePricedByNobody(t *testing.T) {
	_, _, x, _ := steps(0)
	for _, first := range [][]byte{{1, 2, 3, 1, 0}, {0, 1, 2, 1, 40}, {1, 3, 3, 1, 0}, {0, 1, 3, 1, 40}} {
		var f backtest.Failures
		require.NoError(t, f.UnmarshalBinary(after(append([]byte{'f', 1, 10, 1}, first...), 31, 0, 0)))
		err := study().NewPunisher().Punish(new(backtest.Sums), &f, &x)
		if first[1] == 2 || first[2] == 2 { // hamlet has three classes
			require.NoError(t, err)
		} else {
			require.ErrorIs(t, err, spec.ErrInput)
		}
	}
}
