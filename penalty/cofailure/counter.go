package cofailure

import (
	"math/bits"

	"github.com/stakesim/stakesim/spec"
)

// Standard is the effective balance, in ETH, that cells are apart for.
const Standard = 32

// Cell counts validators of one class of clusters that failed alike in one slot.
type Cell struct {
	Class uint16
	How   How
	// Standard says that each has 32 ETH of effective balance; else none has.
	Standard bool
	Count    uint32
}

// Clusters divides validators into clusters, and clusters into classes.
// Nothing in it is copied by those that use it.
type Clusters struct {
	// Of is the cluster by validator. Cluster 0 holds those without one, as do
	// validators beyond the end; it has no co-failures.
	Of    []uint16
	Sizes []uint64 // members by cluster
	// Class by cluster: what is counted of a slot is kept apart by it. Nil puts
	// all into class 0.
	Class      []uint16
	Validators uint64 // all there are
}

// MaxClusters bounds the clusters.
const MaxClusters = 1 << 16

// MaxClasses bounds the classes, of which a [Counter] keeps 1 KiB each.
const MaxClasses = 1 << 12

func (c *Clusters) validate() error {
	if c == nil {
		return spec.Atf("clusters", -1, spec.ErrInput, "none")
	}
	if len(c.Sizes) == 0 || len(c.Sizes) > MaxClusters {
		return spec.Atf("Sizes", -1, spec.ErrInput, "%d clusters, not 1 to %d", len(c.Sizes), MaxClusters)
	}
	if c.Class != nil && len(c.Class) != len(c.Sizes) {
		return spec.Atf("Class", -1, spec.ErrInput, "%d rows for %d clusters", len(c.Class), len(c.Sizes))
	}
	for i, class := range c.Class {
		if class >= MaxClasses {
			return spec.Atf("Class", i, spec.ErrInput, "%d, not below %d", class, MaxClasses)
		}
	}
	for i, size := range c.Sizes {
		if size > maxIndex {
			return spec.Atf("Sizes", i, spec.ErrInput, "%d members, above %d", size, maxIndex)
		}
	}
	for v, cluster := range c.Of {
		if int(cluster) >= len(c.Sizes) {
			return spec.Atf("Of", v, spec.ErrInput, "cluster %d of %d", cluster, len(c.Sizes))
		}
	}
	return nil
}

// counts says whether co-failures of a cluster count.
func (c *Clusters) counts(cluster uint16) bool { return cluster != 0 && c.Sizes[cluster] >= minCluster }

// of is the cluster of a validator.
func (c *Clusters) of(validator uint32) uint16 {
	if c != nil && uint64(validator) < uint64(len(c.Of)) {
		return c.Of[validator]
	}
	return 0
}

// ClassOf is the class of a validator's cluster; 0 without clusters.
func (c *Clusters) ClassOf(validator uint32) uint16 {
	if cluster := c.of(validator); c != nil && int(cluster) < len(c.Class) {
		return c.Class[cluster]
	}
	return 0
}

// lanes are four counters of 32 bits, one a kind: 0 and 1, 2 and 3.
type lanes [2]uint64

func (l lanes) split() [KindCount]uint64 {
	const low = 1<<32 - 1
	return [KindCount]uint64{l[0] & low, l[0] >> 32, l[1] & low, l[1] >> 32}
}

// Counter counts co-failures slot by slot. Its work grows with the failures of
// a slot, not with the validators. It is not safe for concurrent use; counters of
// parts add up with [Counter.Merge].
type Counter struct {
	clusters *Clusters
	class    []uint16 // by cluster
	others   []uint64 // by cluster: its size less one, 0 where co-failures do not count
	kinds    [howCount]lanes

	// Of the slot under way.
	perCluster []lanes
	cells      []uint32 // by class, standard, how
	gathered   []uint16 // clusters of the failures
	seen       []uint16 // clusters, some of them twice
	touched    []uint32 // positions in cells
	out        []Cell

	Odd    []Failure // of the last slot, those without 32 ETH; reused by the next
	Counts           // of all slots
}

// NewCounter prepares to count. Clusters that do not belong together, too many
// of them or of classes wrap [spec.ErrInput].
func NewCounter(clusters *Clusters) (*Counter, error) {
	if err := clusters.validate(); err != nil {
		return nil, err
	}
	n := len(clusters.Sizes)
	c := &Counter{
		clusters: clusters, class: clusters.Class, others: make([]uint64, n),
		perCluster: make([]lanes, n), Counts: Counts{ByCluster: make([][KindCount]uint64, n)},
	}
	if c.class == nil {
		c.class = make([]uint16, n)
	}
	classes := 0
	for i, class := range c.class {
		classes = max(classes, int(class)+1)
		if clusters.counts(uint16(i)) {
			c.others[i] = clusters.Sizes[i] - 1
		}
	}
	c.cells = make([]uint32, classes<<(howBits+1))
	for h := range How(howCount) {
		for k, n := range kindsOf[h] {
			c.kinds[h][k/2] |= uint64(n) << (k % 2 * 32)
		}
	}
	return c, nil
}

