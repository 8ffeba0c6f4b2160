package scenario

import (
	"github.com/stakesim/stakesim/spec"
)

func (f *failures) reset(epoch uint64, w *world) {
	words := int(w.validators+63) / 64
	if f.failed == nil {
		f.failed, f.opDown = make([]uint64, words), make([]uint32, len(w.ops))
	}
	clear(f.failed)
	clear(f.opDown)
	*f = failures{epoch: epoch, cells: f.cells[:0], heads: f.heads[:0], failed: f.failed, opDown: f.opDown}
}

// mark sets the bits lo to hi.
func (f *failures) mark(lo, hi uint32) {
	for lo < hi {
		end := min(hi, lo|63+1)
		f.failed[lo/64] |= (^uint64(0) >> (64 - (end - lo))) << (lo % 64)
		lo = end
	}
}

// fill sums the cells into a tally for every slot. The rest of a slot's even
// part of the stake is online: committees are taken to weigh the same.
func (f *failures) fill(w *world) {
	for _, cells := range [...][]cell{f.cells, f.heads} {
		for i := range cells {
			c := &cells[i]
			balance := spec.Gwei(c.count) * w.classes[c.class]
			b := &f.tallies[c.slot][spec.ConductOf(lapseFlags[c.lapse], false, c.before)]
			b.Balance += balance
			b.Count += uint64(c.count)
			if c.lapse == lapseOffline {
				f.offline += balance
			}
		}
	}
	f.target = w.total
	for slot := range f.tallies {
		t := &f.tallies[slot]
		balance, count := spec.Gwei(0), uint64(0)
		for i := range t {
			balance += t[i].Balance
			count += t[i].Count
		}
		f.target -= min(f.target, t.Balance(spec.MissedTarget))
		online := spec.AllFlags
		if f.missing>>slot&1 != 0 {
			online = lapseFlags[lapseHead] // nothing carries its head vote in time
		}
		b := &t[spec.ConductOf(online, false, false)]
		b.Balance += w.total/SlotsPerEpoch - min(w.total/SlotsPerEpoch, balance)
		b.Count += w.validators/SlotsPerEpoch - min(w.validators/SlotsPerEpoch, count)
	}
}
