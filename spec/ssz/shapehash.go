package ssz

import (
	"math/bits"
	"sync"

	"github.com/stakesim/stakesim/spec/ssz/internal/merkle"
)

// hasher computes roots of values of a shape in its own memory.
type hasher struct {
	memory []byte
	used   int
}

var hashers = sync.Pool{New: func() any { return new(hasher) }}

// take returns n zero bytes; release gives back all that was taken since.
func (h *hasher) take(n int) []byte {
	b := h.grab(n)
	clear(b)
	return b
}

// grab returns n bytes with anything in them.
func (h *hasher) grab(n int) []byte {
	if h.used+n > len(h.memory) {
		h.memory = make([]byte, max(2*len(h.memory), h.used+n, 64<<10)) // what was taken stays with its taker
	}
	b := h.memory[h.used : h.used+n : h.used+n]
	h.used += n
	return b
}

func (h *hasher) release(used int) { h.used = used }

// strided is n values of so many bytes in b, the first at a byte, each stride
// bytes behind the one before.
type strided struct {
	b               []byte
	at, stride, len int
	n               int
}

func (v strided) value(i int) []byte { return v.b[v.at+i*v.stride:][:v.len] }

// roots writes the roots of the values to dst, 32 bytes each. It returns the first
// value with a boolean or bits that are none, or -1.
func (h *hasher) roots(dst []byte, s *shape, v strided) (bad int) {
	switch {
	case s.each != nil:
		return h.vectorRoots(dst, s.each, v)
	case s.members != nil:
		return h.containerRoots(dst, s, v)
	case s.most != 0:
		return h.limitedRoots(dst, s.most, v)
	}
	used := h.used
	defer h.release(used)
	width := padded((v.len + merkle.Size - 1) / merkle.Size)
	chunks := h.take(v.n * width * merkle.Size)
	for i := range v.n {
		copy(chunks[i*width*merkle.Size:], v.value(i))
	}
	h.reduce(dst, chunks, width)
	return -1
}

func (h *hasher) limitedRoots(dst []byte, most byte, v strided) (bad int) {
	bad = -1
	clear(dst[:v.n*merkle.Size])
	for i := range v.n {
		b := v.value(i)[0]
		dst[i*merkle.Size] = b
		if b > most && bad < 0 {
			bad = i
		}
	}
	return bad
}

func (h *hasher) containerRoots(dst []byte, s *shape, v strided) (bad int) {
	used := h.used
	defer h.release(used)
	width := padded(len(s.members))
	chunks := h.take(v.n * width * merkle.Size)
	rest := v.len // what a member without a size of its own has
	for _, m := range s.members {
		rest -= int(m.size)
	}
	bad, at := -1, v.at
	for j, m := range s.members {
		member := strided{v.b, at, v.stride, int(m.size), v.n}
		if m.size == 0 {
			member.len = rest
		}
		at += member.len
		if simple := m.members == nil && m.each == nil && m.most == 0; simple && member.len <= merkle.Size {
			for i := range v.n {
				copy(chunks[(i*width+j)*merkle.Size:], member.value(i))
			}
			continue
		}
		h.nested(chunks[j*merkle.Size:], width*merkle.Size, m, member, &bad)
	}
	h.reduce(dst, chunks, width)
	return bad
}

// nested writes the roots of a member to dst, stride bytes apart.
func (h *hasher) nested(dst []byte, stride int, m *shape, v strided, bad *int) {
	used := h.used
	defer h.release(used)
	roots := h.grab(v.n * merkle.Size)
	if b := h.roots(roots, m, v); b >= 0 && (*bad < 0 || b < *bad) {
		*bad = b
	}
	for i := range v.n {
		copy(dst[i*stride:][:merkle.Size], roots[i*merkle.Size:])
	}
}

func (h *hasher) vectorRoots(dst []byte, each *shape, v strided) (bad int) {
	used := h.used
	defer h.release(used)
	count := v.len / int(each.size)
	width := padded(count)
	chunks := h.take(v.n * width * merkle.Size)
	bad = -1
	for i := range v.n {
		elements := strided{v.value(i), 0, int(each.size), int(each.size), count}
		if h.roots(chunks[i*width*merkle.Size:], each, elements) >= 0 && bad < 0 {
			bad = i
		}
	}
	h.reduce(dst, chunks, width)
	return bad
}

// reduce writes the roots of subtrees of width chunks to dst.
func (h *hasher) reduce(dst, chunks []byte, width int) {
	for ; width > 2; width /= 2 {
		half := h.grab(len(chunks) / 2)
		merkle.Pairs(half, chunks)
		chunks = half
	}
	if width == 1 {
		copy(dst, chunks)
		return
	}
	merkle.Pairs(dst[:len(chunks)/2], chunks)
}

// padded is the next power of two.
func padded(n int) int {
	if n <= 1 {
		return 1
	}
	return 1 << bits.Len(uint(n-1))
}
