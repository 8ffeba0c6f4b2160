package backtest

import (
	"math/bits"
	"slices"

	"github.com/stakesim/stakesim/spec"
)

// The blocks that are kept for the bootstrap are at most maxBlocks, fewer where
// they would hold more than maxNumbers, and then minBlocks at least. With more
// epochs, two and two blocks of consecutive epochs become one, again and again.
const (
	maxBlocks  = 2048
	maxNumbers = 1 << 22
	minBlocks  = 64
)

// blocksOf bounds the blocks of so many sums.
func blocksOf(width int) uint64 {
	return max(minBlocks, min(maxBlocks, maxNumbers/uint64(max(width, 1))))
}

// Totals add up the sums of epochs in blocks of consecutive ones, equally many in
// each but the last, so that intervals can be drawn: at most 2048 blocks, whatever
// the epochs, and 64 to 2048 where these would take more than 32 MiB. Epochs may come in any order, and parts add up in any order to the
// same. They travel by their binary form. The zero value holds nothing.
type Totals struct {
	span   uint64     // epochs of a block, a power of two
	epochs uint64     // added
	end    uint64     // above every index
	blocks [][]uint64 // sums by group and column; nil for none yet
}

// Epochs is how many have been added.
func (t *Totals) Epochs() int {
	if t == nil {
		return 0
	}
	return int(t.epochs)
}

// Add adds the sums of an epoch, of which each must be added once. Sums of another
// length, or an index of [MaxEpochs] and more, wrap [spec.ErrInput], a total above
// 64 bits [spec.ErrOverflow]; then t is as before.
func (t *Totals) Add(s *Sums) error {
	if t == nil || s == nil {
		return absent("totals or sums")
	}
	if s.Index >= MaxEpochs {
		return spec.Atf("sums", -1, spec.ErrInput, "index %d", s.Index)
	}
	if row := t.row(); row != nil && len(row) != len(s.Of) {
		return spec.Atf("sums", -1, spec.ErrInput, "%d, not %d", len(s.Of), len(row))
	}
	end := max(t.end, uint64(s.Index)+1)
	span, blocks, ok := t.upTo(end, t.span, len(s.Of))
	if !ok {
		return spec.At("totals", -1, spec.ErrOverflow)
	}
	at := uint64(s.Index) / span
	switch {
	case blocks[at] != nil && !fits(blocks[at], s.Of):
		return spec.At("totals", -1, spec.ErrOverflow)
	case blocks[at] == nil:
		blocks[at] = slices.Clone(s.Of)
	default:
		into(blocks[at], s.Of)
	}
	t.span, t.epochs, t.end, t.blocks = span, t.epochs+1, end, blocks
	return nil
}

// Merge adds what o holds, of other epochs. Errors are those of [Totals.Add].
func (t *Totals) Merge(o *Totals) error {
	if t == nil || o == nil {
		return absent("totals")
	}
	if o.end == 0 {
		return nil
	}
	if mine, others := t.row(), o.row(); mine != nil && others != nil && len(mine) != len(others) {
		return spec.Atf("sums", -1, spec.ErrInput, "%d, not %d", len(others), len(mine))
	}
	end := max(t.end, o.end)
	width := max(len(t.row()), len(o.row()))
	span, blocks, ok := t.upTo(end, max(t.span, o.span), width)
	from := Totals{span: o.span, blocks: slices.Clip(o.blocks)} // not to write behind them
	_, others, fine := from.upTo(end, span, width)
	if !ok || !fine {
		return spec.At("totals", -1, spec.ErrOverflow)
	}
	blocks = slices.Clone(blocks)
	for i, row := range others {
		switch {
		case row == nil:
		case blocks[i] == nil:
			blocks[i] = slices.Clone(row)
		case !fits(blocks[i], row):
			return spec.At("totals", -1, spec.ErrOverflow)
		default:
			blocks[i] = slices.Clone(blocks[i])
			into(blocks[i], row)
		}
	}
	t.span, t.epochs, t.end, t.blocks = span, t.epochs+o.epochs, end, blocks
	return nil
}

// row is one of the blocks; nil when there is none.
func (t *Totals) row() []uint64 {
	for _, row := range t.blocks {
		if row != nil {
			return row
		}
	}
	return nil
}

// upTo are the blocks for so many epochs of at least so many each, of width sums. Rows that are
// sums of others are new, and t is not changed; false when one does not fit.
func (t *Totals) upTo(end, least uint64, width int) (span uint64, blocks [][]uint64, ok bool) {
	span = max(t.span, least, 1)
	for limit := blocksOf(width); end > limit*span; {
		span *= 2
	}
	n := int((end + span - 1) / span)
	if t.span == span || len(t.blocks) == 0 {
		return span, append(t.blocks, make([][]uint64, n-len(t.blocks))...), true
	}
	blocks, fresh := make([][]uint64, n), make([]bool, n)
	for i, row := range t.blocks {
		at := uint64(i) * t.span / span
		switch {
		case row == nil:
		case blocks[at] == nil:
			blocks[at] = row
		case !fits(blocks[at], row):
			return 0, nil, false
		default:
			if !fresh[at] {
				blocks[at], fresh[at] = slices.Clone(blocks[at]), true
			}
			into(blocks[at], row)
		}
	}
	return span, blocks, true
}

// fits says that adding a row to another of the same length overflows nothing.
func fits(to, from []uint64) bool {
	var carries uint64
	for i, v := range from {
		_, carry := bits.Add64(to[i], v, 0)
		carries |= carry
	}
	return carries == 0
}

// sums are those over all epochs.
func (t *Totals) sums(width int) ([]uint64, error) {
	sums := make([]uint64, width)
	for _, row := range t.blocks {
		if row == nil {
			continue
		}
		if len(row) != width {
			return nil, spec.Atf("totals", -1, spec.ErrInput, "%d sums, not %d", len(row), width)
		}
		if !into(sums, row) {
			return nil, spec.At("totals", -1, spec.ErrOverflow)
		}
	}
	return sums, nil
}
