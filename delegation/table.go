package delegation

import (
	"iter"
	"math/bits"
	"slices"
	"sort"
)

// rowsPerChunk is the most rows in a chunk of a table: a deletion moves at most
// so many.
const rowsPerChunk = 64

// table holds rows by ascending id, in chunks. Lookup is O(log n), insertion and
// deletion O(log n + rowsPerChunk). A row's address is good until the next
// insertion or deletion.
type table[T any] struct {
	chunks [][]row[T]
	first  []uint64 // id of each chunk
	n      int
}

// row has its id beside it, so that a good guess reads nothing else.
type row[T any] struct {
	id uint64
	v  T
}

// guess is where an id from first to below end would be among n that are evenly
// spaced, as they mostly are.
func guess(id, first, end uint64, n int) int {
	hi, lo := bits.Mul64(id-first, uint64(n))
	q, _ := bits.Div64(hi, lo, end-first)
	return int(q)
}

// at returns the chunk that holds the id if any does; -1 below the first.
func (t *table[T]) at(id uint64) int {
	last := len(t.first) - 1
	switch {
	case last < 0 || id < t.first[0]:
		return -1
	case id >= t.first[last]:
		return last
	}
	from := guess(id, t.first[0], t.first[last], last)
	to := from + 1 // first[from] <= id < first[to] is to be
	for step := 1; t.first[from] > id; step *= 2 {
		from, to = max(from-step, 0), from
	}
	for step := 1; t.first[to] <= id; step *= 2 {
		from, to = to, min(to+step, last)
	}
	return from + sort.Search(to-from-1, func(i int) bool { return t.first[from+1+i] > id })
}

// place returns where in chunk c, that of [table.at], a row is, or where it would be
// inserted.
func (t *table[T]) place(c int, id uint64) (i int, ok bool) {
	rows := t.chunks[c]
	last := len(rows) - 1
	switch {
	case id < t.first[c]:
		return 0, false
	case c+1 < len(t.first):
		i = guess(id, t.first[c], t.first[c+1], last+1)
	case id < rows[last].id:
		i = guess(id, t.first[c], rows[last].id, last)
	default:
		i = last
	}
	for rows[i].id > id { // the first row ends it
		i--
	}
	for i <= last && rows[i].id < id {
		i++
	}
	return i, i <= last && rows[i].id == id
}

// in returns a row of chunk c, nil when it is not there.
func (t *table[T]) in(c int, id uint64) *T {
	if c >= 0 && c < len(t.chunks) {
		if i, ok := t.place(c, id); ok {
			return &t.chunks[c][i].v
		}
	}
	return nil
}

// get returns the row, or nil.
func (t *table[T]) get(id uint64) *T { return t.in(t.at(id), id) }

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
	return t.in(f.chunk, id)
}

// holds reports whether an id that is there is in the chunk.
func (t *table[T]) holds(c int, id uint64) bool {
	return c < len(t.first) && t.first[c] <= id && (c+1 == len(t.first) || id < t.first[c+1])
}

// insert adds a row that is not there; nearly always behind all others.
func (t *table[T]) insert(id uint64, v T) {
	t.n++
	last := len(t.chunks) - 1
	c := max(t.at(id), 0)
	if c >= last && (last < 0 || len(t.chunks[last]) == rowsPerChunk && id > t.chunks[last][rowsPerChunk-1].id) {
		t.chunks, t.first = append(t.chunks, []row[T]{{id, v}}), append(t.first, id)
		return
	}
	i, _ := t.place(c, id)
	rows := slices.Insert(t.chunks[c], i, row[T]{id, v})
	t.chunks[c], t.first[c] = rows, rows[0].id
	if half := len(rows) / 2; len(rows) > rowsPerChunk {
		next := slices.Clone(rows[half:])
		t.chunks[c] = rows[:half]
		t.chunks, t.first = slices.Insert(t.chunks, c+1, next), slices.Insert(t.first, c+1, next[0].id)
	}
}

// remove deletes a row that is there.
func (t *table[T]) remove(id uint64) {
	c := t.at(id)
	if c < 0 {
		return
	}
	i, ok := t.place(c, id)
	if !ok {
		return
	}
	t.n--
	rows := slices.Delete(t.chunks[c], i, i+1)
	t.chunks[c] = rows
	if len(rows) == 0 {
		t.drop(c)
		return
	}
	t.first[c] = rows[0].id
	if next := c + 1; next < len(t.chunks) && len(rows)+len(t.chunks[next]) <= rowsPerChunk/2 {
		t.chunks[c] = append(rows, t.chunks[next]...)
		t.drop(next)
	}
}

func (t *table[T]) drop(c int) {
	t.chunks, t.first = slices.Delete(t.chunks, c, c+1), slices.Delete(t.first, c, c+1)
}

// all walks every row in order. The table must not change meanwhile.
func (t *table[T]) all() iter.Seq[*T] {
	return func(yield func(*T) bool) {
		for _, rows := range t.chunks {
			for i := range rows {
				if !yield(&rows[i].v) {
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
	for v := range t.all() {
		s = append(s, *v)
	}
	return s
}

// clone copies the table.
func (t *table[T]) clone() table[T] {
	c := table[T]{slices.Clone(t.chunks), slices.Clone(t.first), t.n}
	for i, rows := range c.chunks {
		c.chunks[i] = slices.Clone(rows)
	}
	return c
}
