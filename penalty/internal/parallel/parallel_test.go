package parallel_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stakesim/stakesim/penalty/internal/parallel"
)

func TestEveryJobIsDoneOnceAndTheLowestErrorReturned(t *testing.T) {
	for _, workers := range []int{-1, 0, 1, 3, 100} {
		done := make([]atomic.Int32, 20)
		var told atomic.Int32
		err := parallel.Do(len(done), workers, func(n, all int) {
			require.Equal(t, len(done), all)
			told.Add(1)
		}, func(k int) error {
			done[k].Add(1)
			if k%7 == 5 {
				return fmt.Errorf("job %d", k)
			}
			return nil
		})
		require.EqualError(t, err, "job 5")
		require.EqualValues(t, len(done), told.Load())
		for k := range done {
			require.EqualValues(t, 1, done[k].Load(), "job %d", k)
		}
	}
	require.NoError(t, parallel.Do(0, 4, nil, nil))
}
