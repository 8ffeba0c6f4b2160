package sorted

import (
	"iter"
	"math/bits"
	"slices"
	"sort"
)

// Table holds rows by ascending id. The address of a row is good until the next
// insertion or deletion. The zero value is empty.
type Table[ID ~uint64, T any] struct {
	chunks [][]row[ID, T]
	first  []ID // of each chunk
	n      int
}

// row has its id beside it, so that a good guess reads nothing else.
type row[ID ~uint64, T any] struct {
	id ID
	v  T
}

// Len is the number of rows.
func (t *Table[ID, T]) Len() int { return t.n }

// guess is where an id from first to below end would be among n ids that are evenly
// spaced, as they mostly are.
func guess[ID ~uint64](id, first, end ID, n int) int {
	hi, lo := bits.Mul64(uint64(id-first), uint64(n))
	q, _ := bits.Div64(hi, lo, uint64(end-first))
	return int(q)
}

// at returns the chunk that holds the id if any does; -1 below the first.
func (t *Table[ID, T]) at(id ID) int {
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

// place returns where in chunk c, that of [Table.at], a row is, or where it would be
// inserted.
func (t *Table[ID, T]) place(c int, id ID) (i int, ok bool) {
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
func (t *Table[ID, T]) in(c int, id ID) *T {
	if c >= 0 && c < len(t.chunks) {
		if i, ok := t.place(c, id); ok {
			return &t.chunks[c][i].v
		}
	}
	return nil
}

// Get returns the row, or nil.
func (t *Table[ID, T]) Get(id ID) *T { return t.in(t.at(id), id) }

// Insert adds a row that is not in the table; nearly always it comes after all others.
func (t *Table[ID, T]) Insert(id ID, v T) {
	t.n++
	last := len(t.chunks) - 1
	c := max(t.at(id), 0)
	if c >= last && (last < 0 || len(t.chunks[last]) == ChunkLen && id > t.chunks[last][ChunkLen-1].id) {
		t.chunks, t.first = append(t.chunks, []row[ID, T]{{id, v}}), append(t.first, id)
		return
	}
	i, _ := t.place(c, id)
	rows := slices.Insert(t.chunks[c], i, row[ID, T]{id, v})
	t.chunks[c], t.first[c] = rows, rows[0].id
	if half := len(rows) / 2; len(rows) > ChunkLen {
		next := slices.Clone(rows[half:])
		t.chunks[c] = rows[:half]
		t.chunks, t.first = slices.Insert(t.chunks, c+1, next), slices.Insert(t.first, c+1, next[0].id)
	}
}

// Remove deletes a row, if it is in the table.
func (t *Table[ID, T]) Remove(id ID) {
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
	if next := c + 1; next < len(t.chunks) && len(rows)+len(t.chunks[next]) <= ChunkLen/2 {
		t.chunks[c] = append(rows, t.chunks[next]...)
		t.drop(next)
	}
}

func (t *Table[ID, T]) drop(c int) {
	t.chunks, t.first = slices.Delete(t.chunks, c, c+1), slices.Delete(t.first, c, c+1)
}

// All yields every row in order. The table must not change meanwhile.
func (t *Table[ID, T]) All() iter.Seq[*T] {
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

// Slice copies the rows; nil when there are none.
func (t *Table[ID, T]) Slice() (s []T) {
	if t.n == 0 {
		return nil
	}
	s = make([]T, 0, t.n)
	for v := range t.All() {
		s = append(s, *v)
	}
	return s
}

// Clone returns a copy that shares no memory with t.
func (t *Table[ID, T]) Clone() Table[ID, T] {
	return Table[ID, T]{cloneChunks(t.chunks), slices.Clone(t.first), t.n}
}

// Finger finds rows of a table that does not change meanwhile; ascending ids cost it
// no search. Its zero value with a Table begins at the first row.
type Finger[ID ~uint64, T any] struct {
	Table *Table[ID, T]
	chunk int // of the last row
}

// Get returns the row, or nil.
func (f *Finger[ID, T]) Get(id ID) *T {
	t := f.Table
	switch {
	case t.holds(f.chunk, id):
	case t.holds(f.chunk+1, id):
		f.chunk++
	default:
		f.chunk = max(t.at(id), 0)
	}
	return t.in(f.chunk, id)
}

// holds reports whether an id that is in the table is in the chunk.
func (t *Table[ID, T]) holds(c int, id ID) bool {
	return c < len(t.first) && t.first[c] <= id && (c+1 == len(t.first) || id < t.first[c+1])
}
