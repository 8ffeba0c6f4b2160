package spec_test

import (
	"testing"

	"github.com/stakesim/stakesim/spec"
	"github.com/stretchr/testify/require"
)

func TestConductsAreWhatTheySay(t *testing.T) {
	for raw := range 256 {
		for _, slashed := range []bool{false, true} {
			for _, before := range []bool{false, true} {
				flags := spec.Flags(raw)
				source, target := raw&1 != 0, raw&2 != 0
				c := spec.ConductOf(flags, slashed, before)
				require.Less(t, int(c), spec.ConductCount)
				require.Equal(t, flags&spec.AllFlags, spec.Flags(c)&spec.AllFlags)
				require.Equal(t, slashed, c&spec.SlashedBit != 0)
				require.Equal(t, before, spec.FailedBefore.Has(c))
				require.True(t, spec.Everyone.Has(c))
				require.Equal(t, slashed || !source, spec.MissedSource.Has(c))
				require.Equal(t, slashed || !target, spec.MissedTarget.Has(c))
				require.Equal(t, !slashed && !source && !target, spec.Offline.Has(c))
				for f := range spec.Flag(spec.FlagCount) {
					reached := !slashed && raw>>f&1 != 0
					require.Equal(t, reached, c.Participates(f))
					require.Equal(t, reached, spec.Participated(f).Has(c))
				}
			}
		}
	}
}

func TestTalliesSumTheSetThatIsAsked(t *testing.T) {
	var tally spec.Tally
	for c := range spec.Conduct(spec.ConductCount) {
		tally.Add(c, spec.Gwei(1)<<c)
		tally.Add(c, 0)
	}
	tally.Add(spec.ConductCount+3, 0) // bits above a conduct are ignored
	require.EqualValues(t, 3, tally[3].Count)
	for _, set := range []spec.Conducts{0, 1, spec.Everyone, spec.Offline, spec.MissedSource, spec.FailedBefore, 0x80000001} {
		var balance spec.Gwei
		var count uint64
		for c := range tally {
			if set.Has(spec.Conduct(c)) {
				balance += tally[c].Balance
				count += tally[c].Count
			}
		}
		require.Equal(t, balance, tally.Balance(set))
		require.Equal(t, balance, spec.Gwei(set))
		require.Equal(t, count, tally.Count(set))
	}
}

func TestAnOfflineSeriesBecomesObservations(t *testing.T) {
	for _, c := range []struct {
		does            string
		offline, total  spec.Gwei
		online          spec.Gwei
		offlineN, restN uint64
	}{
		{"the rest of the reference balance is online", 64 * spec.ETH, 3200 * spec.ETH, 36 * spec.ETH, 2, 1},
		{"nothing offline is nobody", 0, 3200 * spec.ETH, 100 * spec.ETH, 0, 3},
		{"more offline than the reference leaves nobody online", 101 * spec.ETH, 3200 * spec.ETH, 0, 3, 0},
		{"no balance at all is an empty slot", 0, 0, 0, 0, 0},
	} {
		t.Run(c.does, func(t *testing.T) {
			o, err := spec.ObsOfOffline(c.offline, c.total, 32)
			require.NoError(t, err)
			require.Equal(t, c.total, o.Total)
			require.Equal(t, c.total/32, o.Reference)
			require.Equal(t, c.offline, o.Tally.Balance(spec.Offline))
			require.Equal(t, c.offlineN, o.Tally.Count(spec.Offline))
			require.Equal(t, c.online, o.Tally.Balance(spec.Everyone&^spec.Offline))
			require.Equal(t, c.restN, o.Tally.Count(spec.Participated(spec.TimelyHead)))
		})
	}
	_, err := spec.ObsOfOffline(1, 1, 0)
	requireField(t, err, "SLOTS_PER_EPOCH", -1, spec.ErrInput)
}
