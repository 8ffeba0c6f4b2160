package cofailure

import (
	"cmp"
	"slices"

	"github.com/stakesim/stakesim/spec"
)

// Fake counts the co-failures of fake clusters: the members of every real one
// replaced by validators of about the same quality.
type Fake struct {
	clusterOf [KindCount][]uint32
	counts    [KindCount][]uint32
	touched   []uint32
	kinds     [howCount][KindCount]uint32
	Co        [KindCount]uint64 // ordered pairs
}

// Fake pairs the validators of has, in stable order of their failures, with
// their neighbours at rank XOR 127 and puts each into the other's cluster. A
// rank without a neighbour, near the end, stays where it is; the published
// script, see [AsPublished], takes the last rank instead. clusterOf and sizes are
// those of [NewCounter]; a cluster without a size wraps [spec.ErrInput].
func (q *Quality) Fake(clusterOf []uint32, sizes []uint64, has func(validator uint32) bool) (*Fake, error) {
	f := &Fake{kinds: q.kinds}
	var known []uint32
	for v := range uint32(len(q.events[0])) {
		if has(v) {
			known = append(known, v)
		}
	}
	home := func(v uint32) uint32 {
		if uint64(v) < uint64(len(clusterOf)) {
			return clusterOf[v]
		}
		return 0
	}
	for k, events := range q.events {
		order := slices.Clone(known)
		slices.SortStableFunc(order, func(x, y uint32) int { return cmp.Compare(events[x], events[y]) })
		f.counts[k] = make([]uint32, len(sizes))
		f.clusterOf[k] = make([]uint32, len(events))
		for rank, v := range order {
			member := v
			if to := rank ^ xor; to < len(order) {
				member = order[to]
			}
			c := home(member)
			if uint64(c) >= uint64(len(sizes)) {
				return nil, spec.Atf("clusterOf", int(member), spec.ErrInput, "cluster %d of %d", c, len(sizes))
			}
			if sizes[c] >= minCluster {
				f.clusterOf[k][v] = c
			}
		}
	}
	return f, nil
}

// Slot counts the failures of one slot of which the epoch before is known.
func (f *Fake) Slot(failures []Failure) {
	for k := range f.clusterOf {
		of, counts := f.clusterOf[k], f.counts[k]
		for _, fail := range failures {
			v := fail.validator()
			if f.kinds[uint8(fail>>48)%howCount][k] == 0 || uint64(v) >= uint64(len(of)) || of[v] == 0 {
				continue
			}
			c := of[v]
			if counts[c] == 0 {
				f.touched = append(f.touched, c)
			}
			counts[c]++
		}
		for _, c := range f.touched {
			n := uint64(counts[c])
			f.Co[k] += n*n - n
			counts[c] = 0
		}
		f.touched = f.touched[:0]
	}
}
