package cofailure

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"
	"slices"

	"github.com/stakesim/stakesim/penalty/internal/wire"
	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// Counts is what a [Counter] has counted, all integers: parts add up in any
// order to the same. It travels by its binary form. The zero value holds nothing,
// and adds up with any.
type Counts struct {
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

// Merge adds what o counted, which must be over the same clusters, else the
// error wraps [spec.ErrInput]; a sum above 64 bits gives [spec.ErrOverflow].
// After an error c is as before.
func (c *Counts) Merge(o *Counts) error {
	if c == nil {
		return spec.Atf("counts", -1, spec.ErrInput, "none")
	}
	if o.empty() {
		return nil
	}
	if c.empty() {
		*c = *o
		c.ByCluster = slices.Clone(o.ByCluster)
		return nil
	}
	if len(c.ByCluster) != len(o.ByCluster) {
		return fmt.Errorf("%w: counters of %d and %d clusters", spec.ErrInput, len(c.ByCluster), len(o.ByCluster))
	}
	if !c.fits(o) {
		return spec.At("counts", -1, spec.ErrOverflow)
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

// empty says that it is as the zero value, or not there.
func (c *Counts) empty() bool {
	if c == nil {
		return true
	}
	none := [KindCount]uint64{}
	return len(c.ByCluster) == 0 && c.Slots == 0 && c.Co == none && c.Failures == none && c.share == [KindCount]wide{}
}

// fits says that adding o overflows nothing.
func (c *Counts) fits(o *Counts) bool {
	_, all := u64.Add(c.Slots, o.Slots)
	add := func(a, b uint64) {
		_, ok := u64.Add(a, b)
		all = all && ok
	}
	for k := range KindCount {
		add(c.Co[k], o.Co[k])
		add(c.Failures[k], o.Failures[k])
		_, carry := bits.Add64(c.share[k].lo, o.share[k].lo, 0)
		_, carry = bits.Add64(c.share[k].hi, o.share[k].hi, carry)
		all = all && carry == 0
		for i := range c.ByCluster {
			add(c.ByCluster[i][k], o.ByCluster[i][k])
		}
	}
	return all
}

const countsTag, countsVersion = 'C', 1

// AppendBinary appends the binary form. It never fails; of nil it is that of the
// zero value.
func (c *Counts) AppendBinary(b []byte) ([]byte, error) {
	if c == nil {
		c = new(Counts)
	}
	b = wire.Header(b, countsTag, countsVersion)
	b = binary.AppendUvarint(b, c.Slots)
	for k := range KindCount {
		for _, v := range [...]uint64{c.Co[k], c.Failures[k], c.share[k].hi, c.share[k].lo} {
			b = binary.AppendUvarint(b, v)
		}
	}
	b = binary.AppendUvarint(b, uint64(len(c.ByCluster)))
	for i := range c.ByCluster {
		for _, v := range c.ByCluster[i] {
			b = binary.AppendUvarint(b, v)
		}
	}
	return b, nil
}

// MarshalBinary is the binary form.
func (c *Counts) MarshalBinary() ([]byte, error) { return c.AppendBinary(nil) }

// UnmarshalBinary reads the binary form. Any other bytes give an error that wraps
// [spec.ErrInput] and leave c as it was.
func (c *Counts) UnmarshalBinary(data []byte) error {
	if c == nil {
		return spec.Atf("counts", -1, spec.ErrInput, "none to read into")
	}
	r := wire.NewReader("counts", countsTag, countsVersion, data)
	n := Counts{Slots: r.Uint(math.MaxUint64)}
	for k := range KindCount {
		for _, to := range [...]*uint64{&n.Co[k], &n.Failures[k], &n.share[k].hi, &n.share[k].lo} {
			*to = r.Uint(math.MaxUint64)
		}
	}
	n.ByCluster = make([][KindCount]uint64, r.Count(MaxClusters, KindCount))
	for i := range n.ByCluster {
		for k := range KindCount {
			n.ByCluster[i][k] = r.Uint(math.MaxUint64)
		}
	}
	if err := r.Close(); err != nil {
		return err
	}
	*c = n
	return nil
}
