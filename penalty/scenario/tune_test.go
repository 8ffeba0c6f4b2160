package scenario_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/penalty"
	"github.com/stakesim/stakesim/penalty/scenario"
	"github.com/stakesim/stakesim/spec"
)

// unevenSlots are slots of a main network of which 0.1 to 3.1 % is offline.
func unevenSlots(t *testing.T) []spec.SlotObs {
	slots := make([]spec.SlotObs, 96)
	for i := range slots {
		var err error
		slots[i], err = spec.ObsOfOffline(spec.Gwei(1+i*7%31)*1000*spec.ETH, 32_000_000*spec.ETH, 32)
		require.NoError(t, err)
	}
	return slots
}

func TestATunedRuleIsTheNamedOneWithTheConstantReplaced(t *testing.T) {
	relative := penalty.SlotRelative{Cap: 4, WindowSlots: 32, Multiplier: 322}
	slots := unevenSlots(t)
	for _, c := range []struct {
		name      string
		constants map[string]uint64
		want      func() penalty.Rule
		full      string
	}{
		{"slot-relative/sum,squared", map[string]uint64{"cap": 9}, func() penalty.Rule {
			r := relative
			r.Reading, r.Squared, r.Cap = penalty.Sum, true, 9
			return r.Rule()
		}, "slot-relative/sum,squared,cap=9"},
		{"slot-relative/sum,squared", map[string]uint64{"cap": 4}, func() penalty.Rule {
			r := relative
			r.Reading, r.Squared = penalty.Sum, true
			return r.Rule()
		}, "slot-relative/sum,squared"},
		{"slot-relative/previous-epoch,offline,cap=7", map[string]uint64{"window": 5}, func() penalty.Rule {
			r := relative
			r.PreviousEpoch, r.Offline, r.Cap, r.WindowSlots = true, true, 7, 5
			return r.Rule()
		}, "slot-relative/previous-epoch,offline,cap=7,window=5"},
		{"smoothed-2026/E1,window=65536", map[string]uint64{"cap": 64}, func() penalty.Rule {
			return penalty.Smoothed2026{Slope: 381, Cap: 64, Window: 1 << 16}.Rule()
		}, "smoothed-2026/E1,cap=64,window=65536"},
		{"smoothed-2026/E0", map[string]uint64{"floor": 1024}, func() penalty.Rule {
			return penalty.Smoothed2026{Slope: 6, Cap: 64, Window: 1 << 17, FloorDivisor: 1024}.Rule()
		}, "smoothed-2026/E0,floor=1024"},
		{"net-excess-2024/offline,adjustment=64", map[string]uint64{"cap": 16}, func() penalty.Rule {
			return penalty.NetExcess2024{Adjustment: 64, Cap: 16, Offline: true}.Rule()
		}, "net-excess-2024/offline,adjustment=64,cap=16"},
		{"net-excess-per-flag/adjustment=64", map[string]uint64{"cap": 16}, func() penalty.Rule {
			return penalty.NetExcessPerFlag{Adjustment: 64, Cap: 16}.Rule()
		}, "net-excess-per-flag/adjustment=64,cap=16"},
	} {
		got, err := scenario.Tuned(c.name, c.constants)
		require.NoError(t, err, c.name)
		require.Equal(t, c.full, got.FullName())
		want := c.want()
		require.Equal(t, want.Cap, got.Cap, c.name)
		require.Equal(t, want.Scope, got.Scope, c.name)
		a, b := make([]penalty.Factors, len(slots)), make([]penalty.Factors, len(slots))
		gotMemory, err := penalty.Walk(a, &got, penalty.Memory{}, slots)
		require.NoError(t, err, c.name)
		wantMemory, err := penalty.Walk(b, &want, penalty.Memory{}, slots)
		require.NoError(t, err, c.name)
		require.Equal(t, b, a, c.name)
		require.Equal(t, wantMemory, gotMemory, c.name)
	}
}
