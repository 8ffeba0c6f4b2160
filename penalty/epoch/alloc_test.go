package epoch_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/penalty"
)

func TestAnEngineAllocatesNothingAfterItsFirstEpoch(t *testing.T) {
	p, r, b := town(1, 3000)
	for _, rule := range penalty.Rules() {
		t.Run(rule.FullName(), func(t *testing.T) {
			e, r := mustEngine(t, p, rule), r.Clone()
			m, err := e.ProcessEpoch(r, b, penalty.Memory{})
			require.NoError(t, err)
			allocations := testing.AllocsPerRun(10, func() {
				if m, err = e.ProcessEpoch(r, b, m); err != nil {
					panic(err)
				}
			})
			require.Zero(t, allocations)
			require.True(t, e.Fused())
		})
	}
}
