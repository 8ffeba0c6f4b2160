package ssz

import (
	"math/bits"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/ssz/internal/merkle"
)

// firstProgressive is the first fork whose BeaconState is a progressive container
// (EIP-7688): it keeps a place, marked as inactive, for a field that a later fork
// removes.
const firstProgressive = spec.Gloas

// Root returns the state's hash_tree_root in its fork. It computes every node and
// keeps none, in memory of 64 bytes a thousand validators and a few hundred KiB a
// worker; workers is the number of goroutines, below 2 it runs on the caller's.
// [Pieces.Root] computes only what changed.
//
// The error wraps [spec.ErrInput] when a validator's slashed is no boolean or the
// justification bits are more than four, or is what the source returned.
func (s *State) Root(workers int) ([32]byte, error) {
	layout, _, err := layoutOf(&s.params)
	if err != nil {
		return [32]byte{}, err
	}
	roots := make([][32]byte, len(layout))
	for i, f := range layout {
		if roots[i], err = s.fieldRoot(f, workers); err != nil {
			return [32]byte{}, err
		}
	}
	return stateRoot(fields, s.params.Fork, roots), nil
}

// stateRoot joins the roots of the fields that the fork has, in order.
func stateRoot(all []field, fork spec.Fork, roots [][32]byte) [32]byte {
	if fork < firstProgressive {
		return containerRoot(roots)
	}
	var active []bool
	for i := range all {
		if f := &all[i]; f.from <= fork && (f.until == 0 || f.until >= firstProgressive) {
			active = append(active, f.in(fork))
		}
	}
	return progressiveRoot(active, roots)
}

// containerRoot is the root of an ordinary container.
func containerRoot(roots [][32]byte) [32]byte {
	return merkle.Reduce(joined(roots), 0, bits.Len(uint(padded(len(roots))-1)))
}

// progressiveRoot is the root of a progressive container (EIP-7495): of the active
// fields' roots, with zero in the place of inactive ones, and of the bits that say
// which are active.
func progressiveRoot(active []bool, roots [][32]byte) [32]byte {
	leaves, mask := make([][32]byte, len(active)), [32]byte{}
	for i, is := range active {
		if is {
			leaves[i], roots = roots[0], roots[1:]
			mask[i/8] |= 1 << (i % 8)
		}
	}
	return merkle.Pair(rootOfChunks(merkle.Form{Progressive: true}, joined(leaves)), mask)
}

func joined(roots [][32]byte) []byte {
	b := make([]byte, 0, len(roots)*merkle.Size)
	for i := range roots {
		b = append(b, roots[i][:]...)
	}
	return b
}

// rootOfChunks is the root over bytes in memory, the last chunk padded.
func rootOfChunks(form merkle.Form, b []byte) [32]byte {
	form.Pairs = true
	root, err := merkle.Root(form, chunksOf(int64(len(b))), packedFill(inMemory(b)), 1)
	if err != nil { // memory has no faults
		panic(err)
	}
	return root
}

func chunksOf(n int64) int { return int((n + merkle.Size - 1) / merkle.Size) }

// source is where the bytes of a field are.
type source struct {
	field string
	len   int64
	// read returns n bytes from a place on, perhaps in buf.
	read func(buf []byte, n int, at int64) ([]byte, error)
	own  bool // read does not need buf
}

func inMemory(b []byte) source {
	return source{len: int64(len(b)), own: true, read: func(_ []byte, n int, at int64) ([]byte, error) { return b[at:][:n], nil }}
}

// source returns where the state's field is.
func (s *State) source(name string) source {
	at := s.spans[name]
	return source{name, at.len(), func(buf []byte, n int, offset int64) ([]byte, error) {
		return s.chunk(buf, n, name, at.start+offset)
	}, s.mem != nil}
}

// all returns the whole field.
func (s source) all() ([]byte, error) {
	var buf []byte
	if !s.own {
		buf = make([]byte, s.len)
	}
	return s.read(buf, int(s.len), 0)
}

func (s *State) fieldRoot(f placed, workers int) (root [32]byte, err error) {
	return f.root(&s.params, s.source(f.name), workers)
}

// root computes the field's root and keeps no nodes.
func (f *field) root(p *spec.Params, src source, workers int) (root [32]byte, err error) {
	if form, leaves, fill, ok := f.tree(p, src); ok {
		if root, err = merkle.Root(form, leaves, fill, workers); err != nil || !f.variable() {
			return root, err
		}
		return merkle.WithLength(root, int(src.len/f.element)), nil
	}
	b, err := src.all()
	switch {
	case err != nil:
		return root, err
	case f.inner != nil:
		return f.inner.root(p, b), nil
	}
	return f.fixedRoot(p, b)
}

// fixedRoot is the root of a value of fixed size.
func (f *field) fixedRoot(p *spec.Params, b []byte) (root [32]byte, err error) {
	of := f.of
	if n := f.each.in(p); n != 0 {
		of = vector(&shape{size: n})
	}
	if bad := rootOf(root[:], of, b, 1); bad >= 0 {
		return root, f.bad(bad)
	}
	return root, nil
}

