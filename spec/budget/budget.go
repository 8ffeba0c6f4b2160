// Package budget holds a test, or each input of a fuzz target, to a time and to an
// amount of memory, so that input that hangs or takes all memory is a failure with
// a stack and not a machine that stops answering.
package budget

import (
	"fmt"
	"runtime/metrics"
	"testing"
	"time"
)

// Limit is what one input may take. A zero field is the field of [Input].
type Limit struct {
	Time  time.Duration // on the clock, of which the process has had the processor; see [Run]
	Bytes uint64        // allocated in all, freed or not
}

// Input is the usual limit of one input.
var Input = Limit{Time: 2 * time.Second, Bytes: 256 << 20}

// poll is how often work under way is looked at.
const poll = 20 * time.Millisecond

// idle is how many times its limit an input may take on the clock when it does not
// have the processor: because others have, or because it waits.
const idle = 15

// Run calls f and fails the test when f took more than the limit. What counts is the
// time on the clock, or that of the processor in this process where it is less, so that
// a busy machine fails nobody; an input that only waits fails at 15 times its limit.
// Under the race detector four times the time is allowed.
//
// Work that goes on beyond twice the limit cannot be stopped from outside: it ends the
// process by a panic, which a fuzz target reports together with the input. What other
// goroutines allocate meanwhile counts, so tests that run in parallel should not use
// it.
func Run(t testing.TB, limit Limit, f func()) {
	t.Helper()
	if limit.Time == 0 {
		limit.Time = Input.Time
	}
	if limit.Bytes == 0 {
		limit.Bytes = Input.Bytes
	}
	limit.Time *= slower
	start, before := now(), allocated()
	done, watched := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(watched)
		watch(done, limit, start, before)
	}()
	defer func() {
		close(done)
		<-watched
	}()
	f()
	if took := start.took(); took > limit.Time {
		t.Errorf("took %v, over the budget of %v", took, limit.Time)
	}
	if bytes := allocated() - before; bytes > limit.Bytes {
		t.Errorf("allocated %d bytes, over the budget of %d", bytes, limit.Bytes)
	}
}

// watch panics when the work is beyond twice its limit before it is done.
func watch(done <-chan struct{}, limit Limit, start clock, before uint64) {
	tick := time.NewTicker(poll)
	defer tick.Stop()
	for {
		select {
		case <-done:
			return
		case <-tick.C:
		}
		took, bytes := start.took(), allocated()-before
		if took > 2*limit.Time || bytes > 2*limit.Bytes {
			panic(fmt.Sprintf("over twice the budget and still at work: %v of %v, %d bytes of %d", took, limit.Time, bytes, limit.Bytes))
		}
	}
}

// clock is a moment on the clock and in the processor time of this process.
type clock struct {
	wall time.Time
	cpu  time.Duration // 0 where it is not known
}

func now() clock { return clock{time.Now(), processorTime()} }

// took is the time since then that counts.
func (c clock) took() time.Duration {
	wall := time.Since(c.wall)
	if c.cpu == 0 {
		return wall
	}
	return min(wall, max(processorTime()-c.cpu, wall/idle))
}

// allocated is how many bytes this process has allocated on its heap so far.
func allocated() uint64 {
	s := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}
