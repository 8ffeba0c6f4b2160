package merkle

// Tree is a tree whose nodes are kept: 32 bytes for each node from the lowest level
// that the caller fills on, so 64 a leaf, or 32 a pair of leaves. It is not safe for
// concurrent use.
type Tree struct {
	form  Form
	n     int
	parts []kept
}

// kept is one binary tree with its nodes.
type kept struct {
	part
	low    int
	levels [][]byte // from level low on, up to the first with a single node
	dirty  set      // nodes of level low to fill again
	stale  bool     // every node above is to be hashed again
	root   [Size]byte
	fresh  bool
}

// NewTree returns the tree over n leaves, none of which is filled yet.
func NewTree(f Form, n int) *Tree {
	t := &Tree{form: f}
	t.Resize(n)
	return t
}

// Len is the number of leaves.
func (t *Tree) Len() int { return t.n }

// Resize sets the number of leaves. New ones are to be filled; those that stay
// keep their nodes.
func (t *Tree) Resize(n int) {
	parts := t.form.parts(n)
	t.parts = t.parts[:min(len(t.parts), len(parts))]
	for i, p := range parts {
		if i == len(t.parts) {
			t.parts = append(t.parts, kept{part: part{p.first, 0, p.depth}, low: t.form.low(p.depth)})
		}
		t.parts[i].resize(p.leaves)
	}
	t.n = n
}

func (k *kept) resize(leaves int) {
	if leaves == k.leaves {
		return
	}
	from := min(leaves, k.leaves)
	k.leaves, k.fresh = leaves, false
	nodes, level := above(leaves, k.low), 0
	k.dirty.grow(nodes)
	for ; nodes > 0; level++ {
		if level == len(k.levels) {
			k.levels = append(k.levels, nil)
		}
		k.levels[level] = resize(k.levels[level], nodes*Size)
		if nodes == 1 {
			level++
			break
		}
		nodes = above(nodes, 1)
	}
	k.levels = k.levels[:level]
	if leaves > 0 { // what stands over the last leaf that stays has lost or won a neighbour
		k.mark(max(from-1, 0), leaves)
	}
}

func resize(b []byte, n int) []byte {
	if n <= cap(b) {
		return b[:n]
	}
	return append(b[:len(b):len(b)], make([]byte, n-len(b))...)
}

func (k *kept) mark(lo, hi int) {
	k.dirty.add(lo>>k.low, above(hi, k.low))
	k.fresh = false
}

// Mark says that the leaves lo to hi are others.
func (t *Tree) Mark(lo, hi int) {
	for i := range t.parts {
		k := &t.parts[i]
		if from, to := max(lo-k.first, 0), min(hi-k.first, k.leaves); from < to {
			k.mark(from, to)
		}
	}
}

// Update fills the marked leaves and hashes what stands over them, with so many
// goroutines. After an error of fill the same leaves are still marked.
func (t *Tree) Update(fill Fill, workers int) error {
	for i := range t.parts {
		if err := t.parts[i].update(fill, workers); err != nil {
			return err
		}
	}
	return nil
}

func (k *kept) update(fill Fill, workers int) error {
	if k.fresh {
		return nil
	}
	if k.leaves == 0 {
		k.root, k.fresh = zeros[k.depth], true
		return nil
	}
	err := k.dirty.each(workers, func(lo, hi int) error {
		nodes := k.levels[0]
		hi = min(hi, len(nodes)/Size)
		return fill(nodes[lo*Size:hi*Size], k.low, k.first+lo<<k.low)
	})
	if err != nil {
		return err
	}
	k.hash(workers)
	clear(k.dirty)
	k.stale, k.fresh = false, true
	return nil
}

// hash hashes what stands over the filled nodes.
func (k *kept) hash(workers int) {
	dirty := k.dirty
	for level := 1; level < len(k.levels); level++ {
		nodes, below := k.levels[level], k.levels[level-1]
		above := make(set, (len(dirty)+1)/2)
		dirty.parents(above)
		if k.stale {
			above.add(0, len(nodes)/Size)
		}
		dirty = above
		_ = dirty.each(workers, func(lo, hi int) error {
			hi = min(hi, len(nodes)/Size)
			up(nodes[lo*Size:hi*Size], below[2*lo*Size:min(2*hi*Size, len(below))], k.low+level-1)
			return nil
		})
	}
	top := len(k.levels) - 1
	k.root = Reduce(k.levels[top], k.low+top, k.depth)
}

// Shift makes the tree one over n leaves, where leaf i is what leaf i+by was. Those
// behind are to be filled; what stands above the leaves is to be hashed again.
func (t *Tree) Shift(by, n int) {
	old, marked := make([]byte, 0, t.n*Size), make(set, (t.n+63)/64)
	for i := range t.parts {
		k := &t.parts[i]
		if k.leaves == 0 {
			continue
		}
		old = append(old, k.levels[0]...)
		_ = k.dirty.runs(0, len(k.dirty), func(lo, hi int) error {
			marked.add(k.first+lo, k.first+min(hi, k.leaves))
			return nil
		})
	}
	stay := max(0, min(n, t.n-by))
	old = old[min(by, t.n)*Size:][:stay*Size]
	t.Resize(n)
	for i := range t.parts {
		k := &t.parts[i]
		if k.first < stay {
			copy(k.levels[0], old[k.first*Size:])
		}
		clear(k.dirty)
		k.stale, k.fresh = true, false
	}
	_ = marked.runs(0, len(marked), func(lo, hi int) error {
		t.Mark(max(lo-by, 0), min(hi-by, stay))
		return nil
	})
	t.Mark(stay, n)
}

// Zero makes the tree one over n leaves that are all zero.
func (t *Tree) Zero(n int) {
	t.Resize(n)
	for i := range t.parts {
		k := &t.parts[i]
		for level, nodes := range k.levels {
			for at := 0; at < len(nodes); at += Size {
				copy(nodes[at:], zeros[k.low+level][:])
			}
		}
		clear(k.dirty)
		k.stale, k.fresh, k.root = false, true, zeros[k.depth]
	}
}

// Root returns the root of an updated tree.
func (t *Tree) Root() [Size]byte {
	roots := make([][Size]byte, len(t.parts))
	for i := range t.parts {
		roots[i] = t.parts[i].root
	}
	return t.form.fold(roots)
}
