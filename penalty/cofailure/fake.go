package cofailure

import (
	"cmp"
	"slices"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/u64"
)

// Fake counts the co-failures of fake clusters: the members of every real one
// replaced by validators of about the same quality. What it counted travels by
// its binary form; the zero value has no clusters, counts nothing, and adds up.
type Fake struct {
	clusterOf [KindCount][]uint16
	counts    [KindCount][]uint32
	touched   []uint16
	Co        [KindCount]uint64 // ordered pairs
}

// Fake pairs the validators of has, in stable order of their failures, with
// their neighbours at rank XOR 127 and puts each into the other's cluster. A
// rank without a neighbour, near the end, stays where it is; the published
// script, see [AsPublished], takes the last rank instead. Faulty clusters wrap
// [spec.ErrInput].
func (q *Quality) Fake(clusters *Clusters, has func(validator uint32) bool) (*Fake, error) {
	if err := clusters.validate(); err != nil {
		return nil, err
	}
	if q == nil || has == nil {
		return nil, spec.Atf("quality", -1, spec.ErrInput, "none, or nobody who says which validators there are")
	}
	q.allocate()
	f := new(Fake)
	var known []uint32
	for v := range q.limit {
		if has(v) {
			known = append(known, v)
		}
	}
	for k, events := range q.events {
		order := slices.Clone(known)
		slices.SortStableFunc(order, func(x, y uint32) int { return cmp.Compare(events[x], events[y]) })
		f.counts[k] = make([]uint32, len(clusters.Sizes))
		f.clusterOf[k] = make([]uint16, len(events))
		for rank, v := range order {
			member := v
			if to := rank ^ xor; to < len(order) {
				member = order[to]
			}
			if c := clusters.of(member); clusters.counts(c) {
				f.clusterOf[k][v] = c
			}
		}
	}
	return f, nil
}

// Slot counts the failures of one slot of which the epoch before is known.
func (f *Fake) Slot(failures []Failure) {
	if f == nil {
		return
	}
	for k := range f.clusterOf {
		of, counts := f.clusterOf[k], f.counts[k]
		for _, fail := range failures {
			v := fail.Validator()
			if kindsOf[uint8(fail>>48)%howCount][k] == 0 || uint64(v) >= uint64(len(of)) || of[v] == 0 {
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

// Merge adds what o counted with the same fake clusters. A sum above 64 bits gives
// [spec.ErrOverflow] and leaves f as before. Parts add up in any order to the same.
func (f *Fake) Merge(o *Fake) error {
	if f == nil || o == nil {
		return spec.Atf("fake", -1, spec.ErrInput, "none")
	}
	sums := f.Co
	for k := range sums {
		var ok bool
		if sums[k], ok = u64.Add(sums[k], o.Co[k]); !ok {
			return spec.At("fake", -1, spec.ErrOverflow)
		}
	}
	f.Co = sums
	return nil
}
