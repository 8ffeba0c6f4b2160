package dataset

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/file"
)

// Kind says what is wrong with a piece of input.
type Kind uint8

// The kinds of bad input.
const (
	Malformed        Kind = iota // a line, row or file that does not parse
	IDTooLarge                   // a validator index of 2^32 or more
	SlotTwice                    // the slot of the line before
	SlotOrder                    // a slot below the one before
	IDTwice                      // a validator twice in one list
	Outsider                     // an attester that is not in its slot's committee
	NoCommittee                  // attesters of a slot without a committee
	NoAttesters                  // a committee of which nothing says who attested
	UnknownValidator             // a label or row of a validator that the record does not know
	LabelTwice                   // a second label of one validator
	MissingColumn                // a column that is needed and not there
	Truncated                    // a file that ends too early
	MissingFile                  // a table without files
	NoBlock                      // a slot before the first block that is known
	OtherNetwork                 // a file of another network than was stated
	kindCount
)

var kindNames = [kindCount]string{
	"malformed input", "validator index too large", "slot twice", "slot out of order", "validator twice in a list",
	"attester outside its committee", "attesters without a committee", "committee without attesters",
	"unknown validator", "validator labelled twice", "missing column", "truncated file", "missing file",
	"no block at or before the slot", "another network",
}

// String returns a few words.
func (k Kind) String() string {
	if k >= kindCount {
		return fmt.Sprintf("kind(%d)", uint8(k))
	}
	return kindNames[k]
}

// Kinds returns all kinds in order.
func Kinds() []Kind {
	kinds := make([]Kind, kindCount)
	for i := range kinds {
		kinds[i] = Kind(i)
	}
	return kinds
}

// Fault is one piece of bad input and where it is. It wraps [spec.ErrInput].
type Fault struct {
	File   string
	Line   int    // from 1; 0 when the file as a whole is meant
	Column string // of a table; empty in lists
	Kind   Kind
	Detail string // the offending value; may be empty
	Err    error  // the cause in a library; may be nil
}

// Error returns "file:line: kind: detail".
func (f *Fault) Error() string {
	var b strings.Builder
	b.WriteString(f.File)
	if f.Line > 0 {
		fmt.Fprintf(&b, ":%d", f.Line)
	}
	if f.Column != "" {
		fmt.Fprintf(&b, ": column %s", f.Column)
	}
	fmt.Fprintf(&b, ": %v", f.Kind)
	if f.Detail != "" {
		b.WriteString(": " + f.Detail)
	}
	if f.Err != nil {
		fmt.Fprintf(&b, ": %v", f.Err)
	}
	return b.String()
}

// Unwrap returns [spec.ErrInput] and the cause.
func (f *Fault) Unwrap() []error {
	if f.Err == nil {
		return []error{spec.ErrInput}
	}
	return []error{spec.ErrInput, f.Err}
}

// asFault makes a [Fault] of bad input that [file] has found; other errors, such as
// those of the machine, stay.
func asFault(err error) error {
	place := new(file.Error)
	if !errors.As(err, &place) || !errors.Is(err, spec.ErrInput) {
		return err
	}
	kind := Malformed
	if errors.Is(err, io.ErrUnexpectedEOF) {
		kind = Truncated
	}
	return &Fault{File: place.File, Line: place.Line, Kind: kind, Err: place.Detail()}
}

// Faults decides what becomes of bad input. The zero value is strict: the
// first fault is an error. A lenient one leaves the bad piece out and counts
// it. It is not safe for concurrent use.
type Faults struct {
	Lenient bool
	Counts  [kindCount]uint64 // how often each kind was met, when lenient
	// Met is called with every fault that is counted, when not nil; whoever
	// keeps a record of what was left out listens here.
	Met func(*Fault)
}

// Report returns the fault as an error, or counts it and returns nil. A nil
// receiver is strict.
func (f *Faults) Report(fault *Fault) error {
	if f == nil || !f.Lenient {
		return fault
	}
	f.Counts[fault.Kind%kindCount]++
	if f.Met != nil {
		f.Met(fault)
	}
	return nil
}

// quiet says that faults are counted and nobody sees them.
func (f *Faults) quiet() bool { return f != nil && f.Lenient && f.Met == nil }

// Add adds what others have counted.
func (f *Faults) Add(o *Faults) {
	for k, n := range o.Counts {
		f.Counts[k] += n
	}
}

// Total is the number of faults counted.
func (f *Faults) Total() (n uint64) {
	for _, c := range f.Counts {
		n += c
	}
	return n
}

// Summary lists the kinds met with their counts, or "" when there are none.
func (f *Faults) Summary() string {
	var parts []string
	for k, n := range f.Counts {
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%v: %d", Kind(k), n))
		}
	}
	return strings.Join(parts, ", ")
}
