//go:build !race

package budget

// slower is how many times its time the same work may take.
const slower = 1
