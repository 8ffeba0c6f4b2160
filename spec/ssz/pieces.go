package ssz

import (
	"fmt"
	"slices"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/ssz/internal/merkle"
)

// Pieces is a state whose fields are held one by one, so that lists may change
// their lengths, and whose nodes are kept, so that [Pieces.Root] hashes what changed
// and nothing else. A field that was not changed is read from the state's source,
// which must stay as it is.
//
// Whoever runs a chain holds the columns and values that the transition works on (a
// [spec.BeaconState]) and gives them back with [Pieces.WriteBeaconState]; fields that
// it does not have are changed with [Pieces.Set] and [Pieces.Put].
//
// A validator takes 147 bytes once all its columns have changed and 82 more once
// there was a root: 1,000,000 take 240 MB with mainnet's vectors. Pieces are not safe
// for concurrent use.
type Pieces struct {
	base      *State
	params    spec.Params
	pieces    []piece     // in the order of the layout
	effective []spec.Gwei // effective balances of the validators' records, once they are own
}

// piece is a field.
type piece struct {
	placed
	own     []byte // its bytes; nil: the source's
	changed bool   // own is what counts
	next    []byte // working memory of [Pieces.WriteBeaconState]

	tree  *merkle.Tree // nil: no root so far, or a field without one
	root  [32]byte
	fresh bool // root is that of the bytes
}

// Pieces returns the state in pieces. It reads nothing.
func (s *State) Pieces() (*Pieces, error) {
	layout, _, err := layoutOf(&s.params)
	if err != nil {
		return nil, err
	}
	p := &Pieces{base: s, params: s.params, pieces: make([]piece, len(layout))}
	for i, f := range layout {
		p.pieces[i].placed = f
	}
	return p, nil
}

// Params returns the constants of the state's network and fork.
func (p *Pieces) Params() spec.Params { return p.params }

// Len is the number of validators.
func (p *Pieces) Len() int {
	k, err := p.find("validators")
	if err != nil {
		return 0
	}
	return int(p.source(k).len / validatorSize)
}

// find returns the piece of a name.
func (p *Pieces) find(name string) (*piece, error) {
	for i := range p.pieces {
		if p.pieces[i].name == name {
			return &p.pieces[i], nil
		}
	}
	names := make([]string, len(p.pieces))
	for i := range p.pieces {
		names[i] = p.pieces[i].name
	}
	return nil, unknownField(name, p.params.Fork, names)
}

// source is where the bytes of a piece are.
func (p *Pieces) source(k *piece) source {
	if k.changed {
		s := inMemory(k.own)
		s.field = k.name
		return s
	}
	return p.base.source(k.name)
}

// take makes the bytes of a piece its own.
func (p *Pieces) take(k *piece) error {
	if k.changed {
		return nil
	}
	src := p.base.source(k.name)
	b, err := src.all()
	if err != nil {
		return err
	}
	if src.own {
		b = append(make([]byte, 0, len(b)+len(b)/64), b...)
	}
	k.own, k.changed = b, true
	return nil
}

// Field returns the serialised bytes of a field, by its name in the specification;
// of a list those of its elements. They are the pieces' own until the next change:
// do not change them. A name that the fork does not have gives [spec.ErrUnknown].
func (p *Pieces) Field(name string) ([]byte, error) {
	k, err := p.find(name)
	if err != nil {
		return nil, err
	}
	b, err := p.source(k).all()
	return slices.Clip(b), err
}

// Set makes b, which it copies, the serialised bytes of a field; a list may have
// another length than before. Bytes that the field cannot hold give [spec.ErrInput]:
// another size, half an element, more elements than its limit. Lists of the registry
// may have lengths of their own until [Pieces.Root] or a writer needs them to agree.
func (p *Pieces) Set(name string, b []byte) error {
	k, err := p.find(name)
	if err != nil {
		return err
	}
	if err := k.check(p.params.Fork, b); err != nil {
		return err
	}
	if err := p.take(k); err != nil {
		return err
	}
	p.replace(k, b, 1)
	if k.name == "validators" {
		p.effective = nil
	}
	return nil
}

// Put overwrites the bytes of a field from a place on; the rest stays. Bytes outside
// the field give [spec.ErrInput].
func (p *Pieces) Put(name string, at int, b []byte) error {
	k, err := p.find(name)
	if err != nil {
		return err
	}
	if size := p.source(k).len; at < 0 || int64(at) > size || int64(len(b)) > size-int64(at) {
		return spec.Atf(name, -1, spec.ErrInput, "%d bytes at byte %d of %d", len(b), at, size)
	}
	if k.inner != nil {
		return spec.Atf(name, -1, spec.ErrInput, "a container with a list is set as a whole")
	}
	if err := p.take(k); err != nil {
		return err
	}
	copy(k.own[at:], b)
	k.touch(at, at+len(b))
	if k.name == "validators" {
		p.effective = nil
	}
	return nil
}

// check reports bytes that the field cannot hold.
func (f *placed) check(fork spec.Fork, b []byte) error {
	n := int64(len(b))
	switch {
	case f.inner != nil:
		if err := f.inner.checkSize(f.name, fork, 0, n); err != nil {
			return err
		}
		return f.inner.checkOffset(f.name, fork, 0, b[f.inner.at:])
	case !f.variable():
		if n != f.size {
			return spec.Atf(f.name, -1, spec.ErrInput, "%d bytes, the field has %d", n, f.size)
		}
	case n%f.element != 0:
		return spec.Atf(f.name, -1, spec.ErrInput, "%d bytes are not whole elements of %d", n, f.element)
	default:
		if f.limit != 0 && n/f.element > f.limit {
			return spec.Atf(f.name, -1, spec.ErrInput, "%d elements, at most %d", n/f.element, f.limit)
		}
	}
	return nil
}

// checkRows checks that all columns have one element per validator.
func (p *Pieces) checkRows() error {
	rows := p.Len()
	for i := range p.pieces {
		k := &p.pieces[i]
		if !k.rows {
			continue
		}
		if n := p.source(k).len / k.element; n != int64(rows) {
			return spec.Atf(k.name, -1, spec.ErrInput, "%d elements for %d validators", n, rows)
		}
	}
	return nil
}

// size is that of the whole state, which the offsets must be able to say.
func (p *Pieces) size() (size int64, err error) {
	for i := range p.pieces {
		k := &p.pieces[i]
		size += p.source(k).len
		if k.variable() {
			size += offsetSize
		}
	}
	if size > 1<<32-1 {
		return 0, fmt.Errorf("%w: a state of %d bytes, its offsets have 32 bits", spec.ErrInput, size)
	}
	return size, nil
}
