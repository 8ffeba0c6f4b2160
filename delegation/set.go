package delegation

import (
	"iter"
	"slices"
)

// keysPerChunk is the most keys in a chunk of a set.
const keysPerChunk = 64

// key is an entry of an index: one to three numbers, the last of them an id.
type key [3]uint64

func (k key) compare(o key) int {
	switch {
	case k.less(o):
		return -1
	case o.less(k):
		return 1
	}
	return 0
}

func (k key) less(o key) bool {
	switch {
	case k[0] != o[0]:
		return k[0] < o[0]
	case k[1] != o[1]:
		return k[1] < o[1]
	}
	return k[2] < o[2]
}

// set is a sorted set of keys in chunks: lookup O(log n), insertion and deletion
// O(log n + keysPerChunk), and the same order whatever the history.
type set struct {
	chunks [][]key
	first  []uint64 // component 0 of the first key of each chunk
	n      int
}

// find returns where k is, or where it would be inserted.
func (s *set) find(k key) (c, i int) {
	lo, hi := 0, len(s.first)
	for lo < hi { // to the first chunk that begins above k
		mid := (lo + hi) / 2
		if f := s.first[mid]; f < k[0] || f == k[0] && !k.less(s.chunks[mid][0]) {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if len(s.chunks) == 0 {
		return 0, 0
	}
	c = max(lo-1, 0)
	keys := s.chunks[c]
	lo, hi = 0, len(keys)
	for lo < hi {
		if mid := (lo + hi) / 2; keys[mid].less(k) {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return c, lo
}

// put inserts a key that is not there, or with present false removes one that is.
func (s *set) put(k key, present bool) {
	if present {
		s.insert(k)
	} else {
		s.remove(k)
	}
}

func (s *set) insert(k key) {
	s.n++
	if len(s.chunks) == 0 {
		s.chunks, s.first = [][]key{{k}}, []uint64{k[0]}
		return
	}
	c, i := s.find(k)
	if keys := s.chunks[c]; len(keys) == keysPerChunk {
		at := keysPerChunk / 2
		if i == keysPerChunk { // ascending keys fill their chunks
			at = keysPerChunk
		}
		half := append(make([]key, 0, keysPerChunk), keys[at:]...)
		s.chunks[c] = keys[:at]
		if i >= at {
			half = slices.Insert(half, i-at, k)
		} else {
			s.chunks[c] = slices.Insert(keys[:at], i, k)
		}
		s.chunks = slices.Insert(s.chunks, c+1, half)
		s.first = slices.Insert(s.first, c+1, half[0][0])
	} else {
		s.chunks[c] = slices.Insert(keys, i, k)
	}
	s.first[c] = s.chunks[c][0][0]
}

func (s *set) remove(k key) {
	c, i := s.find(k)
	if len(s.chunks) == 0 || i == len(s.chunks[c]) || s.chunks[c][i] != k {
		return
	}
	s.n--
	keys := slices.Delete(s.chunks[c], i, i+1)
	s.chunks[c] = keys
	if len(keys) == 0 {
		s.drop(c)
		return
	}
	s.first[c] = keys[0][0]
	if next := c + 1; next < len(s.chunks) && len(keys)+len(s.chunks[next]) <= keysPerChunk/2 {
		s.chunks[c] = append(keys, s.chunks[next]...)
		s.drop(next)
	}
}

func (s *set) drop(c int) {
	s.chunks, s.first = slices.Delete(s.chunks, c, c+1), slices.Delete(s.first, c, c+1)
}

// all yields every key in order. The set must not change meanwhile.
func (s *set) all() iter.Seq[key] { return s.from(key{}) }

// from yields the keys not below k in order.
func (s *set) from(k key) iter.Seq[key] {
	return func(yield func(key) bool) {
		c, i := s.find(k)
		for ; c < len(s.chunks); c, i = c+1, 0 {
			for _, v := range s.chunks[c][i:] {
				if !yield(v) {
					return
				}
			}
		}
	}
}

// with yields the keys that begin with the given components.
func (s *set) with(prefix ...uint64) iter.Seq[key] {
	return func(yield func(key) bool) {
		var start key
		copy(start[:], prefix)
		for k := range s.from(start) {
			for i, c := range prefix {
				if k[i] != c {
					return
				}
			}
			if !yield(k) {
				return
			}
		}
	}
}

// ids collects component i of the keys that begin with the given components, so
// that the set may change while they are worked through.
func (s *set) ids(i int, prefix ...uint64) (list []uint64) {
	for k := range s.with(prefix...) {
		list = append(list, k[i])
	}
	return list
}

// has reports whether any key begins with the given components.
func (s *set) has(prefix ...uint64) bool {
	for range s.with(prefix...) {
		return true
	}
	return false
}

// due collects component 1 of the keys whose component 0 is at most limit.
func (s *set) due(limit uint64) (list []uint64) {
	for k := range s.all() {
		if k[0] > limit {
			break
		}
		list = append(list, k[1])
	}
	return list
}

// count returns how many keys begin with a and b, up to limit.
func (s *set) count(a, b, limit uint64) (n uint64) {
	for k := range s.from(key{a, b}) {
		if n == limit || k[0] != a || k[1] != b {
			break
		}
		n++
	}
	return n
}

func (s *set) clone() set {
	c := set{slices.Clone(s.chunks), slices.Clone(s.first), s.n}
	for i, keys := range c.chunks {
		c.chunks[i] = slices.Clone(keys)
	}
	return c
}

// slice copies the keys.
func (s *set) slice() []key { return slices.Concat(s.chunks...) }
