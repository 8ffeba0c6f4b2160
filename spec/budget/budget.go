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
	Time  time.Duration // on the clock
	Bytes uint64        // allocated in all, freed or not
}

// Input is the usual limit of one input.
var Input = Limit{Time: 2 * time.Second, Bytes: 256 << 20}

// poll is how often work under way is looked at.
const poll = 20 * time.Millisecond

// Run calls f and fails the test when f took more than the limit. Work that goes on
// beyond twice the limit cannot be stopped from outside: it ends the process by a
// panic, which a fuzz target reports together with the input. What other goroutines
// allocate meanwhile counts, so tests that run in parallel should not use it.
func Run(t testing.TB, limit Limit, f func()) {
	t.Helper()
	if limit.Time == 0 {
		limit.Time = Input.Time
	}
	if limit.Bytes == 0 {
		limit.Bytes = Input.Bytes
	}
	start, before := time.Now(), allocated()
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
	if took := time.Since(start); took > limit.Time {
		t.Errorf("took %v, over the budget of %v", took, limit.Time)
	}
	if bytes := allocated() - before; bytes > limit.Bytes {
		t.Errorf("allocated %d bytes, over the budget of %d", bytes, limit.Bytes)
	}
}

// watch panics when the work is beyond twice its limit before it is done.
func watch(done <-chan struct{}, limit Limit, start time.Time, before uint64) {
	tick := time.NewTicker(poll)
	defer tick.Stop()
	for {
		select {
		case <-done:
			return
		case <-tick.C:
		}
		took, bytes := time.Since(start), allocated()-before
		if took > 2*limit.Time || bytes > 2*limit.Bytes {
			panic(fmt.Sprintf("over twice the budget and still at work: %v of %v, %d bytes of %d", took, limit.Time, bytes, limit.Bytes))
		}
	}
}

// allocated is how many bytes this process has allocated on its heap so far.
func allocated() uint64 {
	s := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}
