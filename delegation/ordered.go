package delegation

import (
	"iter"
	"slices"
	"sort"
)

// chunkSize is the most rows in a chunk: a deletion or an insertion moves at
// most so many, whatever the length of the list.
const chunkSize = 128

// key orders rows lexicographically.
type key [3]uint64

func (k key) compare(o key) int {
	for i := range k {
		if k[i] != o[i] {
			if k[i] < o[i] {
				return -1
			}
			return 1
		}
	}
	return 0
}

// keyed is a row of an [ordered] list; its key never changes in place.
type keyed[T any] interface {
	*T
	rowKey() key
}

// ordered is a list sorted by key in chunks: lookup O(log n), insertion and
// deletion O(log n + chunkSize), deterministic. A row's address is good until
// the next insertion or deletion.
type ordered[T any, P keyed[T]] struct {
	chunks [][]T
	first  []key // of each chunk
	n      int
}

// find returns where key k is, or where it would be inserted.
func (o *ordered[T, P]) find(k key) (chunk, row int, ok bool) {
	chunk = sort.Search(len(o.first), func(i int) bool { return o.first[i].compare(k) > 0 }) - 1
	if chunk < 0 {
		return 0, 0, false
	}
	rows := o.chunks[chunk]
	row = sort.Search(len(rows), func(i int) bool { return P(&rows[i]).rowKey().compare(k) >= 0 })
	return chunk, row, row < len(rows) && P(&rows[row]).rowKey() == k
}

// get returns the row of key k, or nil.
func (o *ordered[T, P]) get(k key) *T {
	if chunk, row, ok := o.find(k); ok {
		return &o.chunks[chunk][row]
	}
	return nil
}

// insert adds a row whose key is not there yet.
func (o *ordered[T, P]) insert(v T) {
	k := P(&v).rowKey()
	o.n++
	if len(o.chunks) == 0 {
		o.chunks, o.first = [][]T{{v}}, []key{k}
		return
	}
	chunk, row, _ := o.find(k)
	if rows := o.chunks[chunk]; len(rows) == chunkSize {
		if chunk == len(o.chunks)-1 && row == chunkSize { // ascending keys fill their chunks
			o.chunks, o.first = append(o.chunks, append(make([]T, 0, chunkSize), v)), append(o.first, k)
			return
		}
		half := append(make([]T, 0, chunkSize), rows[chunkSize/2:]...)
		o.chunks[chunk] = slices.Delete(rows, chunkSize/2, chunkSize)
		o.chunks = slices.Insert(o.chunks, chunk+1, half)
		o.first = slices.Insert(o.first, chunk+1, P(&half[0]).rowKey())
		if row > chunkSize/2 {
			chunk, row = chunk+1, row-chunkSize/2
		}
	}
	o.chunks[chunk] = slices.Insert(o.chunks[chunk], row, v)
	o.first[chunk] = P(&o.chunks[chunk][0]).rowKey()
}

// remove deletes the row of key k, which is there.
func (o *ordered[T, P]) remove(k key) {
	chunk, row, ok := o.find(k)
	if !ok {
		return
	}
	o.n--
	rows := slices.Delete(o.chunks[chunk], row, row+1)
	o.chunks[chunk] = rows
	if len(rows) == 0 {
		o.dropChunk(chunk)
		return
	}
	o.first[chunk] = P(&rows[0]).rowKey()
	if next := chunk + 1; next < len(o.chunks) && len(rows)+len(o.chunks[next]) <= chunkSize/2 {
		o.chunks[chunk] = append(rows, o.chunks[next]...)
		o.dropChunk(next)
	}
}

func (o *ordered[T, P]) dropChunk(chunk int) {
	o.chunks = slices.Delete(o.chunks, chunk, chunk+1)
	o.first = slices.Delete(o.first, chunk, chunk+1)
}

// from walks the rows with keys not below k in order. The list must not change
// meanwhile.
func (o *ordered[T, P]) from(k key) iter.Seq[*T] {
	return func(yield func(*T) bool) {
		chunk, row, _ := o.find(k)
		for ; chunk < len(o.chunks); chunk, row = chunk+1, 0 {
			for rows := o.chunks[chunk]; row < len(rows); row++ {
				if !yield(&rows[row]) {
					return
				}
			}
		}
	}
}

// all walks every row in order.
func (o *ordered[T, P]) all() iter.Seq[*T] { return o.from(key{}) }

// slice copies the rows; nil when there are none.
func (o *ordered[T, P]) slice() []T {
	if o.n == 0 {
		return nil
	}
	s := make([]T, 0, o.n)
	for _, rows := range o.chunks {
		s = append(s, rows...)
	}
	return s
}

// clone copies the list.
func (o *ordered[T, P]) clone() ordered[T, P] {
	c := ordered[T, P]{slices.Clone(o.chunks), slices.Clone(o.first), o.n}
	for i, rows := range c.chunks {
		c.chunks[i] = append(make([]T, 0, len(rows)), rows...)
	}
	return c
}

// The rows of the tables, by id.
func (r *Operator) rowKey() key      { return key{r.ID} }
func (r *Position) rowKey() key      { return key{r.ID} }
func (r *Unbonding) rowKey() key     { return key{r.ID} }
func (r *LightPosition) rowKey() key { return key{r.ID} }
func (r *Account) rowKey() key       { return key{r.ID} }
func (r *Evidence) rowKey() key      { return key{r.ID} }
func (r *Uncollected) rowKey() key   { return key{r.ID} }

// rowKey makes a key a row, so that a set of keys is an ordered list.
func (k *key) rowKey() key { return *k }

// set is a sorted set of keys whose last used component is an id.
type set = ordered[key, *key]
