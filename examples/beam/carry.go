package main

import (
	"slices"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"github.com/stakesim/stakesim/spec"
	"github.com/stakesim/stakesim/spec/dataset/xatu"
)

func init() {
	register.DoFn4x1[int, func(*[]byte) bool, func(*int64) bool, func(int64, []byte), error](&deal{})
	register.DoFn4x1[int64, func(*[]byte) bool, func(*int64) bool, func(int64, []byte), error](&carry{})
	register.Iter1[[]byte]()
	register.Iter1[int64]()
}

// sortedWindows are the windows of which there are rows.
func sortedWindows(windows func(*int64) bool) (all []int64) {
	for w := int64(0); windows(&w); {
		all = append(all, w)
	}
	slices.Sort(all)
	return all
}

// from is the row group of a piece.
type from struct {
	path  string
	group int
}

func (u *unpacker) from() from { return from{u.string(), int(u.uint())} }

func (f from) compare(o from) int {
	return xatu.Position{File: f.path, Group: f.group}.Compare(xatu.Position{File: o.path, Group: o.group})
}

// deal gives every window the blocks that it needs.
type deal struct {
	Window int64
	Timing xatu.Timing
}

// ProcessElement puts the blocks of all files in order.
func (d *deal) ProcessElement(_ int, pieces func(*[]byte) bool, windows func(*int64) bool, emit func(int64, []byte)) error {
	chain, err := unpackBlocks(pieces)
	if err != nil {
		return err
	}
	slices.SortFunc(chain, func(a, b xatu.Block) int { return a.At.Compare(b.At) })
	bySlot := func(b xatu.Block, slot spec.Slot) int {
		if b.Slot < slot {
			return -1
		}
		return 1 // the first one of the slot
	}
	for _, w := range sortedWindows(windows) {
		first := d.Timing.FirstSlot(spec.Epoch(max(w*d.Window-1, 0)))
		end := d.Timing.FirstSlot(spec.Epoch((w + 1) * d.Window))
		i, _ := slices.BinarySearchFunc(chain, first, bySlot)
		if i > 0 && (i == len(chain) || chain[i].Slot > first) {
			i, _ = slices.BinarySearchFunc(chain, chain[i-1].Slot, bySlot)
		}
		j, _ := slices.BinarySearchFunc(chain, end, bySlot)
		emit(w, packBlocks(chain[i:min(j+1, len(chain))]))
	}
	return nil
}

// packBlocks makes one piece, each block with where it comes from.
func packBlocks(chain []xatu.Block) []byte {
	p := packer{ofBlocks}
	for i := 0; i < len(chain); {
		n := 1
		for i+n < len(chain) && chain[i+n].At.File == chain[i].At.File && chain[i+n].At.Group == chain[i].At.Group {
			n++
		}
		p.string(chain[i].At.File)
		p.uint(uint64(chain[i].At.Group))
		p.uint(uint64(n))
		for _, b := range chain[i : i+n] {
			p.uint(uint64(b.At.Row))
			p.uint(uint64(b.Slot))
			p.bytes(b.Root[:])
		}
		i += n
	}
	return p
}

func unpackBlocks(pieces func(*[]byte) bool) (chain []xatu.Block, err error) {
	var piece []byte
	for pieces(&piece) {
		u := unpacker{b: piece}
		u.byte()
		for at := u.from(); u.more(); {
			chain = append(chain, xatu.Block{
				At:   xatu.Position{File: at.path, Group: at.group, Row: int64(u.uint())},
				Slot: spec.Slot(u.uint()), Root: u.root(),
			})
		}
		if u.err != nil {
			return nil, u.err
		}
	}
	return chain, nil
}

// carry walks the balances of a block of validators through the windows: what
// was known before each, and what changes within.
type carry struct{ Window int64 }

// balancePiece are the rows of an epoch in a row group.
type balancePiece struct {
	at    from
	epoch spec.Epoch
	rows  xatu.Balances
}

// ProcessElement takes the pieces of a block in the order of the table.
func (c *carry) ProcessElement(block int64, pieces func(*[]byte) bool, windows func(*int64) bool, emit func(int64, []byte)) error {
	var all []balancePiece
	var piece []byte
	for pieces(&piece) {
		u := unpacker{b: piece}
		u.byte()
		p := balancePiece{at: u.from(), epoch: spec.Epoch(u.uint())}
		if u.err == nil {
			u.err = p.rows.UnmarshalBinary(u.b)
		}
		if u.err != nil {
			return u.err
		}
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b balancePiece) int {
		if a.epoch != b.epoch { // epochs do not descend in the order of the table
			return int(int64(a.epoch) - int64(b.epoch))
		}
		return a.at.compare(b.at)
	})
	var known xatu.Balances
	for _, w := range sortedWindows(windows) {
		for len(all) > 0 && all[0].epoch < spec.Epoch(w*c.Window) {
			known.Merge(&all[0].rows)
			all = all[1:]
		}
		p := packer{ofKnown}
		p.uint(uint64(block))
		p, _ = known.AppendBinary(p) // never fails
		emit(w, p)
		p = packer{ofBalances}
		p.uint(uint64(block))
		for len(all) > 0 && all[0].epoch < spec.Epoch((w+1)*c.Window) {
			p.changes(&known, &all[0])
			all = all[1:]
		}
		emit(w, p)
	}
	return nil
}

// changes enters rows into what is known, and appends the validators of whom
// they say something new.
func (p *packer) changes(known *xatu.Balances, rows *balancePiece) {
	before := known.Range(0, blockSize)
	known.Merge(&rows.rows)
	var changed []uint32
	for v := range uint32(blockSize) {
		i, k, s := before.Of(v)
		if j, l, t := known.Of(v); i != j || k != l || s != t {
			changed = append(changed, v)
		}
	}
	if len(changed) == 0 {
		return
	}
	p.uint(uint64(rows.epoch))
	p.validators(changed)
	for _, v := range changed {
		increments, known, slashed := known.Of(v)
		p.uint(uint64(increments)<<2 | bit(known)<<1 | bit(slashed))
	}
}

func bit(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}
