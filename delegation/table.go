package delegation

import (
	"iter"
	"math/bits"
	"slices"
)

// rowsPerChunk is the most rows in a chunk of a table: a deletion moves at most
// so many.
const rowsPerChunk = 64

// table holds rows by ascending id, in chunks. Lookup is O(log n), insertion and deletion O(log n +
// rowsPerChunk).
// A row's address is good until the next insertion or deletion.
type table[T any] struct {
	chunks []*chunk[T]
	first  []uint64 // id of each chunk
	n      int
}

// chunk keeps the ids apart, so that a search reads nothing else.
type chunk[T any] struct {
	ids  []uint64
	rows []T
}

// search returns the last of ascending ids that is not above id, -1 when there is
// none. It begins where the id would be were they evenly spaced, as they mostly
// are, and is O(log n) however they are.
func search(ids []uint64, id uint64) int {
	last := len(ids) - 1
	switch {
	case last < 0 || id < ids[0]:
		return -1
	case id >= ids[last]:
		return last
	}
	hi, lo := bits.Mul64(id-ids[0], uint64(last))
	q, _ := bits.Div64(hi, lo, ids[last]-ids[0])
	from, to := int(q), int(q)+1 // ids[from] <= id < ids[to] is to be
	for step := 1; ids[from] > id; step *= 2 {
		from, to = max(from-step, 0), from
	}
	for step := 1; ids[to] <= id; step *= 2 {
		from, to = to, min(to+step, last)
	}
	for from+1 < to {
		if mid := (from + to) / 2; ids[mid] <= id {
			from = mid
		} else {
			to = mid
		}
	}
	return from
}

// at returns the chunk that holds the id if any does; -1 below the first.
func (t *table[T]) at(id uint64) int { return search(t.first, id) }

// find returns where a row is; row is -1 when it is not there.
func (t *table[T]) find(id uint64) (c, row int) {
	if c = t.at(id); c < 0 {
		return 0, -1
	}
	return c, t.chunks[c].find(id)
}

// find returns the number of a row, -1 when it is not there.
func (c *chunk[T]) find(id uint64) int {
	if row := search(c.ids, id); row >= 0 && c.ids[row] == id {
		return row
	}
	return -1
}

// get returns the row, or nil.
func (t *table[T]) get(id uint64) *T {
	if c, row := t.find(id); row >= 0 {
		return &t.chunks[c].rows[row]
	}
	return nil
}

// finger finds rows of a table that does not change meanwhile; ascending ids cost
// no search.
type finger[T any] struct {
	table *table[T]
	chunk int // of the last row
}

// get returns the row, or nil.
func (f *finger[T]) get(id uint64) *T {
	t := f.table
	switch {
	case t.holds(f.chunk, id):
	case t.holds(f.chunk+1, id):
		f.chunk++
	default:
		f.chunk = max(t.at(id), 0)
	}
	if t.n == 0 {
		return nil
	}
	c := t.chunks[f.chunk]
	if row := c.find(id); row >= 0 {
		return &c.rows[row]
	}
	return nil
}

// holds reports whether an id that is there is in the chunk.
func (t *table[T]) holds(c int, id uint64) bool {
	return c < len(t.first) && t.first[c] <= id && (c+1 == len(t.first) || id < t.first[c+1])
}

// insert adds a row that is not there; nearly always behind all others.
func (t *table[T]) insert(id uint64, v T) {
	t.n++
	last := len(t.chunks) - 1
	i := max(t.at(id), 0)
	if i >= last && (last < 0 || len(t.chunks[last].ids) == rowsPerChunk && id > t.chunks[last].ids[rowsPerChunk-1]) {
		t.chunks, t.first = append(t.chunks, &chunk[T]{[]uint64{id}, []T{v}}), append(t.first, id)
		return
	}
	c := t.chunks[i]
	row, _ := slices.BinarySearch(c.ids, id)
	c.ids, c.rows = slices.Insert(c.ids, row, id), slices.Insert(c.rows, row, v)
	t.first[i] = c.ids[0]
	if half := len(c.ids) / 2; len(c.ids) > rowsPerChunk {
		next := &chunk[T]{slices.Clone(c.ids[half:]), slices.Clone(c.rows[half:])}
		c.ids, c.rows = c.ids[:half], c.rows[:half]
		t.chunks, t.first = slices.Insert(t.chunks, i+1, next), slices.Insert(t.first, i+1, next.ids[0])
	}
}

// remove deletes a row that is there.
func (t *table[T]) remove(id uint64) {
	i, row := t.find(id)
	if row < 0 {
		return
	}
	t.n--
	c := t.chunks[i]
	c.ids, c.rows = slices.Delete(c.ids, row, row+1), slices.Delete(c.rows, row, row+1)
	if len(c.ids) == 0 {
		t.drop(i)
		return
	}
	t.first[i] = c.ids[0]
	if next := i + 1; next < len(t.chunks) && len(c.ids)+len(t.chunks[next].ids) <= rowsPerChunk/2 {
		c.ids, c.rows = append(c.ids, t.chunks[next].ids...), append(c.rows, t.chunks[next].rows...)
		t.drop(next)
	}
}

func (t *table[T]) drop(i int) {
	t.chunks, t.first = slices.Delete(t.chunks, i, i+1), slices.Delete(t.first, i, i+1)
}

// all walks every row in order. The table must not change meanwhile.
func (t *table[T]) all() iter.Seq[*T] {
	return func(yield func(*T) bool) {
		for _, c := range t.chunks {
			for i := range c.rows {
				if !yield(&c.rows[i]) {
					return
				}
			}
		}
	}
}

// slice copies the rows; nil when there are none.
func (t *table[T]) slice() (s []T) {
	if t.n == 0 {
		return nil
	}
	s = make([]T, 0, t.n)
	for _, c := range t.chunks {
		s = append(s, c.rows...)
	}
	return s
}

// clone copies the table.
func (t *table[T]) clone() table[T] {
	c := table[T]{slices.Clone(t.chunks), slices.Clone(t.first), t.n}
	for i, from := range c.chunks {
		c.chunks[i] = &chunk[T]{slices.Clone(from.ids), slices.Clone(from.rows)}
	}
	return c
}
