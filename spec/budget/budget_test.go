package budget

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// recorder is a test that remembers that it failed.
type recorder struct {
	testing.TB
	failed int
}

func (r *recorder) Helper()               {}
func (r *recorder) Errorf(string, ...any) { r.failed++ }

var sink []byte

func TestWorkBeyondItsBudgetFails(t *testing.T) {
	for _, c := range []struct {
		name   string
		limit  Limit
		work   func()
		failed int
	}{
		{"nothing to do", Limit{}, func() {}, 0},
		{"too slow", Limit{Time: 30 * time.Millisecond}, func() { spin(slower * 35 * time.Millisecond) }, 1},
		{"slow because it has to wait", Limit{Time: 30 * time.Millisecond}, func() { time.Sleep(40 * time.Millisecond) }, 0},
		{"waiting for ever", Limit{Time: time.Millisecond}, func() { time.Sleep(slower * 25 * time.Millisecond) }, 1},
		{"too much memory", Limit{Bytes: 1 << 20}, func() { sink = make([]byte, 3<<19) }, 1},
		{"within both", Limit{Bytes: 1 << 20}, func() { sink = make([]byte, 1<<10) }, 0},
	} {
		r := &recorder{TB: t}
		Run(r, c.limit, c.work)
		require.Equal(t, c.failed, r.failed, c.name)
	}
}

// spin keeps the processor busy for so long, at work of its own.
func spin(d time.Duration) {
	for start := processorTime(); processorTime()-start < d; {
	}
}

func TestWorkThatDoesNotEndPanics(t *testing.T) {
	require.Panics(t, func() {
		watch(nil, Limit{Time: time.Millisecond, Bytes: 1 << 40}, now(), allocated())
	})
}
