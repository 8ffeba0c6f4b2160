package cofailure

// Kind is a kind of failure of which co-failures are counted.
type Kind uint8

// A fumble is a failed attestation of a validator that attested in the epoch
// before, a miss one of a validator that failed then as well. The single-slot
// kinds take an attestation that is not in the very next slot as failed.
const (
	Fumbles Kind = iota
	Misses
	SingleSlotFumbles
	SingleSlotMisses
	kindCount
)

// KindCount is the number of kinds.
const KindCount = int(kindCount)

// String returns the name in the analysis: "fumbles", "misses", "ssfumbles" or
// "ssmisses"; "" for any other value.
func (k Kind) String() string {
	if k >= kindCount {
		return ""
	}
	return [...]string{"fumbles", "misses", "ssfumbles", "ssmisses"}[k]
}

// Deadline says when an attestation counts as made.
type Deadline uint8

// The deadlines of the analysis: the longest at which inclusion is possible,
// and the next slot.
const (
	Longest Deadline = iota
	SingleSlot
	deadlineCount
)

// String is "longest" or "single-slot"; "" for any other value.
func (d Deadline) String() string {
	if d >= deadlineCount {
		return ""
	}
	return [...]string{"longest", "single-slot"}[d]
}

// Deadline is the one that the kind is counted by.
func (k Kind) Deadline() Deadline { return Deadline(k / 2 % 2) }

// kindOf is the kind of a failure by deadline and the epoch before.
func kindOf(d Deadline, failedBefore bool) Kind {
	k := Kind(2 * d)
	if failedBefore {
		k++
	}
	return k
}
