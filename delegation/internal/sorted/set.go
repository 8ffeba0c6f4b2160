package sorted

import (
	"iter"
	"slices"
)

// ChunkLen is the largest number of rows or keys in a chunk.
const ChunkLen = 64

// Key is an entry of an index: one to three numbers, the last of them an id.
type Key [3]uint64

func (k Key) less(o Key) bool {
	switch {
	case k[0] != o[0]:
		return k[0] < o[0]
	case k[1] != o[1]:
		return k[1] < o[1]
	}
	return k[2] < o[2]
}

// Set is a sorted set of keys. The zero value is empty.
type Set struct {
	chunks [][]Key
	first  []uint64 // component 0 of the first key of each chunk
}

// find returns where k is, or where it would be inserted.
func (s *Set) find(k Key) (c, i int) {
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

// Put inserts a key that is not in the set, or with present false removes one.
func (s *Set) Put(k Key, present bool) {
	if present {
		s.Insert(k)
	} else {
		s.Remove(k)
	}
}

// Insert adds a key that is not in the set.
func (s *Set) Insert(k Key) {
	if len(s.chunks) == 0 {
		s.chunks, s.first = [][]Key{{k}}, []uint64{k[0]}
		return
	}
	c, i := s.find(k)
	if keys := s.chunks[c]; len(keys) == ChunkLen {
		at := ChunkLen / 2
		if i == ChunkLen { // ascending keys fill their chunks
			at = ChunkLen
		}
		half := append(make([]Key, 0, ChunkLen), keys[at:]...)
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

// Remove takes a key out, if it is in the set.
func (s *Set) Remove(k Key) {
	c, i := s.find(k)
	if len(s.chunks) == 0 || i == len(s.chunks[c]) || s.chunks[c][i] != k {
		return
	}
	keys := slices.Delete(s.chunks[c], i, i+1)
	s.chunks[c] = keys
	if len(keys) == 0 {
		s.drop(c)
		return
	}
	s.first[c] = keys[0][0]
	if next := c + 1; next < len(s.chunks) && len(keys)+len(s.chunks[next]) <= ChunkLen/2 {
		s.chunks[c] = append(keys, s.chunks[next]...)
		s.drop(next)
	}
}

func (s *Set) drop(c int) {
	s.chunks, s.first = slices.Delete(s.chunks, c, c+1), slices.Delete(s.first, c, c+1)
}

// Chunks returns the keys in order, in chunks of at most [ChunkLen]. They belong to
// the set.
func (s *Set) Chunks() [][]Key { return s.chunks }

// All yields every key in order. The set must not change meanwhile.
func (s *Set) All() iter.Seq[Key] { return s.from(Key{}) }

// from yields the keys that are not below k, in order.
func (s *Set) from(k Key) iter.Seq[Key] {
	return func(yield func(Key) bool) {
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

// With yields the keys that begin with the given components, in order. The set must
// not change meanwhile.
func (s *Set) With(prefix ...uint64) iter.Seq[Key] {
	return func(yield func(Key) bool) {
		var start Key
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

// Column collects component i of the keys that begin with the given components, so
// that the set may change while they are worked through.
func Column[ID ~uint64](s *Set, i int, prefix ...uint64) (list []ID) {
	for k := range s.With(prefix...) {
		list = append(list, ID(k[i]))
	}
	return list
}

// UpTo collects component 1 of the keys whose component 0 is at most limit.
func UpTo[ID ~uint64](s *Set, limit uint64) (list []ID) {
	for k := range s.All() {
		if k[0] > limit {
			break
		}
		list = append(list, ID(k[1]))
	}
	return list
}

// Has reports whether any key begins with the given components.
func (s *Set) Has(prefix ...uint64) bool {
	for range s.With(prefix...) {
		return true
	}
	return false
}

// Count returns how many keys begin with a and b, up to limit.
func (s *Set) Count(a, b, limit uint64) (n uint64) {
	for k := range s.from(Key{a, b}) {
		if n == limit || k[0] != a || k[1] != b {
			break
		}
		n++
	}
	return n
}

// Clone returns a copy that shares no memory with s.
func (s *Set) Clone() Set { return Set{cloneChunks(s.chunks), slices.Clone(s.first)} }

// Slice copies the keys.
func (s *Set) Slice() []Key { return slices.Concat(s.chunks...) }

func cloneChunks[T any](chunks [][]T) [][]T {
	c := slices.Clone(chunks)
	for i := range c {
		c[i] = slices.Clone(c[i])
	}
	return c
}
