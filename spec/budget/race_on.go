//go:build race

package budget

// slower is how many times its time the same work may take: the race detector's own
// documentation says two to twenty.
const slower = 4
