//go:build !unix

package budget

import "time"

// processorTime is not known here.
func processorTime() time.Duration { return 0 }
