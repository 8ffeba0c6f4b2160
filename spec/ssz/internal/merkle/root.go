package merkle

import "sync"

// Form is the form of a tree.
type Form struct {
	Depth       int  // of a binary tree, which has room for 2^Depth leaves
	Progressive bool // binary trees of 1, 4, 16, ... leaves, each at the left of the rest
	Pairs       bool // the leaves are the caller's, who gives their pairs only
}

// Fill writes nodes of a level to dst, as many as it has room for: the leaves
// themselves from the first on (level 0), or the nodes over their pairs (level 1),
// where a missing leaf is zero.
type Fill func(dst []byte, level, first int) error

// part is one binary tree of a form.
type part struct{ first, leaves, depth int }

// parts cuts n leaves into binary trees.
func (f Form) parts(n int) []part {
	if !f.Progressive {
		return []part{{0, n, f.Depth}}
	}
	var all []part
	for first, depth := 0, 0; first < n; depth += 2 {
		all = append(all, part{first, min(n-first, 1<<depth), depth})
		first += 1 << depth
	}
	return all
}

// low is the lowest level that the caller fills.
func (f Form) low(depth int) int {
	if f.Pairs && depth > 0 {
		return 1
	}
	return 0
}

// fold joins the roots of the parts.
func (f Form) fold(roots [][Size]byte) (root [Size]byte) {
	if !f.Progressive {
		return roots[0]
	}
	for i := len(roots) - 1; i >= 0; i-- {
		root = Pair(roots[i], root)
	}
	return root
}

// blockDepth is that of the subtrees which a worker reduces in its own cache.
const blockDepth = 9

// Root returns the root over n leaves and keeps no nodes. It uses so many
// goroutines (fewer than two: the caller's own).
func Root(f Form, n int, fill Fill, workers int) ([Size]byte, error) {
	parts := f.parts(n)
	roots := make([][Size]byte, len(parts))
	for i, p := range parts {
		var err error
		if roots[i], err = p.root(f.low(p.depth), fill, workers); err != nil {
			return [Size]byte{}, err
		}
	}
	return f.fold(roots), nil
}

func (p part) root(low int, fill Fill, workers int) (root [Size]byte, err error) {
	if p.leaves == 0 {
		return zeros[p.depth], nil
	}
	depth := min(p.depth, blockDepth)
	blocks := above(p.leaves, depth)
	tops := make([]byte, blocks*Size)
	err = Share(blocks, 1, workers, func(lo, hi int) error {
		s := scratches.Get().(*scratch)
		defer scratches.Put(s)
		for b := lo; b < hi; b++ {
			at := b << depth
			nodes := s.a[:above(min(1<<depth, p.leaves-at), low)*Size]
			if err := fill(nodes, low, p.first+at); err != nil {
				return err
			}
			top := s.reduce(nodes, low, depth)
			copy(tops[b*Size:], top[:])
		}
		return nil
	})
	if err != nil {
		return root, err
	}
	return Reduce(tops, depth, p.depth), nil
}

// Reduce returns the node of level depth over all nodes of a level. A missing node
// has zero leaves only.
func Reduce(nodes []byte, level, depth int) [Size]byte {
	s := scratch{b: make([]byte, above(len(nodes)/Size, 1)*Size)}
	s.a = make([]byte, len(s.b))
	return s.reduce(nodes, level, depth)
}

// scratch is working memory for a block.
type scratch struct{ a, b []byte }

var scratches = sync.Pool{New: func() any {
	return &scratch{make([]byte, Size<<blockDepth), make([]byte, Size<<blockDepth)}
}}

// reduce is Reduce; nodes may be the scratch's own a.
func (s *scratch) reduce(nodes []byte, level, depth int) (root [Size]byte) {
	to, other := s.b, s.a
	for ; level < depth && len(nodes) > Size; level++ {
		to = to[:above(len(nodes)/Size, 1)*Size]
		up(to, nodes, level)
		nodes, to, other = to, other[:cap(other)], to
	}
	copy(root[:], nodes)
	for ; level < depth; level++ {
		root = Pair(root, zeros[level])
	}
	return root
}

// up writes the nodes over those of a level to dst.
func up(dst, nodes []byte, level int) {
	whole := len(nodes) &^ (2*Size - 1)
	Pairs(dst[:whole/2], nodes[:whole])
	if whole < len(nodes) {
		var last [Size]byte
		copy(last[:], nodes[whole:])
		last = Pair(last, zeros[level])
		copy(dst[whole/2:], last[:])
	}
}

// above is the number of nodes so many levels above n nodes.
func above(n, levels int) int { return (n + 1<<levels - 1) >> levels }

// Share cuts n things into one range for each worker, each but the last of a
// multiple of grain, and returns the error of the lowest range that has one.
func Share(n, grain, workers int, do func(lo, hi int) error) error {
	grains := above1(n, grain)
	workers = max(1, min(workers, grains))
	cut := func(w int) int { return min(n, int(int64(grains)*int64(w)/int64(workers))*grain) }
	faults := make([]error, workers)
	var wg sync.WaitGroup
	for w := 1; w < workers; w++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			faults[w] = do(cut(w), cut(w+1))
		}()
	}
	faults[0] = do(0, cut(1))
	wg.Wait()
	for _, err := range faults {
		if err != nil {
			return err
		}
	}
	return nil
}

func above1(n, grain int) int { return (n + grain - 1) / grain }
