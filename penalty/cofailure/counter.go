package cofailure

import (
	"fmt"
	"math/bits"

	"github.com/stakesim/stakesim/spec"
)

// Failure is one validator of a slot that failed, in 64 bits: its index (0 to
// 31), its effective balance in ETH (32 to 47), how it failed (48 to 54): bit 0
// not within the longest deadline, 1 not in the very next slot, 2 and 3 the same
// in the epoch before, 4 no timely source, 5 no timely target, 6 slashed. Higher
// bits are ignored. It is the layout of the failure lists of package dataset,
// whose columns convert with spec.As.
type Failure uint64

func (f Failure) validator() uint32 { return uint32(f) }

// How is how a validator failed, the bits 48 to 54 of a [Failure].
type How uint8

// Bits of [How].
const (
	missed How = 1 << iota
	late
	missedBefore
	lateBefore
	howBits  = 7
	howCount = 1 << howBits
)

// failed tells whether a deadline was failed now, and in the epoch before.
func (h How) failed(d Deadline) (now, before bool) {
	h >>= d
	return h&missed != 0, h&missedBefore != 0
}

// Kinds are the kinds of failure that it is, by deadline.
func (h How) kinds() (of [KindCount]uint32) {
	for d := range deadlineCount {
		if now, before := h.failed(d); now {
			of[kindOf(d, before)] = 1
		}
	}
	return of
}

// Standard is the effective balance, in ETH, that cells are apart for.
const Standard = 32

// Cell counts validators of one cluster that failed alike in one slot.
type Cell struct {
	Cluster uint32
	How     How
	// Standard says that each has 32 ETH of effective balance; else none has.
	Standard bool
	Count    uint32
}

// Counter counts co-failures slot by slot. Its work grows with the failures of
// a slot, not with the validators. It is not safe for concurrent use; counters of
// parts add up with [Counter.Merge].
type Counter struct {
	clusterOf []uint32
	sizes     []uint64
	everyone  uint64 // validators
	cells     []uint32
	touched   []uint32 // positions in cells
	perSlot   [][KindCount]uint32
	seen      []uint32 // clusters with failures in this slot
	out       []Cell
	kinds     [howCount][KindCount]uint32

	Slots    uint64            // slots counted
	Co       [KindCount]uint64 // ordered pairs
	Failures [KindCount]uint64
	// ByCluster are the failures of each cluster.
	ByCluster [][KindCount]uint64
	// share adds failures of a cluster times its other members times the other
	// failures of the slot, in 128 bits so that parts add up in any order.
	share [KindCount]wide
}

// wide is an unsigned 128-bit sum.
type wide struct{ hi, lo uint64 }

func (w *wide) add(hi, lo uint64) {
	var carry uint64
	w.lo, carry = bits.Add64(w.lo, lo, 0)
	w.hi += hi + carry
}

func (w wide) float() float64 { return float64(w.hi)*(1<<64) + float64(w.lo) }

// MaxClusters bounds the clusters of a [Counter], which keeps 1 KiB for each.
const MaxClusters = 1 << 16

// NewCounter prepares to count among validators (how many there are), of whom
// clusterOf says by index which cluster they belong to. Cluster 0 holds those
// without one, as do indices beyond clusterOf; it has no co-failures. sizes are
// the members by cluster. clusterOf is kept, not copied. A cluster without a size,
// or more than [MaxClusters], wraps [spec.ErrInput].
func NewCounter(clusterOf []uint32, sizes []uint64, validators uint64) (*Counter, error) {
	if len(sizes) == 0 || len(sizes) > MaxClusters {
		return nil, spec.Atf("sizes", -1, spec.ErrInput, "%d clusters, not 1 to %d", len(sizes), MaxClusters)
	}
	for v, c := range clusterOf {
		if uint64(c) >= uint64(len(sizes)) {
			return nil, spec.Atf("clusterOf", v, spec.ErrInput, "cluster %d of %d", c, len(sizes))
		}
	}
	c := &Counter{
		clusterOf: clusterOf, sizes: sizes, everyone: validators,
		cells: make([]uint32, len(sizes)<<(howBits+1)), perSlot: make([][KindCount]uint32, len(sizes)),
		ByCluster: make([][KindCount]uint64, len(sizes)),
	}
	for h := range How(howCount) {
		c.kinds[h] = h.kinds()
	}
	return c, nil
}

// Slot counts the failures of one slot. With history false, nothing is known of
// the epoch before, and no pairs count. The cells that come back are reused by
// the next call.
func (c *Counter) Slot(failures []Failure, history bool) []Cell {
	c.bin(failures)
	c.out = c.out[:0]
	for _, at := range c.touched {
		n := c.cells[at]
		c.cells[at] = 0
		c.out = append(c.out, Cell{at >> (howBits + 1), How(at % howCount), at>>howBits&1 != 0, n})
	}
	c.touched = c.touched[:0]
	if history {
		c.pairs()
	}
	return c.out
}

// bin sorts the failures into cells.
func (c *Counter) bin(failures []Failure) {
	clusterOf, cells, touched := c.clusterOf, c.cells, c.touched
	for _, f := range failures {
		var at uint32
		if v := f.validator(); uint64(v) < uint64(len(clusterOf)) {
			at = clusterOf[v] << (howBits + 1)
		}
		at |= uint32(f>>48) % howCount
		if uint16(f>>32) == Standard {
			at |= howCount
		}
		n := cells[at]
		if n == 0 {
			touched = append(touched, at)
		}
		cells[at] = n + 1
	}
	c.touched = touched
}

// pairs counts co-failures from the cells of the slot.
func (c *Counter) pairs() {
	c.Slots++
	var total [KindCount]uint32
	for _, cell := range c.out {
		of, kinds := &c.perSlot[cell.Cluster], &c.kinds[cell.How]
		if *of == ([KindCount]uint32{}) {
			c.seen = append(c.seen, cell.Cluster)
		}
		for k := range of {
			n := kinds[k] * cell.Count
			of[k] += n
			total[k] += n
		}
	}
	for _, cluster := range c.seen {
		of := &c.perSlot[cluster]
		for k, n := range of {
			if n > 0 {
				c.enter(k, cluster, uint64(n), total[k])
			}
		}
		*of = [KindCount]uint32{}
	}
	c.seen = c.seen[:0]
}

func (c *Counter) enter(k int, cluster uint32, n uint64, total uint32) {
	c.Failures[k] += n
	c.ByCluster[cluster][k] += n
	if size := c.sizes[cluster]; cluster != 0 && size >= minCluster {
		c.Co[k] += n*n - n
		c.share[k].add(bits.Mul64(n*uint64(total-1), size-1))
	}
}

// Merge adds what o counted, which must be over the same clusters; else the
// error wraps [spec.ErrInput] and c is as before.
func (c *Counter) Merge(o *Counter) error {
	if len(c.sizes) != len(o.sizes) {
		return fmt.Errorf("%w: counters of %d and %d clusters", spec.ErrInput, len(c.sizes), len(o.sizes))
	}
	c.Slots += o.Slots
	for k := range KindCount {
		c.Co[k] += o.Co[k]
		c.Failures[k] += o.Failures[k]
		c.share[k].add(o.share[k].hi, o.share[k].lo)
		for i := range c.ByCluster {
			c.ByCluster[i][k] += o.ByCluster[i][k]
		}
	}
	return nil
}
