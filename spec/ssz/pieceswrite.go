package ssz

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/stakesim/stakesim/spec"
)

// WriteTo writes the state's bytes in order, each field once, in memory that does not
// grow with the state (implements [io.WriterTo]). [spec.ErrInput], before anything is
// written, when the lists of the registry have not one length or the state is too
// long for offsets of 32 bits.
func (p *Pieces) WriteTo(w io.Writer) (n int64, err error) {
	if w == nil {
		return 0, spec.Atf("state", -1, spec.ErrInput, "nothing to write to")
	}
	if err := p.checkRows(); err != nil {
		return 0, err
	}
	if _, err := p.size(); err != nil {
		return 0, err
	}
	counted := &counter{w: w}
	b := bufio.NewWriterSize(counted, writeSize)
	if err = p.write(b); err == nil {
		err = b.Flush()
	}
	return counted.n, err
}

// writeSize is how many bytes are written at a time.
const writeSize = 1 << 16

func (p *Pieces) write(w io.Writer) error {
	at := int64(0)
	for i := range p.pieces {
		at += p.pieces[i].size
	}
	for i := range p.pieces {
		k := &p.pieces[i]
		if !k.variable() {
			if err := copyPiece(w, p.source(k)); err != nil {
				return err
			}
			continue
		}
		if err := binary.Write(w, binary.LittleEndian, uint32(at)); err != nil {
			return err
		}
		at += p.source(k).len
	}
	for i := range p.pieces {
		if k := &p.pieces[i]; k.variable() {
			if err := copyPiece(w, p.source(k)); err != nil {
				return err
			}
		}
	}
	return nil
}

// copyPiece writes a field, in parts when it is not in memory.
func copyPiece(w io.Writer, src source) error {
	var buf []byte
	part := src.len
	if !src.own {
		part = min(part, writeSize)
		buf = make([]byte, part)
	}
	for at := int64(0); at < src.len; at += part {
		b, err := src.read(buf, int(min(part, src.len-at)), at)
		if err != nil {
			return err
		}
		if _, err := w.Write(b); err != nil {
			return fmt.Errorf("%s: byte %d: %w", src.field, at, err)
		}
	}
	return nil
}

// counter counts what was written.
type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(b []byte) (int, error) {
	n, err := c.w.Write(b)
	c.n += int64(n)
	return n, err
}

// Bytes returns the state's bytes in a buffer of their own. Errors as for
// [Pieces.WriteTo], or what the source returned.
func (p *Pieces) Bytes() ([]byte, error) {
	size, err := p.size()
	if err != nil {
		return nil, err
	}
	b := bytes.NewBuffer(make([]byte, 0, size))
	_, err = p.WriteTo(b)
	return b.Bytes(), err
}

// WriteBack writes the fields that were changed to w at the places they have in the
// state that was opened; w holds the same bytes as its source. A field of another
// length than there gives [spec.ErrInput] before anything is written. After an error
// from w the fields may be half-written.
func (p *Pieces) WriteBack(w io.WriterAt) error {
	for i := range p.pieces {
		if k := &p.pieces[i]; k.changed && int64(len(k.own)) != p.base.spans[k.name].len() {
			return spec.Atf(k.name, -1, spec.ErrInput, "%d bytes where the state has %d: write it anew", len(k.own), p.base.spans[k.name].len())
		}
	}
	for i := range p.pieces {
		if k := &p.pieces[i]; k.changed {
			if err := p.base.write(w, k.own, k.name, p.base.spans[k.name].start); err != nil {
				return err
			}
		}
	}
	return nil
}