// Slot counts the failures of one slot, fewer than 2^32. With history false,
// nothing is known of the epoch before, and no pairs count. The cells that come
// back, in no particular order, are reused by the next call. A counter that
// [NewCounter] has not made counts nothing.
func (c *Counter) Slot(failures []Failure, history bool) []Cell {
	if c == nil || c.clusters == nil {
		return nil
	}
	if n := len(failures); n >= len(c.seen) {
		c.gathered, c.seen, c.touched = make([]uint16, 2*n+1), make([]uint16, 2*n+1), make([]uint32, 2*n+1)
	}
	clusters := c.gather(failures)
	seen, touched := c.meet(failures, clusters), c.bin(failures, clusters)
	c.out = c.out[:0]
	for _, at := range c.touched[:touched] {
		n := c.cells[at]
		c.cells[at] = 0
		c.out = append(c.out, Cell{uint16(at >> (howBits + 1)), How(at % howCount), at>>howBits&1 != 0, n})
	}
	if history {
		c.pairs(c.seen[:seen])
	}
	for _, cluster := range c.seen[:seen] {
		c.perCluster[cluster] = lanes{}
	}
	return c.out
}

// Three short loops over the failures of a slot do the work: one would run out
// of registers, and have fewer loads under way. Whether a counter was zero
// before cannot be predicted, so its place is noted always and kept or not
// without a branch.

// gather looks the clusters up.
func (c *Counter) gather(failures []Failure) []uint16 {
	of, to := c.clusters.Of, c.gathered[:len(failures)]
	for i, f := range failures {
		if v := uint(f.Validator()); v < uint(len(of)) {
			to[i] = of[v]
		} else {
			to[i] = 0
		}
	}
	return to
}

// meet counts the failures of every cluster by kind, and returns how many
// clusters are in c.seen.
func (c *Counter) meet(failures []Failure, clusters []uint16) (seen int) {
	at, perCluster, kinds := c.seen[:len(failures)+1], c.perCluster, &c.kinds
	for i, cluster := range clusters[:len(failures)] {
		add, l := &kinds[failures[i]>>48%howCount], &perCluster[cluster]
		at[seen] = cluster
		before := l[0] | l[1]
		l[0] += add[0]
		l[1] += add[1]
		if before == 0 {
			seen++
		}
	}
	return seen
}

// bin counts the failures by cell, and returns how many cells are in
// c.touched; c.Odd are the failures without 32 ETH.
func (c *Counter) bin(failures []Failure, clusters []uint16) (touched int) {
	at, class, cells := c.touched[:len(failures)+1], c.class, c.cells
	c.Odd = c.Odd[:0]
	for i, cluster := range clusters[:len(failures)] {
		f := failures[i]
		cell := uint32(class[cluster])<<(howBits+1) | uint32(f>>48%howCount)
		if uint16(f>>32) == Standard {
			cell |= howCount
		} else {
			c.Odd = append(c.Odd, f)
		}
		n := cells[cell]
		at[touched] = cell
		cells[cell] = n + 1
		if n == 0 {
			touched++
		}
	}
	return touched
}

// pairs counts co-failures of the clusters seen in the slot.
func (c *Counter) pairs(seen []uint16) {
	c.Slots++
	var total, weight [KindCount]uint64
	for _, cell := range c.out {
		for k, one := range c.kinds[cell.How].split() {
			total[k] += one * uint64(cell.Count)
		}
	}
	var co [KindCount]uint64
	for _, cluster := range seen {
		l := c.perCluster[cluster]
		c.perCluster[cluster] = lanes{} // it may be seen twice
		by, others := &c.ByCluster[cluster], c.others[cluster]
		n := l.split()
		by[0], by[1], by[2], by[3] = by[0]+n[0], by[1]+n[1], by[2]+n[2], by[3]+n[3]
		if others == 0 {
			continue
		}
		weight[0] += n[0] * others
		weight[1] += n[1] * others
		weight[2] += n[2] * others
		weight[3] += n[3] * others
		co[0] += n[0]*n[0] - n[0]
		co[1] += n[1]*n[1] - n[1]
		co[2] += n[2]*n[2] - n[2]
		co[3] += n[3]*n[3] - n[3]
	}
	for k, n := range total {
		c.Co[k] += co[k]
		c.Failures[k] += n
		if n > 1 {
			c.share[k].add(bits.Mul64(n-1, weight[k]))
		}
	}
}

// Merge adds what o counted: see [Counts.Merge].
func (c *Counter) Merge(o *Counter) error {
	if o == nil || c == nil {
		return spec.Atf("counter", -1, spec.ErrInput, "none")
	}
	return c.Counts.Merge(&o.Counts)
}

// UnmarshalBinary goes on from what a counter over as many clusters had counted:
// see [Counts.UnmarshalBinary].
func (c *Counter) UnmarshalBinary(data []byte) error {
	if c == nil {
		return spec.Atf("counter", -1, spec.ErrInput, "none")
	}
	var n Counts
	if err := n.UnmarshalBinary(data); err != nil {
		return err
	}
	if len(n.ByCluster) != len(c.others) {
		return spec.Atf("counts", -1, spec.ErrInput, "%d clusters, not %d", len(n.ByCluster), len(c.others))
	}
	c.Counts = n
	return nil
}