// bad says that a value is none of its type.
func (f *field) bad(row int) error {
	if f.of == validator {
		return spec.Atf("validators.slashed", row, spec.ErrInput, "not a boolean")
	}
	return spec.Atf(f.name, -1, spec.ErrInput, "more bits than the field has")
}

// rootOf writes the roots of n values that lie one behind the other.
func rootOf(dst []byte, s *shape, b []byte, n int) (bad int) {
	h := hashers.Get().(*hasher)
	defer hashers.Put(h)
	size := len(b) / n
	return h.roots(dst, s, strided{b, 0, size, size, n})
}

// tree says over which leaves the field's tree stands: a list's, or a vector's of
// bytes in chunks. Other fields have none: ok is false.
func (f *field) tree(p *spec.Params, src source) (form merkle.Form, leaves int, fill merkle.Fill, ok bool) {
	fixed := !f.variable()
	if f.inner != nil || fixed && (f.of != nil || f.each != nil) {
		return form, 0, nil, false
	}
	form.Progressive = !fixed && f.progressive != 0 && p.Fork >= f.progressive
	if f.of != nil {
		form.Depth = depthOf(f.limit.in(p))
		return form, int(src.len / f.element), f.recordFill(src), true
	}
	form.Pairs = true
	most := src.len
	if !fixed {
		most = f.limit.in(p) * f.element
	}
	form.Depth = depthOf((most + merkle.Size - 1) / merkle.Size)
	return form, chunksOf(src.len), packedFill(src), true
}

// depthOf is the depth of a tree with room for n leaves.
func depthOf(n int64) int {
	if n <= 1 {
		return 0
	}
	return bits.Len64(uint64(n - 1))
}

// packedFill fills the chunks of bytes, or their pairs.
func packedFill(src source) merkle.Fill {
	return func(dst []byte, level, first int) error {
		at := int64(first) * merkle.Size
		n := int(min(int64(len(dst))<<level, src.len-at))
		var buf []byte
		if !src.own {
			buf = make([]byte, n)
		}
		b, err := src.read(buf, n, at)
		if err != nil {
			return err
		}
		if level == 0 {
			clear(dst[copy(dst, b):])
			return nil
		}
		whole := n &^ (2*merkle.Size - 1)
		merkle.Pairs(dst[:whole/2], b[:whole])
		if whole < n {
			var last [2 * merkle.Size]byte
			copy(last[:], b[whole:])
			merkle.Pairs(dst[whole/2:][:merkle.Size], last[:])
		}
		return nil
	}
}

// recordRows is how many elements have their roots computed at a time, so that
// their chunks stay in a core's own cache.
const recordRows = 64

// recordFill fills the roots of the list's elements.
func (f *field) recordFill(src source) merkle.Fill {
	return func(dst []byte, _, first int) error {
		h := hashers.Get().(*hasher)
		defer hashers.Put(h)
		size := int(f.element)
		var buf []byte
		if !src.own {
			buf = make([]byte, recordRows*size)
		}
		for n := len(dst) / merkle.Size; n > 0; {
			m := min(n, recordRows)
			b, err := src.read(buf, m*size, int64(first)*f.element)
			if err != nil {
				return err
			}
			if bad := h.roots(dst, f.of, strided{b, 0, size, size, m}); bad >= 0 {
				return f.bad(first + bad)
			}
			dst, first, n = dst[m*merkle.Size:], first+m, n-m
		}
		return nil
	}
}

// root is the root of a container with one list in it.
func (n *inner) root(p *spec.Params, b []byte) [32]byte {
	fixed := n.fixedAt(p.Fork)
	list := b[fixed:]
	var roots [][32]byte
	var active []bool
	at := int64(0)
	for _, m := range n.members {
		var root [32]byte
		switch {
		case m.from > p.Fork:
			continue
		case m.size == 0:
			root = n.listRoot(list)
			at += offsetSize
		default:
			rootOf(root[:], &shape{size: m.size}, b[at:at+m.size], 1)
			at += m.size
		}
		roots, active = append(roots, root), append(active, true)
	}
	if n.progressive {
		return progressiveRoot(active, roots)
	}
	return containerRoot(roots)
}

func (n *inner) listRoot(list []byte) [32]byte {
	count := int64(len(list)) / n.element
	chunks, most := list, n.limit*n.element
	if n.of != nil {
		chunks, most = make([]byte, count*merkle.Size), n.limit*merkle.Size
		if count > 0 {
			rootOf(chunks, n.of, list, int(count))
		}
	}
	form := merkle.Form{Progressive: n.progressive, Depth: depthOf((most + merkle.Size - 1) / merkle.Size)}
	return merkle.WithLength(rootOfChunks(form, chunks), int(count))
}
