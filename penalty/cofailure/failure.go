package cofailure

// Failure is one validator of a slot that failed, in 64 bits: its index (0 to
// 31), its effective balance in ETH (32 to 47), [How] it failed (48 to 54).
// Higher bits are ignored. It is the layout of the failure lists of package
// dataset, whose columns convert with spec.As.
type Failure uint64

// NewFailure packs a failure. The effective balance is in increments of 1 ETH.
func NewFailure(validator uint32, increments uint16, how How) Failure {
	return Failure(validator) | Failure(increments)<<32 | Failure(how%howCount)<<48
}

// Validator is the validator's index.
func (f Failure) Validator() uint32 { return uint32(f) }

// Increments is the effective balance in ETH.
func (f Failure) Increments() uint16 { return uint16(f >> 32) }

// How says how the validator failed.
func (f Failure) How() How { return How(f >> 48 % howCount) }

// How is how a validator failed, the bits 48 to 54 of a [Failure].
type How uint8

// Bits of [How].
const (
	Missed       How = 1 << iota // no attestation within the longest deadline
	Late                         // none in the very next slot
	MissedBefore                 // Missed in the epoch before
	LateBefore                   // Late in the epoch before
	NoSource                     // no timely source
	NoTarget                     // no timely target
	Slashed                      // slashed
	howBits      = 7
	howCount     = 1 << howBits
)

// HowCount is the number of ways to fail: each is below it.
const HowCount = howCount

// failed tells whether a deadline was failed now, and in the epoch before.
func (h How) failed(d Deadline) (now, before bool) {
	h >>= d
	return h&Missed != 0, h&MissedBefore != 0
}

// Kinds are the kinds of failure that it is, by deadline.
func (h How) Kinds() (of [KindCount]uint32) {
	for d := range deadlineCount {
		if now, before := h.failed(d); now {
			of[kindOf(d, before)] = 1
		}
	}
	return of
}

// kindsOf are the kinds of every way to fail.
var kindsOf = func() (of [howCount][KindCount]uint32) {
	for h := range of {
		of[h] = How(h).Kinds()
	}
	return of
}()
