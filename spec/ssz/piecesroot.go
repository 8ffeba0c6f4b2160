package ssz

import (
	"bytes"

	"github.com/stakesim/stakesim/spec/ssz/internal/merkle"
)

// Root returns the state's hash_tree_root. The first call computes and keeps every
// node, later ones compute those above what changed since. workers is the number of
// goroutines, below 2 it runs on the caller's. Errors as for [State.Root], and
// [spec.ErrInput] when the lists of the registry have not one length; a later call
// may succeed when the fields are set right.
func (p *Pieces) Root(workers int) ([32]byte, error) {
	if err := p.checkRows(); err != nil {
		return [32]byte{}, err
	}
	roots := make([][32]byte, len(p.pieces))
	for i := range p.pieces {
		if err := p.update(&p.pieces[i], workers); err != nil {
			return [32]byte{}, err
		}
		roots[i] = p.pieces[i].root
	}
	return stateRoot(fields, p.params.Fork, roots), nil
}

// FieldRoot returns the hash_tree_root of one field, such as that of the latest block
// header or of the vector of block roots. It keeps nodes as [Pieces.Root] does.
func (p *Pieces) FieldRoot(name string, workers int) ([32]byte, error) {
	k, err := p.find(name)
	if err != nil {
		return [32]byte{}, err
	}
	if err := p.update(k, workers); err != nil {
		return [32]byte{}, err
	}
	return k.root, nil
}

// keeps is how many leaves of a vector are worth keeping nodes for.
const keeps = 64

// update brings the root of a piece up to date.
func (p *Pieces) update(k *piece, workers int) (err error) {
	if k.fresh {
		return nil
	}
	src := p.source(k)
	form, leaves, fill, ok := k.field.tree(&p.params, src)
	if !ok || !k.variable() && leaves < keeps {
		if k.root, err = k.field.root(&p.params, src, workers); err == nil {
			k.fresh = true
		}
		return err
	}
	if k.tree == nil {
		k.tree = merkle.NewTree(form, leaves)
	}
	if err := k.tree.Update(fill, workers); err != nil {
		return err
	}
	k.root, k.fresh = k.tree.Root(), true
	if k.variable() {
		k.root = merkle.WithLength(k.root, int(src.len/k.element))
	}
	return nil
}

// leaf is the bytes of a leaf of the piece's tree.
func (k *piece) leaf() int {
	if k.of != nil {
		return int(k.element)
	}
	return merkle.Size
}

// touch says that the bytes from lo to hi are others.
func (k *piece) touch(lo, hi int) {
	k.fresh = false
	if k.tree != nil && lo < hi {
		k.tree.Mark(lo/k.leaf(), (hi+k.leaf()-1)/k.leaf())
	}
}

// replace makes b the bytes of a piece that are its own already, and marks the
// leaves that are others.
func (p *Pieces) replace(k *piece, b []byte, workers int) {
	if k.tree == nil {
		k.fresh = k.fresh && bytes.Equal(b, k.own)
		k.own = append(k.own[:0], b...)
		return
	}
	if k.of == nil && isZero(b) && !isZero(k.own) {
		k.tree.Zero((len(b) + merkle.Size - 1) / merkle.Size)
		k.own, k.fresh = append(k.own[:0], b...), false
		return
	}
	k.mark(b, workers)
}

// mark is replace for a piece with a tree.
func (k *piece) mark(b []byte, workers int) {
	leaf := k.leaf()
	old := k.own
	if by := k.shift(b); by > 0 {
		k.tree.Shift(by, len(b)/leaf)
		k.fresh = false
		old = append(make([]byte, 0, max(len(b), len(old))), old[by*leaf:]...)
	} else if len(b) != len(old) {
		k.tree.Resize((len(b) + leaf - 1) / leaf)
	}
	same := min(len(b), len(old))
	for _, run := range patch(old[:same], b[:same], workers) {
		k.touch(run[0], run[1])
	}
	if len(b) != len(old) {
		k.fresh = false
		k.touch(max(0, same-1), len(b)) // with the chunk that lost or won its end
	}
	k.own = append(old[:same], b[same:]...)
}

// block is how many bytes are compared at a time.
const block = 4096

// patch makes dst equal to src, of the same length, and lists ranges of bytes that
// hold all that was different.
func patch(dst, src []byte, workers int) (all [][2]int) {
	return gathered(len(dst), workers, func(lo, hi int) [][2]int { return patchIn(dst, src, lo, hi) })
}

func patchIn(dst, src []byte, lo, hi int) (runs [][2]int) {
	for first := lo; first < hi; first += block {
		end := min(first+block, hi)
		if bytes.Equal(dst[first:end], src[first:end]) {
			continue
		}
		for at := first; at < end; at += 2 * merkle.Size {
			to := min(at+2*merkle.Size, end)
			if bytes.Equal(dst[at:to], src[at:to]) {
				continue
			}
			if n := len(runs); n > 0 && runs[n-1][1] == at {
				runs[n-1][1] = to
			} else {
				runs = append(runs, [2]int{at, to})
			}
		}
		copy(dst[first:end], src[first:end])
	}
	return runs
}

func isZero(b []byte) bool {
	for len(b) >= len(zeroBlock) {
		if !bytes.Equal(b[:len(zeroBlock)], zeroBlock[:]) {
			return false
		}
		b = b[len(zeroBlock):]
	}
	return bytes.Equal(b, zeroBlock[:len(b)])
}

var zeroBlock [block]byte

// guesses bounds how many places are tried for where a queue goes on.
const guesses = 16

// shift is how many elements of a list are gone in front, so that the roots of
// those that stay can stay: 0 unless b goes on where the bytes have its first
// element.
func (k *piece) shift(b []byte) (by int) {
	if k.of == nil || k.rows || len(b) == 0 {
		return 0
	}
	size, longest := k.leaf(), 0
	for at, tried := 0, 0; at < len(k.own) && tried < guesses; at += size {
		if !bytes.Equal(k.own[at:at+size], b[:size]) {
			continue
		}
		tried++
		most := min(len(b), len(k.own)-at)
		run := size
		for run < most && bytes.Equal(k.own[at+run:at+run+size], b[run:run+size]) {
			run += size
		}
		if run > longest {
			longest, by = run, at/size
		}
		if run == most {
			break
		}
	}
	return by
}
