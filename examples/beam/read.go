package main

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/dataset"
	"github.com/stakesim/stakesim/spec/dataset/xatu"
)

func init() {
	register.DoFn7x1[context.Context, task, func(int64, []byte), func(int, []byte), func(int64, []byte), func(int64, int), func([]byte), error](new(readGroup))
	register.Emitter2[int64, []byte]()
	register.Emitter2[int, []byte]()
	register.Emitter2[int64, int]()
}

// readGroup reads one row group into pieces: committees and attestations by the
// windows that need them, blocks by one key, balances by blocks of validators.
type readGroup struct {
	Window int64 // epochs of a window
	Timing xatu.Timing
}

// blockSize is the number of validators whose balances are walked together.
const blockSize = 1 << 16

// chainKey is the key of the pieces of blocks.
const chainKey = 0

// groupReader is the reading of one row group.
type groupReader struct {
	context.Context
	from    source
	group   int
	window  int64
	timing  xatu.Timing
	rows    int64
	pieces  map[int64]*packer // by window
	windows map[int64]bool    // of which there are rows
	emit    func(int64, []byte)
	bury    func([]byte)
	carry   func(int64, []byte) // balances by block of validators
}

// ProcessElement reads row groups of a file. What cannot be read is a dead
// letter, and the rest goes on, as [xatu.File.Committees] says.
func (r *readGroup) ProcessElement(ctx context.Context, t task, emit func(int64, []byte), chain func(int, []byte), carry func(int64, []byte), windows func(int64, int), bury func([]byte)) error {
	f, done, err := t.Source.open(ctx, r.Timing)
	if err != nil {
		return fmt.Errorf("%s: %w", t.Source.Path, err)
	}
	defer done()
	for i, reached := range t.Reached {
		g := &groupReader{
			Context: ctx, from: t.Source, group: t.First + i, window: r.Window, timing: r.Timing,
			pieces: map[int64]*packer{}, windows: map[int64]bool{}, emit: emit, carry: carry, bury: bury,
		}
		if err := g.read(f, uint64(reached), chain); err != nil {
			return fmt.Errorf("%s: row group %d: %w", t.Source.Path, g.group, err)
		}
		for w, p := range g.pieces {
			emit(w, *p)
		}
		for w := range g.windows {
			windows(w, 0)
		}
		recordsRead.Inc(ctx, g.rows)
	}
	return nil
}

// read reads the row group.
func (g *groupReader) read(f *xatu.File, reached uint64, chain func(int, []byte)) error {
	switch f.Table {
	case xatu.Committees:
		return eachRow(g, f.Committees(g.group, reached), g.committee)
	case xatu.Attestations:
		return eachRow(g, f.Attestations(g.group, reached), g.attestation)
	case xatu.Blocks:
		p := g.start(ofBlocks)
		err := eachRow(g, f.Blocks(g.group, reached), func(b *xatu.Block) {
			g.windows[int64(g.timing.EpochOf(b.Slot))/g.window] = true
			p.uint(uint64(b.At.Row))
			p.uint(uint64(b.Slot))
			p.bytes(b.Root[:])
		})
		chain(chainKey, p)
		return err
	default:
		return g.balances(f.Balances(g.group, reached))
	}
}

// eachRow hands out the rows, and buries what cannot be read.
func eachRow[T any](g *groupReader, rows iter.Seq2[T, error], do func(*T)) error {
	var kept T // one for all rows: a pointer to the range's own would be an allocation for each
	for row, err := range rows {
		if err == nil {
			g.rows++
			kept = row
			do(&kept)
			continue
		}
		fault := new(dataset.Fault)
		if !errors.As(err, &fault) {
			return err
		}
		g.bury(deadOf(xatu.Table(g.from.Table), fault).line())
	}
	return nil
}

// start begins a piece: what it holds and the row group it comes from.
func (g *groupReader) start(what byte) packer {
	p := packer{what}
	p.string(g.from.Path)
	p.uint(uint64(g.group))
	return p
}

// pieceLimit is the size at which a piece is handed on, so that memory stays
// bounded.
const pieceLimit = 4 << 20

// into shows the pieces of the windows that need a row of an epoch: its own
// window, and the next one after the last epoch of a window.
func (g *groupReader) into(what byte, epoch spec.Epoch, add func(*packer)) {
	own := int64(epoch) / g.window
	g.windows[own] = true
	for _, w := range []int64{own, (int64(epoch) + 1) / g.window} {
		p := g.pieces[w]
		if p == nil {
			piece := g.start(what)
			p = &piece
			g.pieces[w] = p
		}
		if add(p); len(*p) > pieceLimit {
			g.emit(w, *p)
			delete(g.pieces, w)
		}
		if int64(epoch+1)/g.window == own {
			return
		}
	}
}

func (g *groupReader) committee(r *xatu.Committee) {
	g.into(ofCommittees, g.timing.EpochOf(r.Slot), func(p *packer) {
		p.uint(uint64(r.At.Row))
		p.uint(uint64(r.Slot))
		p.validators(r.Validators)
	})
}

func (g *groupReader) attestation(r *xatu.Attestation) {
	g.into(ofAttestations, g.timing.EpochOf(r.Slot), func(p *packer) {
		p.uint(uint64(r.At.Row))
		p.uint(uint64(r.Slot))
		p.uint(uint64(r.Block))
		p.bytes(r.Target[:])
		p.bytes(r.Head[:])
		p.validators(r.Validators)
	})
}

// balances gathers the rows of an epoch, which say the same of most
// validators, into one compact form for every block of validators.
func (g *groupReader) balances(rows iter.Seq2[xatu.Balance, error]) (err error) {
	var epoch spec.Epoch
	blocks := map[int64]*xatu.Balances{}
	var last *xatu.Balances // of the block of the row before
	at := int64(-1)
	flush := func() {
		for block, b := range blocks {
			p := g.start(ofBalances)
			p.uint(uint64(epoch))
			p, _ = b.AppendBinary(p) // never fails
			g.carry(block, p)
		}
		clear(blocks)
		at = -1
	}
	failed := eachRow(g, rows, func(r *xatu.Balance) {
		if r.Epoch != epoch {
			flush()
			epoch = r.Epoch
		}
		if block := int64(r.Validator / blockSize); block != at {
			if blocks[block] == nil {
				blocks[block] = new(xatu.Balances)
			}
			at, last = block, blocks[block]
		}
		r.Validator %= blockSize
		if e := last.Add(r); e != nil {
			err = e
		}
	})
	flush()
	return errors.Join(failed, err)
}
