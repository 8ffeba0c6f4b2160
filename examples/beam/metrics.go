package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/metrics"
)

// namespace is that of the counters, as a runner shows them.
const namespace = "stakesim"

// The counters of all stages. A runner that repeats a failed bundle may count
// its elements twice; the manifest holds what was written.
var (
	recordsRead     = beam.NewCounter(namespace, "records read")
	duplicates      = beam.NewCounter(namespace, "duplicates")
	unknownBalances = beam.NewCounter(namespace, "unknown balances")
	lateInclusions  = beam.NewCounter(namespace, "late inclusions")
	deadLetters     = beam.NewCounter(namespace, "dead letters")
	otherFile       = beam.NewCounter(namespace, "in another file")
	slotsMade       = beam.NewCounter(namespace, "slots")
	failuresMade    = beam.NewCounter(namespace, "failures")
)

// counts are the values of counters by name, summed over the steps of a
// pipeline.
type counts map[string]int64

// countsOf takes the committed value of a counter where the runner knows one.
func countsOf(r metrics.Results) counts {
	c := counts{}
	all := r.Query(func(m beam.MetricResult) bool { return m.Namespace() == namespace })
	for _, counter := range all.Counters() {
		c[counter.Name()] += counter.Result()
	}
	return c
}

// String lists the counters by name: "dead letters 0, records read 5".
func (c counts) String() string {
	var parts []string
	for name, n := range c {
		parts = append(parts, fmt.Sprintf("%s %d", name, n))
	}
	slices.SortFunc(parts, cmp.Compare[string])
	return strings.Join(parts, ", ")
}

// report writes the counts as one line.
func (c counts) report(w io.Writer, what string) {
	if len(c) > 0 {
		fmt.Fprintf(w, "beam: %s: %v\n", what, c)
	}
}
