//go:build unix

package ssz_test

import (
	"syscall"
	"time"
)

// cpuTime is the processor time of this process so far: on a busy machine, unlike
// the clock, it says what work costs.
func cpuTime() time.Duration {
	var r syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &r) != nil {
		return 0
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}
