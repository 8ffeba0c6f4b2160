package cofailure

import "github.com/stakesim/stakesim/spec"

// Expected is how many co-failures of one kind there would be if clusters meant
// nothing, by each naive method.
type Expected struct {
	// ShareOfFailures deals the failures of each slot out to all validators
	// alike: every failure of a cluster meets the slot's other failures times
	// the cluster's share of the other validators.
	ShareOfFailures float64
	// GlobalRate lets every validator fail at the rate of all: the square of a
	// cluster's failures a slot at that rate, for each slot. It is the published
	// form, and too high: size squared counts every validator with itself, where
	// co-failures are the size * (size - 1) ordered pairs of two.
	GlobalRate float64
	// GlobalRatePairs is that of pairs alone, (size - 1) / size of each cluster's
	// part: 10 % less than published where clusters have 11 members.
	GlobalRatePairs float64
	// OwnRate is GlobalRate with each cluster's own rate, which is what the
	// script of the analysis computes, and OwnRatePairs that of pairs alone.
	OwnRate, OwnRatePairs float64
}

// Expected applies the naive methods to what was counted: one result a kind, all
// zero for a counter that [NewCounter] has not made.
func (c *Counter) Expected() (of [KindCount]Expected) {
	if c == nil || c.clusters == nil || len(c.clusters.Sizes) != len(c.ByCluster) {
		return of
	}
	return c.expected(c.clusters)
}

// Expected applies the naive methods to what was counted over the clusters: one
// result a kind. Other clusters wrap [spec.ErrInput].
func (c *Counts) Expected(clusters *Clusters) (of [KindCount]Expected, err error) {
	if c == nil || clusters == nil {
		return of, spec.Atf("clusters", -1, spec.ErrInput, "no counts, or none of their clusters")
	}
	if len(clusters.Sizes) != len(c.ByCluster) {
		return of, spec.Atf("ByCluster", -1, spec.ErrInput, "%d rows for %d clusters", len(c.ByCluster), len(clusters.Sizes))
	}
	return c.expected(clusters), nil
}

func (c *Counts) expected(clusters *Clusters) (of [KindCount]Expected) {
	slots := float64(c.Slots)
	if slots == 0 {
		return of
	}
	for k := range of {
		everyone := float64(clusters.Validators)
		if everyone > 1 {
			of[k].ShareOfFailures = c.share[k].float() / (everyone - 1)
		}
		var rate float64 // failures of a validator in a slot
		if everyone > 0 {
			rate = float64(c.Failures[k]) / slots / everyone
		}
		for i, size := range clusters.Sizes {
			if !clusters.counts(uint16(i)) {
				continue
			}
			atGlobal, atOwn := float64(size)*rate, float64(c.ByCluster[i][k])/slots
			global, own, apart := atGlobal*atGlobal*slots, atOwn*atOwn*slots, float64(size-1)/float64(size)
			of[k].GlobalRate += global
			of[k].GlobalRatePairs += global * apart
			of[k].OwnRate += own
			of[k].OwnRatePairs += own * apart
		}
	}
	return of
}
