package cofailure

// Expected is how many co-failures of one kind there would be if clusters meant
// nothing, by each naive method.
type Expected struct {
	// ShareOfFailures deals the failures of each slot out to all validators
	// alike: every failure of a cluster meets the slot's other failures times
	// the cluster's share of the other validators.
	ShareOfFailures float64
	// GlobalRate lets every validator fail at the rate of all: the square of a
	// cluster's failures a slot at that rate, for each slot.
	GlobalRate float64
	// OwnRate is the same with each cluster's own rate, which is what the
	// script of the analysis computes.
	OwnRate float64
}

// Expected applies the naive methods to what was counted: one result a kind.
func (c *Counter) Expected() (of [KindCount]Expected) {
	slots := float64(c.Slots)
	if slots == 0 {
		return of
	}
	for k := range of {
		everyone := float64(c.clusters.Validators)
		if everyone > 1 {
			of[k].ShareOfFailures = c.share[k].float() / (everyone - 1)
		}
		var rate float64 // failures of a validator in a slot
		if everyone > 0 {
			rate = float64(c.Failures[k]) / slots / everyone
		}
		for i, size := range c.clusters.Sizes {
			if !c.clusters.counts(uint16(i)) {
				continue
			}
			atGlobal, atOwn := float64(size)*rate, float64(c.ByCluster[i][k])/slots
			of[k].GlobalRate += atGlobal * atGlobal * slots
			of[k].OwnRate += atOwn * atOwn * slots
		}
	}
	return of
}

// Quality counts the failures of every validator by kind, from which fake
// clusters and the redistribution of failures follow.
type Quality struct {
	events [KindCount][]uint32
	kinds  [howCount][KindCount]uint32
	slots  uint64
}

// NewQuality prepares to count for validators below limit; failures of others
// are left out, as are those from 2^24 on. Memory is 16 bytes a validator.
func NewQuality(limit uint32) *Quality {
	limit = min(limit, maxIndex)
	q := new(Quality)
	for k := range q.events {
		q.events[k] = make([]uint32, limit)
	}
	for h := range How(howCount) {
		q.kinds[h] = h.Kinds()
	}
	return q
}

// Slot counts the failures of a slot of which the epoch before is known.
func (q *Quality) Slot(failures []Failure) {
	q.slots++
	for _, f := range failures {
		v := f.validator()
		if uint64(v) >= uint64(len(q.events[0])) {
			continue
		}
		for k, n := range q.kinds[uint8(f>>48)%howCount] {
			q.events[k][v] += n
		}
	}
}

// Redistributed is the third method that the analysis names: every validator
// keeps its number of failures, dealt out over all epochs at random and
// independently of the others. Two members then meet in a failure of one slot in
// e*e' / (32 * epochs) cases on average, e and e' being their failures: the sum
// over the ordered pairs of members of every cluster of more than ten. It
// takes every validator as active throughout. Faulty clusters wrap
// [spec.ErrInput].
func (q *Quality) Redistributed(clusters *Clusters) (of [KindCount]float64, err error) {
	if err := clusters.validate(); err != nil || q.slots == 0 {
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
