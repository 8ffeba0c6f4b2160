package cofailure

import (
	"fmt"
	"math"
	"slices"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// Quality counts the failures of every validator by kind, from which fake
// clusters and the redistribution of failures follow. It travels by its binary
// form. The zero value, of limit 0, adds up with any.
type Quality struct {
	events [KindCount][]uint32
	slots  uint64
	limit  uint32
}

// NewQuality prepares to count for validators below limit; failures of others
// are left out, as are those from 2^24 on. Memory is 16 bytes a validator, from the
// first failure on.
func NewQuality(limit uint32) *Quality { return &Quality{limit: min(limit, maxIndex)} }

// allocate makes room for the failures of every validator.
func (q *Quality) allocate() {
	if len(q.events[0]) == int(q.limit) {
		return
	}
	for k := range q.events {
		q.events[k] = make([]uint32, q.limit)
	}
}

// Slot counts the failures of a slot of which the epoch before is known.
func (q *Quality) Slot(failures []Failure) {
	if q == nil {
		return
	}
	if q.slots++; len(failures) > 0 {
		q.allocate()
	}
	for _, f := range failures {
		v := f.Validator()
		if uint64(v) >= uint64(len(q.events[0])) {
			continue
		}
		for k, n := range kindsOf[uint8(f>>48)%howCount] {
			q.events[k][v] += n
		}
	}
}

// Merge adds what o counted, which must have the same limit, else the error
// wraps [spec.ErrInput]; a count above 32 bits gives [spec.ErrOverflow]. After an
// error q is as before. Parts add up in any order to the same.
func (q *Quality) Merge(o *Quality) error {
	if q == nil {
		return spec.Atf("quality", -1, spec.ErrInput, "none")
	}
	if o.empty() {
		return nil
	}
	if q.empty() {
		*q = *o
		for k := range q.events {
			q.events[k] = slices.Clone(o.events[k])
		}
		return nil
	}
	if q.limit != o.limit {
		return fmt.Errorf("%w: qualities of %d and %d validators", spec.ErrInput, q.limit, o.limit)
	}
	if len(o.events[0]) > 0 {
		q.allocate()
	}
	_, fits := u64.Add(q.slots, o.slots)
	for k := range q.events {
		for v, n := range o.events[k] {
			fits = fits && q.events[k][v] <= math.MaxUint32-n
		}
	}
	if !fits {
		return spec.At("quality", -1, spec.ErrOverflow)
	}
	q.slots += o.slots
	for k := range q.events {
		for v, n := range o.events[k] {
			q.events[k][v] += n
		}
	}
	return nil
}

// empty says that it is as the zero value.
func (q *Quality) empty() bool { return q == nil || q.limit == 0 && q.slots == 0 }

// Redistributed is the third method that the analysis names: every validator
// keeps its number of failures, dealt out over all epochs at random and
// independently of the others. Two members then meet in a failure of one slot in
// e*e' / (32 * epochs) cases on average, e and e' being their failures: the sum
// over the ordered pairs of members of every cluster of more than ten. It
// takes every validator as active throughout. Faulty clusters wrap
// [spec.ErrInput].
func (q *Quality) Redistributed(clusters *Clusters) (of [KindCount]float64, err error) {
	if err := clusters.validate(); err != nil || q.empty() || q.slots == 0 {
		return of, err
	}
	for k, events := range q.events {
		sums, squares := make([]uint64, len(clusters.Sizes)), make([]float64, len(clusters.Sizes))
		for v, e := range events {
			c := clusters.of(uint32(v))
			sums[c] += uint64(e)
			squares[c] += float64(e) * float64(e)
		}
		for c := range sums {
			if clusters.counts(uint16(c)) {
				of[k] += (float64(sums[c])*float64(sums[c]) - squares[c]) / float64(q.slots)
			}
		}
	}
	return of, nil
}
